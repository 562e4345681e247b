"""Summary statistics of recognition."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.recognition.counts import rating_counts
from memsim.analysis.recognition.measures import called_old, values_of_measures
from memsim.analysis.recognition.signal_detection import recollection, zroc_slope
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.judgments import Judgments

SHOWN = {"d'": "d_prime", "c": "criterion_c", "area": "area"}


def recognition_summary(judgments: Judgments) -> pd.DataFrame:
    """Summary statistics of recognition, as means over subjects.

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``, with the statistics:

        ``target called old``, ``lure called old`` (hits and false alarms), or those of the kinds of pairs;
        ``d_prime``, ``criterion_c``: with the log-linear correction; ``area`` under the ROC;
        ``zroc_slope``, ``d_a``, ``recollection``: by maximum likelihood, only where there are three or more ratings.
    """
    subjects = judgments.trials.subjects
    rates = called_old(judgments)
    parts = [rates.assign(statistic=rates["probe"] + " called old", value=rates["prob"])]
    values = {name: each for (_, name), each in values_of_measures(rating_counts(judgments)).items()}
    named = {name: values[measure] for measure, name in SHOWN.items()}
    if judgments.n_ratings > 2:
        fits = zroc_slope(judgments)
        named |= {"zroc_slope": fits["slope"], "d_a": fits["d_a"]}
        named["recollection"] = recollection(judgments)["recollection"]
    parts += [pd.DataFrame({"subject": subjects, "statistic": name, "value": each}) for name, each in named.items()]
    tidy = pd.concat([part[["subject", "statistic", "value"]] for part in parts], ignore_index=True)
    table = mean_over_subjects(tidy, "statistic", "value")
    return table.set_index("statistic").reindex(tidy["statistic"].unique()).reset_index()

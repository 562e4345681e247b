"""Summary statistics of recognition, and of judgments of frequency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.recognition.counts import rating_counts
from memsim.analysis.recognition.frequency import judged_frequency
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
        ``d_prime``, ``criterion_c``: with the log-linear correction, d' without subjects who called nothing, or
        everything, old; ``area`` under the ROC;
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


def frequency_summary(judgments: Judgments) -> pd.DataFrame:
    """Summary statistics of judgments of frequency, as means over subjects.

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``, with the statistics:

        ``frequency_slope``: of each subject, the slope of judged by actual frequency over probes, 1 if judgments rise
        as frequencies do; NaN where all probes have one frequency;
        ``judged at 0``, ``judged at 1``, ...: the mean judgment of items with so many presentations.
    """
    frame = judged_frequency(judgments)
    moments = frame.assign(
        x=frame["count"] * frame["presentations"],
        xx=frame["count"] * frame["presentations"] ** 2,
        xy=frame["total"] * frame["presentations"],
    )
    sums = moments.groupby("subject", sort=False)[["count", "total", "x", "xx", "xy"]].sum()
    spread = sums["count"] * sums["xx"] - sums["x"] ** 2
    slope = (sums["count"] * sums["xy"] - sums["x"] * sums["total"]) / spread.where(spread > 0, np.nan)
    parts = [
        slope.rename("value").reset_index().assign(statistic="frequency_slope"),
        frame.assign(statistic=[f"judged at {each}" for each in frame["presentations"]], value=frame["judged"]),
    ]
    tidy = pd.concat([part[["subject", "statistic", "value"]] for part in parts], ignore_index=True)
    table = mean_over_subjects(tidy, "statistic", "value")
    return table.set_index("statistic").reindex(tidy["statistic"].unique()).reset_index()

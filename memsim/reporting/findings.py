"""The findings of a comparison, in numbers and in words: how models differ from people, and how near they come."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.curves import standard_curves
from memsim.analysis.statistics.contrasts import summary_contrast
from memsim.analysis.statistics.distances import attainment
from memsim.analysis.statistics.words import in_words, listed
from memsim.core.errors import InputError
from memsim.evaluation.seen_people import seen_in_words
from memsim.experiments.comparison import Comparison


def differences(comparison: Comparison) -> pd.DataFrame | None:
    """Welch tests of every index of every model against people; p is corrected for all tests (Holm).

    Returns
    -------
    DataFrame : the columns of :func:`memsim.analysis.contrast`, and ``words``; None if there are no people, or no
        models.
    """
    if comparison.people is None or not comparison.models:
        return None
    table = summary_contrast(comparison.summaries, comparison.people.label)
    return table.assign(words=in_words(table.assign(value=table["value"].map(name_of))))


def findings(comparison: Comparison, contrasts: pd.DataFrame | None) -> list[str]:
    """A sentence for each model: in which indices it is above or below people, or does not differ detectably.

    Others say how the task of people differed from that of the models, and name networks that were trained on some of
    these people.
    """
    if contrasts is None:
        return []
    sentences = []
    for model, rows in contrasts.groupby("a", sort=False):
        significant = rows["p_corrected"] < 1 - rows["confidence"]
        parts = {
            "above people in": rows[significant & (rows["difference"] > 0)],
            "below people in": rows[significant & (rows["difference"] < 0)],
            "not detectably different from people in": rows[~significant & rows["p_corrected"].notna()],
        }
        clauses = [f"{words} {_listed(part['value'])}" for words, part in parts.items() if len(part)]
        untested = rows[rows["p_corrected"].isna()]
        if len(untested):
            clauses.append(f"without a test of {_listed(untested['value'])}")
        sentences.append(f"{model} is {'; '.join(clauses)}.")
    sentences += comparison.manifest.differences_in_words()
    recalls = None if comparison.people is None else comparison.people.recalls
    return sentences if recalls is None else sentences + seen_in_words(comparison.models, recalls)


def attainable(comparison: Comparison) -> pd.DataFrame | None:
    """How near the curves of each model come to those of people, and how near a perfect model could come.

    Returns
    -------
    DataFrame : ``curve, label`` and the columns of :func:`memsim.analysis.attainment`, which are missing where a curve
        is not defined; ``note`` then says why. None if the recalls of people are not available, or if there are fewer
        than four people.
    """
    people = comparison.people
    if people is None or people.recalls is None or len(people.recalls.trials.subjects) < 4:
        return None
    rows = []
    for curve, analysis in standard_curves(people.recalls).items():
        for name, recalls in comparison.recalls.items():
            if analysis.refusal(people.recalls) or analysis.refusal(recalls):
                continue
            try:
                frames = analysis.frame(recalls), analysis.frame(people.recalls)
                row = attainment(*frames, analysis.x, analysis.value, across=analysis.across)
            except InputError as error:
                row = pd.DataFrame([{"metric": "rmsd", "note": str(error)}])
            rows.append(row.assign(curve=curve, label=name))
    if not rows:
        return None
    table = pd.concat(rows, ignore_index=True)
    columns = ["curve", "label", "metric", "distance", "ceiling", "baseline", "share", "note"]
    return table.reindex(columns=[name for name in columns if name != "note" or "note" in table])


def name_of(statistic: str) -> str:
    """The name of a statistic as the subject of a sentence."""
    named = {
        "recalled": "The number of items recalled", "intrusions": "The number of intrusions",
        "repeats": "The number of repeats", "first_recall_at_end": "First recall from the end",
        "lag_minus_1": "Recall at lag -1", "lag_plus_1": "Recall at lag +1",
        "lists_correct": "The share of lists all correct", "near": "The share of near transpositions",
    }  # fmt: skip
    return named.get(statistic, statistic.replace("_", " ").capitalize())


def _listed(statistics: pd.Series) -> str:
    return listed([statistic.replace("_", " ") for statistic in statistics])

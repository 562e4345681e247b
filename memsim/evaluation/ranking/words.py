"""What to know about the scores of a benchmark, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from memsim.evaluation.ranking.bounds import OF_OTHERS


def in_words(scores: pd.DataFrame, findings: pd.DataFrame, ranges: pd.DataFrame) -> list[str]:
    """How to read the scores; which models exceed the ceiling; which findings do not count; and who has no score.

    Parameters
    ----------
    scores, findings, ranges : those of :class:`memsim.evaluation.ranking.whole.Ranking`.
    """
    return [*_how_to_read(scores), *_above_ceiling(scores), *_findings(findings, ranges), *_without(scores)]


def _how_to_read(scores: pd.DataFrame) -> Iterator[str]:
    yield (
        "A score is (model - uniform) / (ceiling - uniform), of mean log-likelihoods per list of people to whom no "
        "model was fitted: 0 is choice at random among the items left (of ratings: their base rates), with rates of "
        "stopping or omission fitted alike, and 1 is the better of two predictions from tables of people."
    )
    for (task, condition), part in scores[scores["kind"] == "bound"].groupby(["task", "condition"], sort=False):
        ceiling = part["ceiling"].iloc[0]
        share = part.set_index("label")["share_total"][OF_OTHERS]
        own = "" if ceiling == OF_OTHERS else f"; {OF_OTHERS} alone reach {share:.2f}"
        yield f"{task}, {condition}: the ceiling consists of {ceiling}{own}."


def _above_ceiling(scores: pd.DataFrame) -> Iterator[str]:
    above = scores[(scores["kind"] == "model") & (scores["share_total"] > 1)]
    for (task, condition), part in above.groupby(["task", "condition"], sort=False):
        yield (
            f"{task}, {condition}: above the ceiling lie {', '.join(part['label'])}, so that it is only a lower bound "
            "of what is attainable there."
        )


def _findings(findings: pd.DataFrame, ranges: pd.DataFrame) -> Iterator[str]:
    used = ranges[ranges["finding"].isin(findings["finding"])]
    if len(not_counted := used[~used["counts"]]):
        yield (
            f"{len(not_counted)} findings are measured and not counted, since people of fewer than five data sets are "
            "known, or people of some data sets do not show the effect."
        )


def _without(scores: pd.DataFrame) -> Iterator[str]:
    without = scores[scores["reason"] != ""].drop_duplicates(["task", "label"])
    for reason, part in without.groupby("reason", sort=False):
        of_models = part.groupby("label", sort=False)["task"].agg(", ".join).reset_index()
        said = [f"{', '.join(own['label'])} in {tasks}" for tasks, own in of_models.groupby("task", sort=False)]
        yield f"No score: {'; '.join(said)}: {reason}."

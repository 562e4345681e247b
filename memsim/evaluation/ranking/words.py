"""What to know about the scores of a benchmark, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from memsim.evaluation.ranking.bounds import OF_OTHERS

if TYPE_CHECKING:
    from memsim.evaluation.ranking.whole import Ranking


def in_words(ranking: Ranking) -> list[str]:
    """How to read the scores; which models exceed the ceiling; which findings do not count; and who has no score."""
    return [*_how_to_read(ranking), *_above_ceiling(ranking), *_findings(ranking), *_without(ranking)]


def _how_to_read(ranking: Ranking) -> Iterator[str]:
    yield (
        "A score is (model - uniform) / (ceiling - uniform), of mean log-likelihoods per list of people to whom no "
        "model was fitted: 0 is choice at random among the items left (of ratings: their base rates), with rates of "
        "stopping or omission fitted alike, and 1 is the better of two predictions from tables of people."
    )
    scores = ranking.scores
    for (task, condition), part in scores[scores["kind"] == "bound"].groupby(["task", "condition"], sort=False):
        ceiling = part["ceiling"].iloc[0]
        share = part.set_index("label")["share_total"][OF_OTHERS]
        own = "" if ceiling == OF_OTHERS else f"; {OF_OTHERS} alone reach {share:.2f}"
        yield f"{task}, {condition}: the ceiling consists of {ceiling}{own}."


def _above_ceiling(ranking: Ranking) -> Iterator[str]:
    scores = ranking.scores
    above = scores[(scores["kind"] == "model") & (scores["share_total"] > 1)]
    for (task, condition), part in above.groupby(["task", "condition"], sort=False):
        yield (
            f"{task}, {condition}: {', '.join(part['label'])} above the ceiling, which is therefore only a "
            "lower bound of what is attainable there."
        )


def _findings(ranking: Ranking) -> Iterator[str]:
    limits = ranking.ranges
    used = limits[limits["finding"].isin(ranking.findings["finding"])]
    if len(not_counted := used[~used["counts"]]):
        yield (
            f"{len(not_counted)} findings are measured and not counted, since people of fewer than five data sets are "
            "known, or people of some data sets do not show the effect."
        )


def _without(ranking: Ranking) -> Iterator[str]:
    scores = ranking.scores
    without = scores[scores["reason"] != ""].drop_duplicates(["task", "label"])
    for reason, part in without.groupby("reason", sort=False):
        of_models = part.groupby("label", sort=False)["task"].agg(", ".join).reset_index()
        said = [f"{', '.join(own['label'])} in {tasks}" for tasks, own in of_models.groupby("task", sort=False)]
        yield f"No score: {'; '.join(said)}: {reason}."

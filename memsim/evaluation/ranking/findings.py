"""Qualitative findings of memory, each measured by one number, in people and in what a model recalls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from memsim.analysis.recall.transitions import lag_crp
from memsim.analysis.subjects import mean_over_subjects
from memsim.analysis.summaries import summary_table
from memsim.core.arrays import NOT_GIVEN
from memsim.core.judgments import Judgments
from memsim.core.position_model import Model
from memsim.core.prediction import PositionPrediction, Prediction, predict
from memsim.core.recalls import Recalls

EDGE = 4
"""The last positions, of which recency and the first recall at the end are."""


class Statistics:
    """The statistics of one condition by name; NaN where one is not defined or not known."""

    def __init__(self, by_name: Mapping[str, float], list_length: int, near: float = np.nan) -> None:
        self._by_name, self.list_length, self.near = by_name, list_length, near

    def __getitem__(self, name: str) -> float:
        value = self._by_name.get(name)
        return np.nan if value is None else float(value)

    @classmethod
    def of(cls, predicted: Prediction) -> Self:
        """Those of recalls or judgments, of people or of a model, or of a prediction of positions."""
        table = summary_table(predicted).set_index("statistic")["mean"]
        if isinstance(predicted, PositionPrediction):
            return cls(table, len(predicted.probability))
        near = np.nan
        if isinstance(predicted, Recalls) and predicted.trials.paradigm.silence_ends:
            near = nearest(predicted)
        return cls(table, predicted.list_length, near)

    @classmethod
    def of_tables(cls, curves: pd.DataFrame, summary: pd.DataFrame, list_length: int) -> Self:
        """Those of people of whom the tables of curves and statistics ship, and the lists do not."""
        lags = curves[curves["curve"] == "lag_crp"]
        near = near_of(dict(zip(lags["x"].astype(int), lags["mean"], strict=True))) if len(lags) else np.nan
        return cls(summary.set_index("statistic")["mean"], list_length, near)


class Finding(NamedTuple):
    """A finding, where it shows, and its number."""

    name: str
    null: float
    """The number where there is no such effect."""
    measure: Callable[[Mapping[str, Any]], float]
    """The number, from :class:`Statistics` by condition."""
    conditions: tuple[str, ...]
    """The conditions of a task that it needs."""


def _of(statistic: str, condition: str) -> Callable[[Mapping[str, Statistics]], float]:
    return lambda known: known[condition][statistic]


def _of_free_recall(condition: str) -> list[Finding]:
    where = (condition,)

    def found(name: str, null: float, measure: Callable[[Statistics], float]) -> Finding:
        return Finding(f"{condition}: {name}", null, lambda known: measure(known[condition]), where)

    return [
        found("share of the list recalled", 0.0, lambda each: each["recalled"] / each.list_length),
        found("primacy, first 3 minus middle", 0.0, lambda each: each["primacy"]),
        found("recency, last 4 minus middle", 0.0, lambda each: each["recency"]),
        found("first recall in the last 4, over chance", 0.0,
              lambda each: each["first_recall_at_end"] - EDGE / each.list_length),
        found("temporal factor", 0.5, lambda each: each["temporal_factor"]),
        found("lag-CRP at +-1 over +-2", 1.0, lambda each: each.near),
        found("lag-CRP at +1 over -1", 1.0, lambda each: each["lag_asymmetry"]),
    ]  # fmt: skip


FINDINGS = [
    *_of_free_recall("immediate"),
    *_of_free_recall("delayed"),
    *_of_free_recall("continual"),
    Finding("recency falls with delay, immediate minus delayed", 0.0,
            lambda known: known["immediate"]["recency"] - known["delayed"]["recency"], ("immediate", "delayed")),
    Finding("recency returns with distraction, continual minus delayed", 0.0,
            lambda known: known["continual"]["recency"] - known["delayed"]["recency"], ("delayed", "continual")),
    Finding("ratings: area under the ROC", 0.5, _of("area", "ratings"), ("ratings",)),
    Finding("ratings: d'", 0.0, _of("d_prime", "ratings"), ("ratings",)),
    Finding("ratings: slope of the z-ROC", 1.0, _of("zroc_slope", "ratings"), ("ratings",)),
    Finding("pairs: correct", 0.0, _of("correct", "pairs"), ("pairs",)),
    Finding("pairs: other items of the list", 0.0, _of("same list intrusion", "pairs"), ("pairs",)),
    Finding("dissimilar: correct by position", 0.0, _of("accuracy", "dissimilar"), ("dissimilar",)),
    Finding("dissimilar: primacy", 0.0, _of("primacy", "dissimilar"), ("dissimilar",)),
    Finding("dissimilar: recency", 0.0, _of("recency", "dissimilar"), ("dissimilar",)),
    Finding("dissimilar: transpositions by one place", 0.0, _of("near", "dissimilar"), ("dissimilar",)),
    Finding("dissimilar: fill-in over infill", 1.0, _of("fill_in_ratio", "dissimilar"), ("dissimilar",)),
]  # fmt: skip
"""All findings; a task has those whose conditions it has."""


def nearest(recalls: Recalls) -> float:
    """The lag-CRP at lags of -1 and +1, over that at -2 and +2, as ratio of means over subjects."""
    return near_of(mean_over_subjects(lag_crp(recalls), "lag").set_index("lag")["mean"])


def near_of(crp: Any) -> float:
    """The lag-CRP at lags of ±1 over that at ±2, from means by lag."""
    far = crp.get(2, np.nan) + crp.get(-2, np.nan)
    return float((crp.get(1, np.nan) + crp.get(-1, np.nan)) / far) if far > 0 else np.nan


def measured(known: Mapping[str, Statistics], findings: Iterable[Finding] = FINDINGS) -> dict[str, float]:
    """The numbers of the findings that these conditions show, by name; NaN where one is not defined."""
    return {
        each.name: float(each.measure(known)) for each in findings if all(name in known for name in each.conditions)
    }


def of_simulated_lists(model: Model, lists: Mapping[str, Any], least: int, seed: int) -> dict[str, Statistics]:
    """The statistics of a model that is run through the lists of people, by condition.

    Lists of free and of serial recall are run through as often as gives ``least`` of them.
    """
    found = {}
    for condition, people in lists.items():
        trials = people.trials
        once = isinstance(people, Judgments) or trials.paradigm.cued_by_item
        rows = np.arange(len(trials) if once else max(least, len(trials))) % len(trials)
        again = replace(trials[rows], list=NOT_GIVEN)
        found[condition] = Statistics.of(predict(model, again, seed))
    return found

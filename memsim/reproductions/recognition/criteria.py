"""Findings of recognition that a model should show, each measured by one number with its standard error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.model import MemoryModel
from memsim.evaluation.ranking.calibration import CALIBRATION, limits_of, numbers_of_people, people_table
from memsim.evaluation.ranking.findings import FINDINGS, Statistics
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.recognition.measurement_model import MeasurementModel
from memsim.reproductions.recognition.tasks import (
    CONTINUOUS,
    FREQUENCY,
    LONG,
    MIXED,
    SHORT,
    SIMILAR,
    STRONG,
    TASKS,
    WEAK,
    WHOLE,
    Rated,
    rated,
)
from memsim.reproductions.verdicts import PASSES, verdict_of

Tasks = Mapping[str, Rated]


class RecognitionCriterion(NamedTuple):
    """A finding, the number that measures it, and the range (low to high) in which the number passes.

    A number outside the range by more than two standard errors refutes the finding for the model; one within two
    standard errors of an end of the range decides nothing.
    """

    name: str
    number: str
    """The number in words."""
    low: float
    high: float
    measure: Callable[[Tasks], FloatArray]
    """(n_blocks,) the number, in each block of lists."""
    tasks: tuple[str, ...]
    of_people: str = ""
    """The finding of people of five data sets or more whose range stands instead of low and high, if there is one."""

    @property
    def limits(self) -> tuple[float, float]:
        """The range in which the number passes."""
        return range_of_people(self.of_people) if self.of_people else (self.low, self.high)

    @property
    def source(self) -> str:
        """Whose the range is, in words."""
        return "people of five data sets or more" if self.of_people else "memsim's authors"

    def verdict(self, value: float, sem: float) -> str:
        """``pass``, ``fail``, ``undecided``, or ``absent`` where there is no value."""
        return verdict_of(value, sem, *self.limits)


@cache
def people() -> pd.DataFrame:
    """What people of all data sets of ratings show: ``finding, data_set, value``."""
    ratings = [conditions for conditions in CALIBRATION if set(conditions) == {"ratings"}]
    findings = [each for each in FINDINGS if each.conditions == ("ratings",)]
    return people_table(numbers_of_people(ratings, findings, Statistics), findings)


@cache
def range_of_people(finding: str) -> tuple[float, float]:
    """The range of a finding of ratings: :func:`memsim.evaluation.ranking.calibration.limits_of`."""
    row = limits_of(people(), FINDINGS).set_index("finding").loc[finding]
    return float(row["low"]), float(row["high"])


def _both(first: FloatArray, second: FloatArray) -> FloatArray:
    """Of two differences that should both be above 0, that with the smaller mean."""
    return first if first.mean() < second.mean() else second


def _strength_mirror(m: Tasks) -> FloatArray:
    hits = m[STRONG].called_old() - m[WEAK].called_old()
    return _both(hits, m[WEAK].called_old("lure") - m[STRONG].called_old("lure"))


def _frequency_mirror(m: Tasks) -> FloatArray:
    def rate(kind: str, frequency: str) -> FloatArray:
        return m[FREQUENCY].called_old(kind, "frequency", frequency)

    return _both(rate("target", "low") - rate("target", "high"), rate("lure", "high") - rate("lure", "low"))


def _ratio_of_ratios(m: Tasks) -> FloatArray:
    mixed = m[MIXED].distance("strong") / m[MIXED].distance("weak")
    return mixed * m[WEAK].distance() / m[STRONG].distance()


def _similar(m: Tasks) -> FloatArray:
    of = m[SIMILAR]
    return of.called_old("lure", "lure_kind", "similar") - of.called_old("lure", "lure_kind", "new")


LENGTH, STRENGTH, MIRROR = "accuracy falls with list length", "accuracy rises with strength", "strength mirror"
LIST_STRENGTH, FREQUENCY_MIRROR = "no list-strength effect", "word-frequency mirror"
SLOPE, SLOPE_LENGTH, SLOPE_STRENGTH = (
    "z-ROC slope below 1",
    "slope constant over length",
    "slope constant over strength",
)
LIKE, LAG, NEAR = "false alarms rise with similarity", "hits fall with lag", "contiguity after sure hits"
CRITERIA = (
    RecognitionCriterion(LENGTH, "d' for 10 items minus d' for 40", 0.1, np.inf,
                         lambda m: m[SHORT].distance() - m[LONG].distance(), (SHORT, LONG)),
    RecognitionCriterion(STRENGTH, "d' of strong lists minus d' of weak lists", 0.1, np.inf,
                         lambda m: m[STRONG].distance() - m[WEAK].distance(), (WEAK, STRONG)),
    RecognitionCriterion(MIRROR, "smaller of: hits strong - weak, false alarms weak - strong", 0.01, 1,
                         _strength_mirror, (WEAK, STRONG)),
    RecognitionCriterion(LIST_STRENGTH, "ratio of ratios of d'", 0.7, 1.15,
                         _ratio_of_ratios, (WEAK, STRONG, MIXED)),
    RecognitionCriterion(FREQUENCY_MIRROR, "smaller of: hits low - high, false alarms high - low", 0.01, 1,
                         _frequency_mirror, (FREQUENCY,)),
    RecognitionCriterion(SLOPE, "slope in weak lists of 20", np.nan, np.nan,
                         lambda m: m[WEAK].slope(), (WEAK,), "ratings: slope of the z-ROC"),
    RecognitionCriterion(SLOPE_LENGTH, "slope for 40 items minus slope for 10", -0.1, 0.1,
                         lambda m: m[LONG].slope() - m[SHORT].slope(), (SHORT, LONG)),
    RecognitionCriterion(SLOPE_STRENGTH, "slope of strong lists minus slope of weak lists", -0.1, 0.1,
                         lambda m: m[STRONG].slope() - m[WEAK].slope(), (WEAK, STRONG)),
    RecognitionCriterion(LIKE, "false alarms to similar minus to other lures", 0.05, 1,
                         _similar, (SIMILAR,)),
    RecognitionCriterion(LAG, "hits at lag 1 minus hits at lag 16", 0.03, 1,
                         lambda m: m[CONTINUOUS].fall_with_lag(), (CONTINUOUS,)),
    RecognitionCriterion(NEAR, "hits after a neighbour minus after a remote target", 0.01, 1,
                         lambda m: m[WHOLE].contiguity("rated highest"), (WHOLE,)),
)  # fmt: skip


def absences(name: str, model: MemoryModel[Any]) -> dict[str, str]:
    """The criteria of which a model has no account, and why."""
    if isinstance(model, MeasurementModel):
        why = "a measurement model: it describes ratings, and study changes nothing in it"
        return {each.name: why for each in CRITERIA if each.name != SLOPE}
    missing = {}
    if name != "SummedSimilarity" and not isinstance(model, NetworkModel):
        missing[LIKE] = "items have no similarity that pools could set: all lures are alike"
    if name not in ("REM", "BCDMEM"):
        missing[FREQUENCY_MIRROR] = "word frequency changes nothing in the model"
    return missing


def tasks_of(
    name: str, model: MemoryModel[Any], n_trials: int, seed: int, settings: dict[str, Any] | None = None
) -> dict[str, Rated]:
    """The ratings of a model in the tasks of all criteria of which it has an account."""
    missing = absences(name, model)
    needed = {task for each in CRITERIA if each.name not in missing for task in each.tasks}
    return {task: rated(model, task, n_trials, seed, settings) for task in TASKS if task in needed}


def rows_of(name: str, tasks: Tasks, missing: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row for each criterion: ``label, criterion, number, value, sem, low, high, range_of, verdict, why``."""
    return [
        row_of(name, each, *((np.nan, np.nan) if each.name in missing else estimate(each.measure(tasks))),
               missing.get(each.name, ""))
        for each in CRITERIA
    ]  # fmt: skip


def row_of(name: str, criterion: RecognitionCriterion, value: float, sem: float, why: str = "") -> dict[str, Any]:
    """One row of the table."""
    low, high = criterion.limits
    return {
        "label": name, "criterion": criterion.name, "number": criterion.number, "value": value, "sem": sem, "low": low,
        "high": high, "range_of": criterion.source, "verdict": criterion.verdict(value, sem), "why": why,
    }  # fmt: skip


def estimate(numbers: FloatArray) -> tuple[float, float]:
    """Mean and standard error over blocks or people; NaN if more than half of them have no number."""
    defined = numbers[np.isfinite(numbers)]
    if len(defined) < max(2, len(numbers) / 2):
        return np.nan, np.nan
    return float(defined.mean()), float(defined.std(ddof=1) / np.sqrt(len(defined)))


def findings_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as a table; ``passes`` is True or False where the verdict is decided, else None."""
    table = pd.DataFrame(rows)
    table["passes"] = pd.Series([PASSES.get(each) for each in table["verdict"]], dtype=object)
    return table

"""Ten qualitative findings of free recall that a model should show, each measured by one number.

What counts as showing a finding is not chosen here: it follows from what people of many data sets show
(:mod:`memsim.evaluation.ranking.calibration`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.recall.transitions import lag_crp
from memsim.analysis.subjects import mean_over_subjects
from memsim.analysis.summaries import summary_table
from memsim.core.position_model import Model
from memsim.core.prediction import PositionPrediction, Prediction, predict
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.evaluation.ranking.calibration import (
    CALIBRATION,
    limits_of,
    numbers_of_people,
    people_table,
    statistics_of_people,
)
from memsim.evaluation.ranking.findings import FINDINGS, Finding, Statistics, near_of
from memsim.paradigms.registered import PARADIGMS
from memsim.reproductions.simulated_lists import curves_by_name
from memsim.reproductions.verdicts import PASSES, verdict_of

TASKS: dict[str, dict[str, float]] = {
    "immediate": {"list_length": 20},
    "longer": {"list_length": 30},
    "longest": {"list_length": 40},
    "delayed": {"list_length": 20, "retention_interval": 16.0},
    "continual": {
        "list_length": 20, "retention_interval": 16.0, "inter_item_distraction": 16.0, "initial_distraction": 16.0,
    },
}  # fmt: skip
"""Immediate recall of three list lengths, delayed recall, and recall with distraction around every word, at one word
per second. Delay and distraction last as long as for the people of PEERS, experiment 2."""
PEOPLE: dict[str, dict[str, str]] = {
    "people, Murdock": {"immediate": "murdock1962:20-1", "longer": "murdock1962:30-1", "longest": "murdock1962:40-1"},
    "people, PEERS": {
        "immediate": "peers_experiment2:immediate", "delayed": "peers_experiment2:delayed_16",
        "continual": "peers_experiment2:continual_16",
    },
}  # fmt: skip
"""The people who did most like these tasks, by label; their lists are of 20 to 40 words, and of 16."""
LENGTHS = (PEOPLE["people, Murdock"], dict(zip(("immediate", "longer", "longest"), (
    "murdock1962:10-2", "murdock1962:15-2", "murdock1962:20-2"), strict=True)))  # fmt: skip
"""Conditions of one experiment that differ by the length of the list alone."""
BLOCKS = 10
"""Into how many parts a model's lists are divided for standard errors."""
NOT_COUNTED = "not counted"
"""The verdict of a criterion by which nobody can fail, since people lie on both sides of no effect."""


class Measures(Statistics):
    """The numbers of a model or of people in one task; NaN where a number is not defined or not known.

    Parameters
    ----------
    curves, summary : from :func:`memsim.analysis.curve_table` and :func:`memsim.analysis.summary_table`.
    list_length : of the task.
    late : the lag-CRP of transitions from the fourth output on, as means over subjects; None if it is not known.
    """

    def __init__(
        self, curves: pd.DataFrame, summary: pd.DataFrame, list_length: int, late: pd.DataFrame | None = None
    ) -> None:
        self._curves = curves_by_name(curves)
        self._late = None if late is None else late.set_index("lag")["mean"]
        super().__init__(
            summary.set_index("statistic")["mean"], list_length, near_of(self._curves.get("lag_crp", pd.Series()))
        )

    @classmethod
    def of(cls, predicted: Prediction) -> Self:
        """The numbers of recalls, by a model or by people, or of a prediction of positions."""
        tables = curve_table(predicted), summary_table(predicted)
        if isinstance(predicted, PositionPrediction):
            return cls(*tables, len(predicted.probability))
        assert isinstance(predicted, Recalls)
        late = mean_over_subjects(lag_crp(predicted, first_output=4), "lag")
        return cls(*tables, predicted.list_length, late)

    @classmethod
    def of_tables(cls, curves: pd.DataFrame, summary: pd.DataFrame, list_length: int) -> Self:
        """Those of people of whom the tables of curves and statistics ship, and the lists do not."""
        return cls(curves, summary, list_length)

    def middle(self) -> float:
        """Mean recall in the middle third of the list, with which the ends are compared."""
        curve = self._curves["serial_position_curve"]
        third = len(curve) // 3
        return float(curve.iloc[third : len(curve) - third].mean())

    def over_lag(self, lag: int) -> float:
        """The lag-CRP at lags of ±1 divided by that at ±``lag``."""
        return _ratio(*(self._crp(size) + self._crp(-size) for size in (1, lag)))

    def late_asymmetry(self) -> float:
        """The lag-CRP at +1 divided by that at -1, of transitions from the fourth output on."""
        return np.nan if self._late is None else _ratio(*(float(self._late.get(lag, np.nan)) for lag in (1, -1)))

    def _crp(self, lag: int) -> float:
        curve = self._curves.get("lag_crp")
        return np.nan if curve is None else float(curve.get(lag, np.nan))


def _ratio(one: float, other: float) -> float:
    return one / other if other > 0 else np.nan


class Criterion(NamedTuple):
    """A finding, and the number that measures it in words."""

    name: str
    number: str
    finding: Finding


def _own(name: str, null: float, measure: Callable[[Mapping[str, Measures]], float], *tasks: str) -> Finding:
    return Finding(name, null, measure, tasks)


_RANKED = {each.name: each for each in FINDINGS}
_MIDDLE = _own(
    "middle falls with list length", 0.0,
    lambda m: min(m["immediate"].middle() - m["longer"].middle(), m["longer"].middle() - m["longest"].middle()),
    "immediate", "longer", "longest",
)  # fmt: skip
CRITERIA = (
    Criterion("recency in immediate recall", "last 4 minus middle", _RANKED["immediate: recency, last 4 minus middle"]),
    Criterion("recency goes with a delay", "recency at once minus recency after 16 s",
              _RANKED["recency falls with delay, immediate minus delayed"]),
    Criterion("recency returns with continual distraction", "last 4 minus middle, 16 s around every word",
              _RANKED["continual: recency, last 4 minus middle"]),
    Criterion("primacy", "first 3 minus middle", _RANKED["immediate: primacy, first 3 minus middle"]),
    Criterion("middle falls with list length, 20 > 30 > 40", "smaller of the two decreases", _MIDDLE),
    Criterion("transitions peak at lags of one", "lag-CRP at ±1 / ±2", _RANKED["immediate: lag-CRP at +-1 over +-2"]),
    Criterion("transitions favour going forward", "lag-CRP at +1 / -1", _RANKED["immediate: lag-CRP at +1 over -1"]),
    Criterion("forward also late in recall", "lag-CRP at +1 / -1 from the fourth output on",
              _own("forward late in recall", 1.0, lambda m: m["immediate"].late_asymmetry(), "immediate")),
    Criterion("contiguity survives delay and distraction", "lag-CRP at ±1 / ±4, the smaller of two tasks",
              _own("contiguity after delay and distraction", 1.0,
                   lambda m: min(m[task].over_lag(4) for task in ("delayed", "continual")), "delayed", "continual")),
    Criterion("recall begins at the end of the list", "first recall among the last 4, over chance",
              _RANKED["immediate: first recall in the last 4, over chance"]),
)  # fmt: skip


@cache
def people() -> pd.DataFrame:
    """What people of all data sets show: ``finding, data_set, value``, the source of the ranges."""
    tasks = set(PEOPLE["people, PEERS"])
    free = [conditions for conditions in CALIBRATION if set(conditions) <= tasks]
    others = [each.finding for each in CRITERIA if each.finding is not _MIDDLE]
    found = [
        (numbers_of_people(free, others, Measures), others),
        (numbers_of_people(LENGTHS, [_MIDDLE], Measures), [_MIDDLE]),
    ]
    return pd.concat([people_table(*each) for each in found], ignore_index=True)


@cache
def limits() -> pd.DataFrame:
    """What each number has to be, by criterion: :func:`memsim.evaluation.ranking.calibration.limits_of`."""
    table = limits_of(people(), [each.finding for each in CRITERIA]).set_index("finding")
    table = table.loc[[each.finding.name for each in CRITERIA]].reset_index(drop=True)
    table.insert(0, "criterion", [each.name for each in CRITERIA])
    table.insert(1, "number", [each.number for each in CRITERIA])
    return table


class Measured(NamedTuple):
    """The numbers by task, of all lists and of each block of them."""

    whole: Mapping[str, Measures]
    blocks: tuple[Mapping[str, Measures], ...] = ()

    def number(self, criterion: Criterion) -> tuple[float, float]:
        """The number of a criterion, and its standard error; NaN where there is none."""
        if not set(criterion.finding.conditions) <= set(self.whole):
            return np.nan, np.nan
        value = float(criterion.finding.measure(self.whole))
        each = np.array([criterion.finding.measure(block) for block in self.blocks])
        each = each[np.isfinite(each)]
        error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > BLOCKS / 2 else np.nan
        return value, error


def measures(model: Model, n_trials: int, seed: int) -> Measured:
    """The numbers of ``model`` in each of the five tasks, from ``n_trials`` lists each."""
    whole: dict[str, Measures] = {}
    blocks: list[dict[str, Measures]] = [{} for _ in range(BLOCKS)]
    for name, settings in TASKS.items():
        paradigm: Paradigm = PARADIGMS.build("free_recall", settings)
        found = predict(model, paradigm.trials(n_trials, seed), seed)
        whole[name] = Measures.of(found)
        if isinstance(found, Recalls):
            for block, rows in zip(blocks, np.array_split(np.arange(n_trials), BLOCKS), strict=True):
                block[name] = Measures.of(found[rows])
    return Measured(whole, tuple(block for block in blocks if block))


def measures_of_people(label: str) -> Measured:
    """The numbers of people of :data:`PEOPLE`."""
    return Measured({task: statistics_of_people(name, Measures) for task, name in PEOPLE[label].items()})


def criteria_table(found: Mapping[str, Measured]) -> pd.DataFrame:
    """Every criterion for every model and for people.

    Parameters
    ----------
    found : by label, :func:`measures` of a model, or :func:`measures_of_people`.

    Returns
    -------
    DataFrame : ``label, criterion, number, value, sem, low, high, basis, verdict, passes``. Where a task is missing,
        ``value`` is NaN and ``passes`` is None; so ``passes`` is where nothing is decided, or by which nobody can fail.
    """
    rows: list[dict[str, Any]] = []
    ranges = limits().set_index("criterion")
    for label, measured in found.items():
        for criterion in CRITERIA:
            value, sem = measured.number(criterion)
            low, high, basis = ranges.loc[criterion.name, ["low", "high", "basis"]]
            verdict = verdict_of(value, sem, low, high)
            if not np.isnan(value) and np.isinf([low, high]).all():
                verdict = NOT_COUNTED
            rows.append({
                "label": label, "criterion": criterion.name, "number": criterion.number, "value": value, "sem": sem,
                "low": low, "high": high, "basis": basis, "verdict": verdict, "passes": PASSES.get(verdict),
            })  # fmt: skip
    return pd.DataFrame(rows)

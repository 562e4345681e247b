"""Ten qualitative findings of free recall that a model should show, each measured by one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.recall.transitions import lag_crp
from memsim.analysis.subjects import mean_over_subjects
from memsim.analysis.summaries import summary_table
from memsim.core.position_model import Model
from memsim.core.prediction import Prediction, predict
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.paradigms.registered import PARADIGMS
from memsim.reproductions.simulated_lists import curves_by_name

TASKS: dict[str, dict[str, float]] = {
    "20": {"list_length": 20},
    "30": {"list_length": 30},
    "40": {"list_length": 40},
    "delayed": {"list_length": 20, "retention_interval": 30.0},
    "continuous": {"list_length": 20, "retention_interval": 16.0, "inter_item_distraction": 16.0},
}
"""Immediate recall of three list lengths, delayed recall and continuous-distractor recall, at one word per second."""


class Measures:
    """The numbers of a model or of people in one task; NaN where a number is not defined or not known.

    Parameters
    ----------
    curves, summary : from :func:`memsim.analysis.curve_table` and :func:`memsim.analysis.summary_table`.
    late : the lag-CRP of transitions from the fourth output on, as means over subjects; None if it is not known.
    """

    def __init__(self, curves: pd.DataFrame, summary: pd.DataFrame, late: pd.DataFrame | None = None) -> None:
        self._curves = curves_by_name(curves)
        self._summary = summary.set_index("statistic")["mean"]
        self._late = None if late is None else late.set_index("lag")["mean"]

    @classmethod
    def of(cls, predicted: Prediction) -> Measures:
        """The numbers of recalls, by a model or by people, or of a prediction of positions."""
        tables = curve_table(predicted), summary_table(predicted)
        if not isinstance(predicted, Recalls):
            return cls(*tables)
        late = mean_over_subjects(lag_crp(predicted, first_output=4), "lag")
        return cls(*tables, late)

    def statistic(self, name: str) -> float:
        """A statistic of :func:`memsim.analysis.summary_table`."""
        return float(self._summary.get(name, np.nan))

    def middle(self) -> float:
        """Mean recall in the middle third of the list, with which the ends are compared."""
        curve = self._curves["serial_position_curve"]
        third = len(curve) // 3
        return float(curve.iloc[third : len(curve) - third].mean())

    def crp(self, lag: int, late: bool = False) -> float:
        """The lag-CRP at a lag, for all transitions or, if ``late``, for those from the fourth output on."""
        curve = self._late if late else self._curves.get("lag_crp")
        return np.nan if curve is None else float(curve.get(lag, np.nan))


class Criterion(NamedTuple):
    """A finding, the number that measures it, and the range (low to high) in which the number passes."""

    name: str
    number: str
    """The number in words."""
    low: float
    high: float
    measure: Callable[[Mapping[str, Measures]], float]

    def passes(self, value: float) -> bool | None:
        """Whether ``value`` passes; None where there is no value."""
        return None if np.isnan(value) else self.low <= value <= self.high


def _near(task: Measures, lag: int) -> float:
    """The lag-CRP at lags of ±1 divided by that at ±``lag``."""
    near, far = (task.crp(size) + task.crp(-size) for size in (1, lag))
    return near / far if far else np.inf


def _kept_recency(immediate: Measures, delayed: Measures) -> float:
    """The share of recency that is left after a delay; NaN where immediate recall has no recency."""
    recency = immediate.statistic("recency")
    return delayed.statistic("recency") / recency if recency >= RECENCY else np.nan


RECENCY = 0.1
"""The smallest recency, recall of the last four words minus that of the middle third, that counts as recency."""
CRITERIA = (
    Criterion("recency in immediate recall", "last 4 minus middle", RECENCY, 1,
              lambda m: m["20"].statistic("recency")),
    Criterion("recency goes with a delay", "recency after 30 s / immediate recency", -1, 1 / 3,
              lambda m: _kept_recency(m["20"], m["delayed"])),
    Criterion("recency returns with continuous distraction", "last 4 minus middle, 16 s between and after", RECENCY, 1,
              lambda m: m["continuous"].statistic("recency")),
    Criterion("primacy", "first 3 minus middle", 0.02, 1,
              lambda m: m["20"].statistic("primacy")),
    Criterion("middle falls with list length, 20 > 30 > 40", "smaller of the two decreases", 0.005, 1,
              lambda m: min(m["20"].middle() - m["30"].middle(), m["30"].middle() - m["40"].middle())),
    Criterion("transitions peak at lags of one", "lag-CRP at ±1 / ±2", 1.1, np.inf,
              lambda m: _near(m["20"], 2)),
    Criterion("transitions favour going forward", "lag-CRP at +1 / -1", 1.5, 3.5,
              lambda m: m["20"].crp(1) / m["20"].crp(-1)),
    Criterion("forward also late in recall", "lag-CRP at +1 / -1 from the fourth output on", 1.2, np.inf,
              lambda m: m["20"].crp(1, late=True) / m["20"].crp(-1, late=True)),
    Criterion("contiguity survives delay and distraction", "lag-CRP at ±1 / ±4, the smaller of two tasks", 1.2, np.inf,
              lambda m: min(_near(m[task], 4) for task in ("delayed", "continuous"))),
    Criterion("recall begins at the end of the list", "first recall among the last 4", 0.5, 1,
              lambda m: m["20"].statistic("first_recall_at_end")),
)  # fmt: skip


def measures(model: Model, n_trials: int, seed: int) -> dict[str, Measures]:
    """The numbers of ``model`` in each of the five tasks, from ``n_trials`` lists each."""
    found = {}
    for name, settings in TASKS.items():
        paradigm: Paradigm = PARADIGMS.build("free_recall", settings)
        found[name] = Measures.of(predict(model, paradigm.trials(n_trials, seed), seed))
    return found


def criteria_table(names: Mapping[str, Mapping[str, Measures]]) -> pd.DataFrame:
    """Every criterion for every model and for people.

    Parameters
    ----------
    labels : by name, the numbers by task: :func:`measures` of a model, or what is known of people.

    Returns
    -------
    DataFrame : ``label, criterion, number, value, low, high, passes``. Where a task is missing, ``value`` is NaN and
        ``passes`` is None.
    """
    rows: list[dict[str, Any]] = []
    for name, tasks in names.items():
        for criterion in CRITERIA:
            try:
                value = float(criterion.measure(tasks))
            except KeyError:
                value = np.nan
            rows.append(
                {
                    "label": name,
                    "criterion": criterion.name,
                    "number": criterion.number,
                    "value": value,
                    "low": criterion.low,
                    "high": criterion.high,
                    "passes": criterion.passes(value),
                }
            )
    return pd.DataFrame(rows)

"""Ten qualitative findings of free recall that a model should show, each as one number."""

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
from memsim.core.prediction import PositionPrediction, predict
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.paradigms.registered import PARADIGMS

TASKS: dict[str, dict[str, float]] = {
    "20": {"list_length": 20},
    "30": {"list_length": 30},
    "40": {"list_length": 40},
    "delayed": {"list_length": 20, "retention_interval": 30.0},
    "continuous": {"list_length": 20, "retention_interval": 16.0, "inter_item_distraction": 16.0},
}
"""Immediate recall of three list lengths, delayed and continuous-distractor recall; a word each second."""


class Measures:
    """The numbers of one source in one task, by name; NaN where it says nothing of them."""

    def __init__(self, curves: pd.DataFrame, summary: pd.DataFrame, late: pd.DataFrame | None = None) -> None:
        self._curves = {name: table.set_index("x")["mean"] for name, table in curves.groupby("curve")}
        self._summary = summary.set_index("statistic")["mean"]
        self._late = None if late is None else late.set_index("lag")["mean"]

    @classmethod
    def of(cls, predicted: Recalls | PositionPrediction) -> Measures:
        """Those of recalls, of a model or of people, or of a prediction of positions."""
        tables = curve_table(predicted), summary_table(predicted)
        if isinstance(predicted, PositionPrediction):
            return cls(*tables)
        late = mean_over_subjects(lag_crp(predicted, first_output=4), "lag")
        return cls(*tables, late)

    def statistic(self, name: str) -> float:
        """A statistic of :func:`memsim.analysis.summary_table`."""
        return float(self._summary.get(name, np.nan))

    def middle(self) -> float:
        """Mean recall of the middle third, by which primacy and recency are measured."""
        curve = self._curves["serial_position_curve"]
        third = len(curve) // 3
        return float(curve.iloc[third : len(curve) - third].mean())

    def crp(self, lag: int, late: bool = False) -> float:
        """The lag-CRP, of all transitions or of those from the fourth output on."""
        curve = self._late if late else self._curves.get("lag_crp")
        return np.nan if curve is None else float(curve.get(lag, np.nan))


class Criterion(NamedTuple):
    """A finding: the number that shows it, and the range in which it passes."""

    name: str
    number: str
    """What the number is."""
    low: float
    high: float
    measure: Callable[[Mapping[str, Measures]], float]

    def passes(self, value: float) -> bool | None:
        """Whether ``value`` passes; ``None`` where there is no value."""
        return None if np.isnan(value) else self.low <= value <= self.high


def _near(task: Measures, lag: int) -> float:
    """How much likelier transitions to neighbours are than those over ``lag``."""
    near, far = (task.crp(size) + task.crp(-size) for size in (1, lag))
    return near / far if far else np.inf


def _kept_recency(immediate: Measures, delayed: Measures) -> float:
    """The share of recency that is left after a delay; NaN where there was none to lose."""
    recency = immediate.statistic("recency")
    return delayed.statistic("recency") / recency if recency >= RECENCY else np.nan


RECENCY = 0.1
"""Least recency, last four words less middle third, that counts as such."""
CRITERIA = (
    Criterion("recency in immediate recall", "last 4 less middle", RECENCY, 1,
              lambda m: m["20"].statistic("recency")),
    Criterion("recency goes with a delay", "recency after 30 s over immediate", -1, 1 / 3,
              lambda m: _kept_recency(m["20"], m["delayed"])),
    Criterion("recency returns with continuous distraction", "last 4 less middle, 16 s between and after", RECENCY, 1,
              lambda m: m["continuous"].statistic("recency")),
    Criterion("primacy", "first 3 less middle", 0.02, 1,
              lambda m: m["20"].statistic("primacy")),
    Criterion("middle falls with list length, 20 > 30 > 40", "smaller of the two falls", 0.005, 1,
              lambda m: min(m["20"].middle() - m["30"].middle(), m["30"].middle() - m["40"].middle())),
    Criterion("transitions peak at lags of one", "lag-CRP ±1 over ±2", 1.1, np.inf,
              lambda m: _near(m["20"], 2)),
    Criterion("transitions favour going forward", "lag-CRP at +1 over -1", 1.5, 3.5,
              lambda m: m["20"].crp(1) / m["20"].crp(-1)),
    Criterion("forward also late in recall", "the same from the fourth output on", 1.2, np.inf,
              lambda m: m["20"].crp(1, late=True) / m["20"].crp(-1, late=True)),
    Criterion("contiguity survives delay and distraction", "smaller of lag-CRP ±1 over ±4", 1.2, np.inf,
              lambda m: min(_near(m[task], 4) for task in ("delayed", "continuous"))),
    Criterion("recall begins at the end of the list", "first recall among the last 4", 0.5, 1,
              lambda m: m["20"].statistic("first_recall_at_end")),
)  # fmt: skip


def measures(model: Model, n_trials: int, seed: int) -> dict[str, Measures]:
    """What ``model`` does in each of the five tasks."""
    found = {}
    for name, settings in TASKS.items():
        paradigm: Paradigm = PARADIGMS.build("free_recall", settings)
        found[name] = Measures.of(predict(model, paradigm.trials(n_trials, seed), seed))
    return found


def criteria_table(sources: Mapping[str, Mapping[str, Measures]]) -> pd.DataFrame:
    """Every criterion for every source: ``source, criterion, number, value, low, high, passes``.

    ``sources`` maps names to :func:`measures` of a model, or to what is known of people; a task that is missing
    leaves NaN, and ``passes`` then is ``None``.
    """
    rows: list[dict[str, Any]] = []
    for name, tasks in sources.items():
        for criterion in CRITERIA:
            try:
                value = float(criterion.measure(tasks))
            except KeyError:
                value = np.nan
            rows.append(
                {
                    "source": name,
                    "criterion": criterion.name,
                    "number": criterion.number,
                    "value": value,
                    "low": criterion.low,
                    "high": criterion.high,
                    "passes": criterion.passes(value),
                }
            )
    return pd.DataFrame(rows)

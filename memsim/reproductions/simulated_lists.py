"""What entries of the catalogue share: simulated recalls, and curves from tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from memsim.analysis.figures.style import MAX_LAG
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm

LISTS = 20_000
"""Lists of each model in each condition, where an entry does not say otherwise."""


def recalls_of(model: MemoryModel[Any], task: Paradigm, seed: int, n_trials: int = LISTS) -> Recalls:
    """The recalls of a model that is simulated on ``n_trials`` lists; one seed draws lists and responses."""
    return simulate(model, task.trials(n_trials, seed), seed)


def curves_by_name(table: pd.DataFrame) -> dict[str, pd.Series]:
    """The means in a table of :func:`memsim.analysis.curve_table`, by the name of the curve, indexed by x."""
    return {str(name): rows.set_index("x")["mean"] for name, rows in table.groupby("curve", sort=False)}


def near_lags(curve: pd.Series) -> pd.Series:
    """A curve by lag, at the lags that figures show."""
    return curve[abs(curve.index) <= MAX_LAG]

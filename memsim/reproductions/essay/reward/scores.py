"""The table of scores: when its measures were taken, and a measure by seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray

BEFORE, AFTER, LESIONED = "before reward", "after reward", "after reward, memory off"


def series(scores: pd.DataFrame, part: str, condition: str, measure: str, at: str = AFTER) -> FloatArray:
    """A measure by seed; empty where the condition was not run."""
    chosen = scores[(scores["part"] == part) & (scores["condition"] == condition) & (scores["at"] == at)]
    return chosen.sort_values("seed")[measure].to_numpy(float) if measure in chosen else np.array([])

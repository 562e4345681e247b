"""Bins of a continuous axis: their edges, as a user gives them and as a table shows them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError


def checked_edges(edges: Sequence[float] | npt.ArrayLike, who: str) -> FloatArray:
    """The edges as an array; raises :class:`InputError`, in the name of ``who``, unless there are two that rise."""
    cuts = np.asarray(edges, dtype=float)
    if cuts.ndim != 1 or len(cuts) < 2 or not (np.diff(cuts) > 0).all():
        raise InputError(f"{who}: edges={edges!r} must be at least two numbers that rise")
    return cuts


def with_edges(frame: pd.DataFrame, cuts: FloatArray) -> pd.DataFrame:
    """``frame`` with ``low, high, center`` of its column ``bin``, which counts from 1, before ``prob``."""
    of = frame["bin"].to_numpy() - 1
    for column, values in (("low", cuts[:-1]), ("high", cuts[1:]), ("center", (cuts[:-1] + cuts[1:]) / 2)):
        frame.insert(frame.columns.get_loc("prob"), column, values[of])
    return frame

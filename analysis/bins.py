"""Bins of a continuous axis: their edges, the bin of each value, and the edges as columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError


def checked_edges(edges: Sequence[float] | npt.ArrayLike, who: str) -> FloatArray:
    """The edges as an array; :class:`InputError` is raised, in the name of ``who``, unless two or more rise."""
    cuts = np.asarray(edges, dtype=float)
    if cuts.ndim != 1 or len(cuts) < 2 or not (np.diff(cuts) > 0).all():
        raise InputError(f"{who}: edges={edges!r} must be two or more numbers, each larger than the one before")
    return cuts


def bins_of(values: FloatArray, cuts: FloatArray) -> tuple[npt.NDArray[np.int64], BoolArray]:
    """The bin of each value, from 0, and whether the value lies in any bin; a bin contains its lower edge."""
    bin_of = np.searchsorted(cuts, values, side="right") - 1
    return bin_of, (bin_of >= 0) & (bin_of < len(cuts) - 1)


def with_edges(frame: pd.DataFrame, cuts: FloatArray) -> pd.DataFrame:
    """``frame`` with ``low, high, center`` of its column ``bin``, which counts from 1, before ``prob``."""
    bin_of = frame["bin"].to_numpy() - 1
    for column, values in (("low", cuts[:-1]), ("high", cuts[1:]), ("center", (cuts[:-1] + cuts[1:]) / 2)):
        frame.insert(frame.columns.get_loc("prob"), column, values[bin_of])
    return frame

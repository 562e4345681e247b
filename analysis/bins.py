"""Bins of an axis: their edges, the bin of each value, and the bins that are made where none are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.limits import require_counts

MOST_LEVELS = 24
"""More positions, or lags, than so many are counted together in blocks, or bins, unless others are asked for."""


def checked_edges(edges: Sequence[float] | npt.ArrayLike, who: str) -> FloatArray:
    """The edges as an array; :class:`InputError` is raised, in the name of ``who``, unless two or more rise."""
    try:
        cuts = np.asarray(edges, dtype=float)
    except (TypeError, ValueError):
        cuts = np.empty(0)
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


class Levels(NamedTuple):
    """The level of each case, from 0, whether the case has one, and the value that stands for each level."""

    code: npt.NDArray[np.int64]
    inside: BoolArray
    values: npt.NDArray[np.float64] | npt.NDArray[np.int64]


def block_size(n: int) -> int:
    """How many successive ones of ``n`` positions are counted together where no number is asked for.

    Each alone up to 24; else a divisor of ``n`` that gives 8 to 12 blocks, the smallest, or without one a tenth of
    ``n``. It depends on the task alone, so that models and people have the same blocks.
    """
    if n <= MOST_LEVELS:
        return 1
    sizes = range(-(-n // 12), n // 8 + 1)
    return next((size for size in sizes if n % size == 0), -(-n // 10))


def in_blocks(position: npt.NDArray[np.integer], n: int, block: int | None, who: str) -> Levels:
    """The blocks of positions 1 to ``n``, each with the middle of its positions as its value.

    Parameters
    ----------
    position : of each case, from 1.
    block : positions in a block; if ``None``, :func:`block_size`.

    Raises
    ------
    InputError : ``block`` is not a whole number from 1.
    """
    size = block_size(n) if block is None else block
    require_counts(who, block=size)
    first = np.arange(1, n + 1, size)
    last = np.minimum(first + size - 1, n)
    middle = first if size == 1 else (first + last) / 2
    return Levels((np.asarray(position) - 1) // size, np.ones(np.shape(position), dtype=bool), middle)


def lag_levels(
    lag: npt.NDArray[np.integer], longest: int, edges: Sequence[float] | npt.ArrayLike | None, who: str
) -> Levels:
    """The levels of lags, whole numbers from 0.

    Where no edges are given and the task allows lags beyond 24, bins are those of a logarithmic axis: 0, 1, 2, 3 to 5,
    6 to 11, 12 to 22, and so on, each named by the power of two in its middle: 0, 1, 2, 4, 8, 16. They are the same for
    people and for models, whatever their lags. Other lags that occur are levels of their own.

    Parameters
    ----------
    lag : of each case.
    longest : the longest lag that the task allows.
    edges : the edges of bins, of which each contains its lower edge, and has the mean lag of its cases as its value.

    Raises
    ------
    InputError : the edges do not rise.
    """
    if edges is None:
        named = lag if longest <= MOST_LEVELS else np.where(lag > 0, 2 ** np.round(np.log2(np.maximum(lag, 1))), 0)
        values, code = np.unique(named.astype(np.int64), return_inverse=True)
        return Levels(code.reshape(np.shape(lag)), np.ones(np.shape(lag), dtype=bool), values)
    cuts = checked_edges(edges, who)
    code, inside = bins_of(np.asarray(lag, dtype=float), cuts)
    total = np.bincount(code[inside], lag[inside], minlength=len(cuts) - 1)
    with np.errstate(invalid="ignore"):
        return Levels(code, inside, total / np.bincount(code[inside], minlength=len(cuts) - 1))

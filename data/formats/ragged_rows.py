"""Rows of different lengths as one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def filled(rows: Sequence[Sequence[Any]], fill: Any, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """(n_rows, longest row) the values of the rows, each followed by ``fill``."""
    matrix = np.full((len(rows), max(map(len, rows), default=0)), fill, dtype=dtype)
    for values, row in zip(matrix, rows, strict=True):
        values[: len(row)] = row
    return matrix

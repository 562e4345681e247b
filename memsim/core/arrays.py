"""Types of arrays, and the check of every index matrix that a user gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.core.errors import InputError

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
LabelArray = npt.NDArray[Any]

NONE, INTRUSION = 0, -1
"""Codes among serial positions, which start at 1: no response, and an item that was not on the list."""

NOT_GIVEN: Any = None
"""Default of an array field that the constructor computes; typed so that the field is always an array."""


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same array, made read-only."""
    array.flags.writeable = False
    return array


def has_repeats(rows: IntArray) -> BoolArray:
    """(n_rows,) whether the row holds a value more than once."""
    ordered = np.sort(rows, axis=1)
    return (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)


def index_matrix(values: Any, what: str) -> IntArray:
    """A read-only (n_rows, n_columns) matrix of 32-bit whole numbers, copied from any array-like.

    Parameters
    ----------
    values : a list of rows, an array or a table.
    what : the name of the values in messages.

    Raises
    ------
    InputError : rows of different lengths, another number of dimensions, NaN, or a fraction; the message says where.
    """
    if hasattr(values, "to_numpy"):
        try:
            values = values.to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError):
            raise InputError(f"{what}: expected whole numbers, got a table with other values") from None
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.asarray(None)
    if array.dtype == object:
        array = _from_objects(values, what)
    if array.ndim == 1 and array.size == 0:
        array = array.reshape(0, 0)
    if array.ndim != 2:
        raise InputError(f"{what}: expected a matrix (rows, columns), got {array.ndim} dimension(s)")
    if array.dtype.kind not in "iuf":
        raise InputError(f"{what}: expected whole numbers, got values of type {array.dtype}")
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array) | (array != np.round(np.where(np.isfinite(array), array, 0.5)))
        if bad.any():
            row, column = np.argwhere(bad)[0]
            hint = "; write 0 where there is no response" if np.isnan(array[row, column]) else ""
            raise InputError(f"{what}: row {row}, column {column} is {array[row, column]}, not a whole number{hint}")
    info = np.iinfo(np.int32)
    if array.size and (array.min() < info.min or array.max() > info.max):
        raise InputError(f"{what}: a value is outside the range of 32-bit whole numbers")
    return frozen(np.array(array, dtype=np.int32))


def _from_objects(values: Any, what: str) -> npt.NDArray[Any]:
    if not hasattr(values, "__len__"):
        raise InputError(f"{what}: expected a matrix (rows, columns), got {values!r}")
    rows = [np.asarray(row) for row in values]
    if len({row.size for row in rows}) > 1:
        odd = next(i for i, row in enumerate(rows) if row.size != rows[0].size)
        raise InputError(
            f"{what}: rows have different lengths (row 0 has {rows[0].size}, row {odd} has {rows[odd].size}); "
            "pad the shorter ones, or make one object per length"
        )
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{what}: expected whole numbers, got {rows[0].dtype} values") from None

"""Types of arrays, and the checks of every array that a user gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.core.errors import InputError
from memsim.core.names import kind_of, shown

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
LabelArray = npt.NDArray[Any]

NONE, INTRUSION = 0, -1
"""Codes among serial positions, which start at 1: no response, and an item that was not on the list."""

NOT_GIVEN: Any = None
"""Default of an array field that the constructor computes; typed so that the field is always an array."""


def as_array(values: Any, what: str) -> Any:
    """``values`` as an array, with the masked values of numpy as missing ones.

    Raises
    ------
    InputError : numpy makes no array of them, as of rows of different lengths. ``what`` names them in the message.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        values = np.ma.filled(values.astype(object), np.nan)
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{what}: expected an array of values, got {type(values).__name__} ({error})") from None


def checked_rows(rows: Any, n: int, what: str) -> Any:
    """``rows`` as an index of the first axis of arrays of ``n`` rows: a slice, a mask, or an array of row numbers.

    Parameters
    ----------
    rows : what a user gave; a single number becomes an array of one.
    what : of which there are rows, for messages.

    Raises
    ------
    InputError : neither whole numbers nor a mask with a value for each row.
    IndexError : there is no such row.
    """
    if isinstance(rows, slice):
        return rows
    index = np.atleast_1d(np.asarray(as_array(rows, f"rows of {what}")))
    if not index.size and index.dtype.kind == "f":  # an empty list
        return index.astype(np.int64)
    if index.ndim > 1 or index.dtype.kind not in "biu":
        raise InputError(f"{what}[{shown(rows)}]: give a slice, row numbers from 0, or a mask of {n} values")
    if index.dtype.kind == "b" and len(index) != n:
        raise InputError(f"{what}: the mask has {len(index)} values, and there are {n} rows; give one for each row")
    if index.dtype.kind != "b" and index.size and (index.max() >= n or index.min() < -n):
        wrong = index.max() if index.max() >= n else index.min()
        raise IndexError(f"{what} has {n} rows, counted from 0; there is no row {wrong}")
    return index


def flat_rows(array: Any) -> Any:
    """(n, ...) as (n, all the rest); n may be 0."""
    return np.reshape(array, (np.shape(array)[0], math.prod(np.shape(array)[1:])))


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
    InputError : rows of different lengths, another number of dimensions, or values that are no whole numbers of 32
        bits: NaN, fractions, text, complex numbers, true and false; the message says where.
    """
    array = _matrix(values, what, "whole numbers")
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


def number_matrix(values: Any, what: str) -> FloatArray:
    """A read-only (n_rows, n_columns) matrix of floats, copied from any array-like; missing values are NaN.

    Raises
    ------
    InputError : as :func:`index_matrix`, but fractions and NaN may be.
    """
    return frozen(np.array(_matrix(values, what, "numbers"), dtype=float))


def float_array(values: Any, what: str) -> FloatArray:
    """``values`` of any shape as floats; :class:`InputError` names ``what``, and the kind of the values, where some are
    no numbers.
    """
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"{what}: expected numbers, got {kind_of(values)}; give a number, or an array of them"
        ) from None


def truth_vector(values: Any, what: str) -> BoolArray:
    """A copy of (n,) values that are true or false, or 1 or 0; :class:`InputError` is raised for others."""
    array = np.asarray(as_array(values, what))
    if array.dtype.kind not in "biu" or (array.dtype.kind != "b" and not np.isin(array, (0, 1)).all()):
        raise InputError(f"{what}: expected true or false, got values of type {array.dtype}")
    return np.array(array, dtype=bool)


def label_vector(values: Any, what: str, n: int) -> LabelArray:
    """A read-only copy of (n,) labels, which may be missing (``None`` or NaN).

    Raises
    ------
    InputError : another shape; labels of several types, of which some are text; complex numbers, or labels that
        cannot be compared.
    """
    if isinstance(values, list | tuple) and any(isinstance(label, str) for label in values):
        array = np.empty(len(values), dtype=object)  # numpy would write numbers and NaN among text as text
        array[:] = values
        if all(isinstance(label, str) for label in values):
            array = array.astype(str)
    else:
        array = np.array(as_array(values, what))
    if array.ndim == 0:
        raise InputError(f"{what}={shown(values)} must be a list or an array of ({n},) labels")
    if array.shape != (n,):
        raise InputError(f"{what} has shape {array.shape}, expected ({n},)")
    if array.dtype.kind in "cV":
        raise InputError(f"{what} labels are of type {array.dtype}; give text or numbers")
    if array.dtype == object and set(map(type, array.tolist())) != {str}:
        present = array[~missing(array)].tolist()
        if len({str if isinstance(label, str) else type(label) for label in present}) > 1 and any(
            isinstance(label, str) for label in present
        ):
            raise InputError(f"{what} labels are of several types; make all of them text, or all numbers")
        try:
            if any(isinstance(label, complex | np.complexfloating) for label in set(present)):
                raise InputError(f"{what} labels are complex numbers; give text or numbers")
            sorted(present)  # not the set of them: equal labels are compared as well
        except TypeError:
            raise InputError(f"{what} labels cannot be compared with one another; give text or numbers") from None
    return frozen(array)


def not_whole(values: FloatArray) -> BoolArray:
    """Whether each number is a fraction or infinite."""
    return np.isinf(values) | (np.floor(values) != values)


def missing(labels: LabelArray) -> BoolArray:
    """(n,) whether a label is ``None``, NaN, or the missing value of pandas."""
    if labels.dtype != object:
        return np.asarray(labels != labels, dtype=bool)
    values = labels.ravel().tolist()
    if set(map(type, values)) <= {str, int}:
        return np.zeros(labels.shape, dtype=bool)
    return np.array(list(map(_is_missing, values)), dtype=bool).reshape(labels.shape)


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):  # pandas' NA has no truth value, and arrays have none either
        return type(value).__name__ == "NAType"


def _matrix(values: Any, what: str, kind: str) -> npt.NDArray[Any]:
    """(n_rows, n_columns) values as whole numbers or floats."""
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        values = np.ma.filled(values.astype(object), np.nan)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, OverflowError):
        array = np.asarray(None)
    if array.dtype == object:
        array = _from_objects(values, what, kind)
    elif isinstance(values, list | tuple) and array.ndim == 2 and array.dtype.kind in "iuf":
        _require_numbers((value for row in values for value in np.asarray(row, dtype=object)), what, kind)
    if array.ndim == 1 and array.size == 0:
        array = array.reshape(0, 0)
    if array.ndim != 2:
        got = shown(values) if array.ndim == 0 else f"shape {array.shape}"
        raise InputError(f"{what}: expected a matrix (rows, columns), got {got}")
    if array.dtype.kind not in "iuf":
        raise InputError(f"{what}: expected {kind}, got values of type {array.dtype}")
    return array


def _from_objects(values: Any, what: str, kind: str) -> npt.NDArray[Any]:
    try:
        if isinstance(values, Mapping | set | frozenset):
            raise TypeError("no order of rows")
        rows = [np.asarray(row) for row in values]
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{what}: expected a matrix (rows, columns), got {shown(values)}") from None
    if len({row.size for row in rows}) > 1:
        odd = next(i for i, row in enumerate(rows) if row.size != rows[0].size)
        raise InputError(
            f"{what}: rows have different lengths (row 0 has {rows[0].size}, row {odd} has {rows[odd].size}); "
            "pad the shorter ones, or make one object per length"
        )
    if any(row.ndim != 1 for row in rows):
        raise InputError(f"{what}: expected a matrix (rows, columns), got {shown(values)}")
    cells = [[None if _is_missing(value) else value for value in row] for row in rows]
    _require_numbers((value for row in cells for value in row if value is not None), what, kind)
    try:
        return np.array([[np.nan if value is None else float(value) for value in row] for row in cells])
    except OverflowError:
        raise InputError(f"{what}: a value is outside the range of numbers") from None


def _require_numbers(values: Iterable[Any], what: str, kind: str) -> None:
    """Require numbers, which true, false, text and complex numbers are not."""
    for value in values:
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
            raise InputError(f"{what}: expected {kind}, got {shown(value)} of type {type(value).__name__}")

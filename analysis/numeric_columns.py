"""Columns of frames as numbers: text that is plainly a number becomes one, and anything else is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from memsim.core.errors import InputError
from memsim.core.names import shown
from memsim.core.tables.long_table_rows import at_row


def with_numbers(frame: pd.DataFrame, names: Iterable[str], who: str, *, infinite: bool = False) -> pd.DataFrame:
    """The frame with the columns of ``names`` as numbers, NaN where missing; columns that it lacks are passed over.

    A file of which all cells were read as text, or a frame that was built by hand, holds numbers as text. Text would be
    sorted, averaged and drawn as names.

    Parameters
    ----------
    who : the function that took the frame, for messages.
    infinite : whether a value may be infinite, as the log-likelihood of lists that are impossible under a model.

    Raises
    ------
    InputError : a value is no number, or is infinite and may not be; the message says which, and in which row.
    """
    made = {name: as_numbers(frame[name], who, infinite=infinite) for name in dict.fromkeys(names) if name in frame}
    return _replaced(frame, made)


def with_plain_numbers(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The frame with the columns of ``names`` as numbers where all of their values are; other columns hold names."""
    return _replaced(frame, {name: plain_numbers(frame[name]) for name in dict.fromkeys(names) if name in frame})


def as_numbers(column: pd.Series, who: str, *, infinite: bool = False) -> pd.Series:
    """:func:`with_numbers` of one column, whose name is that in messages."""
    numbers = _read(column)
    values = numbers.to_numpy(dtype=float)
    wrong = np.isnan(values) & ~_missing(column)
    wrong |= np.isinf(values) & (not infinite)
    if wrong.any():
        at = int(np.argmax(wrong))
        value = column.iloc[at]
        comma = isinstance(value, str) and "," in value
        fix = "; read files with decimal commas by pandas.read_csv(file, decimal=',')" if comma else ""
        raise InputError(
            f"{who}: {column.name} is {_said(value)} in {at_row(column.to_frame(), at)}; values must be "
            f"{'' if infinite else 'finite '}numbers, or NaN where undefined{fix}"
        )
    return numbers


def plain_numbers(column: pd.Series) -> pd.Series:
    """The column as numbers if all of its values are; else as it is, as for a column of names."""
    numbers = _read(column)
    return column if (numbers.isna().to_numpy() & ~_missing(column)).any() else numbers


def require_places(frame: pd.DataFrame, places: Sequence[str], value: str, who: str) -> None:
    """Raise :class:`InputError` where a value is defined and the column that says where it belongs is missing."""
    defined = frame[value].notna().to_numpy()
    for name in places:
        lost = defined & frame[name].isna().to_numpy()
        if lost.any():
            at = int(np.argmax(lost))
            raise InputError(
                f"{who}: {name} is missing in {at_row(frame, at)}, where {value} is {_said(frame[value].iloc[at])}; "
                "fill it in, or leave the row out"
            )


def _replaced(frame: pd.DataFrame, made: Mapping[str, pd.Series]) -> pd.DataFrame:
    changed = {name: column for name, column in made.items() if column.dtype != frame[name].dtype}
    if not changed:
        return frame
    attrs = frame.attrs
    frame = frame.assign(**changed)
    frame.attrs = attrs
    return frame


def _said(value: object) -> str:
    return shown(value.item() if isinstance(value, np.generic) else value)


def _read(column: pd.Series) -> pd.Series:
    """The column as numbers of numpy, NaN where a value is missing or no number."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return column
    if column.dtype.kind in "cmM":
        return pd.Series(np.nan, index=column.index, name=column.name)
    cells = [np.nan if isinstance(cell, complex | np.complexfloating) else cell for cell in column]
    read = pd.to_numeric(pd.Series(cells, index=column.index, dtype=object), errors="coerce")
    return read.rename(column.name)


def _missing(column: pd.Series) -> np.ndarray:
    """(n_rows,) whether a value is missing, which the text nan is too."""
    missing = column.isna().to_numpy()
    if column.dtype.kind in "iufb":
        return missing
    text = np.array([isinstance(value, str) and value.strip().casefold() == "nan" for value in column], dtype=bool)
    return missing | text

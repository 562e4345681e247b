"""Tables in text files at fixed addresses: fetched, checked, and read with the columns that are needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from memsim.core.errors import DataError
from memsim.data.formats.text_tables import read_text_table

MISSING = ("NA", "NaN", "")


def read_columns(path: Path, numbers: Sequence[str], texts: Sequence[str] = ()) -> pd.DataFrame:
    """These columns of a table, numbers as floats and texts as objects, NaN where a cell is empty or ``NA``.

    The words ``NA`` and ``NaN`` do not occur in the texts that are read here.

    Raises
    ------
    DataError : a file that is not such a table; the message names the file, and the line and value of a wrong cell.
    """
    table = read_text_table(path, missing=MISSING).astype(object)
    if lacks := [name for name in [*numbers, *texts] if name not in table]:
        raise DataError(f"{path} has no column {lacks[0]}; it has {', '.join(table.columns)}")
    found = table[[*numbers, *texts]].copy()
    for name in numbers:
        found[name] = pd.to_numeric(table[name], errors="coerce")
        wrong = found[name].isna() & table[name].notna()
        if wrong.any():
            line = wrong.index[wrong][0]
            raise DataError(f"{path}, line {line}: {name} {table.loc[line, name]!r} is not a number")
    return found


def require_rows(path: Path, groups: Iterable[tuple[object, pd.DataFrame]], n_rows: int, what: str) -> None:
    """Raise :class:`DataError` unless each group of rows has ``n_rows``."""
    for key, rows in groups:
        if len(rows) != n_rows:
            raise DataError(f"{path}: {key} has {len(rows)} rows of {what}, expected {n_rows}; is it the whole file?")

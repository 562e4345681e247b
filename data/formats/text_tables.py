"""Text files of tables: what every reader of text requires of a file before it reads a cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.core.errors import DataError
from memsim.data.formats.files import read_bytes

LINE = "line"
"""Name of the index of a table that was read from a file: its labels are the numbers of lines."""
OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a file compressed by gzip",
    b"\x89HDF": "an HDF5 file",
    b"MATLAB 5": "a MATLAB file",
    b"\x93NUMPY": "an array of numpy",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"SQLite f": "a database of SQLite",
}
"""What the first bytes of files that are often taken for tables say of them."""
_CHUNK = 1 << 24


def text_of_file(path: Path) -> bytes:
    """The bytes of a text file in UTF-8, without a byte-order mark, lines ended by a line feed.

    Raises
    ------
    InputError : no such file.
    DataError : a folder, a pipe, no access, too large; an empty or a binary file; another encoding. The message names
        the file, the line where there is one, and the fix.
    """
    data = read_bytes(path)
    if not data:
        raise DataError(f"{path} is empty")
    kind = next((kind for start, kind in OTHER_FILES.items() if data.startswith(start)), None)
    if kind is not None:
        raise DataError(f"{path} is {kind}, not text; export it as text in UTF-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path} is text in UTF-16; save it in UTF-8")
    while data.startswith(b"\xef\xbb\xbf"):  # some editors add one at each saving
        data = data[3:]
    zero = data.find(b"\0")
    if zero >= 0:
        line = data.count(b"\n", 0, zero) + 1
        raise DataError(f"{path}: line {line} holds a zero byte, so the file is not text in UTF-8; export it as such")
    try:
        _ = data.isascii() or data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}: line {line} is not text in UTF-8 ({error.reason}); save the file in UTF-8") from None
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if data.isspace():
        raise DataError(f"{path} holds nothing but blanks")
    return data


def header_of(path: Path, data: bytes | None = None) -> list[str]:
    """The names of the columns, as the first line gives them; one without a name is called ``column 1``, ..."""
    data = text_of_file(path) if data is None else data
    names = _cells(_first_line(data), separator_of(data))
    return [name or f"column {at}" for at, name in enumerate(names, start=1)]


def separator_of(data: bytes) -> str:
    """The separator of a table: a tab if its first line has one, else the more frequent of semicolon and comma."""
    first = _first_line(data)
    return "\t" if "\t" in first else ";" if first.count(";") > first.count(",") else ","


def read_text_table(
    path: Path,
    *,
    missing: Sequence[str] | Mapping[str, Sequence[str]],
    numbers: Collection[str] = (),
    data: bytes | None = None,
) -> pd.DataFrame:
    """A table with a line of names, from a text file whose cells are separated by tabs, commas or semicolons.

    Parameters
    ----------
    path : the file. Blank lines, and rows of empty cells as Excel writes them, do not count.
    missing : the texts that stand for an empty cell; for each column where they differ (other columns: empty ones).
    numbers : the columns whose type follows from their values. All others are text, as a categorical, which holds
        each value once.
    data : what :func:`text_of_file` gave for the file, if it was read before.

    Returns
    -------
    DataFrame : the index, called ``line``, is the number of each line in the file.

    Raises
    ------
    DataError : as :func:`text_of_file`; a name of a column that occurs twice; a line with more or fewer cells than
        there are names, or with a quote that does not end in it.
    """
    data = text_of_file(path) if data is None else data
    separator = separator_of(data)
    names = header_of(path, data)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            f"{path}: the first line names the column {_short(twice[0])!r} twice; rename or remove one of them"
        )
    lines = _checked_lines(path, data, separator, len(names))
    texts = [name for name in names if name not in numbers]
    missing = {name: list(missing.get(name, [""])) for name in names} if isinstance(missing, Mapping) else [*missing]
    try:
        table = pd.read_csv(
            io.BytesIO(data),
            sep=separator,
            header=0,
            names=names,
            dtype=dict.fromkeys(texts, "str"),
            keep_default_na=False,
            na_values=missing,
            index_col=False,
            low_memory=False,
            encoding="utf-8",
        )
    except (ValueError, OverflowError, pd.errors.ParserError) as error:
        raise DataError(f"{path} is not a table that can be read ({error})") from error
    if len(table) != len(lines):
        raise DataError(f"{path}: {len(lines)} lines were read as {len(table)} rows; a cell holds the end of a line")
    for name in table.columns.difference([*numbers]):
        table[name] = table[name].astype("category")
    table = table.set_axis(pd.Index(lines, name=LINE), axis=0)
    return table[table.notna().any(axis=1)]


def _checked_lines(path: Path, data: bytes, separator: str, n_columns: int) -> npt.NDArray[np.int64]:
    """The numbers of the lines below the first that are not blank; each must have ``n_columns`` cells."""
    array = np.frombuffer(data, dtype=np.uint8)
    found, start, line = [], 0, 0
    while start < len(data):
        stop = len(data) if start + _CHUNK >= len(data) else data.find(b"\n", start + _CHUNK) + 1 or len(data)
        chunk = array[start:stop]
        ends = np.flatnonzero(chunk == ord("\n"))
        if not len(ends) or ends[-1] != len(chunk) - 1:
            ends = np.append(ends, len(chunk))
        begins = np.append(0, ends[:-1] + 1)
        marks = np.flatnonzero(chunk == ord(separator))
        quotes = np.flatnonzero(chunk == ord('"'))
        in_line = np.diff(np.searchsorted(quotes, np.append(begins, len(chunk) + 1)))
        open_quote = in_line % 2 == 1
        if open_quote.any():
            at = line + int(np.argmax(open_quote)) + 1
            raise DataError(
                f'{path}: line {at} has an odd number of quotes ("); end each quote in its line, and write a quote '
                'within a cell as "" between quotes'
            )
        if len(quotes):
            marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
        cells = np.diff(np.searchsorted(marks, np.append(begins, len(chunk) + 1))) + 1
        filled = ends > begins
        for i in np.flatnonzero(filled & (cells != n_columns)):
            text = data[start + int(begins[i]) : start + int(ends[i])]
            if text.strip(b" \t" if separator != "\t" else b" "):
                raise DataError(
                    f"{path}: line {line + int(i) + 1} has {cells[i]} cell{'s' * int(cells[i] != 1)}, but the first "
                    f"line names {n_columns} columns; every line needs as many, also where cells are empty"
                )
            filled[i] = False
        found.append(line + np.flatnonzero(filled) + 1)
        line += len(ends)
        start = stop
    lines = np.concatenate(found)
    return lines[1:].astype(np.int64)


def _first_line(data: bytes) -> str:
    """The first line that is not blank."""
    return data.lstrip(b"\n ").split(b"\n", 1)[0].decode("utf-8")


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip(" ") for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]
    except csv.Error:  # a cell longer than csv permits
        return [cell.strip(" ") for cell in line.split(separator)]


def _short(text: str) -> str:
    """``text``, cut where it is too long for a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."

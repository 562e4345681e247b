"""Matrices from files, arrays, tables or rows, as tables with their values unchanged, and as numbers."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray, IntArray, index_matrix
from memsim.core.errors import DataError, InputError
from memsim.data.formats.files import require_file
from memsim.data.formats.text_tables import text_of_file

MISSING = {"", "nan", "na", "n/a"}
"""Texts that stand for an empty cell in a text file, in any case."""
TEXT = (".csv", ".tsv", ".txt", ".dat")
"""Suffixes of files of text that hold a matrix."""

NOT_REAL = (bool, np.bool_, complex, np.complexfloating)
"""Types of cells that are no numbers here, though they can be made into some."""


def matrix_frame(matrix: Any, what: str) -> pd.DataFrame:
    """A matrix from a file or from anything array-like, with its values unchanged.

    Raises
    ------
    InputError : no such file, one of another suffix, or no matrix; ``what`` names it in messages.
    DataError : a file that cannot be read.
    """
    if isinstance(matrix, pd.DataFrame):
        if not matrix.columns.is_unique:
            raise InputError(f"{what}: two columns are named {matrix.columns[matrix.columns.duplicated()][0]!r}")
        return matrix
    if not isinstance(matrix, str | Path):
        if isinstance(matrix, np.ndarray) and matrix.ndim == 2:
            return pd.DataFrame(matrix)
        if not hasattr(matrix, "__len__") or not _holds_rows(matrix):
            raise InputError(f"{what}: expected a matrix (rows, columns), or the path of a file")
        return pd.DataFrame(_padded(matrix))
    path = Path(matrix)
    require_file(path, what)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return matrix_frame(_array(path, what), what)
    if suffix not in TEXT:
        raise InputError(f"{what}: {path.name} is not a {', '.join(TEXT)} or .npy file")
    return text_matrix(path)


def _holds_rows(matrix: Any) -> bool:
    try:
        return all(np.ndim(row) == 1 for row in matrix)
    except (TypeError, ValueError):  # nothing to go through, or rows within a row
        return False


def _array(path: Path, what: str) -> Any:
    """The array in a ``.npy`` file; what its header claims is compared with the size of the file first."""
    fix = "save a matrix of numbers with numpy.save"
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
            left = path.stat().st_size - file.tell()
    except Exception as error:  # the header is Python text, which numpy parses with errors of many types
        reason = " ".join(str(error).split())[:150]
        raise DataError(f"{what}: {path} is not an array of numbers ({reason}); {fix}") from None
    if dtype.hasobject or dtype.kind not in "biuf":
        raise DataError(f"{what}: {path} is not an array of numbers (it holds {dtype}, and allow_pickle is off); {fix}")
    if math.prod(shape) * dtype.itemsize > left:
        raise DataError(
            f"{what}: {path} claims {' x '.join(map(str, shape))} numbers of {dtype.itemsize} bytes, but {left:,} "
            "bytes follow; the file is cut short or damaged"
        )
    try:
        return np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:
        raise DataError(f"{what}: {path} is not an array of numbers ({error}); {fix}") from None


def text_matrix(path: Path) -> pd.DataFrame:
    """A matrix in a file of text, with its values unchanged.

    Raises
    ------
    InputError : an empty line, or a first line that names other columns than there are.
    DataError : not text in UTF-8, or a quotation mark that does not close in its line.
    """
    lines = text_of_file(path).decode().rstrip().split("\n")
    empty = next((number for number, line in enumerate(lines, start=1) if not line.strip()), None)
    if empty is not None:
        raise InputError(f"{path}: line {empty} is empty; write 0 for a list of which nothing was recalled")
    mark = next((mark for mark in "\t,;" if any(mark in line for line in lines)), None)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)] if mark else []
    except csv.Error as error:
        raise DataError(f"{path} is not a table ({error}); write a line for each list") from None
    rows = rows or [line.split() for line in lines]
    if len(rows) != len(lines):
        raise DataError(f"{path}: a quotation mark opens in a line and does not close in it; remove it")
    filled = [[None if cell.lower() in MISSING else cell for cell in row] for row in rows]
    if all(_is_number(cell) for cell in filled[0] if cell is not None):
        return pd.DataFrame(_padded(filled))
    head, *body = filled
    named = [name for name in head if name is not None]
    odd = next((number for number, row in enumerate(body, start=2) if len(row) != len(head)), None)
    if len(named) < len(head) or (odd is not None and len(body[odd - 2]) > len(head)):
        raise InputError(f"{path}: the first line does not name each of {max(map(len, filled))} columns")
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise InputError(f"{path}: the first line names the column {twice!r} twice; rename one")
    if odd is not None:
        raise InputError(
            f"{path}, line {odd} has {len(body[odd - 2])} values for {len(head)} named columns; write 0 after the last "
            "response"
        )
    return pd.DataFrame(body, columns=named)


def _padded(rows: Any) -> Any:
    """Rows of one length; shorter ones are padded with ``None``."""
    width = max(map(len, rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def numbers(frame: pd.DataFrame, what: str) -> FloatArray:
    """The cells as numbers, NaN where they are empty.

    Raises
    ------
    InputError : a cell with something else, such as a word, a complex number or a truth value.
    """
    if not frame.size:
        return np.zeros(frame.shape)
    kinds = {name: getattr(dtype, "kind", "O") for name, dtype in frame.dtypes.items()}
    odd = next((name for name, kind in kinds.items() if kind not in "iufO"), None)
    if odd is not None:
        raise InputError(f"{what}: column {odd} holds values of type {frame.dtypes[odd]}; expected numbers")
    values = frame.apply(pd.to_numeric, errors="coerce")
    wrong = (values.isna() & frame.notna()).to_numpy()
    if "O" in kinds.values():
        cells = frame.to_numpy(dtype=object)
        wrong = wrong | np.vectorize(lambda cell: isinstance(cell, NOT_REAL), otypes=[bool])(cells)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(f"{what}: row {row}, column {column} is {frame.iat[row, column]!r}, not a number")
    return values.to_numpy(dtype=float, na_value=np.nan)


def whole_numbers(frame: pd.DataFrame, what: str) -> IntArray:
    """The cells as whole numbers, 0 where they are empty.

    Raises
    ------
    InputError : as in :func:`numbers`, or a fraction.
    """
    values = numbers(frame, what)
    return index_matrix(np.where(np.isnan(values), 0, values), what)

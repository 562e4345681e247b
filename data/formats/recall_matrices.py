"""The recall matrix of pybeh and EMBAM: one row for each list, serial positions in output order."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, FloatArray, IntArray, index_matrix
from memsim.core.errors import DataError, InputError
from memsim.core.free_recall import free_recall_unless
from memsim.core.items import ItemPool
from memsim.core.origin import Observed, Origin
from memsim.core.recalls import Recalls
from memsim.core.response_times import warn_of_times_going_back
from memsim.core.trials import Trials

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

MISSING = {"", "nan", "na", "n/a"}
"""Texts that stand for an empty cell in a text file, in any case."""
SECONDS = {"s": 1.0, "ms": 0.001}


def read_recall_matrix(
    recalls: Any,
    *,
    list_length: int,
    subject: Any = None,
    list: Any = None,
    session: Any = None,
    conditions: Mapping[str, Any] | Sequence[str] = (),
    pres_itemnos: Any = None,
    rec_itemnos: Any = None,
    wordpool: Any = None,
    times: Any = None,
    time_unit: str = "s",
    output_limit: int | None = None,
    paradigm: Paradigm | None = None,
    origin: Origin | None = None,
) -> Recalls:
    """Recalls from a recall matrix and, optionally, matrices of items and times.

    Each matrix is an array, a DataFrame, a list of rows, or a file: ``.csv``, ``.tsv`` or ``.txt`` (separated by tabs,
    commas, semicolons or spaces, with or without a line of names) or ``.npy``. Shorter rows are padded.

    Parameters
    ----------
    recalls : (n_trials, n_outputs) serial positions from 1 in output order; 0 or NaN after the last response; any
        negative code is an intrusion. If columns have names, those of responses are numbered (``r1, r2, ...``).
        ``None``: positions are computed from the item numbers, by the first presentation of each item.
    list_length : items in every list.
    subject, list, session : (n_trials,) labels, or the column of ``recalls`` that holds them: its name, or its number
        from 0.
    conditions : (n_trials,) labels by name, or names of columns.
    pres_itemnos : (n_trials, list_length) number of each studied item, from 1.
    rec_itemnos : (n_trials, n_outputs) number of each recalled item; 0, -1 or NaN for a word without a number.
    wordpool : the words to which the numbers refer: in order, as a text file with a word on each line, or as a mapping
        from number to word. Without it, the numbers are the labels.
    times : (n_trials, n_outputs) time of each response from the start of the test; 0 or NaN where there is none. A
        negative time is unknown, and counted in ``origin.details``.
    time_unit : ``"s"``, or ``"ms"`` as in pybeh and EMBAM.
    output_limit, paradigm, origin : as in :meth:`memsim.Recalls.from_matrix`.

    Returns
    -------
    Recalls : ``origin.details`` counts codes of intrusions other than -1, unless the recalls are simulated.

    Raises
    ------
    InputError : values, shapes or names that do not fit, or item numbers that contradict the serial positions.
    DataError : a file that cannot be read.

    References
    ----------
    EMBAM, the Episodic Memory Behavioral Analyses in Matlab of the Polyn and Kahana labs.
    """
    if time_unit not in SECONDS:
        raise InputError(f"read_recall_matrix: time_unit={time_unit!r} is neither 's' nor 'ms'")
    details: dict[str, Any] = {"file": str(recalls)} if isinstance(recalls, str | Path) else {}
    presented = None if pres_itemnos is None else _codes(_frame(pres_itemnos, "pres_itemnos"), "pres_itemnos")
    recalled = None if rec_itemnos is None else _codes(_frame(rec_itemnos, "rec_itemnos"), "rec_itemnos")
    if not isinstance(conditions, Mapping):
        conditions = {name: name for name in ([conditions] if isinstance(conditions, str) else conditions)}
    table = pd.DataFrame() if recalls is None else _frame(recalls, "recalls")
    taken = [name for name in (subject, list, session, *conditions.values()) if name is not None and not np.ndim(name)]
    subject, list = _label(table, subject, "subject"), _label(table, list, "list")
    session = _label(table, session, "session")
    labels = {str(name): _label(table, each, "condition") for name, each in conditions.items()}
    if recalls is not None:
        table = table.drop(columns=taken)
        _require_numbered(table)
        codes = _codes(table, "recalls")
    elif presented is not None and recalled is not None:
        codes = _positions(presented, recalled)
    else:
        raise InputError("read_recall_matrix: without recalls, both pres_itemnos and rec_itemnos are needed")
    positions = np.where(codes < 0, INTRUSION, codes).astype(np.int32)
    other, count = np.unique(codes[codes < INTRUSION], return_counts=True)
    if len(other):
        details["codes_read_as_intrusions"] = dict(zip(map(str, other.tolist()), count.tolist(), strict=True))
    items, pool, intruders = _items(positions, list_length, presented, recalled, wordpool)
    seconds = None
    if times is not None:
        seconds, unknown = _seconds(times, positions, SECONDS[time_unit])
        if unknown:
            details["unknown_times"] = unknown
    trials = Trials(
        items,
        pool,
        free_recall_unless(paradigm, list_length, output_limit),
        subject,
        list,
        conditions=labels,
        session=session,
    )
    origin = Observed() if origin is None else origin
    if isinstance(origin, Observed):
        origin = replace(origin, details={**details, **origin.details})
    read = Recalls(trials, positions, times=seconds, intruders=intruders, origin=origin)
    warn_of_times_going_back(read.times, None, "read_recall_matrix")
    return read


def _label(table: pd.DataFrame, label: Any, what: str) -> Any:
    """``label`` itself, or the column of ``table`` that it names."""
    if label is None or np.ndim(label):
        return label
    if label not in table.columns:
        raise InputError(
            f"read_recall_matrix: {what}={label!r} is not a column of the matrix, which has "
            f"{', '.join(map(str, table.columns)) or 'none'}; name one, or give a label for each list"
        )
    numbers = pd.to_numeric(table[label], errors="coerce")
    return np.asarray(table[label] if numbers.isna().any() else numbers)


def _frame(matrix: Any, what: str) -> pd.DataFrame:
    """A matrix from a file or from anything array-like, with its values unchanged."""
    if isinstance(matrix, pd.DataFrame):
        return matrix
    if not isinstance(matrix, str | Path):
        if isinstance(matrix, np.ndarray) and matrix.ndim == 2:
            return pd.DataFrame(matrix)
        if not hasattr(matrix, "__len__") or not all(np.ndim(row) == 1 for row in matrix):
            raise InputError(f"{what}: expected a matrix (rows, columns), or the path of a file")
        return pd.DataFrame(_padded(matrix))
    path = Path(matrix)
    if not path.is_file():
        raise InputError(f"{what}: there is no file {path}")
    if path.suffix.lower() == ".npy":
        try:
            array = np.load(path, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise DataError(f"{what}: {path} is not an array of numbers ({error}); save it with numpy.save") from error
        return _frame(array, what)
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise InputError(f"{what}: {path.name} is not a .csv, .tsv, .txt or .npy file")
    return _text(path)


def _text(path: Path) -> pd.DataFrame:
    try:
        lines = path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8 ({error}); save it in UTF-8") from None
    empty = next((number for number, line in enumerate(lines, start=1) if not line.strip()), None)
    if empty is not None:
        raise InputError(f"{path}: line {empty} is empty; write 0 for a list of which nothing was recalled")
    mark = next((mark for mark in "\t,;" if any(mark in line for line in lines)), None)
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)] if mark else []
    rows = rows or [line.split() for line in lines]
    cells = _padded([[None if cell.lower() in MISSING else cell for cell in row] for row in rows])
    if not cells or all(_is_number(cell) for cell in cells[0] if cell is not None):
        return pd.DataFrame(cells)
    if None in cells[0] or len(set(cells[0])) < len(cells[0]):
        raise InputError(f"{path}: the first line does not name each of {len(cells[0])} columns")
    return pd.DataFrame(cells[1:], columns=cells[0])


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


def _numbers(frame: pd.DataFrame, what: str) -> FloatArray:
    """The cells as numbers, NaN where they are empty."""
    values = frame.apply(pd.to_numeric, errors="coerce") if frame.size else frame
    wrong = (values.isna() & frame.notna()).to_numpy()
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(f"{what}: row {row}, column {column} is {frame.iat[row, column]!r}, not a number")
    return values.to_numpy(dtype=float, na_value=np.nan)


def _codes(frame: pd.DataFrame, what: str) -> IntArray:
    values = _numbers(frame, what)
    return index_matrix(np.where(np.isnan(values), 0, values), what)


def _require_numbered(table: pd.DataFrame) -> None:
    """Require that named columns are numbered output positions, so that no other column is read as one."""
    if all(isinstance(name, int | np.integer) for name in table.columns):
        return
    parts = [re.fullmatch(r"(.*?)(\d+)", str(name)) for name in table.columns]
    numbers = [int(part[2]) for part in parts if part]
    consecutive = numbers == [*range(numbers[0], numbers[0] + len(parts))] if numbers else False
    if not consecutive or len({part[1] for part in parts if part}) > 1:
        raise InputError(
            f"read_recall_matrix: the columns {', '.join(map(str, table.columns))} are not numbered output positions "
            "(r1, r2, ...); name the others by subject=, list=, session= and conditions=, or remove them"
        )


def _positions(presented: IntArray, recalled: IntArray) -> IntArray:
    """Serial position of each recalled item number, or -1."""
    if len(presented) != len(recalled):
        raise InputError(f"rec_itemnos has {len(recalled)} rows, pres_itemnos {len(presented)}")
    if not presented.shape[1]:
        return np.where(recalled == NONE, NONE, INTRUSION)
    match = recalled[:, :, None] == presented[:, None, :]
    found = match.any(axis=2) & (recalled > 0)
    return np.where(found, match.argmax(axis=2) + 1, np.where(recalled == 0, NONE, INTRUSION))


def _items(
    positions: IntArray, list_length: int, presented: IntArray | None, recalled: IntArray | None, wordpool: Any
) -> tuple[IntArray, ItemPool, IntArray | None]:
    """Items (n_trials, list_length) as pool indices, the pool, and the intruders."""
    if presented is None:
        if recalled is not None or wordpool is not None:
            raise InputError("read_recall_matrix: rec_itemnos and wordpool need pres_itemnos")
        serial = np.arange(list_length, dtype=np.int32)
        return np.tile(serial, (len(positions), 1)), ItemPool.numbered(list_length), None
    if presented.shape != (len(positions), list_length):
        raise InputError(f"pres_itemnos has shape {presented.shape}, expected {(len(positions), list_length)}")
    if (presented < 1).any():
        row, column = np.argwhere(presented < 1)[0]
        raise InputError(
            f"pres_itemnos: row {row}, column {column} is {presented[row, column]}; item numbers start at 1"
        )
    if recalled is None:
        recalled, intruders = np.zeros_like(positions), None
    else:
        _require_agreement(positions, presented, recalled)
        intruders = np.where((positions == INTRUSION) & (recalled > 0), recalled, 0)
    known = np.unique(np.concatenate([presented.ravel(), recalled[recalled > 0]]))
    if wordpool is None:
        pool = ItemPool(known)
    else:
        words = _words(wordpool)
        lacking = [number for number in known.tolist() if number not in words]
        if lacking:
            raise InputError(f"wordpool: there is no word of number {lacking[0]}; numbers start at 1")
        known, pool = np.array([*words]), ItemPool(np.array([*words.values()]))
    order = np.argsort(known)
    place = {number: int(index) for number, index in zip(known[order].tolist(), order, strict=True)} | {0: -1}
    index = np.vectorize(place.__getitem__, otypes=[np.int32])
    return index(presented), pool, None if intruders is None else index(intruders)


def _require_agreement(positions: IntArray, presented: IntArray, recalled: IntArray) -> None:
    if recalled.shape != positions.shape:
        raise InputError(f"rec_itemnos has shape {recalled.shape}, the recalls {positions.shape}")
    inside = (positions > 0) & (positions <= presented.shape[1])
    expected = np.take_along_axis(presented, np.where(inside, positions - 1, 0), axis=1)
    on_list = (recalled[:, :, None] == presented[:, None, :]).any(axis=2)
    wrong = (
        inside & (recalled > 0) & (recalled != expected)
        | (positions == INTRUSION) & on_list
        | (positions == NONE) & (recalled > 0)
    )
    if wrong.any():
        row, output = np.argwhere(wrong)[0]
        raise InputError(
            f"rec_itemnos: row {row}, output {output + 1} is item {recalled[row, output]}, but the recalls have "
            f"{positions[row, output]} there; give None for the recalls to compute them from the item numbers"
        )


def _words(wordpool: Any) -> dict[int, Any]:
    if isinstance(wordpool, Mapping):
        return dict(wordpool)
    if isinstance(wordpool, str | Path):
        if not Path(wordpool).is_file():
            raise InputError(f"wordpool: there is no file {wordpool}")
        wordpool = Path(wordpool).read_text(encoding="utf-8-sig").split("\n")
        wordpool = [word.strip() for word in wordpool if word.strip()]
    return dict(enumerate(wordpool, start=1))


def _seconds(times: Any, positions: IntArray, unit: float) -> tuple[FloatArray, int]:
    """Seconds, NaN where there is no response or its time is unknown, and the number of unknown times."""
    values = _numbers(_frame(times, "times"), "times")
    if values.shape != positions.shape:
        raise InputError(f"times have shape {values.shape}, the recalls {positions.shape}")
    negative = (values < 0) & (positions != NONE)
    padding = (positions == NONE) & (values == 0)
    return np.where(negative | padding, np.nan, values * unit), int(negative.sum())

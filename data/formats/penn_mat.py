"""Free recall in MATLAB files with the layout of the Computational Memory Lab at Penn and of EMBAM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, LabelArray
from memsim.core.errors import DataError, InputError
from memsim.core.long_table import COLUMNS, lists_through_sessions
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.data.formats.recall_matrices import read_recall_matrix

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

FIELDS = {
    "subject": ("subject", "subjects", "subj", "subjid"),
    "session": ("session", "sessions", "sess"),
    "list": ("list", "list_num", "listnum", "listno", "trial", "trialno"),
    "recalls": ("recalls",),
    "pres_itemnos": ("pres_itemnos", "pres_nos", "pres_itemids"),
    "rec_itemnos": ("rec_itemnos", "rec_nos", "rec_itemids"),
    "pres_items": ("pres_items", "pres_words", "pres_strings"),
    "rec_items": ("rec_items", "rec_words", "rec_strings"),
    "times": ("times", "rec_times", "rectimes"),
    "list_length": ("listLength", "list_length", "LL"),
}
"""Usual names of each field; the first name that the file has is read."""
RESERVED = {*COLUMNS, "session", "model", "time", "source", "category"}
"""Columns of the long table; a condition cannot have one of these names."""


def read_penn_mat(
    path: str | Path,
    *,
    variable: str = "data",
    session: Any = None,
    list_length: int | None = None,
    conditions: Sequence[str] | None = None,
    wordpool: Any = None,
    time_unit: str = "ms",
    output_limit: int | None = None,
    paradigm: Paradigm | None = None,
) -> Recalls:
    """Recalls from a MATLAB file that holds a struct of matrices with a row for each list.

    ``recalls``, ``pres_itemnos``, ``rec_itemnos`` and ``times`` are as in :func:`read_recall_matrix`, and may have the
    names in :data:`FIELDS`; ``pres_items`` and ``rec_items`` are cells of words. Lists are labelled by their number.
    Where numbers start again at each session, they are made consecutive, and the condition ``list_in_session`` holds
    the number in the file. Rows without presented items are not lists, and are skipped.

    Parameters
    ----------
    path : a file of MATLAB 4 to 7.2. Files of version 7.3 are HDF5; save them with ``save(file, 'data', '-v7')``.
    variable : the struct; ``"data.full"`` is the field ``full`` of the struct ``data``.
    session : the session, or several, to read; all if not given.
    list_length : only lists of this length are read, where there are several lengths.
    conditions : fields with one value for each list that are kept as conditions; all such fields if not given.
    wordpool : the words to which item numbers refer, as in :func:`read_recall_matrix`, where the file has no words.
    time_unit : unit of ``times``: ``"ms"``, which is usual in these files, or ``"s"``.
    output_limit, paradigm : as in :meth:`memsim.Recalls.from_matrix`.

    Returns
    -------
    Recalls : with times in seconds, with the sessions, where the file has them, and with ``conditions``. A
        field with the name of a column of the long table gets the prefix ``list_``. ``origin.details`` counts the lists
        that were skipped and names the fields that were not read.

    Raises
    ------
    InputError : no such variable, session or field; lists of several lengths; matrices that contradict one another.
    DataError : not a MATLAB file, or one of version 7.3.

    References
    ----------
    The data files that accompany the publications of the Computational Memory Lab, memory.psych.upenn.edu.
    """
    data = _struct(Path(path), variable)
    field_of = {role: next((data[name] for name in names if name in data), None) for role, names in FIELDS.items()}
    used = {next((name for name in names if name in data), "") for names in FIELDS.values()}
    rows = next(
        (field_of[name] for name in ("recalls", "pres_itemnos", "pres_items") if field_of[name] is not None), None
    )
    if rows is None:
        raise InputError(f"{path}: {variable} has no field recalls or pres_itemnos; it has {', '.join(data)}")
    n_trials = len(rows)

    vectors = {name: vector for name in data if (vector := _vector(data[name], n_trials)) is not None}
    kept = [name for name in vectors if name not in used] if conditions is None else [*conditions]
    lacking = [name for name in kept if name not in vectors]
    if lacking:
        raise InputError(f"{path}: there is no field {lacking[0]!r} with one value for each of {n_trials} lists")
    labels = {f"list_{name}" if name in RESERVED else name: vectors[name] for name in kept}
    label = {name: _vector(field_of[name], n_trials) for name in ("subject", "session", "list", "list_length")}
    frame = pd.DataFrame({"subject": np.ones(n_trials, dtype=int) if label["subject"] is None else label["subject"]})
    frame["session"] = 0 if label["session"] is None else label["session"]
    in_session = frame.groupby(["subject", "session"]).cumcount().to_numpy() + 1
    frame["number"] = in_session if label["list"] is None else label["list"]

    if frame["number"].dtype.kind not in "iuf" or frame["number"].isna().any():
        raise InputError(f"{path}: list numbers must be numbers, got {frame['number'].iloc[0]!r}")
    details: dict[str, Any] = {"file": str(path)}
    lengths = _lengths(field_of, label["list_length"], n_trials, list_length)
    keep = _selected(frame, lengths, session, list_length, details, str(path))
    frame, length = frame[keep], int(lengths[keep][0])
    matrices = {name: values[keep] for name in ("recalls", "times") if (values := field_of[name]) is not None}
    matrices |= _item_numbers(field_of, keep, length, wordpool)
    labels = {name: values[keep] for name, values in labels.items()}
    number = lists_through_sessions(*(frame[name].to_numpy() for name in ("subject", "session", "number")))
    if (number != frame["number"]).any():
        labels["list_in_session"] = frame["number"].to_numpy()
    sessions = None if label["session"] is None else label["session"][keep]
    twice = pd.DataFrame({"subject": frame["subject"].to_numpy(), "list": number}).duplicated()
    if twice.any():
        at = int(np.argmax(twice))
        raise InputError(f"{path}: subject {frame['subject'].iloc[at]} has two lists numbered {number[at]}")
    details["fields_left_out"] = sorted(set(data) - used - set(kept))
    return read_recall_matrix(
        matrices.pop("recalls", None),
        list_length=length,
        subject=frame["subject"].to_numpy(),
        list=number,
        session=sessions,
        conditions=labels,
        time_unit=time_unit,
        output_limit=output_limit,
        paradigm=paradigm,
        origin=Observed(details=details),
        **matrices,
    )


def _struct(path: Path, variable: str) -> dict[str, LabelArray]:
    """The fields of a struct in the file, unchanged."""
    from scipy.io import loadmat

    if not path.is_file():
        raise InputError(f"there is no file {path}")
    try:
        found = loadmat(path)
    except NotImplementedError:
        raise DataError(
            f"{path} is a MATLAB file of version 7.3; load it in MATLAB or Octave and save it with save(..., '-v7')"
        ) from None
    except Exception as error:  # scipy raises errors of many types for corrupt files
        raise DataError(f"{path} is not a MATLAB file that can be read ({type(error).__name__}: {error})") from error
    fields = {name: value for name, value in found.items() if not name.startswith("__")}
    for name in variable.split("."):
        if name not in fields:
            raise InputError(f"{path}: there is no {variable!r} in it; it holds {', '.join(fields)} (give variable=)")
        struct = fields[name]
        if not isinstance(struct, np.ndarray) or struct.dtype.names is None or struct.size != 1:
            raise InputError(f"{path}: {name!r} is not a single struct; name the struct with the matrices by variable=")
        fields = {field: struct.flat[0][field] for field in struct.dtype.names}
    return fields


def _text(cell: Any) -> Any:
    """The content of a cell: text, a number, or "" if it is empty."""
    values = np.asarray(cell).ravel()
    if not values.size:
        return ""
    return str(values[0]).strip() if values.dtype.kind == "U" else values[0]


def _vector(value: Any, n_trials: int) -> LabelArray | None:
    """``value`` as one label for each list; ``None`` if it is something else."""
    if not isinstance(value, np.ndarray) or value.size != n_trials or max(value.shape) != n_trials:
        return None
    flat = value.ravel()
    if value.dtype == object:
        cells = [_text(cell) for cell in flat]
        if not all(isinstance(cell, str) for cell in cells) and any(isinstance(cell, str) for cell in cells):
            return None
        return np.array(cells)
    if value.dtype.kind == "U":
        return np.array([text.strip() for text in flat])
    if value.dtype.kind not in "biuf":
        return None
    whole = value.dtype.kind == "f" and np.isfinite(flat).all() and (flat == np.round(flat)).all()
    return flat.astype(np.int64) if whole or value.dtype.kind in "iu" else flat


def _presented(field_of: Mapping[str, Any]) -> BoolArray | None:
    """(n_trials, width) whether an item was presented; ``None`` if the file does not say."""
    if field_of["pres_itemnos"] is not None:
        return np.nan_to_num(np.asarray(field_of["pres_itemnos"], dtype=float)) > 0
    return None if field_of["pres_items"] is None else _words(field_of["pres_items"]) != ""


def _lengths(field_of: Mapping[str, Any], per_trial: LabelArray | None, n_trials: int, given: int | None) -> LabelArray:
    """(n_trials,) number of items in each list; 0 where none was presented."""
    presented = _presented(field_of)
    if presented is not None:
        return presented.sum(axis=1)
    if per_trial is not None:
        return per_trial
    field = field_of["list_length"]
    length = given if field is None or np.size(field) != 1 else int(np.asarray(field).flat[0])
    if length is None:
        raise InputError("the file holds neither listLength nor the presented items; give list_length=")
    return np.full(n_trials, length)


def _selected(
    frame: pd.DataFrame, lengths: LabelArray, session: Any, length: int | None, details: dict[str, Any], where: str
) -> BoolArray:
    """Which rows are lists to read; the others are counted in ``details``."""
    empty = lengths == 0
    other = np.zeros(len(frame), dtype=bool)
    if session is not None:
        wanted = np.atleast_1d(session)
        absent = [each for each in wanted.tolist() if not (frame["session"] == each).any()]
        if absent:
            raise InputError(f"{where}: there is no session {absent[0]!r}; it has {frame['session'].unique().tolist()}")
        other = ~frame["session"].isin(wanted).to_numpy()
    keep = ~empty & ~other
    found, count = np.unique(lengths[keep], return_counts=True)
    if not len(found) or (length is not None and length not in found):
        raise InputError(f"{where}: there are no lists of {length or 'any'} items; it has {found.tolist()}")
    if length is None and len(found) > 1:
        counts = ", ".join(f"{n} of {each}" for each, n in zip(found, count, strict=True))
        raise InputError(f"{where}: lists have different lengths ({counts} items); give list_length= one of them")
    unfit = keep & (lengths != length) if length is not None else ~keep & False
    dropped = {
        "lists_without_presentation": empty & ~other,
        "lists_of_other_sessions": other,
        "lists_of_other_lengths": unfit,
    }
    details |= {name: int(mask.sum()) for name, mask in dropped.items() if mask.any()}
    return keep & ~unfit


def _words(cells: Any) -> LabelArray:
    return np.array([[_text(cell) for cell in row] for row in cells], dtype=object)


def _item_numbers(field_of: Mapping[str, Any], keep: BoolArray, length: int, wordpool: Any) -> dict[str, Any]:
    """Numbers of studied and recalled items, and the words to which they refer, where the file has them."""
    numbers: dict[str, Any] = {}
    words = {}
    for side in ("pres", "rec"):
        if field_of[f"{side}_itemnos"] is not None:
            values = np.nan_to_num(np.asarray(field_of[f"{side}_itemnos"], dtype=float)).astype(np.int64)
            numbers[side] = values[keep]
        if field_of[f"{side}_items"] is not None:
            words[side] = _words(field_of[f"{side}_items"][keep])
    if "pres" in numbers and (numbers["pres"][:, length:] > 0).any():
        raise InputError("pres_itemnos: a list has an item after an empty place; close the gap")
    if "pres" in words:
        numbers, wordpool = _numbered_words(numbers, words)
    if "pres" not in numbers:
        return {}
    found = {"pres_itemnos": numbers["pres"][:, :length], "wordpool": wordpool}
    return found | ({"rec_itemnos": numbers["rec"]} if "rec" in numbers else {})


def _numbered_words(numbers: dict[str, Any], words: dict[str, LabelArray]) -> tuple[dict[str, Any], dict[int, Any]]:
    """Numbers for all words, including intrusions without a number, and the word of each number."""
    word_of: dict[int, Any] = {}
    numbers = {
        side: numbers.get(side, np.zeros(words[side].shape, dtype=np.int64)).copy() for side in {*numbers, *words}
    }
    for side in words:
        if numbers[side].shape != words[side].shape:
            raise InputError(f"{side}_items has shape {words[side].shape}, {side}_itemnos {numbers[side].shape}")
        for number, word in zip(numbers[side].flat, words[side].flat, strict=True):
            if number > 0 and word != "" and word_of.setdefault(int(number), word) != word:
                raise InputError(
                    f"item number {number} is {word_of[int(number)]!r} in one place and {word!r} in another"
                )
    number_of = {word: number for number, word in word_of.items()}
    next_number = max([0, *(int(each.max(initial=0)) for each in numbers.values())]) + 1
    for side in ("pres", "rec"):
        for at in zip(*np.nonzero((numbers[side] <= 0) & (words[side] != "")), strict=True) if side in words else ():
            number = number_of.setdefault(words[side][at], next_number)
            next_number += number == next_number
            word_of[number], numbers[side][at] = words[side][at], number
    nameless = {int(number) for each in numbers.values() for number in np.unique(each[each > 0])} - set(word_of)
    return numbers, word_of | {number: f"item {number}" for number in nameless}

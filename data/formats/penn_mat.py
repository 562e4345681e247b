"""Free recall in MATLAB files with the layout of the Computational Memory Lab at Penn and of EMBAM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.flags import require_flags
from memsim.core.names import by_role, column_names
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.tables.long_table import COLUMNS, lists_through_sessions
from memsim.data.formats.mat_items import numbered_items, text_cells
from memsim.data.formats.mat_values import Unread, mat_fields
from memsim.data.formats.matrix_files import whole_numbers
from memsim.data.formats.recall_matrices import read_recall_matrix

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

FIELDS = {
    "subject": ("subject", "subjects", "subj", "subjid"),
    "session": ("session", "sessions", "sess"),
    "list": ("list", "list_num", "listnum", "listno", "trial", "trialno"),
    "recalls": ("recalls", "recalls_matrix", "recall_matrix"),
    "pres_itemnos": ("pres_itemnos", "pres_nos", "pres_itemids"),
    "rec_itemnos": ("rec_itemnos", "rec_nos", "rec_itemids"),
    "pres_items": ("pres_items", "pres_words", "pres_strings"),
    "rec_items": ("rec_items", "rec_words", "rec_strings"),
    "times": ("times", "rec_times", "rectimes"),
    "list_length": ("listLength", "list_length", "LL"),
}
"""Usual names of each field; the first name that the file has is read."""
MATRICES = ("recalls", "pres_itemnos", "rec_itemnos", "pres_items", "rec_items", "times")
"""The fields with a row for each list."""
FIELD_HOLDS = {
    "pres_items": "a word in each cell",
    "rec_items": "a word in each cell",
    "subject": "a label for each list",
}
"""What fields hold that do not hold numbers."""
RESERVED = {*COLUMNS, "session", "model", "time", "source", "category"}
"""Columns of the long table; a condition cannot have one of these names."""


def read_penn_mat(
    path: str | Path,
    *,
    variable: str | None = None,
    columns: Mapping[str, str] | None = None,
    leave_out: Sequence[str] = (),
    session: Any = None,
    list_length: int | None = None,
    conditions: Sequence[str] | None = None,
    wordpool: Any = None,
    time_unit: str = "ms",
    output_limit: int | None = None,
    paradigm: Paradigm | type[Paradigm] | None = None,
    codes: Mapping[Any, str] | None = None,
    strict: bool = False,
) -> Recalls:
    """Recalls from a MATLAB file that holds matrices with a row for each list, in a struct or by themselves.

    ``recalls``, ``pres_itemnos``, ``rec_itemnos`` and ``times`` are as in :func:`read_recall_matrix`, and may have the
    names in :data:`FIELDS`; ``pres_items`` and ``rec_items`` are cells of words. Lists are labelled by their number.
    Where numbers start again at each session, they are made consecutive, and the condition ``list_in_session`` holds
    the number in the file. Rows without presented items are not lists, and are skipped.

    Parameters
    ----------
    path : a file of MATLAB 4 to 7.2. Files of version 7.3 are HDF5; save them with ``save(file, 'data', '-v7')``.
    variable : the struct; ``"data.full"`` is the field ``full`` of the struct ``data``. By default the struct ``data``,
        or the only struct with such fields, or the variables of the file.
    columns : the names in this file of the fields in :data:`FIELDS`, as in ``{"recalls": "recalled_positions"}``.
    leave_out : fields that are not read, by their names here or in the file, such as ``recalls`` where item numbers
        say more, or ``rec_itemnos``.
    session : the session, or several, to read; all if not given.
    list_length : only lists of this length are read, where there are several lengths.
    conditions : fields with one value for each list that are kept as conditions; all such fields if not given.
    wordpool : the words to which item numbers refer, as in :func:`read_recall_matrix`, where the file has no words.
    time_unit : unit of ``times``: ``"ms"``, which is usual in these files, or ``"s"``.
    output_limit, paradigm, codes, strict : as in :func:`read_recall_matrix`. ``strict`` also refuses an item number
        that has two words.

    Returns
    -------
    Recalls : with times in seconds, with the sessions, where the file has them, and with ``conditions``. A
        field with the name of a column of the long table gets the prefix ``list_``. ``origin.details`` counts the lists
        that were skipped and names the fields that were not read.

    Raises
    ------
    InputError : no such variable, session or field; lists of several lengths; matrices that contradict one another.
    DataError : not a MATLAB file, one of version 7.3, or one beyond the limits for such files.

    References
    ----------
    The data files that accompany the publications of the Computational Memory Lab, memory.psych.upenn.edu.
    """
    columns = by_role(columns, "columns")
    if not isinstance(path, str | Path):
        raise InputError(f"read_penn_mat: {path!r} is not the path of a file")
    require_flags("read_penn_mat", strict=strict)
    if variable is not None and not isinstance(variable, str):
        raise InputError(f"read_penn_mat: variable={variable!r} must be text, such as 'data.full'")
    data, where = _fields(Path(path), variable, columns)
    field_of, used = _by_role(data, columns, leave_out, where)
    rows = next(
        (field_of[name] for name in ("recalls", "pres_itemnos", "pres_items") if field_of[name] is not None), None
    )
    if rows is None:
        raise InputError(
            f"{where} has no field recalls or pres_itemnos; it has {', '.join(data)} (say which by columns=, as in "
            "recalls=NAME)"
        )
    n_trials = len(rows)

    vectors = {name: vector for name in data if (vector := _vector(data[name], n_trials)) is not None}
    kept = (
        [name for name in vectors if name not in used] if conditions is None else column_names(conditions, "conditions")
    )
    lacking = [name for name in kept if name not in vectors]
    if lacking:
        raise InputError(f"{path}: there is no field {lacking[0]!r} with one value for each of {n_trials} lists")
    labels = {f"list_{name}" if name in RESERVED else name: vectors[name] for name in kept}
    label = {name: _label(field_of[name], n_trials, name, where) for name in ("subject", "session", "list")}
    frame = pd.DataFrame({"subject": np.ones(n_trials, dtype=int) if label["subject"] is None else label["subject"]})
    frame["session"] = 0 if label["session"] is None else label["session"]
    in_session = frame.groupby(["subject", "session"]).cumcount().to_numpy() + 1
    frame["number"] = in_session if label["list"] is None else label["list"]

    if frame["number"].dtype.kind not in "iu":
        odd = next((each for each in frame["number"] if not isinstance(each, float) or each % 1 != 0), None)
        raise InputError(f"{path}: list numbers must be whole numbers, got {odd!r}")
    details: dict[str, Any] = {"file": str(path)}
    lengths = _lengths(field_of, n_trials, list_length)
    keep = _selected(frame, lengths, session, list_length, details, str(path))
    frame, length = frame[keep], int(lengths[keep][0])
    matrices = {name: values[keep] for name in ("recalls", "times") if (values := field_of[name]) is not None}
    matrices |= numbered_items(field_of, keep, length, wordpool, strict, details)
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
    if not matrices.keys() >= {"pres_itemnos", "rec_itemnos"} and "recalls" not in matrices:
        raise InputError(
            f"{where}: without recalls, both studied and recalled items are needed; it has {', '.join(data)}"
        )
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
        codes=codes,
        strict=strict,
        **matrices,
    )


def _fields(path: Path, variable: str | None, columns: Mapping[str, str]) -> tuple[dict[str, LabelArray | Unread], str]:
    """The fields to read, and where they stand, in words."""
    data, holds = mat_fields(path, variable)
    known = {*columns.values()}.union(*FIELDS.values())
    structs = [name for name, value in data.items() if isinstance(value, Unread) and value.what == "one struct"]
    if variable is None and not known & data.keys() and len(structs) == 1:
        variable = structs[0]
        data, _ = mat_fields(path, variable)
    if variable is None and not known & data.keys():
        raise InputError(
            f"{path}: neither it nor a single struct in it holds recalls; it has {', '.join(holds) or 'nothing'} (give "
            "variable=, the struct with the matrices, or columns=, the names of the matrices)"
        )
    return data, f"{path}: {variable}" if variable else str(path)


def _by_role(
    data: Mapping[str, LabelArray | Unread], columns: Mapping[str, str], leave_out: Sequence[str], where: str
) -> tuple[dict[str, Any], set[str]]:
    """The field of each role in :data:`FIELDS`, or ``None``; and the names of the fields that have a role."""
    leave_out = column_names(leave_out, "leave_out")
    if unknown := [role for role in columns if role not in FIELDS]:
        raise InputError(f"columns: {unknown[0]!r} is not one of {', '.join(FIELDS)}")
    names = {
        role: columns.get(role) or next((name for name in usual if name in data), "") for role, usual in FIELDS.items()
    }
    for each in leave_out:
        if not names.get(each) and each not in data:
            raise InputError(f"leave_out: {where} has no field {each!r}; it has {', '.join(data)}")
    field_of: dict[str, Any] = {}
    for role, name in names.items():
        if role in columns and name not in data:
            raise InputError(f"columns: {where} has no field {name!r} ({role}); it has {', '.join(data)}")
        value = None if {role, name} & {*leave_out} else data.get(name)
        if isinstance(value, Unread):
            raise InputError(f"{where}: {name} holds {value.what}; expected {FIELD_HOLDS.get(role, 'numbers')}")
        field_of[role] = value
    for role in MATRICES:
        value = field_of[role]
        if value is not None and value.ndim != 2:
            raise InputError(f"{where}: {names[role]} has {value.ndim} dimensions; expected a row for each list")
        if value is not None and role not in ("pres_items", "rec_items") and value.dtype == object:
            word = next((cell for cell in value.flat if isinstance(cell, str) and cell), "")
            raise InputError(f"{where}: {names[role]} holds {word!r} where a number is expected")
        rows = next(field_of[each] for each in MATRICES if field_of[each] is not None) if value is not None else None
        if value is not None and rows is not None and len(value) != len(rows):
            raise InputError(
                f"{where}: {names[role]} has {len(value)} rows, another matrix {len(rows)}; a row is a list"
            )
    return field_of, {*names.values()}


def _vector(value: Any, n_trials: int) -> LabelArray | None:
    """``value`` as one label for each list; ``None`` if it is something else."""
    if not isinstance(value, np.ndarray) or value.size != n_trials or max(value.shape) != n_trials:
        return None
    flat = value.ravel()
    if value.dtype == object:
        if not all(isinstance(cell, str) for cell in flat) and any(isinstance(cell, str) for cell in flat):
            return None
        return np.array(flat.tolist())
    if value.dtype.kind not in "biuf":
        return None
    whole = value.dtype.kind == "f" and np.isfinite(flat).all() and (flat == np.round(flat)).all()
    return flat.astype(np.int64) if whole or value.dtype.kind in "iu" else flat


def _label(value: Any, n_trials: int, role: str, where: str) -> LabelArray | None:
    """One label for each list; a single value is that of all lists."""
    if value is None:
        return None
    single = _vector(value, 1) if np.size(value) == 1 else None
    labels = _vector(value, n_trials) if single is None else np.repeat(single, n_trials)
    if labels is not None and (labels != labels).any():
        raise InputError(f"{where}: {role} of row {int(np.argmax(labels != labels))} is missing (NaN)")
    if labels is None:
        raise InputError(
            f"{where}: {role} has the shape {' x '.join(map(str, np.shape(value)))}; expected a label for each of "
            f"{n_trials} lists (leave_out={role!r} reads the file without it)"
        )
    return labels


def _lengths(field_of: Mapping[str, Any], n_trials: int, given: int | None) -> LabelArray:
    """(n_trials,) number of items in each list; 0 where none was presented."""
    if field_of["pres_itemnos"] is not None:
        return (whole_numbers(pd.DataFrame(field_of["pres_itemnos"]), "pres_itemnos") > 0).sum(axis=1)
    if field_of["pres_items"] is not None:
        return (text_cells(field_of["pres_items"]) != "").sum(axis=1)
    stated = _label(field_of["list_length"], n_trials, "list_length", "the file")
    if stated is None and given is None:
        raise InputError("the file holds neither listLength nor the presented items; give list_length=")
    lengths = np.full(n_trials, given) if stated is None else whole_numbers(pd.DataFrame(stated[:, None]), "listLength")
    if (lengths < 0).any():
        raise InputError(f"listLength is {lengths.min()} in a list; expected a number of items")
    return lengths.ravel()


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

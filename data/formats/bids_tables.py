"""One file of BIDS events: its columns, judged by what they hold, and its events of free recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.errors import InputError
from memsim.data.formats.bids_files import entity
from memsim.data.formats.text_tables import read_text_table

TRIAL_TYPES: dict[str, tuple[str, ...]] = {
    "study": ("WORD", "study", "encoding"),
    "recall": ("REC_WORD", "recall"),
    "recall_start": ("REC_START", "recall_start"),
    "vocalization": ("REC_WORD_VV",),
    "practice": ("PRACTICE_WORD", "PRACTICE_REC_WORD", "PRACTICE_REC_WORD_VV", "PRACTICE_REC_START"),
}
"""The values of ``trial_type``, in any case, for each kind of event; events with other values are not read."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "item": ("item_name", "item", "word", "stimulus"),
    "list": ("list", "trial", "list_number"),
    "position": ("serialpos", "serial_position", "position"),
    "time": ("response_time",),
}
"""Usual names of the columns; of those that the file has, the one that most of the events have filled in is read."""
NO_LIST = -999
"""Code of the Computational Memory Lab for an event that belongs to no list, or has no serial position."""
EXTRA = "column "
"""Prefix of the columns that the user names, so that they differ from those that this module adds."""


def read_events(
    path: Path,
    kinds: Mapping[str, Sequence[str]],
    names: Mapping[str, str | None],
    extra: Sequence[str],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The events of free recall in one file, and how they were read.

    The columns of the events are kind, item, onset, number, position, response_time, subject, session, run, file, line.
    The details count ``events_of_other_types``, and name the ``columns_by_content``, which have not the first usual
    name.

    Parameters
    ----------
    path : the file.
    kinds : the values of ``trial_type`` of each kind of event.
    names : the names of columns that the user gives, by role; ``None`` for those of :data:`COLUMNS`.
    extra : further columns to keep.

    Raises
    ------
    InputError : a column that is missing, or a cell that is not a number; the message names file, line and value.
    DataError : a file that is not a table.
    """
    table = read_text_table(path, missing=["n/a", ""]).astype(object)
    for name in ("onset", "trial_type"):
        if name not in table:
            raise InputError(f"{path} has no column {name}; it has {', '.join(table.columns)}")
    kind_of = {each.casefold(): kind for kind, types in kinds.items() for each in types}
    kind = table["trial_type"].str.strip().str.casefold().map(kind_of)
    details: dict[str, Any] = {}
    known = {role: _column(table, kind, role, name, details) for role, name in names.items()}
    wanted: list[tuple[str, str | None]] = [*known.items(), *((name, name) for name in extra)]
    for role, column in wanted:
        if (column is None and role in ("item", "list")) or (column is not None and column not in table):
            missing = role if column in (None, role) else f"{role} ({column})"
            raise InputError(f"{path} has no column {missing}; it has {', '.join(table.columns)} (see columns=)")
    others = table.loc[kind.isna(), "trial_type"].fillna("n/a").value_counts()
    if len(others):
        details["events_of_other_types"] = {str(other): int(count) for other, count in others.items()}
    events = pd.DataFrame({"kind": kind, "item": table[known["item"]]})
    read = kind.notna()
    sources: dict[str, str | None] = {
        "onset": "onset", "number": known["list"], "position": known["position"], "response_time": known["time"],
    }  # fmt: skip
    for name, column in sources.items():
        events[name] = np.nan if column is None else _numbers(path, table[column], read, str(column))
    odd = read & (events["number"].notna() & ((events["number"] % 1 != 0) | (events["number"].abs() > 1e9)))
    if odd.any():
        line = events.index[odd][0]
        raise InputError(
            f"{path}, line {line}: {known['list']} {table.loc[line, known['list']]!r} is not a whole number"
        )
    events["position"] = events["position"].where(events["position"] != NO_LIST)
    for name, short in {"subject": "sub", "session": "ses", "run": "run"}.items():
        events[name] = entity(path, short) or table.get(name)
    events = events.assign(file=str(path), line=events.index, **{f"{EXTRA}{name}": table[name] for name in extra})
    events = events[read]
    if events["subject"].isna().any():
        raise InputError(f"{path}: neither the name (sub-...) nor a column 'subject' names the subject")
    if not events["onset"].isna().any():
        events = events.sort_values("onset", kind="stable")
    events["number"] = events["number"].where(events["number"] != NO_LIST)
    begins = (events["kind"] == "recall_start") & events["number"].isna()
    studied = events["number"].where(events["kind"] == "study").ffill()
    return events.assign(number=events["number"].where(~begins, studied)), details


def _column(table: pd.DataFrame, kind: pd.Series, role: str, given: str | None, details: dict[str, Any]) -> str | None:
    """The column of a role: the one that is named, or of the usual ones the one that is filled in most often."""
    found = [name for name in COLUMNS[role] if name in table]
    if given is not None or not found:
        return given
    rows = table[kind.isin(["recall"] if role == "time" else ["study"] if role == "position" else ["study", "recall"])]
    filled = [int((rows[name].notna() & (rows[name] != str(NO_LIST))).sum()) for name in found]
    chosen = found[int(np.argmax(filled))]
    if chosen != found[0]:
        details.setdefault("columns_by_content", {})[role] = chosen
    return chosen


def _numbers(path: Path, cells: pd.Series, read: pd.Series, column: str) -> pd.Series:
    """The cells as numbers; those of events that are not read may hold anything."""
    values = pd.to_numeric(cells, errors="coerce")
    wrong = read & (np.isinf(values) | (values.isna() & cells.notna() & (cells.str.casefold() != "nan")))
    if wrong.any():
        line = cells.index[wrong][0]
        raise InputError(f"{path}, line {line}: {column} {cells[line]!r} is not a number")
    return values

"""Options of long tables that apply before they are read: other names of columns, and the length of the lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from memsim.core.errors import InputError
from memsim.core.names import by_role
from memsim.core.tables.long_table import COLUMNS
from memsim.core.tables.scored_table import SCORED, long_of_scored

ROLES = (
    *COLUMNS, "session", "time", "model", "input", "output", "study", "recall", "item_2", "rating", "scale", "about",
    "kind",
)  # fmt: skip
"""Columns of the long table, of psifr's scored one and of judgments that can have other names in a file."""


def renamed(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """``frame`` with the names of psifr's table for the columns that ``columns`` names, by role.

    A column that has the name of a role already gives way to the one that is named for it.

    Raises
    ------
    InputError : no such role or column, or a column that is named twice.
    """
    for role, name in by_role(columns, "columns").items():
        if role not in ROLES:
            raise InputError(f"columns: {role!r} is not one of {', '.join(ROLES)}")
        if name not in frame.columns:
            raise InputError(f"columns: {role}={name!r} is no column; there are {', '.join(map(str, frame.columns))}")
    if len(set(columns.values())) < len(columns):
        raise InputError(f"columns: {', '.join(f'{role}={name}' for role, name in columns.items())}: a column twice")
    replaced = [role for role, name in columns.items() if role != name and role in frame.columns]
    return frame.drop(columns=[role for role in replaced if role not in columns.values()]).rename(
        columns={name: role for role, name in columns.items()}
    )


def of_length(frame: pd.DataFrame, list_length: int, details: dict[str, Any]) -> pd.DataFrame:
    """The rows of lists with this many study rows; the other lists are counted in ``details``.

    Raises
    ------
    InputError : there is no such list.
    """
    by = [name for name in ("subject", "session", "list") if name in frame.columns]
    if frame.columns.isin([*SCORED]).sum() == len(SCORED):
        frame = long_of_scored(frame)
    if "trial_type" not in frame.columns or len(by) < 2:
        return frame  # what lacks is said where the table is read
    key = frame.groupby(by, sort=False, dropna=False, observed=True).ngroup()
    length = key.map(key[frame["trial_type"] == "study"].value_counts()).fillna(0).astype(int)
    known = sorted(set(length) - {0})
    if list_length not in known:
        raise InputError(f"there is no list of {list_length} items; the lengths are {known}")
    if other := int(key[(length != list_length) & (length > 0)].nunique()):
        details["lists_of_other_lengths"] = other
    return frame[(length == list_length) | (length == 0)]

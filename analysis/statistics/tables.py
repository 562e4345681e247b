"""Frames with a row for each subject and level, checked, and as a matrix of subjects by levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.checks import list_of_names
from memsim.analysis.numeric_columns import with_numbers
from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.tables.given_tables import require_table
from memsim.core.tables.long_table_rows import at_row


class Cells(NamedTuple):
    """A tidy frame as a matrix of subjects by levels."""

    levels: pd.DataFrame
    """The levels, one in each row, sorted."""
    values: FloatArray
    """(n_subjects, n_levels) NaN where undefined."""
    present: BoolArray
    """(n_subjects, n_levels) whether the frame has a row, with a defined value or without."""
    group: npt.NDArray[np.int64]
    """(n_subjects,) code of the group that the subject belongs to."""

    @classmethod
    def of(
        cls, frame: pd.DataFrame, by: str | Sequence[str], value: str, between: str | Sequence[str], who: str
    ) -> Cells:
        """From ``frame``, checked; errors name the caller ``who``."""
        names, groups = list_of_names(by, "by", who), list_of_names(between, "between", who)
        require_columns(frame, [*names, *groups, "subject"], [value], who)
        frame = with_numbers(frame, [value], who)
        if not names:
            raise InputError(f"{who}: by is empty; name the columns whose levels have a mean each")
        cell = frame.groupby(names, sort=True, observed=True).ngroup().to_numpy()
        unit = frame.groupby([*groups, "subject"], sort=True, observed=True).ngroup().to_numpy()
        again = pd.DataFrame({"unit": unit, "cell": cell}).duplicated().to_numpy()
        if again.any():
            row = frame.iloc[int(np.argmax(again))]
            at = ", ".join(f"{name}={row[name]}" for name in names)
            raise InputError(
                f"{who}: subject {row['subject']} has more than one value at {at}; name columns of conditions in by, "
                "or in between if they vary between subjects"
            )
        values = np.full((unit.max() + 1, cell.max() + 1), np.nan)
        values[unit, cell] = frame[value].to_numpy(dtype=float)
        present = np.zeros(values.shape, dtype=bool)
        present[unit, cell] = True
        group = np.zeros(len(values), dtype=np.int64)
        if groups:
            group[unit] = frame.groupby(groups, sort=True, observed=True).ngroup().to_numpy()
        levels = frame[names].drop_duplicates().sort_values(names).reset_index(drop=True)
        return cls(levels, values, present, group)

    def mean(self) -> FloatArray:
        """(n_levels,) mean over subjects with a defined value; NaN where no subject has one."""
        return nan_mean(self.values)


def nan_mean(values: FloatArray) -> FloatArray:
    """``np.nanmean`` over the rows, without a warning where there is no value."""
    with np.errstate(invalid="ignore"):
        return np.nansum(values, axis=0) / np.count_nonzero(~np.isnan(values), axis=0)


def require_columns(table: Any, labels: Sequence[str], values: Sequence[str], who: str) -> None:
    """Raise :class:`InputError`, in the name of ``who``, unless ``table`` has rows and these columns.

    The columns of ``labels`` must be without missing entries.
    """
    require_table(table, who)
    missing = [name for name in [*labels, *values] if name not in table.columns]
    if missing:
        raise InputError(
            f"{who}: no column {', '.join(map(str, missing))}; the table has {', '.join(map(str, table.columns))}"
        )
    if table.empty:
        raise InputError(f"{who}: the table has no rows")
    for name in labels:
        if table[name].isna().any():
            raise InputError(
                f"{who}: column {name} is missing in {at_row(table, int(np.argmax(table[name].isna())))}; fill it in"
            )

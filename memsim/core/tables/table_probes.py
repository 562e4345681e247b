"""The probes of a table: its rows with the ``trial_type`` "test"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, LabelArray, not_whole
from memsim.core.errors import InputError
from memsim.core.probes import ABSENT, Probes
from memsim.core.tables.long_table_rows import Rows, at_row, factorized

OF_PROBES = ("item_2", "kind", "about", "rating", "scale")
"""Columns of test rows alone."""


def probe_numbers(rows: Rows) -> IntArray:
    """(n_tests,) the number of the probe of each test row in its trial, from 0.

    Raises
    ------
    InputError : the test positions of a list are not 1, 2, 3, ..., each once.
    """
    trial, position = rows.trial[rows.test], rows.position[rows.test]
    counts = np.bincount(trial, minlength=len(rows.head))
    number = np.arange(len(trial)) - (np.cumsum(counts) - counts)[trial]
    wrong = position != number + 1
    if wrong.any():
        at = rows.test[int(np.argmax(wrong))]
        raise InputError(f"{rows.which(at)}: test positions are not 1 to {counts[rows.trial[at]]}, each once")
    return number.astype(np.int32)


def in_probes(rows: Rows, values: Any, unknown: Any) -> Any:
    """(n_trials, n_probes, ...) the values of test rows, and ``unknown`` where a trial has no such probe."""
    number, values = probe_numbers(rows), np.asarray(values)
    shape = (len(rows.head), int(number.max(initial=-1)) + 1, *values.shape[1:])
    placed = np.full(shape, unknown, dtype=values.dtype)
    placed[rows.trial[rows.test], number] = values
    return placed


def numbers_of_probes(rows: Rows, name: str) -> FloatArray:
    """(n_trials, n_probes) the numbers of a column, NaN where it is empty or there is no probe."""
    return np.asarray(in_probes(rows, rows.numbers(name, rows.test), np.nan), dtype=float)


def probes_in(rows: Rows, tested: IntArray, labels: Sequence[str]) -> Probes | None:
    """The probes; ``None`` where the table has no test rows. ``tested`` (n_tests, n_sides) are their items."""
    if not len(rows.test):
        if labels:
            raise InputError(f"labels={list(labels)!r}: the table has no test rows, whose labels these would be")
        return None
    about = None
    if "about" in rows.frame.columns and not rows.frame["about"].iloc[rows.test].isna().all():
        asked = rows.numbers("about", rows.test)
        wrong = (asked < 0) | (not_whole(asked) & ~np.isnan(asked))
        if wrong.any():
            at = rows.test[int(np.argmax(wrong))]
            raise InputError(
                f"about {rows.frame['about'].iloc[at]} in {at_row(rows.frame, at)} is no number of a list; lists count "
                "from 0"
            )
        about = np.nan_to_num(numbers_of_probes(rows, "about"), nan=ABSENT).astype(np.int32)
    return Probes(in_probes(rows, tested, ABSENT), about, {name: _labels(rows, name) for name in labels})


def _labels(rows: Rows, name: str) -> LabelArray:
    """(n_trials, n_probes) the labels of a column; empty, or NaN, where there is none."""
    codes, found = factorized(rows.frame[name].iloc[rows.test])
    if len(found) and found.dtype.kind in "iuf":
        placed = np.asarray(in_probes(rows, np.append(found.astype(float), np.nan)[codes], np.nan))
        # A column with an empty cell, as in study rows, holds whole numbers as floats.
        return placed.astype(np.int64) if (np.floor(placed) == placed).all() else placed
    if all(isinstance(label, str) for label in found.tolist()):
        return np.asarray(in_probes(rows, np.array([*found.tolist(), ""])[codes], ""))
    return np.asarray(in_probes(rows, np.array([*found.tolist(), None], dtype=object)[codes], None))

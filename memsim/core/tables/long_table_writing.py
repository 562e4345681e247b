"""The long table of psifr, written: one row for each studied item and for each response."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.origin import Origin, Simulated
from memsim.core.trials import Trials

ORIGIN = "memsim_origin"
"""Attribute of a table that holds the whole origin of its recalls, as JSON."""


def write_long_table(
    trials: Trials,
    positions: IntArray,
    times: FloatArray | None,
    intruders: IntArray | None,
    origin: Origin,
    *,
    periods: IntArray | None = None,
) -> pd.DataFrame:
    """The long table of these responses, list by list, study rows before recall rows.

    The arrays are as in :class:`memsim.Recalls`. An intruding item that was not recorded is labelled ``intrusion@k``
    after its output position k, so that two unknown intrusions of a list are not taken for a repeated word; items
    that are numbers are then written as text, so that all labels are of one type.

    Raises
    ------
    InputError : a condition has the name of a column of the table.
    """
    n_trials, list_length = trials.items.shape
    row, output = (each.astype(np.int32) for each in np.nonzero(positions != NONE))
    position = positions[row, output]
    # Where each row of the table stands, so that nothing need be sorted.
    n_given = np.bincount(row, minlength=n_trials)
    start = np.cumsum(n_given + list_length) - n_given - list_length
    given_at = np.arange(len(row)) + (np.arange(1, n_trials + 1) * list_length)[row]
    study_at = start[:, None] + np.arange(list_length)
    trial = np.repeat(np.arange(n_trials, dtype=np.int32), n_given + list_length)

    def column(studied: Any, given: Any, dtype: Any) -> Any:
        values = np.empty(len(trial), dtype=dtype)
        values[study_at] = studied
        values[given_at] = given
        return values

    is_recall = column(False, True, bool)
    intruder = np.full(len(row), -1, dtype=np.int32) if intruders is None else intruders[row, output]
    given = np.where(
        position == INTRUSION, intruder, trials.items[row, np.where(position == INTRUSION, 0, position - 1)]
    )
    labels = trials.pool.labels
    unknown = given < 0
    if unknown.any():
        names = [f"intrusion@{k}" for k in range(1, positions.shape[1] + 1)]
        texts = labels.astype(str) if labels.dtype.kind in "iuf" else labels  # numbers among text would not match
        given = np.where(unknown, len(labels) + output, given)
        labels = np.array([*texts.tolist(), *names], dtype=object)
    elif labels.dtype.kind == "U":
        labels = labels.astype(object)
    columns: dict[str, Any] = {}
    if isinstance(origin, Simulated):
        columns["model"] = np.full(len(trial), origin.model, dtype=object)
    columns["subject"] = trials.subject[trial]
    if trials.session is not None:
        columns["session"] = trials.session[trial]
    columns["list"] = trials.list[trial]
    columns["position"] = column(np.arange(1, list_length + 1), output + 1, np.int64)
    columns["trial_type"] = np.array(["study", "recall"], dtype=object)[is_recall.view(np.int8)]
    columns["item"] = labels[column(trials.items, given, np.int32)]
    if times is not None:
        columns["time"] = column(np.nan, times[row, output], float)
    if periods is not None:
        columns["recall_period"] = pd.arrays.IntegerArray(column(0, periods[row, output], np.int32), ~is_recall)
    if trials.source is not None:
        columns["source"] = pd.arrays.IntegerArray(column(trials.source, 0, np.int32), is_recall)
    kinds = trials.item_categories
    if kinds is not None:
        of_given = kinds.astype(object)[row, np.maximum(position - 1, 0)]
        of_given[position == INTRUSION] = None
        if trials.pool.categories is not None:
            known = intruder >= 0
            of_given[known] = trials.pool.categories.astype(object)[intruder[known]]
        columns["category"] = column(kinds.astype(object), of_given, object)
    taken = [name for name in trials.conditions if name in ("model", "session", *columns)]
    if taken:
        raise InputError(f"the condition {taken[0]!r} has the name of a column of the long table; give it another name")
    columns |= {name: values[trial] for name, values in trials.conditions.items()}
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs[ORIGIN] = origin.to_json()
    return frame

"""The long table of psifr, written: one row for each studied item, for each response, and for each probe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, FloatArray, IntArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.origin import Origin, Simulated
from memsim.core.tables.probe_rows import probe_rows, with_gaps
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
    ratings: IntArray | None = None,
    rating_times: FloatArray | None = None,
) -> pd.DataFrame:
    """The long table of these responses, list by list: study rows, then recall rows, then the probes as test rows.

    The arrays are as in :class:`memsim.Recalls` and :class:`memsim.Judgments`. An intruding item that was not recorded
    is labelled ``intrusion@k`` after its output position k, so that two unknown intrusions of a list are not taken for
    a repeated word; items that are numbers are then written as text, so that all labels are of one type.

    Raises
    ------
    InputError : a condition has the name of a column of the table.
    """
    n_trials, list_length = trials.items.shape
    tests = probe_rows(trials, ratings, rating_times)
    row, output = (each.astype(np.int32) for each in np.nonzero(positions != NONE))
    position = positions[row, output]
    # Where each row of the table stands, so that nothing need be sorted.
    n_given = np.bincount(row, minlength=n_trials)
    n_tested = np.bincount(tests.trial, minlength=n_trials)
    n_rows = list_length + n_given + n_tested
    start = np.cumsum(n_rows) - n_rows
    study_at = start[:, None] + np.arange(list_length)
    given_at = np.arange(len(row)) + (start + list_length - (np.cumsum(n_given) - n_given))[row]
    test_start = start + list_length + n_given - (np.cumsum(n_tested) - n_tested)
    test_at = np.arange(len(tests.trial)) + test_start[tests.trial]
    trial = np.repeat(np.arange(n_trials, dtype=np.int32), n_rows)

    def column(studied: Any, given: Any, tested: Any, dtype: Any) -> Any:
        values = np.empty(len(trial), dtype=dtype)
        values[study_at] = studied
        values[given_at] = given
        values[test_at] = tested
        return values

    kind = column(0, 1, 2, np.int8)
    intruder = np.full(len(row), -1, dtype=np.int32) if intruders is None else intruders[row, output]
    given = np.where(
        position == INTRUSION, intruder, trials.items[row, np.where(position == INTRUSION, 0, position - 1)]
    )
    labels = trials.pool.labels
    n_labels = len(labels)
    unknown = given < 0
    if unknown.any():
        names = [f"intrusion@{k}" for k in range(1, positions.shape[1] + 1)]
        texts = labels.astype(str) if labels.dtype.kind in "iuf" else labels  # numbers among text would not match
        given = np.where(unknown, n_labels + output, given)
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
    columns["position"] = column(np.arange(1, list_length + 1), output + 1, tests.number + 1, np.int64)
    columns["trial_type"] = np.array(["study", "recall", "test"], dtype=object)[kind]
    columns["item"] = _labelled(labels, column(trials.items, given, tests.items[:, 0], np.int32))
    for name, values in tests.columns.items():
        columns[name] = with_gaps(values, test_at, len(trial))
    if tests.items.shape[1] == 2:
        columns["item_2"] = _labelled(labels, column(-1, -1, tests.items[:, 1], np.int32))
    if times is not None or tests.times is not None:
        of_recalls = np.nan if times is None else times[row, output]
        columns["time"] = column(np.nan, of_recalls, np.nan if tests.times is None else tests.times, float)
    if periods is not None:
        columns["recall_period"] = pd.arrays.IntegerArray(column(0, periods[row, output], 0, np.int32), kind != 1)
    if trials.source is not None:
        columns["source"] = pd.arrays.IntegerArray(column(trials.source, 0, 0, np.int32), kind != 0)
    kinds = trials.item_categories
    if kinds is not None:
        of_given = kinds.astype(object)[row, np.maximum(position - 1, 0)]
        of_given[position == INTRUSION] = None
        if trials.pool.categories is not None:
            known = intruder >= 0
            of_given[known] = trials.pool.categories.astype(object)[intruder[known]]
        of_tests = np.full((*tests.items.shape,), None, dtype=object)
        if trials.pool.categories is not None:
            is_item = tests.items >= 0
            of_tests[is_item] = trials.pool.categories.astype(object)[tests.items[is_item]]
        columns["category"] = column(kinds.astype(object), of_given, of_tests[:, 0], object)
        if tests.items.shape[1] == 2:
            columns["category_2"] = column(None, None, of_tests[:, 1], object)
    for what, named in (("condition", trials.conditions), ("label of probes", tests.labels)):
        if taken := [name for name in named if name in ("model", "session", *columns)]:
            raise InputError(
                f"the {what} {taken[0]!r} has the name of a column of the long table; give it another name"
            )
        columns |= {
            name: values[trial] if what == "condition" else with_gaps(values, test_at, len(trial))
            for name, values in named.items()
        }
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs[ORIGIN] = origin.to_json()
    return frame


def _labelled(labels: LabelArray, at: IntArray) -> Any:
    """The labels at these indices; a missing one where an index is -1."""
    lacks = at < 0
    if not lacks.any():
        return labels[at]
    if labels.dtype.kind in "iu":
        return pd.arrays.IntegerArray(labels[at].astype(np.int64), lacks)
    values = labels[at].astype(object)
    values[lacks] = None
    return values

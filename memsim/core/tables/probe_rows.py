"""The probes of trials as rows of a long table."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray, IntArray, LabelArray
from memsim.core.probes import ABSENT
from memsim.core.trials import Trials


class ProbeRows(NamedTuple):
    """The rows of the probes that are given, in the order of trial and probe."""

    trial: IntArray
    number: IntArray
    """Of the probe in its trial, from 0."""
    items: IntArray
    """(n_rows, n_sides) pool indices; -1 for an empty side."""
    columns: dict[str, Any]
    """``kind``, ``about``, ``rating`` and ``scale``, those that the task has; missing values are masked."""
    times: FloatArray | None
    labels: dict[str, LabelArray]


def probe_rows(trials: Trials, ratings: IntArray | None, times: FloatArray | None) -> ProbeRows:
    """The rows of all probes of ``trials``, and of their answers where these are judgments."""
    probes, nothing = trials.probes, np.zeros(0, dtype=np.int32)
    if probes is None:
        return ProbeRows(nothing, nothing, nothing.reshape(0, 1), {}, None, {})
    row, number = (each.astype(np.int32) for each in np.nonzero(probes.given))
    columns: dict[str, Any] = {}
    if trials.paradigm.judged:
        columns["kind"] = trials.probe_kinds[row, number].astype(object)
    if probes.about is not None:
        about = probes.about[row, number]
        columns["about"] = pd.arrays.IntegerArray(about.astype(np.int64), about == ABSENT)
    if ratings is not None:
        rating = ratings[row, number]
        columns["rating"] = pd.arrays.IntegerArray(rating.astype(np.int64), rating == 0)
        scale = np.full(len(row), trials.paradigm.n_ratings, dtype=np.int64)
        columns["scale"] = pd.arrays.IntegerArray(scale, np.zeros(len(row), dtype=bool))
    return ProbeRows(
        row, number, probes.items[row, number], columns, None if times is None else times[row, number],
        {name: values[row, number] for name, values in probes.labels.items()},
    )  # fmt: skip


def with_gaps(values: Any, at: IntArray, n_rows: int) -> Any:
    """A column of ``n_rows`` with ``values`` at the rows ``at``, and missing values elsewhere."""
    if isinstance(values, pd.arrays.IntegerArray):
        filled, lacks = np.zeros(n_rows, dtype=np.int64), np.ones(n_rows, dtype=bool)
        filled[at], lacks[at] = values.to_numpy(np.int64, na_value=0), values.isna()
        return pd.arrays.IntegerArray(filled, lacks)
    if values.dtype.kind in "iu":
        return with_gaps(pd.arrays.IntegerArray(values.astype(np.int64), np.zeros(len(values), dtype=bool)), at, n_rows)
    column = np.full(
        n_rows, np.nan if values.dtype.kind == "f" else None, dtype=float if values.dtype.kind == "f" else object
    )
    column[at] = values
    return column

"""Counts and sums by subject, tidy frames of them, and the mean over subjects with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from memsim.analysis.checks import checked_confidence, list_of_names
from memsim.analysis.numeric_columns import require_places, with_numbers
from memsim.core.errors import InputError
from memsim.core.judgments import Responses
from memsim.core.tables.given_tables import require_table


def coded_subjects(recalls: Responses) -> tuple[npt.NDArray[np.int64], int]:
    """(n_trials,) the participant of each list, as a code from 0, and the number of participants."""
    return recalls.trials.subject_codes, len(recalls.trials.subjects)


def count_by_subject(
    recalls: Responses,
    row: npt.NDArray[Any],
    *levels: tuple[npt.NDArray[Any], int],
    weights: npt.NDArray[Any] | None = None,
) -> npt.NDArray[Any]:
    """(n_subjects, ...) number of cases of each subject at each combination of levels.

    Parameters
    ----------
    row : (n_cases,) the list that each case belongs to.
    levels : for each further axis the level of every case (n_cases,), as a code from 0, and the number of levels.
    weights : (n_cases,) what each case adds, instead of 1; the result is then one of floats.
    """
    codes, n_subjects = coded_subjects(recalls)
    cell, shape = codes[row], (n_subjects, *(n_levels for _, n_levels in levels))
    for code, n_levels in levels:
        cell = cell * n_levels + code
    counts: npt.NDArray[Any] = np.bincount(cell, weights, minlength=prod(shape)).reshape(shape)
    return counts if weights is None else counts.astype(float)  # bincount of no cases is one of whole numbers


def counts_per_subject(
    recalls: Responses,
    levels: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
    actual: npt.NDArray[np.int64] | npt.NDArray[np.float64],
    possible: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """A tidy frame of ``prob = actual / possible`` (NaN for 0/0) with both counts kept.

    Parameters
    ----------
    levels : the values of each axis after the first, by the name of their column.
    actual : (n_subjects, ...) with an axis for each entry of ``levels``.
    possible : of a shape that broadcasts to that of ``actual``.
    """
    axes = {"subject": recalls.trials.subjects} | {name: np.asarray(values) for name, values in levels.items()}
    sizes = [len(values) for values in axes.values()]
    columns = {
        name: np.tile(np.repeat(values, prod(sizes[i + 1 :])), prod(sizes[:i]))
        for i, (name, values) in enumerate(axes.items())
    }
    if possible.shape != actual.shape:
        possible = np.broadcast_to(possible, actual.shape)
    actual, possible = actual.ravel(), possible.ravel()
    with np.errstate(invalid="ignore"):
        return pd.DataFrame({**columns, "prob": actual / possible, "actual": actual, "possible": possible}, copy=False)


def means_per_subject(
    recalls: Responses,
    levels: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
    value: str,
    total: npt.NDArray[np.float64],
    count: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """A tidy frame of ``value = total / count``, both kept; for the shapes see :func:`counts_per_subject`."""
    frame = counts_per_subject(recalls, levels, total, count)
    return frame.rename(columns={"prob": value, "actual": "total", "possible": "count"})


def lists_per_subject(recalls: Responses) -> npt.NDArray[np.int64]:
    """(n_subjects,) number of lists of each participant."""
    return np.bincount(recalls.trials.subject_codes, minlength=len(recalls.trials.subjects))


def mean_over_subjects(
    frame: pd.DataFrame, by: str | list[str], value: str = "prob", confidence: float = 0.95
) -> pd.DataFrame:
    """Mean of ``value`` over subjects, each of whom counts once, with Student's t interval.

    Parameters
    ----------
    frame : a row for each subject and level of ``by``, as analyses return it.
    by : the column, or columns, whose levels have a mean each.
    value : the column of values; NaN where undefined.
    confidence : of the interval, between 0 and 1.

    Returns
    -------
    DataFrame : ``by, mean, sem, low, high, n_subjects``, sorted by ``by``. Subjects without a defined value do not
        count; with fewer than two of them ``sem``, ``low`` and ``high`` are NaN.

    Raises
    ------
    InputError : a column that is not in the frame; a value that is no number, or that has no level; a subject has
        several values at one level; or the confidence is out of range.
    """
    require_table(frame, "mean_over_subjects")
    checked_confidence(confidence, "mean_over_subjects")
    levels = list_of_names(by, "by", "mean_over_subjects")
    if absent := [name for name in [*levels, value] if name not in frame]:
        raise InputError(f"mean_over_subjects: no column {absent[0]}; there are {', '.join(map(str, frame.columns))}")
    frame = with_numbers(frame, [value], "mean_over_subjects")
    require_places(frame, levels, value, "mean_over_subjects")
    if "subject" in frame and frame.duplicated(["subject", *levels]).any():
        raise InputError(
            f"mean_over_subjects: subjects have several values at one level of {by}; name every column of the frame "
            "that separates these values in by"
        )
    grouped = frame.groupby(by, sort=True)[value]
    result = grouped.agg(mean="mean", sem="sem", n_subjects="count").reset_index()
    half = stdtrit(np.maximum(result["n_subjects"] - 1, 1), (1 + confidence) / 2) * result["sem"]
    result.insert(result.columns.get_loc("n_subjects"), "low", result["mean"] - half)
    result.insert(result.columns.get_loc("n_subjects"), "high", result["mean"] + half)
    return result

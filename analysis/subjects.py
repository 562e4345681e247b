"""From counts to a tidy frame per subject, and from subjects to a mean with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from memsim.core.errors import InputError
from memsim.core.recalls import Recalls


def counts_per_subject(
    recalls: Recalls,
    levels: Mapping[str, Sequence[Any]],
    actual: npt.NDArray[np.int64] | npt.NDArray[np.float64],
    possible: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """A tidy frame of ``prob = actual / possible`` (NaN for 0/0) with both counts kept.

    ``actual`` and ``possible`` are (n_subjects, ...) with one further axis per entry of ``levels``.
    """
    axes = {"subject": recalls.trials.subjects} | {name: np.asarray(values) for name, values in levels.items()}
    sizes = [len(values) for values in axes.values()]
    columns = {
        name: np.tile(np.repeat(values, prod(sizes[i + 1 :])), prod(sizes[:i]))
        for i, (name, values) in enumerate(axes.items())
    }
    actual, possible = actual.ravel(), possible.ravel()
    with np.errstate(invalid="ignore"):
        return pd.DataFrame({**columns, "prob": actual / possible, "actual": actual, "possible": possible}, copy=False)


def means_per_subject(
    recalls: Recalls,
    levels: Mapping[str, Sequence[Any]],
    value: str,
    total: npt.NDArray[np.float64],
    count: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """A tidy frame of ``value = total / count``, both kept; for the shapes see :func:`counts_per_subject`."""
    frame = counts_per_subject(recalls, levels, total, count)
    return frame.rename(columns={"prob": value, "actual": "total", "possible": "count"})


def subjects(recalls: Recalls) -> tuple[npt.NDArray[np.int64], int]:
    """(n_trials,) the participant of each list, as a code from 0, and how many participants there are."""
    return recalls.trials.subject_codes, len(recalls.trials.subjects)


def lists_per_subject(recalls: Recalls) -> npt.NDArray[np.int64]:
    """(n_subjects,) number of lists of each participant."""
    return np.bincount(recalls.trials.subject_codes, minlength=len(recalls.trials.subjects))


def mean_over_subjects(
    frame: pd.DataFrame, by: str | list[str], value: str = "prob", confidence: float = 0.95
) -> pd.DataFrame:
    """Mean of ``value`` over subjects, each counting once, with a t interval.

    Returns
    -------
    DataFrame : ``by, mean, sem, low, high, n_subjects``. Subjects without a defined value do not count;
        with fewer than two of them ``sem``, ``low`` and ``high`` are NaN.
    """
    if "subject" in frame and frame.duplicated(["subject", *([by] if isinstance(by, str) else by)]).any():
        raise InputError(
            f"mean_over_subjects: subjects have several values at one level of {by}; sources and conditions that the "
            "frame holds belong in `by`"
        )
    grouped = frame.groupby(by, sort=True)[value]
    result = grouped.agg(mean="mean", sem="sem", n_subjects="count").reset_index()
    half = stdtrit(np.maximum(result["n_subjects"] - 1, 1), (1 + confidence) / 2) * result["sem"]
    result.insert(result.columns.get_loc("n_subjects"), "low", result["mean"] - half)
    result.insert(result.columns.get_loc("n_subjects"), "high", result["mean"] + half)
    return result

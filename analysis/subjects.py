"""From counts to a tidy frame per subject, and from subjects to a mean with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from memsim.recalls import Recalls


def counts_per_subject(
    recalls: Recalls,
    levels: Mapping[str, Sequence[int]],
    actual: npt.NDArray[np.int64],
    possible: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """A tidy frame of ``prob = actual / possible`` (NaN for 0/0) with both counts kept.

    ``actual`` and ``possible`` are (n_subjects, ...) with one further axis per entry of ``levels``.
    """
    index = pd.MultiIndex.from_product([recalls.trials.subjects, *levels.values()], names=["subject", *levels])
    frame = index.to_frame(index=False)
    actual, possible = actual.ravel(), possible.ravel()
    with np.errstate(invalid="ignore"):
        frame["prob"] = actual / possible
    frame["actual"] = actual
    frame["possible"] = possible
    return frame


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
    grouped = frame.groupby(by, sort=True)[value]
    result = grouped.agg(mean="mean", sem="sem", n_subjects="count").reset_index()
    half = stdtrit(np.maximum(result["n_subjects"] - 1, 1), (1 + confidence) / 2) * result["sem"]
    result.insert(result.columns.get_loc("n_subjects"), "low", result["mean"] - half)
    result.insert(result.columns.get_loc("n_subjects"), "high", result["mean"] + half)
    return result

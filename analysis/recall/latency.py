"""How long responses take: inter-response times by output position and by lag."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.subjects import means_per_subject, subjects
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls


def response_latency(recalls: Recalls, *, by_recalled: bool = False) -> pd.DataFrame:
    """Mean time of right responses by output position, from the response before, or from the start of recall.

    A response is right where it is of the list, given for the first time and, in serial recall, in its place.

    Parameters
    ----------
    by_recalled : also by how many items were rightly recalled in the list: times grow towards the end of recall
        (Murdock & Okada, 1970), so that lists of different totals do not mix well.

    Returns
    -------
    DataFrame : ``subject, output, latency, total, count``: the mean in s, the sum and the responses it is of; with
        ``by_recalled`` also ``recalled``. A response after one without a time has no latency; one with a time before
        that of the response before it has a negative latency, as recorded.

    Raises
    ------
    InputError : the recalls have no times.
    """
    latency = _latencies(recalls, "response_latency")
    due = recalls.trials.paradigm.due
    right = recalls.is_correct if due is None else recalls.is_correct & (recalls.positions == due + 1)
    row, output = np.nonzero(right & np.isfinite(latency))
    codes, n_subjects = subjects(recalls)
    recalled = right.sum(axis=1)[row]
    levels = {"recalled": range(1, recalls.list_length + 1)} if by_recalled else {}
    shape = (n_subjects, *(len(level) for level in levels.values()), latency.shape[1])
    cell = (codes[row], recalled - 1, output) if by_recalled else (codes[row], output)
    total, count = _sums(shape, cell, latency[row, output])
    return means_per_subject(recalls, {**levels, "output": range(1, latency.shape[1] + 1)}, "latency", total, count)


def latency_by_lag(recalls: Recalls) -> pd.DataFrame:
    """Mean time of transitions by their lag; for the transitions that count see :func:`memsim.analysis.lag_crp`.

    Returns
    -------
    DataFrame : ``subject, lag, latency, total, count``: the mean in s, the sum, and the transitions it is of.

    Raises
    ------
    InputError : the recalls have no times, or a list holds an item twice.

    Source: Kahana (1996).
    """
    latency = _latencies(recalls, "latency_by_lag")
    recalls.trials.require_different_items("latency_by_lag")
    correct = recalls.is_correct
    made = correct[:, 1:] & correct[:, :-1] & np.isfinite(latency[:, 1:])
    row, left = np.nonzero(made)
    length = recalls.list_length
    lag = recalls.positions[row, left + 1] - recalls.positions[row, left]
    codes, n_subjects = subjects(recalls)
    shape = (n_subjects, 2 * length - 1)
    total, count = _sums(shape, (codes[row], lag + length - 1), latency[row, left + 1])
    return means_per_subject(recalls, {"lag": range(1 - length, length)}, "latency", total, count)


def _latencies(recalls: Recalls, who: str) -> npt.NDArray[np.float64]:
    """(n_trials, n_outputs) seconds since the response before."""
    require_recalls(recalls)
    if recalls.times is None:
        raise InputError(f"these recalls have no times of response; {who} takes recalls with times")
    return np.diff(recalls.times, axis=1, prepend=0.0)


def _sums(
    shape: tuple[int, ...], cell: tuple[npt.NDArray[np.int64], ...], values: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    flat = np.ravel_multi_index(cell, shape)
    size = int(np.prod(shape))
    total: npt.NDArray[np.float64] = np.bincount(flat, weights=values, minlength=size).astype(float)
    return total.reshape(shape), np.bincount(flat, minlength=size).reshape(shape)

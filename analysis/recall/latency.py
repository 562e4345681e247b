"""How long responses take: inter-response times by output position and by lag."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.checks import times_of
from memsim.analysis.declaration import of_recalls
from memsim.analysis.serial.accuracy import in_place
from memsim.analysis.subjects import count_by_subject, means_per_subject
from memsim.core.arrays import FloatArray
from memsim.core.recalls import Recalls
from memsim.core.response_times import may_be_intervals, times_going_back, warn_of_times_going_back


@of_recalls(takes_repeated_items=True)
def response_latency(recalls: Recalls, *, by_recalled: bool = False) -> pd.DataFrame:
    """Mean inter-response time of correct responses by output position; for the first, the time since recall began.

    A response is correct if its item was on the list, is given for the first time and, in serial recall, is given in
    its place.

    Parameters
    ----------
    recalls : recalls with times, of people or of a model.
    by_recalled : splits lists by their number of correct responses. Times grow towards the end of recall (Murdock &
        Okada, 1970), so a mean over lists with different numbers of recalls mixes early and late responses.

    Returns
    -------
    DataFrame : ``subject, output, latency, total, count``: the mean in s, the sum, and the number of responses. With
        ``by_recalled`` there is also ``recalled``, the number of correct responses. A response that follows one
        without a time has no latency, and neither has one whose time is earlier than a time before
        (:mod:`memsim.core.response_times`). Where recall has several periods, the latency of the first response of a
        period is the time since the period began.

    Warns
    -----
    DataWarning : times that go back.

    Raises
    ------
    InputError : the recalls have no times.

    References
    ----------
    Murdock & Okada (1970), Journal of Experimental Psychology, 86, 263-267.
    """
    latency = _latencies(recalls, "response_latency")
    ordered = recalls.trials.paradigm.due is not None
    correct = recalls.is_correct & in_place(recalls) if ordered else recalls.is_correct
    row, output = np.nonzero(correct & np.isfinite(latency))
    length, n_outputs = recalls.list_length, max(latency.shape[1], 1)
    axes, levels = [(output, n_outputs)], {"output": range(1, n_outputs + 1)}
    if by_recalled:
        axes.insert(0, (correct.sum(axis=1)[row] - 1, length))
        levels = {"recalled": range(1, length + 1), **levels}
    total = count_by_subject(recalls, row, *axes, weights=latency[row, output])
    return means_per_subject(recalls, levels, "latency", total, count_by_subject(recalls, row, *axes))


@of_recalls(takes_repeated_items=False, by_study_order=True)
def latency_by_lag(recalls: Recalls) -> pd.DataFrame:
    """Mean inter-response time of transitions by their lag.

    The transitions that count are those of :func:`memsim.analysis.lag_crp`, within a recall period, that have a latency
    (see :func:`response_latency`).

    Parameters
    ----------
    recalls : recalls with times, of people or of a model.

    Returns
    -------
    DataFrame : ``subject, lag, latency, total, count``: the mean in s, the sum, and the number of transitions.

    Warns
    -----
    DataWarning : times that go back.

    Raises
    ------
    InputError : the recalls have no times, or a list presents an item more than once.

    References
    ----------
    Kahana (1996), Memory & Cognition, 24, 103-109.
    """
    latency = _latencies(recalls, "latency_by_lag")
    correct = recalls.is_correct
    within = correct[:, 1:] & correct[:, :-1] & np.isfinite(latency[:, 1:])
    if recalls.periods is not None:
        within &= recalls.periods[:, 1:] == recalls.periods[:, :-1]
    row, left = np.nonzero(within)
    length = recalls.list_length
    lag = recalls.positions[row, left + 1] - recalls.positions[row, left]
    axis = (lag + length - 1, 2 * length - 1)
    total = count_by_subject(recalls, row, axis, weights=latency[row, left + 1])
    count = count_by_subject(recalls, row, axis)
    return means_per_subject(recalls, {"lag": range(1 - length, length)}, "latency", total, count)


def _latencies(recalls: Recalls, who: str) -> FloatArray:
    """(n_trials, n_outputs) time in s since the response before, or since the start of the recall period."""
    times = times_of(recalls, who)
    warn_of_times_going_back(times, recalls.periods, who)
    back = times_going_back(times, recalls.periods)
    if may_be_intervals(back, times):
        return np.full(times.shape, np.nan)
    latency = np.diff(times, axis=1, prepend=0.0)
    if recalls.periods is not None:
        starts = recalls.periods[:, 1:] != recalls.periods[:, :-1]
        latency[:, 1:][starts] = times[:, 1:][starts]
    return np.where(back, np.nan, latency)

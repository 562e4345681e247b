"""The recall steps of retrieved-context models as compiled loops over trials (numba)."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", fastmath={"contract", "arcp"})
def _weigh(support, remaining, exponential, sensitivity, floor, weight):  # type: ignore[no-untyped-def]
    """Fill ``weight`` with exp(score - best) of the remaining items, 0 for others, and return their sum."""
    best = -np.inf
    for i in range(support.size):
        if remaining[i]:
            best = max(best, support[i])
    best = max(best, floor)
    if not exponential:
        best = math.log(best)
    total = 0.0
    for i in range(support.size):
        if remaining[i]:
            a = max(support[i], floor)
            weight[i] = math.exp(sensitivity * ((a if exponential else math.log(a)) - best))
            total += weight[i]
        else:
            weight[i] = 0.0
    return total


@njit(cache=True, error_model="numpy", fastmath={"contract", "arcp"})
def _bring_back(item, rate, support, overlap, support_gain, overlap_gain):  # type: ignore[no-untyped-def]
    """Move support and overlap as the context of the recalled item comes in."""
    d = overlap[item]
    kept = math.sqrt(1 + rate * rate * (d * d - 1)) - rate * d
    for i in range(support.size):
        support[i] = kept * support[i] + rate * support_gain[item, i]
        overlap[i] = kept * overlap[i] + rate * overlap_gain[item, i]


@njit(cache=True)
def _workspace(length):  # type: ignore[no-untyped-def]
    """Support, overlap, weight and remaining items of one trial at a time."""
    return np.empty(length), np.empty(length), np.empty(length), np.empty(length, dtype=np.bool_)


@njit(cache=True)
def _begin_trial(trial, support_at_start, overlap_at_start, support, overlap, remaining):  # type: ignore[no-untyped-def]
    """Reset the workspace, and return the row of what differs between trials (0 if nothing does)."""
    row = trial if support_at_start.shape[0] > 1 else 0
    support[:] = support_at_start[row]
    overlap[:] = overlap_at_start
    remaining[:] = True
    return row


@njit(cache=True, error_model="numpy")
def simulate_search(  # type: ignore[no-untyped-def]
    support_at_start,
    overlap_at_start,
    support_gain,
    overlap_gain,
    rate,
    exponential,
    sensitivity,
    floor,
    stop,
    draws,
    limit,
):
    """Sample recall: positions (n_trials, limit), and (n_trials,) whether recall ended by itself.

    ``draws`` (n_outputs, n_trials) are the uniform random numbers that the steps would draw, output by
    output, so that both give the same recalls.
    """
    length = overlap_at_start.size
    n_trials = draws.shape[1]
    positions = np.zeros((n_trials, limit), dtype=np.int32)
    stopped = np.zeros(n_trials, dtype=np.bool_)
    support, overlap, weight, remaining = _workspace(length)
    for trial in range(n_trials):
        own = _begin_trial(trial, support_at_start, overlap_at_start, support, overlap, remaining)
        for output in range(limit):
            if output == length:
                stopped[trial] = True
                break
            total = _weigh(support, remaining, exponential, sensitivity, floor, weight)
            share = (1 - stop[output]) / total
            below = 0.0
            item = -1
            for i in range(length):
                below += share * weight[i]
                if draws[output, trial] < below:
                    item = i
                    break
            if item < 0:
                stopped[trial] = True
                break
            positions[trial, output] = item + 1
            remaining[item] = False
            _bring_back(item, rate, support, overlap, support_gain[own], overlap_gain)
    return positions, stopped


@njit(cache=True, error_model="numpy")
def log_likelihood_search(  # type: ignore[no-untyped-def]
    support_at_start,
    overlap_at_start,
    support_gain,
    overlap_gain,
    rate,
    exponential,
    sensitivity,
    floor,
    stop,
    columns,
):
    """(n_trials,) log-likelihood of the events in ``columns``; see :class:`memsim.recall_loop.Outcomes`."""
    n_trials, n_events = columns.shape
    length = overlap_at_start.size
    result = np.zeros(n_trials)
    support, overlap, weight, remaining = _workspace(length)
    for trial in range(n_trials):
        own = _begin_trial(trial, support_at_start, overlap_at_start, support, overlap, remaining)
        for event in range(n_events):
            item = columns[trial, event]
            if item < 0:
                break
            if item == length:
                result[trial] += math.log(stop[event])
                break
            total = _weigh(support, remaining, exponential, sensitivity, floor, weight)
            result[trial] += math.log((1 - stop[event]) * weight[item] / total)
            remaining[item] = False
            _bring_back(item, rate, support, overlap, support_gain[own], overlap_gain)
    return result

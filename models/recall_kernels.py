"""The recall steps of retrieved-context models as compiled loops over trials (numba).

``start`` and ``gain`` are those of :meth:`memsim.models.context.Search.kernel_arrays`: of every region of context,
the items' support and then their overlap, each padded to whole vectors so that no loop has a remainder.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from memsim.models.elementary import exp_up_to_zero, from_ordered_bits, log_of_positive, ordered_bits

FAST = {"contract", "arcp", "reassoc", "nsz", "nnan"}


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _weigh(products, excluded, exponential, sensitivity, floor, weight):  # type: ignore[no-untyped-def]
    """Fill ``weight``, of which the largest is 1, and return its sum; 0 where ``excluded`` is -inf and not 0."""
    for i in range(weight.size):
        weight[i] = products[0, i]
    for region in range(1, len(products)):
        for i in range(weight.size):
            weight[i] += products[region, i]
    if exponential:
        for i in range(weight.size):
            weight[i] = sensitivity * max(weight[i], floor) + excluded[i]
    else:
        for i in range(weight.size):
            weight[i] = sensitivity * log_of_positive(max(weight[i], floor)) + excluded[i]
    largest = ordered_bits(-np.inf)
    for i in range(weight.size):
        largest = max(largest, ordered_bits(weight[i]))
    best = from_ordered_bits(largest)
    total = 0.0
    for i in range(weight.size):
        weight[i] = exp_up_to_zero(weight[i] - best)
        total += weight[i]
    return total


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _bring_back(item, rates, products, gain):  # type: ignore[no-untyped-def]
    """Move support and overlap as the context of the recalled item comes in."""
    width = products.shape[1]
    for region in range(len(rates)):
        rate = rates[region]
        along = rate * products[region, width // 2 + item]
        kept = math.sqrt(along * along + (1 - rate * rate)) - along
        for i in range(width):
            products[region, i] = kept * products[region, i] + rate * gain[item, region, i]


@njit(cache=True)
def _workspace(start):  # type: ignore[no-untyped-def]
    """Products, excluded and weight of one trial at a time."""
    n_lanes = start.shape[2] // 2
    return np.empty(start.shape[1:]), np.full(n_lanes, -np.inf), np.empty(n_lanes)


@njit(cache=True, error_model="numpy")
def simulate_search(  # type: ignore[no-untyped-def]
    start, gain, rates, exponential, sensitivity, floor, stop, draws, limit
):
    """Sample recall: positions (n_trials, limit), and (n_trials,) whether recall ended by itself.

    ``draws`` (n_outputs, n_trials) are the uniform random numbers that the steps would draw, output by
    output, so that both give the same recalls.
    """
    length = stop.size - 1
    n_trials = draws.shape[1]
    positions = np.zeros((n_trials, limit), dtype=np.int32)
    stopped = np.zeros(n_trials, dtype=np.bool_)
    products, excluded, weight = _workspace(start)
    for trial in range(n_trials):
        alike = min(trial, len(start) - 1)
        own = gain[alike]
        products[:] = start[alike]
        excluded[:length] = 0
        for output in range(limit):
            if output == length:
                stopped[trial] = True
                break
            total = _weigh(products, excluded, exponential, sensitivity, floor, weight)
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
            excluded[item] = -np.inf
            _bring_back(item, rates, products, own)
    return positions, stopped


@njit(cache=True, error_model="numpy")
def log_likelihood_search(  # type: ignore[no-untyped-def]
    start, gain, rates, exponential, sensitivity, floor, stop, columns
):
    """(n_trials,) log-likelihood of the events in ``columns``; see :class:`memsim.recall_loop.Outcomes`."""
    n_trials, n_events = columns.shape
    length = stop.size - 1
    result = np.zeros(n_trials)
    products, excluded, weight = _workspace(start)
    for trial in range(n_trials):
        alike = min(trial, len(start) - 1)
        own = gain[alike]
        products[:] = start[alike]
        excluded[:length] = 0
        # One logarithm for many events, but factors that could underflow together are taken one by one.
        product = 1.0
        for output in range(n_events):
            item = columns[trial, output]
            if item < 0:
                break
            if item < length:
                total = _weigh(products, excluded, exponential, sensitivity, floor, weight)
                probability = (1 - stop[output]) * weight[item] / total
                excluded[item] = -np.inf
                _bring_back(item, rates, products, own)
            else:
                probability = stop[output]
            if probability > 1e-100:
                product *= probability
            else:
                result[trial] += math.log(probability)
            if product < 1e-200:
                result[trial] += math.log(product)
                product = 1.0
        result[trial] += math.log(product)
    return result

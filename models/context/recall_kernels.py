"""The recall steps of retrieved-context models as compiled loops over trials (numba).

:meth:`memsim.models.context.drift.Search.kernel_arrays` gives ``start`` and ``gain``: for every region of context, the
items' support and then their overlap, each padded to whole vectors so that no loop has a remainder.

LLVM turns these loops into vector instructions, which it cannot do with calls of the C library's exp and log, nor
with the maximum of floats. They therefore use Taylor polynomials after the usual reduction to a small interval, which
are exact to two units in the last place. All functions are in one file because numba's cache checks only the file of
the caller.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit

FAST = {"contract", "arcp", "reassoc", "nsz", "nnan"}
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
PER_LN2 = 1 / math.log(2)
ROUNDER = 1.5 * 2.0**52
"""Added to a number, leaves its nearest whole number in the low bits."""
ROUNDER_BITS = int(np.float64(ROUNDER).view(np.int64))
ROOT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))
NOTHING = -1100.0
"""exp of this and of all smaller numbers is 0."""
E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13 = (1 / math.factorial(k) for k in range(2, 14))
L1, L2, L3, L4, L5, L6, L7, L8, L9, L10 = (1 / (2 * k + 1) for k in range(1, 11))


@njit(cache=True, fastmath={"contract"})
def exp_up_to_zero(x):  # type: ignore[no-untyped-def]
    """exp(x) for x <= 0, -inf too."""
    x = max(x, NOTHING)
    shifted = x * PER_LN2 + ROUNDER
    twos = shifted - ROUNDER
    r = (x - twos * LN2_HIGH) - twos * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (E2 + E3 * r) + (E4 + E5 * r) * r2
    high = ((E6 + E7 * r) + (E8 + E9 * r) * r2) + ((E10 + E11 * r) + (E12 + E13 * r) * r2) * r4
    # 2 ** (twos + 100) is a normal number where 2 ** twos may not be; far below it is 0 at once, as underflow is slow.
    exponent = np.float64(shifted).view(np.int64) - ROUNDER_BITS + (1023 + 100)
    power = np.int64((exponent if exponent > 0 else 0) << 52).view(np.float64)
    return (1 + (r + r2 * (low + r4 * high))) * power * 2.0**-100


@njit(cache=True, fastmath={"contract"})
def log_of_positive(x):  # type: ignore[no-untyped-def]
    """log(x) for x of at least 2.3e-308, finite."""
    bits = np.float64(x).view(np.int64)
    twos = (bits - ROOT_HALF_BITS) >> 52
    mantissa = np.int64(bits - (twos << 52)).view(np.float64)
    s = (mantissa - 1) / (mantissa + 1)
    t = s * s
    t2 = t * t
    t4 = t2 * t2
    low = (L1 + L2 * t) + (L3 + L4 * t) * t2
    high = (L5 + L6 * t) + (L7 + L8 * t) * t2 + (L9 + L10 * t) * t4
    whole = np.int64(twos + ROUNDER_BITS).view(np.float64) - ROUNDER
    return whole * LN2_HIGH + (2 * s + (2 * s * t * (low + high * t4) + whole * LN2_LOW))


@njit(cache=True)
def ordered_bits(x):  # type: ignore[no-untyped-def]
    """A whole number that increases with x."""
    bits = np.float64(x).view(np.int64)
    return bits ^ ((bits >> 63) & 0x7FFFFFFFFFFFFFFF)


@njit(cache=True)
def from_ordered_bits(ordered):  # type: ignore[no-untyped-def]
    """The inverse of :func:`ordered_bits`."""
    return np.int64(ordered ^ ((ordered >> 63) & 0x7FFFFFFFFFFFFFFF)).view(np.float64)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _weigh(products, excluded, exponential, sensitivity, floor, weight):  # type: ignore[no-untyped-def]
    """Fill ``weight``, scaled to a maximum of 1 and 0 where ``excluded`` is -inf, and return its sum."""
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
    for i in range(weight.size):
        total += weight[i]
    return total


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _bring_back(item, rates, products, gain):  # type: ignore[no-untyped-def]
    """Update support and overlap as the context of the recalled item enters."""
    width = products.shape[1]
    for region in range(len(rates)):
        rate = rates[region]
        along = rate * products[region, width // 2 + item]
        kept = math.sqrt(along * along + (1 - rate * rate)) - along
        for i in range(width):
            products[region, i] = kept * products[region, i] + rate * gain[item, region, i]


@njit(cache=True)
def _workspace(start):  # type: ignore[no-untyped-def]
    """Arrays for the products, excluded items and weights of one trial at a time."""
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
def events_of_search(  # type: ignore[no-untyped-def]
    start, gain, rates, exponential, sensitivity, floor, stop, columns, outcome, silence
):
    """Fill ``outcome`` and ``silence`` at the events in ``columns``; see :class:`memsim.core.outcomes.Outcomes`."""
    n_trials, n_events = columns.shape
    length = stop.size - 1
    products, excluded, weight = _workspace(start)
    for trial in range(n_trials):
        alike = min(trial, len(start) - 1)
        own = gain[alike]
        products[:] = start[alike]
        excluded[:length] = 0
        for output in range(n_events):
            item = columns[trial, output]
            if item < 0:
                break
            silence[trial, output] = stop[output]
            if item < length:
                total = _weigh(products, excluded, exponential, sensitivity, floor, weight)
                outcome[trial, output] = (1 - stop[output]) * weight[item] / total
                excluded[item] = -np.inf
                _bring_back(item, rates, products, own)
            else:
                outcome[trial, output] = stop[output]

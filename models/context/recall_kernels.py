"""The recall steps of retrieved-context models as compiled loops over trials, and their adjoint (numba).

:mod:`memsim.models.context.study_kernels` gives ``start`` and ``gain``: for every region of context, the items' support
and then their overlap, each padded to whole vectors so that no loop has a remainder. The adjoint runs the recall of a
list again, and then backwards: from the derivatives of any number by the probabilities of events, it gives those by
the parameters of recall and by ``start`` and ``gain``.

LLVM turns these loops into vector instructions, which it cannot do with calls of the C library's exp and log, nor
with the maximum of floats. They therefore use Taylor polynomials after the usual reduction to a small interval, which
are exact to two units in the last place. All functions are in one file because numba's cache checks only the file of
the caller.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.stopping import CERTAIN, LARGEST_EXPONENT

RECALL_NUMBERS = ("recall_drift", "source_drift", "choice", "stop_base", "stop_growth")
"""The numbers of a model, in the order of the columns of ``numbers``; ``choice`` is the exponent, or the noise."""
CHOICE, STOP_BASE, STOP_GROWTH = range(2, 5)
FAST = {"contract", "arcp", "reassoc", "nsz", "nnan"}
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
PER_LN2 = 1 / math.log(2)
LEAST_ROOT = 1e-6
"""Square roots that slopes are divided by are at least this."""
ROUNDER = 1.5 * 2.0**52
"""Added to a number, leaves its nearest whole number in the low bits."""
ROUNDER_BITS = int(np.float64(ROUNDER).view(np.int64))
ROOT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))
NOTHING = -1100.0
"""exp of this and of all smaller numbers is 0."""
E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13 = (1 / math.factorial(k) for k in range(2, 14))
L1, L2, L3, L4, L5, L6, L7, L8, L9, L10 = (1 / (2 * k + 1) for k in range(1, 11))


@njit(cache=True, fastmath={"contract"}, forceinline=True)
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


@njit(cache=True, fastmath={"contract"}, forceinline=True)
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


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _support(products, support):  # type: ignore[no-untyped-def]
    """Fill the support of each item by all regions of context, of which there are one or two."""
    if len(products) == 1:
        for i in range(support.size):
            support[i] = products[0, i]
    else:
        for i in range(support.size):
            support[i] = products[0, i] + products[1, i]


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _weigh(products, excluded, exponential, sensitivity, floor, score, weight):  # type: ignore[no-untyped-def]
    """Fill ``weight``, scaled to a maximum of 1 and 0 where ``excluded`` is -inf, and return its sum.

    The logarithm of a weight is ``sensitivity`` times its ``score``, which is filled too.
    """
    _support(products, score)
    for i in range(weight.size):
        score[i] = max(score[i], floor)
    if not exponential:
        for i in range(weight.size):
            score[i] = log_of_positive(score[i])
    largest = ordered_bits(-np.inf)
    for i in range(weight.size):
        weight[i] = sensitivity * score[i] + excluded[i]
        largest = max(largest, ordered_bits(weight[i]))
    best = from_ordered_bits(largest)
    total = 0.0
    for i in range(weight.size):
        weight[i] = exp_up_to_zero(weight[i] - best)
        total += weight[i]
    return total


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _bring_back(item, rates, products, gain, after):  # type: ignore[no-untyped-def]
    """Fill ``after`` with the products after the context of the recalled item enters; it may be ``products``."""
    width = products.shape[1]
    for region in range(len(rates)):
        rate = rates[region]
        along = rate * products[region, width // 2 + item]
        kept = math.sqrt(along * along + (1 - rate * rate)) - along
        for i in range(width):
            after[region, i] = kept * products[region, i] + rate * gain[item, region, i]


@njit(cache=True, error_model="numpy")
def _copy(source, target):  # type: ignore[no-untyped-def]
    """Faster than assigning a part of an array, which looks for overlaps first."""
    for region in range(source.shape[0]):
        for i in range(source.shape[1]):
            target[region, i] = source[region, i]


@njit(cache=True)
def _workspace(start, n_events):  # type: ignore[no-untyped-def]
    """Arrays for the products after each recall, excluded items, scores and weights of one trial at a time."""
    n_lanes = start.shape[2] // 2
    return np.empty((n_events + 1, *start.shape[1:])), np.full(n_lanes, -np.inf), np.empty(n_lanes), np.empty(n_lanes)


@njit(cache=True, error_model="numpy")
def simulate_search(  # type: ignore[no-untyped-def]
    trials, start, gain, case, owner, numbers, exponential, sensitivity, floor, stop, lapse, draws, positions, stopped
):
    """Sample recall: fill ``positions`` (n_trials, limit) and ``stopped`` (n_trials,).

    The arguments up to ``stop`` are those of :func:`search_events`. ``lapse`` (n_trials,) is the probability of a
    guess. ``draws`` (n_outputs, n_trials) are the uniform random numbers that the steps would draw, output by output,
    so that both give the same recalls.
    """
    length = stop.shape[1] - 1
    history, excluded, score, weight = _workspace(start, 0)
    products, rates = history[0], np.empty(start.shape[1])
    for trial in trials:
        model, own = owner[trial], gain[case[trial]]
        for region in range(len(rates)):
            rates[region] = numbers[model, region]
        _copy(start[case[trial]], products)
        excluded[:length] = 0
        for output in range(positions.shape[1]):
            if output == length:
                stopped[trial] = True
                break
            total = _weigh(products, excluded, exponential, sensitivity[model], floor, score, weight)
            share = (1 - lapse[trial]) * (1 - stop[model, output]) / total
            guess = lapse[trial] / (length - output + 1)
            below = 0.0
            item = -1
            for i in range(length):
                if excluded[i] == 0:
                    below += share * weight[i] + guess
                if draws[output, trial] < below:
                    item = i
                    break
            if item < 0:
                stopped[trial] = True
                break
            positions[trial, output] = item + 1
            excluded[item] = -np.inf
            _bring_back(item, rates, products, own, products)


@njit(cache=True, error_model="numpy")
def _growth(numbers, n_recalled):  # type: ignore[no-untyped-def]
    """How much likelier recall stops after some recalls than before any."""
    return math.exp(min(numbers[STOP_GROWTH] * n_recalled, LARGEST_EXPONENT))


@njit(cache=True, error_model="numpy")
def recall_rule(numbers, exponential, forced, sensitivity, stop):  # type: ignore[no-untyped-def]
    """Fill ``sensitivity`` of choice (n_models,), and the probability to ``stop`` (n_models, length + 1) by recalls.

    ``numbers`` (n_models, 5) are those of :data:`RECALL_NUMBERS`; where recall is ``forced``, it does not stop.
    """
    length = stop.shape[1] - 1
    stop[:] = 0.0
    for model in range(len(numbers)):
        sensitivity[model] = 2 / numbers[model, CHOICE] if exponential else numbers[model, CHOICE]
        if not forced:
            for j in range(length):
                stop[model, j] = min(numbers[model, STOP_BASE] * _growth(numbers[model], j), CERTAIN)
            stop[model, length] = 1.0


@njit(cache=True, error_model="numpy")
def recall_rule_adjoint(numbers, exponential, forced, stop, d_sensitivity, d_stop, d_numbers):  # type: ignore[no-untyped-def]
    """Add to ``d_numbers`` the derivatives that follow from those by what :func:`recall_rule` fills."""
    for model in range(len(numbers)):
        choice, slope = numbers[model, CHOICE], d_sensitivity[model]
        d_numbers[model, CHOICE] += -2 * slope / (choice * choice) if exponential else slope
        for j in range(stop.shape[1] - 1):
            if stop[model, j] < CERTAIN and not forced:
                d_numbers[model, STOP_BASE] += d_stop[model, j] * _growth(numbers[model], j)
                d_numbers[model, STOP_GROWTH] += d_stop[model, j] * stop[model, j] * j


@njit(cache=True, error_model="numpy")
def search_events(  # type: ignore[no-untyped-def]
    trials, start, gain, case, owner, numbers, exponential, sensitivity, floor, stop, shared, columns, ends,
    outcome, silence,
):  # fmt: skip
    """Fill ``outcome`` and ``silence`` (n_trials, n_events); see :class:`memsim.core.event_probabilities.Events`.

    Parameters
    ----------
    trials : the rows to fill.
    start, gain : products (n_cases, n_regions, 2 * width) and their gains (n_cases, length, n_regions, 2 * width).
    case, owner : (n_trials,) case of study, and model, of each trial.
    numbers, sensitivity, stop : those of the models; see :func:`recall_rule`.
    shared : for each of ``trials``, how many events it begins with as the one before it, which is of the same case.
    columns : (n_trials, n_events) what happened; see :class:`memsim.core.outcomes.Outcomes`.
    ends : whether nothing follows after an event that is not scored.
    """
    n_events = columns.shape[1]
    length = stop.shape[1] - 1
    history, excluded, score, weight = _workspace(start, n_events)
    rates = np.empty(start.shape[1])
    for at in range(len(trials)):
        trial = trials[at]
        model, own = owner[trial], gain[case[trial]]
        for region in range(len(rates)):
            rates[region] = numbers[model, region]
        n_recalled = _begin(shared[at], columns[trial], length, excluded)
        for event in range(shared[at]):
            outcome[trial, event] = outcome[trials[at - 1], event]
            silence[trial, event] = silence[trials[at - 1], event]
        if not shared[at]:
            _copy(start[case[trial]], history[0])
        for event in range(shared[at], n_events):
            item = columns[trial, event]
            outcome[trial, event], silence[trial, event] = 1.0, 0.0
            if item < 0:
                continue
            silence[trial, event] = stop[model, n_recalled]
            if item == length:
                outcome[trial, event] = stop[model, n_recalled]
                continue
            products = history[n_recalled]
            total = _weigh(products, excluded, exponential, sensitivity[model], floor, score, weight)
            outcome[trial, event] = (1 - stop[model, n_recalled]) * (weight[item] / total)
            excluded[item] = -np.inf
            n_recalled += 1
            _bring_back(item, rates, products, own, history[n_recalled])


@njit(cache=True, error_model="numpy")
def _begin(n_shared, column, length, excluded):  # type: ignore[no-untyped-def]
    """Exclude the items of the first events of a list, and return their number."""
    for i in range(length):
        excluded[i] = 0.0
    n_recalled = 0
    for event in range(n_shared):
        if 0 <= column[event] < length:
            excluded[column[event]] = -np.inf
            n_recalled += 1
    return n_recalled


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _choice(score, weight, total, item, probability):  # type: ignore[no-untyped-def]
    """Fill ``probability`` of each item; the slope of the log of that of ``item`` by sensitivity."""
    share, mean = 1 / total, 0.0
    for i in range(weight.size):
        probability[i] = share * weight[i]
        mean += probability[i] * score[i]
    return score[item] - mean


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _choice_adjoint(  # type: ignore[no-untyped-def]
    products, exponential, floor, probability, item, slope, by_support, d_products
):
    """Add to ``d_products`` what follows from the ``slope`` by the logarithm of the weight of ``item`` in its choice.

    ``by_support`` (width,) may hold anything.
    """
    width = probability.size
    _support(products, by_support)
    support = by_support[item]
    own = 0.0
    if support >= floor:
        own = slope if exponential else slope / support
    if exponential:
        for i in range(width):
            by_support[i] = -slope * probability[i] if by_support[i] >= floor else 0.0
    else:
        for i in range(width):
            by_support[i] = -slope * probability[i] / by_support[i] if by_support[i] >= floor else 0.0
    for region in range(len(products)):
        for i in range(width):
            d_products[region, i] += by_support[i]
        d_products[region, item] += own


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _bring_back_adjoint(  # type: ignore[no-untyped-def]
    item, rates, products, gain, d_after, d_products, d_gain, d_numbers
):
    """Add what follows from the derivatives ``d_after`` by the products after :func:`_bring_back`; forget those."""
    width = products.shape[1]
    for region in range(len(rates)):
        rate, overlap = rates[region], products[region, width // 2 + item]
        along = rate * overlap
        root = math.sqrt(along * along + (1 - rate * rate))
        kept, by_kept, by_gain = root - along, 0.0, 0.0
        for i in range(width):
            slope = d_after[region, i]
            by_kept += slope * products[region, i]
            by_gain += slope * gain[item, region, i]
            d_gain[item, region, i] += rate * slope
            d_products[region, i] += kept * slope
            d_after[region, i] = 0.0
        turn = along / root - 1 if root > 0 else 0.0
        d_products[region, width // 2 + item] += by_kept * rate * turn
        d_numbers[region] += by_gain + by_kept * (overlap * turn - rate / max(root, LEAST_ROOT))


@njit(cache=True, error_model="numpy")
def search_events_adjoint(  # type: ignore[no-untyped-def]
    trials, start, gain, case, owner, numbers, exponential, sensitivity, floor, stop, shared, columns, ends,
    outcome, d_outcome, d_silence, d_start, d_gain, d_numbers, d_sensitivity, d_stop,
):  # fmt: skip
    """Add to the last five the derivatives that follow from those by ``outcome`` and ``silence``.

    The arguments are those of :func:`search_events`. Events that lists share are undone after the last of them.
    """
    n_events = columns.shape[1]
    length = stop.shape[1] - 1
    history, excluded, score, weight = _workspace(start, n_events)
    d_history = np.zeros_like(history)
    follows = np.zeros(n_events + 1, dtype=np.bool_)
    probability = np.empty((n_events, weight.size))
    by_sensitivity, slopes = np.empty(n_events), np.zeros(n_events)
    rates = np.empty(start.shape[1])
    for at in range(len(trials)):
        trial = trials[at]
        model, own, d_own = owner[trial], gain[case[trial]], d_gain[case[trial]]
        for region in range(len(rates)):
            rates[region] = numbers[model, region]
        _begin(shared[at], columns[trial], length, excluded)
        n_recalled, n_scored = 0, 0
        if not shared[at]:
            _copy(start[case[trial]], history[0])
        for event in range(n_events):
            item = columns[trial, event]
            if item < 0 and ends:
                break
            n_scored = event + 1
            if item < 0:
                continue
            d_stop[model, n_recalled] += d_silence[trial, event]
            if item == length:
                d_stop[model, n_recalled] += d_outcome[trial, event]
                continue
            if event >= shared[at]:
                products = history[n_recalled]
                total = _weigh(products, excluded, exponential, sensitivity[model], floor, score, weight)
                by_sensitivity[event] = _choice(score, weight, total, item, probability[event])
                excluded[item] = -np.inf
                _bring_back(item, rates, products, own, history[n_recalled + 1])
            d_stop[model, n_recalled] -= d_outcome[trial, event] * probability[event, item]
            slopes[event] += d_outcome[trial, event] * outcome[trial, event]
            n_recalled += 1
        follows_shared = shared[at + 1] if at + 1 < len(trials) else 0
        for event in range(n_scored - 1, follows_shared - 1, -1):
            item = columns[trial, event]
            if item < 0 or item == length:
                continue
            n_recalled -= 1
            products, d_products = history[n_recalled], d_history[n_recalled]
            if follows[n_recalled + 1]:
                _bring_back_adjoint(
                    item, rates, products, own, d_history[n_recalled + 1], d_products, d_own, d_numbers[model]
                )
            d_sensitivity[model] += slopes[event] * by_sensitivity[event]
            _choice_adjoint(
                products, exponential, floor, probability[event], item, slopes[event] * sensitivity[model],
                weight, d_products,
            )  # fmt: skip
            follows[n_recalled], follows[n_recalled + 1] = True, False
            slopes[event] = 0.0
        if not follows_shared:
            for region in range(len(rates)):
                for i in range(d_start.shape[2]):
                    d_start[case[trial], region, i] += d_history[0, region, i]
                    d_history[0, region, i] = 0.0
            follows[0] = False

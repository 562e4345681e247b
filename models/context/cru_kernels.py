"""Study and recall of CRU as compiled loops (numba), and the adjoints of both, which give gradients.

The adjoint of a step takes the derivatives of a number by the results of the step, and adds its derivatives by what
the step was given to arrays whose names end in ``_bar``. Arrays: context (n_units,); ``brought`` (list_length, n_units)
what items bring back, at unit length; ``bound`` (n_units, list_length + 1) the support of items and, in the last
column, of the end of the list. All functions are in one file because numba's cache checks only the file of the caller.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit

FAST = {"contract", "reassoc", "nsz"}


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _let_in(context, incoming, rate, elementwise, epsilon, result):  # type: ignore[no-untyped-def]
    """Fill ``result`` with the context after ``incoming`` entered; return the length that it was divided by."""
    lost = 1 - rate * rate
    square = epsilon
    if elementwise:
        for u in range(context.size):
            along = rate * context[u] * incoming[u]
            result[u] = (math.sqrt(along * along + lost) - along) * context[u] + rate * incoming[u]
    else:
        overlap = 0.0
        for u in range(context.size):
            overlap += context[u] * incoming[u]
        along = rate * overlap
        kept = math.sqrt(along * along + lost) - along
        for u in range(context.size):
            result[u] = kept * context[u] + rate * incoming[u]
    for u in range(context.size):
        square += result[u] * result[u]
    length = math.sqrt(square) if square > 0 else 1.0
    for u in range(context.size):
        result[u] /= length
    return length


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _let_in_adjoint(  # type: ignore[no-untyped-def]
    context, incoming, rate, elementwise, length, result, result_bar, incoming_bar
):
    """Replace ``result_bar`` by the derivatives by ``context``; return that by ``rate``.

    ``result`` is the context after the step, and ``length`` what :func:`_let_in` returned.
    """
    lost = 1 - rate * rate
    n_units = context.size
    along_unit = 0.0
    for u in range(n_units):
        along_unit += result[u] * result_bar[u]
    for u in range(n_units):
        result_bar[u] = (result_bar[u] - result[u] * along_unit) / length
    rate_bar = 0.0
    if elementwise:
        for u in range(n_units):
            overlap = context[u] * incoming[u]
            along = rate * overlap
            root = math.sqrt(along * along + lost)
            per_root = 1 / root if root > 0 else 0.0
            kept_bar = result_bar[u] * context[u]
            along_bar = kept_bar * (along * per_root - 1)
            rate_bar += result_bar[u] * incoming[u] + along_bar * overlap - kept_bar * rate * per_root
            incoming_bar[u] += rate * (result_bar[u] + along_bar * context[u])
            result_bar[u] = (root - along) * result_bar[u] + rate * along_bar * incoming[u]
        return rate_bar
    overlap, kept_bar = 0.0, 0.0
    for u in range(n_units):
        overlap += context[u] * incoming[u]
        kept_bar += context[u] * result_bar[u]
        rate_bar += incoming[u] * result_bar[u]
    along = rate * overlap
    root = math.sqrt(along * along + lost)
    per_root = 1 / root if root > 0 else 0.0
    kept = root - along
    along_bar = kept_bar * (along * per_root - 1)
    rate_bar += along_bar * overlap - kept_bar * rate * per_root
    overlap_bar = rate * along_bar
    for u in range(n_units):
        incoming_bar[u] += rate * result_bar[u] + overlap_bar * context[u]
        result_bar[u] = kept * result_bar[u] + overlap_bar * incoming[u]
    return rate_bar


@njit(cache=True, error_model="numpy", fastmath=FAST)
def study_list(  # type: ignore[no-untyped-def]
    order, kept, rates, start_rate, learned, shared, own, learning, elementwise, epsilon
):
    """Study a list.

    ``order`` holds, for each event, the position of the item that is studied, or -1 for distraction, which leaves the
    share ``kept`` of context. ``rates`` and ``learning`` (list_length,) are of positions.

    Returns ``contexts`` (n_events + 2, n_units) before study, after each event and at test, the ``lengths``
    (n_events + 1,) by which they were divided, ``brought`` and ``bound``.
    """
    n_events, n_items = order.size, rates.size
    n_units = n_items + 1 + (order < 0).sum()
    contexts = np.zeros((n_events + 2, n_units))
    lengths = np.ones(n_events + 1)
    brought = np.zeros((n_items, n_units))
    bound = np.zeros((n_units, n_items + 1))
    incoming = np.zeros(n_units)
    contexts[0, n_items] = 1
    bound[:n_items] = shared
    unrelated = n_items
    first = 1 - learned
    scale = math.sqrt(first * first + epsilon)
    for event in range(n_events):
        context = contexts[event + 1]
        i = order[event]
        if i < 0:
            unrelated += 1
            context[:] = kept[event] * contexts[event]
            context[unrelated] = math.sqrt(1 - kept[event] ** 2)
            continue
        incoming[i] = first / scale if scale > 0 else 0.0
        lengths[event] = _let_in(contexts[event], incoming, rates[i], elementwise, epsilon, context)
        incoming[i] = 0
        bound[i, i] = own
        square = epsilon
        for u in range(n_units):
            bound[u, i] += learning[i] * context[u]
            if i == n_items - 1:
                bound[u, n_items] += learning[i] * context[u]
            brought[i, u] = learned * context[u] + (first if u == i else 0.0)
            square += brought[i, u] * brought[i, u]
        if square > 0:
            brought[i] /= math.sqrt(square)
    incoming[n_items] = 1 / math.sqrt(1 + epsilon)
    lengths[n_events] = _let_in(contexts[n_events], incoming, start_rate, elementwise, epsilon, contexts[n_events + 1])
    return contexts, lengths, brought, bound


@njit(cache=True, error_model="numpy", fastmath=FAST)
def study_list_adjoint(  # type: ignore[no-untyped-def]
    order, kept, rates, start_rate, learned, learning, elementwise, epsilon,
    contexts, lengths, brought, context_bar, brought_bar, bound_bar,
):  # fmt: skip
    """The derivatives by kept, rates, start_rate, learned, shared, own and learning of :func:`study_list`."""
    n_events, n_items, n_units = order.size, rates.size, contexts.shape[1]
    kept_bar, rates_bar, learning_bar = np.zeros(n_events), np.zeros(n_items), np.zeros(n_items)
    learned_bar, shared_bar, own_bar = 0.0, 0.0, 0.0
    first = 1 - learned
    scale = math.sqrt(first * first + epsilon)
    incoming, incoming_bar = np.zeros(n_units), np.zeros(n_units)
    incoming[n_items] = 1 / math.sqrt(1 + epsilon)
    start_bar = _let_in_adjoint(
        contexts[n_events], incoming, start_rate, elementwise, lengths[n_events], contexts[n_events + 1], context_bar,
        incoming_bar,
    )  # fmt: skip
    incoming[n_items] = 0
    for u in range(n_items):
        for i in range(n_items + 1):
            if u == i:
                own_bar += bound_bar[u, i]
            else:
                shared_bar += bound_bar[u, i]
    unrelated = n_units
    for event in range(n_events - 1, -1, -1):
        context = contexts[event + 1]
        i = order[event]
        if i < 0:
            unrelated -= 1
            for u in range(n_units):
                kept_bar[event] += context_bar[u] * contexts[event, u]
            lost = math.sqrt(1 - kept[event] ** 2)
            if lost > 0:
                kept_bar[event] -= context_bar[unrelated] * kept[event] / lost
            for u in range(n_units):
                context_bar[u] *= kept[event]
            context_bar[unrelated] = 0
            continue
        square, along_unit = epsilon, 0.0
        for u in range(n_units):
            value = learned * context[u] + (first if u == i else 0.0)
            square += value * value
            along_unit += brought[i, u] * brought_bar[i, u]
        length = math.sqrt(square) if square > 0 else 1.0
        for u in range(n_units):
            bar = (brought_bar[i, u] - brought[i, u] * along_unit) / length
            learned_bar += bar * (context[u] - (1.0 if u == i else 0.0))
            gain_bar = bound_bar[u, i] + (bound_bar[u, n_items] if i == n_items - 1 else 0.0)
            learning_bar[i] += gain_bar * context[u]
            context_bar[u] += learned * bar + learning[i] * gain_bar
        incoming[i] = first / scale if scale > 0 else 0.0
        incoming_bar[i] = 0
        rates_bar[i] += _let_in_adjoint(
            contexts[event], incoming, rates[i], elementwise, lengths[event], context, context_bar, incoming_bar
        )
        if scale > 0:
            learned_bar -= incoming_bar[i] * epsilon / scale**3
        incoming[i] = 0
    return kept_bar, rates_bar, start_bar, learned_bar, shared_bar, own_bar, learning_bar


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _weigh(context, bound, left, exponent, over_all, support, power):  # type: ignore[no-untyped-def]
    """Fill ``support`` and ``power``, the relative strengths without floor; return the strongest, or -1 if none is."""
    width = support.size
    support[:] = 0
    for u in range(context.size):
        for i in range(width):
            support[i] += context[u] * bound[u, i]
    best, highest = -1, 0.0
    for i in range(width):
        if (left[i] or (over_all and i < width - 1)) and support[i] > highest:
            best, highest = i, support[i]
    for i in range(width):
        if not left[i]:
            power[i] = 0
        elif best < 0 or exponent == 0:
            power[i] = 1
        elif support[i] > 0:
            power[i] = math.exp(exponent * math.log(support[i] / highest))
        else:
            power[i] = 0
    return best


@njit(cache=True, error_model="numpy", fastmath=FAST)
def recall_lists(  # type: ignore[no-untyped-def]
    start, brought, bound, rate, exponent, by_context, stop, highest_stop, elementwise, epsilon, over_all, columns
):
    """Probabilities (n_trials, n_events) of what happened, and of no response.

    ``stop`` and ``highest_stop`` (list_length + 1,) are of the number of items recalled, ``stop`` if recall does not
    end ``by_context``.
    """
    n_trials, n_events = columns.shape
    n_items = brought.shape[0]
    outcome, silence = np.ones((n_trials, n_events)), np.zeros((n_trials, n_events))
    context, following = np.empty(start.size), np.empty(start.size)
    support, power, left = np.empty(n_items + 1), np.empty(n_items + 1), np.empty(n_items + 1, dtype=np.bool_)
    for trial in range(n_trials):
        context[:] = start
        left[:n_items] = True
        left[n_items] = by_context
        n_recalled = 0
        for event in range(n_events):
            item = columns[trial, event]
            if item < 0:
                continue
            stopping = 1.0
            if n_recalled < n_items:
                stopping = stop[n_recalled]
                if item < n_items or by_context:
                    _weigh(context, bound, left, exponent, over_all, support, power)
                    total = 0.0
                    for i in range(n_items):
                        total += power[i] + (epsilon if left[i] else 0.0)
                    if by_context:
                        end = power[n_items] + epsilon
                        stopping = min(end / (end + total), highest_stop[n_recalled])
            silence[trial, event] = stopping
            if item == n_items:
                outcome[trial, event] = stopping
                continue
            share = (power[item] + epsilon) / total if total > 0 else 1 / (n_items - n_recalled)
            outcome[trial, event] = (1 - stopping) * share
            left[item] = False
            n_recalled += 1
            _let_in(context, brought[item], rate, elementwise, epsilon, following)
            context[:] = following
    return outcome, silence


@njit(cache=True, error_model="numpy", fastmath=FAST)
def recall_lists_adjoint(  # type: ignore[no-untyped-def]
    start, brought, bound, rate, exponent, by_context, stop, highest_stop, elementwise, epsilon, over_all, columns,
    outcome_bar, silence_bar,
):  # fmt: skip
    """The derivatives by start, brought, bound, rate, exponent and stop of :func:`recall_lists`.

    The recalls of each list are taken again, and then gone back over.
    """
    n_trials, n_events = columns.shape
    n_items, n_units = brought.shape
    width = n_items + 1
    start_bar, brought_bar, bound_bar = np.zeros(n_units), np.zeros(brought.shape), np.zeros(bound.shape)
    stop_bar = np.zeros(width)
    rate_bar, exponent_bar = 0.0, 0.0
    contexts, lengths = np.empty((n_events + 1, n_units)), np.empty(n_events + 1)
    supports, powers = np.empty((n_events, width)), np.empty((n_events, width))
    best, items = np.empty(n_events, dtype=np.int64), np.empty(n_events, dtype=np.int64)
    places = np.empty(n_events, dtype=np.int64)
    left = np.empty(width, dtype=np.bool_)
    context_bar, weight_bar, support_bar = np.empty(n_units), np.empty(width), np.empty(width)
    for trial in range(n_trials):
        contexts[0] = start
        left[:n_items] = True
        left[n_items] = by_context
        n_scored, n_recalled = 0, 0
        for event in range(n_events):
            item = columns[trial, event]
            if item < 0 or n_recalled == n_items:
                continue
            k = n_scored
            items[k], places[k] = item, event
            n_scored += 1
            if item < n_items or by_context:
                best[k] = _weigh(contexts[k], bound, left, exponent, over_all, supports[k], powers[k])
            if item < n_items:
                lengths[k] = _let_in(contexts[k], brought[item], rate, elementwise, epsilon, contexts[k + 1])
                left[item] = False
                n_recalled += 1
            else:
                contexts[k + 1] = contexts[k]
        context_bar[:] = 0
        for k in range(n_scored - 1, -1, -1):
            item, event = items[k], places[k]
            recalled = item < n_items
            happened_bar = outcome_bar[trial, event]
            stopping_bar = silence_bar[trial, event]
            if recalled:
                n_recalled -= 1
                left[item] = True
                rate_bar += _let_in_adjoint(
                    contexts[k], brought[item], rate, elementwise, lengths[k], contexts[k + 1], context_bar,
                    brought_bar[item],
                )  # fmt: skip
            else:
                stopping_bar += happened_bar
            if not recalled and not by_context:
                stop_bar[n_recalled] += stopping_bar
                continue
            power, support = powers[k], supports[k]
            total = 0.0
            for i in range(n_items):
                total += power[i] + (epsilon if left[i] else 0.0)
            weight_bar[:] = 0
            stopping, capped = stop[n_recalled], False
            end = power[n_items] + epsilon
            if by_context:
                stopping = end / (end + total)
                capped = not stopping < highest_stop[n_recalled]
                if capped:
                    stopping = highest_stop[n_recalled]
            if recalled:
                share = (power[item] + epsilon) / total if total > 0 else 1 / (n_items - n_recalled)
                stopping_bar -= happened_bar * share
                if total > 0:
                    share_bar = happened_bar * (1 - stopping) / total
                    for i in range(n_items):
                        weight_bar[i] -= share_bar * share
                    weight_bar[item] += share_bar
            if not by_context:
                stop_bar[n_recalled] += stopping_bar
            elif not capped:
                per_sum = stopping_bar / (end + total)
                for i in range(width):
                    weight_bar[i] -= per_sum * stopping
                weight_bar[n_items] += per_sum
            strongest = best[k]
            if strongest < 0:
                continue
            by_best = 0.0
            for i in range(width):
                support_bar[i] = 0
                if left[i] and support[i] > 0:
                    moved = weight_bar[i] * power[i]
                    exponent_bar += moved * math.log(support[i] / support[strongest])
                    support_bar[i] = exponent * moved / support[i]
                    by_best += moved
            support_bar[strongest] -= exponent * by_best / support[strongest]
            for u in range(n_units):
                for i in range(width):
                    bound_bar[u, i] += contexts[k, u] * support_bar[i]
            for u in range(n_units):
                along = 0.0
                for i in range(width):
                    along += bound[u, i] * support_bar[i]
                context_bar[u] += along
        for u in range(n_units):
            start_bar[u] += context_bar[u]
    return start_bar, brought_bar, bound_bar, rate_bar, exponent_bar, stop_bar

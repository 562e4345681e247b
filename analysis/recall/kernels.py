"""Counts of recalls and of transitions between them, by compiled loops over trials (numba).

``positions`` (n_trials, n_outputs) are those of :class:`memsim.Recalls`, and ``cell`` (n_trials,) is the row of the
result in which each trial is counted.

A transition leads from one response to the next where both are items that count, each given for the first time; there
is none from or to an intrusion, a repetition or an item that does not count. Items not yet recalled are open to it.
``counts``, ``keys``, ``allowed`` and ``into`` are those of :class:`memsim.analysis.recall.transitions.Counted`; the
first axis of all but ``allowed``, and that of ``kinds``, is n_trials, or 1 where all trials are alike.

Each loop walks along the responses itself: with a generator of transitions that they share, they took up to six times
as long.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit


@njit(cache=True)
def count_recalled(positions, cell, n_cells, length):  # type: ignore[no-untyped-def]
    """(n_cells, length) number of lists in which each serial position was recalled."""
    n_trials, n_outputs = positions.shape
    recalled = np.zeros((n_cells, length), dtype=np.int64)
    seen = np.full(length, -1, dtype=np.int64)
    for trial in range(n_trials):
        for output in range(n_outputs):
            here = positions[trial, output] - 1
            if here >= 0 and seen[here] != trial:
                seen[here] = trial
                recalled[cell[trial], here] += 1
    return recalled


@njit(cache=True)
def count_nth(positions, cell, n_cells, length, every):  # type: ignore[no-untyped-def]
    """(n_cells, length, length) number of times that each item was the nth response, and was open to it, by n and item.

    Correct responses are counted, or all responses with ``every``; the second array is then zero.
    """
    n_trials, n_outputs = positions.shape
    actual = np.zeros((n_cells, length, length), dtype=np.int64)
    possible = np.zeros((n_cells, length, length), dtype=np.int64)
    is_open = np.empty(length, dtype=np.int64)
    for trial in range(n_trials):
        is_open[:] = 1
        n = 0
        for output in range(n_outputs):
            here = positions[trial, output] - 1
            at = output if every else n
            if at >= length:
                break
            if here < 0 or is_open[here] == 0:
                continue
            actual[cell[trial], at, here] += 1
            if not every:
                row = possible[cell[trial], at]
                for item in range(length):
                    row[item] += is_open[item]
            is_open[here] = 0
            n += 1
    return actual, possible


@njit(cache=True)
def count_all_lags(positions, cell, n_cells, length, first_output):  # type: ignore[no-untyped-def]
    """(n_cells, 1, 2 * length - 1) transitions made, and those open, by lag, if all items and transitions count.

    Items recalled before are subtracted from all items of the list, which takes fewer steps than to add up the
    remaining items, as :func:`count_lags` does.
    """
    n_trials, n_outputs = positions.shape
    n_lags = max(2 * length - 1, 0)
    actual = np.zeros((n_cells, 1, n_lags), dtype=np.int64)
    possible = np.zeros((n_cells, 1, n_lags), dtype=np.int64)
    left = np.zeros((n_cells, length), dtype=np.int64)
    given = np.empty(length, dtype=np.int64)
    seen = np.full(length, -1, dtype=np.int64)
    for trial in range(n_trials):
        made, spent, left_from = actual[cell[trial], 0], possible[cell[trial], 0], left[cell[trial]]
        before, n_given = -1, 0
        for output in range(n_outputs):
            here = positions[trial, output] - 1
            if here < 0 or seen[here] == trial:
                before = -1
                continue
            if before >= 0 and output >= first_output:
                origin = length - 1 - before
                made[origin + here] += 1
                left_from[before] += 1
                for earlier in range(n_given):
                    spent[origin + given[earlier]] -= 1
            seen[here] = trial
            given[n_given] = here
            n_given += 1
            before = here
    for at in range(n_cells):
        for before in range(length):
            for item in range(length):
                possible[at, 0, length - 1 - before + item] += left[at, before]
    return actual, possible


@njit(cache=True)
def count_lags(positions, cell, n_cells, counts, keys, allowed, into, steps):  # type: ignore[no-untyped-def]
    """(n_cells, n_steps, 2 * length - 1) transitions made, and those open, by lag.

    The middle axis has length 1 if ``steps`` is 0, is the output that the transition left if it is 1, and the lag of
    the transition before if it is 2.
    """
    n_trials, n_outputs = positions.shape
    length = counts.shape[1]
    n_lags = max(2 * length - 1, 0)
    n_steps = 1 if steps == 0 else n_outputs if steps == 1 else n_lags
    actual = np.zeros((n_cells, n_steps, n_lags), dtype=np.int64)
    possible = np.zeros((n_cells, n_steps, n_lags), dtype=np.int64)
    is_open = np.empty(length, dtype=np.int64)
    for trial in range(n_trials):
        key = keys[trial if len(keys) > 1 else 0]
        taken = into[trial if len(into) > 1 else 0]
        counted = counts[trial if len(counts) > 1 else 0]
        for item in range(length):
            is_open[item] = counted[item]
        before, lag_before = -1, -1
        for output in range(n_outputs):
            here = positions[trial, output] - 1
            if here < 0 or is_open[here] == 0:
                before, lag_before = -1, -1
                continue
            lag = -1
            if before >= 0 and taken[output] and allowed[key[before], key[here]]:
                origin = length - 1 - before
                lag = origin + here
                step = 0 if steps == 0 else output - 1 if steps == 1 else lag_before
                if step >= 0:
                    actual[cell[trial], step, lag] += 1
                    row = possible[cell[trial], step, origin : origin + length]
                    if len(allowed) == 1:
                        for item in range(length):
                            row[item] += is_open[item]
                    else:
                        for item in range(length):
                            row[item] += is_open[item] * allowed[key[before], key[item]]
            is_open[here] = 0
            before, lag_before = here, lag
    return actual, possible


@njit(cache=True)
def count_bins(  # type: ignore[no-untyped-def]
    positions, cell, n_cells, kinds, bins, n_bins, counts, keys, allowed, into, unique
):
    """(n_cells, n_bins) transitions made, and those open, by the bin of the two kinds of items.

    ``kinds`` (n_trials or 1, list_length) is the kind of each item, ``bins`` (n_kinds, n_kinds) the bin of a transition
    from one kind to another, -1 for none. With ``unique`` a bin is open once, however many items are in it.
    """
    n_trials, n_outputs = positions.shape
    length = kinds.shape[1]
    actual = np.zeros((n_cells, n_bins), dtype=np.int64)
    possible = np.zeros((n_cells, n_bins), dtype=np.int64)
    is_open = np.empty(length, dtype=np.bool_)
    seen = np.zeros(n_bins, dtype=np.int64)
    stamp = 0
    for trial in range(n_trials):
        kind = kinds[trial if len(kinds) > 1 else 0]
        key = keys[trial if len(keys) > 1 else 0]
        taken = into[trial if len(into) > 1 else 0]
        is_open[:] = counts[trial if len(counts) > 1 else 0]
        before = -1
        for output in range(n_outputs):
            here = positions[trial, output] - 1
            if here < 0 or not is_open[here]:
                before = -1
                continue
            if before >= 0 and taken[output] and allowed[key[before], key[here]]:
                if bins[kind[before], kind[here]] >= 0:
                    actual[cell[trial], bins[kind[before], kind[here]]] += 1
                stamp += 1
                for item in range(length):
                    if is_open[item] and allowed[key[before], key[item]]:
                        bin_open = bins[kind[before], kind[item]]
                        if bin_open >= 0 and not (unique and seen[bin_open] == stamp):
                            seen[bin_open] = stamp
                            possible[cell[trial], bin_open] += 1
            is_open[here] = False
            before = here
    return actual, possible


@njit(cache=True)
def rank_transitions(  # type: ignore[no-untyped-def]
    positions, cell, n_cells, kinds, distances, counts, keys, allowed, into, by_output
):
    """(n_cells, n_steps) the sum of the ranks of transitions, in [0, 1], and their number.

    ``distances`` (n_kinds, n_kinds) is the distance from one kind of item to another. The nearest open item has rank 1
    and the farthest 0, equally near items share the mean of their ranks, and a single open item has no rank.
    """
    n_trials, n_outputs = positions.shape
    length = kinds.shape[1]
    n_steps = n_outputs if by_output else 1
    total = np.zeros((n_cells, n_steps))
    count = np.zeros((n_cells, n_steps), dtype=np.int64)
    is_open = np.empty(length, dtype=np.bool_)
    for trial in range(n_trials):
        kind = kinds[trial if len(kinds) > 1 else 0]
        key = keys[trial if len(keys) > 1 else 0]
        taken = into[trial if len(into) > 1 else 0]
        is_open[:] = counts[trial if len(counts) > 1 else 0]
        before = -1
        for output in range(n_outputs):
            here = positions[trial, output] - 1
            if here < 0 or not is_open[here]:
                before = -1
                continue
            if before >= 0 and taken[output] and allowed[key[before], key[here]]:
                distance = distances[kind[before], kind[here]]
                n_open, nearer, equal = 0, 0, 0
                for item in range(length):
                    if is_open[item] and allowed[key[before], key[item]]:
                        n_open += 1
                        nearer += distances[kind[before], kind[item]] < distance
                        equal += distances[kind[before], kind[item]] == distance
                if n_open > 1:
                    step = output - 1 if by_output else 0
                    total[cell[trial], step] += 1 - (nearer + (equal - 1) / 2) / (n_open - 1)
                    count[cell[trial], step] += 1
            is_open[here] = False
            before = here
    return total, count

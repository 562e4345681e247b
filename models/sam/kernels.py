"""SAM's search as compiled loops over trials (numba).

Failed attempts are not observed, so each trial has a belief: the probability of each number of failures so far,
given the words recalled. Between two recalls the search makes attempts with the last word and context as cues and
then, after too many failures, with context alone. A phase is a run of attempts with one set of cues (``phases``).
Small functions that are called for every response are inlined, because a call that passes many arrays is expensive.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.code.compiled import njit
from memsim.models.sam.phases import failure, passage, phase
from memsim.models.sam.study import leave_residue, study_item


class Search(NamedTuple):
    """The fields of :class:`memsim.models.sam.state.SAMState` that a search reads or changes, for a batch."""

    context: FloatArray
    links: FloatArray
    by_context: FloatArray
    recalled: BoolArray
    done: BoolArray
    read: FloatArray
    reads_left: IntArray
    cue: IntArray
    previous: IntArray
    belief: FloatArray


class SearchRule(NamedTuple):
    """The model's parameters, as the loops take them."""

    failures_max: int
    cue_failures_max: int
    context_weight: float
    item_weight: float
    context_increment: float
    item_increment: float
    self_increment: float
    backward_increment: float
    lapse: float
    episode: bool
    """Whether an image that failed cannot be recovered while the cues stay the same."""
    component: bool
    """Whether it is settled once, when the test begins, which images context can recover."""
    soft: bool
    read_order: int
    """-1 latest first, 0 any order, 1 earliest first."""
    read_increment: bool
    read_cues: bool
    """Whether the last word read from the store is the first cue of the search."""


@njit(inline="always")
def _reading(read, recalled, reads_left, rule, weight):  # type: ignore[no-untyped-def]
    """Fill the probabilities of the next word read from the store; False where there is nothing to read."""
    if reads_left == 0:
        return False
    total = 0.0
    for i in range(weight.size):
        weight[i] = 0.0 if recalled[i] else read[i]
        total += weight[i]
    if total == 0:
        return False
    if rule.read_order != 0 and not rule.soft:
        items = np.flatnonzero(weight)
        first = items[0] if rule.read_order > 0 else items[-1]
        weight[:] = 0.0
        weight[first] = 1.0
        return True
    for i in range(weight.size):
        weight[i] /= total
    return True


@njit(inline="always")
def _lapse(outcome, recalled, lapse):  # type: ignore[no-untyped-def]
    """Mix ``outcome`` with a uniform choice among the words left and stopping."""
    left = recalled.size - np.sum(recalled)
    for i in range(recalled.size):
        outcome[i] *= 1 - lapse
        if not recalled[i]:
            outcome[i] += lapse / (left + 1)
    outcome[recalled.size] = (1 - lapse) * outcome[recalled.size] + lapse / (left + 1)


class _Scratch(NamedTuple):
    """Arrays for one step of one trial; the first two depend on the cues alone."""

    sample: FloatArray
    """(rows + 1, list_length) sampling probability by context with the cue, for each row of belief; last, by context
    alone."""
    recover: FloatArray
    by_item: FloatArray
    by_context_alone: FloatArray
    reach: FloatArray
    onward: FloatArray
    exactly: FloatArray
    weight: FloatArray
    after: FloatArray


@njit(cache=True)
def _scratch(length, rows, most):  # type: ignore[no-untyped-def]
    return _Scratch(
        np.empty((rows + 1, length)), np.empty((rows + 1, length)), np.empty(most + 1), np.empty(most + 1),
        np.empty(most), np.empty(most), np.empty(most), np.empty(length), np.empty((rows, most)),
    )  # fmt: skip


@njit(cache=True)
def settle(rule, draws, context, by_context):  # type: ignore[no-untyped-def]
    """Fill the probability that context alone recovers each image; with ``component`` 0 or 1, settled by ``draws``.

    A word that is not yet recalled keeps the strength that it has when the test begins.
    """
    for trial in range(len(context)):
        for i in range(context.shape[1]):
            chance = -math.expm1(-rule.context_weight * context[trial, i])
            if rule.component:
                chance = 1.0 if draws[trial, i] < chance else 0.0
            by_context[trial, i] = chance


@njit(inline="always")
def _probe(trial, rule, search, scratch):  # type: ignore[no-untyped-def]
    """Fill the sampling and recovery probability of each image for the cues that a trial has.

    In the second row of belief the last word was found with an item cue, so its strength to that cue has grown.
    """
    context, recalled = search.context[trial], search.recalled[trial]
    links = search.links[trial, search.cue[trial]]
    sample, recover = scratch.sample, scratch.recover
    rows = len(sample) - 1
    by_item = rows if search.cue[trial] >= 0 else 0
    last, by_link = -1.0, 0.0
    for i in range(context.size):
        by_context = 0.0 if recalled[i] else search.by_context[trial, i]
        strength = context[i] if rule.context_weight == 1 else context[i] ** rule.context_weight
        sample[rows, i], recover[rows, i] = strength, by_context
        for row in range(by_item):
            link = links[i]
            if row == 1 and i == search.previous[trial]:
                link += rule.backward_increment
            if link != last:
                last, by_link = link, -math.expm1(-rule.item_weight * link)
            recover[row, i] = 0.0 if recalled[i] else by_context + by_link - by_context * by_link
            sample[row, i] = strength * (link if rule.item_weight == 1 else link**rule.item_weight)
    for row in range(rows + 1):
        if row < by_item or row == rows:
            total = 0.0
            for i in range(context.size):
                total += sample[row, i]
            if total > 0:
                for i in range(context.size):
                    sample[row, i] /= total


@njit(inline="always")
def _next(trial, rule, search, scratch, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (list_length + 1,): the probability of each word next, and of stopping, in one trial."""
    recalled, belief = search.recalled[trial], search.belief[trial]
    sample, recover, by_item, by_context_alone, reach, onward, exactly = scratch[:7]
    length, rows, most = recalled.size, len(belief), rule.failures_max
    out[:] = 0.0
    if search.done[trial] or recalled.all():
        out[length] = 1.0
        return
    if _reading(search.read[trial], recalled, search.reads_left[trial], rule, out[:length]):
        _lapse(out, recalled, rule.lapse)
        return
    _probe(trial, rule, search, scratch)
    item_attempts = min(rule.cue_failures_max, most) if search.cue[trial] >= 0 else 0
    context_attempts = most - item_attempts
    onward[:] = 0.0
    exactly[:] = 0.0
    stop = 0.0
    for row in range(rows):
        # reach[m]: that no more than most - 1 - m failures came before.
        so_far = 0.0
        for k in range(most):
            so_far += belief[row, k]
            reach[most - 1 - k] = so_far
        if so_far == 0:
            continue
        by_item[0] = 1.0
        if item_attempts:
            remembered = rule.episode or rule.component
            phase(sample[row], recover[row], recalled, remembered, item_attempts, reach, out[:length], by_item)
        for k in range(most - item_attempts, most):
            stop += belief[row, k] * by_item[most - k]
        for m in range(context_attempts):
            onward[m] += by_item[item_attempts] * reach[item_attempts + m]
            exactly[m] += by_item[item_attempts] * belief[row, context_attempts - 1 - m]
    phase(sample[rows], recover[rows], recalled, rule.episode, context_attempts, onward, out[:length], by_context_alone)
    for m in range(context_attempts):
        stop += exactly[m] * by_context_alone[m + 1]
    out[length] = stop
    _lapse(out, recalled, rule.lapse)


@njit(inline="always")
def _came(trial, rule, search, scratch, item):  # type: ignore[no-untyped-def]
    """Condition a trial on a word; :func:`_next` has just computed its probability."""
    context, links, recalled = search.context[trial], search.links[trial], search.recalled[trial]
    length = recalled.size
    if _reading(search.read[trial], recalled, search.reads_left[trial], rule, scratch.weight):
        recalled[item] = True
        if rule.soft or search.read[trial, item] > 0:
            search.reads_left[trial] -= 1
        if rule.read_increment:
            context[item] += rule.context_increment
            links[item, item] += rule.self_increment
        if rule.read_cues:
            search.cue[trial] = item
        return
    belief, after = search.belief[trial], scratch.after
    sample, recover, by_item, by_context_alone = scratch[:4]
    rows, most, cue = len(belief), rule.failures_max, search.cue[trial]
    left = length - np.sum(recalled)
    item_attempts = min(rule.cue_failures_max, most) if cue >= 0 else 0
    context_attempts = most - item_attempts
    after[:] = 0.0
    if rule.episode:
        passage(sample[rows], recover[rows], recalled, True, context_attempts, item, by_context_alone)
    chance, fail = sample[rows, item] * recover[rows, item], failure(sample[rows], recover[rows])
    for row in range(rows):
        survive = 1.0
        if item_attempts:
            remembered = rule.episode or rule.component
            survive = passage(sample[row], recover[row], recalled, remembered, item_attempts, item, by_item)
        run = 0.0
        for k in range(most):
            given = (1 - rule.lapse) * belief[row, k]
            for m in range(min(item_attempts, most - k)):
                after[rows - 1, k + m] += given * by_item[m]
            left_over = most - k - item_attempts
            if rule.episode:
                for m in range(left_over):
                    after[0, k + item_attempts + m] += given * survive * by_context_alone[m]
            elif left_over > 0:
                # Without memory for failures, passages by context are geometric.
                run = run * fail + given * survive
                after[0, k + item_attempts] += run * chance
            after[0, k] += rule.lapse / (left + 1) * belief[row, k]
    total = after.sum()
    if total > 0:
        for row in range(rows):
            for k in range(most):
                belief[row, k] = after[row, k] / total
    recalled[item] = True
    context[item] += rule.context_increment
    links[item, item] += rule.self_increment
    if cue >= 0:
        links[cue, item] += rule.item_increment
    search.previous[trial] = cue
    search.cue[trial] = item


@njit(cache=True)
def outcome_probabilities(rule, search, outcome):  # type: ignore[no-untyped-def]
    """Fill ``outcome`` (n_trials, list_length + 1): each word next, and stopping."""
    scratch = _scratch(search.recalled.shape[1], search.belief.shape[1], rule.failures_max)
    for trial in range(len(outcome)):
        _next(trial, rule, search, scratch, outcome[trial])


@njit(cache=True)
def condition(rule, search, position):  # type: ignore[no-untyped-def]
    """Condition each trial on its response ``position``, a word or (list_length) none."""
    length = search.recalled.shape[1]
    scratch = _scratch(length, search.belief.shape[1], rule.failures_max)
    for trial in range(len(position)):
        if position[trial] == length:
            search.done[trial] = True
        else:
            _probe(trial, rule, search, scratch)
            _came(trial, rule, search, scratch, position[trial])


@njit(cache=True)
def events_of_lists(rule, study_rule, schedule, read, chance, columns):  # type: ignore[no-untyped-def]
    """(n_trials, n_events) probabilities of the events ``columns`` and of stopping, given each trial's study history.

    ``read`` holds the weights of a soft read-out of the store; the other arguments are as in the steps.
    """
    n_trials, length = columns.shape[0], read.size
    rows = 2 if rule.backward_increment else 1
    scratch = _scratch(length, rows, rule.failures_max)
    search = Search(
        np.zeros((1, length)), np.zeros((1, length, length)), np.zeros((1, length)),
        np.zeros((1, length), np.bool_), np.zeros(1, np.bool_), np.zeros((1, length)), np.zeros(1, np.int32),
        np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros((1, rows, rule.failures_max)),
    )  # fmt: skip
    store = np.zeros((1, study_rule.size), np.int32)
    out = np.empty(length + 1)
    outcome, silence = np.ones(columns.shape), np.zeros(columns.shape)
    for trial in range(n_trials):
        search.context[:] = 0.0
        search.links[:] = 0.0
        search.recalled[:] = False
        search.cue[0] = search.previous[0] = -1
        search.belief[:] = 0.0
        search.belief[0, 0, 0] = 1.0
        n_stored = 0
        for position in schedule:
            if position < 0:
                n_stored = 0
            else:
                n_stored = study_item(
                    position, n_stored, study_rule, chance[0, trial : trial + 1, position], store, search.context,
                    search.links,
                )  # fmt: skip
        leave_residue(study_rule.residual, search.links)
        if rule.soft:
            search.read[0] = read
        else:
            search.read[:] = 0.0
            for place in range(n_stored):
                search.read[0, store[0, place]] = 1.0
        search.reads_left[0] = n_stored
        settle(rule, chance[1, trial : trial + 1], search.context, search.by_context)
        for event in range(columns.shape[1]):
            column = columns[trial, event]
            if column < 0:
                break
            _next(0, rule, search, scratch, out)
            total = out.sum()
            outcome[trial, event] = out[column] / total
            silence[trial, event] = out[length] / total
            if column == length or outcome[trial, event] == 0:
                break
            _came(0, rule, search, scratch, column)
    return outcome, silence

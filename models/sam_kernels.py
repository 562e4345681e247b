"""SAM's store and search as compiled loops over trials (numba).

Failed searches are hidden, so a trial carries a belief: the probability of each number of failures so far, given
the words recalled. Between two recalls the search makes attempt after attempt, first with the last word and context
as cues, then, when those have failed too often, with context alone. A phase is a run of attempts with one set of
cues. All that is needed of a phase is, for each word j, the probability that j comes after m failures, and the
probability that m attempts all fail.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit


class SearchRule(NamedTuple):
    """What the loops need to know of the model's parameters."""

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
    """An image that failed cannot be recovered while the cues stay the same."""
    component: bool
    """Whether an image can be recovered by context is settled once, when the test begins."""
    soft: bool
    read_order: int
    """-1 latest first, 0 any order, 1 earliest first."""
    read_increment: bool
    read_cues: bool
    """The last word read from the store is the search's first cue."""


@njit(cache=True)
def study_item(position, n_stored, time, rates, knock_out, draws, store, context, links):  # type: ignore[no-untyped-def]
    """The item at ``position`` enters each trial's store of ``n_stored``; all in it gain strength for ``time``.

    ``knock_out`` cumulates the probabilities of displacing each member, oldest first; the store is full if it has any.
    """
    to_context, forward, backward, to_self = rates
    for trial in range(len(store)):
        count = n_stored
        if knock_out.size:
            gone = 0
            while gone < count - 1 and draws[trial] >= knock_out[gone]:
                gone += 1
            for place in range(gone, count - 1):
                store[trial, place] = store[trial, place + 1]
            count -= 1
        store[trial, count] = position
        for newer in range(count + 1):
            i = store[trial, newer]
            context[trial, i] += to_context * time
            links[trial, i, i] += to_self * time
            for older in range(newer):
                j = store[trial, older]
                links[trial, j, i] += forward * time
                links[trial, i, j] += backward * time


@njit(cache=True)
def leave_residue(residual, links):  # type: ignore[no-untyped-def]
    """Give two items that were never in the store together the residual strength."""
    for trial in range(links.shape[0]):
        for i in range(links.shape[1]):
            for j in range(links.shape[1]):
                if i != j and links[trial, i, j] == 0:
                    links[trial, i, j] = residual


@njit(cache=True)
def _probe(context, links, recalled, cue, by_context, extra, recipient, rule, sample, recover):  # type: ignore[no-untyped-def]
    """Fill the sampling and recovery probability of each image for context and, if ``cue`` >= 0, that item.

    ``extra`` is added to the strength from the cue to the image ``recipient``, which has been recalled.
    """
    total = 0.0
    for i in range(context.size):
        strength = context[i] if rule.context_weight == 1 else context[i] ** rule.context_weight
        exponent = 0.0 if rule.component else rule.context_weight * context[i]
        if cue >= 0:
            link = links[cue, i]
            if i == recipient:
                link += extra
            strength *= link if rule.item_weight == 1 else link**rule.item_weight
            exponent += rule.item_weight * link
        sample[i] = strength
        total += strength
        if recalled[i]:
            recover[i] = 0.0
        elif rule.component and by_context[i]:
            recover[i] = 1.0
        else:
            recover[i] = -math.expm1(-exponent)
    if total > 0:
        for i in range(context.size):
            sample[i] /= total


@njit(cache=True)
def _fail(sample, recover):  # type: ignore[no-untyped-def]
    """The probability that one attempt fails, where attempts are independent."""
    hit = 0.0
    for i in range(sample.size):
        hit += sample[i] * recover[i]
    return max(0.0, 1.0 - hit)


@njit(cache=True)
def _exponential(rate, series):  # type: ignore[no-untyped-def]
    """Fill the coefficients of exp(rate z)."""
    series[0] = 1.0
    for m in range(1, series.size):
        series[m] = series[m - 1] * rate / m


@njit(cache=True)
def _multiply(series, sample, recover, scratch):  # type: ignore[no-untyped-def]
    """Multiply ``series`` in place by p + (1 - p) exp(s z): an image not sampled, or sampled and unrecoverable."""
    _exponential(sample, scratch)
    for m in range(series.size - 1, -1, -1):
        total = series[m] * (recover + (1 - recover) * scratch[0])
        for k in range(1, m + 1):
            total += series[m - k] * (1 - recover) * scratch[k]
        series[m] = total


@njit(cache=True)
def _known_mass(sample, recalled):  # type: ignore[no-untyped-def]
    """The probability of sampling an image that has been recalled, or none at all for want of any strength."""
    known, total = 0.0, 0.0
    for i in range(sample.size):
        total += sample[i]
        if recalled[i]:
            known += sample[i]
    return known if total > 0 else 1.0


@njit(cache=True)
def _phase(sample, recover, recalled, episode, attempts, reach, gain, survive):  # type: ignore[no-untyped-def]
    """Add to ``gain`` the probability of each image in a phase, and fill ``survive``: m attempts all fail.

    ``reach[m]`` weighs a recall after m failures: the probability that the search gets that far.
    With memory for failures within the phase, the probabilities are coefficients of exponential generating
    functions: m! [z^m] of the product over images of p + (1 - p) exp(s z), and of exp(s z) for recalled ones.
    """
    length = sample.size
    if not episode:
        fail = _fail(sample, recover)
        survive[0] = 1.0
        weight = 0.0
        for m in range(attempts):
            weight += reach[m] * survive[m]
            survive[m + 1] = survive[m] * fail
        for i in range(length):
            gain[i] += sample[i] * recover[i] * weight
        return
    before = np.empty((length + 1, attempts + 1))
    scratch = np.empty(attempts + 1)
    _exponential(_known_mass(sample, recalled), before[0])
    for i in range(length):
        before[i + 1] = before[i]
        if not recalled[i]:
            _multiply(before[i + 1], sample[i], recover[i], scratch)
    factorial = 1.0
    for m in range(attempts + 1):
        survive[m] = before[length, m] * factorial
        factorial *= m + 1
    after = np.zeros(attempts + 1)
    after[0] = 1.0
    for i in range(length - 1, -1, -1):
        if recalled[i]:
            continue
        factorial = 1.0
        total = 0.0
        for m in range(attempts):
            others = 0.0
            for k in range(m + 1):
                others += before[i, k] * after[m - k]
            total += reach[m] * others * factorial
            factorial *= m + 1
        gain[i] += sample[i] * recover[i] * total
        _multiply(after, sample[i], recover[i], scratch)


@njit(cache=True)
def _passage(sample, recover, recalled, episode, attempts, item, path):  # type: ignore[no-untyped-def]
    """Fill ``path``: the probability that ``item`` comes after m failures; return that all attempts fail."""
    chance = sample[item] * recover[item]
    if not episode:
        fail = _fail(sample, recover)
        survive = 1.0
        for m in range(attempts):
            path[m] = survive * chance
            survive *= fail
        return survive
    series, scratch = np.empty(attempts + 1), np.empty(attempts + 1)
    _exponential(_known_mass(sample, recalled), series)
    for i in range(sample.size):
        if i != item and not recalled[i]:
            _multiply(series, sample[i], recover[i], scratch)
    factorial = 1.0
    for m in range(attempts):
        path[m] = chance * series[m] * factorial
        factorial *= m + 1
    _multiply(series, sample[item], recover[item], scratch)
    return series[attempts] * factorial


@njit(cache=True)
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


@njit(cache=True)
def _lapse(outcome, recalled, lapse):  # type: ignore[no-untyped-def]
    """Mix ``outcome`` with a uniform choice among the words left and stopping."""
    left = recalled.size - np.sum(recalled)
    for i in range(recalled.size):
        outcome[i] *= 1 - lapse
        if not recalled[i]:
            outcome[i] += lapse / (left + 1)
    outcome[recalled.size] = (1 - lapse) * outcome[recalled.size] + lapse / (left + 1)


@njit(cache=True)
def outcome_probabilities(  # type: ignore[no-untyped-def]
    rule, context, links, by_context, recalled, done, read, reads_left, cue, previous, belief, outcome
):
    """Fill ``outcome`` (n_trials, list_length + 1): each word next, and stopping."""
    n_trials, length = context.shape
    most = rule.failures_max
    sample, recover = np.empty(length), np.empty(length)
    by_item, by_context_alone = np.empty(most + 1), np.empty(most + 1)
    reach, onward, exactly = np.empty(most), np.empty(most), np.empty(most)
    for trial in range(n_trials):
        out = outcome[trial]
        out[:] = 0.0
        if done[trial] or recalled[trial].all():
            out[length] = 1.0
            continue
        if _reading(read[trial], recalled[trial], reads_left[trial], rule, out[:length]):
            _lapse(out, recalled[trial], rule.lapse)
            continue
        item_attempts = min(rule.cue_failures_max, most) if cue[trial] >= 0 else 0
        context_attempts = most - item_attempts
        onward[:] = 0.0
        exactly[:] = 0.0
        stop = 0.0
        for row in range(belief.shape[1]):
            # reach[m]: that no more than most - 1 - m failures came before.
            so_far = 0.0
            for k in range(most):
                so_far += belief[trial, row, k]
                reach[most - 1 - k] = so_far
            if so_far == 0:
                continue
            by_item[0] = 1.0
            if item_attempts:
                extra = rule.backward_increment if row == 1 else 0.0
                _probe(
                    context[trial], links[trial], recalled[trial], cue[trial], by_context[trial], extra,
                    previous[trial], rule, sample, recover,
                )  # fmt: skip
                remembered = rule.episode or rule.component
                _phase(sample, recover, recalled[trial], remembered, item_attempts, reach, out[:length], by_item)
            for k in range(most):
                left = most - k
                if left <= item_attempts:
                    stop += belief[trial, row, k] * by_item[left]
            for m in range(context_attempts):
                onward[m] += by_item[item_attempts] * reach[item_attempts + m]
                exactly[m] += by_item[item_attempts] * belief[trial, row, context_attempts - 1 - m]
        _probe(context[trial], links[trial], recalled[trial], -1, by_context[trial], 0.0, -1, rule, sample, recover)
        _phase(sample, recover, recalled[trial], rule.episode, context_attempts, onward, out[:length], by_context_alone)
        for m in range(context_attempts):
            stop += exactly[m] * by_context_alone[m + 1]
        out[length] = stop
        _lapse(out, recalled[trial], rule.lapse)


@njit(cache=True)
def condition(  # type: ignore[no-untyped-def]
    rule, position, context, links, by_context, recalled, done, read, reads_left, cue, previous, belief
):
    """Condition each trial on its response ``position``, a word or (list_length) none."""
    n_trials, length = context.shape
    most = rule.failures_max
    sample, recover = np.empty(length), np.empty(length)
    by_item, by_context_alone = np.empty(most), np.empty(most)
    after = np.empty(belief.shape[1:])
    weight = np.empty(length)
    item_row = belief.shape[1] - 1
    for trial in range(n_trials):
        item = position[trial]
        if item == length:
            done[trial] = True
            continue
        if _reading(read[trial], recalled[trial], reads_left[trial], rule, weight):
            recalled[trial, item] = True
            if rule.soft or read[trial, item] > 0:
                reads_left[trial] -= 1
            if rule.read_increment:
                context[trial, item] += rule.context_increment
                links[trial, item, item] += rule.self_increment
            if rule.read_cues:
                cue[trial] = item
            continue
        left = length - np.sum(recalled[trial])
        item_attempts = min(rule.cue_failures_max, most) if cue[trial] >= 0 else 0
        context_attempts = most - item_attempts
        after[:] = 0.0
        _probe(context[trial], links[trial], recalled[trial], -1, by_context[trial], 0.0, -1, rule, sample, recover)
        _passage(sample, recover, recalled[trial], rule.episode, context_attempts, item, by_context_alone)
        for row in range(belief.shape[1]):
            survive = 1.0
            if item_attempts:
                extra = rule.backward_increment if row == 1 else 0.0
                _probe(
                    context[trial], links[trial], recalled[trial], cue[trial], by_context[trial], extra,
                    previous[trial], rule, sample, recover,
                )  # fmt: skip
                remembered = rule.episode or rule.component
                survive = _passage(sample, recover, recalled[trial], remembered, item_attempts, item, by_item)
            for k in range(most):
                if belief[trial, row, k] == 0:
                    continue
                given = (1 - rule.lapse) * belief[trial, row, k]
                for m in range(min(item_attempts, most - k)):
                    after[item_row, k + m] += given * by_item[m]
                for m in range(most - k - item_attempts):
                    after[0, k + item_attempts + m] += given * survive * by_context_alone[m]
                after[0, k] += rule.lapse / (left + 1) * belief[trial, row, k]
        total = after.sum()
        if total > 0:
            belief[trial] = after / total
        recalled[trial, item] = True
        context[trial, item] += rule.context_increment
        links[trial, item, item] += rule.self_increment
        if cue[trial] >= 0:
            links[trial, cue[trial], item] += rule.item_increment
        previous[trial] = cue[trial]
        cue[trial] = item

"""Runs of attempts of SAM's search with one set of cues, in closed form (numba).

A phase is described by the probability, for each word j, that j is found after m failures, and by the probability
that m attempts all fail.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit


@njit(inline="always")
def failure(sample, recover):  # type: ignore[no-untyped-def]
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
    """The probability of sampling an image that has been recalled, or one if no image has any strength."""
    known, total = 0.0, 0.0
    for i in range(sample.size):
        total += sample[i]
        if recalled[i]:
            known += sample[i]
    return known if total > 0 else 1.0


@njit(cache=True)
def phase(sample, recover, recalled, episode, attempts, reach, gain, survive):  # type: ignore[no-untyped-def]
    """Add to ``gain`` the probability of each image in a phase, and fill ``survive``: m attempts all fail.

    ``reach[m]`` weights a recall after m failures: the probability that the search gets that far.
    With memory for failures within the phase, the probabilities are coefficients of exponential generating
    functions: m! [z^m] of the product over images of p + (1 - p) exp(s z), and of exp(s z) for recalled ones.
    """
    length = sample.size
    if not episode:
        fail = failure(sample, recover)
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
def passage(sample, recover, recalled, episode, attempts, item, path):  # type: ignore[no-untyped-def]
    """Fill ``path`` with the probability that ``item`` comes after m failures; return that of failing throughout."""
    chance = sample[item] * recover[item]
    if not episode:
        fail = failure(sample, recover)
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

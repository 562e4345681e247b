"""The exact distribution of echo intensity in MINERVA 2, over items and encodings.

A probe has one or two blocks of N features, of which n ~ Bin(N, 2/3) are not 0. Given n, traces are independent. In the
blocks that a trace shares with the probe, each of the n features is stored with probability L; in the others, each of
the n products is 1 or -1 with probability L / 3 each. A feature that is 0 in the probe and not in the trace, which has
probability 2L / 3 in a block that is not shared, counts as relevant. So the activation of a trace has finitely many
values. They are put on a grid, split linearly between its points, and the distribution of the sum over traces follows
from a product of transforms, averaged over n.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray

PER_UNIT = 8192
"""Points of the grid in one unit of intensity."""
NONZERO = 2 / 3
"""Probability that a feature of an item is not 0."""
UNLIKELY = 1e-13
"""Numbers of nonzero features less likely than this are left out."""


class Meeting(NamedTuple):
    """What a probe meets in memory."""

    n_features: int
    """Of each block."""
    n_blocks: int
    """One or two, of the probe."""
    empty: int
    """Features of traces for which the probe has none."""
    both: int
    """Traces that share both blocks with the probe."""
    first: int
    """Traces that share the first block alone, or the only one."""
    second: int
    other: int
    """Traces that share no block."""


class Intensity(NamedTuple):
    """A distribution on the grid."""

    start: int
    """The number of grid points from 0 to the lowest point."""
    probabilities: FloatArray
    cumulated: FloatArray
    """(n_points + 1,) probability of the points before each."""

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """Probability that the intensity is below each criterion, which has normal noise; of the shape of both."""
        criteria, noise = np.broadcast_arrays(np.asarray(criteria, dtype=float), np.asarray(noise, dtype=float))
        points = np.ceil(np.clip(criteria, -1e6, 1e6) * PER_UNIT - 1e-9).astype(np.int64) - self.start
        sharp = self.cumulated[np.clip(points, 0, len(self.probabilities))]
        if not noise.any():
            return np.asarray(sharp)
        pairs, which = np.unique(np.stack((criteria.ravel(), noise.ravel())), axis=1, return_inverse=True)
        each = np.array([self._smooth(*pair) for pair in pairs.T])[which.ravel()].reshape(criteria.shape)
        return np.where(noise > 0, each, sharp)

    def _smooth(self, criterion: float, noise: float) -> float:
        from scipy.special import ndtr

        if noise == 0:
            return 0.0
        kept = np.flatnonzero(self.probabilities > 1e-18)
        return float(self.probabilities[kept] @ ndtr((criterion - (kept + self.start) / PER_UNIT) / noise))


class Intensities(NamedTuple):
    """Evidence of many probes, of which each has one of a few distributions."""

    distributions: tuple[Intensity, ...]
    which: IntArray
    """(n_probes,) the distribution of each."""

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`memsim.core.evidence.Evidence`."""
        if np.ndim(criteria) < 2 and np.ndim(noise) == 0:
            return np.stack([each.below(criteria, noise) for each in self.distributions])[self.which]
        criteria, noise = np.broadcast_arrays(criteria, noise)
        criteria, noise = (np.broadcast_to(each, (len(self.which), each.shape[-1])) for each in (criteria, noise))
        found = np.empty(criteria.shape)
        for number, each in enumerate(self.distributions):
            rows = self.which == number
            found[rows] = each.below(criteria[rows], noise[rows])
        return found


@lru_cache(maxsize=128)
def intensity_distribution(meeting: Meeting, encoding: float, power: int) -> Intensity:
    """The distribution of echo intensity, with ``encoding`` the probability L that a feature is stored."""
    _, variance = intensity_moments(meeting, encoding, power)
    n_own = meeting.both + meeting.first + meeting.second
    # More than this many large activations of traces by chance are out of the question.
    far = min(meeting.other, 3 + 8 * np.sqrt(variance)) + 1
    below, above = far + (meeting.n_blocks - 1) * n_own, far + n_own
    size = 2 ** int(np.ceil(np.log2((below + above) * PER_UNIT)))
    total = np.zeros(size // 2 + 1, dtype=complex)
    for weight, groups in _given_nonzero(meeting):
        product = np.full(size // 2 + 1, weight, dtype=complex)
        for count, kind in groups:
            product *= _power(_transform(kind, encoding, power, size), count)
        total += product
    start = -int(np.floor(below * PER_UNIT))
    probabilities = np.maximum(np.roll(np.fft.irfft(total, size), -start), 0)
    probabilities /= probabilities.sum()
    return Intensity(start, probabilities, np.concatenate(([0.0], np.cumsum(probabilities))))


def intensity_moments(meeting: Meeting, encoding: float, power: int) -> tuple[float, float]:
    """Exact mean and variance of echo intensity, without the grid."""
    mean, square = 0.0, 0.0
    for weight, groups in _given_nonzero(meeting):
        own_mean = own_variance = 0.0
        for count, kind in groups:
            values, probabilities = activations(kind, encoding, power)
            first = float(values @ probabilities)
            own_mean += count * first
            own_variance += count * (float(values**2 @ probabilities) - first**2)
        mean += float(weight) * own_mean
        square += float(weight) * (own_variance + own_mean**2)
    return mean, square - mean**2


class Kind(NamedTuple):
    """A kind of trace, by the numbers of features of the probe."""

    shared: int
    """Nonzero features in blocks that the trace shares."""
    other: int
    """Nonzero features in blocks that it does not share."""
    zeros: int
    """Features that are 0 in the probe, in blocks that it does not share, or where the probe has none."""


def activations(kind: Kind, encoding: float, power: int) -> tuple[FloatArray, FloatArray]:
    """The values of the activation of a trace of this kind, and their probabilities."""
    by_chance = NONZERO * encoding
    product = _binomial(kind.shared, encoding)
    for _ in range(kind.other):
        product = np.convolve(product, [by_chance / 2, 1 - by_chance, by_chance / 2])
    products = np.arange(-kind.other, kind.shared + kind.other + 1)
    relevant = kind.shared + kind.other + np.arange(kind.zeros + 1)
    similarity = products[:, None] / np.maximum(relevant, 1)
    probabilities = product[:, None] * _binomial(kind.zeros, by_chance)
    return (np.sign(similarity) * np.abs(similarity) ** power).ravel(), probabilities.ravel()


def _given_nonzero(meeting: Meeting) -> Iterator[tuple[float, list[tuple[int, Kind]]]]:
    """Numbers of nonzero features of the probe: their probability, and the number of traces of each kind then."""
    size, weights = meeting.n_features, _binomial(meeting.n_features, NONZERO)
    for first in range(size + 1):
        for second in range(size + 1 if meeting.n_blocks == 2 else 1):
            weight = weights[first] * (weights[second] if meeting.n_blocks == 2 else 1)
            if weight < UNLIKELY:
                continue
            zero, zero_second = size - first, (size - second) * (meeting.n_blocks == 2)
            groups = [
                (meeting.both, Kind(first + second, 0, meeting.empty)),
                (meeting.first, Kind(first, second, zero_second + meeting.empty)),
                (meeting.second, Kind(second, first, zero + meeting.empty)),
                (meeting.other, Kind(0, first + second, zero + zero_second + meeting.empty)),
            ]
            yield weight, [(count, kind) for count, kind in groups if count]


@lru_cache(maxsize=128)
def _transform(kind: Kind, encoding: float, power: int, size: int) -> Any:
    values, probabilities = activations(kind, encoding, power)
    lower = np.floor(values * PER_UNIT).astype(np.int64)
    upper_share = values * PER_UNIT - lower
    binned = np.bincount(lower % size, probabilities * (1 - upper_share), size)
    binned += np.bincount((lower + 1) % size, probabilities * upper_share, size)
    return np.fft.rfft(binned)


def _power(base: Any, exponent: int) -> Any:
    """``base`` to a whole power from 1, by squaring."""
    if exponent == 1:
        return base
    half = _power(base, exponent // 2)
    return half * half * base if exponent % 2 else half * half


@lru_cache(maxsize=1024)
def _binomial(n: int, p: float) -> FloatArray:
    """(n + 1,) probabilities of 0, 1, ... n."""
    found = np.ones(1)
    for _ in range(n):
        found = np.convolve(found, [1 - p, p])
    return found

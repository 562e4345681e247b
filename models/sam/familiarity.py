"""SAM's familiarity: the distribution of a sum of products of variable strengths."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.code.compiled import njit
from memsim.core.evidence import Discrete, Evidence, Normal
from memsim.models.sam.series import MANY, Series, below_of_series, series_of_sums

FINEST = 12
"""The smallest value of a product may be this many steps of a lattice, in which the distribution is exact."""
LATTICE, GRID = 2_048, 16_384
"""Points of a lattice, and of a grid, at most."""
TOLERANCE = 2e-4
"""Share of variance that the grid may add, where there is no lattice."""
AT_ONCE = 64
"""Rows that are convolved at once."""


def familiarity_distribution(
    products: FloatArray,
    n_items: IntArray,
    variability: float,
    context_weight: float,
    item_weight: float,
    noise: float = 0.0,
    row_of: IntArray | None = None,
) -> Evidence:
    """The distribution of the sum over images of products of strengths, for every probe.

    Each strength is multiplied by 1 - v, 1 or 1 + v, each with probability 1/3, independently. Without noise of
    criteria, short lists and lattices are convolved (:class:`Discrete`); all else is :class:`Sums`.

    Parameters
    ----------
    products : (n_rows, list_length) the product, for each image, of the strengths without variability.
    n_items : (n_rows,) items among the cues, besides context: 1 or 2.
    variability : v.
    context_weight, item_weight : exponents of the strengths.
    noise : the standard deviation of criteria with which the distribution will be used.
    row_of : (n_probes,) the row of each probe, where several probes have one row; by default each has its own.
    """
    if variability == 0:
        totals = products.sum(axis=1)
        return Normal(totals if row_of is None else totals[row_of])
    values, chances = factors(n_items, variability, context_weight, item_weight)
    sums = Sums(products, values, chances, lattice_steps(products, values), row_of)
    if noise or row_of is not None or (products.shape[1] >= MANY and not (sums.steps > 0).all()):
        return sums
    return convolved(products, values, chances, sums.steps)


@dataclass(frozen=True, eq=False)
class Sums:
    """The distribution of Σ_k p_k Z_k: the sum over images of products p_k with factors Z_k, which vary independently.

    The distribution function is a Fourier series of the characteristic function, which is a product over images; some
    20 to 100 terms suffice (:mod:`memsim.models.sam.series`). Where the noise of criteria is a tenth of the standard
    deviation of the sum or more, its error is below 1e-6 (measured against exact convolution, 16 to 512 images; what
    lies beyond the interval of the series is bounded by 1e-7). Without noise, and from 32 images on, the series takes
    jumps of the distribution function at half their height, so that its error is half the largest jump (1e-4 for 256
    images, v = .9), and below 1e-6 where there are none.

    Where all values are multiples of one step that is wider than the noise, and there are at most 2,048 of them, they
    are convolved exactly. Fewer than 32 images without noise and without such a step are convolved on a grid, whose
    error is below .002, or half the largest jump.

    Parameters
    ----------
    products : (n_rows, list_length) p.
    values, chances : (n_rows, n_values) the values of Z and their probabilities.
    steps : (n_rows,) the step of which all values of all products are multiples; 0 where there is none.
    row_of : (n_probes,) the row of each probe; ``None``: each has its own.
    """

    products: FloatArray
    values: FloatArray
    chances: FloatArray
    steps: FloatArray
    row_of: IntArray | None = None
    _series: dict[float, Series] = field(default_factory=dict, repr=False)

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`memsim.core.evidence.Evidence`."""
        cuts, spread, n_rows = np.atleast_2d(criteria), np.ravel(noise), len(self.products)
        rows = np.arange(n_rows, dtype=np.int32) if self.row_of is None else self.row_of
        if len(cuts) == 1 and spread.size == 1:
            found = self._below(
                np.broadcast_to(cuts, (n_rows, cuts.shape[1])), float(spread[0]), np.arange(n_rows, dtype=np.int32)
            )
            return found[rows]
        found = np.empty((len(rows), cuts.shape[1]))
        cuts = np.broadcast_to(cuts, found.shape)
        each_spread = np.broadcast_to(spread, len(rows))
        for value in np.unique(each_spread):
            own = np.flatnonzero(each_spread == value)
            found[own] = self._below(cuts[own], float(value), rows[own])
        return found

    def _below(self, cuts: FloatArray, noise: float, rows: IntArray) -> FloatArray:
        """(n, n_criteria) probability that evidence of the ``rows`` (n,) is below their criteria ``cuts``."""
        if noise not in self._series:
            wanted = (self.steps == 0) | (noise >= self.steps)
            spread = np.full(len(self.products), noise)
            made = Series(*series_of_sums(self.products, self.values, self.chances, spread, wanted))
            self._series.clear()
            self._series[noise] = made
        series = self._series[noise]
        found = np.empty(cuts.shape)
        below_of_series(*series, rows, np.ascontiguousarray(cuts), found)
        without = np.flatnonzero((np.diff(series.first) == 0)[rows])
        for part in (without[at : at + AT_ONCE] for at in range(0, len(without), AT_ONCE)):
            own = (each[rows[part]] for each in (self.products, self.values, self.chances, self.steps))
            found[part] = convolved(*own).below(cuts[part], noise)
        return found


def convolved(products: FloatArray, values: FloatArray, chances: FloatArray, steps: FloatArray) -> Discrete:
    """The distribution by convolution: exact in rows with a step, else on a grid.

    Each value that lies between two points of a grid is split between them, so that the mean is exact.
    """
    step, n_points = _grid(products, values, chances, steps)
    probabilities = np.zeros((len(products), n_points))
    _convolve(products / step[:, None], values, chances, probabilities)
    return Discrete(np.arange(n_points) * step[:, None], probabilities)


def factors(
    n_items: IntArray, variability: float, context_weight: float, item_weight: float
) -> tuple[FloatArray, FloatArray]:
    """(n_trials, n_values) the values by which a product is multiplied, and their probabilities, 0 for unused ones."""
    levels = np.array([1 - variability, 1, 1 + variability])
    found = []
    for count in range(3):
        cues = (levels**context_weight, *[levels**item_weight] * count)
        each = np.round([np.prod(case) for case in product(*cues)], 12)
        distinct, n_cases = np.unique(each, return_counts=True)
        found.append((distinct, n_cases / n_cases.sum()))
    width = max(len(found[count][0]) for count in set(n_items.tolist()) | {0})
    padded = [[np.pad(part[:width], (0, max(0, width - len(part)))) for part in case] for case in found]
    both = np.array(padded)[n_items]
    return both[:, 0], both[:, 1]


def lattice_steps(products: FloatArray, values: FloatArray) -> FloatArray:
    """(n_rows,) the step of which all values of all products are multiples; 0 where more points are needed than
    ``LATTICE``.
    """
    least = _least(products) * _least(values)
    largest = products.sum(axis=1) * values.max(axis=1)
    found = np.zeros(len(products))
    near = np.flatnonzero(largest <= least * (LATTICE - 3))
    every = products[near, :, None] * (values[near] / least[near, None])[:, None]
    for divisor in range(FINEST, 0, -1):
        off = np.abs(every * divisor - np.rint(every * divisor))
        found[near] = np.where((off <= 1e-6).all(axis=(1, 2)), least[near] / divisor, found[near])
    return np.where(largest <= found * (LATTICE - 3), found, 0)


def _least(values: FloatArray) -> FloatArray:
    """(n_rows,) the smallest value above 0; 1 where there is none."""
    least = np.where(values > 0, values, np.inf).min(axis=1)
    return np.where(np.isfinite(least), least, 1)


def _grid(products: FloatArray, values: FloatArray, chances: FloatArray, steps: FloatArray) -> tuple[FloatArray, int]:
    """(n_rows,) the step between points, and the number of points that reaches the largest sum in any row."""
    largest = products.sum(axis=1) * values.max(axis=1)
    mean = (chances * values).sum(axis=1)
    variance = (products**2).sum(axis=1) * ((chances * values**2).sum(axis=1) - mean**2)
    grid = np.sqrt(6 * TOLERANCE * variance / np.maximum((products > 0).sum(axis=1), 1))
    grid = np.maximum(np.where(grid > 0, grid, 1), largest / (GRID - 3))
    step = np.where(steps > 0, steps, grid)
    # Each product that lies between two points may reach the one above.
    return step, int(np.ceil((largest / step).max(initial=0))) + 2 + products.shape[1]


@njit(cache=True)
def _convolve(products, values, chances, probabilities):  # type: ignore[no-untyped-def]
    """Fill ``probabilities`` (n_trials, n_points) of the sums; ``products`` are in steps."""
    n_points = probabilities.shape[1]
    before = np.empty(n_points)
    for trial in range(len(products)):
        now = probabilities[trial]
        now[0] = 1.0
        top = 0
        for image in range(products.shape[1]):
            if products[trial, image] <= 0:
                continue
            before[: top + 1] = now[: top + 1]
            now[: top + 1] = 0
            highest = 0
            for case in range(values.shape[1]):
                chance = chances[trial, case]
                if chance == 0:
                    continue
                place = products[trial, image] * values[trial, case]
                low = int(np.rint(place))
                share = place - low
                if abs(share) < 1e-5:
                    share = 0.0
                elif share < 0:
                    low -= 1
                    share += 1
                for point in range(top + 1):
                    now[low + point] += chance * (1 - share) * before[point]
                if share > 0:
                    for point in range(top + 1):
                        now[low + 1 + point] += chance * share * before[point]
                highest = max(highest, low + (1 if share > 0 else 0))
            top += highest


def partner_probabilities(sample: FloatArray, recover: FloatArray, cue: IntArray, samples_max: int) -> FloatArray:
    """(n_trials, list_length + 1) probability of each response to an item as cue, and last of none.

    Image i is sampled in proportion to ``sample`` and then recovered with the probability ``recover``, in up to
    ``samples_max`` independent attempts; an attempt that samples the image of the cue fails. With
    r_i = P(sample i) P(recover i) and φ = 1 - Σ r, P(i) = r_i (1 - φ^K) / (1 - φ), and P(none) = φ^K.

    Parameters
    ----------
    sample, recover : (n_trials, list_length).
    cue : (n_trials,) the position of the cue; list_length if it is a new item.
    """
    length = sample.shape[1]
    total = sample.sum(axis=1, keepdims=True)
    found = np.where(np.arange(length) == cue[:, None], 0, sample / np.where(total > 0, total, 1) * recover)
    success = found.sum(axis=1, keepdims=True)
    none = np.maximum(1 - success, 0) ** samples_max
    scale = np.where(success > 0, (1 - none) / np.where(success > 0, success, 1), 0)
    return np.concatenate((found * scale, none), axis=1)

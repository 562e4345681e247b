"""SAM's familiarity: the distribution of a sum of products of variable strengths."""

from __future__ import annotations

from itertools import product

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.code.compiled import njit
from memsim.core.evidence import Discrete, Evidence, Normal

FINEST = 12
"""The smallest value of a product may be this many steps of a lattice, in which the distribution is exact."""
LATTICE, GRID = 2_048, 16_384
"""Points of a lattice, and of a grid, at most."""
TOLERANCE = 2e-4
"""Share of variance that the grid may add, where there is no lattice."""


def familiarity_distribution(
    products: FloatArray, n_items: IntArray, variability: float, context_weight: float, item_weight: float
) -> Evidence:
    """The distribution of the sum over images of products of strengths, in every trial.

    Each strength is multiplied by 1 - v, 1 or 1 + v, each with probability 1/3, independently. The sum is computed
    exactly, by convolution, where all values of all products are multiples of one step. Otherwise each value is split
    between the two nearest points of a grid, so that the mean is exact.

    Parameters
    ----------
    products : (n_trials, list_length) the product, for each image, of the strengths without variability.
    n_items : (n_trials,) items among the cues, besides context: 1 or 2.
    variability : v.
    context_weight, item_weight : exponents of the strengths.
    """
    if variability == 0:
        return Normal(products.sum(axis=1))
    values, chances = factors(n_items, variability, context_weight, item_weight)
    step, n_points = _steps(products, values, chances)
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


def _steps(products: FloatArray, values: FloatArray, chances: FloatArray) -> tuple[FloatArray, int]:
    """(n_trials,) the step between points, and the number of points that reaches the largest sum in any trial."""
    every = (products[:, :, None] * values[:, None]).reshape(len(products), -1)
    least = np.where(every > 0, every, np.inf).min(axis=1)
    largest = products.sum(axis=1) * values.max(axis=1)
    least[~np.isfinite(least)] = 1
    step = np.zeros(len(products))
    ratio = every / least[:, None]
    for divisor in range(FINEST, 0, -1):
        off = np.abs(ratio * divisor - np.rint(ratio * divisor))
        step = np.where((off <= 1e-6).all(axis=1), least / divisor, step)
    mean = (chances * values).sum(axis=1)
    variance = (products**2).sum(axis=1) * ((chances * values**2).sum(axis=1) - mean**2)
    grid = np.sqrt(6 * TOLERANCE * variance / np.maximum((products > 0).sum(axis=1), 1))
    grid = np.maximum(np.where(grid > 0, grid, 1), largest / (GRID - 3))
    exact = (step > 0) & (largest <= step * (LATTICE - 3))
    step = np.where(exact, step, grid)
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

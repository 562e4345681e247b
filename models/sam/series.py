"""The distribution of a sum of many variable products, by its characteristic function (numba)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.code.compiled import njit

TERMS = 1_024
"""Terms of a series, at most; a sum that needs more has no series."""
BEYOND = 1e-7
"""The largest probability of a sum below, and of one above, the interval in which its series holds."""
SMALL, IN_A_ROW = 1e-6, 6
"""A series ends where so many terms of the characteristic function in a row are smaller than this."""
MANY = 32
"""With so many products, their own characteristic function may end a series; with fewer, only that of noise."""
ALIKE = 1e-10
"""Products with a smaller relative difference are one product that occurs several times."""


class Series(NamedTuple):
    """Fourier series of distribution functions, of each row one.

    With u = x - a, for x between a and a + L, P(X < x) = u / L + Σ_j Im[A_j (1 - exp(-2πi j u / L))], where
    A_j = φ(2π j / L) exp(-2πi j a / L) / (π j) and φ is the characteristic function of X.
    """

    start: FloatArray
    """(n_rows,) a."""
    width: FloatArray
    """(n_rows,) L."""
    first: IntArray
    """(n_rows + 1,) where the terms of each row begin in ``terms``; a row without terms has no series."""
    terms: FloatArray
    """(n_terms,) complex A_j of all rows, one after the other."""


@njit(cache=True)
def series_of_sums(products, values, chances, noise, wanted):  # type: ignore[no-untyped-def]
    """The :class:`Series` of X = Σ_k p_k Z_k + noise, for each row of ``products`` p (n_rows, n_images).

    Z takes ``values`` with the probabilities ``chances``, both (n_rows, n_values). ``noise`` is normal, with these
    standard deviations, (n_rows,). Rows that are not ``wanted`` get no series.
    """
    n_rows = len(products)
    start, width, first = np.zeros(n_rows), np.ones(n_rows), np.zeros(n_rows + 1, np.int64)
    terms = np.empty(max(64 * n_rows, TERMS), np.complex128)
    own = np.empty(TERMS, np.complex128)
    used = 0
    for row in range(n_rows):
        if wanted[row]:
            each, times = _counted(products[row])
            z, chance = values[row], chances[row]
            start[row], width[row] = _interval(each, times, z, chance, noise[row])
            n = _terms(each, times, z, chance, noise[row], start[row], width[row], own)
            if used + n > terms.size:
                larger = np.empty(2 * terms.size + n, np.complex128)
                larger[:used] = terms[:used]
                terms = larger
            terms[used : used + n] = own[:n]
            used += n
        first[row + 1] = used
    return start, width, first, terms[:used].copy()


@njit(cache=True)
def _counted(products):  # type: ignore[no-untyped-def]
    """The different products that are not 0, the largest first, and how often each occurs."""
    ordered = np.sort(products)[::-1]
    each, times = np.empty(products.size), np.zeros(products.size, np.int64)
    n = 0
    for value in ordered:
        if value <= 0:
            break
        if n == 0 or each[n - 1] - value > ALIKE * value:
            each[n] = value
            n += 1
        times[n - 1] += 1
    return each[:n], times[:n]


@njit(cache=True)
def _interval(each, times, z, chance, noise):  # type: ignore[no-untyped-def]
    """Start and width of an interval that a sum leaves on either side with at most the probability ``BEYOND``.

    The largest products count with their range, and the rest by Bernstein's inequality; the best split is taken.
    """
    low, high, mean = np.inf, 0.0, 0.0
    square = 0.0
    for case in range(z.size):
        if chance[case] > 0:
            low, high = min(low, z[case]), max(high, z[case])
            mean += chance[case] * z[case]
            square += chance[case] * z[case] ** 2
    spread = square - mean**2
    total, variance = 0.0, 0.0
    for k in range(each.size):
        total += times[k] * each[k]
        variance += times[k] * each[k] ** 2 * spread
    chances_left = -math.log(BEYOND / 2)
    best_low, best_high = np.inf, np.inf
    by_range = 0.0
    for k in range(each.size + 1):
        largest = each[k] if k < each.size else 0.0
        by_chance = 2 * chances_left * max(variance, 0.0)
        below, above = chances_left * largest * (mean - low) / 3, chances_left * largest * (high - mean) / 3
        best_low = min(best_low, by_range * (mean - low) + below + math.sqrt(below**2 + by_chance))
        best_high = min(best_high, by_range * (high - mean) + above + math.sqrt(above**2 + by_chance))
        if k < each.size:
            by_range += times[k] * each[k]
            variance -= times[k] * each[k] ** 2 * spread
    margin = math.sqrt(2 * chances_left) * noise
    # Rounding leaves a little variance after the last product; a sum of one value still needs an interval.
    slack = 1e-9 * (total * high + noise)
    begin = total * mean - best_low - margin - slack
    return begin, best_low + best_high + 2 * (margin + slack)


@njit(cache=True)
def _terms(each, times, z, chance, noise, start, width, own):  # type: ignore[no-untyped-def]
    """Fill ``own`` with the A_j of a sum; return their number, or 0 where ``own`` has too few places."""
    n, cases, turn = each.size, z.size, 2 * math.pi / width
    steps, now = np.empty((n, cases), np.complex128), np.ones((n, cases), np.complex128)
    for k in range(n):
        for case in range(cases):
            angle = turn * each[k] * z[case]
            steps[k, case] = complex(math.cos(angle), math.sin(angle))
    back = complex(math.cos(turn * start), -math.sin(turn * start))
    shift = complex(1.0, 0.0)
    is_many = times.sum() >= MANY
    in_a_row = 0
    for j in range(1, own.size + 1):
        shift *= back
        of_noise = math.exp(-0.5 * (noise * turn * j) ** 2)
        whole = shift * of_noise
        for k in range(n):
            factor = complex(0.0, 0.0)
            for case in range(cases):
                now[k, case] *= steps[k, case]
                factor += chance[case] * now[k, case]
            power = times[k]
            while power:
                if power & 1:
                    whole *= factor
                factor *= factor
                power >>= 1
        own[j - 1] = whole / (math.pi * j)
        in_a_row = in_a_row + 1 if (abs(whole) if is_many else of_noise) < SMALL else 0
        if in_a_row == IN_A_ROW:
            return j
    return 0


@njit(cache=True)
def below_of_series(start, width, first, terms, row_of, criteria, below):  # type: ignore[no-untyped-def]
    """Fill ``below`` (n, n_criteria): P(X < criterion) of the rows ``row_of``, by their :class:`Series`."""
    for index in range(row_of.size):
        row = row_of[index]
        begin, end = first[row], first[row + 1]
        constant = 0.0
        for at in range(begin, end):
            constant += terms[at].imag
        for cut in range(criteria.shape[1]):
            share = (criteria[index, cut] - start[row]) / width[row]
            if share <= 0 or share >= 1:
                below[index, cut] = 0.0 if share <= 0 else 1.0
                continue
            turn = complex(math.cos(2 * math.pi * share), -math.sin(2 * math.pi * share))
            total = complex(0.0, 0.0)
            for at in range(end - 1, begin - 1, -1):
                total = (total + terms[at]) * turn
            below[index, cut] = min(1.0, max(0.0, share + constant - total.imag))

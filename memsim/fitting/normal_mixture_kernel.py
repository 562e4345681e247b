"""Compiled: the likelihood of ratings, and its derivatives by the criteria, where evidence is a mixture of normals."""

from __future__ import annotations

from math import erfc, exp, sqrt
from typing import Any

import numpy as np

from memsim.core.code.compiled import njit

PER_ROOT, DENSITY = 1 / sqrt(2), 1 / sqrt(2 * np.pi)
FAR = 38.0
"""Standard deviations from the mean beyond which the density is 0."""


@njit(cache=True, error_model="numpy")
def likelihood_and_slopes(weight: Any, mean: Any, spread: Any, counts: Any, criteria: Any, lapse: float, guess: float):  # type: ignore[no-untyped-def]
    """The log-likelihood of ``counts`` (n_rows, n_ratings), and its derivatives by the criteria.

    ``weight``, ``mean`` and ``spread`` are (n_rows, n_parts), of the evidence with the noise of criteria. Derivatives
    are (4, n_criteria), as in :class:`memsim.fitting.free_criteria.Slopes`; of the last, the last column is 0.
    """
    n_rows, n_parts = weight.shape
    n = len(criteria)
    total, slopes = 0.0, np.zeros((4, n))
    cells, density, rise = np.empty(n + 1), np.empty(n), np.empty(n)
    for row in range(n_rows):
        cells[:], density[:], rise[:] = 0.0, 0.0, 0.0
        for part in range(n_parts):
            share, sd = weight[row, part], spread[row, part]
            below, above, is_high = 0.0, 1.0, False
            for at in range(n):
                away = (criteria[at] - mean[row, part]) / sd
                # Above the mean, the small shares are those above criteria: each difference is of the smaller ones.
                was_below, was_above, was_high = below, above, is_high
                below, above = erfc(-away * PER_ROOT) / 2, erfc(away * PER_ROOT) / 2
                is_high = away > 0
                cells[at] += share * (was_above - above if was_high else below - was_below)
                if abs(away) < FAR:
                    dense = share * exp(-away * away / 2) * DENSITY / sd
                    density[at] += dense
                    rise[at] -= dense * away / sd
            cells[n] += share * above
        for at in range(n + 1):
            cells[at] = (1 - lapse) * cells[at] + lapse * guess
            if counts[row, at] > 0:
                total += counts[row, at] * np.log(cells[at])
        before = 0.0
        for at in range(n):
            under, over = counts[row, at], counts[row, at + 1]
            dense, bend = (1 - lapse) * density[at], (1 - lapse) * rise[at]
            # Ratios of small numbers come before their products.
            low = dense / cells[at] if under > 0 else 0.0
            high = dense / cells[at + 1] if over > 0 else 0.0
            slopes[0, at] += under * low - over * high
            slopes[1, at] += (over * (bend / cells[at + 1]) if over > 0 else 0.0) - (
                under * (bend / cells[at]) if under > 0 else 0.0
            )
            slopes[2, at] += under * low * low + over * high * high
            if at > 0:
                slopes[3, at - 1] -= under * before * low
            before = high
    return total, slopes

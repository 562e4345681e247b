"""Rules for when recall ends, for models whose source has none."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import FloatArray, IntArray

CERTAIN = 1 - 1e-9
"""Cap while words remain, so that one long list cannot make a likelihood zero."""


def exponential_stopping(n_recalled: IntArray, list_length: int, base: float, growth: float) -> FloatArray:
    """Probability of stopping after ``n_recalled`` words: ``base * exp(growth * n_recalled)``.

    Capped just below one while words remain, and one when all have been recalled. The rule, used with
    retrieved-context models by Kragel, Morton & Polyn (2015), looks only at how many words were given.
    """
    with np.errstate(over="ignore"):
        rising = np.minimum(base * np.exp(growth * n_recalled), CERTAIN)
    return np.where(n_recalled >= list_length, 1.0, rising)

"""Rules for when recall ends, for models that were published without one."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, IntArray

CERTAIN = 1 - 1e-9
"""Highest probability of stopping while words remain, so that a long list does not have likelihood zero."""

LARGEST_EXPONENT = 700.0
"""exp of it is finite, so that a base of zero stays zero."""


def exponential_stopping(n_recalled: IntArray, list_length: int, base: Any, growth: Any) -> FloatArray:
    """Probability of stopping after ``n_recalled`` words: ``base * exp(growth * n_recalled)``.

    It is at most just below one while words remain, and one when all have been recalled. The rule, used with
    retrieved-context models by Kragel, Morton & Polyn (2015), depends only on the number of words recalled.
    """
    rising = np.minimum(base * np.exp(np.minimum(growth * n_recalled, LARGEST_EXPONENT)), CERTAIN)
    return np.where(n_recalled >= list_length, 1.0, rising)


def stopping_slopes(n_recalled: IntArray, list_length: int, base: Any, growth: Any) -> tuple[FloatArray, FloatArray]:
    """The derivatives of :func:`exponential_stopping` by ``base`` and ``growth``; 0 where it no longer rises."""
    rate = np.exp(np.minimum(growth * n_recalled, LARGEST_EXPONENT))
    rising = (base * rate < CERTAIN) & (n_recalled < list_length)
    by_base = np.where(rising, rate, 0)
    return by_base, np.where(growth * n_recalled < LARGEST_EXPONENT, by_base * base * n_recalled, 0)

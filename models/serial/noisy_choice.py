"""Choice of the strongest candidate under Gaussian noise, as exact probabilities."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import FloatArray

POINTS = 48
"""Points of the Gauss-Legendre rule; with 48, probabilities are exact to about 1e-10."""
REACH = 8.0
"""Standard deviations of noise from the strongest candidate within which the strongest noisy one lies."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(POINTS)


def strongest(strength: FloatArray, noise: float, threshold: float = -np.inf) -> FloatArray:
    """(n, L + 1) probability that each candidate is the strongest and reaches ``threshold``; last, that none does.

    Parameters
    ----------
    strength : (n, L) strengths of the candidates; -inf for an item that is no candidate.
    noise : standard deviation of the independent Gaussian noise on each; with 0, tied candidates share the choice.
    threshold : strength below which no candidate is chosen.

    P(i) is the integral, above the threshold, of i's density times the probability that all others are below.
    Equal rows are computed once.
    """
    rows, row_of = np.unique(strength, axis=0, return_inverse=True)
    each = _without_noise(rows, threshold) if noise == 0 else _with_noise(rows, noise, threshold)
    return each[row_of.reshape(-1)]


def _with_noise(strength: FloatArray, noise: float, threshold: float) -> FloatArray:
    from scipy.special import ndtr  # takes long to import

    n, length = strength.shape
    result = np.zeros((n, length + 1))
    top = strength.max(axis=1)
    some = np.isfinite(top)
    result[~some, length] = 1
    strength, top = strength[some] / noise, top[some] / noise
    low = np.maximum(top - REACH, threshold / noise)
    half = np.maximum(top + REACH - low, 0) / 2
    x = low[:, None] + half[:, None] * (1 + _NODES)
    away = x[:, None] - strength[:, :, None]  # (n, L, points)
    below = ndtr(away)
    density = np.exp(-0.5 * away**2) / np.sqrt(2 * np.pi)
    # The product over the others, without dividing by one's own, which may be zero.
    before = np.concatenate((np.ones_like(below[:, :1]), np.cumprod(below, axis=1)[:, :-1]), axis=1)
    after = np.concatenate((np.cumprod(below[:, ::-1], axis=1)[:, ::-1][:, 1:], np.ones_like(below[:, :1])), axis=1)
    chosen = (density * before * after * _WEIGHTS).sum(axis=2) * half[:, None]
    candidate = np.isfinite(strength)
    short = ndtr(threshold / noise - np.where(candidate, strength, 0))
    none = np.where(candidate, short, 1).prod(axis=1)
    total = chosen.sum(axis=1, keepdims=True)
    # The error of quadrature, about 1e-10, is distributed over the candidates in proportion.
    chosen *= np.where(total > 0, (1 - none)[:, None] / np.where(total > 0, total, 1), 0)
    result[some, :length] = chosen
    result[some, length] = np.where(total[:, 0] > 0, none, 1)
    return result


def _without_noise(strength: FloatArray, threshold: float) -> FloatArray:
    n, length = strength.shape
    top = strength.max(axis=1, keepdims=True)
    best = (strength == top) & np.isfinite(top) & (top >= threshold)
    result = np.zeros((n, length + 1))
    count = best.sum(axis=1)
    result[:, :length] = best / np.maximum(count, 1)[:, None]
    result[:, length] = count == 0
    return result

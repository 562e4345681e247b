"""Compiled loops of the choice of the strongest candidate, and their adjoint.

With x the noisy strength of candidate i, from its own strength and in units of noise, a_j = (s_j - s_i) / σ the rivals
and t = (T - s_i) / σ the threshold, P(i) = ∫_t^∞ f(x) dx with f(x) = φ(x) Π_j Φ(x - a_j). The logarithm of f is
concave, with a second derivative of at most -1 that rises with x. This bounds from both sides of its mode where f is
above a share of its maximum, and a Gauss-Legendre rule is applied there; so small probabilities are as exact as large.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.code.compiled import njit
from memsim.models.serial.serial_model import NO_NOISE

LEAST = 33.0
"""The integral runs where f is above exp(-LEAST) of its maximum."""
FAR = 54.0
"""Standard deviations by which a rival is ahead (squared, over 4) so that the probability is below all numbers."""
SURE = 9.0
"""Standard deviations above which Φ is 1 to the last bit."""
HALF_ROOT = math.sqrt(0.5)
DENSITY = 1 / math.sqrt(2 * math.pi)
FEW, SOME = 8, 30
"""Numbers of rivals below which 56 and 72 points suffice for 1e-12; more take 96."""
NODES_FEW, WEIGHTS_FEW = np.polynomial.legendre.leggauss(56)
NODES_SOME, WEIGHTS_SOME = np.polynomial.legendre.leggauss(72)
NODES_MANY, WEIGHTS_MANY = np.polynomial.legendre.leggauss(96)


LOWEST, PER_UNIT, TERMS = -8.0, 32, 9


def _taylor_series() -> FloatArray:
    """(n, TERMS) coefficients of the Taylor series of Φ at points 1/32 apart from -8 to 9, good to 1e-13 of Φ."""
    z = LOWEST + np.arange(int((SURE - LOWEST) * PER_UNIT) + 1) / PER_UNIT
    density = DENSITY * np.exp(-0.5 * z * z)
    # The derivative m + 1 of Φ is φ times the Hermite polynomial He_m, with the sign of (-1)^m.
    hermite = [np.ones_like(z), z]
    for m in range(2, TERMS):
        hermite.append(z * hermite[-1] - (m - 1) * hermite[-2])
    terms = [np.array([0.5 * math.erfc(-each * HALF_ROOT) for each in z])]
    terms += [(-1) ** m * hermite[m] * density / math.factorial(m + 1) for m in range(TERMS - 1)]
    return np.stack(terms, axis=1)


SERIES = _taylor_series()


@njit(cache=True, error_model="numpy")
def _below(z):  # type: ignore[no-untyped-def]
    """Φ(z), by a table where it is asked for most often."""
    if not LOWEST <= z < SURE:
        return 0.5 * math.erfc(-z * HALF_ROOT)
    point = int((z - LOWEST) * PER_UNIT + 0.5)
    away = z - (LOWEST + point / PER_UNIT)
    value = SERIES[point, TERMS - 1]
    for m in range(TERMS - 2, -1, -1):
        value = value * away + SERIES[point, m]
    return value


@njit(cache=True, error_model="numpy")
def _hazard(z):  # type: ignore[no-untyped-def]
    """φ(z) / Φ(z), the derivative of log Φ; by its asymptote where Φ is near the smallest number."""
    if z > SURE:
        return 0.0
    if z < -30:
        return -z - 1 / z
    return DENSITY * math.exp(-0.5 * z * z) / _below(z)


@njit(cache=True, error_model="numpy")
def _log_below(z):  # type: ignore[no-untyped-def]
    if z > SURE:
        return 0.0
    if z < -30:
        return -0.5 * z * z - math.log(-z / DENSITY)
    return math.log(_below(z))


@njit(cache=True, error_model="numpy")
def _window(away, n, low):  # type: ignore[no-untyped-def]
    """From where to where the integral runs, for ``n`` rivals ``away`` and the threshold ``low``."""
    # The slope of log f is convex and falls, so that Newton's steps from the left of the mode stay there.
    x = max(0.0, low)
    for _ in range(60):
        slope, curve = -x, 1.0
        for j in range(n):
            hazard = _hazard(x - away[j])
            slope += hazard
            curve += hazard * (x - away[j] + hazard)
        if slope < 0.05 * curve:
            break
        x += slope / curve
    if slope < 0 and low > 0:
        return x, x + math.sqrt(slope * slope + 2 * LEAST) + slope
    peak = -0.5 * x * x
    for j in range(n):
        peak += _log_below(x - away[j])
    high = min(x + math.sqrt(2 * LEAST), math.sqrt(2 * (LEAST - peak)))
    return max(low, x - math.sqrt(2 * LEAST / curve)), high


@njit(cache=True, error_model="numpy")
def _rule(n):  # type: ignore[no-untyped-def]
    if n < FEW:
        return NODES_FEW, WEIGHTS_FEW
    if n < SOME:
        return NODES_SOME, WEIGHTS_SOME
    return NODES_MANY, WEIGHTS_MANY


@njit(cache=True, error_model="numpy")
def _rivals(strength, item, noise, threshold, away, rival):  # type: ignore[no-untyped-def]
    """Fill ``away``, and ``rival`` with their items; return how many they are, or -1 if the item has no chance."""
    n = 0
    if strength[item] == -np.inf or (threshold - strength[item]) / noise > SURE + 30:
        return -1
    for j in range(strength.size):
        if j != item and strength[j] != -np.inf:
            ahead = (strength[j] - strength[item]) / noise
            if ahead > FAR:
                return -1
            if ahead > -2 * SURE:  # the integral runs from above -SURE
                away[n] = ahead
                rival[n] = j
                n += 1
    return n


@njit(cache=True, error_model="numpy")
def _chosen(away, n, low):  # type: ignore[no-untyped-def]
    start, end = _window(away, n, low)
    nodes, weights = _rule(n)
    half = 0.5 * (end - start)
    total = 0.0
    for q in range(nodes.size):
        x = start + half * (1 + nodes[q])
        share = weights[q] * math.exp(-0.5 * x * x)
        for j in range(n):
            if x - away[j] < SURE:
                share *= _below(x - away[j])
        total += share
    return total * half * DENSITY


@njit(cache=True, error_model="numpy")
def _add_by_away(away, n, low, by_away):  # type: ignore[no-untyped-def]
    """Fill ``by_away`` with the derivatives of P(i) by ``away``, and return that by ``low``."""
    start, end = _window(away, n, low)
    nodes, weights = _rule(n)
    half = 0.5 * (end - start)
    hazard = np.empty(n)
    by_away[:n] = 0
    for q in range(nodes.size):
        x = start + half * (1 + nodes[q])
        share = weights[q] * math.exp(-0.5 * x * x)
        for j in range(n):
            z = x - away[j]
            hazard[j] = 0.0
            if z < SURE:
                below = _below(z)
                share *= below
                hazard[j] = DENSITY * math.exp(-0.5 * z * z) / below if z > -30 else _hazard(z)
        for j in range(n):
            by_away[j] -= share * hazard[j]
    for j in range(n):
        by_away[j] *= half * DENSITY
    if low == -np.inf:
        return 0.0
    edge = -DENSITY * math.exp(-0.5 * low * low)
    for j in range(n):
        edge *= _below(low - away[j])
    return edge


@njit(cache=True, error_model="numpy")
def _without_noise(strength, threshold, probability):  # type: ignore[no-untyped-def]
    top, count = -np.inf, 0
    for j in range(strength.size):
        if strength[j] > top:
            top, count = strength[j], 0
        count += strength[j] == top
    chosen = top > -np.inf and top >= threshold
    for j in range(strength.size):
        probability[j] = 1 / count if chosen and strength[j] == top else 0.0
    probability[strength.size] = 0.0 if chosen else 1.0


@njit(cache=True, error_model="numpy")
def _none(strength, noise, threshold):  # type: ignore[no-untyped-def]
    none = 1.0
    for j in range(strength.size):
        if strength[j] != -np.inf:
            none *= _below((threshold - strength[j]) / noise)
    return none


@njit(cache=True, error_model="numpy")
def choose(strength, noise, threshold, wanted, probability):  # type: ignore[no-untyped-def]
    """Fill the ``wanted`` entries of ``probability`` (n, L + 1)."""
    n_rows, length = strength.shape
    away, rival = np.empty(length), np.empty(length, dtype=np.int64)
    for row in range(n_rows):
        own = strength[row]
        if noise[row] < NO_NOISE:
            _without_noise(own, threshold[row], probability[row])
            continue
        if wanted[row, length]:
            probability[row, length] = _none(own, noise[row], threshold[row])
        for item in range(length):
            if wanted[row, item]:
                n = _rivals(own, item, noise[row], threshold[row], away, rival)
                if n >= 0:
                    probability[row, item] = _chosen(away, n, (threshold[row] - own[item]) / noise[row])


@njit(cache=True, error_model="numpy")
def pull(  # type: ignore[no-untyped-def]
    strength, noise, threshold, by_probability, by_strength, by_noise, by_threshold
):
    """Add the derivatives by strengths, noise and threshold, given those by probabilities (n, L + 1)."""
    n_rows, length = strength.shape
    away, rival, by_away = np.empty(length), np.empty(length, dtype=np.int64), np.empty(length)
    for row in range(n_rows):
        own = strength[row]
        if noise[row] < NO_NOISE:
            continue
        if by_probability[row, length] != 0:
            weight = by_probability[row, length] * _none(own, noise[row], threshold[row])
            if weight != 0:
                for j in range(length):
                    if own[j] != -np.inf:
                        low = (threshold[row] - own[j]) / noise[row]
                        by = weight * _hazard(low) / noise[row]
                        by_strength[row, j] -= by
                        by_threshold[row] += by
                        by_noise[row] -= by * low if by != 0 else 0.0
        for item in range(length):
            weight = by_probability[row, item]
            if weight == 0:
                continue
            n = _rivals(own, item, noise[row], threshold[row], away, rival)
            if n < 0:
                continue
            low = (threshold[row] - own[item]) / noise[row]
            by_low = _add_by_away(away, n, low, by_away)
            total = weight * by_low / noise[row]
            by_threshold[row] += total
            if by_low != 0:
                by_noise[row] -= total * low
            for j in range(n):
                by = weight * by_away[j] / noise[row]
                by_strength[row, rival[j]] += by
                by_noise[row] -= by * away[j]
                total += by
            by_strength[row, item] -= total

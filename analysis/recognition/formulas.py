"""Measures of discrimination and bias as functions of rates: of hits H and of false alarms F."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.names import require_one_of

Correction: TypeAlias = Literal["log-linear", "1/(2n)", "none"]
CORRECTIONS = ("log-linear", "1/(2n)", "none")


def corrected_rate(count: npt.ArrayLike, total: npt.ArrayLike, correction: Correction = "log-linear") -> FloatArray:
    """The rate ``count / total``, kept from 0 and 1, where z is infinite; NaN where the total is 0.

    Parameters
    ----------
    count, total : arrays that broadcast.
    correction : ``"log-linear"`` is ``(count + .5) / (total + 1)`` everywhere, whether rates are extreme or not
        (Hautus, 1995). ``"1/(2n)"`` puts 0 at ``1 / (2 total)`` and 1 at ``1 - 1 / (2 total)`` and leaves other rates
        alone; it is more biased. ``"none"`` leaves 0 and 1, so that z is infinite there.

    Raises
    ------
    InputError : there is no such correction.

    References
    ----------
    Hautus (1995), Behavior Research Methods, Instruments, & Computers, 27, 46-51.
    """
    require_one_of(correction, CORRECTIONS, "correction")
    x, n = np.broadcast_arrays(np.asarray(count, float), np.asarray(total, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        if correction == "log-linear":
            rate = (x + 0.5) / (n + 1)
        else:
            rate = x / n
            if correction == "1/(2n)":
                rate = np.clip(rate, 1 / (2 * n), 1 - 1 / (2 * n))
    return np.where(n > 0, rate, np.nan)


def d_prime(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """Sensitivity d' = z(H) - z(F): 0 without discrimination; NaN where both z are infinite with one sign."""
    with np.errstate(invalid="ignore"):
        return np.asarray(ndtri(hits) - ndtri(false_alarms))


def shows_nothing(hits: FloatArray, false_alarms: FloatArray) -> BoolArray:
    """Whether nothing, or everything, was called old, so that uncorrected rates show no discrimination whatever it is.

    There a correction of the rates would give a d' that depends on the numbers of probes alone.
    """
    return np.asarray((hits == false_alarms) & ((hits == 0) | (hits == 1)))


def criterion_c(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """Criterion c = -(z(H) + z(F)) / 2: above 0 where "new" is favoured, below where "old" is."""
    with np.errstate(invalid="ignore"):
        return np.asarray(-(ndtri(hits) + ndtri(false_alarms)) / 2)


def ln_beta(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """Ln β = c d': the log ratio of the two densities at the criterion."""
    with np.errstate(invalid="ignore"):
        return d_prime(hits, false_alarms) * criterion_c(hits, false_alarms)


def a_prime(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """A' (Pollack and Norman, 1964): .5 without discrimination, 1 at best; .5 where H = F = 0 or 1."""
    h, f = _rates(hits, false_alarms)
    top = (h - f) ** 2 + np.abs(h - f)
    bottom = 4 * np.maximum(h, f) - 4 * h * f
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 0.5 + np.sign(h - f) * top / bottom
    return np.where(h == f, 0.5, found)


def zhang_mueller_a(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """A (Zhang and Mueller, 2005), the mean of the smallest and the largest area of proper ROCs through the point."""
    h, f = _rates(hits, false_alarms)
    above = _area_of_better(np.maximum(h, f), np.minimum(h, f))
    return np.where(h >= f, above, 1 - above)


def b_double_prime(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """B''_D = [(1-H)(1-F) - HF] / [(1-H)(1-F) + HF]: from -1, liberal, to 1; NaN at (0, 1) and (1, 0)."""
    h, f = _rates(hits, false_alarms)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(((1 - h) * (1 - f) - h * f) / ((1 - h) * (1 - f) + h * f))


def two_high_threshold_bias(hits: FloatArray, false_alarms: FloatArray) -> FloatArray:
    """B_r = F / (1 - P_r) with P_r = H - F, the bias of two high thresholds; .5 is neutral, NaN where P_r = 1."""
    h, f = _rates(hits, false_alarms)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(h - f < 1, f / (1 - (h - f)), np.nan))


def _area_of_better(h: FloatArray, f: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        across = 0.75 + (h - f) / 4 - f * (1 - h)
        low = 0.75 + (h - f) / 4 - f / (4 * h)
        high = 0.75 + (h - f) / 4 - (1 - h) / (4 * (1 - f))
    found = np.where((f <= 0.5) & (h >= 0.5), across, np.where(h < 0.5, low, high))
    return np.where(h == f, 0.5, found)


def _rates(hits: FloatArray, false_alarms: FloatArray) -> tuple[FloatArray, FloatArray]:
    h, f = np.broadcast_arrays(np.asarray(hits, float), np.asarray(false_alarms, float))
    return np.where(np.isnan(f), np.nan, h), np.where(np.isnan(h), np.nan, f)

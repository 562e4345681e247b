"""Evidence: the distribution of how old a probe seems. It rises with oldness, whatever its unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from memsim.core.arrays import FloatArray

NEGLIGIBLE = 1e-9
"""Widths that are taken for none, of a distribution, or of noise in comparison with it."""
NODES = 61
"""Points of the quadrature over the noise of criteria, where there is no closed form."""


class Evidence(Protocol):
    """The distribution of the evidence of a probe in every trial of a batch."""

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """(n_trials, n_criteria) probability that evidence is below each criterion.

        Parameters
        ----------
        criteria : (n_criteria,), or (n_trials, n_criteria).
        noise : standard deviation of the criterion, a normal distribution: one number, or (n_trials, 1).
        """


class Normal(NamedTuple):
    """A normal distribution; with a standard deviation of 0, one value. Both are (n_trials,), or numbers."""

    mean: Any
    sd: Any = 0.0

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        mean = _column(self.mean)
        spread = np.sqrt(_column(self.sd) ** 2 + np.asarray(noise) ** 2)
        away = criteria - mean
        with np.errstate(over="ignore", invalid="ignore"):
            return np.where(spread > 0, _ndtr(away / np.where(spread > 0, spread, 1)), np.where(away > 0, 1.0, 0.0))


class Logistic(NamedTuple):
    """A logistic distribution; mean and scale are (n_trials,), or numbers."""

    mean: Any
    scale: Any = 1.0

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        return over_noise(lambda cut: _expit((cut - _column(self.mean)) / _column(self.scale)), criteria, noise)


class Uniform(NamedTuple):
    """A uniform distribution around a mean; both are (n_trials,), or numbers."""

    mean: Any
    half_width: Any

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        width, away = _column(self.half_width), criteria - _column(self.mean)
        noise = np.asarray(noise, dtype=float)
        is_flat = width > NEGLIGIBLE
        is_noisy = is_flat & (noise > NEGLIGIBLE * width)
        wide, spread = np.where(is_flat, width, 1), np.where(is_noisy, noise, 1)
        sharp = np.clip((away + wide) / (2 * wide), 0, 1)
        smooth = spread * (_ramp((away + wide) / spread) - _ramp((away - wide) / spread)) / (2 * wide)
        return np.where(is_flat, np.where(is_noisy, smooth, sharp), Normal(self.mean).below(criteria, noise))


class Mixture(NamedTuple):
    """One of several distributions, with these weights, (n_trials,) or numbers, which sum to 1."""

    weights: Sequence[Any]
    parts: Sequence[Evidence]

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        each = zip(self.weights, self.parts, strict=True)
        return sum((_column(weight) * part.below(criteria, noise) for weight, part in each), np.zeros(1))


class Discrete(NamedTuple):
    """One of several values with these probabilities; both are (n_trials, n_values), or (n_values,)."""

    values: FloatArray
    probabilities: FloatArray

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        values, weights = np.atleast_2d(self.values), np.atleast_2d(self.probabilities)
        cuts = np.atleast_2d(criteria)
        spread = np.asarray(noise, dtype=float)
        if not spread.any():
            return np.stack([(weights * (values < cut[:, None])).sum(axis=-1) for cut in cuts.T], axis=-1)
        found = [
            (weights * Normal(0.0).below(cut[:, None] - values, spread)).sum(axis=-1) for cut in cuts.T
        ]  # fmt: skip
        return np.stack(found, axis=-1)


def _ndtr(x: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # imported here, since the command line starts without it

    return np.asarray(ndtr(x))


def _expit(x: FloatArray) -> FloatArray:
    from scipy.special import expit

    return np.asarray(expit(x))


def _column(value: Any) -> FloatArray:
    """A number, or (n_trials, 1)."""
    value = np.asarray(value, dtype=float)
    return value if value.ndim == 0 else value.reshape(len(value), -1)


def _ramp(x: FloatArray) -> FloatArray:
    """The integral of the normal distribution function up to x."""
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return np.where(np.isinf(x), np.maximum(x, 0), x * _ndtr(x) + density)


def over_noise(below: Any, criteria: FloatArray, noise: Any) -> FloatArray:
    """The mean over noise of the criteria of ``below(criteria)``, by quadrature where there is noise."""
    if not np.any(noise):
        return np.asarray(below(criteria))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    shifted = (weight * below(criteria + node * np.asarray(noise)) for node, weight in zip(nodes, weights, strict=True))
    return np.asarray(sum(shifted) / weights.sum())

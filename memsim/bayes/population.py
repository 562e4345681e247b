"""The population: means, spreads and correlations of people's places, their priors, and derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from memsim.bayes.priors import Prior
from memsim.core.arrays import FloatArray

ETA = 2.0
"""Of the LKJ prior of correlations over people: 1 is uniform, higher values favour small ones."""


class Population(NamedTuple):
    """A normal distribution of places over people; arrays may have leading axes, of draws."""

    mean: FloatArray
    """(..., n_free) on the scales of the parameters."""
    spread: FloatArray
    """(..., n_free) standard deviations over people, on the scales of the parameters; 0 of what is common to all."""
    cholesky: FloatArray
    """(..., n_free, n_free) of the correlations over people."""


@dataclass(frozen=True, eq=False)
class PopulationPrior:
    """The prior of the population, on coordinates m, u and y that are real numbers.

    - μ_k ~ N(location_k, spread_k²), as location_k + spread_k m_k with m_k ~ N(0, 1);
    - σ_k ~ half-normal(between_k), as between_k exp(u_k);
    - L L' ~ LKJ(η) (Lewandowski, Kurowicka & Joe, 2009), by its partial correlations tanh(y): those given k others
      are independent, with (r + 1) / 2 ~ Beta(b_k, b_k), b_k = η + (n - 2 - k) / 2 of n parameters. Only where
      ``correlated``.

    Parameters that are common to all people have a μ only.
    """

    priors: tuple[Prior, ...]
    correlated: bool = True

    @cached_property
    def location(self) -> FloatArray:
        """(n_free,) of the means."""
        return np.array([prior.location for prior in self.priors])

    @cached_property
    def spread(self) -> FloatArray:
        """(n_free,) of the means."""
        return np.array([prior.spread for prior in self.priors])

    @cached_property
    def between(self) -> FloatArray:
        """(n_free,) scales of the standard deviations over people."""
        return np.array([prior.between for prior in self.priors])

    @cached_property
    def varying(self) -> np.ndarray:
        """Indices of the parameters that differ between people."""
        return np.flatnonzero(self.between)

    @cached_property
    def _below(self) -> tuple[np.ndarray, ...]:
        return np.tril_indices(len(self.varying), -1) if self.correlated else (np.zeros(0, int), np.zeros(0, int))

    @cached_property
    def _pairs(self) -> tuple[np.ndarray, ...]:
        return tuple(self.varying[each] for each in self._below)

    @cached_property
    def _weights(self) -> FloatArray:
        return ETA + (len(self.varying) - 2 - self._below[1]) / 2

    @cached_property
    def size(self) -> int:
        """The number of coordinates."""
        return len(self.priors) + len(self.varying) + len(self._below[0])

    def _split(self, coordinates: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        k = len(self.priors)
        ends = k, k + len(self.varying)
        return coordinates[..., :k], coordinates[..., k : ends[1]], coordinates[..., ends[1] :]

    def at(self, coordinates: FloatArray) -> Population:
        """The population at (..., size) coordinates."""
        m, u, _ = self._split(coordinates)
        mean = self.location + self.spread * m
        sigma = np.zeros_like(mean)
        sigma[..., self.varying] = self.between[self.varying] * np.exp(u)
        angles = self._angles(coordinates)
        shares = np.where(np.eye(len(self.priors), dtype=bool), 1.0, np.tanh(angles))
        return Population(mean, sigma, shares * _left_over(angles))

    def _angles(self, coordinates: FloatArray) -> FloatArray:
        k = len(self.priors)
        angles = np.zeros((*coordinates.shape[:-1], k, k))
        row, column = self._pairs
        angles[..., row, column] = self._split(coordinates)[2]
        return angles

    def coordinates(self, mean: FloatArray, covariance: FloatArray) -> FloatArray:
        """(size,) the coordinates of this mean and covariance; that of what is common to all does not count."""
        covariance = covariance[np.ix_(self.varying, self.varying)]
        sigma = np.sqrt(np.diagonal(covariance))
        cholesky = np.linalg.cholesky(covariance / np.outer(sigma, sigma))
        left = np.sqrt(np.maximum(1 - np.cumsum(cholesky**2, axis=1) + cholesky**2, 1e-12))
        angles = np.arctanh(np.clip((cholesky / left)[self._below], -0.999, 0.999))
        logs = np.log(sigma / self.between[self.varying])
        return np.concatenate(((mean - self.location) / self.spread, logs, angles))

    def coordinates_apart(self, mean: FloatArray, covariance: FloatArray, n_subjects: int) -> FloatArray:
        """(size,) rough standard errors of the coordinates, from so many subjects whose places are known."""
        error = np.sqrt(np.diagonal(covariance) / n_subjects)
        spreads, pairs = len(self.varying), len(self._below[0])
        others = np.concatenate((np.full(spreads, np.sqrt(0.5 / n_subjects)), np.full(pairs, n_subjects**-0.5)))
        return np.concatenate((error / self.spread, np.minimum(others, 0.5)))

    def log_density(self, coordinates: FloatArray) -> tuple[float, FloatArray]:
        """The log density at (size,) coordinates, up to a constant, and its gradient."""
        m, u, angles = self._split(coordinates)
        squared = np.exp(2 * u)
        weight = 2 * self._weights
        value = -0.5 * m @ m + np.sum(u - squared / 2) - weight @ _log_cosh(angles)
        return float(value), np.concatenate((-m, 1 - squared, -weight * np.tanh(angles)))

    def pulled_back(
        self, coordinates: FloatArray, found: Population, by_mean: FloatArray, by_factor: FloatArray
    ) -> FloatArray:
        """(size,) derivatives by the coordinates.

        Parameters
        ----------
        found : the population there.
        by_mean : (n_free,) derivatives by the means.
        by_factor : (n_free, n_free) derivatives by diag(σ) L, the Cholesky factor of the covariance.
        """
        by_spread = np.sum(np.tril(by_factor) * found.cholesky, axis=1)[self.varying]
        by_entry = np.tril(by_factor) * found.spread[:, None]
        angles = self._angles(coordinates)
        share, products = np.tanh(angles), by_entry * found.cholesky
        after = np.cumsum(products[:, ::-1], axis=1)[:, ::-1] - products
        by_angle = by_entry * (1 - share**2) * _left_over(angles) - share * after
        return np.concatenate((by_mean * self.spread, by_spread * found.spread[self.varying], by_angle[self._pairs]))

    def draw(self, rng: np.random.Generator, n_draws: int) -> FloatArray:
        """(n_draws, size) coordinates drawn from the prior."""
        m, u = (rng.standard_normal((n_draws, size)) for size in (len(self.priors), len(self.varying)))
        shape = self._weights
        angles = np.arctanh(2 * rng.beta(shape, shape, (n_draws, len(shape))) - 1)
        return np.concatenate((m, np.log(np.abs(u)), angles), axis=1)


def _left_over(angles: FloatArray) -> FloatArray:
    """(..., n, n) the product over earlier columns of sqrt(1 - r²), of partial correlations r = tanh(angles)."""
    logs = _log_cosh(angles)
    return np.exp(logs - np.cumsum(logs, axis=-1))


def _log_cosh(x: FloatArray) -> FloatArray:
    return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)

"""Joint log densities of people's parameters and their population, with gradients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.bayes.people import People
from memsim.bayes.priors import Prior

ETA = 2.0
"""Of the LKJ prior of correlations over people: 1 is uniform, higher values favour small ones."""


class Population(NamedTuple):
    """What a vector of coordinates says about the population; arrays may have leading axes, of draws."""

    mean: FloatArray
    """(..., n_free) on the scales of the parameters."""
    spread: FloatArray
    """(..., n_free) standard deviations over people, on the scales of the parameters."""
    cholesky: FloatArray
    """(..., n_free, n_free) of the correlations over people."""


@dataclass(frozen=True, eq=False)
class Density:
    """The log density of coordinates, up to a constant: prior plus log-likelihood.

    Of subject s, parameter k has the place x_sk = μ_k + σ_k Σ_j L_kj z_sj on its scale (:mod:`memsim.bayes.priors`)
    with independent standard normal z. This is the non-centred form of x_s ~ N(μ, diag(σ) L L' diag(σ)).

    - μ_k ~ N(location_k, spread_k²), as location_k + spread_k m_k with m_k ~ N(0, 1);
    - σ_k ~ half-normal(between_k), as between_k exp(u_k);
    - L L' ~ LKJ(η) (Lewandowski, Kurowicka & Joe, 2009), by its partial correlations tanh(y): those given k others
      are independent, with (r + 1) / 2 ~ Beta(b_k, b_k), b_k = η + (n_free - 2 - k) / 2.

    Coordinates are m, u, y (where ``correlated``) and z, row by row. Without ``pooled``, subjects share nothing:
    coordinates are z alone, and x_sk = location_k + spread_k z_sk.
    """

    people: People
    priors: tuple[Prior, ...]
    correlated: bool = True
    pooled: bool = True

    @property
    def n_free(self) -> int:
        """The number of free parameters of a subject."""
        return len(self.priors)

    @property
    def n_correlations(self) -> int:
        """The number of correlations that are free."""
        return self.n_free * (self.n_free - 1) // 2 if self.pooled and self.correlated else 0

    @property
    def n_population(self) -> int:
        """The number of coordinates before those of subjects."""
        return 2 * self.n_free + self.n_correlations if self.pooled else 0

    @property
    def size(self) -> int:
        """The number of coordinates."""
        return self.n_population + len(self.people.labels) * self.n_free

    @cached_property
    def of_priors(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(n_free,) location, spread and scale of the spread over people, of the priors."""
        numbers = np.array([(prior.location, prior.spread, prior.between) for prior in self.priors])
        location, spread, between = numbers.T
        return location, spread, between

    @cached_property
    def _below(self) -> tuple[np.ndarray, ...]:
        return np.tril_indices(self.n_free, -1)

    def population(self, coordinates: FloatArray) -> Population:
        """The population at (..., size) coordinates; that of the prior for subjects that share nothing."""
        location, spread, between = self.of_priors
        shape = coordinates.shape[:-1]
        k = self.n_free
        if not self.pooled:
            each = np.broadcast_to(location, (*shape, k)), np.broadcast_to(spread, (*shape, k))
            return Population(*each, np.broadcast_to(np.eye(k), (*shape, k, k)))
        mean = location + spread * coordinates[..., :k]
        sigma = between * np.exp(coordinates[..., k : 2 * k])
        return Population(mean, sigma, self._cholesky(coordinates))

    def coordinates(self, mean: FloatArray, covariance: FloatArray, places: FloatArray) -> FloatArray:
        """(size,) the coordinates of a population with this mean and covariance, and of people at ``places``.

        For subjects that share nothing, those of the prior count in place of mean and covariance.
        """
        location, spread, between = self.of_priors
        if not self.pooled:
            return ((places - location) / spread).ravel()
        sigma = np.sqrt(np.diagonal(covariance))
        cholesky = np.linalg.cholesky(covariance / np.outer(sigma, sigma)) if self.correlated else np.eye(self.n_free)
        z = np.linalg.solve(cholesky, ((places - mean) / sigma).T).T
        above = np.sqrt(np.maximum(1 - np.cumsum(cholesky**2, axis=1) + cholesky**2, 1e-12))
        angles = np.arctanh(np.clip((cholesky / above)[self._below], -0.999, 0.999))[: self.n_correlations]
        return np.concatenate(((mean - location) / spread, np.log(sigma / between), angles, z.ravel()))

    def _cholesky(self, coordinates: FloatArray) -> FloatArray:
        k = self.n_free
        angles = np.zeros((*coordinates.shape[:-1], k, k))
        if self.n_correlations:
            angles[..., *self._below] = coordinates[..., 2 * k : self.n_population]
        return np.where(np.eye(k, dtype=bool), 1.0, np.tanh(angles)) * _left_over(angles)

    def places(self, coordinates: FloatArray) -> FloatArray:
        """(..., n_subjects, n_free) the places of people's parameters on their scales."""
        mean, spread, cholesky = self.population(coordinates)
        z = coordinates[..., self.n_population :].reshape(*coordinates.shape[:-1], -1, self.n_free)
        return mean[..., None, :] + spread[..., None, :] * (z @ np.swapaxes(cholesky, -1, -2))

    def parameters(self, places: FloatArray) -> FloatArray:
        """Values of the parameters at (..., n_free) places."""
        return np.stack([prior.value(places[..., k]) for k, prior in enumerate(self.priors)], axis=-1)

    def __call__(self, coordinates: FloatArray) -> tuple[float, FloatArray]:
        """The log density at (size,) coordinates, and its gradient."""
        each, by_place = self.likelihoods(self.places(coordinates))
        total, (value, gradient) = float(each.sum()), self.log_prior(coordinates)
        if not np.isfinite(total):
            return -np.inf, np.zeros_like(coordinates)
        return total + value, gradient + self.pulled_back(coordinates, by_place)

    def likelihoods(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n_subjects,) log-likelihoods at (n_subjects, n_free) places, and their derivatives by the places."""
        each, by_parameter = self.people.gradients(self.parameters(places))
        return each, by_parameter * np.stack([prior.slope(places[:, k]) for k, prior in enumerate(self.priors)], axis=1)

    def log_prior(self, coordinates: FloatArray) -> tuple[float, FloatArray]:
        """The log density of the prior at (size,) coordinates, up to a constant, and its gradient."""
        gradient = -coordinates.copy()
        if not self.pooled:
            return -0.5 * float(coordinates @ coordinates), gradient
        k = self.n_free
        log_spread, angles = coordinates[k : 2 * k], coordinates[2 * k : self.n_population]
        normal = float(coordinates @ coordinates - log_spread @ log_spread - angles @ angles)
        squared = np.exp(2 * log_spread)
        gradient[k : 2 * k] = 1 - squared
        value = -0.5 * normal + float(np.sum(log_spread - squared / 2))
        if self.n_correlations:
            weight = 2 * (ETA + (k - 2 - self._below[1]) / 2)
            value -= float(weight @ _log_cosh(angles))
            gradient[2 * k : self.n_population] = -weight * np.tanh(angles)
        return value, gradient

    def pulled_back(self, coordinates: FloatArray, by_place: FloatArray) -> FloatArray:
        """Derivatives by the coordinates, from those (n_subjects, n_free) by people's places."""
        gradient = np.empty(self.size)
        k = self.n_free
        if not self.pooled:
            gradient[:] = (by_place * self.of_priors[1]).ravel()
            return gradient
        _, spread, cholesky = self.population(coordinates)
        z = coordinates[self.n_population :].reshape(-1, k)
        by_offset = by_place * spread
        gradient[:k] = by_place.sum(axis=0) * self.of_priors[1]
        gradient[k : 2 * k] = np.sum(by_offset * (z @ cholesky.T), axis=0)
        gradient[self.n_population :] = (by_offset @ cholesky).ravel()
        if self.n_correlations:
            by_entry = by_offset.T @ z
            angles = np.zeros((k, k))
            angles[self._below] = coordinates[2 * k : self.n_population]
            share = np.tanh(angles)
            products = by_entry * cholesky
            after = np.cumsum(products[:, ::-1], axis=1)[:, ::-1] - products
            by_angle = by_entry * (1 - share**2) * _left_over(angles) - share * after
            gradient[2 * k : self.n_population] = by_angle[self._below]
        return gradient

    def from_prior(self, rng: np.random.Generator, n_draws: int) -> FloatArray:
        """(n_draws, size) coordinates drawn from the prior."""
        drawn = rng.standard_normal((n_draws, self.size))
        if self.pooled:
            k = self.n_free
            drawn[:, k : 2 * k] = np.log(np.abs(drawn[:, k : 2 * k]))
            if self.n_correlations:
                shape = ETA + (k - 2 - self._below[1]) / 2
                drawn[:, 2 * k : self.n_population] = np.arctanh(2 * rng.beta(shape, shape, (n_draws, len(shape))) - 1)
        return drawn


def _left_over(angles: FloatArray) -> FloatArray:
    """(..., n, n) the product over earlier columns of sqrt(1 - r²), of partial correlations r = tanh(angles)."""
    logs = np.cumsum(_log_cosh(angles), axis=-1) - _log_cosh(angles)
    return np.exp(-logs)


def _log_cosh(x: FloatArray) -> FloatArray:
    return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)

"""Joint log densities of people's parameters and their population, with gradients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from memsim.bayes.people import People
from memsim.bayes.population import Population, PopulationPrior
from memsim.bayes.priors import Prior
from memsim.core.arrays import FloatArray


class Guide(NamedTuple):
    """What people's likelihoods look like, roughly: log p_s(x) ≈ b_s·x - x'H_s x / 2 up to a constant.

    It shapes coordinates, and never the posterior.
    """

    curvature: FloatArray
    """(n_subjects, n_free, n_free) H, without negative directions."""
    linear: FloatArray
    """(n_subjects, n_free) b."""

    @classmethod
    def none(cls, n_subjects: int, n_free: int) -> Guide:
        """That of people of whom nothing is known."""
        return cls(np.zeros((n_subjects, n_free, n_free)), np.zeros((n_subjects, n_free)))


@dataclass(frozen=True, eq=False)
class Density:
    """The log density of coordinates, up to a constant: prior plus log-likelihood.

    On the scales of the parameters (:mod:`memsim.bayes.priors`) the places of subject s are x_s ~ N(μ, Σ), and
    Σ = diag(σ) L L' diag(σ); the population has the coordinates of :class:`memsim.bayes.population.PopulationPrior`.
    Those of subjects are independent standard normal numbers e_s, as far as that can be known beforehand. Were the
    likelihood of s the normal one of the guide, x_s given the population would be normal with precision A_s = H_s + Σ⁻¹
    and mean A_s⁻¹ (b_s + Σ⁻¹ μ), and so

        x_s = A_s⁻¹ (b_s + Σ⁻¹ μ) + R_s'⁻¹ e_s,    R_s R_s' = A_s.

    With H = 0 and b = 0 this is the non-centred form, x_s = μ + Σ^½ e_s. With people's own curvatures the sampler meets
    neither the funnel of spreads that the lists hardly inform, nor the narrow ridges of the non-centred form where they
    inform well (compare Papaspiliopoulos, Roberts & Sköld, 2007, Statistical Science, 22, 59-73).

    Places that are common to all people are those of the population, and x_s above are the others; the guide of these
    is that given the common ones.

    Without ``pooled``, subjects share nothing: there is no population, and x_s ~ N(location, diag(spread²)).
    """

    people: People
    priors: tuple[Prior, ...]
    correlated: bool = True
    pooled: bool = True
    guide: Guide | None = None

    @cached_property
    def population_prior(self) -> PopulationPrior:
        """The prior of the population."""
        return PopulationPrior(self.priors, self.correlated)

    @cached_property
    def n_free(self) -> int:
        """The number of free parameters of a subject."""
        return len(self.priors)

    @cached_property
    def n_population(self) -> int:
        """The number of coordinates before those of subjects."""
        return self.population_prior.size if self.pooled else 0

    @cached_property
    def varying(self) -> np.ndarray:
        """Indices of the free parameters that differ between people."""
        return self.population_prior.varying if self.pooled else np.arange(self.n_free)

    @cached_property
    def common(self) -> np.ndarray:
        """Indices of the free parameters that are common to all people."""
        return np.setdiff1d(np.arange(self.n_free), self.varying)

    @cached_property
    def size(self) -> int:
        """The number of coordinates."""
        return self.n_population + len(self.people.labels) * len(self.varying)

    @cached_property
    def _guide(self) -> Guide:
        return self.guide or Guide.none(len(self.people.labels), self.n_free)

    def population(self, coordinates: FloatArray) -> Population:
        """The population at (..., size) coordinates; that of the prior for subjects that share nothing."""
        prior = self.population_prior
        if self.pooled:
            return prior.at(coordinates[..., : self.n_population])
        shape = (*coordinates.shape[:-1], self.n_free)
        none = np.broadcast_to(np.eye(self.n_free), (*shape, self.n_free))
        return Population(np.broadcast_to(prior.location, shape), np.broadcast_to(prior.spread, shape), none)

    def places(self, coordinates: FloatArray) -> FloatArray:
        """(..., n_subjects, n_free) the places of people's parameters on their scales."""
        flat = coordinates.reshape(-1, self.size)
        found = np.stack([self.conditional(each).places for each in flat])
        return found.reshape(*coordinates.shape[:-1], *found.shape[1:])

    def parameters(self, places: FloatArray) -> FloatArray:
        """Values of the parameters at (..., n_free) places."""
        return np.stack([prior.value(places[..., k]) for k, prior in enumerate(self.priors)], axis=-1)

    def likelihoods(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n_subjects,) log-likelihoods at (n_subjects, n_free) places, and their derivatives by the places."""
        each, by_parameter = self.people.gradients(self.parameters(places))
        return each, by_parameter * np.stack([prior.slope(places[:, k]) for k, prior in enumerate(self.priors)], axis=1)

    def __call__(self, coordinates: FloatArray) -> tuple[float, FloatArray]:
        """The log density at (size,) coordinates, and its gradient."""
        nothing = -np.inf, np.zeros_like(coordinates)
        population = self.population(coordinates)
        try:
            given = self._given(population, coordinates)
        except np.linalg.LinAlgError:  # a covariance that numbers cannot invert, far from where there is any mass
            return nothing
        each, by_place = self.likelihoods(given.places)
        value, gradient = float(each.sum() + given.log_density), np.empty_like(coordinates)
        n = self.n_population
        by_mean, by_factor, by_own = given.pulled_back(by_place)
        gradient[n:] = by_own.ravel()
        if self.pooled:
            own, slopes = self.population_prior.log_density(coordinates[:n])
            value += own
            gradient[:n] = slopes + self.population_prior.pulled_back(coordinates[:n], population, by_mean, by_factor)
        return (value, gradient) if np.isfinite(value) and np.isfinite(gradient).all() else nothing

    def conditional(self, coordinates: FloatArray) -> Conditional:
        """People's places given the population at (size,) coordinates."""
        return self._given(self.population(coordinates), coordinates)

    def _given(self, population: Population, coordinates: FloatArray) -> Conditional:
        own = coordinates[self.n_population :].reshape(len(self.people.labels), -1)
        return Conditional(population, self._guide, own, self.varying)

    def from_prior(self, rng: np.random.Generator, n_draws: int) -> FloatArray:
        """(n_draws, n_subjects, n_free) places of people drawn from the prior, each time of another population."""
        n_subjects = len(self.people.labels)
        z = rng.standard_normal((n_draws, n_subjects, self.n_free))
        drawn = self.population_prior.draw(rng, n_draws) if self.pooled else np.zeros((n_draws, 0))
        mean, spread, cholesky = self.population(drawn)
        return mean[:, None] + spread[:, None] * (z @ np.swapaxes(cholesky, 1, 2))


class Conditional:
    """People's places given the population and their own coordinates; see :class:`Density`."""

    def __init__(self, population: Population, guide: Guide, own: FloatArray, varying: np.ndarray) -> None:
        self.varying, self.common = varying, np.setdiff1d(np.arange(population.mean.size), varying)
        self.block = np.ix_(varying, varying)
        self.mean = population.mean[varying]
        self.factor = (population.spread[:, None] * population.cholesky)[self.block]
        root = np.linalg.inv(self.factor)
        self.precision = root.T @ root
        curvature = guide.curvature[:, varying]
        self.across = curvature[:, :, self.common]
        linear = guide.linear[:, varying] - self.across @ population.mean[self.common]
        self.inverse_root = np.linalg.inv(np.linalg.cholesky(curvature[:, :, varying] + self.precision))
        self.uncertain = _turned(self.inverse_root) @ self.inverse_root
        self.middle = np.einsum("skj,sj->sk", self.uncertain, linear + self.precision @ self.mean)
        self.away = np.einsum("sjk,sj->sk", self.inverse_root, own)
        self.places = np.tile(population.mean, (len(own), 1))
        self.places[:, varying] = self.middle + self.away
        self.apart = self.places[:, varying] - self.mean

    def own(self, places: FloatArray) -> FloatArray:
        """People's coordinates, of what differs between them, at (n_subjects, n_varying) places."""
        return np.linalg.solve(_turned(self.inverse_root), (places - self.middle)[:, :, None])[:, :, 0]

    @property
    def log_density(self) -> float:
        """Σ_s log N(x_s; μ, Σ) - log det R_s, the log density of people's coordinates, but for their likelihood."""
        squares = np.sum((self.apart @ self.precision) * self.apart)
        logs = np.log(np.diagonal(self.inverse_root, axis1=1, axis2=2)).sum()
        return float(logs - 0.5 * squares - len(self.apart) * np.log(np.diagonal(self.factor)).sum())

    def pulled_back(self, by_place: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Derivatives of the log density by μ, by the Cholesky factor of Σ, and by people's coordinates.

        ``by_place`` (n_subjects, n_free) are those of the log-likelihoods by the places.
        """
        apart = self.apart
        pull = apart @ self.precision
        slope = by_place[:, self.varying] - pull
        by_own = np.einsum("skj,sj->sk", self.inverse_root, slope)
        # x depends on R by R'⁻¹ e, and log det R counts once for each subject.
        by_root = -self.away[:, :, None] * by_own[:, None, :]
        product = np.linalg.inv(self.inverse_root).swapaxes(1, 2) @ by_root
        product = np.tril(product) - np.eye(self.mean.size)
        product[:, range(self.mean.size), range(self.mean.size)] /= 2
        by_matrix = _turned(self.inverse_root) @ product @ self.inverse_root
        by_linear = np.einsum("skj,sj->sk", self.uncertain, slope)
        by_matrix = by_matrix - by_linear[:, :, None] * self.middle[:, None, :]
        by_precision: Any = by_matrix.sum(axis=0) + np.outer(by_linear.sum(axis=0), self.mean) - 0.5 * apart.T @ apart
        by_precision = (by_precision + by_precision.T) / 2
        by_covariance = -self.precision @ by_precision @ self.precision - 0.5 * len(apart) * self.precision
        by_mean = by_place.sum(axis=0)
        by_mean[self.varying] = pull.sum(axis=0) + self.precision @ by_linear.sum(axis=0)
        by_mean[self.common] -= np.einsum("skc,sk->c", self.across, by_linear)
        by_factor = np.zeros((by_mean.size, by_mean.size))
        by_factor[self.block] = 2 * by_covariance @ self.factor
        return by_mean, by_factor, by_own


def _turned(matrices: FloatArray) -> FloatArray:
    return np.swapaxes(matrices, -1, -2)

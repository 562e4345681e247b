"""Coordinates in which a posterior is nearly a standard normal distribution, so that the sampler takes few steps.

Given the population, subjects are independent, and each subject's place is nearly normal: its mode and curvature follow
from its likelihood and the population. An approximate posterior by empirical Bayes (Laplace's approximation within
expectation and maximisation, as in Huys et al., 2011, PLoS Computational Biology, 7, e1002028) gives them, for a linear
change of coordinates

    population = population0 + D e_0,    z_s = z0_s + B_s (population - population0) + C_s e_s,

where C_s C_s' is the covariance of z_s given the population, and B_s is how its mode moves with the population. D is
rough. Any D, B and C give the same posterior; only the number of steps differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from memsim.bayes.density import Density
from memsim.core.arrays import FloatArray

ITERATIONS = 15
STEP = 1e-4
"""Of differences along places and coordinates."""
LONGEST = 2.0
"""Largest step of a subject in one iteration, in standard deviations of the population."""


class Whitening(NamedTuple):
    """The linear change of coordinates."""

    origin: FloatArray
    """(size,) population0 and z0."""
    of_population: FloatArray
    """(n_population, n_population) D."""
    shift: FloatArray
    """(n_subjects, n_free, n_population) B."""
    of_subjects: FloatArray
    """(n_subjects, n_free, n_free) C."""

    def coordinates(self, white: FloatArray) -> FloatArray:
        """(..., size) coordinates at (..., size) places in the new ones."""
        n = len(self.of_population)
        along = white[..., :n] @ self.of_population.T
        own = white[..., n:].reshape(*white.shape[:-1], *self.of_subjects.shape[:2])
        z = np.einsum("skj,...sj->...sk", self.of_subjects, own) + np.einsum("skn,...n->...sk", self.shift, along)
        return self.origin + np.concatenate((along, z.reshape(*white.shape[:-1], -1)), axis=-1)

    def pulled_back(self, gradient: FloatArray) -> FloatArray:
        """(size,) derivatives by the new coordinates."""
        n = len(self.of_population)
        by_z = gradient[n:].reshape(self.of_subjects.shape[:2])
        by_population = gradient[:n] + np.einsum("skn,sk->n", self.shift, by_z)
        by_own = np.einsum("skj,sk->sj", self.of_subjects, by_z)
        return np.concatenate((by_population @ self.of_population, by_own.ravel()))


@dataclass(frozen=True, eq=False)
class Whitened:
    """The log density as a function of the new coordinates."""

    density: Callable[[FloatArray], tuple[float, FloatArray]]
    whitening: Whitening

    def __call__(self, white: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = self.density(self.whitening.coordinates(white))
        return value, self.whitening.pulled_back(gradient)


class _Approximation(NamedTuple):
    """A normal population, and people's modes given it."""

    mean: FloatArray
    covariance: FloatArray
    places: FloatArray
    """(n_subjects, n_free) modes."""
    curvature: FloatArray
    """(n_subjects, n_free, n_free) minus the second derivatives of the log-likelihoods, without negative ones."""


def whitening_of(density: Density) -> Whitening:
    """The change of coordinates for a density, from some hundred evaluations of its likelihood."""
    found = _approximation(density)
    origin = density.coordinates(found.mean, found.covariance, found.places)
    n, k = density.n_population, density.n_free
    _, gradient = density.likelihoods(found.places)

    def by_z(coordinates: FloatArray) -> FloatArray:
        """(n_subjects, n_free) derivatives by z, where the likelihood is quadratic around the modes."""
        moved = density.places(coordinates) - found.places
        by_place = gradient - np.einsum("skj,sj->sk", found.curvature, moved)
        whole = density.pulled_back(coordinates, by_place) + density.log_prior(coordinates)[1]
        return whole[n:].reshape(-1, k)

    def differences(direction: FloatArray) -> FloatArray:
        step = STEP * direction
        return (by_z(origin + step) - by_z(origin - step)) / (2 * STEP)

    towards = [np.concatenate((np.zeros(n), np.tile(each, len(found.places)))) for each in np.eye(k)]
    precision = -np.stack([differences(each) for each in towards], axis=2)
    covariance = np.linalg.inv((precision + np.swapaxes(precision, 1, 2)) / 2)
    cross = np.zeros((len(found.places), k, n))
    for at in range(n):
        cross[:, :, at] = differences(np.eye(1, density.size, at)[0])
    return Whitening(origin, _of_population(density, found), covariance @ cross, np.linalg.cholesky(covariance))


def _approximation(density: Density) -> _Approximation:
    location, spread, between = density.of_priors
    n_subjects = len(density.people.labels)
    mean, covariance = location, np.diag(between**2 if density.pooled else spread**2)
    places = np.tile(location, (n_subjects, 1))
    each, gradient = density.likelihoods(places)
    curvature = np.zeros((n_subjects, density.n_free, density.n_free))
    for _ in range(ITERATIONS):
        root = np.linalg.cholesky(covariance)
        curvature = _curvature(density, places, root)
        precision = np.linalg.inv(covariance)
        uncertain = np.linalg.inv(curvature + precision)
        wanted = np.einsum("skj,sj->sk", uncertain, gradient - (places - mean) @ precision)
        length = np.linalg.norm(np.linalg.solve(root, wanted.T), axis=0)
        wanted *= np.minimum(1, LONGEST / np.maximum(length, 1e-12))[:, None]
        moved = _uphill(density, places, each, gradient, wanted, mean, precision)
        places, each, gradient = moved
        before = mean
        if density.pooled:
            pull = np.diag(spread**-2)
            mean = np.linalg.solve(n_subjects * precision + pull, precision @ places.sum(axis=0) + pull @ location)
            apart = places - mean
            covariance = (apart.T @ apart + uncertain.sum(axis=0) + np.diag(2 * (0.3 * between) ** 2)) / (n_subjects + 2)
            if not density.correlated:
                covariance = np.diag(np.diagonal(covariance))
        still = np.abs(mean - before) < 0.02 * np.sqrt(np.diagonal(covariance))
        if still.all() and np.median(length) < 0.02 and length.max() < 0.2:
            break
    return _Approximation(mean, covariance, places, _curvature(density, places, np.linalg.cholesky(covariance)))


def _curvature(density: Density, places: FloatArray, root: FloatArray) -> FloatArray:
    """Minus the second derivatives of the log-likelihoods by the places, in units of ``root`` without negative ones."""
    k = density.n_free
    second = np.empty((len(places), k, k))
    for at, step in enumerate(STEP * np.eye(k)):
        upper, lower = density.likelihoods(places + step)[1], density.likelihoods(places - step)[1]
        second[:, :, at] = -(upper - lower) / (2 * STEP)
    second = root.T @ ((second + np.swapaxes(second, 1, 2)) / 2) @ root
    values, vectors = np.linalg.eigh(second)
    second = (vectors * np.maximum(values, 0)[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    back = np.linalg.inv(root)
    return back.T @ second @ back


def _uphill(
    density: Density,
    places: FloatArray,
    each: FloatArray,
    gradient: FloatArray,
    wanted: FloatArray,
    mean: FloatArray,
    precision: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The steps ``wanted`` by the subjects, halved up to five times for those whom they take downhill."""

    def height(at: FloatArray, likelihood: FloatArray) -> FloatArray:
        return likelihood - 0.5 * np.einsum("sk,kj,sj->s", at - mean, precision, at - mean)

    now, waiting = height(places, each), np.ones(len(places), dtype=bool)
    places, each, gradient = places.copy(), each.copy(), gradient.copy()
    size = 1.0
    for _ in range(6):
        tried = np.where(waiting[:, None], places + size * wanted, places)
        likelihood, slopes = density.likelihoods(tried)
        better = waiting & (height(tried, likelihood) >= now - 1e-9)
        places[better], each[better], gradient[better] = tried[better], likelihood[better], slopes[better]
        waiting &= ~better
        if not waiting.any():
            break
        size /= 2
    return places, each, gradient


def _of_population(density: Density, found: _Approximation) -> FloatArray:
    """A rough D: means as if people's places were known up to their errors, other coordinates by their numbers."""
    n, k = density.n_population, density.n_free
    if not n:
        return np.zeros((0, 0))
    _, spread, _ = density.of_priors
    precision = np.linalg.inv(found.covariance)
    known = precision - precision @ np.linalg.inv(found.curvature + precision) @ precision
    of_mean = np.linalg.inv(known.sum(axis=0) + np.diag(spread**-2))
    reliability = np.clip(np.einsum("kj,sjk->sk", found.covariance, known), 0.0, 1.0)
    informed = (reliability**2).sum(axis=0)
    scale = np.zeros((n, n))
    scale[:k, :k] = np.linalg.cholesky(of_mean) / spread[:, None]
    scale[range(k, 2 * k), range(k, 2 * k)] = 1 / np.sqrt(2 * informed + 2)
    if density.n_correlations:
        row, column = np.tril_indices(k, -1)
        pairs = range(2 * k, n)
        scale[pairs, pairs] = 1 / np.sqrt(np.sqrt(informed[row] * informed[column]) + 4)
    return scale

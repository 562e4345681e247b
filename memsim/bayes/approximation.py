"""A normal approximation of people's likelihoods and of their population, by empirical Bayes.

Laplace's approximation within expectation and maximisation, as in Huys et al. (2011), PLoS Computational Biology, 7,
e1002028: people's modes given the population, and the population given modes and curvatures. It guides the sampler
(:class:`memsim.bayes.density.Guide`), which corrects it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from memsim.bayes.density import Density, Guide
from memsim.core.arrays import FloatArray

MODES, SECANTS = 8, 5
"""Iterations towards people's modes, and then towards the middles of their distributions."""
DAMPED = 0.7
"""The share of a step that is made where no height is known."""
LONGEST = 2.0
"""Largest step of a subject in one iteration, in standard deviations of the population."""
LEAST_SPREAD = 0.3
"""The spread over people of two imagined subjects, in units of its prior, which keeps that of few people from zero."""


class Approximation(NamedTuple):
    """A normal population, and the guide of people's likelihoods."""

    mean: FloatArray
    """(n_free,) of places over people."""
    covariance: FloatArray
    """(n_free, n_free) of places over people."""
    guide: Guide


def approximation_of(density: Density) -> Approximation:
    """The approximation of a density, from some two hundred evaluations of its likelihood."""
    prior, n_subjects = density.population_prior, len(density.people.labels)
    mean = prior.location
    variances = prior.between**2 if density.pooled else prior.spread**2
    covariance: Any = np.diag(variances)
    places = np.tile(mean, (n_subjects, 1))
    each, gradient = density.likelihoods(places)
    directions = np.tile(np.diag(0.3 * np.sqrt(np.diagonal(covariance))), (n_subjects, 1, 1))
    curvature = np.zeros((n_subjects, density.n_free, density.n_free))
    for iteration in range(MODES + SECANTS):
        at_modes = iteration < MODES
        curvature, averaged = _secants(density, places, directions)
        precision: Any = np.linalg.inv(covariance)
        uncertain: Any = np.linalg.inv(curvature + precision)
        slope = gradient if at_modes else averaged
        wanted = np.einsum("skj,sj->sk", uncertain, slope - (places - mean) @ precision)
        length = np.sqrt(np.einsum("sk,kj,sj->s", wanted, precision, wanted))
        wanted *= np.minimum(1, LONGEST / np.maximum(length, 1e-12))[:, None]
        if at_modes:
            places, each, gradient = _uphill(density, places, each, gradient, wanted, mean, precision)
        else:
            places = places + DAMPED * wanted
        directions = np.linalg.cholesky(uncertain)
        if density.pooled:
            mean, covariance = _population(density, places, uncertain, precision)
    curvature, averaged = _secants(density, places, directions)
    return Approximation(mean, covariance, Guide(curvature, averaged + np.einsum("skj,sj->sk", curvature, places)))


def _population(
    density: Density, places: FloatArray, uncertain: FloatArray, precision: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance over people at ``places``, each with its own covariance, under the prior of the mean."""
    prior, n_subjects = density.population_prior, len(places)
    pull = np.diag(prior.spread**-2)
    mean = np.linalg.solve(
        n_subjects * precision + pull, precision @ places.sum(axis=0) + pull @ prior.location
    )  # fmt: skip
    apart = places - mean
    imagined = np.diag(2 * (LEAST_SPREAD * prior.between) ** 2)
    covariance = (apart.T @ apart + uncertain.sum(axis=0) + imagined) / (n_subjects + 2)
    return mean, covariance if density.correlated else np.diag(np.diagonal(covariance))


def _secants(density: Density, places: FloatArray, directions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Curvature and slope of people's log-likelihoods, as averages around their places.

    Parameters
    ----------
    directions : (n_subjects, n_free, n_free) columns, one standard deviation long, at whose ends slopes are compared:
        so a bend within that distance, as where a list becomes impossible, counts by its average.

    Returns
    -------
    (n_subjects, n_free, n_free), (n_subjects, n_free) arrays : minus the second derivatives, without negative
        directions, and the mean first derivatives.
    """
    k = density.n_free
    second, mean = np.empty((len(places), k, k)), np.zeros_like(places)
    for at in range(k):
        upper, lower = (density.likelihoods(places + side * directions[:, :, at])[1] for side in (1, -1))
        second[:, :, at] = -(upper - lower) / 2
        mean += (upper + lower) / (2 * k)
    second = np.swapaxes(directions, 1, 2) @ second
    values, vectors = np.linalg.eigh((second + np.swapaxes(second, 1, 2)) / 2)
    second = (vectors * np.maximum(values, 0)[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    back = np.linalg.inv(directions)
    return np.swapaxes(back, 1, 2) @ second @ back, mean


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

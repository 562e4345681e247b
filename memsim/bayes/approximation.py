"""A normal approximation of people's likelihoods and of their population, by empirical Bayes.

Laplace's approximation within expectation and maximisation, as in Huys et al. (2011), PLoS Computational Biology, 7,
e1002028: people's modes given the population, and the population given modes and curvatures. It guides the sampler
(:class:`memsim.bayes.density.Guide`), which corrects it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.bayes.density import Density, Guide
from memsim.core.arrays import FloatArray

ITERATIONS = 15
STEP = 1e-4
"""Of differences along places."""
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
    prior = density.population_prior
    location, spread, between = prior.location, prior.spread, prior.between
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
            covariance = (apart.T @ apart + uncertain.sum(axis=0) + np.diag(2 * (LEAST_SPREAD * between) ** 2)) / (
                n_subjects + 2
            )
            if not density.correlated:
                covariance = np.diag(np.diagonal(covariance))
        still = np.abs(mean - before) < 0.02 * np.sqrt(np.diagonal(covariance))
        if still.all() and np.median(length) < 0.02 and length.max() < 0.2:
            break
    curvature = _curvature(density, places, np.linalg.cholesky(covariance))
    return Approximation(mean, covariance, Guide(curvature, gradient + np.einsum("skj,sj->sk", curvature, places)))


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

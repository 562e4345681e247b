"""A normal approximation of people's likelihoods and of their population, by empirical Bayes.

Laplace's approximation within expectation and maximisation, as in Huys et al. (2011), PLoS Computational Biology, 7,
e1002028: people's modes given the population, and the population given modes and curvatures. It guides the sampler
(:class:`memsim.bayes.density.Guide`), which corrects it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from memsim.bayes.density import Conditional, Density, Guide
from memsim.bayes.population import Population
from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream

MODES, SECANTS = 8, 5
"""Iterations towards people's modes, and then towards the middles of their distributions."""
DAMPED = 0.7
"""The share of a step that is made where no height is known."""
LONGEST = 2.0
"""Largest step of a subject in one iteration, in standard deviations of the population."""
DRAWS, ROUNDS = 200, 3
"""Draws of each subject, and how often they adapt, from which the guide is averaged."""
LEAST_SPREAD = 0.3
"""The spread over people of two imagined subjects, in units of its prior, which keeps that of few people from zero."""


class Approximation(NamedTuple):
    """A normal population, and the guide of people's likelihoods."""

    mean: FloatArray
    """(n_free,) of places over people."""
    covariance: FloatArray
    """(n_free, n_free) of places over people. Of a place that is common to all: its squared standard error, times the
    number of people."""
    guide: Guide


def approximation_of(density: Density) -> Approximation:
    """The approximation of a density, from some two hundred evaluations of its likelihood."""
    prior, n_subjects, varying = density.population_prior, len(density.people.labels), density.varying
    common = density.common
    mean = prior.location.copy()
    covariance: Any = np.diag(prior.between**2 if density.pooled else prior.spread**2)
    places = np.tile(mean, (n_subjects, 1))
    each, gradient = density.likelihoods(places)
    scale = np.where(np.diagonal(covariance) > 0, np.sqrt(np.diagonal(covariance)), prior.spread)
    directions = np.tile(np.diag(0.3 * scale), (n_subjects, 1, 1))
    curvature = np.zeros((n_subjects, density.n_free, density.n_free))
    block = np.ix_(varying, varying)
    for iteration in range(MODES + SECANTS):
        at_modes = iteration < MODES
        curvature, averaged = _secants(density, places, directions)
        precision = np.zeros_like(covariance)
        precision[block] = np.linalg.inv(covariance[block])
        uncertain: Any = np.linalg.inv((curvature + precision)[:, varying[:, None], varying])
        slope = gradient if at_modes else averaged
        wanted = np.zeros_like(places)
        wanted[:, varying] = np.einsum("skj,sj->sk", uncertain, (slope - (places - mean) @ precision)[:, varying])
        length = np.sqrt(np.einsum("sk,kj,sj->s", wanted, precision, wanted))
        wanted *= np.minimum(1, LONGEST / np.maximum(length, 1e-12))[:, None]
        step, error = _common_step(density, mean, slope, wanted, curvature, uncertain)
        if at_modes:
            places, each, gradient = _uphill(density, places, each, gradient, wanted, mean, precision)
        else:
            places = places + DAMPED * wanted
        directions = np.zeros_like(directions)
        directions[:, varying[:, None], varying] = np.linalg.cholesky(uncertain)
        directions[:, common, common] = error
        if density.pooled:
            mean[varying], covariance[block] = _population(density, places, uncertain, precision)
        if len(common):
            mean[common] += step
            places[:, common] = mean[common]
            covariance[common, common] = n_subjects * error**2
            if at_modes:
                each, gradient = density.likelihoods(places)
    curvature, averaged = _secants(density, places, directions)
    guide = Guide(curvature, averaged + np.einsum("skj,sj->sk", curvature, places))
    return Approximation(mean, covariance, _averaged(density, mean, covariance, guide))


def _averaged(density: Density, mean: FloatArray, covariance: FloatArray, guide: Guide) -> Guide:
    """The guide by the means and covariances of people's places given the population, from weighted draws.

    Draws are of both the population and the approximation so far, in equal parts, so that a subject whose likelihood
    has several modes, or a long tail, gets a guide that spans them (adaptive importance sampling: Cappé et al., 2008,
    Statistics and Computing, 18, 447-459).
    """
    varying, n_subjects = density.varying, len(density.people.labels)
    rng = stream(0, "guide")
    root = np.linalg.cholesky(covariance[np.ix_(varying, varying)])
    factor = np.zeros_like(covariance)
    factor[np.ix_(varying, varying)] = root
    population = Population(mean, np.ones_like(mean), factor)
    given = Conditional(population, guide, np.zeros((n_subjects, len(varying))), varying)
    precision, spread, middle, places = given.precision, given.uncertain, given.middle, given.places
    for _ in range(ROUNDS):
        own: Any = np.linalg.cholesky(spread)
        z = rng.standard_normal((DRAWS, n_subjects, len(varying)))
        drawn = np.concatenate((
            mean[varying] + z[: DRAWS // 2] @ root.T,
            middle + np.einsum("skj,nsj->nsk", own, z[DRAWS // 2 :]),
        ))  # fmt: skip
        by_population = _log_normal(drawn - mean[varying], root[None])
        logs = by_population - np.logaddexp(by_population, _log_normal(drawn - middle, own))
        for index, each in enumerate(drawn):
            places[:, varying] = each
            logs[index] += density.people.totals(density.parameters(places))
        logs = np.where(np.isfinite(logs), logs, -np.inf)
        weight = np.exp(logs - logs.max(axis=0))
        weight /= weight.sum(axis=0)
        effective = 1 / (weight**2).sum(axis=0)
        share = effective / (effective + 2 * len(varying))
        found = np.einsum("ns,nsk->sk", weight, drawn)
        apart = drawn - found
        second = np.einsum("ns,nsk,nsj->skj", weight, apart, apart)
        middle = middle + share[:, None] * (found - middle)
        spread = spread + share[:, None, None] * (second - spread)
    # Precisions beyond that of the population, without negative directions.
    own = root.T @ (np.linalg.inv(spread) - precision) @ root
    back = np.linalg.inv(root)
    inner = back.T @ _without_negative(own) @ back
    curvature, slope = guide.curvature.copy(), guide.linear.copy()
    curvature[:, varying[:, None], varying] = inner
    slope[:, varying] = np.einsum("skj,sj->sk", inner + precision, middle) - precision @ mean[varying]
    slope[:, varying] += given.across @ mean[density.common]
    return Guide(curvature, slope)


def _log_normal(apart: FloatArray, root: FloatArray) -> FloatArray:
    """(n_draws, n_subjects) log densities of normal distributions, up to a constant that all share.

    ``root`` (n_subjects or 1, k, k) are Cholesky factors of their covariances.
    """
    z = np.einsum("skj,nsj->nsk", np.broadcast_to(np.linalg.inv(root), (apart.shape[1], *root.shape[1:])), apart)
    logs = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * (z**2).sum(axis=2) - logs


def _common_step(
    density: Density,
    mean: FloatArray,
    slope: FloatArray,
    wanted: FloatArray,
    curvature: FloatArray,
    uncertain: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Newton's step of the common places, where people's own places follow, and their standard errors."""
    prior, varying, common = density.population_prior, density.varying, density.common
    across = curvature[:, varying[:, None], common]
    own = curvature[:, common[:, None], common] - np.swapaxes(across, 1, 2) @ uncertain @ across
    spread = prior.spread[common]
    rising = slope[:, common] - np.einsum("skc,sk->sc", across, wanted[:, varying])
    matrix = own.sum(axis=0) + np.diag(spread**-2)
    step = np.linalg.solve(matrix, rising.sum(axis=0) - (mean - prior.location)[common] / spread**2)
    return np.clip(step, -spread, spread), np.sqrt(np.diagonal(np.linalg.inv(matrix)))


def _population(
    density: Density, places: FloatArray, uncertain: FloatArray, precision: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance over people at ``places``, each with its own covariance, under the prior of the mean.

    Of what differs between people.
    """
    prior, n_subjects, varying = density.population_prior, len(places), density.varying
    places, precision = places[:, varying], precision[np.ix_(varying, varying)]
    pull = np.diag(prior.spread[varying] ** -2)
    mean = np.linalg.solve(
        n_subjects * precision + pull, precision @ places.sum(axis=0) + pull @ prior.location[varying]
    )  # fmt: skip
    apart = places - mean
    imagined = np.diag(2 * (LEAST_SPREAD * prior.between[varying]) ** 2)
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
    back = np.linalg.inv(directions)
    return np.swapaxes(back, 1, 2) @ _without_negative(second) @ back, mean


def _without_negative(matrices: FloatArray) -> FloatArray:
    """The symmetric parts of (n_subjects, k, k) matrices, without their negative directions."""
    values, vectors = np.linalg.eigh((matrices + np.swapaxes(matrices, 1, 2)) / 2)
    return (vectors * np.maximum(values, 0)[:, None, :]) @ np.swapaxes(vectors, 1, 2)


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

"""New places of people for each draw of a chain, chosen among candidates, given the draw's population.

A chain that follows gradients seldom crosses from one mode of a subject's posterior to another. So each draw of a chain
takes one step of iterated sampling importance resampling (Andrieu, Lee & Vihola, 2018, Bernoulli, 24, 842-872) for each
subject: candidates come from a distribution that spans all modes, and one of them, or the place as it was, is chosen in
proportion to its density over that of the candidates. This step leaves the posterior as it is. What the candidates
come from is learned from the other chains alone, so that it does not depend on the chain that takes the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from memsim.bayes.density import Conditional, Density
from memsim.bayes.sampler import Chain
from memsim.core.arrays import FloatArray

CANDIDATES = 8
"""New places of each subject for each draw."""
KERNELS = 200
"""Draws of each subject around which candidates lie, at most."""
LEAST_VARIANCE = 1e-12
"""Added to the variances of draws, for places that a chain never left."""


class Candidates(NamedTuple):
    """Mixtures of normal distributions of people's places: kernel estimates from draws (Silverman, 1986)."""

    root: FloatArray
    """(n_subjects, n_varying, n_varying) Cholesky factors of the kernels' covariances."""
    centres: FloatArray
    """(n_subjects, n_varying, n_kernels) middles of the kernels, times the inverse of ``root``."""

    @classmethod
    def learned(cls, places: FloatArray) -> Candidates:
        """Those of (n_draws, n_subjects, n_varying) places, with kernels at draws that are evenly spaced."""
        n_draws, _, k = places.shape
        apart = places - places.mean(axis=0)
        covariance = np.einsum("nsk,nsj->skj", apart, apart) / n_draws + LEAST_VARIANCE * np.eye(k)
        kept = places[np.unique(np.linspace(0, n_draws - 1, min(n_draws, KERNELS)).astype(int))]
        width = (4 / ((k + 2) * len(kept))) ** (1 / (k + 4))
        root = width * np.linalg.cholesky(covariance)
        return cls(root, np.linalg.solve(root, kept.transpose(1, 2, 0)))

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """(n, n_subjects, n_varying) places."""
        n_subjects, k, n_kernels = self.centres.shape
        kernel = rng.integers(n_kernels, size=(n, n_subjects))
        z = self.centres[np.arange(n_subjects), :, kernel] + rng.standard_normal((n, n_subjects, k))
        return np.einsum("skj,nsj->nsk", self.root, z)

    def log_density(self, places: FloatArray) -> FloatArray:
        """(n, n_subjects) at (n, n_subjects, n_varying) places, up to a constant of each subject."""
        z = np.linalg.solve(self.root, places.transpose(1, 2, 0))
        far = np.sum(z**2, axis=1)[:, :, None] + np.sum(self.centres**2, axis=1)[:, None, :]
        squared = far - 2 * z.transpose(0, 2, 1) @ self.centres
        nearest = squared.min(axis=2)
        return (np.log(np.exp(-0.5 * (squared - nearest[:, :, None])).sum(axis=2)) - 0.5 * nearest).T


def candidates_for(density: Density, chains: Sequence[Chain], chain: int) -> Candidates:
    """What the candidates for the draws of one chain come from: the places of people in all other chains."""
    others = np.concatenate([each.draws for index, each in enumerate(chains) if index != chain])
    return Candidates.learned(density.places(others)[:, :, density.varying])


def refreshed(density: Density, draws: FloatArray, candidates: Candidates, rng: np.random.Generator) -> FloatArray:
    """(n_draws, size) coordinates with new places of people, from (n_draws, size) coordinates of a chain."""
    found = draws.copy()
    for at, coordinates in enumerate(draws):
        given = density.conditional(coordinates)
        now = given.places[:, density.varying]
        places = np.concatenate((now[None], candidates.draw(rng, CANDIDATES)))
        logs = np.stack([_log_posterior(density, given, each) for each in places]) - candidates.log_density(places)
        chosen = np.argmax(logs + rng.gumbel(size=logs.shape), axis=0)
        taken = places[chosen, np.arange(len(now))]
        moved = chosen > 0
        own = found[at, density.n_population :].reshape(taken.shape)
        own[moved] = given.own(taken)[moved]
    return found


def _log_posterior(density: Density, given: Conditional, places: FloatArray) -> FloatArray:
    """(n_subjects,) log densities of people's places given the population, up to a constant."""
    whole = given.places.copy()
    whole[:, density.varying] = places
    apart = places - given.mean
    return density.people.totals(density.parameters(whole)) - 0.5 * np.sum((apart @ given.precision) * apart, axis=1)

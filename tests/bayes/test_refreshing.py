"""New places of people: the posterior stays, and both modes of a subject are reached."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import logsumexp, ndtr
from scipy.stats import kstest, multivariate_normal

from memsim.bayes.approximation import approximation_of
from memsim.bayes.density import Density
from memsim.bayes.priors import Prior
from memsim.bayes.refreshing import Candidates, candidates_for, refreshed
from memsim.bayes.sampler import Chain
from memsim.bayes.spec import PosteriorSpec
from memsim.core.parameters import Parameter
from memsim.core.recall_parts import joined
from memsim.core.simulation import simulate
from memsim.models import TCM
from memsim.paradigms import FreeRecall

HEIGHTS = np.array([0.7, 0.3])
MODES = np.array([-2.0, 2.0])
WIDTH = 0.3


@dataclass
class TwoModes:
    """People whose likelihood is a mixture of two normal ones, on the scale of the parameter."""

    labels: list[str]
    prior: Prior

    def totals(self, parameters: np.ndarray) -> np.ndarray:
        """The logarithms of the mixture, at one parameter of each subject."""
        z = (self.prior.place(parameters) - MODES) / WIDTH
        first, second = (np.log(HEIGHTS) - 0.5 * z**2).T
        return np.logaddexp(first, second)


def two_modes(n_subjects: int) -> tuple[Density, np.ndarray, np.ndarray, float]:
    """A density without a population, and weights, means and standard deviation of its exact posterior."""
    prior = replace(Prior.of(Parameter("x", default=0.0)), spread=1.5)
    people: Any = TwoModes([str(subject) for subject in range(n_subjects)], prior)
    narrow = 1 / (WIDTH**-2 + prior.spread**-2)
    weights = HEIGHTS * np.exp(-0.5 * MODES**2 / (WIDTH**2 + prior.spread**2))
    means = narrow * (MODES / WIDTH**2 + prior.location / prior.spread**2)
    return Density(people, (prior,), pooled=False), weights / weights.sum(), means, float(np.sqrt(narrow))


def exact(rng: np.random.Generator, shape: tuple[int, int], weights: Any, means: Any, width: float) -> np.ndarray:
    modes = (rng.random(shape) < weights[1]).astype(int)
    return means[modes] + width * rng.standard_normal(shape)


def coordinates(density: Density, places: np.ndarray) -> np.ndarray:
    prior = density.priors[0]
    return (places - prior.location) / prior.spread


def test_the_posterior_of_two_modes_stays() -> None:
    density, weights, means, width = two_modes(3)
    rng = np.random.default_rng(4)
    places = exact(rng, (800, 3), weights, means, width)
    candidates = Candidates.learned(exact(rng, (4000, 3), weights, means, width)[:, :, None])
    found = refreshed(density, coordinates(density, places), candidates, rng)
    moved = density.places(found)[:, :, 0]
    assert (np.abs(moved - places) > 1e-9).mean() > 0.4
    for subject in range(3):
        assert kstest(moved[:, subject], lambda x: ndtr((x[:, None] - means) / width) @ weights).pvalue > 0.01


def test_draws_of_one_mode_come_to_both() -> None:
    density, weights, means, width = two_modes(2)
    rng = np.random.default_rng(5)
    others = Chain(coordinates(density, exact(rng, (500, 2), weights, means, width)), {})
    one_sided = coordinates(density, means[0] + width * rng.standard_normal((400, 2)))
    draws = one_sided
    for _ in range(4):
        draws = refreshed(density, draws, candidates_for(density, [Chain(one_sided, {}), others], 0), rng)
    share = (density.places(draws) > 0).mean()
    assert abs(share - weights[1]) < 0.05


def test_coordinates_of_places_and_places_of_coordinates() -> None:
    made = []
    for subject in range(3):
        trials = FreeRecall(list_length=8).trials(6, seed=subject)
        trials = replace(trials, subject=np.full(6, subject))
        made.append(simulate(TCM(lapse=0.05), trials, seed=subject))
    recalls = joined(made)
    spec = PosteriorSpec.of(TCM(), ["context_drift", "choice_noise", "lapse"])
    density = spec.density(recalls, approximation_of(spec.density(recalls)).guide)
    at = np.random.default_rng(1).standard_normal(density.size)
    given = density.conditional(at)
    own = given.own(given.places[:, density.varying])
    assert np.allclose(own.ravel(), at[density.n_population :], atol=1e-9)
    z = np.random.default_rng(2).standard_normal((400, 1, 2))
    learned = Candidates.learned(z)
    kernels = np.swapaxes(learned.root @ learned.centres, 1, 2)[0]
    expected = [
        np.log(multivariate_normal(each, learned.root[0] @ learned.root[0].T).pdf(z[:5, 0])) for each in kernels
    ]
    found = learned.log_density(z[:5])[:, 0]
    assert np.allclose(found - found[0], (logsumexp(expected, axis=0) - logsumexp(expected, axis=0)[0]))
    kept = refreshed(
        density, at[None], Candidates.learned(density.places(at[None])[:, :, density.varying]), np.random.default_rng(0)
    )
    assert np.array_equal(kept[0, : density.n_population], at[: density.n_population])

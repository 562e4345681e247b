"""Densities: priors, their gradients, the change of coordinates, and distributions that are known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from memsim import log_likelihood
from memsim.bayes.approximation import approximation_of
from memsim.bayes.density import Conditional, Density, Guide
from memsim.bayes.people import People
from memsim.bayes.population import PopulationPrior
from memsim.bayes.predictive import bands_of
from memsim.bayes.priors import Prior, priors_of
from memsim.bayes.spec import PosteriorSpec
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.parameters import Parameter, parameter
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.evaluation.recovery import recover
from memsim.fitting.space import Space
from memsim.models import CMR, SAM, TCM
from memsim.paradigms import FreeRecall

SIX = (
    "encoding_drift", "recall_drift", "item_to_context_learning", "choice_exponent", "stop_base", "stop_growth",
    "lapse",
)  # fmt: skip


def people(n_subjects: int, n_trials: int = 6, model: TCM | CMR | None = None) -> Recalls:
    """Simulated people of one model."""
    made = []
    for subject in range(n_subjects):
        trials = FreeRecall(list_length=8).trials(n_trials, seed=subject)
        trials = replace(trials, subject=np.full(n_trials, subject))
        made.append(simulate((model or TCM()).replace(lapse=0.05), trials, seed=subject))
    return joined(made)


RANGES = [(0.0, 1.0), (0.01, 100.0), (None, None), (2.0, None), (None, -1.0)]


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_scales_go_both_ways_and_their_slopes_are_differences(low: float | None, high: float | None) -> None:
    prior = Prior.of(Parameter("x", default=None, low=low, high=high))
    places = np.linspace(-4, 4, 9)
    values = prior.value(places)
    assert np.allclose(prior.place(values), places, atol=1e-9)
    assert (low is None or (values > low).all()) and (high is None or (values < high).all())
    step = 1e-6
    assert np.allclose(
        prior.slope(places), (prior.value(places + step) - prior.value(places - step)) / (2 * step), rtol=1e-6
    )
    far = prior.value(np.array([-1e6, 1e6]))
    assert np.isfinite(far).all()


def test_priors_are_those_declared_or_by_rule() -> None:
    declared = Parameter("x", default=0.3, low=0.0, high=1.0, prior=(0.2, 0.7))
    prior = Prior.of(declared)
    assert prior.median == pytest.approx(0.2) and prior.spread == 0.7
    by_rule = Prior.of(Parameter("x", default=0.3, low=0.0, high=1.0))
    assert by_rule.median == pytest.approx(0.3) and by_rule.spread == 1.5
    at_bound = Prior.of(Parameter("x", default=0.0, low=0.0, high=1.0))
    assert at_bound.median == pytest.approx(0.5)
    narrowed = Prior.of(declared, (0.5, 0.9))
    assert narrowed.median == pytest.approx(0.7)
    assert Prior.of(Parameter("x", default=2.0, low=0.0, high=100.0)).spread == 1.0
    with pytest.raises(ModelError, match="prior="):
        parameter(0.5, 0, 1, prior=(1.5, 1.0))
    with pytest.raises(ModelError, match="prior="):
        parameter(0.5, 0, 1, prior=(0.5, 0.0))


def test_given_priors_are_checked() -> None:
    space = Space.of(TCM(), ["context_drift"])
    (prior,) = priors_of(space, {"context_drift": (0.6, 0.5, 0.3)})
    assert prior.median == pytest.approx(0.6) and (prior.spread, prior.between) == (0.5, 0.3)
    for wrong in ((0.6,), (1.5, 1), (0.6, -1), (0.6, 1, -1), "much", (0.6, float("nan"))):
        with pytest.raises(InputError, match="must be a median within"):
            priors_of(space, {"context_drift": wrong})
    with pytest.raises(InputError, match="not free"):
        priors_of(space, {"choice_noise": (1, 1)})


@pytest.mark.parametrize("correlated", [True, False])
def test_the_gradient_of_the_population_is_that_of_differences(correlated: bool) -> None:
    priors = tuple(Prior(f"p{k}", 0.0, 1.0, 0.3 * k, 1 + 0.1 * k, 0.5 + 0.1 * k) for k in range(4))
    prior = PopulationPrior(priors, correlated)
    rng = np.random.default_rng(1)
    at, by_mean, by_factor = 0.5 * rng.normal(size=prior.size), rng.normal(size=4), rng.normal(size=(4, 4))

    def height(coordinates: np.ndarray) -> float:
        found = prior.at(coordinates)
        factor = found.spread[:, None] * found.cholesky
        return float(prior.log_density(coordinates)[0] + found.mean @ by_mean + np.sum(np.tril(by_factor) * factor))

    slopes = prior.log_density(at)[1] + prior.pulled_back(at, prior.at(at), by_mean, by_factor)
    steps = 1e-6 * np.eye(prior.size)
    expected = [(height(at + step) - height(at - step)) / 2e-6 for step in steps]
    assert np.allclose(slopes, expected, atol=1e-7)
    found = prior.at(at)
    factor = found.spread[:, None] * found.cholesky
    assert np.allclose(prior.coordinates(found.mean, factor @ factor.T), at)


def test_correlations_have_the_lkj_distribution() -> None:
    """Each correlation of LKJ(η) over K variables has (r + 1) / 2 ~ Beta(a, a), a = η - 1 + K / 2."""
    k, n = 4, 20000
    prior = PopulationPrior(tuple(Prior(str(i), 0, 1, 0, 1) for i in range(k)))
    cholesky = prior.at(prior.draw(np.random.default_rng(0), n)).cholesky
    correlation = cholesky @ np.swapaxes(cholesky, 1, 2)
    assert np.allclose(np.diagonal(correlation, axis1=1, axis2=2), 1)
    variance = 1 / (2 * (2.0 - 1 + k / 2) + 1)
    off = correlation[:, *np.triu_indices(k, 1)]
    assert np.allclose(off.var(axis=0), variance, rtol=0.05) and np.allclose(off.mean(axis=0), 0, atol=0.015)


@pytest.mark.parametrize("guided", [False, True])
def test_coordinates_of_people_keep_their_distribution(guided: bool) -> None:
    """The density of people's coordinates is that of their places, times the size of the change of coordinates.

    The second of three parameters is common to all people.
    """
    rng = np.random.default_rng(2)
    root = rng.normal(size=(4, 3, 3))
    guide = Guide(root @ np.swapaxes(root, 1, 2), rng.normal(size=(4, 3))) if guided else Guide.none(4, 3)
    prior = PopulationPrior(tuple(Prior(str(i), 0, 1, 0.2, 1, between) for i, between in enumerate((1.0, 0.0, 0.5))))
    varying = prior.varying
    population = prior.at(np.array([0.3, 0.7, -0.2, 0.1, -0.4, 0.5]))
    assert varying.tolist() == [0, 2] and prior.size == 6 and population.spread[1] == 0
    own = rng.normal(size=(4, 2))
    given = Conditional(population, guide, own, varying)
    factor = (population.spread[:, None] * population.cholesky)[np.ix_(varying, varying)]
    assert (given.places[:, 1] == population.mean[1]).all()
    apart = multivariate_normal(population.mean[varying], factor @ factor.T)
    expected = apart.logpdf(given.places[:, varying]).sum()
    step = 1e-6
    for subject in range(4):
        columns = []
        for at in range(2):
            moved = own.copy()
            moved[subject, at] += step
            there = Conditional(population, guide, moved, varying).places[subject]
            columns.append((there - given.places[subject])[varying] / step)
        expected += np.log(abs(np.linalg.det(np.array(columns))))
    assert given.log_density == pytest.approx(expected + 4 * np.log(2 * np.pi), abs=1e-4)


@pytest.mark.parametrize("model", [TCM(), CMR()], ids=["TCM", "CMR"])
@pytest.mark.parametrize(("pooled", "guided"), [(True, False), (True, True), (False, True)])
def test_the_gradient_of_the_joint_density_is_that_of_differences(model: TCM | CMR, pooled: bool, guided: bool) -> None:
    recalls = people(2, 4, model)
    spec = PosteriorSpec.of(model, SIX if isinstance(model, CMR) else None, pooled=pooled)
    guide = approximation_of(spec.density(recalls)).guide if guided else None
    density = spec.density(recalls, guide)
    at = 0.4 * np.random.default_rng(3).normal(size=density.size)
    value, gradient = density(at)
    assert np.isfinite(value)
    for coordinate in [*range(density.n_population), *range(density.n_population, density.size, 3)]:
        step = np.zeros(density.size)
        step[coordinate] = 1e-5
        expected = (density(at + step)[0] - density(at - step)[0]) / 2e-5
        assert gradient[coordinate] == pytest.approx(expected, rel=1e-5, abs=1e-4)


def test_the_density_is_prior_times_likelihood() -> None:
    recalls = people(2)
    space = Space.of(TCM(), ["context_drift"])
    prior = Prior("context_drift", 0, 1, 0.2, 0.8)
    density = Density(People(space, recalls), (prior,), pooled=False)
    for e in (np.array([0.3, -0.5]), np.array([1.0, 2.0])):
        drift = prior.value(0.2 + 0.8 * e)
        models = [TCM(context_drift=each) for each in drift]
        expected = norm.logpdf(e).sum() + sum(
            log_likelihood(model, part).sum() for model, part in zip(models, density.people.parts, strict=True)
        )
        assert density(e)[0] + 2 * norm.logpdf(0) == pytest.approx(expected)


def test_a_tie_that_leaves_its_range_gives_no_density_and_is_said_before_the_work() -> None:
    recalls = people(2, model=CMR())
    spec = PosteriorSpec.of(CMR(), {"item_to_context_learning": (0.0, 50.0)})
    density = spec.density(recalls)
    value, gradient = density(np.array([4.0, 0.0, 0.0, 0.0]))
    assert value == -np.inf and not gradient.any()


def test_models_without_an_exact_likelihood_are_refused() -> None:
    with pytest.raises(LikelihoodError, match="no exact likelihood"):
        PosteriorSpec.of(SAM.preset("murdock1962-soft"), ["lapse"], by="likelihood")
    with pytest.raises(InputError, match="target_accept"):
        PosteriorSpec.of(TCM(), target_accept=1.5)
    with pytest.raises(InputError, match="stopping"):
        PosteriorSpec.of(TCM(), stopping="no")


@pytest.mark.parametrize("who", ["posterior", "recover"])
def test_parameters_that_vary_between_lists_are_for_fits(who: str) -> None:
    free = {"stop_base": "by kind"}
    with pytest.raises(InputError, match=f"{who}: stop_base='by kind' varies between lists, which is for fit"):
        PosteriorSpec.of(TCM(), free) if who == "posterior" else recover(TCM(), free=free)


def test_bands_of_curves_without_a_point_are_undefined() -> None:
    draws = np.array([[0.2, np.nan], [0.4, np.nan], [np.nan, np.nan]])
    mean, low, high = bands_of(draws)
    assert (mean[0], low[0], high[0]) == pytest.approx((0.3, 0.205, 0.395)) and np.isnan([mean[1], low[1]]).all()
    assert np.isnan(bands_of(draws[:, 1:])).all()


def test_a_specification_is_a_json_record() -> None:
    spec = PosteriorSpec.of(CMR(), priors={"encoding_drift": (0.4, 1.0)}, stopping="own", seed=3)
    assert "lapse" in spec.names
    assert PosteriorSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


class NormalPeople:
    """People whose log-likelihoods are normal in the place of two parameters; the second is common to all."""

    names, space = ("own", "common"), None

    def __init__(self, middles: np.ndarray, curvatures: np.ndarray) -> None:
        self.middles, self.curvatures = middles, curvatures
        self.labels = [str(index) for index in range(len(middles))]

    def gradients(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pull = np.einsum("skj,sj->sk", self.curvatures, self.middles - places)
        return -0.5 * np.einsum("sk,sk->s", pull, self.middles - places), pull

    def totals(self, places: np.ndarray) -> np.ndarray:
        return self.gradients(places)[0]


def test_the_guide_is_exact_for_normal_likelihoods() -> None:
    rng = np.random.default_rng(5)
    n = 40
    root = rng.normal(size=(n, 2, 2)) + 3 * np.eye(2)
    curvatures = root @ np.swapaxes(root, 1, 2)
    middles = np.stack([rng.normal(0.5, 0.8, n), np.full(n, 1.2)], axis=1) + 0.02 * rng.normal(size=(n, 2))
    priors = (Prior("own", -np.inf, np.inf, 0.0, 1.0), Prior("common", -np.inf, np.inf, 0.0, 1.0, 0.0))
    density = Density(NormalPeople(middles, curvatures), priors)
    found = approximation_of(density)
    assert found.mean == pytest.approx([0.5, 1.2], abs=0.3) and found.mean[1] == pytest.approx(1.2, abs=0.05)
    assert 0.5 < np.sqrt(found.covariance[0, 0]) < 1.1
    precision = 1 / found.covariance[0, 0]
    expected = curvatures[:, 0, 0] + precision
    ratio = (found.guide.curvature[:, 0, 0] + precision) / expected
    assert np.median(ratio) == pytest.approx(1, abs=0.1) and (abs(np.log(ratio)) < 0.7).all()
    # Given the common place, people's middles are where their likelihoods and the population have them.
    linear = found.guide.linear[:, 0] - found.guide.curvature[:, 0, 1] * found.mean[1]
    middle = (linear + precision * found.mean[0]) / (found.guide.curvature[:, 0, 0] + precision)
    own = np.einsum("sj,sj->s", curvatures[:, 0], middles) - curvatures[:, 0, 1] * found.mean[1]
    exact = (own + precision * found.mean[0]) / expected
    assert np.abs(middle - exact).max() < 3 / np.sqrt(expected.min() * 20)

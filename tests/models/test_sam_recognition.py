"""SAM in recognition and cued recall: known answers, and what differentiation and context fluctuation do."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import Judgments, Recalls, log_likelihood, simulate
from memsim.core.errors import InputError
from memsim.models import SAM
from memsim.models.sam.familiarity import convolved, factors, familiarity_distribution, partner_probabilities
from memsim.models.sam.strengths import context_overlap
from memsim.paradigms import FreeRecall, Recognition
from tests.models.probed_tasks import CuedRecall, Judged, JudgedPairs, after_study, trials_of

CONTEXT = [0.20, 0.15, 0.10, 0.25]
LINKS = [[0.2, 0.1, 0.05, 0.02], [0.1, 0.15, 0.1, 0.02], [0.05, 0.1, 0.1, 0.1], [0.02, 0.02, 0.1, 0.25]]
PAIRS = SAM(criterion_noise=0,
    context_strength=0.1, forward_strength=0.15, backward_strength=0.1, self_strength=0.1, residual_strength=0.02,
    strength_variability=0.0, cued_samples_max=4,
)  # fmt: skip
NO_STORE = SAM(criterion_noise=0, store_size=1, context_strength=0.25, self_strength=0.2, residual_strength=0.05)


def moments(evidence: Any) -> tuple[float, float]:
    mean = (evidence.values * evidence.probabilities).sum()
    return mean, (evidence.values**2 * evidence.probabilities).sum() - mean**2


def given_strengths(model: SAM, trials: Any) -> Any:
    state = after_study(model, trials)
    state.context[:], state.links[:] = CONTEXT, LINKS
    return state


def test_familiarity_of_given_strengths() -> None:
    trials = trials_of(Judged, [0, 1, 2, 3], [[0, 1, 2, 3, 9]])
    model = SAM(criterion_noise=0, residual_strength=0.02)
    state = given_strengths(model, trials)
    evidence = [model.familiarity(state, trials.probe(index)) for index in range(5)]
    means, variances = np.transpose([moments(each) for each in evidence])
    assert np.allclose(means, [0.0650, 0.0575, 0.0600, 0.0795, 0.0140], rtol=0, atol=1e-12)
    known = [0.0006770833, 0.0003723958, 0.0003791667, 0.0014557292, 0.0000195000]
    assert np.allclose(variances, known, rtol=0, atol=5e-11)
    for index, limit, probability in ((0, 0.03, 0.9480262155), (4, 0.016, 0.3008687700)):
        above = evidence[index].values > limit + 1e-9
        assert (evidence[index].probabilities * above).sum() == pytest.approx(probability, abs=5e-11)


@pytest.mark.parametrize(
    ("n", "criterion", "hits", "false_alarms", "slope", "difference"),
    [
        (10, 0.145, 0.6381663840, 0.1954377620, 0.632456, 1.193388),
        (20, 0.27, 0.6266530488, 0.2679029576, 0.755929, 0.951995),
        (40, 0.52, 0.6073109713, 0.3290095796, 0.852803, 0.724359),
        (80, 1.0, None, None, 0.917663, 0.533700),
    ],
)
def test_lists_without_a_store(
    n: int, criterion: float, hits: float | None, false_alarms: float, slope: float, difference: float
) -> None:
    trials = trials_of(Judged, np.arange(n), [[0, n + 5]])
    model = NO_STORE.replace(criterion=criterion)
    state = after_study(model, trials)
    probes = trials.probe(0), trials.probe(1)
    if hits is not None:
        old = [model.rating_probabilities(state, probe, model.criteria(2))[0, 1] for probe in probes]
        assert np.allclose(old, [hits, false_alarms], rtol=0, atol=5e-11)
    (target, of_target), (lure, of_lure) = (moments(model.familiarity(state, probe)) for probe in probes)
    assert np.sqrt(of_lure / of_target) == pytest.approx(slope, abs=5e-7)
    assert (target - lure) / np.sqrt((of_target + of_lure) / 2) == pytest.approx(difference, abs=5e-7)


def test_likelihood_without_a_store_is_exact() -> None:
    trials = trials_of(Judged, np.arange(10), [[0, 15]])
    model, judgments = NO_STORE.replace(criterion=0.145), Judgments(trials, [[2, 1]])
    expected = np.log(0.6381663840) + np.log(1 - 0.1954377620)
    assert log_likelihood(model, judgments, samples=3) == pytest.approx(expected, abs=1e-9)
    guessed = log_likelihood(model.replace(lapse=1.0), judgments, samples=1)
    assert guessed == pytest.approx(2 * np.log(0.5), abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.floats(0.05, 1), st.integers(1, 2))
def test_the_distribution_is_that_of_all_combinations(products: list[float], v: float, n_items: int) -> None:
    found = familiarity_distribution(np.array([products]), np.array([n_items]), v, 1.0, 1.0)
    values, chances = (each[0] for each in factors(np.array([n_items]), v, 1.0, 1.0))
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-12)
    each = [(np.dot(products, case), np.prod(p)) for case, p in zip(
        product(values, repeat=3), product(chances, repeat=3), strict=True)]  # fmt: skip
    sums, weights = np.transpose(each)
    mean = sums @ weights
    assert moments(found)[0] == pytest.approx(mean, rel=1e-9)
    assert moments(found)[1] == pytest.approx(sums**2 @ weights - mean**2, rel=0.01)
    noise = np.std(sums)
    at = np.array([mean - noise, mean, mean + noise])
    exact = [np.sum(weights * _normal((cut - sums) / noise)) for cut in at]
    assert np.allclose(found.below(at, noise)[0], exact, rtol=0, atol=1e-3)


def _normal(x: Any) -> Any:
    from scipy.special import ndtr

    return ndtr(x)


def test_moments_of_weighted_strengths() -> None:
    values, chances = factors(np.array([0]), 0.5, 0.5, 0.5)
    mean = (values * chances).sum()
    assert mean == pytest.approx(0.9772838842, abs=5e-11)
    assert (values**2 * chances).sum() / mean**2 == pytest.approx(1.0470285541, abs=5e-11)
    values, chances = factors(np.array([1, 2]), 0.5, 1.0, 1.0)
    assert np.allclose((values**2 * chances).sum(axis=1) - 1, [0.3611111111, (1 + 0.5 / 3) ** 3 - 1], atol=5e-11)


@pytest.mark.parametrize(("differentiation", "expected"), [(0.0, 2.0), (1.0, 1.0)])
def test_list_strength(differentiation: float, expected: float) -> None:
    """The ratio of ratios of (difference of means / standard deviation of lures), for strength by repetition."""
    model = NO_STORE.replace(differentiation=differentiation)
    weak, strong = np.arange(20), np.tile(np.arange(20), 2)
    mixed = np.concatenate((np.arange(20), np.arange(10)))

    def accuracy(items: Any, target: int) -> float:
        trials = trials_of(Judged, items, [[target, 50]])
        state = after_study(model, trials)
        (old, _), (new, variance) = (moments(model.familiarity(state, trials.probe(index))) for index in (0, 1))
        return float((old - new) / np.sqrt(variance))

    ratio = accuracy(mixed, 0) / accuracy(mixed, 15) / (accuracy(strong, 0) / accuracy(weak, 0))
    assert ratio == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("cue", "samples", "expected"),
    [
        (0, 1, [0, 0.0510459731, 0.0107147710, 0.0182015774, 0.9200376785]),
        (0, 5, [0, 0.2175477800, 0.0456642221, 0.0775715008, 0.6592164972]),
        (1, 5, [0.3394930351, 0, 0.1187190839, 0.0774852054, 0.4643026757]),
    ],
)
def test_cued_recall_of_given_strengths(cue: int, samples: int, expected: list[float]) -> None:
    trials = trials_of(CuedRecall, [0, 1, 2, 3], [[[cue, -1]]])
    model = SAM(cued_samples_max=samples)
    state = model.cue_item(given_strengths(model, trials), trials.probe(0))
    assert np.allclose(model.outcome_probabilities(state)[0], expected, rtol=0, atol=5.1e-11)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (1.0, [0.0203200000, 0.0037600000, 0.0023200000, 0.0004800000]),
        (0.5, [0.1049897949, 0.0614392653, 0.0441410440, 0.0240000000]),
    ],
)
def test_associative_recognition(weight: float, expected: list[float]) -> None:
    """Intact, rearranged, old-new and new pairs."""
    trials = trials_of(JudgedPairs, np.arange(6), [[[0, 1], [0, 3], [0, 9], [9, 10]]], presentation_time=2.0)
    model = PAIRS.replace(item_weight=weight)
    state = after_study(model, trials)
    found = [float(model.familiarity(state, trials.probe(index)).mean[0]) for index in range(4)]
    assert np.allclose(found, expected, rtol=0, atol=5.1e-11)


def test_cued_recall_of_pairs() -> None:
    trials = trials_of(CuedRecall, np.arange(6), [[[0, -1], [-1, 1]]], presentation_time=2.0)
    forward = PAIRS.outcome_probabilities(PAIRS.cue_item(after_study(PAIRS, trials), trials.probe(0)))[0]
    assert np.allclose(forward, [0, 0.5731417963, *[0.0191772216] * 4, 0.3501493174], rtol=0, atol=5.1e-11)
    backward = PAIRS.outcome_probabilities(PAIRS.cue_item(after_study(PAIRS, trials), trials.probe(1)))[0]
    assert backward[0] == pytest.approx(0.4243754302, abs=5.1e-11)
    same = PAIRS.replace(backward_strength=0.15)
    backward = same.outcome_probabilities(same.cue_item(after_study(same, trials), trials.probe(1)))[0]
    assert backward[0] == pytest.approx(forward[1], abs=1e-12)


def test_recall_of_a_partner_strengthens_it() -> None:
    trials = trials_of(CuedRecall, np.arange(6), [[[0, -1], [0, -1]]], presentation_time=2.0)
    state = PAIRS.cue_item(after_study(PAIRS, trials), trials.probe(0))
    first = PAIRS.outcome_probabilities(state)[0, 1]
    state = PAIRS.cue_item(PAIRS.recalled(state, np.array([1], dtype=np.int32)), trials.probe(1))
    assert PAIRS.outcome_probabilities(state)[0, 1] > first + 0.1


def test_competition_between_two_lists() -> None:
    assert np.allclose(context_overlap(np.array([0, 20, 200]), 0.1, 0.02), [1, 0.7032880414, 0.1164840750], atol=5e-11)
    cases = {
        (0.8, 0.0): [0.94519029, 0], (0.4, 0.0): [0.71088746, 0], (0.4, 0.8): [0.21375103, 0.71406527],
    }  # fmt: skip
    for (first, second), expected in cases.items():
        strength = np.array([[first, second, 0.2]])
        recover = -np.expm1(-strength) * [1, 1, 0]
        found = partner_probabilities(strength, recover, np.array([3]), 5)[0]
        assert np.allclose(found[:2], expected, rtol=0, atol=5.1e-9)


def test_context_fluctuation_favours_the_later_list_until_a_delay() -> None:
    """A-B, then A-C: the item A has one image in both lists."""
    model = PAIRS.replace(fluctuation_rate=0.05, cued_samples_max=5)
    ratios = []
    for delay in (0.0, 200.0):
        trials = trials_of(
            CuedRecall, [0, 1, 9, 8, 0, 2], [[[0, -1]]], presentation_time=10.0, retention_interval=delay
        )
        outcome = model.outcome_probabilities(model.cue_item(after_study(model, trials), trials.probe(0)))[0]
        assert outcome.sum() == pytest.approx(1, abs=1e-12) and outcome[[0, 4]].tolist() == [0, 0]
        ratios.append(outcome[1] / outcome[5])
    assert ratios[0] < ratios[1] < 1


def test_free_recall_of_repeated_items_is_refused() -> None:
    different = FreeRecall(list_length=6).trials(60, seed=1)
    items = different.items.copy()
    items[:, 4] = items[:, 1]
    trials = type(different)(items, different.pool, different.paradigm)
    for readout in ("strict", "soft"):
        with pytest.raises(InputError, match="holds an item twice"):
            simulate(SAM(store_readout=readout), trials, seed=2)


def test_repeated_study_is_that_of_different_items_where_none_is_repeated() -> None:
    from memsim.core.loop import study
    from memsim.core.seeding import stream

    trials = FreeRecall(list_length=8).trials(20, seed=1)
    items = np.concatenate((trials.items, [[0, 1, 2, 3, 4, 5, 6, 0]]))
    both = type(trials)(items, trials.pool, trials.paradigm)
    model = SAM()
    alone = study(model, both[:20], stream(0, "x"))
    state = model.begin(both, stream(0, "x"))
    state.chance[:, :20] = alone.chance
    for position in range(8):
        state = model.study(state, position)
    state = model.cue(state, "free")
    assert np.allclose(state.links[:20], alone.links) and np.allclose(state.context[:20], alone.context)
    assert np.array_equal(state.read[:20], alone.read)
    assert state.context[20, 7] == 0 and state.read[20].sum() <= 4


def test_simulated_rates_are_those_of_the_likelihood() -> None:
    trials = Recognition(list_length=4, n_targets=1, n_lures=1, ratings=4).trials(1, seed=1)
    model = NO_STORE.replace(criterion=0.07, criterion_spacing=0.03)
    judgments = simulate(model, trials[np.zeros(20_000, dtype=int)], seed=1)
    state = after_study(model, trials)
    for index in range(2):
        cells = model.rating_probabilities(state, trials.probe(index), model.criteria(4))[0]
        shares = np.bincount(judgments.ratings[:, index], minlength=5)[1:] / 20_000
        assert np.allclose(shares, cells, rtol=0, atol=4.5 * np.sqrt(0.25 / 20_000))


def test_impossible_pair_recalls_are_none_of_the_cue() -> None:
    trials = trials_of(CuedRecall, np.arange(6), [[[0, -1], [2, -1]]])
    recalls = Recalls(trials, [[2, 0]])
    assert np.isfinite(log_likelihood(PAIRS, recalls, samples=1)).all()


def test_sums_over_many_images_reach_their_largest_value() -> None:
    """Off a lattice each image is split between two points, and the upper ones add up."""
    products = np.random.default_rng(1).uniform(0.001, 0.02, (3, 256))
    values, chances = factors(np.ones(3, dtype=np.int32), 0.3, 1.0, 1.0)
    found = convolved(products, values, chances, np.zeros(3))
    assert np.allclose(found.probabilities.sum(axis=1), 1, rtol=0, atol=1e-9)
    means = (found.values * found.probabilities).sum(axis=1)
    assert np.allclose(means, products.sum(axis=1), rtol=1e-9)

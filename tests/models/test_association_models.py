"""TODAM, the matrix model, Hopfield networks, and the model of Osth and Dennis."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from memsim import ItemPool, Judgments, Recalls, Trials, log_likelihood, simulate
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError, ModelError
from memsim.core.events import Distract, StudyPair
from memsim.core.judgment_likelihood import judgment_likelihood
from memsim.core.parameters import choice
from memsim.core.probes import Probes
from memsim.core.trials import Paradigm
from memsim.models import TODAM, Hopfield, Matrix, OsthDennis
from memsim.models.association.convolution import ProductMoments, convolution, correlation, padded
from memsim.models.association.hopfield import Network
from memsim.models.association.osth_dennis import LogRatio
from memsim.paradigms.recognition import Recognition


@dataclass(frozen=True)
class Pairs(Paradigm):
    """Pairs are studied, and then recalled by cues, or judged."""

    silence_ends = False
    test: str = choice("cued", ("cued", "pairs", "items"), "what is asked")
    probes: int = 1

    @property
    def cue(self) -> str:  # type: ignore[override]
        return "item" if self.test == "cued" else ""

    @property
    def judged(self) -> str:  # type: ignore[override]
        return {"cued": "", "pairs": "pair", "items": "item"}[self.test]

    @property
    def n_probes(self) -> int:
        return self.probes

    @property
    def n_ratings(self) -> int:
        return 0 if self.test == "cued" else 3

    @property
    def response_limit(self) -> int:
        return self.probes

    def presentation(self) -> Iterator[StudyPair | Distract]:
        for first in range(0, self.list_length, 2):
            yield StudyPair(first, first + 1)


def pairs(test: str, items: Any, probes: Any, n: int = 1) -> Trials:
    """The same list and probes in ``n`` trials."""
    task = Pairs(list_length=len(items), test=test, probes=len(probes))
    every = np.tile(np.asarray(probes, np.int32), (n, *[1] * np.ndim(probes)))
    return Trials(np.tile(np.asarray(items, np.int32), (n, 1)), ItemPool.numbered(20), task, probes=Probes(every))


def studied(model: Any, trials: Trials, seed: int = 0) -> Any:
    state = model.begin(trials, np.random.default_rng(seed))
    for event in trials.paradigm.presentation():
        state = model.study_pair(state, *event) if isinstance(event, StudyPair) else model.study(state, event[0])
    return state


F, G = np.array([1.0, 2, -1]), np.array([0.5, -1, 2])
H, K = np.array([0.0, 1, 1]), np.array([2.0, 0, -1])


def test_convolution_and_correlation() -> None:
    assert convolution(F, G) == pytest.approx([0.5, 0, -0.5, 5, -2], abs=1e-12)
    assert correlation(F, convolution(F, G)) == pytest.approx([1, -6, 11.5], abs=1e-12)
    assert correlation(F, convolution(F, G)) @ G == pytest.approx(29.5)
    assert correlation(G, convolution(F, G)) @ F == pytest.approx(29.5)


def test_a_memory_of_two_pairs() -> None:
    memory = np.zeros(5)
    for a, b in ((F, G), (H, K)):
        memory = 0.9 * memory + 0.6 * padded(a + b) + 0.8 * convolution(a, b)
    assert memory == pytest.approx([0.36, 3.61, 2.38, 3.34, -2.24], abs=1e-12)
    assert [padded(each) @ memory for each in (F, G, H, K)] == pytest.approx([5.03, 6.105, 5.72, 3.88])
    found = [convolution(a, b) @ memory for a, b in ((F, G), (H, K), (F, K), (H, G))]
    assert found == pytest.approx([20.17, 10.88, -0.9, -0.525])
    brought = correlation(F, memory)
    assert brought == pytest.approx([5.2, 5.03, 11.3])
    assert [brought @ each for each in (F, G, H, K)] == pytest.approx([3.96, 20.17, 16.33, -0.9])
    # The model, with these vectors, has the same memory and matches.
    model = TODAM(feature_count=3, memory_decay=0.9, item_weight=0.6, association_weight=0.8)
    trials = pairs("cued", [0, 1, 2, 3], [[0, -1]])
    state = model.begin(trials, np.random.default_rng(0))
    state.vectors[0] = F, G, H, K
    for event in trials.paradigm.presentation():
        state = model.study_pair(state, *event)
    assert state.memory[0] == pytest.approx(memory)
    state = model.cue_item(state, trials.probe(0))
    assert model.matches(state)[0] == pytest.approx([3.96, 20.17, 16.33, -0.9])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**20), st.integers(0, 6))
def test_association_is_symmetric_for_any_memory(seed: int, half: int) -> None:
    rng = np.random.default_rng(seed)
    n = 2 * half + 1
    a, b, memory = rng.normal(size=n), rng.normal(size=n), rng.normal(size=2 * n - 1)
    forward, backward = correlation(a, memory) @ b, correlation(b, memory) @ a
    assert forward == pytest.approx(backward, abs=1e-9)
    assert forward == pytest.approx(convolution(a, b) @ memory, abs=1e-9)
    assert convolution(a, b) == pytest.approx(convolution(b, a), abs=1e-12)


def test_moments_of_items() -> None:
    task = Recognition(list_length=8, n_targets=8, n_lures=1)
    trials = task.trials(50, seed=1)
    state = studied(TODAM(), trials)
    kinds = trials.last_presentations[:, :, 0]
    for number in range(9):
        found: Any = TODAM().familiarity(state, trials.probe(number))
        for position, mean, variance in (
            (-1, 0, 0.0141393085), (0, 0.4888361073, 0.0153401162), (7, 0.7, 0.0166016200),
        ):  # fmt: skip
            rows = kinds[:, number] == position
            assert found.mean[rows] == pytest.approx(mean, abs=5.1e-11)
            assert found.sd[rows] ** 2 == pytest.approx(variance, abs=5.1e-11)
    lure = np.sqrt(0.0141393085)
    assert (0.4888361073 / lure, 0.7 / lure) == pytest.approx((4.111016, 5.886863), abs=1e-6)


def test_moments_of_products_by_simulation() -> None:
    n, runs = 5, 400_000
    a, b, c, d = np.random.default_rng(1).normal(0, n**-0.5, (4, runs, n))
    ab = convolution(a, b)

    def match(one: FloatArray, other: FloatArray) -> FloatArray:
        return np.asarray((one * other).sum(axis=1))

    found = ProductMoments(
        match(a, a).var(), match(a, b).var(), match(padded(a), ab).var(), match(padded(c), ab).var(),
        match(ab, ab).var(), match(ab, convolution(a, c)).var(), match(ab, convolution(c, d)).var(),
    )  # fmt: skip
    assert np.array(found) == pytest.approx(np.array(ProductMoments.of(n)), rel=0.05)


ITEMS = [0, 1, 2, 3, 0, 4, 1, 0]
"""Pairs 0-1, 2-3, 0-4, and 0-1 again in the other order."""
JUDGED = [[0, 1], [1, 0], [0, 3], [3, 0], [3, 2], [0, 7], [7, 0], [7, 8], [0, 4]]


def realised_evidence(model: Any, n: int, runs: int) -> FloatArray:
    """(runs, n_probes) matches of the probed pairs with memories of drawn vectors, written out."""
    vectors = np.random.default_rng(2).normal(0, n**-0.5, (10, runs, n))
    found = []
    if isinstance(model, TODAM):
        memory = np.zeros((runs, 2 * n - 1))
        for first in range(0, len(ITEMS), 2):
            a, b = vectors[ITEMS[first]], vectors[ITEMS[first + 1]]
            memory = model.memory_decay * memory + model.item_weight * padded(a + b)
            memory += model.association_weight * convolution(a, b)
        return np.stack([(convolution(vectors[a], vectors[b]) * memory).sum(axis=1) for a, b in JUDGED], axis=1)
    context = np.random.default_rng(3).normal(0, n**-0.5, (runs, n))
    for a, b in JUDGED:
        match = sum(
            (vectors[a] * vectors[ITEMS[first]]).sum(axis=1) * (vectors[b] * vectors[ITEMS[first + 1]]).sum(axis=1)
            for first in range(0, len(ITEMS), 2)
        )
        found.append(model.association_weight * match * (context**2).sum(axis=1))
    return np.stack(found, axis=1)


@pytest.mark.parametrize("model", [TODAM(feature_count=9, memory_decay=0.8), Matrix(feature_count=8)], ids=repr)
def test_moments_of_pairs_with_shared_items_by_simulation(model: Any) -> None:
    trials = pairs("pairs", ITEMS, JUDGED)
    state = studied(model, trials)
    realised = realised_evidence(model, model.feature_count, 200_000)
    for number in range(len(JUDGED)):
        exact: Any = model.familiarity(state, trials.probe(number))
        values = realised[:, number]
        assert exact.mean[0] == pytest.approx(values.mean(), abs=5 * values.std() / np.sqrt(len(values)))
        assert exact.sd[0] ** 2 == pytest.approx(values.var(), rel=0.1)


def test_todam_items_in_pairs_by_simulation() -> None:
    model, n, runs = TODAM(feature_count=9, memory_decay=0.8), 9, 200_000
    vectors = np.random.default_rng(2).normal(0, n**-0.5, (10, runs, n))
    memory = np.zeros((runs, 2 * n - 1))
    for first in range(0, len(ITEMS), 2):
        a, b = vectors[ITEMS[first]], vectors[ITEMS[first + 1]]
        memory = 0.8 * memory + model.item_weight * padded(a + b) + model.association_weight * convolution(a, b)
    trials = pairs("items", ITEMS, [0, 3, 7])
    state = studied(model, trials)
    for number, item in enumerate((0, 3, 7)):
        exact: Any = model.familiarity(state, trials.probe(number))
        values = (padded(vectors[item]) * memory).sum(axis=1)
        assert exact.mean[0] == pytest.approx(values.mean(), abs=0.02)
        assert exact.sd[0] ** 2 == pytest.approx(values.var(), rel=0.05)


def test_an_even_number_of_features_is_refused() -> None:
    with pytest.raises(InputError, match="must be odd"):
        TODAM(feature_count=200)


@pytest.mark.parametrize("model", [TODAM(), Matrix(), Hopfield()], ids=["TODAM", "Matrix", "Hopfield"])
def test_a_pair_of_an_item_with_itself_is_refused(model: Any) -> None:
    with pytest.raises(InputError, match="holds an item twice"):
        studied(model, pairs("cued", [0, 0, 1, 2], [[1, -1]]))


def test_the_matrix_model_by_its_tensor() -> None:
    x1, x2 = np.array([1.0, 0, 1]), np.array([0.0, 1, 1])
    a1, b1, a2, b2 = (
        np.array(each, float) for each in ([1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0])
    )  # fmt: skip
    tensor = np.einsum("i,j,k->ijk", x1, a1, b1) + np.einsum("i,j,k->ijk", x1, a2, b2)
    brought = np.einsum("i,j,ijk->k", x1, a1, tensor)
    assert (brought == [2, 4, 6, 0]).all()
    assert (np.einsum("i,k,ijk->j", x1, b1, tensor) == [4, 2, 0, 6]).all()
    model = Matrix(feature_count=4)
    trials = pairs("cued", [0, 1, 2, 3], [[0, -1], [-1, 1]])
    state = studied(model, trials)
    vectors = np.stack((a1, b1, a2, b2))
    state.products[0] = vectors @ vectors.T
    for context, forward in ((x1, {1: 10, 3: 8}), (x2, {1: 5})):
        state.context[:] = x1 @ context
        match = model.matches(model.cue_item(state, trials.probe(0)))[0]
        assert {column: match[column] for column in forward} == forward
        assert match == pytest.approx(vectors @ np.einsum("i,j,ijk->k", context, a1, tensor))
    state.context[:] = x1 @ x1
    backward = model.matches(model.cue_item(state, trials.probe(1)))[0]
    assert backward == pytest.approx(vectors @ [4, 2, 0, 6])


def test_moments_of_items_in_the_matrix_model() -> None:
    n, runs = 8, 200_000
    vectors = np.random.default_rng(2).normal(0, n**-0.5, (6, runs, n))
    context = (np.random.default_rng(3).normal(0, n**-0.5, (runs, n)) ** 2).sum(axis=1)
    trials = Recognition(list_length=4, n_targets=1, n_lures=1).trials(1, seed=1)
    state = studied(Matrix(feature_count=n), trials)
    for number in range(2):
        exact: Any = Matrix(feature_count=n).familiarity(state, trials.probe(number))
        probed = 0 if exact.mean[0] else 5
        values = context * sum((vectors[probed] * vectors[item]).sum(axis=1) for item in range(4))
        assert exact.mean[0] == pytest.approx(values.mean(), abs=0.02)
        assert exact.sd[0] ** 2 == pytest.approx(values.var(), rel=0.05)


P1, P2 = np.array([1.0, -1, 1, 1, 1, 1, -1, -1]), np.array([1.0, 1, -1, 1, -1, 1, 1, -1])


def golden_network() -> tuple[Hopfield, Trials, Network]:
    model = Hopfield(feature_count=4, storage_probability=1, storage_spread=0)
    trials = pairs("cued", [0, 1, 2, 3], [[0, -1], [-1, 1]])
    state = model.begin(trials, np.random.default_rng(0))
    state.items[0] = np.stack((P1[:4], P1[4:], P2[:4], P2[4:]))
    for event in trials.paradigm.presentation():
        state = model.study_pair(state, *event)
    return model, trials, state


def test_a_hopfield_network_of_two_pairs() -> None:
    model, trials, state = golden_network()
    weights = np.block([[state.within[0, 0], state.across[0, 1]], [state.across[0, 0], state.within[0, 1]]])
    assert weights == pytest.approx((np.outer(P1, P1) + np.outer(P2, P2)) / 8 - np.eye(8) / 4, abs=1e-6)
    assert -P1 @ weights @ P1 / 2 == pytest.approx(-3, abs=1e-5)
    for number, field, settled in ((0, [0.5, 0.5, -0.5, -0.5], P1[4:]), (1, [0.5, -0.5, 0.5, 0.5], P1[:4])):
        state = model.cue_item(state, trials.probe(number))
        assert model.field(state)[0] == pytest.approx(field, abs=1e-6)
        assert (model.settled(state)[0] == settled).all()


def test_direction_correlation_makes_weights_symmetric_or_independent() -> None:
    trials = pairs("cued", [0, 1, 2, 3], [[0, -1]], n=200)
    for rho in (0.0, 1.0):
        model = Hopfield(feature_count=20, storage_spread=0, direction_correlation=rho)
        stored = model.begin(trials, np.random.default_rng(0)).stored
        agree = (stored[:, :, 0] == stored[:, :, 1].transpose(0, 1, 3, 2)).mean()
        assert agree == pytest.approx((1 + rho) / 2, abs=0.01)
        assert stored.mean() == pytest.approx(0.5, abs=0.01)


def yules_q(first: Any, second: Any) -> float:
    a, b, c, d = ((first == x) & (second == y) for x, y in ((1, 1), (1, 0), (0, 1), (0, 0)))
    both, one, other, none = (each.sum() + 0.5 for each in (a, b, c, d))
    return float((both * none - one * other) / (both * none + one * other))


def test_forward_and_backward_recall_are_correlated_only_if_storage_is() -> None:
    items = list(range(10))
    trials = pairs("cued", items, [[0, -1], [-1, 1]], n=1500)
    found = {}
    for rho in (0.0, 1.0):
        model = Hopfield(
            direction_correlation=rho, storage_probability=0.25, storage_spread=0.25, choice_sensitivity=40.0
        )  # fmt: skip
        recalls = simulate(model, trials, 1)
        correct = recalls.positions == [2, 1]
        assert 0.1 < correct.mean() < 0.95
        found[rho] = yules_q(correct[:, 0], correct[:, 1])
    assert found[1.0] > 0.8
    assert found[0.0] < 0.6


@pytest.mark.parametrize(
    "model",
    [
        TODAM(feature_count=19, choice_sensitivity=3.0), Matrix(feature_count=8, choice_sensitivity=3.0),
        Hopfield(feature_count=8, choice_sensitivity=3.0),
    ],
    ids=["TODAM", "Matrix", "Hopfield"],
)  # fmt: skip
def test_simulated_recall_has_the_frequencies_of_its_likelihood(model: Any) -> None:
    one = pairs("cued", [0, 1, 2, 3], [[0, -1], [-1, 3]])
    every = np.array([each for each in product(range(5), repeat=2) if each[0] != each[1] or not each[0]], np.int32)
    same = one[np.zeros(len(every), int)]
    scored = np.exp(log_likelihood(model, Recalls(same, every, np.zeros(len(every), bool)), samples=2000, seed=1))
    # Each row has its own draws of the encoding, so that the sum over all answers to one cue is 1 on average.
    alone = pairs("cued", [0, 1, 2, 3], [[-1, 1]])[np.zeros(5, int)]
    answers = Recalls(alone, np.arange(5, dtype=np.int32)[:, None], np.zeros(5, bool))
    assert np.exp(log_likelihood(model, answers, samples=2000)).sum() == pytest.approx(1, abs=0.04)
    assert not scored[(every[:, 0] == 1) | (every[:, 1] == 4)].any()  # the cue is no response
    found = simulate(model, one[np.zeros(20_000, int)], 2).positions
    counts = np.array([(found == each).all(axis=1).sum() for each in every])
    error = np.sqrt(scored * (1 - scored) * (1 / 20_000 + 1 / 2000))
    assert (np.abs(counts / 20_000 - scored) <= 4.5 * error).all()


@pytest.mark.parametrize("model", [TODAM(), Matrix()], ids=["TODAM", "Matrix"])
def test_pairs_are_recalled_and_told_from_rearranged_ones(model: Any) -> None:
    items = list(range(8))
    cued = simulate(model, pairs("cued", items, [[0, -1], [-1, 1], [6, -1], [15, -1]], n=1000), 1)
    assert (cued.positions[:, 2] == 8).mean() > 0.6
    assert (cued.positions[:, 3] == 0).mean() > 0.5
    judged = simulate(model, pairs("pairs", items, [[0, 1], [2, 5], [14, 15]], n=2000), 1).ratings.mean(axis=0)
    assert judged[0] > judged[1] + 0.5
    assert judged[1] >= judged[2] - 0.1


@pytest.mark.parametrize("model", [TODAM(), Matrix(), OsthDennis()], ids=["TODAM", "Matrix", "OsthDennis"])
def test_all_ratings_of_two_probes_sum_to_one_and_are_those_of_simulation(model: Any) -> None:
    one = Recognition(list_length=3, n_targets=1, n_lures=1, ratings=3).trials(1, seed=1)
    every = np.array(list(product((1, 2, 3), repeat=2)), np.int32)
    judgments = Judgments(one[np.zeros(9, int)], every)
    scored = np.exp(log_likelihood(model, judgments))
    assert scored.sum() == pytest.approx(1, abs=1e-9)
    found = simulate(model, one[np.zeros(40_000, int)], 3).ratings
    counts = np.array([(found == each).all(axis=1).sum() for each in every])
    expected = 40_000 * scored
    likely = expected > 5
    assert ((counts - expected)[likely] ** 2 / expected[likely]).sum() < 29.6


def test_what_draws_nothing_has_an_exact_likelihood() -> None:
    trials = Recognition(list_length=4, n_targets=4, n_lures=4).trials(5)
    judgments = simulate(TODAM(), trials)
    assert not judgment_likelihood(TODAM(), judgments, 50, 0)[1].any()
    assert (log_likelihood(TODAM(), judgments, samples=50) == log_likelihood(TODAM(), judgments, samples=1)).all()


GOLDEN = [
    (10, 0.142242, 0.10248, 0.7804774166, 0.1678689238), (50, 0.150162, 0.1104, 0.7731125055, 0.1756424884),
    (100, 0.160062, 0.1203, 0.7646678325, 0.1846544590),
]  # fmt: skip


@pytest.mark.parametrize(("length", "old", "new", "hits", "false_alarms"), GOLDEN)
def test_osth_dennis(length: int, old: float, new: float, hits: float, false_alarms: float) -> None:
    task = Recognition(list_length=length, n_targets=1, n_lures=1)
    trials = task.trials(40, seed=1)
    state = studied(OsthDennis(), trials)
    for number in range(2):
        found: Any = OsthDennis().familiarity(state, trials.probe(number))
        is_old = trials.probe_kinds[:, number] == "target"
        assert found.variance[is_old] == pytest.approx(old, abs=1e-12)
        assert found.variance[~is_old] == pytest.approx(new, abs=1e-12)
        above = 1 - found.below(np.zeros(1), 0.0)[:, 0]
        assert above[is_old] == pytest.approx(hits, abs=5.1e-11)
        assert above[~is_old] == pytest.approx(false_alarms, abs=5.1e-11)
    if length == 50:
        assert np.sqrt(new / old) == pytest.approx(0.8574415301, abs=5.1e-11)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-2, 2), st.floats(0.1, 3), st.floats(0, 2), st.floats(0.3, 3), st.floats(0.3, 3), st.floats(-3, 3)
)  # fmt: skip
def test_the_log_ratio_of_normals_by_summation(
    mean: float, variance: float, old_mean: float, old: float, new: float, cut: float
) -> None:
    x = mean + np.sqrt(variance) * np.linspace(-8, 8, 40_001)
    ratio = norm.logpdf(x, old_mean, np.sqrt(old)) - norm.logpdf(x, 0, np.sqrt(new))
    density = norm.pdf(x, mean, np.sqrt(variance))
    summed = density[ratio < cut].sum() / density.sum()
    found = LogRatio(*(np.array([each]) for each in (mean, variance, old_mean, old, new)))
    assert found.below(np.array([cut]), 0.0)[0, 0] == pytest.approx(summed, abs=2e-3)


def test_noise_of_the_criterion_averages_over_criteria() -> None:
    found = LogRatio(*(np.array([each]) for each in (0.6, 0.15, 0.6, 0.15, 0.11)))
    cuts = 0.3 + 0.5 * norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert found.below(np.array([0.3]), 0.5)[0, 0] == pytest.approx(found.below(cuts, 0.0).mean(), abs=2e-3)


def test_equal_distributions_and_no_study_give_ratios_of_one() -> None:
    same = LogRatio(*(np.array([each]) for each in (0.0, 0.2, 0.0, 0.2, 0.2)))
    assert same.below(np.array([-0.1, 0.1]), 0.0).tolist() == [[0.0, 1.0]]
    equal_variances = LogRatio(*(np.array([each]) for each in (0.5, 0.2, 1.0, 0.2, 0.2)))
    assert equal_variances.below(np.zeros(1), 0.0)[0, 0] == pytest.approx(0.5)


def test_models_of_pairs_refuse_other_tasks() -> None:
    with pytest.raises(ModelError, match="no account"):
        simulate(OsthDennis(), pairs("pairs", [0, 1, 2, 3], [[0, 1]]))
    with pytest.raises(ModelError, match="no account"):
        simulate(Hopfield(), Recognition(list_length=3, n_targets=1, n_lures=1).trials(2))

"""CMR against published cases, an oracle that holds context explicitly, and the data it was fitted to."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import ItemPool, Recalls, Trials, check, event_log_probabilities, log_likelihood, simulate
from memsim.analysis import curve_table, lag_crp, probability_of_nth_recall, serial_position_curve
from memsim.core.errors import InputError
from memsim.core.events import Study
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.loop import simulate_steps
from memsim.core.parameters import parameter
from memsim.core.seeding import stream
from memsim.models import CMR, TCM
from memsim.models.context.drift import ContextState
from memsim.models.context.luce_recall import SMALL, LuceRecallModel
from memsim.models.context.recall_kernels import (
    exp_up_to_zero,
    from_ordered_bits,
    log_of_positive,
    ordered_bits,
)
from memsim.models.context.retrieved_context import RetrievedContextModel
from memsim.paradigms import FreeRecall
from memsim.reproductions.cmr_reference import reference

LISTS = Recalls.from_matrix([[5, 4, 1, 2, 0], [1, 2, 3, 4, 5], [3, 0, 0, 0, 0], [0, 0, 0, 0, 0]], 5)
CASES = {
    "A": CMR(
        encoding_drift=0.7, start_drift=0.3, recall_drift=0.9, item_to_context_own=0.85, context_to_item_own=0.85,
        item_to_context_learning=0.15, context_to_item_learning=0.15, context_to_item_shared=0, primacy_scale=0.2,
        primacy_decay=2, choice_rule="exponential", choice_noise=0.1, stop_base=0.001, stop_growth=0.25,
    ),
    "C": CMR(
        encoding_drift=0.7, start_drift=0.3, recall_drift=0.9, item_to_context_own=0.5, context_to_item_own=0,
        item_to_context_learning=0.5, context_to_item_learning=1, context_to_item_shared=0, primacy_scale=0,
        primacy_decay=1, choice_rule="exponential", choice_noise=0.5, stop_base=0.05, stop_growth=0.3,
    ),
}  # fmt: skip
PER_LIST = {
    "A": [-8.564118548674, -10.828357427377, -13.053023563539, -6.907755278982],
    "C": [-5.656623018661, -4.958099801116, -4.930072103967, -2.995732273554],
}
FIRST_LIST = {
    "A": [0.973855312499, 0.498341295038, 0.236891712530, 0.610639520450, 0.002718281828],
    "C": [0.504186541117, 0.381789664904, 0.197294426156, 0.554250663943, 0.166005846137],
}


@pytest.mark.parametrize("case", ["A", "C"])
def test_cases_computed_by_cymr(case: str) -> None:
    """Event probabilities and log-likelihoods of the package cymr 0.14.3, typed in; by kernel and by steps."""
    model = CASES[case]
    events = np.exp(event_log_probabilities(model, LISTS)[0, :5])
    assert np.allclose(events, FIRST_LIST[case], rtol=0, atol=1e-12)
    for likelihood in (log_likelihood(model, LISTS), log_likelihood_steps(model, LISTS, 1, 0)):
        assert np.allclose(likelihood, PER_LIST[case], rtol=0, atol=1e-11)
    assert log_likelihood(CASES["A"], LISTS).sum() == pytest.approx(-39.353254818572, abs=1e-10)


def explicit_event_probabilities(model: CMR, order: list[int], length: int, similarity: Any) -> list[float]:
    """CMR written from its equations with context vectors and weight matrices, one list at a time."""

    def let_in(context: np.ndarray, arriving: np.ndarray, rate: float) -> np.ndarray:
        arriving = arriving / np.linalg.norm(arriving)
        d = context @ arriving
        return (np.sqrt(1 + rate**2 * (d**2 - 1)) - rate * d) * context + rate * arriving

    m = model
    fc = np.zeros((length, length + 1))
    fc[:, :length] = m.item_to_context_shared + m.item_to_context_own * np.eye(length)
    cf = np.zeros((length, length + 1))
    cf[:, :length] = m.context_to_item_shared + m.context_to_item_own * np.eye(length)
    if similarity is not None:
        cf[:, :length] += m.semantic_support * similarity * (1 - np.eye(length))
    context = start = np.eye(length + 1)[length]
    for i in range(length):
        context = let_in(context, fc[i].copy(), m.encoding_drift)
        fc[i] += m.item_to_context_learning * context
        primacy = m.primacy_scale * np.exp(-m.primacy_decay * i)
        cf[i] += (m.context_to_item_learning + primacy) * context
    context = let_in(context, start, m.start_drift)
    left, found = list(range(length)), list[float]()
    for j, item in enumerate([*order, None]):
        stop = min(m.stop_base * np.exp(m.stop_growth * j), 1 - 1e-9) if left else 1.0
        if item is None:
            return [*found, stop]
        support = np.maximum(cf @ context, 1e-6)
        if m.choice_rule == "power":
            weight = support**m.choice_exponent
        else:
            weight = np.exp(2 * support / m.choice_noise)
        found.append((1 - stop) * weight[item] / weight[left].sum())
        left.remove(item)
        context = let_in(context, fc[item], m.recall_drift)
    raise AssertionError


@pytest.mark.parametrize("rule", ["power", "exponential"])
@pytest.mark.parametrize("semantic", [0.0, 0.7])
def test_equal_to_explicit_context(rule: str, semantic: float) -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(9, 4))
    pool = ItemPool(np.arange(9), similarity=np.corrcoef(features) / 2 + 0.5)
    assert pool.similarity is not None
    model = CMR(
        choice_rule=rule, semantic_support=semantic, item_to_context_shared=0.05, primacy_scale=1.5,
        stop_base=0.02, stop_growth=0.3, choice_noise=0.4,
    )  # fmt: skip
    recalls = simulate(model, FreeRecall(list_length=6).trials(40, seed=2, pool=pool), seed=4)
    likelihood, steps = log_likelihood(model, recalls), log_likelihood_steps(model, recalls, 1, 0)
    for trial, row in enumerate(recalls.positions):
        items = recalls.trials.items[trial]
        similarity = pool.similarity[np.ix_(items, items)] if semantic else None
        order = [int(position) - 1 for position in row if position]
        expected = np.log(explicit_event_probabilities(model, order, 6, similarity)).sum()
        assert likelihood[trial] == pytest.approx(expected, abs=1e-9)
        assert steps[trial] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "model", [CMR(), CASES["A"], TCM(), CMR(semantic_support=0.5)], ids=["power", "exponential", "TCM", "semantic"]
)
@pytest.mark.parametrize("limit", [None, 4])
def test_compiled_loop_gives_the_recalls_of_the_steps(model: LuceRecallModel, limit: int | None) -> None:
    features = np.random.default_rng(1).normal(size=(30, 5))
    pool = ItemPool(np.arange(30), similarity=(1 + np.corrcoef(features)) / 2)
    trials = FreeRecall(list_length=9, output_limit=limit, retention_interval=3).trials(24_000, pool=pool)
    assert trials.items.size > SMALL
    compiled, steps = simulate(model, trials, seed=7), simulate_steps(model, trials, 7)
    assert np.array_equal(compiled.positions, steps.positions)
    assert np.array_equal(compiled.stopped, steps.stopped)


def test_an_impossible_recall_scores_as_impossible() -> None:
    recalls = Recalls.from_matrix(np.array([[1, 2], [0, 0]]), 2)
    assert log_likelihood(TCM(stop_base=0, choice_noise=100), recalls).tolist() == [
        pytest.approx(np.log(0.5), abs=0.02), -np.inf,
    ]  # fmt: skip


def test_improbable_recalls_score_as_by_the_steps() -> None:
    """Products of probabilities that leave the range of floats, and single ones that come close to it."""
    rng = np.random.default_rng(2)
    recalls = Recalls.from_matrix(np.array([rng.permutation(20) + 1 for _ in range(50)]), 20)
    for noise, lowest in ((0.05, -150), (0.01, -700), (0.004, -1500)):
        model = CMR(choice_rule="exponential", choice_noise=noise, primacy_scale=1.3)
        steps = log_likelihood_steps(model, recalls, 1, 0)
        assert steps.min() < lowest
        assert np.allclose(log_likelihood(model, recalls), steps, rtol=1e-9, atol=0)


def test_vectorised_functions() -> None:
    x = np.concatenate([np.linspace(-760, 0, 5001), [-np.inf, -1e-300, -0.0]])
    assert np.allclose([exp_up_to_zero(each) for each in x], np.exp(x), rtol=4e-16, atol=5e-324)
    y = np.concatenate([np.geomspace(3e-308, 1e308, 5001), np.linspace(0.5, 2, 1001), [1.0, np.nextafter(1, 0)]])
    assert np.allclose([log_of_positive(each) for each in y], np.log(y), rtol=5e-16, atol=0)
    z = np.array([-np.inf, -1e300, -1.0, -1e-300, 0.0, 1e-300, 1.0, 1e300, np.inf])
    order = [ordered_bits(each) for each in z]
    assert order == sorted(order) and [from_ordered_bits(each) for each in order] == z.tolist()


def test_shared_support_cannot_be_estimated_from_localist_lists() -> None:
    """With A_fc = 0 and the exponential rule, a constant added to all support changes no choice."""
    for model in CASES.values():
        raised = model.replace(context_to_item_shared=0.3)
        assert np.allclose(log_likelihood(raised, LISTS), log_likelihood(model, LISTS), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("condition", "known"), [("20-1", 20_939.9), ("30-1", 29_088.953), ("40-1", 29_622.3)])
def test_likelihood_of_murdock_is_that_of_another_program(
    condition: str, known: float, murdock_matrix: pd.DataFrame
) -> None:
    """Negative log-likelihoods at its parameters.

    It counted a stop unless 15 correct words filled the record; memsim also leaves out those that intrusions filled up.
    """
    rows = murdock_matrix[murdock_matrix["condition"] == condition]
    recalls = Recalls.from_matrix(rows.filter(regex=r"^r\d+$").to_numpy(), int(condition[:2]), output_limit=15)
    recalls = replace(recalls, stopped=recalls.is_correct.sum(axis=1) < 15)
    assert -log_likelihood(reference(condition), recalls).sum() == pytest.approx(known, abs=0.06)


def test_defaults_are_the_fit_to_murdock() -> None:
    assert CMR.preset("murdock1962:20-1") == CMR()


def test_primacy_recency_and_forward_asymmetry() -> None:
    table = curve_table(simulate(CMR(), FreeRecall().trials(4000, subjects=20), seed=1))
    spc = table[table["curve"] == "serial_position_curve"]["mean"].to_numpy()
    crp = table[table["curve"] == "lag_crp"].set_index("x")["mean"]
    assert spc[0] > spc[1] > spc[5] and spc[-1] > spc[-2] > spc[9] > spc[5]
    assert 1.5 < crp[1] / crp[-1] < 4


def test_distraction_takes_recency_and_continuous_distraction_brings_it_back() -> None:
    """CMR-D, with the exponential rule; the power rule does not feel a delay, which scales all support alike."""
    model = CASES["C"].replace(choice_noise=0.3)

    def last(**settings: float) -> float:
        recalls = simulate(model, FreeRecall(list_length=16, **settings).trials(20_000), seed=1)
        return float(probability_of_nth_recall(recalls)["prob"].iloc[-1])

    immediate, delayed = last(), last(retention_interval=16)
    assert delayed < 0.4 * immediate
    assert last(retention_interval=16, inter_item_distraction=16) > 1.2 * delayed


@pytest.mark.parametrize("rule", ["power", "exponential"])
def test_distraction_before_the_first_item_turns_away_from_the_start(rule: str) -> None:
    """The start keeps the share ρ_D = (1 - B_D²)^(t / 2) of context; an unrelated unit, which stays away, the rest."""
    model, seconds = CMR(start_drift=0.5, choice_rule=rule, choice_noise=0.4, distraction_drift=0.4), 3.0
    trials = FreeRecall(list_length=5).trials(1)
    kept = (1 - 0.4**2) ** (seconds / 2)
    states = []
    for before in (0.0, seconds):
        paradigm = trials.paradigm.replace(initial_distraction=before)
        state = model.begin(replace(trials, paradigm=paradigm), stream(0, "unused"))
        for event in paradigm.presentation():
            state = model.study(state, event[0]) if isinstance(event, Study) else model.distract(state, event[0])
        states.append(state.temporal)
    at_once, later = states
    for plain, turned in ((at_once.context, later.context), (at_once.bound, later.bound)):
        assert turned[..., :5] == pytest.approx(plain[..., :5], abs=1e-15)
        assert turned[..., 5] == pytest.approx(kept * plain[..., 5], abs=1e-15)
        assert turned[..., 6] == pytest.approx(np.sqrt(1 - kept**2) * plain[..., 5], abs=1e-15)
    # By compiled loops and by steps alike; without the start at test, recall is that of a list studied at once.
    delayed = FreeRecall(list_length=9, initial_distraction=seconds)
    recalls = simulate(model, delayed.trials(300), seed=1)
    by_steps = log_likelihood_steps(model, recalls, 1, 0)
    assert log_likelihood(model, recalls) == pytest.approx(by_steps, abs=1e-9)
    at_once_recalls = replace(recalls, trials=replace(recalls.trials, paradigm=FreeRecall(list_length=9)))
    without = model.replace(start_drift=0.0)
    assert log_likelihood(without, recalls) == pytest.approx(log_likelihood(without, at_once_recalls), abs=1e-9)
    assert np.abs(log_likelihood(model, recalls) - log_likelihood(model, at_once_recalls)).max() > 0.1


def test_meaning_guides_recall() -> None:
    """Words come in pairs of like meaning, far apart in the list: with meaning, recall jumps from one to the other."""
    similarity = np.kron(np.ones((2, 2)), np.eye(5))
    pool = ItemPool(np.arange(10), similarity=similarity)
    trials = Trials(np.tile(np.arange(10), (8000, 1)), pool, FreeRecall(list_length=10))
    jump = [lag_crp(simulate(CMR(semantic_support=s), trials, seed=1)).set_index("lag")["prob"][5] for s in (0.0, 0.5)]
    assert jump[1] > 3 * jump[0]
    assert len(serial_position_curve(simulate(CMR(), trials[:0], seed=1))) == 0


@dataclass(frozen=True)
class LeastSupported(RetrievedContextModel):
    """A plug-in with a choice of its own: the less an item is supported, the likelier it is recalled."""

    distraction_drift: float = parameter(0.3, 0, 1)
    recall_rates = np.array([0.5])

    def study(self, state: ContextState, position: int) -> ContextState:
        temporal = state.temporal
        temporal.let_in(np.eye(1, temporal.context.shape[1], position), 0.5)
        temporal.bound[:, position] = temporal.brought[:, position] = temporal.context
        return state

    def outcome_probabilities(self, state: ContextState) -> Any:
        search = state.searching
        weight = np.where(search.remaining, np.exp(-5 * search.support), 0)
        weight = np.column_stack((weight, np.where(search.remaining.any(axis=1), 0, 1)))
        return weight / weight.sum(axis=1, keepdims=True)


def test_a_retrieved_context_model_with_a_choice_of_its_own_runs_by_its_steps() -> None:
    trials = FreeRecall().trials(6000)
    assert trials.items.size > SMALL
    assert np.bincount(simulate(LeastSupported(), trials, seed=1).positions[:, 0]).argmax() < 5
    check(LeastSupported)


def test_meaning_needs_a_pool_that_has_it() -> None:
    with pytest.raises(InputError, match="semantic_support=1.0 needs the items' similarity"):
        simulate(CMR(semantic_support=1), FreeRecall().trials(2))

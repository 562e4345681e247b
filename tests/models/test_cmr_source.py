"""Source features of CMR against an oracle that holds both regions of context, and what sources do to recall."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from memsim import ItemPool, Recalls, Trials, check, log_likelihood, simulate
from memsim.contract.frequencies import every_recall
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.loop import simulate_steps
from memsim.models import CMR, TCM
from memsim.models.context.compiled_recall import BLOCK
from memsim.models.context.luce_recall import SMALL
from memsim.paradigms import FreeRecall

FEATURES = np.random.default_rng(5).normal(size=(30, 5))
MEANING = ItemPool(np.arange(30), similarity=(1 + np.corrcoef(FEATURES)) / 2)


def trials_of(n_trials: int, n_sources: int = 2, pool: ItemPool = MEANING, **settings: Any) -> Trials:
    """Random lists, each item studied in a random source."""
    trials = FreeRecall(**settings).trials(n_trials, seed=2, pool=pool)
    return replace(trials, source=np.random.default_rng(8).integers(n_sources, size=trials.items.shape))


def explicit_likelihood(model: CMR, recalls: Recalls, trial: int) -> float:
    """CMR with sources written from its equations, one list at a time: one weight matrix over both regions."""
    m, trials = model, recalls.trials
    assert trials.source is not None and trials.pool.similarity is not None
    items, source = trials.items[trial], trials.source[trial]
    length, n_sources = len(items), int(trials.source.max()) + 1
    fresh = length + 1  # the next unrelated unit of temporal context
    temporal = slice(0, 4 * length)
    own_source = slice(4 * length, 4 * length + n_sources + 1)
    context = np.zeros(own_source.stop)
    context[[length, own_source.stop - 1]] = 1
    to_context, to_item = np.zeros((length, context.size)), np.zeros((length, context.size))
    for i in range(length):
        for j in range(length):
            to_context[i, j] = m.item_to_context_shared + m.item_to_context_own * (i == j)
            to_item[i, j] = m.context_to_item_shared + m.context_to_item_own * (i == j)
            to_item[i, j] += m.semantic_support * trials.pool.similarity[items[i], items[j]] * (i != j)

    def let_in(region: slice, arriving: np.ndarray, rate: float) -> None:
        arriving = arriving[region] / np.linalg.norm(arriving[region])
        d = context[region] @ arriving
        context[region] = (np.sqrt(1 + rate**2 * (d**2 - 1)) - rate * d) * context[region] + rate * arriving

    def let_in_unrelated(rate: float) -> None:
        nonlocal fresh
        let_in(temporal, np.eye(context.size)[fresh], rate)
        fresh += 1

    def distract(seconds: float) -> None:
        if seconds:
            let_in_unrelated(np.sqrt(1 - (1 - m.distraction_drift**2) ** seconds))

    for i in range(length):
        distract(trials.paradigm.inter_item_distraction if i else trials.paradigm.initial_distraction)
        if i and source[i] != source[i - 1]:
            let_in_unrelated(m.shift_drift)
        let_in(temporal, to_context[i].copy(), m.encoding_drift)
        let_in(own_source, np.eye(context.size)[own_source.start + source[i]], m.source_drift)
        assert np.linalg.norm(context[temporal]) == pytest.approx(1)
        assert np.linalg.norm(context[own_source]) == pytest.approx(1)
        learning = m.context_to_item_learning + m.primacy_scale * np.exp(-m.primacy_decay * i)
        to_context[i, temporal] += m.item_to_context_learning * context[temporal]
        to_context[i, own_source] += context[own_source]
        to_item[i, temporal] += learning * context[temporal]
        to_item[i, own_source] += m.source_learning * learning * context[own_source]
    distract(trials.paradigm.retention_interval)
    let_in(temporal, np.eye(context.size)[length], m.start_drift)

    left, total = list(range(length)), 0.0
    order = [int(position) - 1 for position in recalls.positions[trial] if position]
    for j, item in enumerate(order):
        stop = m.stop_base * np.exp(m.stop_growth * j)
        support = np.maximum(to_item @ context, 1e-6)
        exponential = m.choice_rule == "exponential"
        weight = np.exp(2 * support / m.choice_noise) if exponential else support**m.choice_exponent
        total += np.log((1 - stop) * weight[item] / weight[left].sum())
        left.remove(item)
        let_in(temporal, to_context[item], m.recall_drift)
        let_in(own_source, to_context[item], m.source_drift)
    return total + (np.log(m.stop_base * np.exp(m.stop_growth * len(order))) if left else 0.0)


@pytest.mark.parametrize("rule", ["power", "exponential"])
@pytest.mark.parametrize("distraction", [0.0, 2.0])
def test_equal_to_explicit_context(rule: str, distraction: float) -> None:
    model = CMR(
        choice_rule=rule, semantic_support=0.3, item_to_context_shared=0.05, primacy_scale=1.5, choice_noise=0.4,
        source_drift=0.6, source_learning=0.7, shift_drift=0.5, stop_base=0.02, stop_growth=0.2,
    )  # fmt: skip
    settings = {"inter_item_distraction": distraction, "retention_interval": distraction}
    settings["initial_distraction"] = distraction / 2
    recalls = simulate(model, trials_of(40, 3, list_length=7, **settings), seed=4)
    expected = [explicit_likelihood(model, recalls, trial) for trial in range(len(recalls))]
    assert np.allclose(log_likelihood(model, recalls), expected, rtol=0, atol=1e-9)
    assert np.allclose(log_likelihood_steps(model, recalls, 1, 0), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("rule", ["power", "exponential"])
def test_sources_without_weight_change_nothing(rule: str) -> None:
    sourced = simulate(CMR(choice_rule=rule), trials_of(300, list_length=10), seed=1)
    bare = Recalls(replace(sourced.trials, source=None), sourced.positions, sourced.stopped)
    plain = CMR(choice_rule=rule, source_learning=0, shift_drift=0)
    assert np.allclose(log_likelihood(plain, sourced), log_likelihood(plain, bare), rtol=0, atol=1e-12)
    assert np.array_equal(log_likelihood(plain, bare), log_likelihood(CMR(choice_rule=rule), bare))
    assert np.array_equal(log_likelihood(TCM(), sourced), log_likelihood(TCM(), bare))
    assert np.abs(log_likelihood(CMR(choice_rule=rule), sourced) - log_likelihood(plain, bare)).max() > 0.1


@pytest.mark.parametrize("model", [CMR(), CMR(choice_rule="exponential", semantic_support=0.4)], ids=["power", "all"])
def test_compiled_loop_gives_the_recalls_and_likelihoods_of_the_steps(model: CMR) -> None:
    trials = trials_of(23_900, 3, list_length=9)
    assert trials.items.size > SMALL and trials.items.size > 2 * BLOCK
    compiled, steps = simulate(model, trials, seed=7), simulate_steps(model, trials, 7)
    assert np.array_equal(compiled.positions, steps.positions)
    assert np.array_equal(compiled.stopped, steps.stopped)
    few = compiled[:570]
    assert few.trials.items.size * 16 > 2 * BLOCK, "several blocks"
    assert np.allclose(log_likelihood(model, few), log_likelihood_steps(model, few, 1, 0), rtol=0, atol=1e-9)


def test_all_recalls_of_four_items_sum_to_one() -> None:
    for codes in ([0, 1, 1, 0], [2, 2, 2, 2], [0, 1, 2, 3]):
        for model in (CMR(), CMR(choice_rule="exponential", source_learning=2, shift_drift=1, source_drift=1)):
            trial = replace(FreeRecall(list_length=4, output_limit=4).trials(1), source=[codes])
            assert np.exp(log_likelihood(model, every_recall(model, trial))).sum() == pytest.approx(1, abs=1e-9)


def test_passes_the_model_checks_on_lists_with_sources() -> None:
    for model in (CMR(), CMR(choice_rule="exponential", semantic_support=0.3, source_learning=0.5)):
        check(model, sources=3)


def same_source_over_chance(recalls: Recalls) -> float:
    """How often recall goes to an item of the same source, over how often it would among the items left."""
    source = recalls.trials.source
    assert source is not None
    observed = expected = 0.0
    for codes, row in zip(source, recalls.positions, strict=True):
        order = row[row > 0] - 1
        for output in range(1, len(order)):
            left = np.setdiff1d(np.arange(len(codes)), order[:output])
            observed += codes[order[output]] == codes[order[output - 1]]
            expected += (codes[left] == codes[order[output - 1]]).mean()
    return observed / expected


def test_recall_clusters_by_source_the_more_the_source_supports_it() -> None:
    trials = trials_of(3000, list_length=12)
    none, some, much = (
        same_source_over_chance(simulate(CMR(source_learning=weight, shift_drift=0), trials, seed=1))
        for weight in (0.0, 0.3, 1.0)
    )
    assert abs(none - 1) < 0.03 and none + 0.05 < some < much - 0.05


def test_a_change_of_source_parts_the_items_around_it() -> None:
    """The transition from the last item of one source to the first of the next is rarer with a shift."""
    trials = replace(FreeRecall(list_length=10).trials(20_000), source=np.tile(np.arange(10) // 5, (20_000, 1)))

    def across(shift: float) -> float:
        positions = simulate(CMR(source_learning=0, shift_drift=shift), trials, seed=1).positions
        before, after = positions[:, :-1] == 5, positions[:, 1:] == 6
        return float((before & after).sum() / before.sum())

    assert across(0.9) < 0.7 * across(0.0)

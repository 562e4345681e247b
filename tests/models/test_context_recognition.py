"""TCM and CMR in recognition and cued recall: known answers, and what must hold for all probes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Judgments, log_likelihood, simulate
from memsim.contract.checking import run_checks
from memsim.core.errors import InputError, ModelError
from memsim.core.likelihood import log_likelihood_steps
from memsim.models import CMR, TCM
from memsim.paradigms import FreeRecall, Recognition
from tests.models.probed_tasks import (
    Continuous,
    CuedRecall,
    Judged,
    JudgedPairs,
    RecalledThenJudged,
    after_study,
    trials_of,
)

HK = TCM(
    context_drift=0.6, old_to_new_context=1.0, choice_noise=0.4, distraction_drift=np.sqrt(0.75), context_drift_cue=0.4
)
"""TCM with half of context left after a second of distraction."""
IA = CMR(
    encoding_drift=0.5, item_to_context_own=0.5, item_to_context_learning=0.5, item_to_context_shared=0.0,
    context_to_item_own=0.5, context_to_item_shared=0.0, context_to_item_learning=0.5, primacy_scale=1.0,
    primacy_decay=0.5, choice_rule="exponential", choice_noise=0.4, distraction_drift=0.3, learned_units="items",
    context_drift_cue=0.5, response_threshold=0.3,
)  # fmt: skip
"""CMR in the form of the public code of CMR-IA, which learns after the update of context."""


def similarities(model: Any, trials: Any, *, follow: bool) -> list[float]:
    state, found = after_study(model, trials), []
    for index in range(trials.paradigm.n_probes):
        probe = trials.probe(index)
        found.append(float(model.familiarity(state, probe).mean[0]))
        if follow:
            state = model.judged(state, probe, np.array([1]))
    return found


def test_tcm_has_the_known_similarities() -> None:
    immediate = trials_of(Judged, [0, 1, 2], [[0, 1, 2, 9]])
    expected = np.array([0.5724334022, 0.7155417528, 0.8944271910, 0])
    assert np.allclose(similarities(HK, immediate, follow=False), expected, rtol=0, atol=5e-11)
    delayed = trials_of(Judged, [0, 1, 2], [[0, 1, 2, 9]], retention_interval=1.0)
    assert np.allclose(similarities(HK, delayed, follow=False), expected / 2, rtol=0, atol=5e-11)


def test_context_moves_with_each_probe() -> None:
    trials = trials_of(Judged, [0, 1, 2], [[1, 2, 9, 0]], retention_interval=1.0)
    expected = [0.3577708764, 0.5108445492, 0, 0.3762424023]
    assert np.allclose(similarities(HK, trials, follow=True), expected, rtol=0, atol=5e-11)


def test_a_record_of_ratings_has_the_known_likelihood() -> None:
    model = HK.replace(criterion=0.3, criterion_spacing=0.15, criterion_noise=0.15)
    trials = trials_of(Judged, [0, 1, 2], [[1, 9, 2]], retention_interval=1.0, ratings=4)
    assert log_likelihood(model, Judgments(trials, [[3, 1, 4]])) == pytest.approx(-1.7397079879, abs=5e-11)
    cells = model.rating_probabilities(after_study(model, trials), trials.probe(0), model.criteria(4))
    assert np.allclose(cells, [0.0830049574, 0.2670621947, 0.3806095295, 0.2693233184], rtol=0, atol=5e-11)


@pytest.mark.parametrize(
    ("association", "expected"),
    [
        ("post", [0.3098008433, 0.4296164714, 0.5547131476, 0.6892312709, 0]),
        ("pre", [0.3098008433, 0.4585080841, 0.6055918253, 0.7598734712, 0]),
    ],
)
def test_cmr_has_the_similarities_of_cmr_ia(association: str, expected: list[float]) -> None:
    trials = trials_of(Judged, [0, 1, 2, 3], [[0, 1, 2, 3, 9]], retention_interval=1.0)
    found = similarities(IA.replace(association=association), trials, follow=False)
    assert np.allclose(found, expected, rtol=0, atol=5e-11)


def test_cmr_recalls_partners_with_the_known_probabilities() -> None:
    trials = trials_of(CuedRecall, [0, 1, 2, 3], [[[0, -1], [-1, 2]]], retention_interval=1.0)
    state = IA.cue_item(after_study(IA, trials), trials.probe(0))
    support = state.temporal.support(state.temporal.context)[0]
    assert np.allclose(support, [0.8872630225, 0.7085596504, 0.6517840726, 0.6517840726], rtol=0, atol=5e-11)
    expected = [0, 0.3794515584, 0.2856733581, 0.2856733581, 0.0492017253]
    assert np.allclose(IA.outcome_probabilities(state)[0], expected, rtol=0, atol=5e-11)
    state = IA.cue_item(after_study(IA, trials), trials.probe(1))
    assert np.allclose(
        IA.outcome_probabilities(state)[0, [2, 3, 4]], [0, 0.6561389079, 0.0637078461], rtol=0, atol=5e-11
    )


def test_tcm_chooses_against_no_response_with_the_known_probabilities() -> None:
    """A cue of which nothing comes back leaves the supports .64, .80 and 1."""
    model = HK.replace(context_drift_cue=0.0, response_threshold=0.7)
    trials = trials_of(CuedRecall, [[0, 1, 2, 3]], [[[9, -1]]])
    state = model.begin(trials, np.random.default_rng(0))
    for position in range(3):
        state = model.study(state, position)
    outcome = model.outcome_probabilities(model.cue_item(state, trials.probe(0)))[0]
    assert np.allclose(outcome, [0.0941172290, 0.2094617451, 0.5693760555, 0, 0.1270449704], rtol=0, atol=5e-11)


def test_pairs_are_probed_in_turn() -> None:
    probes = [[[0, 1], [2, 3], [0, 3], [2, 1]]]
    trials = trials_of(JudgedPairs, [0, 1, 2, 3], probes, retention_interval=1.0)
    second = [0.4961384817, 0.5996797549, 0.4913420373, 0.3577739111]
    assert np.allclose(similarities(IA, trials, follow=False), second, rtol=0, atol=5e-11)
    alone = trials_of(JudgedPairs, [0, 1, 2, 3], [[[0, -1], [-1, 2]]], retention_interval=1.0)
    assert np.allclose(similarities(IA, alone, follow=False), [0.3564181084, 0.5152911161], rtol=0, atol=5e-11)


def test_jitter_is_uniform() -> None:
    trials = trials_of(Judged, [0, 1, 2], [[2]])
    model = HK.replace(similarity_jitter=0.1, criterion=0.8444271910, criterion_noise=0.0)
    cells = model.rating_probabilities(after_study(model, trials), trials.probe(0), model.criteria(2))
    assert cells[0, 1] == pytest.approx(0.75, abs=1e-9)


MODELS = [HK, CMR(), IA, CMR(association="pre")]


@pytest.mark.parametrize("model", MODELS, ids=range(len(MODELS)))
def test_probes_are_independent_without_drift(model: Any) -> None:
    model = model.replace(context_drift_cue=0.0)
    trials = Recognition(list_length=6, n_targets=4, n_lures=4).trials(3, seed=1)
    probes = [trials.probe(index) for index in range(8)]
    state = after_study(model, trials)
    before = [model.familiarity(state, probe).mean for probe in probes]
    for probe in probes[::-1]:
        state = model.judged(state, probe, np.ones(3, dtype=int))
    for probe, expected in zip(probes, before, strict=True):
        assert np.allclose(model.familiarity(state, probe).mean, expected, rtol=0, atol=1e-15)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32), st.floats(0, 1), st.floats(0, 1), st.floats(0, 20), st.sampled_from(["tcm", "cmr"]),
    st.booleans(),
)  # fmt: skip
def test_similarity_is_at_most_one(seed: int, drift: float, cue: float, gamma: float, kind: str, twice: bool) -> None:
    model: Any = TCM(context_drift=drift, old_to_new_context=gamma, context_drift_cue=cue)
    if kind == "cmr":
        model = CMR(encoding_drift=drift, item_to_context_learning=gamma, context_drift_cue=cue)
    rng = np.random.default_rng(seed)
    items = rng.integers(0, 5, (3, 6)) if twice else rng.permuted(np.tile(np.arange(9), (3, 1)), axis=1)[:, :6]
    trials = trials_of(Judged, items, rng.integers(0, 12, (3, 8)), retention_interval=float(rng.integers(0, 2)))
    state = after_study(model, trials)
    for index in range(8):
        probe = trials.probe(index)
        similarity = model.familiarity(state, probe).mean
        assert np.array_equal(similarity, model.familiarity(state, probe).mean)
        assert (similarity <= 1 + 1e-9).all() and (similarity >= -1e-9).all()
        state = model.judged(state, probe, np.ones(3, dtype=int))


@pytest.mark.parametrize("model", MODELS, ids=range(len(MODELS)))
def test_a_list_is_the_same_alone_and_beside_one_that_holds_an_item_twice(model: Any) -> None:
    items, probes = [[0, 1, 2, 3], [5, 6, 5, 7]], [[2, 9, 0, 3], [5, 9, 6, 9]]
    together = simulate(model, trials_of(Judged, items, probes, retention_interval=1.0), seed=1)
    alone = Judgments(trials_of(Judged, items[:1], probes[:1], retention_interval=1.0), together.ratings[:1])
    assert log_likelihood(model, together)[0] == pytest.approx(log_likelihood(model, alone)[0], abs=1e-12)


@pytest.mark.parametrize("model", MODELS, ids=range(len(MODELS)))
def test_free_recall_of_an_item_that_was_studied_twice_is_refused(model: Any) -> None:
    different = FreeRecall(list_length=4).trials(50, seed=1)
    twice = different.items.copy()
    twice[:, 3] = twice[:, 0]
    trials = type(different)(twice, different.pool, different.paradigm)
    with pytest.raises(InputError, match="holds an item twice"):
        simulate(model, trials, seed=2)


def test_repetition_strengthens() -> None:
    once = trials_of(Judged, [0, 1, 2, 3, 4], [[0]])
    twice = trials_of(Judged, [0, 1, 2, 0, 4], [[0]])
    for model in (TCM(), CMR()):
        assert similarities(model, twice, follow=False)[0] > similarities(model, once, follow=False)[0] + 0.02


def test_continuous_recognition_falls_with_lag() -> None:
    items = [0, 1, 0, 2, 3, 4, 1]
    trials = trials_of(Continuous, items, [items])
    model, found = TCM(context_drift_cue=0.2), []
    state = model.begin(trials, np.random.default_rng(0))
    for index in range(7):
        found.append(float(np.squeeze(model.familiarity(state, trials.probe(index)).mean)))
        state = model.study(model.judged(state, trials.probe(index), np.array([1])), index)
    assert np.allclose(np.array(found)[[0, 1, 3, 4, 5]], 0, atol=1e-12)
    assert found[2] > found[6] > 0


def test_recall_before_judgments_leaves_the_context_that_it_ends_in() -> None:
    trials = trials_of(RecalledThenJudged, [0, 1, 2], [[1, 9]])
    for model in (HK, CMR(), CMR().replace(choice_rule="exponential")):
        judgments = simulate(model, trials[np.zeros(20, dtype=int)], seed=1)
        assert np.isfinite(log_likelihood(model, judgments)).all()
    state = HK.cue(after_study(HK, trials), "free")
    state = HK.recalled(state, np.array([1], dtype=np.int32))
    expected = [0.344778, 0.766382, 0.287157, 0.459703]  # the context of TCM after this recall
    assert np.allclose(state.temporal.context[0, :4], expected, atol=5e-7)


def test_semantic_support_reaches_partners_through_new_items() -> None:
    similarity = np.eye(6)
    similarity[5, 2] = similarity[2, 5] = 0.9
    pool = replace(ItemPool.numbered(6), similarity=similarity)
    trials = trials_of(CuedRecall, [0, 1, 2, 3], [[[5, -1]]], pool)
    model = IA.replace(semantic_support=1.0)
    outcome = model.outcome_probabilities(model.cue_item(after_study(model, trials), trials.probe(0)))[0]
    assert outcome[2] == outcome[:4].max() and outcome.sum() == pytest.approx(1)


def test_questions_about_one_list_are_refused() -> None:
    trials = trials_of(Judged, [0, 1], [[0]])
    assert trials.probes is not None
    asked = replace(trials, probes=replace(trials.probes, about=np.zeros((1, 1), dtype=np.int32)))
    with pytest.raises(ModelError, match="one list among several"):
        simulate(TCM(), asked)


def test_defaults_are_sensible() -> None:
    trials = Recognition(retention_interval=16.0).trials(300, seed=1)
    for model in (TCM(), CMR()):
        judgments = simulate(model, trials, seed=1)
        old = trials.probe_kinds == "target"
        hits, false_alarms = judgments.called_old[old].mean(), judgments.called_old[~old].mean()
        assert 0.65 < hits < 0.9 and 0.15 < false_alarms < 0.25


def test_cmr_binds_before_the_update_as_the_compiled_loops() -> None:
    trials = FreeRecall(list_length=6, retention_interval=2.0, inter_item_distraction=1.0).trials(40, seed=1)
    sources = np.random.default_rng(1).integers(0, 2, trials.items.shape).astype(np.int32)
    trials = type(trials)(trials.items, trials.pool, trials.paradigm, source=sources)
    model = CMR(association="pre")
    recalls = simulate(model, trials, seed=3)
    steps = log_likelihood_steps(model, recalls, 1, 0)
    assert np.allclose(log_likelihood(model, recalls), steps, rtol=0, atol=1e-9)
    assert not np.allclose(log_likelihood(CMR(), recalls), steps, rtol=0, atol=1e-3)


@pytest.mark.parametrize("model", [CMR(association="pre"), CMR(learned_units="items")], ids=["pre", "items"])
def test_forms_pass_the_checks(model: Any) -> None:
    assert not [each for each in run_checks(model) if each.problem]

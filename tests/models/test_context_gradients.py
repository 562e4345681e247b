"""Derivatives of TCM and CMR against differences, at random parameters and at bounds, and the loops against the steps.

The number that is differentiated is a random sum of the probabilities of all events, so that every entry counts.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, Trials, simulate
from memsim.core.event_probabilities import Events
from memsim.core.gradient import log_likelihood_gradient, log_likelihood_gradients, real_parameters
from memsim.core.loop import event_probabilities, simulate_steps, study
from memsim.models import CMR, TCM
from memsim.models.context import compiled_recall
from memsim.models.context.luce_recall import SMALL
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.reproductions.cmr_reference import reference

FEATURES = np.random.default_rng(5).normal(size=(30, 5))
MEANING = ItemPool(np.arange(30), similarity=np.asarray((1 + np.corrcoef(FEATURES)) / 2))
TASKS = {
    "immediate": FreeRecall(list_length=7),
    "distraction": FreeRecall(list_length=6, inter_item_distraction=2.0, retention_interval=5.0),
    "forward": SerialRecall(list_length=6),
    "backward in groups": SerialRecall(list_length=6, direction="backward", group_size=3, group_pause=1.5),
    "reconstruction": SerialRecall(list_length=5, response="reconstruction"),
}
FORMS: dict[str, Any] = {
    "TCM": TCM(),
    "TCM, pre": TCM(association="pre"),
    "power": CMR(),
    "exponential": CMR(choice_rule="exponential"),
}
INSIDE = reference("20-1")
"""CMR with no parameter at a bound, where slopes are one-sided."""
HIGHEST = {
    "old_to_new_context": 2.0, "choice_noise": 1.0, "choice_exponent": 5.0, "stop_base": 0.3, "stop_growth": 0.5,
    "primacy_scale": 3.0, "primacy_decay": 3.0,
}  # fmt: skip
LOWEST = {"choice_noise": 0.2}


def at_random(model: Any, rng: np.random.Generator) -> Any:
    """``model`` with its numbers drawn at random."""
    names = [name for name in real_parameters(model) if "lapse" not in name]
    return model.replace(**{name: rng.uniform(LOWEST.get(name, 0.05), HIGHEST.get(name, 0.9)) for name in names})


def trials_of(task: str, n_trials: int, *, sources: bool = False, pool: ItemPool = MEANING) -> Trials:
    trials = TASKS[task].trials(n_trials, seed=2, pool=pool)
    if not sources:
        return trials
    return replace(trials, source=np.random.default_rng(8).integers(3, size=trials.items.shape, dtype=np.int32))


def one_of(model: Any, recalls: Recalls) -> tuple[Events, Any]:
    found = type(model).fast_gradients([model], recalls, np.zeros(len(recalls), dtype=np.int32))
    assert found is not None, "the compiled loops take it"
    return found


def total(model: Any, recalls: Recalls, weights: np.ndarray) -> float:
    events = model.fast_events(recalls, np.random.default_rng(0))
    return float((weights[0] * events.outcome + weights[1] * events.silence).sum())


def difference(model: Any, recalls: Recalls, weights: np.ndarray, name: str, sides: str, scale: float) -> float:
    """The derivative by a parameter, from five points (both sides) or four (one side), exact to about 1e-9."""
    value = getattr(model, name)
    step = scale * max(abs(value), 0.1)
    points = {
        "both": {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12},
        "up": {0: -25 / 12, 1: 4, 2: -3, 3: 4 / 3, 4: -1 / 4},
        "down": {0: 25 / 12, -1: -4, -2: 3, -3: -4 / 3, -4: 1 / 4},
    }[sides]
    each = [share * total(model.replace(**{name: value + at * step}), recalls, weights) for at, share in points.items()]
    return sum(each) / step


def check(
    model: Any, recalls: Recalls, *names: str, sides: str = "both", scale: float = 5e-4, tolerance: float = 1e-6
) -> None:
    """Compare with differences, by all parameters if none is named."""
    events, pullback = one_of(model, recalls)
    weights = np.random.default_rng(3).normal(size=(2, *events.outcome.shape))
    found = pullback(Events(weights[0], weights[1]))
    for name in names or [name for name in real_parameters(model) if "lapse" not in name]:
        slope = float(np.ravel(found.get(name, 0.0))[0])
        expected = difference(model, recalls, weights, name, sides, scale)
        assert slope == pytest.approx(expected, rel=tolerance, abs=tolerance), name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("sources", [False, True], ids=["", "sources"])
def test_events_and_derivatives(form: str, task: str, sources: bool) -> None:
    rng = np.random.default_rng(len(form) + len(task))
    trials = trials_of(task, 12, sources=sources)
    for _ in range(2):
        model = at_random(FORMS[form], rng)
        recalls = simulate_steps(model, trials, 1)
        own, steps = one_of(model, recalls)[0], event_probabilities(model, recalls, rng)
        fast = model.fast_events(recalls, rng)
        for which in range(2):
            assert np.allclose(own[which], steps[which], rtol=1e-12, atol=1e-14)
            assert np.array_equal(own[which], fast[which])
        check(model, recalls)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), form=st.sampled_from(sorted(FORMS)), task=st.sampled_from(sorted(TASKS)),
    sources=st.booleans(), length=st.integers(1, 10),
)  # fmt: skip
def test_derivatives_all_over_parameter_space(seed: int, form: str, task: str, sources: bool, length: int) -> None:
    rng = np.random.default_rng(seed)
    settings = {"group_size": 0} if task == "backward in groups" else {}
    trials = TASKS[task].replace(list_length=length, **settings).trials(5, seed=1, pool=MEANING)
    if sources:
        trials = replace(trials, source=rng.integers(2, size=trials.items.shape, dtype=np.int32))
    model = at_random(FORMS[form], rng)
    rising = model.stop_base * np.exp(model.stop_growth * np.arange(length + 1))
    assume(np.abs(rising - 1).min() > 0.01)  # stopping that is just becoming certain has another slope on either side
    check(model, simulate_steps(model, trials, 1), tolerance=3e-6)


def test_responses_that_are_left_out() -> None:
    """Repeats, intrusions and omissions, which serial recall goes on after."""
    rows = [[1, 1, -1, 2, 0, 3], [0, 0, 6, 6, 5, -1], [6, 5, 4, 3, 2, 1], [0, 0, 0, 0, 0, 0]]
    for task in ("forward", "reconstruction"):
        trials = TASKS[task].replace(list_length=6).trials(4, pool=MEANING)
        for form in FORMS.values():
            model = at_random(form, np.random.default_rng(4))
            recalls = Recalls(trials, np.array(rows, dtype=np.int32), np.zeros(4, dtype=bool))
            if task == "reconstruction":
                recalls = recalls[2]
            steps, own = event_probabilities(model, recalls, np.random.default_rng(0)), one_of(model, recalls)[0]
            for which in range(2):
                assert np.allclose(own[which], steps[which], rtol=1e-12, atol=1e-14)
            check(model, recalls)


@pytest.mark.parametrize("form", FORMS)
def test_slopes_at_the_lower_bounds_are_one_sided(form: str) -> None:
    recalls = simulate_steps(CMR(), trials_of("distraction", 15, sources=True), 1)
    model = at_random(FORMS[form], np.random.default_rng(1))
    names = [name for name in real_parameters(model) if "lapse" not in name and name != "choice_noise"]
    for name in names:
        check(model.replace(**{name: 0.0}), recalls, name, sides="up", tolerance=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_drift_of_exactly_one(form: str) -> None:
    """Where the slope is finite it is right; where it is infinite, a large number has its sign."""
    recalls = simulate_steps(INSIDE, trials_of("distraction", 15, sources=True), 1)
    model = at_random(FORMS[form], np.random.default_rng(1))
    weights = np.random.default_rng(3).normal(size=(2, *one_of(model, recalls)[0].outcome.shape))
    for name in [name for name in real_parameters(model) if name.endswith("drift")]:
        high = model.replace(**{name: 1.0})
        slope = float(one_of(high, recalls)[1](Events(weights[0], weights[1])).get(name, np.zeros(1))[0])
        near = (total(high, recalls, weights) - total(model.replace(**{name: 1 - 1e-9}), recalls, weights)) / 1e-9
        assert np.isfinite(slope)
        if abs(near) > 100:
            assert np.sign(slope) == np.sign(near) and abs(slope) > abs(near), name
        else:
            assert slope == pytest.approx(near, rel=1e-3, abs=1e-4), name


def test_certain_stopping_and_supports_below_the_floor_have_no_slope() -> None:
    recalls = simulate_steps(CMR(stop_base=0.0), trials_of("immediate", 20), 1)
    capped = CMR(stop_base=0.4, stop_growth=0.5, choice_exponent=1.5)
    check(capped, recalls, "stop_base", "stop_growth", "encoding_drift", "choice_exponent")
    check(CMR(stop_base=0.0, stop_growth=9.0), recalls, "stop_growth", "encoding_drift")
    far = CMR(encoding_drift=0.999, start_drift=0.0, context_to_item_shared=0.0, recall_drift=0.99, choice_exponent=0.3)
    state = study(far, recalls.trials, np.random.default_rng(0))
    assert 0 < (state.searching.support[0] < 1e-6).sum() < 7
    for rule, number in (("power", "choice_exponent"), ("exponential", "choice_noise")):
        model = far.replace(choice_rule=rule)
        check(model, recalls, "encoding_drift", "recall_drift", number, scale=2e-6, tolerance=1e-5)


def test_items_that_let_nothing_in() -> None:
    """Without context of their own before the list, items leave context as it is, but for its length."""
    for name in ("item_to_context_own", "item_to_context_learning"):
        model = INSIDE.replace(item_to_context_own=0.0, item_to_context_shared=0.0).replace(**{name: 0.0})
        recalls = simulate_steps(model, trials_of("immediate", 10), 1)
        steps, own = event_probabilities(model, recalls, np.random.default_rng(0)), one_of(model, recalls)[0]
        assert np.allclose(own.outcome, steps.outcome, rtol=1e-12, atol=0)
        check(model, recalls, "encoding_drift", "start_drift", "recall_drift", "context_to_item_own", "primacy_scale")


def test_meaning_has_a_slope_where_it_has_no_weight_yet() -> None:
    trials = trials_of("immediate", 20)
    check(CMR(semantic_support=0.0), simulate_steps(CMR(), trials, 1), "semantic_support", sides="up", tolerance=1e-5)
    bare = trials_of("immediate", 20, pool=ItemPool.numbered(30))
    recalls = simulate_steps(CMR(), bare, 1)
    assert log_likelihood_gradient(CMR(), recalls, ["semantic_support"]).gradient["semantic_support"] == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sources", [False, True], ids=["", "sources"])
def test_many_models_at_once_are_each_by_itself(form: str, sources: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    models = [at_random(FORMS[form], rng) for _ in range(9)]
    trials = trials_of("distraction", 60, sources=sources)
    recalls = simulate_steps(models[0], trials, 1)
    owner = rng.integers(0, 8, len(recalls)).astype(np.int32)  # the last has no list
    names = [name for name in real_parameters(models[0]) if name != "list_lapse"]
    together = log_likelihood_gradients(models, recalls, owner, names)
    for index, model in enumerate(models):
        rows = np.flatnonzero(owner == index)
        if not len(rows):
            assert all(together.gradient[name][index] == 0 for name in names)
            continue
        alone = log_likelihood_gradient(model, recalls[rows], names)
        assert np.allclose(together.log_likelihood[rows], alone.log_likelihood, rtol=1e-13, atol=0)
        for name in names:
            assert together.gradient[name][index] == pytest.approx(alone.gradient[name], rel=1e-10, abs=1e-10)
    for size in ("BLOCK", "LARGE_BLOCK"):
        monkeypatch.setattr(compiled_recall, size, 120)
    in_blocks = log_likelihood_gradients(models, recalls, owner, names)
    assert np.allclose(in_blocks.log_likelihood, together.log_likelihood, rtol=1e-13, atol=0)
    for name in names:
        assert np.allclose(in_blocks.gradient[name], together.gradient[name], rtol=1e-10, atol=1e-10)


def test_models_that_differ_in_words_are_not_taken_together() -> None:
    recalls = simulate_steps(CMR(), trials_of("immediate", 4), 1)
    models = [CMR(), CMR(choice_rule="exponential")]
    assert CMR.fast_gradients(models, recalls, np.array([0, 0, 1, 1], dtype=np.int32)) is None


@pytest.mark.parametrize("model", [TCM(), CMR(), CMR(semantic_support=0.4)], ids=["TCM", "CMR", "meaning"])
def test_lapses_simulate_as_by_the_steps(model: Any) -> None:
    model = model.replace(lapse=0.2, list_lapse=0.1)
    trials = trials_of("immediate", 15_000, sources=True)
    assert trials.items.size > SMALL
    compiled, steps = simulate(model, trials, seed=7), simulate_steps(model, trials, 7)
    assert np.array_equal(compiled.positions, steps.positions)
    assert np.array_equal(compiled.stopped, steps.stopped)

"""What every registered model must hold, and each model's known answers."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, MemoryModel, Trials, check, log_likelihood, simulate
from memsim.analysis import lag_crp, probability_of_nth_recall, serial_position_curve
from memsim.contract import frequencies
from memsim.contract.checking import Check, run_checks
from memsim.contract.frequencies import compare_frequencies, every_recall
from memsim.core.errors import ModelError
from memsim.core.loop import event_probabilities, simulate_steps
from memsim.core.position_model import Model
from memsim.core.seeding import stream
from memsim.models import CMR, TCM, Strength
from memsim.models.context.drift import Search
from memsim.models.lookup import build_model, find_model
from memsim.models.registered import MODELS, models_for
from memsim.models.stopping import exponential_stopping
from memsim.paradigms import FreeRecall
from tests.models.drawn_parameters import values_of

FOUR = FreeRecall(list_length=4, output_limit=4)
EVERY = {spec: build_model(spec) for spec in models_for("free", baselines=True)}
SCORED = {name: model for name, model in EVERY.items() if model.likelihood in ("exact", "sampled")}
every_scored = pytest.mark.parametrize("model", SCORED.values(), ids=SCORED)


@pytest.mark.parametrize("model", EVERY.values(), ids=EVERY)
def test_passes_the_model_checks(model: Model) -> None:
    assert all(isinstance(each, Check) and not each.problem for each in check(model))


@every_scored
def test_all_recalls_of_four_items_sum_to_one(model: MemoryModel[Any]) -> None:
    assert np.exp(log_likelihood(model, every_recall(model, FOUR.trials(1)))).sum() == pytest.approx(1, abs=1e-9)


@every_scored
def test_simulation_agrees_with_likelihood_on_200_000_trials(model: MemoryModel[Any]) -> None:
    same_list = FOUR.trials(1)[np.zeros(200_000, dtype=int)]
    assert compare_frequencies(model, simulate(model, same_list, seed=11)) == ""


@pytest.mark.parametrize("model", EVERY.values(), ids=EVERY)
def test_every_parameter_says_what_it_is_and_where_its_default_comes_from(model: Model) -> None:
    for declared in model.parameters():
        assert declared.doc and declared.source, declared.name
    for name, preset in model.presets.items():
        found = type(model).preset(name).values()
        changed = {key: value for key, value in found.items() if value != type(model)().values()[key]}
        assert (
            preset.source
            and found.items() >= preset.values.items()
            and changed.keys() <= {*preset.values, "weights_sha256"}
        )


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_recalls_sum_to_one_all_over_parameter_space(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from([CMR, TCM, Strength]))
    values = {
        p.name: data.draw(values_of(p), label=p.name)
        for p in cls.parameters()
        if p.name != "semantic_support"  # needs a pool with similarity
    }
    model: MemoryModel[Any] = cls(**values)
    filled = FOUR.replace(initial_distraction=1, inter_item_distraction=2, retention_interval=5)
    for paradigm in (FOUR, FOUR.replace(initial_distraction=3), filled):
        trial = paradigm.trials(1)
        for source in (None, [[0, 1, 1, 0]]):
            recalls = every_recall(model, replace(trial, source=source))
            assert np.exp(log_likelihood(model, recalls)).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in MODELS.names() if name != "Strength"])
def test_models_that_ship_are_final_but_for_the_template(name: str) -> None:
    cls = MODELS.get(name)
    with pytest.raises(ModelError, match=f"Mine is a subclass of {cls.__name__}, which is final"):
        type("Mine", (cls,), {})


# Checks that must fail: each breaks one promise of the interface.


class Forgetful(Strength):
    def recalled(self, state: Any, position: Any) -> Any:
        return state


class Misspelled(Strength):
    def distact(self, state: Any, seconds: float) -> Any:
        return state


class Stateless(Strength):
    def study(self, state: Any, position: int) -> Any:
        state[:, position] = 1


class Leaky(Strength):
    def outcome_probabilities(self, state: Any) -> Any:
        mixed = np.where(state > 0, 0.9 * state + 0.1 * state.mean(axis=0), 0)
        return mixed / mixed.sum(axis=1, keepdims=True)


class Moody(Strength):
    def outcome_probabilities(self, state: Any) -> Any:
        noisy = state * np.random.default_rng().uniform(0.5, 1, state.shape)
        return noisy / noisy.sum(axis=1, keepdims=True)


class Unbounded(Strength):
    def cue(self, state: Any, cue: str) -> Any:
        if self.retention == 1:
            raise ZeroDivisionError("retention of 1")
        return super().cue(state, cue)


class Hasty(Strength):
    def fast_simulation(self, trials: Trials, seed: int) -> Any:
        return simulate_steps(Strength(retention=0.9), trials, seed)


class Boastful(Strength):
    def fast_events(self, recalls: Any, rng: Any) -> Any:
        return event_probabilities(self, recalls, rng).combined(np.sqrt)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Forgetful, ["gave an item twice", "declare repeats = True"]),
        (Misspelled, ["distact(), which nothing calls; is distract() meant?"]),
        (Stateless, ["Stateless.study returned None; every step returns the state"]),
        (Leaky, ["only use the trial's own row"]),
        (Moody, ["two runs with one seed differ"]),
        (Unbounded, ["retention=1: retention of 1"]),
        (Hasty, ["chi-square"]),
        (Boastful, ["fast likelihood", "by the steps"]),
    ],
)
def test_model_checks_catch(broken: type[Strength], words: list[str]) -> None:
    with pytest.raises(ModelError) as caught:
        check(broken)
    assert all(word in str(caught.value) for word in [broken.__name__, *words])


def test_model_checks_survive_any_exception() -> None:
    class Broken(Strength):
        def study(self, state: Any, position: int) -> Any:
            raise KeyError("oops")

    failed = [check for check in run_checks(Broken) if check.problem]
    assert len(failed) == 1 and "KeyError: 'oops' (" in failed[0].problem and "test_contract.py:" in failed[0].problem


@dataclass(frozen=True)
class Attention(Strength):
    """Each trial attends to a random half of its items: a random encoding, so a sampled likelihood."""

    likelihood = "sampled"

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        self_and_attention = np.zeros((2, len(trials), trials.list_length + 1))
        self_and_attention[1] = rng.uniform(0.2, 1, (len(trials), trials.list_length + 1))
        return self_and_attention

    def study(self, state: Any, position: int) -> Any:
        state[0] *= self.retention
        state[0, :, position] = state[1, :, position]
        return state

    def cue(self, state: Any, cue: str) -> Any:
        return super().cue(state[0], cue)


@dataclass(frozen=True)
class LeakyAttention(Attention):
    def outcome_probabilities(self, state: Any) -> Any:
        mixed = np.where(state > 0, 0.9 * state + 0.1 * state.mean(axis=0), 0)
        return mixed / mixed.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class ByFeature(Strength):
    """Reads the pool's features, and does another task than free recall."""

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        assert trials.pool.features is not None, "needs features"
        return super().begin(trials, rng) + 0 * trials.pool.features.sum()

    def cue(self, state: Any, cue: str) -> Any:
        return super().cue(state, "free" if cue == "forward" else cue)


@dataclass(frozen=True)
class SingleWord(FreeRecall):
    cue = "forward"


@pytest.mark.parametrize("seed", range(4))
def test_a_sound_model_with_random_encoding_passes(seed: int) -> None:
    check(Attention, seed=seed)


def test_a_leak_between_trials_with_random_encoding_is_caught() -> None:
    with pytest.raises(ModelError, match="(?s)trials of a batch do not affect one another.*among other responses"):
        check(LeakyAttention)


def test_scoring_does_not_know_the_encodings_that_made_the_data() -> None:
    """Were they shared, the seed that simulated would score its own recalls far above every other seed."""
    recalls = simulate(Attention(), FreeRecall(list_length=8).trials(400), seed=3)
    totals = [log_likelihood(Attention(), recalls, samples=50, seed=seed).sum() for seed in range(8)]
    others = np.delete(totals, 3)
    assert abs(totals[3] - others.mean()) < 5 * others.std(ddof=1)


def test_checks_in_another_task_with_another_pool() -> None:
    check(ByFeature, paradigm=SingleWord())
    featureless = ItemPool.numbered(20)
    with pytest.raises(ModelError, match="needs features"):
        check(ByFeature, paradigm=SingleWord(), pool=featureless)


def test_random_numbers_are_shared_within_a_class_and_not_between() -> None:
    trials = FreeRecall(list_length=12).trials(4000)
    recalled = [
        np.count_nonzero(simulate(model, trials, seed=1).positions, axis=1)
        for model in (TCM(), TCM(context_drift=0.6), Strength())
    ]
    correlation = np.corrcoef(recalled)
    assert correlation[0, 1] > 0.9 and abs(correlation[0, 2]) < 5 / np.sqrt(4000)


# TCM


def searched(model: TCM, **settings: Any) -> tuple[np.ndarray, Search]:
    """The context at test, and the state of the search."""
    paradigm = FreeRecall(**settings)
    state = model.begin(paradigm.trials(1), stream(0, "unused"))
    for event in paradigm.presentation():
        state = model.study(state, event[0]) if type(event).__name__ == "Study" else model.distract(state, event[0])
    context = state.temporal.context[0]
    state = model.cue(state, "free")
    assert state.search is not None
    return context, state.search


def test_tcm_golden_case() -> None:
    """L = 3, β = .6, γ = 1, τ = .4, context after its update: worked by hand."""
    model = TCM(context_drift=0.6, choice_noise=0.4, stop_base=0)
    paradigm = FreeRecall(list_length=3)
    state = model.begin(paradigm.trials(1), stream(0, "unused"))
    for position in range(3):
        state = model.study(state, position)
    assert np.allclose(state.temporal.context, [0.384, 0.48, 0.6, 0.512], atol=1e-12)
    state = model.cue(state, "free")
    assert state.search is not None
    assert np.allclose(state.search.support, [[0.64, 0.80, 1.0]], atol=1e-12)
    assert np.allclose(model.outcome_probabilities(state), [[0.107815, 0.239946, 0.652240, 0]], atol=5e-7)
    state = model.recalled(state, np.array([1], dtype=np.int32))
    assert state.search is not None
    assert np.allclose(state.search.support[0, [0, 2]], [0.574629, 0.907921], atol=5e-7)
    assert np.allclose(model.outcome_probabilities(state), [[0.158897, 0, 0.841103, 0]], atol=5e-7)


@given(
    drift=st.floats(0.05, 0.95), length=st.integers(1, 12), between=st.floats(0, 20), after=st.floats(0, 20),
    rate=st.floats(0, 0.99), before=st.floats(0, 20),
)  # fmt: skip
def test_tcm_closed_forms(drift: float, length: int, between: float, after: float, rate: float, before: float) -> None:
    """a_i = ρ_RI (ρ ρ_IPI)^(L-i), and contexts keep unit length (Howard & Kahana, 2002).

    Distraction before the first item leaves this as it is: what precedes the list is in all contexts, whatever it was.
    """
    model = TCM(context_drift=drift, distraction_drift=rate)
    settings = {"list_length": length, "inter_item_distraction": between, "retention_interval": after}
    settings["initial_distraction"] = before
    context, search = searched(model, **settings)
    assert np.linalg.norm(context) == pytest.approx(1)
    kept, second = np.sqrt(1 - drift**2), np.sqrt(1 - rate**2)
    expected = second**after * (kept * second**between) ** (length - 1 - np.arange(length))
    assert np.allclose(search.support[0], expected, atol=1e-12)
    assert np.allclose(np.diag(search.gain[0, :, 0, 1]), 1)


def test_tcm_linear_activations_equal_explicit_context() -> None:
    """The search, which never holds a context, against one that keeps every context vector."""
    model = TCM(context_drift=0.7, old_to_new_context=0.6, association="pre")
    length, order = 6, [4, 1, 5, 0]
    units = np.eye(length + 1)
    context, bound = units[length], []
    for i in range(length):
        bound.append(context)
        context = np.sqrt(1 - 0.7**2) * context + 0.7 * units[i]
    state = model.begin(FreeRecall(list_length=length).trials(1), stream(0, "unused"))
    for i in range(length):
        state = model.study(state, i)
    state = model.cue(state, "free")
    for item in order:
        arriving = 0.6 * units[item] + bound[item]
        arriving = arriving / np.linalg.norm(arriving)
        overlap = context @ arriving
        context = (np.sqrt(1 + 0.49 * (overlap**2 - 1)) - 0.7 * overlap) * context + 0.7 * arriving
        assert np.linalg.norm(context) == pytest.approx(1)
        state = model.recalled(state, np.array([item], dtype=np.int32))
        assert state.search is not None
        assert np.allclose(state.search.support[0], np.array(bound) @ context, atol=1e-12)


def first_recall_and_crp(paradigm: FreeRecall) -> tuple[np.ndarray, dict[int, float]]:
    recalls = simulate(TCM(), paradigm.trials(40_000), seed=5)
    crp = lag_crp(recalls).set_index("lag")["prob"]
    return probability_of_nth_recall(recalls)["prob"].to_numpy(), {lag: float(crp[lag]) for lag in (-1, 1)}


def test_tcm_immediate_delayed_and_continuous_distractor_recall() -> None:
    """Recency goes with a delay and comes back with continuous distraction; contiguity survives both.

    Values of our own reference computation with these parameters, 16 items: first recall of the last
    positions and lag-CRP at -1, +1; its stop rule and first steps differ slightly, hence the tolerance.
    """
    seconds = 16  # leaves 30% of context at the default rate
    immediate, near = first_recall_and_crp(FreeRecall(list_length=16))
    assert immediate[-3:] == pytest.approx([0.089, 0.194, 0.526], abs=0.01)
    assert (near[-1], near[1]) == pytest.approx((0.167, 0.295), abs=0.035)
    delayed, far = first_recall_and_crp(FreeRecall(list_length=16, retention_interval=seconds))
    assert delayed[-5:] == pytest.approx([0.065, 0.075, 0.090, 0.113, 0.153], abs=0.01)
    assert far[1] > 1.3 * far[-1] > 1.3 * 1 / 15
    half = seconds * np.log(0.5) / np.log(0.3)  # seconds that leave 50%
    settings = {"inter_item_distraction": half, "retention_interval": half}
    continuous, wide = first_recall_and_crp(FreeRecall(list_length=16, **settings))
    assert continuous[-5:] == pytest.approx([0.039, 0.043, 0.053, 0.091, 0.362], abs=0.01)
    assert 1.2 < wide[1] / wide[-1] < 1.8
    assert delayed[-1] < 0.4 * immediate[-1] and continuous[-1] > 2 * delayed[-1]


def test_stopping_rule() -> None:
    n = np.array([0, 1, 10, 20], dtype=np.int32)
    stop = exponential_stopping(n, 20, 0.05, 0.3)
    assert np.allclose(stop, [0.05, 0.05 * np.exp(0.3), 1 - 1e-9, 1], rtol=1e-12)


# Strength


def test_strength_first_recall_is_its_strength() -> None:
    model = Strength(retention=0.5, residue=0.1, stopping=0.3)
    recalls = simulate(model, FreeRecall(list_length=3).trials(100_000), seed=3)
    strength = np.array([0.25, 0.5, 1]) + 0.1
    first = probability_of_nth_recall(recalls, responses="all")["prob"].to_numpy()
    assert np.abs(first - strength / (strength.sum() + 0.3)).max() < 0.006


def test_strength_forgets_over_a_delay_and_has_no_contiguity() -> None:
    curve = [
        serial_position_curve(simulate(Strength(), FreeRecall(retention_interval=delay).trials(5000)))["prob"]
        for delay in (0, 60)
    ]
    assert curve[0].iloc[-1] > 0.8 and curve[1].iloc[-1] - curve[1].iloc[9] < 0.03


PLUG_IN_OF_THE_FIRST_EDITION = """
from dataclasses import dataclass
import numpy as np
from memsim import MemoryModel, parameter

@dataclass(frozen=True)
class Fading(MemoryModel):
    retention: float = parameter(0.57, 0, 1, "", "λ", "share of a trace left after a word or second", "fitted here")
    stopping: float = parameter(0.25, 1e-6, 10, "", "s", "strength of stopping", "fitted here")

    def begin(self, trials, rng):
        return np.zeros((len(trials), trials.list_length + 1))

    def study(self, state, position):
        state *= self.retention
        state[:, position] = 1
        return state

    def distract(self, state, seconds):
        return state * self.retention**seconds

    def cue(self, state, cue):
        state[:, -1] = self.stopping
        return super().cue(state, cue)

    def outcome_probabilities(self, state):
        return state / state.sum(axis=1, keepdims=True)

    def recalled(self, state, position):
        state[np.arange(len(state)), position] = 0
        state[:, -1] = self.stopping
        return state
"""


def test_a_plug_in_of_the_first_edition_runs(tmp_path: Path) -> None:
    """Its parameters are described by position, which warns, and otherwise it is a model like any other."""
    path = tmp_path / "fading.py"
    path.write_text(PLUG_IN_OF_THE_FIRST_EDITION)
    with pytest.warns(FutureWarning, match="write unit='', symbol=.*each by its name"):
        _, fading = find_model(str(path))
    assert isinstance(fading, type)
    check(fading)
    declared = {each.name: each for each in fading.parameters()}
    assert declared["retention"].symbol == "λ" and declared["stopping"].doc == "strength of stopping"
    assert len(simulate(fading(), FreeRecall(list_length=5).trials(10), 0)) == 10


@pytest.mark.parametrize("sound", [True, False])
def test_a_likelihood_that_few_encodings_carry_is_compared_by_its_error(
    monkeypatch: pytest.MonkeyPatch, sound: bool
) -> None:
    """Each encoding gives a response either all probability or none, the most that estimates can vary."""
    rng = np.random.default_rng(0)
    model: Any = SimpleNamespace(likelihood="sampled")
    problems = 0
    for _ in range(30):
        true = rng.dirichlet(np.full(120, 20.0))

        def estimated(*given: Any, samples: int, true: Any = true, **more: Any) -> Any:
            return np.log(np.maximum(rng.binomial(samples, true) / samples, 1e-5))

        monkeypatch.setattr(frequencies, "log_likelihood", estimated)
        seen = rng.multinomial(10_000, true if sound else np.sort(true) ** 2 / (true**2).sum())
        found = frequencies.likelihoods(model, model, 0)
        problems += bool(frequencies.disagreement(seen, *found, names=[""] * 120))
    assert problems == (0 if sound else 30)

"""Gradients: the chain rule of the core, and differences in one batch and one by one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from memsim import MemoryModel, Recalls, log_likelihood, log_likelihood_gradient, parameter, simulate
from memsim.contract.checking import run_checks
from memsim.core import differences
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.gradient import log_likelihood_gradients
from memsim.core.loop import event_probabilities
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.parameters import choice
from memsim.models import SAM, TCMA, Perturbation, Strength
from memsim.paradigms import FreeRecall, SerialRecall

RECALLS = simulate(Strength(), FreeRecall(list_length=6).trials(30), 1)
STOPPING = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0])


@dataclass(frozen=True)
class Coin(MemoryModel[Any]):
    """Stops with probability ``stop``; else every item left is equally likely. Its gradient is written by hand."""

    stop: float = parameter(0.3, 0, 1)

    def begin(self, trials: Any, rng: Any) -> Any:
        return np.ones(trials.items.shape)

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        left = state.sum(axis=1)
        stop = np.where(left == 0, 1, self.stop)
        share = (1 - stop) / np.maximum(left, 1)
        return np.column_stack((state * share[:, None], stop))

    def recalled(self, state: Any, position: Any) -> Any:
        rows = np.flatnonzero(position < state.shape[1])
        state[rows, position[rows]] = 0
        return state

    def fast_gradient(self, recalls: Recalls, rng: Any) -> tuple[Events, Pullback]:
        events = event_probabilities(self, recalls, rng)
        columns = scored_outcomes(recalls, False).columns
        forced = (events.silence == 1) | (columns == NO_EVENT)
        by_stop = np.where(columns == 6, 1, -events.outcome / np.where(forced, 1, 1 - self.stop))

        def pullback(by: Events) -> dict[str, float]:
            return {"stop": float(np.where(forced, 0, by.outcome * by_stop + by.silence).sum())}

        return events, pullback


@dataclass(frozen=True)
class Plain(Coin):
    """The same without a gradient."""

    fast_gradient = MemoryModel.fast_gradient  # type: ignore[assignment]


@pytest.mark.parametrize(
    "lapses", [{}, {"lapse": 0.1}, {"list_lapse": 0.2}, {"lapse": 0.3, "list_lapse": 0.1}], ids=str
)
@pytest.mark.parametrize("stopping", [None, STOPPING], ids=["own", "shared"])
def test_the_chain_rule_agrees_with_differences(lapses: dict[str, float], stopping: Any) -> None:
    ruled = log_likelihood_gradient(Coin(**lapses), RECALLS, stopping=stopping)
    plain = log_likelihood_gradient(Plain(**lapses), RECALLS, stopping=stopping)
    assert np.allclose(ruled.log_likelihood, log_likelihood(Coin(**lapses), RECALLS, stopping=stopping), rtol=1e-12)
    assert ruled.gradient.keys() == {"stop", "lapse", "list_lapse"}
    for name, value in plain.gradient.items():
        if lapses.get(name, name == "stop"):  # at 0, differences are one-sided
            assert ruled.gradient[name] == pytest.approx(value, rel=1e-6, abs=1e-6)
        else:
            assert ruled.gradient[name] == pytest.approx(value, rel=1e-2, abs=1e-6)


def test_a_list_of_probabilities_of_stopping_is_taken_as_an_array() -> None:
    given: Any = STOPPING.tolist()
    assert log_likelihood(Coin(), RECALLS, stopping=given) == pytest.approx(
        log_likelihood(Coin(), RECALLS, stopping=STOPPING)
    )
    with pytest.raises(InputError, match="give a probability of no response for each"):
        log_likelihood(Coin(), RECALLS, stopping=[0.5])


def test_many_models_at_once() -> None:
    models = [Coin(stop=0.2), Coin(stop=0.5, lapse=0.1), Coin(stop=0.4)]
    owner = np.arange(len(RECALLS)) % 2
    found = log_likelihood_gradients(models, RECALLS, owner, ["stop", "lapse"])
    for index in range(2):
        alone = log_likelihood_gradient(models[index], RECALLS[np.flatnonzero(owner == index)], ["stop", "lapse"])
        assert found.log_likelihood[owner == index] == pytest.approx(alone.log_likelihood)
        assert {name: values[index] for name, values in found.gradient.items()} == pytest.approx(alone.gradient)
    assert found.gradient["stop"][2] == 0, "a model without lists"


@dataclass(frozen=True)
class Stepwise(Strength):
    """The strength model by its steps alone."""


def test_differences_run_as_one_batch_where_the_steps_take_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["retention", "residue", "lapse", "list_lapse"]
    model = Stepwise(lapse=0.1, list_lapse=0.05)
    together = log_likelihood_gradient(model, RECALLS, names).gradient
    assert set(differences._TAKES_COLUMNS[Stepwise].values()) == {True}
    calls = []
    one_by_one = differences._one_by_one

    def counted(*each: Any) -> Any:
        calls.append(1)
        return one_by_one(*each)

    monkeypatch.setattr(differences, "_one_by_one", counted)
    assert log_likelihood_gradient(model, RECALLS, names).gradient == together
    assert len(calls) == 1, "the parameters themselves are compared on every call"
    monkeypatch.setattr(differences, "_in_one_batch", lambda *_: None)
    apart = log_likelihood_gradient(model, RECALLS, names).gradient
    assert len(calls) == 2 * len(names) + 2
    assert together == pytest.approx(apart, rel=1e-6)


@dataclass(frozen=True)
class Stubborn(Strength):
    """A model whose steps need plain numbers."""

    def cue(self, state: Any, cue: str) -> Any:
        return super().cue(state * float(self.retention), cue)


def test_a_model_that_takes_no_columns_is_differenced_point_by_point() -> None:
    found = log_likelihood_gradient(Stubborn(), RECALLS, ["retention"])
    usual, step = Stubborn().retention, 1e-6
    high, low = (log_likelihood(Stubborn(retention=usual + sign * step), RECALLS).sum() for sign in (1, -1))
    assert found.gradient["retention"] == pytest.approx((high - low) / (2 * step), rel=1e-5)
    assert set(differences._TAKES_COLUMNS[Stubborn].values()) == {False}


@dataclass(frozen=True)
class SharedWeights(Coin):
    """Weights of positions that all lists share, which therefore take no column; ``stop`` does."""

    primacy: float = parameter(0.8, 0.1, 1)
    shape: str = choice("power", ("power", "flat"))
    fast_gradient = MemoryModel.fast_gradient  # type: ignore[assignment]

    def begin(self, trials: Any, rng: Any) -> Any:
        weights = np.ones(trials.list_length) if self.shape == "flat" else self.primacy ** np.arange(trials.list_length)
        return np.broadcast_to(0.05 + weights / weights.sum(), trials.items.shape).copy()

    def outcome_probabilities(self, state: Any) -> Any:
        left = state.sum(axis=1, keepdims=True)
        stop = np.where(left == 0, 1.0, self.stop)
        return np.column_stack((np.divide(state, left, out=np.zeros_like(state), where=left > 0) * (1 - stop), stop))


@pytest.mark.parametrize("first", [SharedWeights(), SharedWeights(shape="flat")], ids=["names", "options"])
def test_columns_are_tried_for_the_parameters_that_vary(first: SharedWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    """That ``stop`` takes columns says nothing about ``primacy``, nor one option about another."""
    monkeypatch.setattr(differences, "_TAKES_COLUMNS", {})
    names = ["stop"] if first.shape == "power" else ["stop", "primacy"]
    log_likelihood_gradient(first, RECALLS, names)
    found = log_likelihood_gradient(SharedWeights(), RECALLS, ["stop", "primacy"])
    assert found.log_likelihood == pytest.approx(log_likelihood(SharedWeights(), RECALLS))
    for name, value in {"stop": 0.3, "primacy": 0.8}.items():
        ends = [log_likelihood(SharedWeights(**{name: value + sign * 1e-5}), RECALLS).sum() for sign in (1, -1)]
        assert found.gradient[name] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4)


@dataclass(frozen=True)
class LateWeights(SharedWeights):
    """The same, with a rule that no option names: beyond a value of ``stop``, weights are shared."""

    def begin(self, trials: Any, rng: Any) -> Any:
        return super().begin(trials, rng) if np.min(self.stop) > 0.5 else np.ones(trials.items.shape) * self.primacy


def test_the_parameters_themselves_are_compared_on_every_call() -> None:
    for stop in (0.3, 0.7):
        found = log_likelihood_gradient(LateWeights(stop=stop), RECALLS, ["stop", "primacy"])
        assert found.log_likelihood == pytest.approx(log_likelihood(LateWeights(stop=stop), RECALLS))


def test_check_sees_columns_that_were_wrongly_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    real = np.allclose
    monkeypatch.setattr(differences.np, "allclose", lambda *_, **__: True)
    wrong = log_likelihood_gradient(SharedWeights(), RECALLS, ["primacy"]).log_likelihood
    assert not real(wrong, log_likelihood(SharedWeights(), RECALLS))
    monkeypatch.setattr(differences, "_TAKES_COLUMNS", {})
    failed = [each.name for each in run_checks(SharedWeights()) if each.problem]
    assert "the gradient of its likelihood agrees with differences" in failed


def test_a_sampled_likelihood_is_differenced_with_the_same_histories() -> None:
    model = SAM(store_readout="soft", lapse=0.05)
    recalls = simulate(model, FreeRecall(list_length=5).trials(10), 2)
    found = log_likelihood_gradient(model, recalls, ["context_strength"], samples=20, seed=3)
    step = 1e-5
    ends = [
        log_likelihood(
            model.replace(context_strength=model.context_strength + sign * step), recalls, samples=20, seed=3
        )
        for sign in (-1, 1)
    ]
    assert found.gradient["context_strength"] == pytest.approx((ends[1] - ends[0]).sum() / (2 * step), rel=1e-3)


def test_what_has_no_derivative() -> None:
    with pytest.raises(InputError, match="no parameter 'retentoin'; did you mean 'retention'"):
        log_likelihood_gradient(Strength(), RECALLS, ["retentoin"])
    serial = simulate(Perturbation(), SerialRecall(list_length=5).trials(5), 0)
    with pytest.raises(InputError, match="cycles is not a real number"):
        log_likelihood_gradient(Perturbation(), serial, ["cycles"])
    with pytest.raises(LikelihoodError):
        log_likelihood_gradient(TCMA(), RECALLS)

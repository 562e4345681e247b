"""Gradients: the chain rule of the core, and differences in one batch and one by one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from memsim import MemoryModel, Recalls, log_likelihood, log_likelihood_gradient, parameter, simulate
from memsim.core import differences
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.gradient import log_likelihood_gradients
from memsim.core.loop import event_probabilities
from memsim.core.outcomes import NO_EVENT, scored_outcomes
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
    names = ["retention", "residue", "stopping", "lapse", "list_lapse"]
    model = Stepwise(lapse=0.1, list_lapse=0.05)
    together = log_likelihood_gradient(model, RECALLS, names).gradient
    calls = []
    one_by_one = differences._one_by_one

    def counted(*each: Any) -> Any:
        calls.append(1)
        return one_by_one(*each)

    monkeypatch.setattr(differences, "_one_by_one", counted)
    monkeypatch.setattr(differences, "_TAKES_COLUMNS", {Stepwise: False})
    apart = log_likelihood_gradient(model, RECALLS, names).gradient
    assert len(calls) == 2 * len(names) + 1
    assert together == pytest.approx(apart, rel=1e-6)


@dataclass(frozen=True)
class Stubborn(Strength):
    """A model whose steps need plain numbers."""

    def cue(self, state: Any, cue: str) -> Any:
        return super().cue(state * float(self.retention), cue)


def test_a_model_that_takes_no_columns_is_differenced_point_by_point() -> None:
    found = log_likelihood_gradient(Stubborn(), RECALLS, ["retention"])
    step = 1e-6
    high, low = (log_likelihood(Stubborn(retention=0.57 + sign * step), RECALLS).sum() for sign in (1, -1))
    assert found.gradient["retention"] == pytest.approx((high - low) / (2 * step), rel=1e-5)
    assert differences._TAKES_COLUMNS[Stubborn] is False


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

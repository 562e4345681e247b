"""Lists that hold an item twice: every model takes them by declaration, or refuses them before any work."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import memsim
from memsim import ItemPool, MemoryModel, PositionModel, Recalls, Trials
from memsim.core.errors import InputError
from memsim.evaluation.candidates import Candidate, Fitted, Reference
from memsim.evaluation.cross_validation import cross_validate
from memsim.fitting.spec import FitSpec
from memsim.models.registered import MODELS, variants
from memsim.paradigms import FreeRecall, SerialRecall

REFUSED = "list 0 holds an item twice; this takes lists of different items"
POOL = ItemPool(np.array(["cat", "dog"]))


def cat_dog_cat(serial: bool = False) -> Recalls:
    """Two lists cat dog cat; dog was recalled from the first, cat and dog from the second."""
    task = SerialRecall(list_length=3) if serial else FreeRecall(list_length=3)
    return Recalls(Trials(np.tile([0, 1, 0], (2, 1)), POOL, task), np.array([[2, 0], [1, 2]]))


MODELS_BY_LABEL = {
    label: model
    for name in MODELS.names()
    for label, model in variants(name, MODELS.get(name)).items()
    if {"free", "forward"} & set(model.cues)
}

USES: dict[str, Callable[[Any, Recalls], Any]] = {
    "simulate": lambda model, recalls: memsim.simulate(model, recalls.trials),
    "predict": lambda model, recalls: memsim.predict(model, recalls.trials),
    "log_likelihood": lambda model, recalls: memsim.log_likelihood(model, recalls, samples=2),
    "score": lambda model, recalls: memsim.score(model, recalls, samples=2),
    "event_log_probabilities": memsim.event_log_probabilities,
    "fit": lambda model, recalls: memsim.fit(model, recalls, starts=1, generations=1),
    "fit to curves": lambda model, recalls: memsim.fit(
        model, recalls, starts=1, generations=1, by="summary", weights={"serial_position_curve": 1.0}
    ),
    "compare": lambda model, recalls: memsim.compare({"it": model}, recalls, folds=2, starts=1, generations=1),
}


@pytest.mark.parametrize("label", MODELS_BY_LABEL)
def test_every_model_refuses_or_declares(label: str) -> None:
    """No model of memsim has an account of such lists, and each says so in one line in whatever it is used for."""
    model: Any = MODELS_BY_LABEL[label]
    recalls = cat_dog_cat(serial="free" not in model.cues)
    if isinstance(model, PositionModel):
        uses = {
            "predict": USES["predict"],
            "fit to curves": USES["fit to curves"],
            "position_log_likelihood": memsim.position_log_likelihood,
        }
    elif model.likelihood == "none":
        uses = {name: USES[name] for name in ("simulate", "predict")}
    else:
        uses = {name: use for name, use in USES.items() if name != "fit to curves"}
    assert not model.takes_repeated_items
    for name, use in uses.items():
        with pytest.raises(InputError) as error:
            use(model, recalls)
        assert REFUSED in str(error.value) and "\n" not in str(error.value), name


def test_fast_paths_decline() -> None:
    recalls, rng = cat_dog_cat(), np.random.default_rng(0)
    many = recalls.trials[np.zeros(40_000, dtype=int)]
    for name in ("SAM", "TCM", "CMR"):
        model: Any = MODELS_BY_LABEL[name]
        assert model.fast_events(recalls, rng) is None
    for name in ("TCM", "CMR"):
        assert MODELS_BY_LABEL[name].fast_simulation(many, 0) is None  # type: ignore[union-attr]


def test_people_and_networks_refuse() -> None:
    recalls = cat_dog_cat()
    with pytest.raises(InputError, match=REFUSED):
        memsim.show("DNC", people=recalls)
    with pytest.raises(InputError, match=REFUSED):
        cross_validate({"reference": Reference()}, recalls, folds=2)


@dataclass(frozen=True)
class Forgetful(MemoryModel[Any]):
    """Any different item that is left, or stopping, with equal probability."""

    takes_repeated_items = True

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        first = trials.first_presentation == np.arange(trials.list_length)
        return np.concatenate((first, np.ones((len(trials), 1))), axis=1).astype(float)

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        return state / state.sum(axis=1, keepdims=True)

    def recalled(self, state: Any, position: Any) -> Any:
        item = np.flatnonzero(position < state.shape[1] - 1)
        state[item, position[item]] = 0
        return state


class Wrong(Forgetful):
    """Declares it, and counts each presentation as an item of its own."""

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return np.ones((len(trials), trials.list_length + 1))


def test_check_tests_the_declaration() -> None:
    name = "all recalls of a list that holds an item twice sum to one"
    assert name in [each.name for each in memsim.check(Forgetful)]
    with pytest.raises(memsim.errors.ModelError, match=name):
        memsim.check(Wrong)


class Undeclared(Forgetful):
    takes_repeated_items = False


def test_a_model_that_declares_it_is_used_and_scored() -> None:
    """All responses to cat dog cat have a sum of probabilities of 1: nothing, cat, dog, cat dog, dog cat."""
    orders = [order for n in range(3) for order in itertools.permutations((1, 2), n)]
    positions = np.array([[*order, *[0] * (2 - len(order))] for order in orders])
    trials = Trials(np.tile([0, 1, 0], (len(orders), 1)), POOL, FreeRecall(list_length=3))
    recalls = Recalls(trials, positions)
    assert np.exp(memsim.log_likelihood(Forgetful(), recalls)).sum() == pytest.approx(1)
    assert set(memsim.simulate(Forgetful(), trials).positions.ravel()) <= {0, 1, 2}
    with pytest.raises(InputError, match=rf"Undeclared: {REFUSED}.*write takes_repeated_items = True in its class"):
        memsim.log_likelihood(Undeclared(), recalls)


def test_candidates_refuse_before_any_work() -> None:
    class Other(Candidate):
        def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
            raise AssertionError("no work was to be done")

    for candidate in (Other(), Fitted(FitSpec.of("TCM"))):
        with pytest.raises(InputError, match=REFUSED):
            cross_validate({"it": candidate}, cat_dog_cat(), folds=2)

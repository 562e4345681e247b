"""Models that give intrusions, in simulation and in likelihood."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from memsim import ItemPool, MemoryModel, Recalls, check, log_likelihood, parameter, score, simulate
from memsim.core.errors import ModelError
from memsim.models import DNC, Strength
from memsim.paradigms import FreeRecall, SerialRecall


@dataclass(frozen=True)
class Intruder(MemoryModel[Any]):
    """Gives any item, nothing, or an intrusion, with fixed probabilities."""

    repeats: ClassVar[bool] = True
    intrusions: ClassVar[bool] = True
    cues: ClassVar[tuple[str, ...]] = ("free", "forward")
    intruding: float = parameter(0.2, 0, 1)
    stopping: float = parameter(0.3, 0, 1)

    def begin(self, trials: Any, rng: Any) -> Any:
        return np.zeros((len(trials), trials.list_length))

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        n, length = state.shape
        rest = max(1 - self.intruding - self.stopping, 0)
        row = np.array([*[rest / length] * length, self.stopping, self.intruding])
        return np.tile(row / row.sum(), (n, 1)) if row.sum() else np.full((n, length + 2), 1 / (length + 2))

    def recalled(self, state: Any, position: Any) -> Any:
        state[:, 0] += position == state.shape[1] + 1
        return state


@pytest.mark.parametrize("task", [FreeRecall(list_length=4), SerialRecall(list_length=4)])
def test_a_model_with_intrusions_keeps_the_contract(task: Any) -> None:
    check(Intruder(), paradigm=task)
    recalls = simulate(Intruder(), task.trials(4000), seed=1)
    responses = (recalls.positions != 0).sum() + recalls.stopped.sum()
    asked = responses if task.silence_ends else recalls.positions.size
    share = recalls.is_intrusion.sum() / asked
    assert share == pytest.approx(0.2, abs=0.015)


def test_intrusions_are_scored_by_who_gives_them_and_left_out_by_others() -> None:
    recalls = Recalls.from_matrix([[2, -1, 1]], 4)
    expected = 2 * np.log(0.5 / 4) + np.log(0.2) + np.log(0.3)
    assert log_likelihood(Intruder(), recalls)[0] == pytest.approx(expected)
    assert score(Intruder(), recalls)[["events", "intrusions_left_out"]].iloc[0].tolist() == [4, 0]
    assert score(Strength(), recalls)[["events", "intrusions_left_out"]].iloc[0].tolist() == [3, 1]


def test_a_missing_column_is_named() -> None:
    class Short(Intruder):
        def outcome_probabilities(self, state: Any) -> Any:
            return np.full((len(state), state.shape[1] + 1), 1 / (state.shape[1] + 1))

    with pytest.raises(ModelError, match=r"list_length \+ 2\) = \(2, 6\); the last columns are no further"):
        simulate(Short(), FreeRecall(list_length=4).trials(2))


@pytest.mark.parametrize(
    ("model", "task"),
    [
        (DNC(weights="dnc-closed"), FreeRecall(list_length=5)),
        (DNC.preset("serial").replace(choice_strength=0.4), SerialRecall()),
    ],
)
def test_the_pool_intrudes_on_a_network_that_may_give_all_of_it(model: Any, task: Any) -> None:
    pool = ItemPool.numbered(40)
    trials = task.trials(600, pool=pool)
    open_set = model.replace(response_set="pool")
    assert simulate(model, trials, seed=1).is_intrusion.sum() == 0
    recalls = simulate(open_set, trials, seed=1)
    assert 0.02 < recalls.is_intrusion.mean() < 0.9
    likelihood = log_likelihood(open_set, recalls)
    assert np.isfinite(likelihood).all()
    # A pool that contains only the list has no item that could intrude.
    alone = task.trials(50, pool=ItemPool.numbered(task.list_length))
    assert simulate(open_set, alone, seed=1).is_intrusion.sum() == 0
    check(open_set, paradigm=type(task)(list_length=4))

"""The recall loop: simulation, likelihood, and the errors that it raises."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from memsim import (
    ItemPool,
    MemoryModel,
    Paradigm,
    Recalls,
    Trials,
    event_log_probabilities,
    log_likelihood,
    score,
    simulate,
)
from memsim.contract.frequencies import every_recall
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.origin import Simulated
from memsim.core.outcomes import scored_outcomes
from memsim.models import TCM, Strength
from memsim.paradigms import FreeRecall


@dataclass(frozen=True)
class Table(MemoryModel[Any]):
    """A model with the same probabilities at every step."""

    row: tuple[float, ...] = (0.5, 0.25, 0.25)
    repeats: ClassVar[bool] = True

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return len(trials)

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        return np.tile(self.row, (state, 1))

    def recalled(self, state: Any, position: Any) -> Any:
        return state


@dataclass(frozen=True)
class Coin(Table):
    """A model in which a fair coin decides, in each trial, which of two items can be recalled."""

    likelihood = "sampled"

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return rng.random(len(trials)) < 0.5

    def outcome_probabilities(self, state: Any) -> Any:
        return np.stack([state * 0.8, ~state * 0.8, np.full(len(state), 0.2)], axis=1)


@dataclass(frozen=True)
class Forward(Paradigm):
    """A task in which silence is an omission."""

    cue = "free"
    silence_ends = False

    @property
    def response_limit(self) -> int:
        return self.list_length


PAIR = FreeRecall(list_length=2)


def test_likelihood_of_a_known_table() -> None:
    recalls = Recalls.from_matrix([[1, 2, 1], [2, -1, 0], [0, 0, 0]], list_length=2)
    expected = np.log([0.5 * 0.25 * 0.5 * 0.25, 0.25 * 0.25, 0.25])
    assert np.allclose(log_likelihood(Table(), recalls), expected, rtol=1e-14)
    scored = score(Table(), recalls)
    assert scored.attrs == {"model": "Table", "parameters": {"lapse": 0.0, "list_lapse": 0.0}}
    assert scored["events"].tolist() == [4, 2, 1]
    assert scored["intrusions_left_out"].tolist() == [0, 1, 0]
    events = event_log_probabilities(Table(), recalls)
    assert np.allclose(np.exp(events[0]), [0.5, 0.25, 0.5, 0.25]) and np.isnan(events[2, 1:]).all()


def test_cut_recall_has_no_stop_event() -> None:
    recalls = Recalls.from_matrix([[1, 2], [1, 0]], list_length=2, output_limit=2)
    assert np.allclose(log_likelihood(Table(), recalls), np.log([0.5 * 0.25, 0.5 * 0.25]))
    assert score(Table(), recalls)["events"].tolist() == [2, 2]


def test_outcomes_are_counted_once_per_recalls_and_rule() -> None:
    recalls = Recalls.from_matrix([[1, 1, 2]], list_length=2)
    with_repeats, without = scored_outcomes(recalls, True), scored_outcomes(recalls, False)
    assert scored_outcomes(recalls, False) is without
    assert with_repeats.columns.tolist() == [[0, 0, 1, 2]] and without.columns.tolist() == [[0, 1, 2, -1]]
    assert not any(array.flags.writeable for array in without)


def test_repeats_are_left_out_of_models_that_cannot_repeat() -> None:
    recalls = Recalls.from_matrix([[2, 2, -1, 1, 0]], list_length=3)
    clean = Recalls.from_matrix([[2, 1]], list_length=3)
    for model in (TCM(), Strength()):
        assert np.allclose(log_likelihood(model, recalls), log_likelihood(model, clean), rtol=1e-12)
    counted = score(TCM(), recalls).iloc[0]
    assert counted[["events", "intrusions_left_out", "repeats_left_out"]].tolist() == [3, 1, 1]


def test_omissions_and_intrusions_keep_their_place_where_silence_does_not_end_recall() -> None:
    trials = Forward(list_length=3).trials(1)
    recalls = Recalls(trials, np.array([[0, -1, 2]]), stopped=np.array([False]))
    assert scored_outcomes(recalls, repeats=False).columns.tolist() == [[3, -1, 1]]
    row = (0.2, 0.3, 0.1, 0.4)
    assert np.allclose(log_likelihood(Table(row), recalls), np.log(0.4 * 0.3))
    simulated = simulate(Table(row), Forward(list_length=3).trials(20_000), seed=2)
    assert not simulated.stopped.any()
    omitted = (simulated.positions == 0).mean(axis=0)
    assert np.abs(omitted - 0.4).max() < 5 * np.sqrt(0.24 / 20_000)


def test_omissions_at_the_end_are_events() -> None:
    trials = Forward(list_length=3).trials(2)
    silent = Recalls(trials, np.zeros((2, 0)))
    assert silent.positions.shape == (2, 3) and not silent.stopped.any()
    row = (0.2, 0.2, 0.1, 0.5)
    assert np.allclose(log_likelihood(Table(row), silent), 3 * np.log(0.5))
    assert simulate(Table((0.0, 0.0, 0.0, 1.0)), trials).positions.shape == (2, 3)
    with pytest.raises(InputError, match="4 responses, more than the limit of 3"):
        Recalls(trials, np.array([[1, 2, 3, 1], [1, 2, 0, 0]]))


def test_omissions_survive_the_long_table() -> None:
    task = Forward(list_length=3)
    recalls = Recalls(task.trials(3, pool=ItemPool.numbered(9)), np.array([[1, 0, 3], [0, 0, 0], [-1, 2, 0]]))
    again = Recalls.from_frame(recalls.to_frame(), paradigm=task)
    assert np.array_equal(again.positions, recalls.positions) and not again.stopped.any()


def test_all_sequences_with_omissions_and_repeats_sum_to_one() -> None:
    row = (0.2, 0.2, 0.1, 0.5)
    possible = every_recall(Table(row), Forward(list_length=3).trials(1))
    assert len(possible) == 4**3
    assert np.exp(log_likelihood(Table(row), possible)).sum() == pytest.approx(1, abs=1e-12)


def test_rounding_errors_are_scaled_away() -> None:
    rough = Table(tuple(np.array([0.7, 0.3 + 2e-7, -1e-9]).tolist()))
    possible = Recalls.from_matrix([[1], [2], [0]], list_length=2, output_limit=1)
    assert np.exp(log_likelihood(rough, possible)).sum() == pytest.approx(1, abs=1e-15)
    assert simulate(rough, PAIR.trials(50)).positions.all()


def test_lists_at_the_limit_of_the_task_may_have_been_cut_short() -> None:
    task = FreeRecall(list_length=8, output_limit=3)
    recalls = simulate(TCM(), task.trials(60), seed=1)
    again = Recalls.from_frame(recalls.to_frame(), paradigm=task)
    assert np.array_equal(again.stopped, np.count_nonzero(again.positions, axis=1) < 3)
    assert (again.stopped <= recalls.stopped).all()
    with pytest.raises(InputError, match="row 0 holds 4 responses, more than the limit of 3"):
        Recalls.from_matrix([[1, 2, 3, 4]], 8, paradigm=task)
    with pytest.raises(InputError, match="output_limit=3 is given together with FreeRecall"):
        Recalls.from_matrix([[1, 2]], 8, output_limit=3, paradigm=task)


def test_random_encoding_is_averaged() -> None:
    """A list that only one side of the coin can produce has half its probability given that side."""
    recalls = Recalls.from_matrix([[1], [2], [0]], list_length=2)
    likelihood = np.exp(log_likelihood(Coin(), recalls, samples=4000, seed=1))
    assert likelihood[2] == pytest.approx(0.2, rel=1e-12)
    assert np.abs(likelihood[:2] - 0.5 * 0.8 * 0.2).max() < 5 * 0.08 / np.sqrt(4000)
    again = np.exp(log_likelihood(Coin(), recalls, samples=4000, seed=1))
    assert np.array_equal(likelihood, again)


def test_an_outcome_of_probability_zero_never_occurs() -> None:
    third = 1 / 3
    recalls = simulate(Table((third, third, third, 0.0)), FreeRecall(list_length=3, output_limit=5).trials(20_000))
    assert recalls.positions.all() and not recalls.stopped.any()
    assert recalls.positions.shape[1] == 5


def test_recall_that_never_stops_is_cut_short() -> None:
    recalls = simulate(Table((0.9, 0.1, 0.0)), PAIR.trials(10))
    assert recalls.positions.shape == (10, 4) and not recalls.stopped.any()


def test_impossible_recall_has_likelihood_zero() -> None:
    recalls = Recalls.from_matrix([[2], [1]], list_length=2)
    assert log_likelihood(Table((0.5, 0.0, 0.5)), recalls).tolist() == [-np.inf, 2 * np.log(0.5)]


def test_the_origin_of_simulated_recalls() -> None:
    origin = simulate(TCM(context_drift=0.5), PAIR.trials(3, seed=9), seed=4).origin
    assert isinstance(origin, Simulated) and (origin.model, origin.seed, origin.lists_seed) == ("TCM", 4, 9)
    assert origin.parameters["context_drift"] == 0.5
    assert {"memsim", "numpy", "python"} <= set(origin.versions)


def test_seeds() -> None:
    trials = FreeRecall().trials(50)
    one, same, other = (simulate(TCM(), trials, seed=seed).positions for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((0.5, 0.25, 0.2), r"Table.outcome_probabilities.*trial 0.*sum 0.95"),
        ((1.5, -0.75, 0.25), "at least 0"),
        ((1.0, -1e-4, 1e-4), "at least 0"),
        ((np.nan, 0.5, 0.5), "sum nan"),
        ((0.5, 0.5), r"gave shape \(3, 2\), expected"),
    ],
)
def test_bad_probabilities(row: tuple[float, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        simulate(Table(row), PAIR.trials(3))


def test_wrong_arguments() -> None:
    with pytest.raises(InputError, match=r"TCM is a class; pass an instance, TCM\(\)"):
        simulate(TCM, PAIR.trials(1))
    with pytest.raises(InputError, match="not a memsim.MemoryModel"):
        simulate(5, PAIR.trials(1))
    with pytest.raises(InputError, match="not a memsim.Trials"):
        simulate(TCM(), PAIR)
    with pytest.raises(InputError, match="samples=0"):
        log_likelihood(Coin(), Recalls.from_matrix([[1]], 2), samples=0)


def test_a_model_without_likelihood_raises_an_error() -> None:
    @dataclass(frozen=True)
    class Race(Table):
        likelihood = "none"

    with pytest.raises(LikelihoodError, match="Race only simulates"):
        log_likelihood(Race(), Recalls.from_matrix([[1]], 2))


def test_a_task_that_the_model_cannot_do() -> None:
    @dataclass(frozen=True)
    class Backward(Forward):
        cue = "backward"

    with pytest.raises(ModelError, match="Strength has no account of this task.*'backward'"):
        simulate(Strength(), Backward(list_length=3).trials(1))


def test_tcm_refuses_a_list_with_an_item_twice() -> None:
    trials = PAIR.trials(2)
    twice = Trials(np.array([[0, 1], [3, 3]]), trials.pool, PAIR)
    with pytest.raises(InputError, match="list 1 holds an item twice"):
        simulate(TCM(), twice)

"""Lapses, the parts of a likelihood, and stopping rules that models share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import MemoryModel, Recalls, event_log_probabilities, log_likelihood, parameter, score, simulate
from memsim.contract.frequencies import compare_frequencies, every_recall
from memsim.core.errors import InputError
from memsim.core.lapses import guess_probabilities
from memsim.core.likelihood import likelihood_parts, log_likelihood_steps, sum_of
from memsim.models import CMR, SAM, TCM, Chaining, Strength, Uniform
from memsim.paradigms import FreeRecall, SerialRecall

FOUR = FreeRecall(list_length=4, output_limit=4)
LISTS = Recalls.from_matrix([[4, 3, 1, 0], [1, 2, 3, 4], [2, 0, 0, 0], [0, 0, 0, 0]], 4)
RATES = st.floats(0, 1)


@dataclass(frozen=True)
class Wild(MemoryModel[Any]):
    """Fixed probabilities of any item, of stopping and of intrusions, whatever was recalled."""

    repeats = True
    intrusions = True

    stop: float = parameter(0.3, 0, 1)

    def begin(self, trials: Any, rng: Any) -> Any:
        return len(trials), trials.list_length

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        n, length = state
        row = np.append((1 - self.stop) * 0.9 / length * np.ones(length), [self.stop, (1 - self.stop) * 0.1])
        return np.tile(row, (n, 1))

    def recalled(self, state: Any, position: Any) -> Any:
        return state


def test_a_lapse_by_hand() -> None:
    """Uniform choice among the items left and stopping, mixed with the model's own probabilities."""
    model = Uniform(stop_base=0.5, stop_growth=0, lapse=0.2)
    own = [0.5 / 4, 0.5 / 3, 0.5 / 2, 0.5]
    guess = [1 / 5, 1 / 4, 1 / 3, 1 / 2]
    mixed = np.log([0.8 * p + 0.2 * g for p, g in zip(own, guess, strict=True)])
    assert np.allclose(event_log_probabilities(model, LISTS)[0, :4], mixed, rtol=1e-14)
    of_lists = log_likelihood(Uniform(stop_base=0.5, stop_growth=0, list_lapse=0.2), LISTS)
    assert of_lists[0] == pytest.approx(np.log(0.8 * np.prod(own) + 0.2 * np.prod(guess)))


@pytest.mark.parametrize("model", [TCM(), CMR(), Strength(), Wild(), SAM(), SAM(store_readout="soft")], ids=repr)
def test_all_recalls_sum_to_one_and_are_simulated_as_often(model: Any) -> None:
    model = model.replace(lapse=0.15, list_lapse=0.1)
    one = FOUR.trials(1)
    limit = {"samples": 20} if model.likelihood == "sampled" else {}
    assert np.exp(log_likelihood(model, every_recall(model, one), **limit)).sum() == pytest.approx(1, abs=1e-9)
    assert not compare_frequencies(model, simulate(model, one[np.zeros(20_000, dtype=int)], 3), 3)


@given(RATES, RATES)
def test_parts_sum_to_the_likelihood(lapse: float, list_lapse: float) -> None:
    matrix = [[4, 3, 3, -1], [1, 2, 3, 4], [2, -1, 2, 0], [0, 0, 0, 0]]
    recalls = Recalls.from_matrix(matrix, 4)
    for model in (TCM(lapse=lapse, list_lapse=list_lapse), Wild(lapse=lapse, list_lapse=list_lapse)):
        frame = score(model, recalls)
        parts = frame[["choice", "termination", "intrusion", "repeat"]].to_numpy()
        assert np.allclose(parts.sum(axis=1), frame["log_likelihood"], rtol=1e-12)
    strange = score(Wild(), recalls)
    assert strange["intrusion"].tolist() == pytest.approx(np.log([0.9**3 * 0.1, 0.9**4, 0.9**2 * 0.1, 1]))
    assert strange["repeat"].iloc[1] == pytest.approx(np.log(1 * 0.75 * 0.5 * 0.25))
    assert strange["choice"].iloc[1] == pytest.approx(-np.log([4, 3, 2, 1]).sum())


def test_parts_of_a_sampled_likelihood_sum_to_it() -> None:
    model = SAM(store_readout="soft", lapse=0.05, list_lapse=0.05)
    frame = score(model, LISTS, samples=30, seed=4)
    assert np.allclose(frame[["choice", "termination"]].sum(axis=1), frame["log_likelihood"], rtol=1e-10)


def test_an_impossible_list_is_impossible_in_one_part() -> None:
    frame = score(Uniform(stop_base=0), LISTS)
    assert frame["log_likelihood"].tolist()[2:] == [-np.inf, -np.inf]
    assert frame["termination"].tolist()[2:] == [-np.inf, -np.inf]
    assert np.isfinite(frame["choice"]).all()


def test_models_with_one_stopping_rule_differ_by_choice_alone() -> None:
    stopping = np.array([0.1, 0.2, 0.3, 0.4, 1.0])
    for model in (TCM(), TCM(stop_base=0.2, stop_growth=0.1), Strength(), Wild()):
        shared = log_likelihood(model, LISTS, stopping=stopping)
        parts = likelihood_parts(model, LISTS)
        rule = np.log([0.9 * 0.8 * 0.7 * 0.4, 0.9 * 0.8 * 0.7 * 0.6, 0.9 * 0.2, 0.1])
        assert np.allclose(shared, parts.choice + parts.intrusion + parts.repeat + rule, rtol=1e-12)
    assert np.allclose(
        log_likelihood(TCM(), LISTS, stopping=stopping), log_likelihood(TCM(stop_base=0.3), LISTS, stopping=stopping)
    )
    for lapses in ({"lapse": 0.1}, {"list_lapse": 0.2}, {"lapse": 0.3, "list_lapse": 0.1}):
        stopping_soon, stopping_late = TCM(stop_base=0.9, **lapses), TCM(stop_base=0.0, **lapses)
        assert np.allclose(*(log_likelihood(each, LISTS, stopping=stopping) for each in (stopping_soon, stopping_late)))
    guess = log_likelihood(TCM(lapse=1.0), LISTS, stopping=stopping)
    assert guess[0] == pytest.approx(np.log(0.9 * 0.8 * 0.7 * 0.4 / (4 * 3 * 2))), "guesses among the items left"
    with pytest.raises(InputError, match="output positions"):
        log_likelihood(TCM(), LISTS, stopping=stopping[:2])


def test_a_lapse_makes_every_list_possible() -> None:
    recalls = Recalls.from_matrix([[1, 2, 3, 4]] * 2, 4, paradigm=SerialRecall(list_length=4))
    certain = Chaining(noise=0.0, threshold=0.9)
    assert np.isneginf(log_likelihood(certain, recalls)).all()
    for lapsing in (certain.replace(lapse=0.01), certain.replace(list_lapse=0.01)):
        assert np.isfinite(log_likelihood(lapsing, recalls)).all()
        assert np.allclose(log_likelihood(lapsing, recalls), log_likelihood_steps(lapsing, recalls, 1, 0))


def test_guesses_are_among_the_answers_that_remain() -> None:
    trials = FOUR.trials(2)
    given = np.array([[0, 3], [-1, -2]])
    guess = guess_probabilities(TCM(), trials, given)
    assert guess.tolist() == [[0, 1 / 3, 1 / 3, 0, 1 / 3], [0.2] * 5]
    assert guess_probabilities(Wild(), trials, given).tolist() == [[1 / 6] * 6] * 2
    all_given = guess_probabilities(TCM(), trials, np.tile(np.arange(4), (2, 1)))
    assert all_given[:, 4].tolist() == [1, 1]


def test_sum_of_parts() -> None:
    assert sum_of(likelihood_parts(TCM(), LISTS)) == pytest.approx(log_likelihood(TCM(), LISTS))


def test_the_lapse_is_shown_only_where_there_is_one() -> None:
    assert "lapse" not in repr(TCM())
    assert "list_lapse=0.1" in repr(TCM(list_lapse=0.1))
    assert {"lapse", "list_lapse"} < {each.name for each in TCM.parameters()}

"""The best decisions of storing: against every policy of small tasks, and played; lists that end early, and losses."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from memsim.core.errors import InputError
from memsim.gym import ValueDirectedStorage, play
from memsim.gym.best_storage import best_policy, storing_gains
from memsim.gym.lists_for_reward import PASS, STORE

SHARES = st.sampled_from([0.0, 0.05, 0.3, 0.7, 1.0])


def equal(**changes: float | int | str) -> ValueDirectedStorage:
    return ValueDirectedStorage(**{"worth": "equal", "list_length": 3, "slots": 2, "pool": 20, **changes})


def score_of(task: ValueDirectedStorage, policy: tuple[bool, ...]) -> float:
    """The expected score, forward by how many slots are taken, of a policy by position and slots taken."""
    slots, worth = task.slots, max(1 - task.report_price, 0)
    chances, score = np.eye(slots + 1)[0], 0.0
    for position in range(task.list_length):
        for taken in reversed(range(slots)):
            if policy[position * slots + taken]:
                score -= task.store_price * chances[taken]
                chances[taken + 1], chances[taken] = chances[taken + 1] + chances[taken], 0.0
        ends = 1.0 if position == task.list_length - 1 else task.ending
        score += ends * worth * chances @ np.arange(slots + 1)
        left = [[binom.pmf(m, n, 1 - task.loss) for m in range(slots + 1)] for n in range(slots + 1)]
        chances = (1 - ends) * chances @ np.array(left)
    return score


@settings(max_examples=40, deadline=None, derandomize=True)
@given(slots=st.integers(1, 2), loss=SHARES, ending=SHARES, price=SHARES, report=st.sampled_from([0.0, 0.4, 1.5]))
def test_no_other_policy_earns_more(slots: int, loss: float, ending: float, price: float, report: float) -> None:
    task = equal(slots=slots, loss=loss, ending=ending, store_price=price, report_price=report)
    every = [score_of(task, policy) for policy in product((False, True), repeat=3 * slots)]
    assert storing_gains(task)[1] == pytest.approx(max(every), abs=1e-12)


@pytest.mark.parametrize("when_full", ["refuse", "oldest", "least"])
@pytest.mark.parametrize("ties", ["store", "pass"])
@pytest.mark.parametrize("changes", [{"loss": 0.1}, {"loss": 0.2, "store_price": 0.2, "ending": 0.1}, {}])
def test_played_it_earns_what_is_expected(when_full: str, ties: str, changes: dict[str, float]) -> None:
    task = equal(list_length=12, slots=4, when_full=when_full, **changes)
    scores = play(task, best_policy(task, ties), 4000, seed=1).scores
    error = scores.std() / len(scores) ** 0.5
    assert scores.mean() == pytest.approx(storing_gains(task)[1], abs=4 * error + 1e-9)


def test_an_unknown_end_makes_early_storing_pay_and_nothing_else_does_without_loss() -> None:
    gains = storing_gains(equal(list_length=6))[0]
    assert np.allclose(gains[:4, 0], 0, atol=1e-12) and gains[-1, 0] == 1 and np.isnan(gains[:, 2]).all()
    assert (storing_gains(equal(list_length=6, ending=0.2))[0][:, :2] > 0.1).all()
    assert (storing_gains(equal(list_length=6, when_full="oldest", store_price=0.3))[0][:, 2] == -0.3).all()
    late = storing_gains(equal(list_length=6, loss=0.4, store_price=0.3))[0][:, 0]
    assert late[0] < 0 < late[-1]


def test_what_is_held_is_lost_with_further_items() -> None:
    def all_stored(task: ValueDirectedStorage, n: int = 50) -> dict[str, np.ndarray]:
        def policy(state, rng):  # type: ignore[no-untyped-def]
            study, _, report = task.phases(state)
            return np.where(report, task.stop, np.where(study & task.allowed(state)[:, STORE], STORE, PASS))

        return play(task, policy, n).state

    held = all_stored(equal(loss=1.0))["since"] >= 0
    assert (held == [False, False, True]).all(), "with the last item nothing is lost any more"
    state = all_stored(equal(ending=1.0))
    assert (state["length"] == 1).all() and ((state["since"] >= 0) == [True, False, False]).all()
    lengths = all_stored(equal(list_length=10, ending=0.3), 20_000)["length"]
    expected = 0.3 * 0.7 ** np.arange(9)
    assert np.bincount(lengths, minlength=11)[1:10] / 20_000 == pytest.approx(expected, abs=0.015)


def test_the_observation_does_not_tell_the_end() -> None:
    task = equal(list_length=8, ending=0.3, interval=2)
    state = task.start(40, np.random.default_rng(0))
    state["items"][:] = state["items"][0]
    seen = task.observe(state)
    assert len(set(state["length"].tolist())) > 2 and (seen == seen[0]).all()
    assert task.most_steps == 8 + 2 + 8
    for _ in range(task.test_from):
        task.step(state, np.full(40, PASS), np.random.default_rng(0))
    assert task.phases(state)[2].all() and not state["done"].any()


def test_where_the_best_is_not_known_it_says_so() -> None:
    with pytest.raises(InputError, match="worth='ranks'"):
        storing_gains(ValueDirectedStorage())
    with pytest.raises(InputError, match="most_reports=1"):
        storing_gains(equal(most_reports=1))
    with pytest.raises(InputError, match="ties='both' must be one of 'store', 'pass'"):
        best_policy(equal(), "both")

"""Tasks for reward: what is earned by hand, what observations show, reference agents, and environments of Gymnasium."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.core.errors import InputError, UnknownNameError
from memsim.gym import TASKS, EpisodicControl, Task, TaskEnv, TwoStep, ValueDirectedRecall, ValueDirectedStorage, play
from memsim.gym import environments as wrappers

RNG = np.random.default_rng(0)
NAMES = list(TASKS.names())


def reporter(task: Any, wanted: Any, stores: Any = None) -> Any:
    """A policy that stores what ``stores(value)`` says, then reports the studied items at ``wanted(state)`` (B, R)."""

    def act(state: Any, rng: np.random.Generator) -> Any:
        step = int(state["step"].max())
        if step < task.list_length:
            values = state["values"][:, step]
            return np.ones(len(values), dtype=int) if stores is None else stores(values).astype(int)
        if step < task.test_from:
            return np.zeros(len(state["done"]), dtype=int)
        positions = wanted(state)
        at = step - task.test_from
        if at >= positions.shape[1]:
            return np.full(len(positions), task.stop)
        return state["items"][np.arange(len(positions)), positions[:, at]] + 2

    return act


def in_order(length: int) -> Any:
    return lambda state: np.tile(np.arange(length), (len(state["done"]), 1))


def test_recall_by_hand() -> None:
    """A word counts once; repetitions, intrusions and time cost what the settings say; stopping ends."""
    task = ValueDirectedRecall(list_length=3, pool=5, report_price=0.125, interval=2, most_reports=6)
    state = task.start(1, RNG)
    first, second, _ = state["items"][0] + 2
    stranger = next(item + 2 for item in range(5) if item not in state["items"][0])
    rewards = [task.step(state, [action], RNG)[0] for action in
               (1, 0, 1, 0, 0, first, first, stranger, second, task.stop, first)]  # fmt: skip
    values = state["values"][0]
    assert rewards == [0, 0, 0, 0, 0, values[0] - 0.125, -0.625, -0.625, values[1] - 0.125, 0, 0]
    assert state["done"].all() and sorted(values) == [1, 2, 3]
    assert state["reports"][0].tolist() == [first - 2, first - 2, stranger - 2, second - 2, -1, -1]
    assert state["stored"][0].tolist() == [True, False, True]


def test_time_of_reports_is_up() -> None:
    task = ValueDirectedRecall(list_length=3, pool=5, most_reports=2)
    played = play(task, reporter(task, in_order(3)), 10)
    assert played.rewards.shape[0] == 5 and (played.state["earned"].sum(axis=1) == 2).all()


def test_storing_has_a_price() -> None:
    task = ValueDirectedRecall(store_price=2.0)
    played = play(task, reporter(task, in_order(12), lambda values: values > 9), 20)
    assert np.allclose(played.scores, 78 - 3 * 2)


@pytest.mark.parametrize("slots", [1, 4, 8, 12])
def test_best_storing_earns_the_highest_values(slots: int) -> None:
    """The best decisions fill the slots with the highest values; those who store all hold the first that came."""
    task = ValueDirectedStorage(slots=slots)

    def held(state: Any) -> Any:
        order = np.argsort(~(state["since"] >= 0), axis=1, kind="stable")
        return order[:, :slots]

    best = play(task, reporter(task, held, task.best_stored), 200)
    every = play(task, reporter(task, held), 200)
    assert (best.scores == sum(range(13 - slots, 13))).all()
    assert ((every.state["since"] >= 0).argmin(axis=1) == slots % 12).all()
    assert every.scores.mean() == pytest.approx(6.5 * slots, abs=1.5)


@pytest.mark.parametrize(("when_full", "kept"), [("oldest", [1, 3]), ("least", [2, 3]), ("refuse", [0, 1])])
def test_what_a_full_store_does(when_full: str, kept: list[int]) -> None:
    task = ValueDirectedStorage(list_length=4, slots=2, pool=4, when_full=when_full)
    state = task.start(1, RNG)
    state["values"][0] = [1, 2, 4, 3]
    for action in (1, 1, int(when_full == "least"), 1):
        task.step(state, [action], RNG)
    assert np.flatnonzero(state["since"][0] >= 0).tolist() == kept
    shown = np.flatnonzero(task.observe(state)[0, -4:])
    assert sorted(shown) == sorted(state["items"][0, kept]), "at test the observation shows what is held"
    lost = next(position for position in range(4) if position not in kept)
    assert task.step(state, [state["items"][0, lost] + 2], RNG)[0] == -task.penalty


def test_observations_show_values_where_settings_say() -> None:
    for shown in ("study", "test"):
        task = ValueDirectedRecall(value_shown=shown)
        state = task.start(5, RNG)
        size = task.vector_size
        seen = task.observe(state)
        assert np.allclose(seen[:, :size], task.item_vectors[state["items"][:, 0]])
        assert np.allclose(seen[:, size + 3], state["values"][:, 0] / 12 if shown == "study" else 0)
        for _ in range(12):
            task.step(state, np.ones(5, dtype=int), RNG)
        task.step(state, state["items"][:, 3] + 2, RNG)
        seen = task.observe(state)
        assert np.allclose(seen[:, size + 3], 0 if shown == "study" else state["values"][:, 3] / 12)
        assert np.allclose(seen[:, size : size + 3], [0, 0, 1])
        assert np.allclose(seen[:, -1], state["values"][:, 3] / 12), "the last reward"


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(NAMES), batch=st.integers(1, 5), seed=st.integers(0, 50))
def test_any_actions_keep_the_contract(name: str, batch: int, seed: int) -> None:
    """Whatever is done: observations in range, an action allowed, an end in time, and nothing after it."""
    task: Task = TASKS.get(name)()
    rng = np.random.default_rng(seed)
    state = task.start(batch, rng)
    for _ in range(task.most_steps):
        seen = task.observe(state)
        assert seen.shape == (batch, task.observation_size) and seen.dtype == np.float32 and (abs(seen) <= 1).all()
        assert task.allowed(state).any(axis=1).all()
        ended = state["done"].copy()
        assert (task.step(state, rng.integers(task.n_actions, size=batch), rng)[ended] == 0).all()
    assert state["done"].all()
    before = {key: value.copy() for key, value in state.items()}
    task.step(state, np.zeros(batch, dtype=int), rng)
    assert all((before[key] == state[key]).all() for key in before)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_episodes(name: str) -> None:
    task = TASKS.get(name)()
    one, two, other = (play(task, None, 20, seed).scores for seed in (3, 3, 4))
    assert (one == two).all() and (one != other).any()


def test_two_kinds_of_value_need_two_kinds_of_memory() -> None:
    """Incremental values do well with new cues and fail where an old cue says otherwise; episodes do the reverse."""
    task = TwoStep()
    right = {}
    for name, agent in (("incremental", EpisodicControl(share=0.0)), ("episodic", EpisodicControl(learning_rate=0.0)),
                        ("both", EpisodicControl())):  # fmt: skip
        state = play(task, partial(agent.choose, task), 2000).state
        correct, old = state["choices"] == state["better"], state["first"] >= 0
        right[name] = correct[~old].mean(), correct[old & (state["better"] != state["lately"])].mean()
    assert right["incremental"][0] > 0.65 and right["incremental"][1] < 0.4
    assert abs(right["episodic"][0] - 0.5) < 0.02 and right["episodic"][1] > 0.85
    assert right["both"][0] > 0.65 and right["both"][1] > 0.8


def test_old_cues_bring_back_the_better_place() -> None:
    state = TwoStep(trials=30).start(50, RNG)
    rows, trials = np.nonzero(state["first"] >= 0)
    source = state["first"][rows, trials]
    assert len(rows) > 300 and (source < trials).all()
    assert (state["cues"][rows, trials] == state["cues"][rows, source]).all()
    assert (state["better"][rows, trials] == state["better"][rows, source]).all()
    assert len({*zip(rows, source, strict=True)}) == len(rows), "each cue returns at most once"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: ValueDirectedRecall(pool=5), "pool=5 has fewer items"),
        (lambda: ValueDirectedRecall(worth="equal", value_shown="test"), "has no effect with worth='equal'"),
        (lambda: ValueDirectedRecall(storing=False, store_price=1.0), "has no effect with storing=False"),
        (lambda: play(TwoStep(), lambda state, rng: np.full(100, 2)), "between 0 and 1"),
        (lambda: play(TwoStep(), lambda state, rng: 0.5), "must be 100 whole numbers"),
        (lambda: play(TwoStep(), n_trials=0), "batch=0"),
    ],
)
def test_errors_name_value_and_rule(act: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        act()


def test_without_gymnasium_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrappers, "gymnasium", None)
    with pytest.raises(InputError, match=r"pip install 'memsim\[rl\]'"):
        TaskEnv("two_step")


@pytest.mark.parametrize("name", NAMES)
def test_gymnasium_finds_nothing_wrong(name: str) -> None:
    gymnasium = pytest.importorskip("gymnasium")
    from gymnasium.utils.env_checker import check_env

    env = gymnasium.make(f"{wrappers.__name__}:{wrappers.environment_id(name)}")
    check_env(env.unwrapped)
    _, info = env.reset(seed=1)
    assert info["action_mask"].shape == (env.action_space.n,)


def test_environments_side_by_side_are_the_batch() -> None:
    """A vector of environments does what the task does, and begins episodes anew one step after their end."""
    gymnasium = pytest.importorskip("gymnasium")
    envs = gymnasium.make_vec(f"{wrappers.__name__}:memsim/ValueDirectedRecall-v0", 4, list_length=3, pool=4)
    task = envs.task
    seen, info = envs.reset(seed=5)
    state = task.start(4, np.random.default_rng(np.random.PCG64(np.random.SeedSequence(5))))
    assert (seen == task.observe(state)).all() and (info["action_mask"] == task.allowed(state)).all()
    for _ in range(3):
        envs.step(np.ones(4, dtype=int))
    _, rewards, done, cut, _ = envs.step(np.array([task.stop, 2, 2, 2]))
    assert done.tolist() == [True, False, False, False] and not cut.any() and rewards[0] == 0
    seen, rewards, done, _, info = envs.step(np.full(4, 3))
    assert not done.any() and rewards[0] == 0 and seen[0, task.vector_size] == 1, "the first is in study again"
    assert info["action_mask"][0, :2].all() and not info["action_mask"][1, :2].any()
    assert envs.observation_space.contains(seen)


def test_wrappers_ask_for_a_reset_and_for_known_names() -> None:
    pytest.importorskip("gymnasium")
    with pytest.raises(InputError, match=r"call reset\(\)"):
        TaskEnv("two_step").step(0)
    with pytest.raises(InputError, match="call reset"):
        wrappers.TaskVectorEnv("two_step", 2).step([0, 0])
    with pytest.raises(InputError, match="must be one number"):
        wrappers.TaskVectorEnv("two_step", 2).reset(seed=[1, 2])
    with pytest.raises(UnknownNameError, match="two_step"):
        TaskEnv("two_steps")
    assert TaskEnv(TwoStep(), trials=3).task == TwoStep(trials=3)

"""Replay training: what is replayed, what a slow network learns from it, and its discrimination by hand."""

import numpy as np
import pytest
import torch

from memsim.reproductions.essay.forgetting.options import NIGHTS, ForgettingOptions
from memsim.reproductions.essay.forgetting.replay_training import (
    GONE,
    LENGTH,
    LISTS,
    REPLAYS,
    SlowNetwork,
    discrimination,
    recalled_again,
    replay_table,
    replayed,
)

PAIRS = np.array([[0, 1, 2], [3, 4, GONE]])


def test_discrimination_by_hand() -> None:
    """Means of 4 and 1 with variances of 2 and 2."""
    assert discrimination(np.array([3.0, 5.0, 0.0, 2.0]), np.array([0, 1]), np.array([2, 3])) == pytest.approx(
        3 / np.sqrt(2)
    )


def test_a_list_that_is_replayed_is_in_the_order_of_recall() -> None:
    """The network that ships recalls in the order of study, and most of a list."""
    lists = np.arange(2 * LENGTH).reshape(2, LENGTH)
    given = recalled_again(lists, 30, 0)
    assert given.shape == (2 * REPLAYS, LENGTH)
    assert set(np.unique(given[:REPLAYS])) <= {GONE, *lists[0].tolist()}
    assert (given[:REPLAYS] == lists[0]).mean() > 0.7 and (given[REPLAYS:] == lists[1]).mean() > 0.7


def test_a_slow_network_learns_which_word_comes_next_and_nothing_of_what_has_ended() -> None:
    slow = SlowNetwork(6, 0)
    first = {name: each.clone() for name, each in slow.state_dict().items()}
    again = SlowNetwork(6, 0).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first), "a seed gives the same weights"
    slow.learn([PAIRS], 300, 0)
    with torch.no_grad():
        outputs = slow.core.unroll(slow.inputs(torch.from_numpy(PAIRS.T.copy())))[0]
    after_0, after_3 = outputs[1, 0], outputs[1, 1]
    assert int(after_0.argmax()) == 1 and int(after_3.argmax()) == 4
    familiar = slow.familiarity()
    assert familiar[[1, 4]].min() > familiar[[5]].max(), "never seen"


def test_inputs_are_the_cue_and_the_words_and_nothing_where_they_ended() -> None:
    steps = SlowNetwork(5, 0).inputs(torch.from_numpy(PAIRS.T.copy()))
    assert steps.shape == (4, 2, 6)
    assert steps.argmax(dim=-1)[:, 0].tolist() == [5, 0, 1, 2] and steps[:, 0].sum() == 4
    assert steps[:, 1].sum(dim=-1).tolist() == [1, 1, 1, 0]


def test_dreams_hold_no_word_twice() -> None:
    lists = SlowNetwork(LENGTH + 2, 1).dream(50, 3)
    assert lists.shape == (50, LENGTH) and all(len(set(row)) == LENGTH for row in lists.tolist())
    assert lists.min() >= 0 and lists.max() < LENGTH + 2


def test_what_is_measured_in_little() -> None:
    found = replayed(1, 2)
    assert 0 < found["recalled"] <= LENGTH and LISTS * LENGTH == 80
    assert {f"{name}_{day}" for name in NIGHTS for day in ("first", "second")} <= set(found)
    assert all(np.isfinite(value) for value in found.values())
    assert found == replayed(1, 2), "a seed gives the same numbers"
    assert not len(replay_table(ForgettingOptions(replay_iterations=0), 0))

"""Trials and paradigms: random lists, labels, sources, and the order of events."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import ItemPool, Trials
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study
from memsim.core.seeding import stream
from memsim.paradigms import FreeRecall, SerialRecall


@given(n=st.integers(1, 30), length=st.integers(1, 12), extra=st.integers(0, 5), seed=st.integers(0, 2**32))
def test_lists_have_no_item_twice_and_repeat_with_the_seed(n: int, length: int, extra: int, seed: int) -> None:
    pool = ItemPool.numbered(length + extra)
    trials = FreeRecall(list_length=length).trials(n, seed, pool=pool)
    assert trials.items.shape == (n, length)
    assert not trials.repeated_items.any()
    assert np.array_equal(trials.items, FreeRecall(list_length=length).trials(n, seed, pool=pool).items)


def test_all_items_are_drawn_equally_often() -> None:
    """Every ordered pair of a pool of 4 is equally likely: chi-square with 11 df, p about .001 at 31."""
    lists = ItemPool.numbered(4).draw_lists(12_000, 2, stream(3, "lists"))
    counts = np.bincount(lists[:, 0] * 4 + lists[:, 1], minlength=16)
    off_diagonal = counts[[i * 4 + j for i in range(4) for j in range(4) if i != j]]
    assert counts.sum() == off_diagonal.sum()
    assert ((off_diagonal - 1000) ** 2 / 1000).sum() < 31


def test_subjects_get_consecutive_blocks_and_numbered_lists() -> None:
    trials = FreeRecall(list_length=3).trials(10, subjects=4)
    assert trials.subject.tolist() == [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]
    assert trials.list.tolist() == [1, 2, 3, 1, 2, 1, 2, 3, 1, 2]
    assert trials.subjects.tolist() == [1, 2, 3, 4]
    assert trials[[0, 9]].subject.tolist() == [1, 4] and len(trials[4]) == 1


def test_sources_stay_with_their_trials() -> None:
    trials = replace(FreeRecall(list_length=3).trials(3), source=[[0, 1, 0], [1, 1, 1], [2, 0, 0]])
    assert np.array_equal(trials.source, [[0, 1, 0], [1, 1, 1], [2, 0, 0]])
    assert np.array_equal(trials[[2, 0]].source, [[2, 0, 0], [0, 1, 0]])
    assert np.array_equal(trials[1].source, [[1, 1, 1]])
    assert FreeRecall(list_length=3).trials(3)[:2].source is None
    assert trials.source is not None and not trials.source.flags.writeable


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([[0, 1]], r"source has shape \(1, 2\), expected that of items, \(1, 3\)"),
        ([[0, 1, -1]], r"source\[0, 2\] is -1; codes start at 0"),
        ([["a", "b", "a"]], "source: expected whole numbers"),
        ([[0, 0.5, 1]], "source: row 0, column 1 is 0.5, not a whole number"),
    ],
)
def test_bad_sources(source: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(FreeRecall(list_length=3).trials(1), source=source)


def test_trials_are_frozen() -> None:
    trials = FreeRecall(list_length=3).trials(2)
    with pytest.raises(ValueError, match="read-only"):
        trials.items[0, 0] = 5


def test_presentation_follows_the_settings() -> None:
    paradigm = FreeRecall(list_length=3, inter_item_distraction=8, retention_interval=16)
    assert list(paradigm.presentation()) == [
        Study(0), Distract(8), Study(1), Distract(8), Study(2), Distract(16),
    ]  # fmt: skip
    assert list(FreeRecall(list_length=2).presentation()) == [Study(0), Study(1)]
    first = FreeRecall(list_length=2, initial_distraction=4)
    assert list(first.presentation()) == [Distract(4), Study(0), Study(1)]
    assert first.has_distraction and paradigm.has_distraction and not FreeRecall(list_length=2).has_distraction
    grouped = SerialRecall(list_length=2, group_size=1, initial_distraction=4)
    assert list(grouped.presentation()) == [Distract(4), Study(0), Distract(1), Study(1)]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([[0, 1, 2], [0, 1]], r"row 0 has 3, row 1 has 2"),
        ([[0, 1, 9]], r"items\[0, 2\] is 9, outside the pool of 5"),
        ([[0, 1, -1]], r"items\[0, 2\] is -1"),
        ([[0.0, np.nan, 1.0]], r"row 0, column 1 is nan"),
        ([[0, 1, 0.5]], r"row 0, column 2 is 0.5, not a whole number"),
        ([["a", "b", "c"]], r"expected whole numbers"),
        ([0, 1, 2], r"expected a matrix"),
        ([[0, 1]], r"lists hold 2 items"),
    ],
)
def test_bad_lists(items: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Trials(items, ItemPool.numbered(5), FreeRecall(list_length=3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FreeRecall(list_length=9).trials(1, pool=ItemPool.numbered(5)), "pool of 5; pass a larger pool"),
        (lambda: FreeRecall().trials(0), "n_trials=0"),
        (lambda: FreeRecall().trials(2.5), "n_trials=2.5"),
        (lambda: FreeRecall().trials(5, seed=-1), "seed=-1"),
        (lambda: FreeRecall().trials(5, seed="x"), "seed='x'"),
        (lambda: ItemPool(["a", "b", "a"]), "'a' occurs more than once"),
        (lambda: ItemPool(["a", "b"], features=[[1.0]]), r"features has shape \(1, 1\), expected \(2, n_features\)"),
        (lambda: ItemPool(["a", "b"], features=[[1.0], [np.nan]]), "features holds NaN"),
        (lambda: ItemPool(["a", "b"], similarity=[[1, 0.5], [0.2, 1]]), "not symmetric"),
        (lambda: ItemPool(["a", "b"]).indices(["c"]), "'c' is not in the pool"),
    ],
)
def test_bad_input(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()

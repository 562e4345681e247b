"""Blocks of positions and bins of lags that are made where none are asked for: the same for people and for models."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import Trials
from memsim.analysis import (
    ANALYSES,
    cued_recall_by_lag,
    cued_recall_by_position,
    false_alarms_by_test_position,
    hits_by_lag,
    hits_by_serial_position,
    hits_by_test_position,
    plot,
    points_by_label,
    root_mean_squared_difference,
)
from memsim.analysis.bins import MOST_LEVELS, block_size, in_blocks, lag_levels
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.probes import ABSENT, Probes
from memsim.core.recalls import Recalls
from memsim.paradigms import ContinuousRecognition, CuedRecall, Recognition
from tests.analysis.recognition.test_curves import POOL


def test_known_blocks() -> None:
    """Sizes of tests of the data sets: 96, 160, 320, 384 and others."""
    sizes = {16: 1, 24: 1, 32: 4, 40: 4, 76: 8, 80: 8, 96: 8, 150: 15, 160: 16, 192: 16, 320: 32, 384: 32}
    assert {n: block_size(n) for n in sizes} == sizes
    assert in_blocks(np.array([1, 4, 5, 32]), 32, None, "test").values.tolist() == [2.5, 6.5, 10.5, 14.5, 18.5, 22.5,
                                                                                    26.5, 30.5]  # fmt: skip
    assert in_blocks(np.array([1]), 5, 2, "test").values.tolist() == [1.5, 3.5, 5], "the last block has one position"


@given(st.integers(1, 2000), st.integers(0, 100))
def test_blocks_hold_every_position_once(n: int, given: int) -> None:
    found = in_blocks(np.arange(1, n + 1), n, given or None, "test")
    assert found.inside.all() and (np.bincount(found.code, minlength=len(found.values)) > 0).all()
    means = np.bincount(found.code, np.arange(1, n + 1)) / np.bincount(found.code)
    assert found.values == pytest.approx(means)
    assert given or len(found.values) <= MOST_LEVELS


def test_known_bins_of_lags() -> None:
    found = lag_levels(np.arange(360), 400, None, "test")
    assert found.values.tolist() == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    starts = np.searchsorted(found.code, np.arange(10))
    assert starts.tolist() == [0, 1, 2, 3, 6, 12, 23, 46, 91, 182]
    few = lag_levels(np.array([0, 7, 23]), MOST_LEVELS, None, "test")
    assert few.values.tolist() == [0, 7, 23], "where the task has few lags, each is a level"


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=50), st.integers(25, 5000))
def test_a_bin_does_not_depend_on_other_lags(lags: list[int], longest: int) -> None:
    together = lag_levels(np.array(lags), longest, None, "test")
    alone = [lag_levels(np.array([lag]), longest, None, "test").values[0] for lag in lags]
    assert together.values[together.code].tolist() == alone
    ratio = (1 + np.array(alone)) / (1 + np.array(lags))
    assert (ratio > 0.7).all() and (ratio < 1.5).all()


def test_curves_of_long_tests() -> None:
    task = Recognition(list_length=48, n_targets=48, n_lures=48)
    trials = task.trials(6, seed=1, subjects=3)
    people = Judgments(trials, np.full((6, 96), 2))
    for function, levels in (
        (hits_by_serial_position, 12), (false_alarms_by_test_position, 12), (hits_by_test_position, 12),
    ):  # fmt: skip
        frame = function(people)
        assert frame["position"].nunique() == levels and (frame["possible"] > 0).all()
        each = function(people, block=1)
        assert each["position"].nunique() in (48, 96)
        assert each["possible"].sum() == frame["possible"].sum() == 6 * 48
        with pytest.raises(InputError, match=f"{function.__name__}: block=0"):
            function(people, block=0)
    sequence = ContinuousRecognition(list_length=384, lags=(0, 3, 5, 100)).trials(2, seed=1)
    found = hits_by_lag(Judgments(sequence, np.full((2, 384), 2)))
    assert found["lag"].tolist() == [0, 4, 128] and found["possible"].sum() == (sequence.probe_kinds == "target").sum()


def test_curves_of_long_lists_of_pairs() -> None:
    n_pairs = 30
    items = np.arange(2 * n_pairs)[None]
    probes = np.stack((items[0, ::2], np.full(n_pairs, ABSENT)), axis=1)[None]
    trials = Trials(items, POOL, CuedRecall(list_length=2 * n_pairs), probes=Probes(probes))
    recalls = Recalls(trials, items[:, ::2] + 2)
    assert cued_recall_by_position(recalls)["position"].tolist() == [2, 5, 8, 11, 14, 17, 20, 23, 26, 29]
    by_lag = cued_recall_by_lag(recalls)  # each pair is tested 29 steps after its study
    assert by_lag[["lag", "actual", "possible"]].to_numpy().tolist() == [[32, 30, 30]]
    assert cued_recall_by_lag(recalls, edges=(0, 30))["lag"].tolist() == [29]


def test_lags_of_few_people_are_neither_drawn_nor_compared() -> None:
    people = pd.DataFrame({"curve": "hits_by_lag", "x": [0, 1, 2], "mean": [0.0, 0.8, 0.6], "low": 0.0, "high": 1.0,
                           "n_subjects": [2, 10, 9]})  # fmt: skip
    model = people.assign(mean=[1.0, 0.9, 0.7], n_subjects=[20, 20, 20])
    assert root_mean_squared_difference(model, people) == {"hits_by_lag": pytest.approx(0.1)}
    [axis] = plot(points_by_label({"people": people}, ANALYSES.get("hits_by_lag"), ["people"])).axes
    assert list(axis.lines[0].get_xdata()) == [1, 2]

"""Times that go back within a list: they are reported, and do not enter means; recall periods are declared."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import Recalls
from memsim.analysis import latency_by_lag, response_latency, stopping_by_time
from memsim.core.errors import DataWarning, InputError
from memsim.core.recall_parts import joined
from memsim.core.response_times import times_going_back
from memsim.data import read_recall_matrix
from memsim.running.digests import digest

TWO_PERIODS = pd.DataFrame(
    {
        "subject": 1, "list": 1, "position": [1, 2, 3, 4] * 2, "trial_type": ["study"] * 4 + ["recall"] * 4,
        "item": ["w1", "w2", "w3", "w4"] * 2, "time": [None] * 4 + [2, 30, 1, 3],
    }
)  # fmt: skip


def latencies(recalls: Recalls) -> list[float]:
    return response_latency(recalls)["latency"].fillna(-1).tolist()


def test_a_clock_that_starts_again_is_reported_and_left_out() -> None:
    with pytest.warns(DataWarning, match="times of 1 of 4 responses, in 1 of 1 lists, .* number them in recall_period"):
        recalls = Recalls.from_frame(TWO_PERIODS)
    with pytest.warns(DataWarning, match="response_latency: the times of 1 of 4"):
        assert latencies(recalls) == [2, 28, -1, 2]
    with pytest.warns(DataWarning):
        table = latency_by_lag(recalls)
    row = table[table["lag"] == 1].iloc[0]
    assert (row["latency"], row["count"]) == (15, 2)
    with pytest.warns(DataWarning):
        assert stopping_by_time(recalls, [0, 100])["possible"].tolist() == [0]


def test_recall_periods_that_are_declared() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recalls = Recalls.from_frame(TWO_PERIODS.assign(recall_period=[None] * 4 + [1, 1, 2, 2]))
        assert latencies(recalls) == [2, 28, 1, 2]
        lags = latency_by_lag(recalls)
        assert lags.set_index("lag").loc[1, ["latency", "count"]].tolist() == [15, 2]
        assert stopping_by_time(recalls, [0, 100])["possible"].tolist() == [0]
        again = Recalls.from_frame(recalls.to_frame())
        both = joined([recalls, replace(recalls, times=np.arange(4)[None], periods=None)])
    unknown = np.array([[2, np.nan, 1, 3]])
    assert times_going_back(unknown, None).tolist() == [[False, False, True, False]]
    assert digest(again) == digest(recalls) != digest(replace(recalls, periods=None))
    assert both.periods is not None and both[[1, 0]].periods is not None
    assert both.periods.tolist() == [[1, 1, 2, 2], [1, 1, 1, 1]]


def test_inter_response_times_are_recognised() -> None:
    rng = np.random.default_rng(0)
    intervals = rng.exponential(3.0, size=(20, 8))
    positions = np.tile(np.arange(1, 9), (20, 1))
    for read in (
        lambda times: Recalls.from_matrix(positions, 8, times=times),
        lambda times: read_recall_matrix(positions, list_length=8, times=times),
    ):
        with pytest.warns(DataWarning, match="seem to be inter-response times: give their cumulative sums"):
            recalls = read(intervals)
        with pytest.warns(DataWarning):
            assert response_latency(recalls)["count"].sum() == 0
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            recalls = read(np.cumsum(intervals, axis=1))
            assert response_latency(recalls)["latency"].tolist() == pytest.approx(intervals.mean(axis=0).tolist())


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        ([[1, 1, 2]], r"periods have shape \(1, 3\), positions \(1, 4\)"),
        ([[1, 2, 1, 2]], "recall period 1 at output 3; periods are numbered from 1 in the order of output"),
        ([[0, 1, 1, 1]], "recall period 0 at output 1"),
        ([[1, 1, 1.5, 2]], "periods: row 0, column 2 is 1.5, not a whole number"),
    ],
)
def test_periods_that_do_not_fit(periods: object, message: str) -> None:
    recalls = Recalls.from_matrix([[1, 2, 3, 4]], 4)
    with pytest.raises(InputError, match=message):
        replace(recalls, periods=periods)


@given(st.lists(st.lists(st.floats(0.1, 5), min_size=5, max_size=5), min_size=1, max_size=5), st.data())
def test_rising_times_go_back_nowhere_and_falling_ones_where_they_fall(
    gaps: list[list[float]], data: st.DataObject
) -> None:
    times = np.cumsum(gaps, axis=1)
    assert not times_going_back(times, None).any()
    row, output = data.draw(st.integers(0, len(times) - 1)), data.draw(st.integers(1, 4))
    start = times.copy()
    start[row, output:] -= times[row, output - 1]  # the clock starts again
    periods = np.ones(times.shape, dtype=np.int32)
    periods[row, output:] = 2
    assert not times_going_back(start, periods).any()
    assert np.array_equal(times_going_back(start, None)[:, 1:], np.diff(start, axis=1) < 0)

"""Times of responses: whether they rise within a list, as times from the start of the test must.

Times that go back are those of a clock that started again, in a second recall period of which the record says nothing,
or are inter-response times. They are kept, but readers and analyses warn of them, and analyses give such a response no
latency.
"""

from __future__ import annotations

import warnings

import numpy as np

from memsim.core.arrays import NONE, BoolArray, FloatArray, IntArray
from memsim.core.errors import DataWarning, InputError


def times_going_back(times: FloatArray, periods: IntArray | None) -> BoolArray:
    """(n_trials, n_outputs) whether a time is below 0, or below the last known one of the recall period."""
    before = np.zeros(times.shape)
    last = np.zeros(len(times))
    for output in range(times.shape[1]):
        if output and periods is not None:
            last = np.where(periods[:, output] == periods[:, output - 1], last, 0.0)
        before[:, output] = last
        last = np.where(np.isnan(times[:, output]), last, times[:, output])
    return times < before


def may_be_intervals(back: BoolArray, times: FloatArray) -> bool:
    """Whether so many times go back that they must be inter-response times.

    With a clock that starts again once, at most one time of a list goes back; here it is more than one on average over
    the lists of three responses or more, and at least a quarter of the times after the first.
    """
    counts = np.isfinite(times).sum(axis=1)
    long = counts > 2
    n_back = int(back[long].sum())
    return n_back > int(long.sum()) and 4 * n_back >= int((counts[long] - 1).sum())


def warn_of_times_going_back(times: FloatArray | None, periods: IntArray | None, who: str) -> None:
    """Warn (:class:`DataWarning`) of times that go back, with their number."""
    if times is None:
        return
    back = times_going_back(times, periods)
    if not back.any():
        return
    if may_be_intervals(back, times):
        meaning = (
            "they seem to be inter-response times: give their cumulative sums; until then no response has a latency"
        )
    else:
        meaning = (
            "these responses have no latency; if a list has several recall periods, number them in recall_period "
            "(Recalls.periods), and give times from the start of each"
        )
    lists = int(back.any(axis=1).sum())
    warnings.warn(
        f"{who}: the times of {int(back.sum())} of {int(np.isfinite(times).sum())} responses, in {lists} of "
        f"{len(times)} lists, are before 0 or before that of the response before; {meaning}",
        DataWarning,
        stacklevel=3,
    )


def require_periods(periods: IntArray, positions: IntArray) -> None:
    """Raise :class:`InputError` unless recall periods are numbered from 1, in order, where there are responses."""
    if periods.shape != positions.shape:
        raise InputError(f"Recalls: periods have shape {periods.shape}, positions {positions.shape}")
    given = positions != NONE
    falls = np.maximum.accumulate(periods, axis=1) > periods
    wrong = np.where(given, (periods < 1) | falls, periods != 0)
    if wrong.any():
        row, output = np.argwhere(wrong)[0]
        raise InputError(
            f"Recalls: row {row} has the recall period {periods[row, output]} at output {output + 1}; periods are "
            "numbered from 1 in the order of output, and are 0 where there is no response"
        )

"""Intervals over trainings or people: of their mean, and of one more."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from memsim.training.seeds import CONFIDENCE, t_interval


class Interval(NamedTuple):
    """The mean of n trainings, or of n people, with its 95% t interval.

    Parameters
    ----------
    without : how many more there are of which the number is not known, as a ratio to nothing; its text says so.
    """

    mean: float
    low: float
    high: float
    n: int
    without: int = 0

    def __str__(self) -> str:
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}]{self._of}"

    @property
    def signed(self) -> str:
        """A difference in words."""
        return f"{self.mean:+.2f} [{self.low:+.2f}, {self.high:+.2f}]{self._of}"

    @property
    def _of(self) -> str:
        return f" in {self.n} of {self.n + self.without}" if self.without else ""

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval is on one side of zero."""
        return self.low > 0 or self.high < 0


def over_trainings(values: Any) -> Interval:
    """The interval of values, one for each training."""
    found = t_interval("", np.asarray(values, dtype=float))
    return Interval(found["mean"], found["low"], found["high"], found["n"])


def over_known(values: Any) -> Interval:
    """:func:`over_trainings` of the values that are not NaN; of none, all is NaN. The others are counted."""
    each = np.asarray(values, dtype=float)
    known = each[~np.isnan(each)]
    found = over_trainings(known) if len(known) else Interval(np.nan, np.nan, np.nan, 0)
    return found._replace(without=len(each) - len(known))


def prediction_half(values: Any, more: int = 1) -> float:
    """Half of the 95% interval in which the mean of some ``more`` trainings is expected, around the mean of n.

    It is t(n - 1) s sqrt(1 / more + 1 / n), with s the standard deviation over trainings, if trainings are normally
    distributed.
    """
    values = np.asarray(values, dtype=float)
    n = len(values)
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * values.std(ddof=1) * np.sqrt(1 / more + 1 / n))

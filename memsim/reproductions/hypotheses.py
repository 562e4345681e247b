"""Hypotheses under test: what each predicts of which manipulation, the numbers, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from memsim.reproductions.intervals import Interval

SUPPORTED, REFUTED, UNDECIDED, NOT_TESTED = "supported", "refuted", "undecided", "not tested"
VERDICTS = (SUPPORTED, REFUTED, UNDECIDED, NOT_TESTED)
MOST = 0.8
"""The share of seeds in which a prediction has to hold, where it need not hold in all."""


class Measure(NamedTuple):
    """A number of which a hypothesis predicts the range.

    Parameters
    ----------
    what : what the number is.
    interval : its mean over the units (seeds, or people) with the 95% interval.
    low, high : the range; infinite where it has no end.
    """

    what: str
    interval: Interval
    low: float = -np.inf
    high: float = np.inf

    @property
    def verdict(self) -> str:
        """Supported if the interval lies in the range, refuted if it lies outside, undecided if it holds an end of it.

        What is predicted above or below 0 is not 0. A single unit has no interval, and leaves it undecided; it is not
        tested without a mean.
        """
        found = self.interval
        if np.isnan(found.mean):
            return NOT_TESTED
        if np.isnan(found.low):
            return UNDECIDED
        is_nothing = (self.low == 0 and found.low == 0) or (self.high == 0 and found.high == 0)
        if self.low <= found.low and found.high <= self.high and not is_nothing:
            return SUPPORTED
        return REFUTED if found.high < self.low or found.low > self.high else UNDECIDED

    def __str__(self) -> str:
        if np.isnan(self.interval.mean):
            return f"{self.what}: nothing"
        return f"{self.what} {self.interval} (predicted {self._range}: {self.verdict})"

    @property
    def _range(self) -> str:
        if np.isinf(self.high):
            return f"at least {self.low:g}" if self.low else "above 0"
        if np.isinf(self.low):
            return f"at most {self.high:g}" if self.high else "below 0"
        return f"{self.low:g} to {self.high:g}"


class Claim(NamedTuple):
    """A hypothesis, what it predicts of which manipulation, what was found, and the verdict.

    Parameters
    ----------
    name : a short name, by which it is referred to.
    numbers : what was found, with its uncertainty.
    refuted_by : what would have refuted it, in words.
    verdict : one of :data:`VERDICTS`.
    measures : the numbers from which the verdict follows, where it follows from their ranges alone.
    """

    name: str
    hypothesis: str
    manipulation: str
    prediction: str
    numbers: str
    refuted_by: str
    verdict: str
    measures: Sequence[Measure] = ()

    @property
    def sentence(self) -> str:
        """All of it in words."""
        return (
            f"{self.name}. Hypothesis: {_sentence(self.hypothesis)} Manipulation: {_sentence(self.manipulation)} "
            f"Prediction: {_sentence(self.prediction)} It is refuted by {self.refuted_by.rstrip('.')}. Found: "
            f"{_sentence(self.numbers or 'nothing')} Verdict: {self.verdict}."
        )


def measured(
    name: str,
    hypothesis: str,
    manipulation: str,
    prediction: str,
    refuted_by: str,
    measures: Sequence[Measure],
    beside: str = "",
) -> Claim:
    """A claim of which all ``measures`` have to lie in their ranges; ``beside`` are further numbers, in words."""
    numbers = "; ".join([*map(str, measures), *([beside] if beside else [])])
    return Claim(name, hypothesis, manipulation, prediction, numbers, refuted_by, joint_verdict(measures), measures)


def joint_verdict(measures: Iterable[Measure]) -> str:
    """Refuted if one measure is, else not tested or undecided if one is, else supported."""
    each = {measure.verdict for measure in measures}
    return next((verdict for verdict in (REFUTED, NOT_TESTED, UNDECIDED, SUPPORTED) if verdict in each), NOT_TESTED)


def verdict_by_seeds(holds: Any, fails: Any, least: float = MOST) -> str:
    """Whether a prediction holds in enough seeds: ``holds`` and ``fails`` by seed, neither where it is open.

    One seed says nothing of others, and leaves it undecided, as it does with :class:`Measure`.
    """
    held, failed = np.asarray(holds, dtype=bool), np.asarray(fails, dtype=bool)
    if not len(held):
        return NOT_TESTED
    if len(held) == 1:
        return UNDECIDED
    if held.mean() >= least:
        return SUPPORTED
    return REFUTED if (~failed).mean() < least else UNDECIDED


def counted(claims: Sequence[Claim]) -> str:
    """How many claims have each verdict, in words; empty if there are none."""
    counts = {verdict: sum(claim.verdict == verdict for claim in claims) for verdict in VERDICTS}
    told = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    return f"{told} of {len(claims)} claims" if told else ""


def claims_table(claims: Iterable[Claim]) -> pd.DataFrame:
    """``claim, verdict, hypothesis, manipulation, prediction, refuted_by, numbers``, a row for each claim."""
    import pandas as pd

    columns = ["verdict", "hypothesis", "manipulation", "prediction", "refuted_by", "numbers"]
    rows = [[claim.name, *(getattr(claim, name) for name in columns)] for claim in claims]
    return pd.DataFrame(rows, columns=["claim", *columns])


def measures_table(claims: Iterable[Claim]) -> pd.DataFrame:
    """Of each measure: ``claim, measure, mean, low, high, n, without, predicted_low, predicted_high, verdict``."""
    import pandas as pd

    from memsim.reproductions.intervals import Interval

    rows = [
        [claim.name, each.what, *each.interval, each.low, each.high, each.verdict]
        for claim in claims
        for each in claim.measures
    ]
    columns = ["claim", "measure", *Interval._fields, "predicted_low", "predicted_high", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."

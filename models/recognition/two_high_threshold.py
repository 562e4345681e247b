"""Two high thresholds: probes are detected or guessed, without a strength between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, final

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.judgments import Judgments, n_new
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.rating_table import RatingTable
from memsim.models.recognition.measurement_model import MeasurementModel, rows_of, rows_of_all

SIZE = "unverified; of the order of magnitude that people show"
INSIDE = (0.001, 0.999)
"""Where the probabilities are searched in fits, so that all ratings remain possible."""


@final
@dataclass(frozen=True)
class TwoHighThreshold(MeasurementModel):
    """The two-high-threshold model with a map from its states to ratings.

    A target is detected as old with probability D_o, a lure as new with probability D_n. What is not detected is
    guessed to be old with probability g. So with two ratings the hit rate is D_o + (1 - D_o) g and the rate of false
    alarms is (1 - D_n) g: the receiver operating characteristic is a line. Over the states, from detected as new over
    guessed to detected as old, the area under it is 1 - (1 - D_o)(1 - D_n) / 2.

    Each half of the scale has h ratings, of which the upper half has one more where their number is odd. Within a half,
    the most sure rating has the probability s; each next one has the share q of what is left; the last one has the
    rest: s, (1 - s) q, (1 - s)(1 - q) q, ..., (1 - s)(1 - q)^(h-2). Old probes that are detected have their own s and
    q, new ones have others, and guesses of either kind have a third pair. Ratings of one list do not decide D_o, D_n
    and g together, so that a fit ties D_n to D_o unless it is told otherwise.

    References
    ----------
    Snodgrass & Corwin (1988), J. Exp. Psychol. Gen. 117, 34-50; Bröder & Schütz (2009), J. Exp. Psychol. Learn. Mem.
    Cogn. 35, 587-606, for ratings.
    """

    fitted: ClassVar = dict.fromkeys(
        ("detect_old", "guess_old", "surest_old", "next_old", "surest_new", "next_new", "surest_guess",
         "next_guess"), INSIDE,
    )  # fmt: skip
    ties: ClassVar = {"detect_new": "detect_old"}

    detect_old: float = parameter(0.5, 0, 1, symbol="D_o", doc="probability to detect a target", source=SIZE)
    detect_new: float = parameter(0.5, 0, 1, symbol="D_n", doc="probability to detect a lure", source=SIZE)
    guess_old: float = parameter(0.5, 0, 1, symbol="g", doc="probability to guess that a probe is old", source=SIZE)
    surest_old: float = parameter(
        0.7, 0, 1, symbol="s_o", doc="probability of the surest rating, of targets detected", source=SIZE
    )
    next_old: float = parameter(
        0.6, 0, 1, symbol="q_o", doc="share of each next rating, of targets detected", source=SIZE
    )
    surest_new: float = parameter(
        0.6, 0, 1, symbol="s_n", doc="probability of the surest rating, of lures detected", source=SIZE
    )
    next_new: float = parameter(
        0.6, 0, 1, symbol="q_n", doc="share of each next rating, of lures detected", source=SIZE
    )
    surest_guess: float = parameter(
        0.2, 0, 1, symbol="s_g", doc="probability of the surest rating, of guesses", source=SIZE
    )
    next_guess: float = parameter(0.4, 0, 1, symbol="q_g", doc="share of each next rating, of guesses", source=SIZE)

    def criteria(self, n_ratings: int) -> FloatArray:
        """There is no strength on which criteria could lie; zeros, which have no influence."""
        return np.zeros(n_ratings - 1)

    def idle_parameters(self, n_ratings: int) -> tuple[str, ...]:
        """What chooses among ratings of which a half has too few."""
        if n_ratings == 0:
            return ()  # it recalls nothing
        of_new = n_new(n_ratings)
        of_old = n_ratings - of_new
        largest = {"old": of_old, "new": of_new, "guess": of_old}
        surest = [f"surest_{state}" for state, size in largest.items() if size < 2]
        return (*surest, *(f"next_{state}" for state, size in largest.items() if size < 3))

    def rating_probabilities(self, state: Any, probe: ProbeBatch, criteria: FloatArray) -> FloatArray:
        """(n_trials, n_ratings) of a target, or of a lure; criteria only tell the number of ratings."""
        probabilities, _ = self._cells(np.shape(criteria)[-1] + 1)
        return probabilities[rows_of(probe)]

    def rating_table(self, judgments: Judgments, criteria: FloatArray) -> RatingTable:
        """See :meth:`memsim.MemoryModel.rating_table`."""
        return RatingTable(rows_of_all(judgments), *self._cells(judgments.n_ratings))

    def _cells(self, n_ratings: int) -> tuple[FloatArray, dict[str, FloatArray]]:
        """(2, n_ratings) the probabilities of ratings of lures and of targets, and their derivatives by name."""
        old = _Half.of(self.surest_old, self.next_old, n_ratings, upper=True)
        new = _Half.of(self.surest_new, self.next_new, n_ratings, upper=False)
        high = _Half.of(self.surest_guess, self.next_guess, n_ratings, upper=True)
        low = _Half.of(self.surest_guess, self.next_guess, n_ratings, upper=False)
        guess = self.guess_old
        guessed, by_surest, by_next = (
            guess * above + (1 - guess) * below for above, below in zip(high, low, strict=True)
        )
        missed = np.array([[1 - self.detect_new], [1 - self.detect_old]])
        lures, targets = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
        detected = self.detect_new * lures * new.probability + self.detect_old * targets * old.probability
        return detected + missed * guessed, {
            "detect_old": targets * (old.probability - guessed),
            "detect_new": lures * (new.probability - guessed),
            "guess_old": missed * (high.probability - low.probability),
            "surest_old": self.detect_old * targets * old.by_surest,
            "next_old": self.detect_old * targets * old.by_next,
            "surest_new": self.detect_new * lures * new.by_surest,
            "next_new": self.detect_new * lures * new.by_next,
            "surest_guess": missed * by_surest,
            "next_guess": missed * by_next,
        }


class _Half(NamedTuple):
    """The ratings of one half of the scale, (n_ratings,) each, 0 in the other half."""

    probability: FloatArray
    by_surest: FloatArray
    by_next: FloatArray

    @classmethod
    def of(cls, surest: float, share: float, n_ratings: int, *, upper: bool) -> _Half:
        """The upper half, whose surest rating is the last of the scale, or the lower one, where it is the first."""
        size = n_ratings - n_new(n_ratings) if upper else n_new(n_ratings)
        found = np.zeros((3, n_ratings))
        found[0, 0] = 1
        if size > 1:
            left = np.arange(size - 1)  # ratings after the surest, the last of which has all that is left
            less = 1.0 - share
            others = less**left * np.where(left < size - 2, share, 1)
            falls = left * less ** np.maximum(left - 1, 0)
            slopes = np.where(left < size - 2, less**left - share * falls, -falls)
            found[0, :size] = [surest, *((1 - surest) * others)]
            found[1, :size] = [1, *-others]
            found[2, 1:size] = (1 - surest) * slopes
        return cls(*(found[:, ::-1] if upper else found))

"""Tables of ratings: where probes fall into a few kinds that are judged alike, a row for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.evidence import Evidence
from memsim.core.judgments import UNANSWERED, Judgments


class RatingTable(NamedTuple):
    """The probabilities of the ratings of each kind of probe."""

    kind: IntArray
    """(n_trials, n_probes) row of each probe; any where there is no probe."""
    probabilities: FloatArray
    """(n_kinds, n_ratings), without lapses."""
    slopes: Mapping[str, FloatArray]
    """Derivatives of the probabilities by the parameters, (n_kinds, n_ratings) each. A parameter that is missing has no
    influence."""
    evidence: Evidence | None = None
    """Of each kind, (n_kinds,); ``None`` where ratings do not follow from criteria on evidence."""

    def outcome(self, judgments: Judgments) -> FloatArray:
        """(n_trials, n_probes) probability of each rating, and 1 where there is none."""
        ratings = judgments.ratings
        found = self.probabilities[self.kind, np.maximum(ratings, 1) - 1]
        return np.where(ratings == UNANSWERED, 1.0, found)

    def counts(self, judgments: Judgments) -> FloatArray:
        """(n_kinds, n_ratings) numbers of answers."""
        return self.summed(judgments, judgments.answered.astype(float))

    def summed(self, judgments: Judgments, values: FloatArray) -> FloatArray:
        """(n_kinds, n_ratings) sums of ``values`` (n_trials, n_probes) over the answers with each rating."""
        n_kinds, n_ratings = self.probabilities.shape
        cell = self.kind * n_ratings + np.maximum(judgments.ratings, 1) - 1
        weights = np.where(judgments.answered, values, 0.0)
        found = np.bincount(cell.ravel(), weights.ravel(), n_kinds * n_ratings)
        return found.reshape(n_kinds, n_ratings).astype(float)

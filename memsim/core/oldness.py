"""The scale on which probes are judged: criteria between ratings, common to all models with evidence of oldness."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.evidence import Evidence, rating_shares
from memsim.core.judgments import n_new
from memsim.core.model import MemoryModel
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.trials import Trials

SET_HERE = "unverified; set to the scale of the evidence"


@dataclass(frozen=True)
class OldnessScale(MemoryModel[Any]):
    """Judgments by criteria on evidence, which rises with oldness.

    A probe with evidence x is rated k if it lies between the criteria c_(k-1) and c_k, of n ratings
    c_k = C + (k - [n / 2]) Δ, [] being the whole part: so the boundary between new and old is C for any number of
    ratings, of which the middle one of an odd number is old (:func:`memsim.core.judgments.n_new`). Criteria vary from
    probe to probe with the standard deviation σ_c.
    """

    criteria_parameters: ClassVar[tuple[str, ...]] = ("criterion", "criterion_spacing")

    _: KW_ONLY
    criterion: float = parameter(0.0, None, None, symbol="C", doc="boundary between new and old", source=SET_HERE)
    criterion_spacing: float = parameter(
        1.0, 0, None, symbol="Δ", doc="distance between the criteria of successive ratings", source=SET_HERE
    )
    criterion_noise: float = parameter(
        0.0, 0, None, symbol="σ_c", doc="standard deviation of criteria from probe to probe", source=SET_HERE
    )

    def criteria(self, n_ratings: int) -> FloatArray:
        """(n_ratings - 1,) the criteria, in rising order."""
        return np.asarray(self.criterion + (np.arange(1, n_ratings) - n_new(n_ratings)) * self.criterion_spacing)

    def idle_parameters(self, n_ratings: int) -> tuple[str, ...]:
        """With two ratings there is one criterion, and no distance between criteria; in recall there are none."""
        if n_ratings == 0:
            return (*self.criteria_parameters, "criterion_noise")
        return ("criterion_spacing",) if n_ratings == 2 else ()

    def rating_probabilities(self, state: Any, probe: ProbeBatch, criteria: FloatArray) -> FloatArray:
        """(n_trials, n_ratings) probability of each rating: that of evidence between its criteria."""
        return self.ratings_of(self.familiarity(state, probe), len(probe.items), criteria)

    def fast_judgments(self, trials: Trials, rng: np.random.Generator, criteria: FloatArray) -> FloatArray | None:
        """Those of :meth:`fast_evidence`, where there is such."""
        evidence = self.fast_evidence(trials, rng)
        if evidence is None:
            return None
        shape = len(trials), trials.paradigm.n_probes, len(criteria) + 1
        return self.ratings_of(evidence, shape[0] * shape[1], criteria).reshape(shape)

    def ratings_of(self, evidence: Evidence, n_probes: int, criteria: FloatArray) -> FloatArray:
        """(n_probes, n_ratings) probability of each rating of probes with this evidence."""
        return rating_shares(evidence, criteria, self.criterion_noise, n_probes)

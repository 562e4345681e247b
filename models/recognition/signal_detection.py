"""Signal detection: a strength of old and of new items, without an account of where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from memsim.core.evidence import Evidence, Normal
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recognition_model import RecognitionModel
from memsim.core.trials import Trials

SIZE = "unverified; of the order of magnitude that people show"


@final
@dataclass(frozen=True)
class UnequalVariance(RecognitionModel):
    """Unequal-variance signal detection: new items have the strength N(0, 1), old ones N(μ, σ²)."""

    fitted: ClassVar = {"strength_mean": (0, 10), "strength_sd": (0.2, 5), "criterion": (-5, 10)}

    strength_mean: float = parameter(1.0, -100, 100, symbol="μ", doc="mean strength of old items", source=SIZE)
    strength_sd: float = parameter(
        1.25, 0.01, 100, symbol="σ", doc="standard deviation of the strength of old items", source=SIZE
    )

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return trials

    def study(self, state: Any, position: int) -> Any:
        return state

    def familiarity(self, state: Any, probe: ProbeBatch) -> Evidence:
        old = (probe.positions[:, :1] >= 0).astype(float)
        return Normal(old * self.strength_mean, 1 + old * (self.strength_sd - 1))

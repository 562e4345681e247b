"""Signal detection: targets are stronger than lures, with equal or unequal variance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

from memsim.core.parameters import parameter
from memsim.models.recognition.strength_distributions import SIZE, NormalParts, StrengthDistributions


@final
@dataclass(frozen=True)
class EqualVariance(StrengthDistributions):
    """Signal detection with equal variance: lures have the strength N(0, 1), targets N(d', 1).

    A strength between the criteria c_(k-1) and c_k is rated k (:class:`memsim.OldnessScale`), so with
    two ratings the hit rate is Φ(d' - C) and the rate of false alarms is Φ(-C). Study does nothing, and no
    probe depends on another.

    References
    ----------
    Green & Swets (1966), Signal detection theory and psychophysics.
    """

    fitted: ClassVar = {"sensitivity": (-2, 10), **StrengthDistributions.fitted_criteria}

    sensitivity: float = parameter(1.0, -100, 100, symbol="d'", doc="mean strength of targets", source=SIZE)

    def parts(self) -> NormalParts:
        """One normal distribution each."""
        return NormalParts.of([(1, 0, 1)], [(1, self.sensitivity, 1)])

    def part_slopes(self) -> Mapping[str, NormalParts]:
        """The derivatives of :meth:`parts`."""
        return {"sensitivity": NormalParts.of([(0, 0, 0)], [(0, 1, 0)])}


@final
@dataclass(frozen=True)
class UnequalVariance(StrengthDistributions):
    """Signal detection with unequal variance: lures have the strength N(0, 1), targets N(μ, σ²).

    A strength between the criteria c_(k-1) and c_k is rated k (:class:`memsim.OldnessScale`). On normal axes the
    receiver operating characteristic is a line with the slope 1/σ; the area under it is Φ(μ / sqrt(1 + σ²)). With
    σ = 1 it is :class:`memsim.models.EqualVariance`. Two ratings do not identify μ and σ together.

    References
    ----------
    Green & Swets (1966), Signal detection theory and psychophysics.
    """

    fitted: ClassVar = {
        "strength_mean": (-2, 10), "strength_sd": (0.2, 5), **StrengthDistributions.fitted_criteria
    }  # fmt: skip

    strength_mean: float = parameter(1.0, -100, 100, symbol="μ", doc="mean strength of targets", source=SIZE)
    strength_sd: float = parameter(
        1.25, 0.01, 100, symbol="σ", doc="standard deviation of the strength of targets", source=SIZE
    )

    def parts(self) -> NormalParts:
        """One normal distribution each."""
        return NormalParts.of([(1, 0, 1)], [(1, self.strength_mean, self.strength_sd)])

    def part_slopes(self) -> Mapping[str, NormalParts]:
        """The derivatives of :meth:`parts`."""
        lure = [(0, 0, 0)]
        return {
            "strength_mean": NormalParts.of(lure, [(0, 1, 0)]),
            "strength_sd": NormalParts.of(lure, [(0, 0, 1)]),
        }

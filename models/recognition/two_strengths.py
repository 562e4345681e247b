"""Two strengths: targets that were attended to in study, and targets that were not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

from memsim.core.parameters import parameter
from memsim.models.recognition.strength_distributions import SIZE, NormalParts, StrengthDistributions


@final
@dataclass(frozen=True)
class TwoStrengths(StrengthDistributions):
    """Signal detection with a mixture of two strengths of targets.

    A target was attended to in study with probability λ, and then has the strength N(d_2 + δ, 1); else N(d_2, 1).
    Lures have N(0, 1). The gain δ is not negative, so that the two parts cannot change places in a fit: d_1 = d_2 + δ
    is the mean strength of those that were attended to. A strength between the criteria c_(k-1) and c_k is rated k
    (:class:`memsim.OldnessScale`).

    References
    ----------
    DeCarlo (2002), Psychol. Rev. 109, 710-721.
    """

    fitted: ClassVar = {
        "attention": (0, 1), "attention_gain": (0.001, 10), "unattended_strength": (-2, 10),
        **StrengthDistributions.fitted_criteria,
    }  # fmt: skip

    attention: float = parameter(0.7, 0, 1, symbol="λ", doc="probability that a target was attended to", source=SIZE)
    attention_gain: float = parameter(1.5, 0, 100, symbol="δ", doc="mean strength that attention adds", source=SIZE)
    unattended_strength: float = parameter(
        0.4, -100, 100, symbol="d_2", doc="mean strength of targets that were not attended to", source=SIZE
    )

    def parts(self) -> NormalParts:
        """The normal distributions of attended and of unattended targets."""
        share, weak = self.attention, self.unattended_strength
        return NormalParts.of(
            [(share, 0, 1), (1 - share, 0, 1)], [(share, weak + self.attention_gain, 1), (1 - share, weak, 1)]
        )

    def part_slopes(self) -> Mapping[str, NormalParts]:
        """The derivatives of :meth:`parts`."""
        lure = [(0, 0, 0), (0, 0, 0)]
        return {
            "attention": NormalParts.of(lure, [(1, 0, 0), (-1, 0, 0)]),
            "attention_gain": NormalParts.of(lure, [(0, 1, 0), (0, 0, 0)]),
            "unattended_strength": NormalParts.of(lure, [(0, 1, 0), (0, 1, 0)]),
        }

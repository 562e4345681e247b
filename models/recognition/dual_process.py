"""Dual process: some targets are recollected, and the others are judged by their familiarity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

from memsim.core.parameters import parameter
from memsim.models.recognition.strength_distributions import SIZE, NormalParts, StrengthDistributions

BEYOND = 1e8
"""A strength beyond all criteria, which stands for infinity: it is still below a criterion that stands for none."""


@final
@dataclass(frozen=True)
class DualProcess(StrengthDistributions):
    """Dual-process signal detection: recollection, or else familiarity with equal variance.

    A target is recollected with probability R, and then has the highest rating; else its strength is N(d', 1). A lure
    is rejected with probability R_n, and then has the lowest rating; else its strength is N(0, 1). A strength between
    the criteria c_(k-1) and c_k is rated k (:class:`memsim.OldnessScale`). With R_n = 0 the area under the receiver
    operating characteristic is R + (1 - R) Φ(d' / sqrt 2). With R = R_n = 0 it is
    :class:`memsim.models.EqualVariance`. Two ratings do not identify R and d' together.

    References
    ----------
    Yonelinas (1994), J. Exp. Psychol. Learn. Mem. Cogn. 20, 1341-1354.
    """

    fitted: ClassVar = {
        "recollection": (0, 1), "familiarity_mean": (-2, 10), **StrengthDistributions.fitted_criteria
    }  # fmt: skip

    recollection: float = parameter(0.3, 0, 1, symbol="R", doc="probability that a target is recollected", source=SIZE)
    familiarity_mean: float = parameter(
        1.0, -100, 100, symbol="d'", doc="mean strength of targets that are not recollected", source=SIZE
    )
    lure_rejection: float = parameter(
        0.0, 0, 1, symbol="R_n", doc="probability that a lure is rejected by recollection", source="0: no rejection"
    )

    def parts(self) -> NormalParts:
        """The normal distribution of familiarity, and recollection at either end of the scale."""
        old, new = self.recollection, self.lure_rejection
        return NormalParts.of(
            [(1 - new, 0, 1), (0, BEYOND, 1), (new, -BEYOND, 1)],
            [(1 - old, self.familiarity_mean, 1), (old, BEYOND, 1), (0, -BEYOND, 1)],
        )

    def part_slopes(self) -> Mapping[str, NormalParts]:
        """The derivatives of :meth:`parts`."""
        nothing = [(0, 0, 0)] * 3
        return {
            "recollection": NormalParts.of(nothing, [(-1, 0, 0), (1, 0, 0), (0, 0, 0)]),
            "familiarity_mean": NormalParts.of(nothing, [(0, 1, 0), (0, 0, 0), (0, 0, 0)]),
            "lure_rejection": NormalParts.of([(-1, 0, 0), (0, 0, 0), (1, 0, 0)], nothing),
        }

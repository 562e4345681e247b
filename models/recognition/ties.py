"""Evidence that must exceed a criterion: evidence equal to it counts as below."""

from __future__ import annotations

from typing import Any, NamedTuple

from memsim.core.arrays import FloatArray
from memsim.core.evidence import Evidence

ROUNDING = 1e-12
"""How far evidence is above a criterion at least; less is rounding."""


class Exceeding(NamedTuple):
    """Evidence that is above a criterion only if it exceeds it.

    It is for evidence that equals a criterion with some probability, such as log odds of 0 where nothing is stored.
    """

    evidence: Evidence

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`memsim.core.evidence.Evidence`, and evidence equal to the criterion is below it."""
        return self.evidence.below(criteria + ROUNDING, noise)

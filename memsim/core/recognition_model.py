"""Models that judge probes, and have no account of recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from memsim.core.arrays import IntArray
from memsim.core.oldness import OldnessScale


@dataclass(frozen=True)
class RecognitionModel(OldnessScale):
    """A model of recognition alone.

    It defines ``begin``, ``study`` and ``familiarity``; and ``study_pair`` with ``probes = ("item", "pair")`` if it has
    an account of pairs.
    """

    cues: ClassVar[tuple[str, ...]] = ()
    probes: ClassVar[tuple[str, ...]] = ("item",)
    takes_repeated_items: ClassVar[bool] = True

    def outcome_probabilities(self, state: Any) -> Any:
        """Raise :class:`memsim.core.errors.ModelError`."""
        raise self._without("recall")

    def recalled(self, state: Any, position: IntArray) -> Any:
        """Raise :class:`memsim.core.errors.ModelError`."""
        raise self._without("recall")

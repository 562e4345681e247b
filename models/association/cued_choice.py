"""Cued recall by the match of what a cue brings back with the items of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recognition_model import RecognitionModel

SET_HERE = "unverified; set to the scale of the match"


@dataclass(frozen=True)
class CuedChoice(RecognitionModel):
    """Responses to a cue by Luce's rule, P(i) = exp(κ m_i) / (Σ_j exp(κ m_j) + exp(κ θ)).

    m_i is the match of item i of the list with what the cue brings back, and the last term is no response. The cue
    itself is never the response. A model defines ``cue_item``, and gives its matches to :meth:`choice`.
    """

    choice_sensitivity: float = parameter(
        10.0, 0, 1000, symbol="κ", doc="sensitivity of the choice to the match", source=SET_HERE
    )
    response_threshold: float = parameter(
        0.4, -100, 100, symbol="θ", doc="match of no response", source=SET_HERE
    )  # fmt: skip

    def choice(self, match: FloatArray, is_candidate: BoolArray) -> FloatArray:
        """(n_trials, list_length + 1) probability of each response; both arguments are (n_trials, list_length)."""
        none = np.full((len(match), 1), self.choice_sensitivity * self.response_threshold)
        exponent = np.where(is_candidate, self.choice_sensitivity * match, -np.inf)
        exponent = np.concatenate((exponent, none), axis=1)
        exponent -= exponent.max(axis=1, keepdims=True)
        strength = np.exp(exponent)
        return np.asarray(strength / strength.sum(axis=1, keepdims=True))

    def recalled(self, state: Any, position: IntArray) -> Any:
        """The response changes nothing."""
        return state


def cue_of(probe: ProbeBatch) -> tuple[IntArray, IntArray]:
    """(n_trials,) the unit of the cue, and the side on which it is, 0 or 1; the first where both sides have an item."""
    side = np.argmax(probe.units >= 0, axis=1)
    return probe.units[np.arange(len(side)), side].astype(np.int32), side.astype(np.int32)


def candidates(first_presentation: IntArray, cue: IntArray) -> BoolArray:
    """(n_trials, list_length) whether the item of a position can be the response: presented first there, no cue."""
    positions = np.arange(first_presentation.shape[1])
    return np.asarray((first_presentation == positions) & (positions != cue[:, None]))

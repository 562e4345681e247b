"""The Start-End Model of serial recall (Henson, 1998): positions are coded by the ends of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm
from memsim.models.serial.noisy_choice import strongest
from memsim.models.serial.serial_model import SerialModel, SerialState, answered

SOURCE = "Henson (1998), unverified"


@final
@dataclass(frozen=True)
class StartEnd(SerialModel):
    """Each item is bound to its position, coded by two markers; positions are cued in turn, responses suppressed.

    1. Position j of L has the code p(j) = (S_0 S^(j-1), E_0 E^(L-j)): the start marker fades, the end marker grows.
    2. Two codes overlap by o(p, q) = sqrt(p . q) exp(-|p - q|).
    3. At the output of position j item i has the strength o(p(j), p(i)) (1 - s_i) + noise, normal with standard
       deviation G. The strongest is given if it reaches T, else the output is omitted.
    4. Suppression s decays by the factor exp(-R) with each output; that of the item just given is 1.

    In a grouped list the code is that of the place in the group, and the overlap is multiplied by the overlap of the
    groups, which have codes of their own in the list, relative to a group's overlap with itself; so items may move to
    the same place in another group. How the two levels combine was chosen here. The second stage of the published
    model, phonological confusion, is left out.
    """

    citation: ClassVar = (
        "Henson, R. N. A. (1998). Short-term memory for serial order: The Start-End Model. Cognitive Psychology, "
        "36, 73-137."
    )
    repeats: ClassVar[bool] = True
    cues: ClassVar = ("forward", "backward")

    start: float = parameter(1.0, 0, 10, symbol="S_0", doc="start marker at the first position", source=SOURCE)
    start_change: float = parameter(
        0.80, 0, 1, symbol="S", doc="its change from one position to the next", source=SOURCE
    )
    end: float = parameter(0.60, 0, 10, symbol="E_0", doc="end marker at the last position", source=SOURCE)
    end_change: float = parameter(
        0.48, 0, 1, symbol="E", doc="its change from one position to the one before", source=SOURCE
    )
    noise: float = parameter(0.08, 0, 10, symbol="G_C", doc="standard deviation of noise", source=SOURCE)
    threshold: float = parameter(
        0.35, -10, 10, symbol="T_o", doc="strength below which an output is omitted", source=SOURCE
    )
    recovery: float = parameter(
        0.50, 0, 100, symbol="R_s", doc="rate at which suppression fades, for each output", source=SOURCE
    )

    def codes(self, length: int) -> FloatArray:
        """(length, 2) the start and end markers at each place of a list, or a group, of that length."""
        place = np.arange(length)
        start = self.start * self.start_change**place
        return np.stack((start, self.end * self.end_change ** (length - 1.0 - place)), axis=1)

    def overlaps(self, length: int, other: int | None = None) -> FloatArray:
        """(length, other) overlap of places in lists of two lengths, or of one."""
        p, q = self.codes(length), self.codes(length if other is None else other)
        return np.sqrt(p @ q.T) * np.exp(-np.linalg.norm(p[:, None] - q, axis=-1))

    def support(self, paradigm: Paradigm) -> FloatArray:
        """(L, L) overlap of each cued position (row) with the position of each item, with groups."""
        length = paradigm.list_length
        group = getattr(paradigm, "group", np.zeros(length, dtype=np.int64))
        sizes = np.bincount(group)
        starts = np.cumsum(sizes) - sizes
        result = np.empty((length, length))
        between = self.overlaps(len(sizes))
        own = np.sqrt(np.maximum(np.diag(between), np.finfo(float).tiny))
        for one, other in np.ndindex(between.shape):
            rows, columns = (slice(starts[g], starts[g] + sizes[g]) for g in (one, other))
            result[rows, columns] = (
                self.overlaps(int(sizes[one]), int(sizes[other])) * between[one, other] / (own[one] * own[other])
            )
        return result

    def outcome_probabilities(self, state: SerialState) -> FloatArray:
        support = self.support(state.paradigm)[state.due]
        return strongest(support * (1 - state.strength), self.noise, self.threshold)

    def after(self, state: SerialState, position: IntArray) -> None:
        state.strength *= np.exp(-self.recovery)
        state.strength[answered(position, state.strength.shape[1])] = 1

"""The Start-End Model of serial recall (Henson, 1998): positions are coded by the ends of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm
from memsim.models.serial.noisy_choice import noisy_choice, strongest
from memsim.models.serial.serial_model import SerialState, answered
from memsim.models.serial.situation_model import ParameterPullback, SituationModel, values_of
from memsim.models.serial.situations import Situations

SOURCE = "Henson (1998), unverified"


@final
@dataclass(frozen=True)
class StartEnd(SituationModel):
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
    by_ages: ClassVar = True

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

    @classmethod
    def of_situations(
        cls, models: Sequence[Self], paradigm: Paradigm, found: Situations, wanted: BoolArray
    ) -> tuple[FloatArray, ParameterPullback]:
        of, length = found.model, paradigm.list_length
        due = length - 1 - found.output if paradigm.cue == "backward" else found.output
        support = np.stack([model.support(paradigm) for model in models])[of, due]
        since = np.maximum(found.age - 1, 0)
        suppression = np.where(found.left, 0, np.exp(-values_of(models, "recovery")[of][:, None] * since))
        noise, threshold = values_of(models, "noise")[of], values_of(models, "threshold")[of]
        probability, choice_pullback = noisy_choice(support * (1 - suppression), noise, threshold, wanted)

        def pullback(by_probability: FloatArray) -> dict[str, FloatArray]:
            by_strength, by_noise, by_threshold = choice_pullback(by_probability)
            slopes = np.stack([support_slopes(model, paradigm) for model in models])[of, :, due]
            by_support = by_strength * (1 - suppression)
            return {
                **dict(zip(MARKERS, np.einsum("nj,nkj->kn", by_support, slopes), strict=True)),
                "recovery": (by_strength * support * since * suppression).sum(axis=1),
                "noise": by_noise,
                "threshold": by_threshold,
            }

        return probability, pullback


MARKERS = ("start", "start_change", "end", "end_change")
"""The parameters of the codes."""


def support_slopes(model: StartEnd, paradigm: Paradigm) -> FloatArray:
    """(4, L, L) the derivatives of :meth:`StartEnd.support` by the parameters of the codes.

    Where two codes coincide or share nothing, the overlap has no derivative, and its undefined factor counts as 0.
    """
    group = getattr(paradigm, "group", np.zeros(paradigm.list_length, dtype=np.int64))
    sizes = np.bincount(group)
    place = np.concatenate([np.arange(size) for size in sizes])
    within = _overlap_slopes(*_code_slopes(model, place, sizes[group]))
    between = _overlap_slopes(*_code_slopes(model, np.arange(len(sizes)), np.full(len(sizes), len(sizes))))
    # With the own overlaps b_i of the groups, the support is w_ij b_ij / sqrt(b_i b_j).
    own = np.maximum(np.diag(between[0]), np.finfo(float).tiny)
    both = np.sqrt(own)[:, None] * np.sqrt(own)
    relative = between[0] / both
    own_slope = np.diagonal(between[1:], axis1=1, axis2=2) / (2 * own)
    change = between[1:] / both - relative * (own_slope[:, :, None] + own_slope[:, None])
    rows, columns = group[:, None], group
    result: FloatArray = within[1:] * relative[rows, columns] + within[0] * change[:, rows, columns]
    return result


def _code_slopes(model: StartEnd, place: Any, size: Any) -> tuple[FloatArray, FloatArray]:
    """(n, 2) the codes of places in groups of these sizes, and (4, n, 2) their derivatives."""
    left = size - 1 - place
    start, end = model.start_change**place, model.end_change**left
    nothing = np.zeros(len(place))
    slopes = [
        (start, nothing),
        (model.start * place * model.start_change ** np.maximum(place - 1, 0), nothing),
        (nothing, end),
        (nothing, model.end * left * model.end_change ** np.maximum(left - 1, 0)),
    ]
    return np.stack((model.start * start, model.end * end), axis=1), np.array(slopes).transpose(0, 2, 1)


def _overlap_slopes(code: FloatArray, slope: FloatArray) -> FloatArray:
    """(5, n, n) the overlaps of codes, and their derivatives."""
    shared = code @ code.T
    apart = code[:, None] - code
    distance = np.linalg.norm(apart, axis=-1)
    root, near = np.sqrt(shared), np.exp(-distance)
    by_shared = np.divide(near, 2 * root, out=np.zeros_like(root), where=root > 0)
    by_distance = np.divide(-root * near, distance, out=np.zeros_like(root), where=distance > 0)
    product = slope @ code.T
    moved = ((slope[:, :, None] - slope[:, None]) * apart).sum(axis=-1)
    slopes = by_shared * (product + product.transpose(0, 2, 1)) + by_distance * moved
    return np.concatenate(((root * near)[None], slopes))

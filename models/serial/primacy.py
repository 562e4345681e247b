"""The primacy model of serial recall (Page & Norris, 1998): a gradient of activation, and suppression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm
from memsim.models.serial.noisy_choice import noisy_choice, strongest
from memsim.models.serial.serial_model import NO_NOISE, SerialState, answered
from memsim.models.serial.situation_model import ParameterPullback, SituationModel, values_of
from memsim.models.serial.situations import Situations

SOURCE = "Page & Norris (1998), unverified"


@final
@dataclass(frozen=True)
class Primacy(SituationModel):
    """Earlier items are more active; the most active item is recalled and then suppressed.

    1. Item i begins recall with the activation P - (i - 1), in units in which the activation of the start is P.
    2. At each output the most active item that was not yet given is chosen, under noise of standard deviation N.
    3. It is given if its activation, under noise of standard deviation M, reaches T; else the output is omitted and
       the item stays.
    4. Activation decays by exp(-D t) with each output, of t seconds.

    Lists are assumed to be rehearsed until recall, without decay before it. Phonological confusion is left out. In this
    implementation the published noise of .96 gives 54% correct in lists of six; the default was chosen here.
    """

    citation: ClassVar = (
        "Page, M. P. A., & Norris, D. (1998). The primacy model: A new model of immediate serial recall. "
        "Psychological Review, 105, 761-781."
    )
    cues: ClassVar = ("forward",)

    peak: float = parameter(11.5, 0, 1000, symbol="P", doc="activation of the first item", source=SOURCE)
    decay: float = parameter(0.27, 0, 100, unit="1/s", symbol="D", doc="rate of decay", source=SOURCE)
    noise: float = parameter(
        0.5, 0, 100, symbol="N", doc="standard deviation of noise in the choice", source="chosen here"
    )
    threshold: float = parameter(
        0.49, -100, 100, symbol="T", doc="activation below which an output is omitted", source=SOURCE
    )
    threshold_noise: float = parameter(
        0.75, 0, 100, symbol="M", doc="standard deviation of noise at the threshold", source=SOURCE
    )
    output_time: float = parameter(0.5, 0, 100, unit="s", symbol="t", doc="time that an output takes", source=SOURCE)

    def outcome_probabilities(self, state: SerialState) -> FloatArray:
        length = state.strength.shape[1]
        active = np.maximum(self.peak - np.arange(length), 0) * np.exp(-self.decay * self.output_time * state.output)
        chosen = strongest(np.where(np.isneginf(state.strength), -np.inf, active), self.noise)
        above, below = reached(active, self.threshold, self.threshold_noise)
        chosen[:, length] += (chosen[:, :length] * below).sum(axis=1)
        chosen[:, :length] *= above
        return chosen

    def after(self, state: SerialState, position: IntArray) -> None:
        state.strength[answered(position, state.strength.shape[1])] = -np.inf

    @classmethod
    def of_situations(
        cls, models: Sequence[Self], paradigm: Paradigm, found: Situations, wanted: BoolArray
    ) -> tuple[FloatArray, ParameterPullback]:
        # Every chosen item may fall short, so that no response takes the probabilities of all.
        value = {name: values_of(models, name)[found.model][:, None] for name in ACTIVATION}
        output, place = found.output[:, None], np.arange(paradigm.list_length)
        decayed = np.exp(-value["decay"] * value["output_time"] * output)
        active = np.maximum(value["peak"] - place, 0) * decayed
        noise = values_of(models, "noise")[found.model]
        chosen, choice_pullback = noisy_choice(np.where(found.left, active, -np.inf), noise)
        above, below = reached(active, value["threshold"], value["threshold_noise"])
        probability = chosen.copy()
        probability[:, :-1] *= above
        probability[:, -1] += (chosen[:, :-1] * below).sum(axis=1)

        def pullback(by_probability: FloatArray) -> dict[str, FloatArray]:
            by_item, by_none = by_probability[:, :-1], by_probability[:, -1:]
            by_strength, by_noise, _ = choice_pullback(np.hstack((by_item * above + by_none * below, by_none)))
            slope, standard = reaching_slope(active, value["threshold"], value["threshold_noise"])
            by_reach = chosen[:, :-1] * (by_item - by_none) * slope
            by_active = by_strength + by_reach
            by_decayed = -(by_active * active).sum(axis=1) * found.output
            return {
                "peak": (by_active * (value["peak"] > place) * decayed).sum(axis=1),
                "decay": by_decayed * value["output_time"][:, 0],
                "output_time": by_decayed * value["decay"][:, 0],
                "noise": by_noise,
                "threshold": -by_reach.sum(axis=1),
                "threshold_noise": -(by_reach * standard).sum(axis=1),
            }

        return probability, pullback


ACTIVATION = ("peak", "decay", "output_time", "threshold", "threshold_noise")


def reached(active: FloatArray, threshold: Any, noise: Any) -> tuple[FloatArray, FloatArray]:
    """The probabilities that activations reach the threshold under this noise, and that they do not."""
    from scipy.special import ndtr  # takes long to import

    standard = _standard(active, threshold, noise)
    return ndtr(standard), ndtr(-standard)


def reaching_slope(active: FloatArray, threshold: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The derivatives of reaching by activation, 0 without noise, and the distance above the threshold in its units."""
    noisy = noise >= NO_NOISE
    standard = np.where(noisy, _standard(active, threshold, noise), 0)
    slope = np.exp(-0.5 * standard**2) / np.sqrt(2 * np.pi) / np.where(noisy, noise, 1)
    return np.where(noisy, slope, 0), standard


def _standard(active: FloatArray, threshold: Any, noise: Any) -> FloatArray:
    noisy = np.asarray(noise) >= NO_NOISE
    without = np.where(active >= threshold, np.inf, -np.inf)
    return np.where(noisy, (active - threshold) / np.where(noisy, noise, 1), without)

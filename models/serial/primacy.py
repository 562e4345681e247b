"""The primacy model of serial recall (Page & Norris, 1998): a gradient of activation, and suppression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.parameters import parameter
from memsim.models.serial.noisy_choice import strongest
from memsim.models.serial.serial_model import SerialModel, SerialState, answered

SOURCE = "Page & Norris (1998), unverified"


@final
@dataclass(frozen=True)
class Primacy(SerialModel):
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
        from scipy.special import ndtr  # takes long to import

        length = state.strength.shape[1]
        active = np.maximum(self.peak - np.arange(length), 0) * np.exp(-self.decay * self.output_time * state.output)
        chosen = strongest(np.where(np.isneginf(state.strength), -np.inf, active), self.noise)
        if self.threshold_noise:
            reaches = ndtr((active - self.threshold) / self.threshold_noise)
        else:
            reaches = (active >= self.threshold).astype(float)
        chosen[:, :length] *= reaches
        chosen[:, length] = 1 - chosen[:, :length].sum(axis=1)
        return chosen

    def after(self, state: SerialState, position: IntArray) -> None:
        state.strength[answered(position, state.strength.shape[1])] = -np.inf

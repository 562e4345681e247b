"""What models of serial recall share: one response after the other, each output position asked for in turn."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.model import MemoryModel
from memsim.core.trials import Paradigm, Trials


@dataclass
class SerialState:
    """A batch of lists of one length on their way through recall."""

    paradigm: Paradigm
    strength: FloatArray
    """(n_trials, list_length), of a meaning that is the model's."""
    output: int = 0
    """The output that is due, from 0."""
    last: IntArray | None = None
    """(n_trials,) column of the last outcome; nothing before the first."""
    backward: bool = False

    @property
    def due(self) -> int:
        """0-based serial position that is right at this output; the last one again once recall is over."""
        length = self.strength.shape[1]
        output = min(self.output, length - 1)
        return length - 1 - output if self.backward else output


@dataclass(frozen=True)
class SerialModel(MemoryModel[SerialState]):
    """A model that is told which output is due, and nothing else; the subclass gives strengths and what they do."""

    cues: ClassVar[tuple[str, ...]] = ("forward",)

    def begin(self, trials: Trials, rng: np.random.Generator) -> SerialState:
        return SerialState(trials.paradigm, np.zeros((len(trials), trials.list_length)))

    def study(self, state: SerialState, position: int) -> SerialState:
        return state

    def cue(self, state: SerialState, cue: str) -> SerialState:
        super().cue(state, cue)
        state.backward = cue == "backward"
        return state

    def recalled(self, state: SerialState, position: IntArray) -> SerialState:
        self.after(state, position)
        state.output += 1
        state.last = position
        return state

    @abstractmethod
    def after(self, state: SerialState, position: IntArray) -> None:
        """What a response, or an omission, does to the state."""


def answered(position: IntArray, length: int) -> tuple[Any, Any]:
    """Rows in which an item was given, and which."""
    rows = np.flatnonzero(position < length)
    return rows, position[rows]

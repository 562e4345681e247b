"""What models of serial recall share: each output position is asked for in turn."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.model import MemoryModel
from memsim.core.trials import Paradigm, Trials

NO_NOISE = 1e-100
"""Noise below it counts as none."""


@dataclass
class SerialState:
    """A batch of lists of one length on their way through recall."""

    paradigm: Paradigm
    strength: FloatArray
    """(n_trials, list_length) a number for each item, whose meaning the model defines."""
    output: int = 0
    """The output that is due, from 0."""
    last: IntArray | None = None
    """(n_trials,) column of the last outcome; nothing before the first."""
    backward: bool = False

    @property
    def due(self) -> int:
        """0-based serial position of the correct item at this output; after the end of recall, the last one."""
        length = self.strength.shape[1]
        output = min(self.output, length - 1)
        return length - 1 - output if self.backward else output


@dataclass(frozen=True)
class SerialModel(MemoryModel[SerialState]):
    """A model of serial recall; a subclass defines outcome probabilities and the effect of a response."""

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
        """Change the state by a response, or an omission."""


def answered(position: IntArray, length: int) -> tuple[Any, Any]:
    """The rows in which an item was given, and these items."""
    rows = np.flatnonzero(position < length)
    return rows, position[rows]

"""Associative chaining: every response cues the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.parameters import choice, parameter
from memsim.models.serial.noisy_choice import strongest
from memsim.models.serial.serial_model import SerialModel, SerialState, answered

OURS = "chosen here, to show what chaining alone predicts"


@final
@dataclass(frozen=True)
class Chaining(SerialModel):
    """Items are linked to later items, most strongly to the next one; each response cues the next.

    With nodes 0, the start of the list, and 1 to L, the link from i to j is d^(j-1) ρ^(j-i-1) for j > i, and 0 for
    j < i. At each output the strongest of the items not yet given is chosen, under Gaussian noise of standard deviation
    G on each strength; if it does not reach T, the output is omitted.

    - ``closed`` loop: the cue is the last response, right or wrong. After an omission it is the item that was due,
      weaker by the factor ``repair``, as if an approximation of it had been retrieved (Lewandowsky & Murdock, 1989).
    - ``open`` loop: the cue is always the item that was due, weaker by ``repair`` where it was not given.

    This is a minimal chaining model; its links are not those of one published model.
    """

    citation: ClassVar = (
        "Lewandowsky, S., & Murdock, B. B. (1989). Memory for serial order. Psychological Review, 96, 25-57."
    )
    cues: ClassVar = ("forward",)

    primacy: float = parameter(
        0.88, 0, 1, symbol="d", doc="link strength from one item to the next in the list", source=OURS
    )
    remote: float = parameter(0.45, 0, 1, symbol="ρ", doc="factor for each item that a link skips", source=OURS)
    noise: float = parameter(0.25, 0, 10, symbol="G", doc="standard deviation of noise", source=OURS)
    threshold: float = parameter(0.3, -10, 10, symbol="T", doc="strength below which an output is omitted", source=OURS)
    repair: float = parameter(0.6, 0, 1, doc="strength of a cue that was not given", source=OURS)
    loop: str = choice("closed", ("closed", "open"), "what cues the next item", OURS)

    def links(self, length: int) -> FloatArray:
        """(L + 1, L) from each node, the start first, to each item."""
        source, target = np.arange(length + 1)[:, None], np.arange(1, length + 1)
        ahead = target - source - 1
        return np.where(ahead >= 0, self.primacy ** (target - 1.0) * self.remote ** np.maximum(ahead, 0.0), 0.0)

    def outcome_probabilities(self, state: SerialState) -> FloatArray:
        n_trials, length = state.strength.shape
        node, factor = np.zeros(n_trials, dtype=np.int64), np.ones(n_trials)
        if state.last is not None:
            due = min(state.output, length)  # as a node: the item that was due at the last output
            missed = state.last == length if self.loop == "closed" else state.last != due - 1
            node = np.where(missed | (self.loop == "open"), due, state.last + 1)
            factor = np.where(missed, self.repair, 1.0)
        support = factor[:, None] * self.links(length)[node]
        return strongest(np.where(np.isneginf(state.strength), -np.inf, support), self.noise, self.threshold)

    def after(self, state: SerialState, position: IntArray) -> None:
        state.strength[answered(position, state.strength.shape[1])] = -np.inf

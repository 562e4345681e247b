"""The smallest model of free recall, and the template for your own: the strength of a word decays."""

from dataclasses import dataclass

import numpy as np

from memsim import MemoryModel, parameter

FIT = "fitted here to Murdock (1962) 20-1 by maximum likelihood"


@dataclass(frozen=True)
class Strength(MemoryModel):
    """Traces fade to a residue; recall chooses a word, or stops, in proportion to strength (Luce, 1959).

    State: (n_trials, list_length + 1), each word's strength and, last, the strength of stopping.
    """

    retention: float = parameter(0.572, 0, 1, symbol="λ", doc="share of a trace left by a word or second", source=FIT)
    residue: float = parameter(0.0563, 0, 1, symbol="r", doc="strength that does not fade", source=FIT)
    stopping: float = parameter(0.25, 1e-6, 10, symbol="s", doc="strength of stopping", source=FIT)

    def begin(self, trials, rng):
        return np.zeros((len(trials), trials.list_length + 1))

    def study(self, state, position):
        state *= self.retention
        state[:, position] = 1
        return state

    def distract(self, state, seconds):
        return state * self.retention**seconds

    def cue(self, state, cue):
        state[:, :-1] += self.residue
        state[:, -1] = self.stopping
        return super().cue(state, cue)

    def outcome_probabilities(self, state):
        return state / state.sum(axis=1, keepdims=True)

    def recalled(self, state, position):
        state[np.arange(len(state)), position] = 0
        return state

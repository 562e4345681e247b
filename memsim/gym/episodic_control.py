"""An agent for the two-step task whose values come from a running average, from single episodes, or from both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.parameters import Parameterized, parameter
from memsim.gym.task import Indices, State
from memsim.gym.two_stages import CHOOSE, TwoStep


@dataclass(frozen=True)
class EpisodicControl(Parameterized):
    """Choices by incremental and by episodic value of the two places (Gershman & Daw, 2017).

    ::

        incremental: V(p) <- V(p) + α (r - V(p))  at the place p of each trial, and 1 - r for the other place
        episodic:    E(p) = Σ_i K_i R_i(p) / Σ_i K_i,  K_i = exp(β (cos(cue, cue_i) - 1)) over earlier trials i
        value:       (1 - w) V + w E, w = share κ / (κ + 1/2), with κ the largest K_i of the trial

    R_i(p) is the reward of trial i for its place, and 1 less it for the other; with no earlier trial E = 1/2. An action
    is worth what its common place is. Choice is a softmax with ``choice_strength``; equal values are chosen at random.
    ``share`` of 0 has no episodic memory, 1 trusts it wherever a cue is known; ``learning_rate`` of 0 has nothing else.

    The mixture by how well a cue is known is ours.
    """

    learning_rate: float = parameter(0.4, 0, 1, symbol="α", doc="of incremental values")
    kernel: float = parameter(20.0, 0, 1000, symbol="β", doc="how much nearer cues count more")
    share: float = parameter(1.0, 0, 1, symbol="w", doc="weight of episodic value where a cue is known")
    choice_strength: float = parameter(12.0, 0, 1000, doc="of the softmax")

    def choose(self, task: TwoStep, state: State, rng: np.random.Generator) -> Indices:
        """The actions (B,) in this state."""
        step = state["step"]
        values = self.values_of(task, state)
        right = 1 / (1 + np.exp(-self.choice_strength * (values[:, 1] - values[:, 0])))
        chosen = rng.random(len(step)) < right
        return np.where(step % 2 == CHOOSE, chosen, 0).astype(np.intp)

    def values_of(self, task: TwoStep, state: State) -> FloatArray:
        """(B, 2) the values of the two places in the present trial."""
        batch = len(state["step"])
        trial = int(state["step"].max()) // 2
        incremental = np.full((batch, 2), 0.5)
        outcomes = np.full((batch, max(trial, 1), 2), 0.5)
        for earlier in range(trial):
            place, reward = state["places"][:, earlier], state["rewards"][:, earlier]
            at = np.where(np.arange(2) == place[:, None], reward[:, None], 1 - reward[:, None])
            outcomes[:, earlier] = at
            incremental += self.learning_rate * (at - incremental)
        if not trial:
            return incremental
        now = min(trial, task.trials - 1)
        likeness = np.einsum("bd,btd->bt", state["cues"][:, now], state["cues"][:, :trial])
        kernel = np.exp(self.kernel * (likeness - 1))
        episodic = (kernel[:, :, None] * outcomes[:, :trial]).sum(axis=1) / kernel.sum(axis=1, keepdims=True)
        known = kernel.max(axis=1, keepdims=True)
        weight = self.share * known / (known + 0.5)
        return (1 - weight) * incremental + weight * episodic

"""A two-step task in which some choices are told by what was learned over trials, and some by one earlier trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.parameters import parameter
from memsim.gym.task import Indices, Observations, State, Task, begun

CHOOSE, OUTCOME = 0, 1
"""The flags of the two steps of a trial."""
NEW = -1


@dataclass(frozen=True)
class TwoStep(Task):
    """Choose left or right, come to one of two places, and be rewarded there or not; cues of earlier trials return.

    Each trial has two steps. In the first, a cue is shown, and the agent goes left (action 0) or right (1), which leads
    to the first or the second place with the probability ``common``, and else to the other. In the second, the place is
    shown with the cue and the reward; only action 0 is of use. One place is better: it pays 1 with probability
    ``good``, the other with 1 - ``good``.

    Two kinds of value differ in where they are learned. In a trial with a new cue that place is better that has been so
    of late: it changes with probability ``change`` from one new trial to the next, so that a running average of
    outcomes (incremental value) tells it. In a trial with an old cue, that place is better that was so in the
    trial in which the cue was new, however long ago: only what happened in this one episode tells it (episodic value).
    Each cue returns at most once.

    An observation: the vector of the cue, flags of the step (choice, outcome), the place (two numbers, at outcome), the
    last action (two numbers, at outcome), and the reward (at outcome). Which trials are old is not shown.

    State: ``cues`` (B, T, D), ``first`` (B, T): the trial in which the cue was new, -1 for a new cue, ``better``
    (B, T), ``lately`` (B, T): the place that would be better in a trial with a new cue, and ``choices, places,
    rewards`` (B, T).

    References
    ----------
    Gershman and Daw (2017), Annual Review of Psychology, 68, 101-128: episodic control beside incremental values. Two
    steps with common and rare transitions: Daw et al. (2011), Neuron, 69, 1204-1215. Cues that return: Ritter et al.
    (2018), arXiv:1805.09692. The combination and its numbers are ours.
    """

    citation: ClassVar = (
        "Gershman, S. J., & Daw, N. D. (2017). Reinforcement learning and episodic memory in humans and animals: An "
        "integrative framework. Annual Review of Psychology, 68, 101-128."
    )

    trials: int = parameter(20, 1, 1000, symbol="T", doc="of an episode")
    common: float = parameter(0.8, 0.5, 1, doc="probability of the common transition")
    good: float = parameter(0.9, 0.5, 1, doc="probability that the better place pays")
    change: float = parameter(0.2, 0, 1, doc="probability that the better place changes between new trials")
    old: float = parameter(0.5, 0, 1, doc="probability that a trial, after the first, has an old cue")
    vector_size: int = parameter(16, 2, 1024, unit="features", symbol="D", doc="length of the vectors of cues")

    @property
    def n_actions(self) -> int:
        """Left and right."""
        return 2

    @property
    def observation_size(self) -> int:
        """Cue, flags, place, last action, reward."""
        return self.vector_size + 7

    @property
    def most_steps(self) -> int:
        """Two of each trial."""
        return 2 * self.trials

    @property
    def reward_scale(self) -> float:
        """One reward."""
        return 1.0

    def start(self, batch: int, rng: np.random.Generator) -> State:
        """Cues, which of them return, and which place is better in each trial."""
        trials = self.trials
        cues = rng.choice([-1.0, 1.0], size=(batch, trials, self.vector_size)) / np.sqrt(self.vector_size)
        first = np.full((batch, trials), NEW)
        better = np.zeros((batch, trials), dtype=np.intp)
        lately = np.zeros_like(better)
        waiting = np.zeros((batch, trials), dtype=bool)
        now = rng.integers(2, size=batch)
        for trial in range(trials):
            candidates = waiting.sum(axis=1)
            returns = (rng.random(batch) < self.old) & (candidates > 0)
            source = np.where(waiting, rng.random((batch, trials)), -1).argmax(axis=1)
            rows = np.flatnonzero(returns)
            first[rows, trial], waiting[rows, source[rows]] = source[rows], False
            cues[rows, trial], better[rows, trial] = cues[rows, source[rows]], better[rows, source[rows]]
            now = np.where(~returns & (rng.random(batch) < self.change), 1 - now, now)
            better[~returns, trial], waiting[~returns, trial] = now[~returns], True
            lately[:, trial] = now
        blank = np.full((batch, trials), -1)
        return {
            **begun(batch), "cues": cues, "first": first, "better": better, "lately": lately,
            "choices": blank, "places": blank.copy(), "rewards": np.zeros((batch, trials)),
        }  # fmt: skip

    def observe(self, state: State) -> Observations:
        """See the class."""
        trial, outcome = np.divmod(np.minimum(state["step"], self.most_steps - 1), 2)
        rows = np.arange(len(trial))
        after = (outcome == OUTCOME)[:, None]
        numbers = np.arange(2)
        places = (state["places"][rows, trial][:, None] == numbers) & after
        choices = (state["choices"][rows, trial][:, None] == numbers) & after
        reward = np.where(after, state["rewards"][rows, trial][:, None], 0.0)
        columns = (state["cues"][rows, trial], outcome[:, None] == numbers, places, choices, reward)
        return np.concatenate(columns, axis=1).astype(np.float32)

    def allowed(self, state: State) -> BoolArray:
        """Both actions at choice, action 0 at outcome."""
        choosing = (state["step"] % 2 == CHOOSE) & ~state["done"]
        return np.stack((np.ones_like(choosing), choosing), axis=1)

    def advance(self, state: State, actions: Indices, rng: np.random.Generator) -> FloatArray:
        """Go to a place, which pays or not; the reward is that of the choice."""
        batch = len(actions)
        common, pays = rng.random(batch) < self.common, rng.random(batch)
        rows = np.flatnonzero((state["step"] % 2 == CHOOSE) & ~state["done"])
        trial = state["step"][rows] // 2
        places = np.where(common[rows], actions[rows], 1 - actions[rows])
        chances = np.where(places == state["better"][rows, trial], self.good, 1 - self.good)
        state["choices"][rows, trial], state["places"][rows, trial] = actions[rows], places
        state["rewards"][rows, trial] = pays[rows] < chances
        rewards = np.zeros(batch)
        rewards[rows] = state["rewards"][rows, trial]
        state["done"] = state["done"] | (state["step"] + 1 >= self.most_steps)
        return rewards

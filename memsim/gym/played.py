"""Episodes played to their end by a policy in numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.gym.task import State, Task

Policy = Callable[[State, np.random.Generator], Any]
"""The actions (B,) of a batch of episodes in this state."""


class Played(NamedTuple):
    """Episodes that have ended."""

    state: State
    """What happened in them."""
    rewards: FloatArray
    """(steps, B)."""

    @property
    def scores(self) -> FloatArray:
        """(B,) the sum of rewards."""
        return self.rewards.sum(axis=0)


def play(task: Task, policy: Policy | None = None, n_trials: int = 100, seed: int = 0) -> Played:
    """Play ``n_trials`` episodes together.

    Parameters
    ----------
    policy : the actions in a state; by default each of the allowed actions is as likely as the others.

    Raises
    ------
    InputError : a number of episodes or a seed out of range, or actions that are none.
    """
    rng = stream(seed, "episodes", type(task).__name__)
    choices = stream(seed, "policy", type(task).__name__)
    state = task.start(n_trials, rng)
    rewards = []
    while not state["done"].all():
        actions = at_random(task, state, choices) if policy is None else policy(state, choices)
        rewards.append(task.step(state, actions, rng))
    return Played(state, np.array(rewards))


def at_random(task: Task, state: State, rng: np.random.Generator) -> Any:
    """(B,) allowed actions, each as likely as the others."""
    allowed = task.allowed(state)
    return np.where(allowed, rng.random(allowed.shape), -1).argmax(axis=1)

"""Episodes played by an agent: what it did, how likely that was, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from memsim.core.arrays import BoolArray, FloatArray
from memsim.gym.task import State, Task
from memsim.training.reward.agent import RewardAgent, flushed, kept_where

SOONEST = np.finfo(np.float32).tiny
"""The least waiting time; of 10 million single-precision draws, one is 0."""


class Rolled(NamedTuple):
    """Episodes from their start to their end; T steps of B episodes."""

    log_chances: Tensor
    """(T, B) of the actions that were taken."""
    entropies: Tensor
    """(T, B) of the choices, in nats."""
    expected: Tensor
    """(T, B) what the critic expected."""
    rewards: FloatArray
    """(T, B)."""
    running: BoolArray
    """(T, B) which episodes had not ended before the step."""
    chances: FloatArray
    """(T, B) of action 1, such as storing, where actions 0 and 1 were a choice; NaN elsewhere."""
    state: State
    """Of the task, in the end."""

    @property
    def scores(self) -> FloatArray:
        """(B,) the sum of rewards."""
        return self.rewards.sum(axis=0)


def roll_out(
    agent: RewardAgent,
    task: Task,
    batch: int,
    rng: np.random.Generator,
    *,
    flush: bool = False,
    without: Collection[str] = frozenset(),
) -> Rolled:
    """Play ``batch`` episodes to their end, each action drawn by its chance.

    Parameters
    ----------
    flush : whether the controller is emptied between study and test.
    without : parts of the core that are switched off.
    """
    happening = task.start(batch, rng)
    state = agent.core.start(batch)
    log_chances, entropies, expected, rewards, running, storing = [], [], [], [], [], []
    step = 0
    while not happening["done"].all():
        if flush and step == task.test_from:
            state = flushed(agent.core, state)
        going = ~happening["done"]
        allowed = torch.from_numpy(task.allowed(happening))
        acted = agent.act(torch.from_numpy(task.observe(happening)), state, without)
        logs = acted.logits.masked_fill(~allowed, -torch.inf).log_softmax(dim=1)
        chances = logs.exp()
        # The action with the least waiting time / chance comes first; no time is 0, at which none would be impossible.
        waits = torch.from_numpy(np.maximum(rng.standard_exponential(tuple(logs.shape), dtype=np.float32), SOONEST))
        actions = (chances.detach() / waits).argmax(dim=1)
        log_chances.append(logs.gather(1, actions[:, None])[:, 0])
        entropies.append(-(chances * logs.masked_fill(~allowed, 0)).sum(dim=1))
        expected.append(acted.value)
        running.append(going)
        chosen = actions.numpy()
        writes = task.writes(happening, chosen)
        choice = (allowed[:, 0] & allowed[:, 1]).numpy()
        storing.append(np.where(choice, chances[:, 1].detach().numpy(), np.nan))
        after = acted.state
        state = after if writes is None else kept_where(agent.core, state, after, torch.from_numpy(writes))
        rewards.append(task.step(happening, chosen, rng))
        step += 1
    return Rolled(
        torch.stack(log_chances), torch.stack(entropies), torch.stack(expected), np.array(rewards), np.array(running),
        np.array(storing), happening,
    )  # fmt: skip


def returns(rewards: FloatArray, discount: float) -> FloatArray:
    """(T, B) the reward of each step and of those after it, each step later counting ``discount`` times as much."""
    found = np.zeros_like(rewards)
    total = np.zeros(rewards.shape[1])
    for step in reversed(range(len(rewards))):
        total = rewards[step] + discount * total
        found[step] = total
    return found

"""Episodes played by an agent: what it did, how likely that was, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from memsim.core.arrays import BoolArray, FloatArray
from memsim.gym.task import Indices, State, Task
from memsim.training.reward.agent import RewardAgent, require_memory
from memsim.training.reward.core_runs import core_run

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
    run = core_run(agent.core, batch, task.most_steps, without)
    if flush:
        require_memory(agent.core)
    observations, masks, rewards, running, storing = [], [], [], [], []
    taken = list[Indices]()
    while not happening["done"].all():
        observed = torch.from_numpy(task.observe(happening))
        if flush and len(taken) == task.test_from:
            run.flush()
        output = run.step(agent.inputs(observed))
        allowed = task.allowed(happening)
        with torch.no_grad():
            logits = agent.logits(output, observed).masked_fill(~torch.from_numpy(allowed), -torch.inf)
            chances = logits.softmax(dim=1).numpy()
        # The action with the least waiting time / chance comes first; no time is 0, at which none would be impossible.
        waits = np.maximum(rng.standard_exponential(chances.shape, dtype=np.float32), SOONEST)
        actions = (chances / waits).argmax(axis=1)
        observations.append(observed)
        masks.append(allowed)
        taken.append(actions)
        running.append(~happening["done"])
        storing.append(np.where(allowed[:, 0] & allowed[:, 1], chances[:, 1], np.nan))
        if (writes := task.writes(happening, actions)) is not None:
            run.keep(writes)
        rewards.append(task.step(happening, actions, rng))
    outputs, seen, forbidden = run.outputs(), torch.stack(observations), ~torch.from_numpy(np.array(masks))
    logs = agent.logits(outputs, seen).masked_fill(forbidden, -torch.inf).log_softmax(dim=2)
    log_chances = logs.gather(2, torch.from_numpy(np.array(taken))[..., None])[..., 0]
    entropies = -(logs.exp() * logs.masked_fill(forbidden, 0)).sum(dim=2)
    return Rolled(
        log_chances, entropies, agent.expected(outputs, seen), np.array(rewards), np.array(running), np.array(storing),
        happening,
    )  # fmt: skip


def returns(rewards: FloatArray, discount: float) -> FloatArray:
    """(T, B) the reward of each step and of those after it, each step later counting ``discount`` times as much."""
    found = np.zeros_like(rewards)
    total = np.zeros(rewards.shape[1])
    for step in reversed(range(len(rewards))):
        total = rewards[step] + discount * total
        found[step] = total
    return found

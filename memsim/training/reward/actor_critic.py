"""Advantage actor-critic over whole episodes (A2C; Mnih et al., 2016, without several processes)."""

from __future__ import annotations

from collections.abc import Collection
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from memsim.core.errors import DivergenceError, InputError
from memsim.core.seeding import stream
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.weights import load_weights
from memsim.training.objectives.losses import recall_loss, studied, waiting_times
from memsim.training.reward.agent import RewardAgent, flushed
from memsim.training.reward.roll_out import Rolled, returns, roll_out
from memsim.training.reward.settings import RewardTraining

EVERY = 50
"""Iterations between two lines of the log."""
CREDIT = 0.2
"""For stopping, in a warm-up of weights that recall already; see
:func:`memsim.training.objectives.losses.recall_loss`. From nothing, networks would only learn to stop."""


class ActorCritic:
    """The state of a training by reward: agent, optimizer, random numbers, and the log.

    A loss is, over all steps of all episodes of a batch that had not ended::

        mean of  -log π(a) A / s - entropy H + critic (R - V)²

    with R the discounted return of the step, in the unit of the largest reward; V what the critic expected; A = R - V
    and s its standard deviation over the batch, neither with a gradient; and H the entropy of the choice.

    Raises
    ------
    InputError : the weights to begin with are of another core or of other sizes, or training diverges.
    """

    def __init__(self, training: RewardTraining) -> None:
        self.training, self.task = training, training.made_task()
        torch.manual_seed(training.seed)
        self.generator = torch.Generator().manual_seed(training.seed)
        self.rng = stream(training.seed, "training by reward")
        self.agent = RewardAgent(
            self.task, training.core(), training.checked_sizes(), training.features, linear_items=training.linear_items
        )
        if isinstance(self.agent.core, Core):
            self.agent.core.fused = True
        self.optimizer = self._optimizer()
        self.iteration, self.seconds = 0, 0.0
        self.log: list[dict[str, float]] = []
        self._recent: list[float] = []
        if training.start:
            self._begin_with(training.start)
        if training.warm_up:
            self._warm_up()

    def _optimizer(self) -> torch.optim.Optimizer:
        new = self.agent.new_weights()
        mine = {id(weight) for weight in new}
        begun = [weight for weight in self.agent.parameters() if id(weight) not in mine]
        groups: list[dict[str, Any]] = [{"params": begun}, {"params": new, "lr": self.training.head_rate}]
        return torch.optim.Adam(groups, lr=self.training.learning_rate)

    def _begin_with(self, weights: str) -> None:
        recall, training = self.agent.recall, self.training
        assert recall is not None
        tensors, record, _ = load_weights(weights)
        core = find_core(training.network)
        name = core.name
        # How many slots there are is no matter of the weights of some cores, whose lists may then be too long for them.
        now, then = (
            {size: value for size, value in sizes.items() if size != "slots"}
            for sizes in (training.checked_sizes(), checked_sizes(training.core(), record["config"]))
        ) if record["network"] == name else ({}, {"network": record["network"]})  # fmt: skip
        different = [
            f"{size} was {then[size]}, and is {now.get(size, name)}" for size in then if then[size] != now.get(size)
        ]
        if not different and (otherness := core.otherness(record)):
            different.append(f"they are of another version of {name}: {otherness}")
        try:
            if not different:
                recall.load_state_dict(tensors)
        except RuntimeError as error:
            different = [str(error)]
        if different:
            raise InputError(
                f"start={weights!r}: these weights do not fit the agent: {'; '.join(different)}; give sizes and "
                "vector_size as they were, or weights of the objective recall"
            )

    def _warm_up(self) -> None:
        """Train recall without reward: all items are stored, and the controller is emptied if ``flush`` says so."""
        training, recall = self.training, self.agent.recall
        assert recall is not None
        task, optimizer = self.task, torch.optim.Adam(self.agent.parameters(), lr=training.warm_up_rate)
        length = task.test_from - getattr(task, "interval", 0)
        lures = task.n_actions - length
        credit = torch.tensor(CREDIT) if training.start else None
        for _ in range(training.warm_up):
            items = self._signs(training.batch, length, recall.vector_size)
            episode = studied(recall, items, delay=task.test_from - length)
            if training.flush:
                episode.state = flushed(self.agent.core, episode.state)
            episode.lures = self._signs(lures, recall.vector_size)
            waits = waiting_times(training.batch, length, self.generator)
            self._descend(recall_loss(recall, episode, waits, credit), optimizer)

    def _signs(self, *shape: int) -> Tensor:
        return (2 * torch.randint(2, shape, generator=self.generator) - 1) / shape[-1] ** 0.5

    def run(self, until: int | None = None) -> None:
        """Train up to iteration ``until``, or to the end."""
        began = process_time()
        last = self.training.iterations if until is None else min(until, self.training.iterations)
        while self.iteration < last:
            rolled = roll_out(self.agent, self.task, self.training.batch, self.rng, flush=self.training.flush)
            self._descend(self.loss_of(rolled), self.optimizer)
            self.iteration += 1
            self._recent.append(float(rolled.scores.mean()))
            if self.iteration % EVERY == 0 or self.iteration == self.training.iterations:
                self.log.append({"iteration": self.iteration, "score": float(np.mean(self._recent))})
                self._recent.clear()
        self.seconds += process_time() - began

    def loss_of(self, rolled: Rolled) -> Tensor:
        """See the class."""
        training = self.training
        wanted = torch.from_numpy(returns(rolled.rewards / self.task.reward_scale, training.discount)).float()
        running = torch.from_numpy(rolled.running)
        advantages = (wanted - rolled.expected.detach())[running]
        advantages = advantages / (advantages.std(correction=0) + 1e-6)
        error = (rolled.expected[running] - wanted[running]).square().mean()
        gained = (rolled.log_chances[running] * advantages).mean()
        return training.critic * error - gained - training.entropy * rolled.entropies[running].mean()

    def _descend(self, loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
        if not loss.isfinite():
            raise DivergenceError(
                f"the loss is no longer finite after iteration {self.iteration:,}: training by reward has diverged; "
                f"lower learning_rate={self.training.learning_rate}"
            )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.agent.parameters(), self.training.gradient_clip)
        optimizer.step()

    def played(self, n_trials: int, purpose: str = "test", without: Collection[str] = frozenset()) -> Rolled:
        """Episodes at test; ``without`` names parts of the core that are switched off."""
        rng = stream(self.training.seed, "reward", purpose)
        with torch.no_grad():
            return roll_out(self.agent, self.task, n_trials, rng, flush=self.training.flush, without=without)

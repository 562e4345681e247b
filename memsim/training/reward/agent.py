"""An agent: any core, with an actor and a critic that are linear in its output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.core.errors import InputError
from memsim.gym.lists_for_reward import FIRST_ITEM, N_FLAGS
from memsim.gym.task import Task
from memsim.models.networks.cores.core import State
from memsim.models.networks.cores.driving import roles_of
from memsim.models.networks.cores.state_leaves import leaves, mapped
from memsim.models.networks.recall_network import RecallNetwork


class RewardAgent(nn.Module):
    """A core that sees observations of a task, and whose output gives the logits of actions and the expected reward.

    In tasks with items the core is that of a :class:`RecallNetwork`, whose weights it can begin with. It sees the
    item's vector and the flags of the phase; what else there is in an observation is added to these numbers by a linear
    map, ``embed``. Items are chosen by the cosine of the output to their vectors, times the learned strength, and
    stopping by the stop unit, as in recall without reward; letting pass and storing are linear. In other tasks the core
    sees the observation as it is, and all actions are linear.

    What is linear, the critic too, is so in the core's output beside the observation.

    Parameters
    ----------
    task : whose observations and actions it has.
    core, sizes : the class of cores, and its sizes by name.
    features : outputs of the core, in tasks without items.
    linear_items : whether actions that report items, and stopping, are linear, too, added to what cosines give:
        for tasks in which the observation itself tells what to report.
    """

    vectors: Tensor

    def __init__(
        self, task: Task, core: type[Any], sizes: Mapping[str, Any], features: int = 16, *, linear_items: bool = False
    ) -> None:
        super().__init__()
        observed, found = task.observation_size, task.item_vectors
        self.recall: RecallNetwork | None = None
        if found is None:
            outputs = features
            self.plain = core(observed, outputs, **sizes)
        else:
            outputs = found.shape[1] + 1
            self.recall = RecallNetwork(found.shape[1], core, sizes)
            self.embed = nn.Linear(observed - found.shape[1] - N_FLAGS, self.recall.input_size, bias=False)
            nn.init.normal_(self.embed.weight, std=0.1)
            self.register_buffer("vectors", functional.normalize(torch.as_tensor(found, dtype=torch.float32)), False)
        self.choose = nn.Linear(outputs + observed, task.n_actions if found is None or linear_items else FIRST_ITEM)
        self.critic = nn.Linear(outputs + observed, 1)
        for head in (self.choose, self.critic):
            nn.init.zeros_(head.weight)

    def new_weights(self) -> list[nn.Parameter]:
        """Those that no weights of recall begin: of actor, critic and embedding."""
        return [weight for name, weight in self.named_parameters() if name.startswith(("choose.", "critic.", "embed."))]

    @property
    def core(self) -> Any:
        """The core."""
        return self.plain if self.recall is None else self.recall.network

    def inputs(self, observed: Tensor) -> Tensor:
        """What the core sees of the observations (B, observation_size)."""
        if self.recall is None:
            return observed
        inputs, more = observed.tensor_split((self.recall.input_size,), dim=1)
        return inputs + self.embed(more)

    def logits(self, output: Tensor, observed: Tensor) -> Tensor:
        """(..., n_actions) by outputs of the core and observations, before what is not allowed is left out."""
        logits: Tensor = self.choose(torch.cat((output, observed), dim=-1))
        if self.recall is None:
            return logits
        vector, stop = output[..., :-1], output[..., -1:]
        strength = functional.softplus(self.recall.strength) * 5
        named = torch.cat((strength * functional.normalize(vector, dim=-1) @ self.vectors.T, stop), dim=-1)
        plain, linear = logits.tensor_split((FIRST_ITEM,), dim=-1)
        return torch.cat((plain, named + linear if linear.shape[-1] else named), dim=-1)

    def expected(self, output: Tensor, observed: Tensor) -> Tensor:
        """(...) what the critic expects of all reward to come, in the unit of :attr:`Task.reward_scale`."""
        expected: Tensor = self.critic(torch.cat((output, observed), dim=-1))[..., 0]
        return expected


def kept_where(core: nn.Module, before: State, after: State, writes: Tensor) -> State:
    """The state ``after`` a step where ``writes`` (B,) is true; elsewhere with the memory of ``before``.

    Memory is all of the state but the controller: what is not stored has passed the controller, and its row was never
    written. Without a memory beside the controller, all of the state stays as it was.

    Raises
    ------
    InputError : the state grows with each step, so that no step can be taken back in some episodes only.
    """
    then, now = leaves(before), leaves(after)
    if any(then[path].shape != now[path].shape for path in now):
        raise InputError(
            f"the state of {type(core).__name__} grows with each step, so that a choice of what it stores cannot be "
            "made for each episode; take a core with a memory of fixed size, such as DNC, or storing=False"
        )
    apart = _controller(core, now)
    chosen = (
        leaf if path in apart else torch.where(writes.view(-1, *[1] * (leaf.dim() - 1)), leaf, then[path])
        for path, leaf in now.items()
    )
    return mapped(lambda _: next(chosen), after)


def flushed(core: nn.Module, state: State) -> State:
    """The state with the controller as it was before the first step; what is in memory stays.

    Raises
    ------
    InputError : the core has no memory beside its controller.
    """
    require_memory(core)
    now = leaves(state)
    apart = _controller(core, now)
    start: Any = core.start
    fresh = leaves(start(len(next(iter(now.values())))))
    chosen = (fresh[path] if path in apart else leaf for path, leaf in now.items())
    return mapped(lambda _: next(chosen), state)


def require_memory(core: nn.Module) -> None:
    """Refuse cores that :func:`flushed` would leave nothing of.

    Raises
    ------
    InputError : the core has no memory beside its controller.
    """
    start: Any = core.start
    if not _controller(core, leaves(start(1))):
        raise InputError(
            f"{type(core).__name__} has no memory beside its controller, so that flush=True would leave nothing; take "
            "a core with a memory, such as DNC, or flush=False"
        )


def _controller(core: nn.Module, found: Mapping[str, Tensor]) -> frozenset[str]:
    """The paths of the leaves of the controller; none where there is nothing beside it."""
    roles = roles_of(core)
    place = roles.get("controller")
    if not place or "memory" not in roles:
        return frozenset()
    return frozenset(path for path in found if path == place or path.startswith(f"{place}."))

"""A core through episodes whose inputs depend on what it puts out: steps without gradients, then outputs with them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from memsim.core.arrays import BoolArray
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.lstm import Controlled
from memsim.training.reward.agent import flushed, kept_where


class CoreRun(Protocol):
    """A batch of B sequences, one step at a time."""

    def step(self, inputs: Tensor) -> Tensor:
        """Take a step for ``inputs`` (B, I): the output (B, O), without gradients."""

    def keep(self, writes: BoolArray) -> None:
        """Take back what the last step did to the memory, where ``writes`` (B,) is false; see :func:`kept_where`."""

    def flush(self) -> None:
        """Empty the controller; see :func:`flushed`."""

    def outputs(self) -> Tensor:
        """(T, B, O) of all steps, with gradients where these are enabled."""


class _Plain:
    """Any core, by its steps."""

    def __init__(self, core: Any, batch: int, without: Collection[str]) -> None:
        self.core, self.without, self.given = core, frozenset(without), list[Tensor]()
        self.state = self.before = core.start(batch)

    def step(self, inputs: Tensor) -> Tensor:
        self.before = self.state
        output, self.state, _ = take_step(self.core, inputs, self.before, self.without)
        self.given.append(output)
        return output.detach()

    def keep(self, writes: BoolArray) -> None:
        self.state = kept_where(self.core, self.before, self.state, torch.from_numpy(writes))

    def flush(self) -> None:
        self.state = flushed(self.core, self.state)

    def outputs(self) -> Tensor:
        return torch.stack(self.given)


def core_run(core: nn.Module, batch: int, steps: int, without: Collection[str] = frozenset()) -> CoreRun:
    """The run of a core from its start on, for inputs of the type of its weights.

    Parameters
    ----------
    steps : the most steps that will be taken.
    without : parts of the core that are switched off.
    """
    if isinstance(core, Controlled) and core.compiles(core.project.weight) and not without:
        from memsim.models.networks.compiled.stepping import Stepping  # numba, unused in a default run

        return Stepping(core, batch, steps)
    return _Plain(core, batch, without)

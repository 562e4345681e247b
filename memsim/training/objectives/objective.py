"""What every objective has: a network, lists to train on, and their loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import torch
from torch import Tensor, nn

from memsim.training.settings import Training

Drawn: TypeAlias = Mapping[str, Tensor | int]
"""All that is random in a batch, by name: tensors on the device, and numbers of steps."""


class Objective:
    """Lists to train on and their loss. ``generator`` draws the lists and the network's choices.

    The loss has two parts: :meth:`draw`, on the CPU, so that random numbers are the same on every device; and
    :meth:`loss_of`, which only computes, so that a GPU may record it.
    """

    shortest: ClassVar[int] = 1
    """The least length of a list."""
    grows: ClassVar[bool] = True
    """Whether lists are short at first, where training is not told so."""
    network: nn.Module
    core: nn.Module
    """The core within, or the network itself."""
    input_size: int
    """Of the core."""
    full = False
    """Whether lists are as long as they may be, as those held out are."""
    recordable: bool = True
    """Whether :meth:`loss_of` depends on what is drawn and on the weights alone."""
    unrecordable: str = "its lists follow from one another"
    """If it does not, why."""
    turn: int = 0
    """How many batches :meth:`kind_of_batch` has chosen in an evaluation."""
    progress: float = 0.0
    """The share of the iterations that are done; training sets it."""

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        self.training, self.generator, self.device = training, generator, device

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Settings of training that have a default of their own with this objective, and that default."""
        return {}

    def loss(self, longest: int) -> Tensor:
        """The loss of one batch, of lists of at most ``longest`` items."""
        return self.loss_of(self.draw(longest))

    def draw(self, longest: int) -> Drawn:
        """A batch of lists of at most ``longest`` items."""
        raise NotImplementedError

    def loss_of(self, drawn: Any) -> Tensor:
        """The loss of a batch."""
        raise NotImplementedError

    def losses_of(self, drawn: Any) -> Tensor:
        """(B,) the loss of each list of a batch, whose mean is :meth:`loss_of`; of recall and serial recall alone."""
        raise NotImplementedError

    @property
    def most_steps(self) -> int:
        """The most steps that a list takes."""
        raise NotImplementedError

    @property
    def kinds(self) -> int:
        """How many kinds of batches there are, as of lists in which a number is the same throughout a batch."""
        return 1

    def kind_of_batch(self) -> int:
        """A random number below :attr:`kinds`; in an evaluation each in turn, so that all count alike."""
        if self.full:
            self.turn += 1
            return (self.turn - 1) % self.kinds
        return int(torch.randint(self.kinds, (), generator=self.generator))

    def held_out_loss(self) -> float | None:
        """The loss of the subjects held out, where there are people."""
        return None

    def about(self) -> dict[str, Any]:
        """What the record of the weights holds besides the settings."""
        return {}

    def scores(self) -> dict[str, dict[str, float]]:
        """How good the network is in a task of sequences, chance and optimum beside it; else nothing."""
        return {}

    def carried(self) -> dict[str, Tensor]:
        """What the next batch needs of the last one, for a checkpoint."""
        return {}

    def carry(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what :meth:`carried` gave."""

    def up_to(self, longest: int, shortest: int = 1) -> int:
        """A random number from ``shortest`` to ``longest``."""
        return longest if self.full else int(torch.randint(shortest, longest + 1, (), generator=self.generator))


def in_turns(batches: int, kinds: int) -> int:
    """The least number of batches, no less than these, in which every kind comes equally often."""
    return -(-batches // kinds) * kinds

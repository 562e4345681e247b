"""Priority sort (Graves et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from memsim.training.sequence_tasks.sequences import BitTask, Part, Sequences, after, random_bits


@dataclass(frozen=True)
class PrioritySort(BitTask):
    """Random vectors, each with a priority; four fifths of them are to be put out, the highest priority first.

    Priorities are even in [-1, 1], on an input of their own; a delimiter ends the list. Of 20 vectors 16 are put out,
    of 8 six. The score is the cross-entropy in bits per sequence; chance is their number times bits.

    References
    ----------
    Graves, Wayne and Danihelka (2014), arXiv:1410.5401, with 20 vectors of 8 bits.
    """

    citation: ClassVar = "Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401."
    shortest: ClassVar = 2
    longest: ClassVar = 8
    varied: ClassVar = False

    vector_size: int = 8
    """Bits of a vector."""

    @property
    def n_inputs(self) -> int:
        """The bits, the priority and the delimiter."""
        return self.vector_size + 2

    @property
    def n_outputs(self) -> int:
        """The bits."""
        return self.vector_size

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The vectors, their priorities, and the delimiter."""
        return (
            Part("Vectors", self.vector_size, "bit"),
            Part("Priority", 1),
            Part("Flags", 1, rows=("delimiter",)),
        )

    def steps(self, length: int) -> int:
        """Those of the list, the delimiter, and the highest."""
        return length + 1 + highest(length)

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of lists of ``length`` vectors."""
        bits = self.vector_size
        items = random_bits((length, batch, bits), generator)
        priorities = 2 * torch.rand((length, batch), generator=generator) - 1
        inputs = torch.zeros((self.steps(length), batch, self.n_inputs))
        targets = torch.zeros((len(inputs), batch, self.n_outputs))
        inputs[:length, :, :bits] = items
        inputs[:length, :, bits] = priorities
        inputs[length, :, bits + 1] = 1
        order = priorities.argsort(dim=0, descending=True)[: highest(length)]
        targets[length + 1 :] = items.gather(0, order[..., None].expand(-1, -1, bits))
        return Sequences(inputs, targets, after(length + 1, len(inputs), batch))


def highest(length: int) -> int:
    """How many of so many vectors are put out: four fifths, without a remainder."""
    return 4 * length // 5

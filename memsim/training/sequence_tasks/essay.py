"""The lists of bits of the essay (Greydanus, 2017), to be put out in order or in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from memsim.training.sequence_tasks.sequences import BitTask, Part, Sequences, after
from memsim.training.tallies import tally_binary

CLIP = 1e-6
"""Distance from 0 and 1 to which the essay clips the probability of a bit."""


@dataclass(frozen=True)
class EssayCopy(BitTask):
    """Lists of random items, one after another, each to be put out in order; see :func:`essay_sequence`.

    An item is ``vector_size`` - 1 random bits, drawn with replacement, and a zero.
    """

    vector_size: int = 6
    """Bits of an item."""
    copies: int = 3
    """The most lists one after another."""

    @property
    def kinds(self) -> int:
        """The numbers of lists."""
        return self.copies

    def of_kind(self, kind: int, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch with one list more than ``kind``."""
        return self.of_lists(batch, length, kind + 1, generator)

    @property
    def n_inputs(self) -> int:
        """The bits."""
        return self.vector_size

    @property
    def n_outputs(self) -> int:
        """The bits."""
        return self.vector_size

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The items, and the marker."""
        return (Part("Items", self.vector_size - 1, "bit"), Part("Flags", 1, rows=("marker",)))

    def phases(self, sequences: Sequences) -> dict[str, int]:
        """The lists."""
        counted = sequences.counted[:, 0].tolist()
        ends = [step + 1 for step, (now, then) in enumerate(pairwise(counted)) if now and not then]
        return {f"List {number + 1}": start for number, start in enumerate([0, *ends])}

    def steps(self, length: int) -> int:
        """Those of the most lists."""
        return self.copies * (2 * length + 3)

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of sequences of 1 to :attr:`copies` lists of ``length`` items."""
        return self.of_lists(batch, length, int(torch.randint(1, self.copies + 1, (), generator=generator)), generator)

    def of_lists(self, batch: int, length: int, lists: int, generator: torch.Generator) -> Sequences:
        """A batch of sequences of so many lists."""
        shape = (lists, length, batch, self.vector_size - 1)
        return essay_sequence(torch.randint(2, shape, generator=generator))

    def loss(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Mean binary cross-entropy (nats per bit) over all steps, not only those that count."""
        tally_binary(logits, sequences.targets, sequences.counted)
        return binary_cross_entropy_with_logits(logits, sequences.targets)


@dataclass(frozen=True)
class EssayRecall(EssayCopy):
    """One list, to be put out in any order: the essay's free recall.

    The loss does not ask for a different item at every output, so one output may serve several.
    """

    copies: int = field(init=False, default=1)
    list_length: int = 5
    """Items of the longest list in training."""

    def loss(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """For each item the least cross-entropy (nats) over all outputs, summed, over batch times the longest list."""
        asked = sequences.counted[:, 0]
        given = logits[asked].sigmoid().clamp(CLIP, 1 - CLIP)[:, None]
        wanted = sequences.targets[asked][None]
        entropy = -(wanted * given.log() + (1 - wanted) * (1 - given).log()).sum(dim=-1)
        return entropy.amin(dim=0).sum() / (logits.shape[1] * self.list_length)

    def wrong(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Bits in which an output is not the item that it comes nearest to."""
        said, asked = (logits > 0).to(logits.dtype), sequences.counted[:, 0]
        items = sequences.targets[asked].transpose(0, 1)
        nearest = torch.cdist(said.transpose(0, 1), items, p=1).argmin(dim=2)
        near = items.gather(1, nearest[..., None].expand(-1, -1, items.shape[2])).transpose(0, 1)
        return (said != near) & sequences.counted[..., None]


def essay_sequence(items: Tensor) -> Sequences:
    """The essay's sequence for ``items`` (lists, length, B, bits - 1): 2 ``length`` + 3 steps for each list.

    A blank step; the items, each with a zero for its last bit; the marker, a step with the last bit alone set; a blank
    step; and ``length`` blank steps at which the items are to be put out.
    """
    lists, length, batch, bits = items.shape
    steps = 2 * length + 3
    inputs, targets = torch.zeros((2, lists, steps, batch, bits + 1))
    inputs[:, 1 : length + 1, :, :-1] = items
    inputs[:, length + 1, :, -1] = 1
    targets[:, length + 3 :, :, :-1] = items
    return Sequences(inputs.flatten(0, 1), targets.flatten(0, 1), after(length + 3, steps, batch).repeat(lists, 1))

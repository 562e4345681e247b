"""Associative recall (Graves et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from memsim.training.sequence_tasks.sequences import BitTask, Part, Sequences, after, random_bits

FEW_BITS = 12
"""An item of at most so many bits is drawn without replacement, since among few items some would be the same."""


@dataclass(frozen=True)
class AssociativeRecall(BitTask):
    """Items, one of which is then shown again; the answer is the item that came next.

    A delimiter comes before each item; another before and after the item that is asked about, which is any but the
    last. An item is ``item_vectors`` vectors of ``vector_size`` bits; no two of a list are the same where items have
    few bits. The score is the cross-entropy of the answer in bits; chance is the bits of an item.

    References
    ----------
    Graves, Wayne and Danihelka (2014), arXiv:1410.5401, with items of 3 vectors of 6 bits, 2 to 6 in a list.
    """

    citation: ClassVar = "Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401."
    shortest: ClassVar = 2
    longest: ClassVar = 6

    vector_size: int = 8
    """Bits of a vector."""
    item_vectors: int = 1
    """Vectors of an item."""

    @property
    def n_inputs(self) -> int:
        """The bits and the two delimiters."""
        return self.vector_size + 2

    @property
    def n_outputs(self) -> int:
        """The bits."""
        return self.vector_size

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The items, and the two delimiters."""
        return (Part("Items", self.vector_size, "bit"), Part("Flags", 2, rows=("item", "question")))

    def steps(self, length: int) -> int:
        """Those of the items with their delimiters, of the question with two, and of the answer."""
        return length * (1 + self.item_vectors) + self.item_vectors + 2 + self.item_vectors

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of lists of ``length`` items, each with one question."""
        each, bits = self.item_vectors, self.vector_size
        items = self.items(batch, length, generator)
        asked = torch.randint(length - 1, (batch,), generator=generator)
        rows = torch.arange(batch)
        inputs = torch.zeros((self.steps(length), batch, self.n_inputs))
        targets = torch.zeros((len(inputs), batch, self.n_outputs))
        listed = length * (1 + each)
        within = inputs[:listed].view(length, 1 + each, batch, self.n_inputs)
        within[:, 0, :, bits] = 1
        within[:, 1:, :, :bits] = items.permute(1, 2, 0, 3)
        inputs[[listed, listed + each + 1], :, bits + 1] = 1
        inputs[listed + 1 : listed + 1 + each, :, :bits] = items[rows, asked].transpose(0, 1)
        targets[-each:] = items[rows, asked + 1].transpose(0, 1)
        return Sequences(inputs, targets, after(len(inputs) - each, len(inputs), batch))

    def items(self, batch: int, length: int, generator: torch.Generator) -> Tensor:
        """(batch, length, item_vectors, vector_size) bits."""
        shape, bits = (batch, length, self.item_vectors, self.vector_size), self.item_vectors * self.vector_size
        if bits > FEW_BITS or length > 2**bits:
            return random_bits(shape, generator)
        numbers = torch.rand((batch, 2**bits), generator=generator).argsort(dim=1)[:, :length]
        return (numbers[..., None] >> torch.arange(bits) & 1).to(torch.get_default_dtype()).view(shape)

"""Repeat-copy (Graves et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from memsim.training.sequence_tasks.sequences import BitTask, Part, Sequences, after, random_bits


@dataclass(frozen=True)
class RepeatCopy(BitTask):
    """Random vectors, shown once, to be put out as many times as asked for, and then an end mark.

    The delimiter comes with the number of copies on another input, scaled so that the numbers 1 to ``copies`` have
    mean 0 and variance 1. The number is the same throughout a batch.

    References
    ----------
    Graves, Wayne and Danihelka (2014), arXiv:1410.5401, with 8 bits, lengths of 1 to 10 and 1 to 10 copies.
    """

    citation: ClassVar = "Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401."
    longest: ClassVar = 5
    output_row: ClassVar = "bits, end"

    vector_size: int = 8
    """Bits of a vector."""
    copies: int = 3
    """The most copies that are asked for in training."""

    @property
    def n_inputs(self) -> int:
        """The bits, the delimiter and the number of copies."""
        return self.vector_size + 2

    @property
    def n_outputs(self) -> int:
        """The bits and the end mark."""
        return self.vector_size + 1

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The vectors, the delimiter, and the number of copies."""
        return (Part("Vectors", self.vector_size, "bit"), Part("Flags", 2, rows=("delimiter", "copies")))

    def steps(self, length: int) -> int:
        """Those of the vectors, the delimiter, the most copies, and the end."""
        return length + 1 + length * self.copies + 1

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of sequences of ``length`` vectors, with 1 to :attr:`copies` copies."""
        copies = int(torch.randint(1, self.copies + 1, (), generator=generator))
        return self.of_copies(batch, length, copies, generator)

    @property
    def kinds(self) -> int:
        """The numbers of copies."""
        return self.copies

    def of_kind(self, kind: int, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch with one copy more than ``kind``."""
        return self.of_copies(batch, length, kind + 1, generator)

    def of_copies(self, batch: int, length: int, copies: int, generator: torch.Generator) -> Sequences:
        """A batch of sequences with so many copies, which may be more than in training."""
        shown, bits = length + 1, self.vector_size
        inputs = torch.zeros((shown + length * copies + 1, batch, self.n_inputs))
        targets = torch.zeros((len(inputs), batch, self.n_outputs))
        items = random_bits((length, batch, bits), generator)
        inputs[:length, :, :bits] = items
        inputs[length, :, bits] = 1
        inputs[length, :, bits + 1] = self.scaled(copies)
        targets[shown:-1, :, :bits] = items.repeat(copies, 1, 1)
        targets[-1, :, bits] = 1
        return Sequences(inputs, targets, after(shown, len(inputs), batch))

    def scaled(self, copies: int) -> float:
        """A number of copies less its mean in training, over its standard deviation there; 0 with a single number."""
        deviation = ((self.copies**2 - 1) / 12) ** 0.5
        return (copies - (self.copies + 1) / 2) / deviation if deviation else 0.0

"""Copy (Graves et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from memsim.training.sequence_tasks.sequences import BitTask, Part, Sequences, after, random_bits


@dataclass(frozen=True)
class Copy(BitTask):
    """Random vectors, a delimiter on an input of its own, and then the same vectors, put out without input.

    The score is the cross-entropy in bits per sequence; chance is length times bits.

    References
    ----------
    Graves, Wayne and Danihelka (2014), arXiv:1410.5401, with 8 bits and lengths of 1 to 20.
    """

    citation: ClassVar = "Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401."
    longest: ClassVar = 10

    vector_size: int = 8
    """Bits of a vector."""

    @property
    def n_inputs(self) -> int:
        """The bits and the delimiter."""
        return self.vector_size + 1

    @property
    def n_outputs(self) -> int:
        """The bits."""
        return self.vector_size

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The vectors, and the delimiter."""
        return (Part("Vectors", self.vector_size, "bit"), Part("Flags", 1, rows=("delimiter",)))

    def steps(self, length: int) -> int:
        """Those of the vectors, the delimiter, and the vectors again."""
        return 2 * length + 1

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of sequences of ``length`` vectors."""
        items = random_bits((length, batch, self.vector_size), generator)
        inputs = torch.zeros((self.steps(length), batch, self.n_inputs))
        targets = torch.zeros((self.steps(length), batch, self.n_outputs))
        inputs[:length, :, :-1] = items
        inputs[length, :, -1] = 1
        targets[length + 1 :] = items
        return Sequences(inputs, targets, after(length + 1, len(inputs), batch))

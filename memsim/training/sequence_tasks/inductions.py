"""Induction: what followed the last time (Olsson et al., 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn.functional import one_hot

from memsim.core.errors import InputError
from memsim.training.sequence_tasks.sequences import ClassTask, Part, Sequences


@dataclass(frozen=True)
class Induction(ClassTask):
    """Different symbols in random order, and then once more, from a random one of them on; the next is to be named.

    At every step of the second time, the right answer is the symbol that followed the present one before, but for the
    last of the list, which nothing followed. When the second time begins is not marked. Since it begins anywhere, what
    comes first must be found by the symbol itself; later symbols may be found by how long ago they were, too. The score
    is the share of right answers; chance is one over the symbols.

    References
    ----------
    Olsson et al. (2022), In-context learning and induction heads, arXiv:2209.11895, with repeated random tokens.
    """

    citation: ClassVar = "Olsson, C., et al. (2022). In-context learning and induction heads. arXiv:2209.11895."
    shortest: ClassVar = 2
    longest: ClassVar = 12
    output_row: ClassVar = "symbol"
    split: ClassVar = {1: "first answer"}

    vector_size: int = 16
    """Symbols that there are; each is an input of its own."""

    @property
    def n_inputs(self) -> int:
        """The symbols."""
        return self.vector_size

    @property
    def n_outputs(self) -> int:
        """The symbols."""
        return self.vector_size

    def phases(self, sequences: Sequences) -> dict[str, int]:
        """The first time and the second, of whose first answer it depends on the symbol whether it counts."""
        return {"Study": 0, "Test": len(sequences.inputs) // 2}

    def require_length(self, length: int) -> None:
        """No symbol comes twice in a list."""
        super().require_length(length)
        if length > self.vector_size:
            raise InputError(
                f"Induction: a list of {length} different symbols has more than the vector_size={self.vector_size} "
                "that there are; give a shorter list_length, or train with a larger vector_size"
            )

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The symbols."""
        return (Part("Symbols", self.vector_size, "symbol"),)

    def steps(self, length: int) -> int:
        """Those of the list, and of its repetition."""
        return 2 * length

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of lists of ``length`` symbols, each twice."""
        listed = torch.rand((batch, self.vector_size), generator=generator).argsort(dim=1)[:, :length].T
        begins = torch.randint(length, (batch,), generator=generator)
        places = (begins + torch.arange(length + 1)[:, None]) % length
        again = listed.gather(0, places)
        shown = torch.cat((listed, again[:-1]))
        follows = torch.cat((listed[1:], again))
        counted = torch.cat((torch.zeros_like(listed, dtype=torch.bool), places[:-1] < length - 1))
        numbers = torch.cat((torch.zeros_like(listed), counted[length:].cumsum(dim=0)))
        inputs, targets = (one_hot(each, self.vector_size).to(torch.get_default_dtype()) for each in (shown, follows))
        return Sequences(inputs, targets, counted, numbers)

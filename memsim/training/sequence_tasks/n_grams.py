"""Dynamic n-grams (Graves et al., 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.training.sequence_tasks.sequences import BitTask, Part, Sequences

PRIOR = 0.5
"""Both parameters of the beta distribution of the probability of a 1 after each context."""


@dataclass(frozen=True)
class NGrams(BitTask):
    """Bits, each of which depends on the ``order`` - 1 before it by probabilities that are new in every sequence.

    The next bit is to be predicted at every step. After each context c the probability of a 1 is drawn from
    Beta(½, ½). The first ``order`` - 1 bits are even, and do not count. The optimal prediction is that of a Bayesian
    who knows all this::

        P(1 | c) = (n₁ + ½) / (n₀ + n₁ + 1)

    with the numbers n₀ and n₁ of zeros and ones after c so far. The score is the cross-entropy in bits per sequence,
    chance is one bit for each that counts.

    References
    ----------
    Graves, Wayne and Danihelka (2014), arXiv:1410.5401, with 6-grams and 200 bits.
    """

    citation: ClassVar = "Graves, A., Wayne, G., & Danihelka, I. (2014). Neural Turing machines. arXiv:1410.5401."
    longest: ClassVar = 50
    varied: ClassVar = False
    n_inputs: ClassVar = 1
    n_outputs: ClassVar = 1

    order: int = 3
    """n: a context has n - 1 bits."""

    def require_length(self, length: int) -> None:
        """At least one bit must have a context."""
        if length < self.order:
            raise InputError(
                f"NGrams: a sequence of {length} bits is shorter than order={self.order}; give a "
                f"list_length, and in training a first_length, of {self.order} or more"
            )

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The bit."""
        return (Part("Bits", 1),)

    def steps(self, length: int) -> int:
        """Every bit but the last is shown, and every bit but the first predicted."""
        return length - 1

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of sequences of ``length`` bits."""
        # A beta variable with parameters ½ is sin² of an even angle.
        angles = torch.rand((batch, 2 ** (self.order - 1)), generator=generator, dtype=torch.float64)
        ones = (torch.pi / 2 * angles).sin().square()
        draws = torch.rand((length, batch), generator=generator, dtype=torch.float64)
        bits = torch.zeros((length, batch), dtype=torch.long)
        rows = torch.arange(batch)
        context = torch.zeros(batch, dtype=torch.long)
        for number, drawn in enumerate(draws):
            chance = torch.full_like(drawn, 0.5) if number < self.order - 1 else ones[rows, context]
            bits[number] = drawn < chance
            context = self.moved(context, bits[number])
        shown = bits.to(torch.get_default_dtype())[..., None]
        counted = torch.arange(1, length).ge(self.order - 1)[:, None].expand(-1, batch)
        return Sequences(shown[:-1], shown[1:], counted)

    def phases(self, sequences: Sequences) -> dict[str, int]:
        """None: the next bit is asked for from the start."""
        return {}

    def optimum(self, sequences: Sequences) -> Tensor:
        """The Bayesian predictor; even where the context is not complete."""
        bits, batch = sequences.inputs[..., 0].long(), sequences.inputs.shape[1]
        counts = torch.full((batch, 2 ** (self.order - 1), 2), PRIOR, dtype=torch.float64)
        rows, context = torch.arange(batch), torch.zeros(batch, dtype=torch.long)
        logits = torch.zeros(bits.shape, dtype=torch.float64)
        for number, bit in enumerate(bits):
            if number >= self.order - 1:
                counts[rows, context, bit] += 1
            context = self.moved(context, bit)
            if number >= self.order - 2:
                logits[number] = counts[rows, context, 1].log() - counts[rows, context, 0].log()
        return logits[..., None].to(sequences.targets.dtype)

    def moved(self, context: Tensor, bit: Tensor) -> Tensor:
        """The number of the context after one more ``bit``."""
        return (2 * context + bit) % 2 ** (self.order - 1)

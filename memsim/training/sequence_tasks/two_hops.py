"""Questions that need two facts, one found by the other (after Weston et al., 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from memsim.training.sequence_tasks.sequences import ClassTask, Part, Sequences

PEOPLE, THINGS, PLACES = 4, 4, 6


@dataclass(frozen=True)
class TwoHops(ClassTask):
    """Facts, "Ann goes to the garden" or "Ann takes the key", and then the question where a thing is.

    The thing is where the person is who took it last. So the question must first find who that is, and then where this
    person went last: two facts, of which the second has no word in common with the question. Each fact is a step, the
    sum of its words; the question is one step, at which the answer is asked for. At first each of 4 people goes to a
    place; other facts are a person who goes to one of 6 places, or takes one of 4 things, with even odds. The score is
    the share of right answers; chance is 1/6.

    References
    ----------
    Task 2 of Weston et al. (2016), ICLR, in vectors without language, as Sukhbaatar et al. (2015), NIPS, tested their
    memory network with it.
    """

    citation: ClassVar = (
        "Sukhbaatar, S., Szlam, A., Weston, J., & Fergus, R. (2015). End-to-end memory networks. Advances in Neural "
        "Information Processing Systems, 28, 2440-2448."
    )
    shortest: ClassVar = PEOPLE + 1
    longest: ClassVar = 10
    n_inputs: ClassVar = PEOPLE + THINGS + PLACES + 1
    output_row: ClassVar = "place"
    n_outputs: ClassVar = PLACES

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The words of a fact, and the mark of the question."""
        return (
            Part("People", PEOPLE, "person"),
            Part("Things", THINGS, "thing"),
            Part("Places", PLACES, "place"),
            Part("Flags", 1, rows=("question",)),
        )

    def steps(self, length: int) -> int:
        """One for each fact, and one for the question."""
        return length + 1

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of stories of ``length`` facts."""

        def drawn(n: int) -> Tensor:
            return torch.randint(n, (length, batch), generator=generator)

        people, things, places, takes = drawn(PEOPLE), drawn(THINGS), drawn(PLACES), drawn(2) > 0
        people[:PEOPLE] = torch.rand((PEOPLE, batch), generator=generator).argsort(dim=0)
        takes[:PEOPLE] = False
        rows = torch.arange(batch)
        # The thing asked about is taken at least once.
        taken = torch.randint(PEOPLE, length, (batch,), generator=generator)
        takes[taken, rows] = True
        asked = things[taken, rows]

        place_of = torch.zeros((batch, PEOPLE), dtype=torch.long)
        holder = torch.zeros(batch, dtype=torch.long)
        for person, thing, place, take in zip(people, things, places, takes, strict=True):
            place_of[rows, person] = torch.where(take, place_of[rows, person], place)
            holder = torch.where(take & (thing == asked), person, holder)
        inputs = torch.zeros((length + 1, batch, self.n_inputs))
        inputs[:-1, :, :PEOPLE] = one_hot(people, PEOPLE)
        inputs[:-1, :, PEOPLE : PEOPLE + THINGS] = one_hot(things, THINGS) * takes[..., None]
        inputs[:-1, :, PEOPLE + THINGS : -1] = one_hot(places, PLACES) * ~takes[..., None]
        inputs[-1, :, PEOPLE : PEOPLE + THINGS] = one_hot(asked, THINGS)
        inputs[-1, :, -1] = 1
        targets = torch.zeros((length + 1, batch, PLACES))
        targets[-1] = one_hot(place_of[rows, holder], PLACES)
        return Sequences(inputs, targets, torch.arange(length + 1).eq(length)[:, None].expand(-1, batch))

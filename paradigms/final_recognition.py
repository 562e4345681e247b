"""Final recognition: after several lists, participants judge whether probes were in any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import IntArray, frozen
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study, StudyPair
from memsim.core.limits import LIST_LENGTH, SECONDS
from memsim.core.parameters import parameter
from memsim.paradigms.recognition import Recognition


@dataclass(frozen=True)
class FinalRecognition(Recognition):
    """Recognition of the items of several lists, at the end of a session.

    A trial is a session: ``list_length`` items in all, in ``lists`` lists of the same length. Each list is followed by
    ``list_interval`` seconds of another task, such as its recall, which models take as distraction.

    References
    ----------
    Kahana et al. (2024), experiments of PEERS.
    """

    lists: int = parameter(4, 1, LIST_LENGTH, unit="lists", doc="lists of which a session consists")
    list_interval: float = parameter(0.0, 0, SECONDS, unit="s", doc="time of another task after each list")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.list_length % self.lists:
            raise InputError(
                f"FinalRecognition: list_length={self.list_length} items cannot be divided among lists={self.lists} of "
                "one length; list_length counts the items of all lists"
            )

    @property
    def list_of_position(self) -> IntArray:
        """(list_length,) number of the list, from 0, of each position."""
        return frozen(np.arange(self.list_length, dtype=np.int32) // (self.list_length // self.lists))

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        """The lists in order, each with the time after it."""
        length = self.list_length // self.lists
        if self.initial_distraction:
            yield Distract(self.initial_distraction)
        for position in range(self.list_length):
            if position % length and self.inter_item_distraction:
                yield Distract(self.inter_item_distraction)
            yield Study(position)
            if (position + 1) % length == 0 and self.list_interval:
                yield Distract(self.list_interval)
        if self.retention_interval:
            yield Distract(self.retention_interval)

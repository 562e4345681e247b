"""Serial recall: study a list, then give its items in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study
from memsim.core.parameters import choice, parameter
from memsim.core.trials import Paradigm


@dataclass(frozen=True)
class SerialRecall(Paradigm):
    """Immediate or delayed serial recall, forward or backward, or reconstruction of order.

    Every output position is asked for and answered or omitted; recall does not end before the last one. Items are
    scored by position: a response is right where it stands at its own place (Conrad, 1965).

    In ``reconstruction`` the items are given and each is to be put in its place: none is omitted or given twice, so a
    model's probabilities are taken given that (Nairne, 1991).

    ``group_size`` parts the list into groups by pauses of ``group_pause`` seconds (Ryan, 1969).
    """

    silence_ends = False

    list_length: int = parameter(6, 1, None, unit="items", symbol="L", doc="items in a list")
    direction: str = choice("forward", ("forward", "backward"), "in the order of study, or from the last item on")
    response: str = choice("recall", ("recall", "reconstruction"), "items are recalled, or given and put in order")
    group_size: int = parameter(0, 0, None, unit="items", doc="items in a group; 0 for no groups")
    group_pause: float = parameter(1.0, 0, None, unit="s", doc="pause between groups")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.group_size >= self.list_length > 1:
            raise InputError(
                f"SerialRecall: group_size={self.group_size} must be below list_length={self.list_length}; "
                "0 is a list without groups"
            )

    @property
    def cue(self) -> str:  # type: ignore[override]
        """``"forward"`` or ``"backward"``."""
        return self.direction

    @property
    def forced(self) -> bool:
        """Whether every output is one of the items that are left."""
        return self.response == "reconstruction"

    @property
    def response_limit(self) -> int:
        """One for each item."""
        return self.list_length

    @property
    def due(self) -> IntArray:
        """(list_length,) 0-based serial position of the item that is right at each output."""
        order = np.arange(self.list_length, dtype=np.int32)
        return order if self.direction == "forward" else order[::-1].copy()

    @property
    def group(self) -> IntArray:
        """(list_length,) number of each item's group, from 0."""
        return np.arange(self.list_length, dtype=np.int32) // (self.group_size or self.list_length)

    def presentation(self) -> Iterator[Study | Distract]:
        """The events of a trial, with pauses between groups."""
        for event in super().presentation():
            starts_group = isinstance(event, Study) and event.position > 0 and bool(self.group_size)
            if starts_group and event[0] % self.group_size == 0 and self.group_pause:
                yield Distract(self.group_pause)
            yield event

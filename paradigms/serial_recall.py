"""Serial recall: participants study a list, then recall its items in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study, StudyPair
from memsim.core.limits import LIST_LENGTH, SECONDS
from memsim.core.parameters import choice, parameter
from memsim.core.trials import Paradigm


@dataclass(frozen=True)
class SerialRecall(Paradigm):
    """Immediate or delayed serial recall, forward or backward, or reconstruction of order.

    At each output position the participant responds or omits the item; recall does not end before the last position.
    A response is correct if its output position is that of the item in the list.

    In ``reconstruction`` the items are given, and the participant puts them in order, without omissions or repeats;
    the probabilities of a model are conditioned on that.

    ``group_size`` divides the list into groups, with pauses of ``group_pause`` seconds between them.

    References
    ----------
    Conrad (1965) for scoring by position. Nairne (1991) for reconstruction. Ryan (1969) for grouping.
    """

    silence_ends = False

    list_length: int = parameter(6, 1, LIST_LENGTH, unit="items", symbol="L", doc="items in a list")
    direction: str = choice("forward", ("forward", "backward"), "in the order of study, or in reverse order")
    response: str = choice("recall", ("recall", "reconstruction"), "items are recalled, or are given and put in order")
    group_size: int = parameter(0, 0, LIST_LENGTH, unit="items", doc="items in each group; 0 for no groups")
    group_pause: float = parameter(1.0, 0, SECONDS, unit="s", doc="pause between groups")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.group_size >= self.list_length > 1:
            raise InputError(
                f"SerialRecall: group_size={self.group_size} must be below list_length={self.list_length}; "
                "0 means no groups"
            )

    @property
    def cue(self) -> str:  # type: ignore[override]
        """``"forward"`` or ``"backward"``."""
        return self.direction

    @property
    def forced(self) -> bool:
        """Whether every response must be an item not yet recalled."""
        return self.response == "reconstruction"

    @property
    def response_limit(self) -> int:
        """One response for each item."""
        return self.list_length

    @property
    def due(self) -> IntArray:
        """(list_length,) 0-based serial position that is correct at each output."""
        order = np.arange(self.list_length, dtype=np.int32)
        return order if self.direction == "forward" else order[::-1].copy()

    @property
    def group(self) -> IntArray:
        """(list_length,) number of the group of each item, from 0."""
        return np.arange(self.list_length, dtype=np.int32) // (self.group_size or self.list_length)

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        """The events of a trial before the test, with pauses between groups."""
        for event in super().presentation():
            starts_group = isinstance(event, Study) and event.position > 0 and bool(self.group_size)
            if starts_group and event[0] % self.group_size == 0 and self.group_pause:
                yield Distract(self.group_pause)
            yield event

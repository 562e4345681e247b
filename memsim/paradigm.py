"""What every list-memory task has in common: its timing, its order of events, and what silence means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from memsim.arrays import IntArray
from memsim.errors import InputError
from memsim.items import ItemPool
from memsim.parameters import Parameterized, parameter
from memsim.seeding import stream
from memsim.trials import Trials


class Study(NamedTuple):
    """The participant studies the item at this serial position (0-based)."""

    position: int


class Distract(NamedTuple):
    """The participant does something else for this many seconds."""

    seconds: float


@dataclass(frozen=True)
class Paradigm(Parameterized, ABC):
    """A task: how a list is presented and what a response means.

    A task of its own subclasses this, names its ``cue``, says whether ``silence_ends`` recall, and
    may override :meth:`presentation` where its events come in another order.
    """

    cue: ClassVar[str]
    """How the test begins, passed to the model: ``"free"``, ``"forward"``, ..."""
    silence_ends: ClassVar[bool]
    """True: no response ends recall (free recall). False: it is an omission and recall goes on."""

    list_length: int = parameter(20, 1, None, "items", "L", "items in a list")
    presentation_time: float = parameter(1.0, 0, None, "s", doc="time for each item")
    inter_item_distraction: float = parameter(
        0.0, 0, None, "s", "IPI", "filled distraction between one item and the next"
    )
    retention_interval: float = parameter(
        0.0, 0, None, "s", "RI", "filled distraction between the last item and the test"
    )

    @property
    @abstractmethod
    def response_limit(self) -> int | None:
        """The most responses that the record of a trial holds; ``None`` if there is no limit."""

    @property
    def due(self) -> IntArray | None:
        """(n_outputs,) 0-based serial position that is right at each output; ``None`` where any order is."""
        return None

    @property
    def forced(self) -> bool:
        """Whether every response is one of the items not yet given, so that none is omitted or given twice."""
        return False

    @property
    def max_responses(self) -> int:
        """The response limit, or a guard of twice the list length against a model that would never stop."""
        return 2 * self.list_length if self.response_limit is None else self.response_limit

    def presentation(self) -> Iterator[Study | Distract]:
        """The events of a trial before its test, in order."""
        for position in range(self.list_length):
            if position and self.inter_item_distraction:
                yield Distract(self.inter_item_distraction)
            yield Study(position)
        if self.retention_interval:
            yield Distract(self.retention_interval)

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random study lists, no item twice in a list.

        Parameters
        ----------
        n_trials : lists in all, dealt to the participants in consecutive blocks.
        seed : the same seed draws the same lists.
        pool : where items come from; by default 1,000 numbered ones (more for longer lists).
        subjects : number of simulated participants, numbered from 1.
        """
        for name, value in (("n_trials", n_trials), ("subjects", subjects)):
            if not isinstance(value, int | np.integer) or value < 1:
                raise InputError(f"{type(self).__name__}.trials: {name}={value!r} must be a whole number above 0")
        if pool is None:
            pool = ItemPool.numbered(max(1000, self.list_length))
        items = pool.draw_lists(n_trials, self.list_length, stream(seed, "lists"))
        subject = np.arange(n_trials) * min(subjects, n_trials) // n_trials + 1
        return Trials(items, pool, self, subject, seed=seed)

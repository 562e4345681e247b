"""Continuous recognition: each item of one long sequence is judged, and studied at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Event, Probe, Study
from memsim.core.items import ItemPool, pool_of
from memsim.core.limits import LIST_LENGTH
from memsim.core.parameters import parameter, text
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials, in_blocks
from memsim.paradigms.whole_numbers import numbers_of, text_of


@dataclass(frozen=True)
class ContinuousRecognition(Paradigm):
    """Continuous recognition: a sequence in which every item is judged old or new, and items come again at lags.

    Each item is judged and then studied. A lag is the number of items between a presentation and the one before: 0 for
    an immediate repetition; so an item at position k has the lag ``k - last - 1`` from its last presentation. An item
    comes up to ``presentations`` times. Its next presentation is at one of the ``lags``, of those whose place is free
    the one that was used least so far; where none is free, as near the end, it does not come again.

    All trials have the same events, and the items of a trial decide which of its probes are old.

    References
    ----------
    Shepard & Teghtsoonian (1961).

    Examples
    --------
    >>> ContinuousRecognition(list_length=100, lags=(0, 1, 3, 7)).trials(20, seed=0)
    Trials(ContinuousRecognition: 20 lists of 100, 1 subject)
    """

    cue = ""
    silence_ends = False
    judged = "item"

    list_length: int = parameter(100, 2, LIST_LENGTH, unit="items", symbol="L", doc="presentations in the sequence")
    lags: Any = text("0 1 2 4 8 16 32", doc="items between two presentations of an item: whole numbers from 0")  # noqa: RUF009
    presentations: int = parameter(2, 1, LIST_LENGTH, unit="presentations", doc="most presentations of an item")
    ratings: int = parameter(2, 2, 100, unit="ratings", symbol="K", doc="ratings of the scale; 2 for old and new")

    def __post_init__(self) -> None:
        object.__setattr__(self, "lags", text_of(self.lags))
        super().__post_init__()
        numbers_of(self.lags, "ContinuousRecognition: lags", LIST_LENGTH)
        if self.retention_interval:
            raise InputError(
                f"ContinuousRecognition: retention_interval={self.retention_interval:g} has no place, since items are "
                "judged as they come; use inter_item_distraction"
            )

    @classmethod
    def of_record(cls, list_length: int, n_probes: int, n_targets: int, n_ratings: int) -> Self:
        """As in :class:`memsim.Paradigm`; the lags of such a task are those of the record."""
        if n_probes != list_length:
            raise InputError(
                f"ContinuousRecognition: {n_probes} probes in a sequence of {list_length}; each presentation is judged"
            )
        return cls(list_length=list_length, ratings=n_ratings)

    @property
    def n_probes(self) -> int:
        """Each presentation is judged."""
        return self.list_length

    @property
    def n_ratings(self) -> int:
        """The setting ``ratings``."""
        return self.ratings

    @property
    def response_limit(self) -> int:
        """Nothing is recalled."""
        return 0

    def events(self) -> Iterator[Event]:
        """All events of a trial: each item is judged just before it is studied."""
        for event in self.presentation():
            if isinstance(event, Study):
                yield Probe(event.position)
            yield event

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random sequences; see :meth:`memsim.Paradigm.trials`."""
        self.require_size(n_trials, subjects)
        number = self._sequences(n_trials, stream(seed, "order"))
        n_items = int(number.max()) + 1
        pool = pool_of(pool, n_items)
        items = np.take_along_axis(pool.draw_lists(n_trials, n_items, stream(seed, "lists")), number, axis=1)
        return Trials(items, pool, self, in_blocks(n_trials, subjects), seed=seed, probes=Probes(items))

    def _sequences(self, n_trials: int, rng: np.random.Generator) -> IntArray:
        """(n_trials, list_length) number of the item at each position, in the order of first presentation."""
        lags = np.array(numbers_of(self.lags, "ContinuousRecognition: lags", LIST_LENGTH))
        rows = np.arange(n_trials)
        number = np.full((n_trials, self.list_length + int(lags.max()) + 1), -1, dtype=np.int32)
        number[:, self.list_length :] = 0  # beyond the end no place is free
        used = np.zeros((n_trials, len(lags)), dtype=np.int32)
        newest = np.full(n_trials, -1, dtype=np.int32)
        times_shown = np.zeros((n_trials, self.list_length), dtype=np.int32)
        for position in range(self.list_length):
            is_new = number[:, position] < 0
            newest += is_new
            number[is_new, position] = newest[is_new]
            item = number[:, position]
            times_shown[rows, item] += 1
            free = (number[:, position + lags + 1] < 0) & (times_shown[rows, item] < self.presentations)[:, None]
            chosen = np.where(free, used + rng.random(free.shape), np.inf).argmin(axis=1)
            again = np.flatnonzero(free.any(axis=1))
            used[again, chosen[again]] += 1
            number[again, position + lags[chosen[again]] + 1] = item[again]
        return number[:, : self.list_length]

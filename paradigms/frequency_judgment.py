"""Judgments of frequency: participants study lists, then judge how often an item was presented in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study, StudyPair
from memsim.core.items import ItemPool, pool_of
from memsim.core.limits import LIST_LENGTH, SECONDS
from memsim.core.parameters import parameter, text
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials, in_blocks
from memsim.paradigms.repetitions import require_spaceable, spaced
from memsim.paradigms.whole_numbers import numbers_of, text_of


@dataclass(frozen=True)
class FrequencyJudgment(Paradigm):
    """Judgments of frequency, of items that are presented several times in each of one or more lists.

    The ``frequencies`` of an item in the lists of a trial are crossed: with the frequencies 0, 2 and 5 and two lists,
    there are nine kinds of items, of which one is in neither list. ``list_length`` counts the presentations in all
    lists, and decides how many items of each kind there are. Presentations of an item are spread over its list, and
    never follow one another. Lists are ``between_lists`` seconds apart.

    Each item is judged once for each list, in random order; ``Probes.about`` is the list asked about, which does not
    occur where there is one list. Rating r is the judgment that the item was presented r - 1 times; the highest is
    ``highest_judgment``, by default the highest of the frequencies.

    A model's default criteria are those of recognition. ``run`` sets criteria for frequencies, and
    :func:`memsim.core.frequency_criteria.judging_frequency` gives a model that has them.

    References
    ----------
    Hintzman & Block (1971) for frequencies that are crossed in two lists.

    Examples
    --------
    >>> FrequencyJudgment(list_length=84).trials(100, seed=0)
    Trials(FrequencyJudgment: 100 lists of 84, 1 subject)
    """

    cue = ""
    silence_ends = False
    judged = "item"
    rates = "frequency"
    told_by_record = False

    list_length: int = parameter(
        84, 1, LIST_LENGTH, unit="items", symbol="L", doc="presentations of items in all lists of a trial"
    )
    frequencies: Any = text("0 2 5", doc="presentations of an item in a list: whole numbers from 0")  # noqa: RUF009
    lists: int = parameter(2, 1, 8, unit="lists", doc="lists in a trial")
    between_lists: float = parameter(0.0, 0, SECONDS, unit="s", doc="filled distraction between two lists")
    highest_judgment: int | None = parameter(
        None, 1, 99, unit="presentations", doc="the highest judgment; if not given, the highest frequency", integer=True
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "frequencies", text_of(self.frequencies))
        super().__post_init__()
        each = self._frequencies
        least = self.lists * len(each) ** (self.lists - 1) * sum(each)
        if not least or self.list_length % least:
            raise InputError(
                f"FrequencyJudgment: list_length={self.list_length} counts presentations, and must be a multiple of "
                f"{least} with frequencies={self.frequencies!r} in each of {self.lists} list(s)"
            )
        if self.lists == 1 and self.between_lists:
            raise InputError("FrequencyJudgment: between_lists is for several lists; there is one")
        require_spaceable(self._counts[0], "FrequencyJudgment")

    @classmethod
    def of_record(cls, list_length: int, n_probes: int, n_targets: int, n_ratings: int) -> Self:
        """As in :class:`memsim.Paradigm`, which raises an error: a record does not say what the lists were."""
        raise InputError(
            "a record does not say which lists and frequencies its judgments are of; give the task itself, as "
            "paradigm=FrequencyJudgment(...)"
        )

    @property
    def _frequencies(self) -> tuple[int, ...]:
        return numbers_of(self.frequencies, "FrequencyJudgment: frequencies", 99)

    @property
    def _counts(self) -> IntArray:
        """(lists, n_items) presentations of each item in each list."""
        kinds = np.array(list(product(self._frequencies, repeat=self.lists)), dtype=np.int32)
        return np.repeat(kinds, self.list_length // max(int(kinds.sum()), 1), axis=0).T

    @property
    def n_probes(self) -> int:
        """Each item is judged once for each list."""
        return int(self._counts.size)

    @property
    def n_ratings(self) -> int:
        """One more than the highest judgment."""
        return 1 + (max(self._frequencies) if self.highest_judgment is None else self.highest_judgment)

    @property
    def asks_about_lists(self) -> bool:
        """Whether there are several lists."""
        return self.lists > 1

    @property
    def response_limit(self) -> int:
        """Nothing is recalled."""
        return 0

    @property
    def list_of_position(self) -> IntArray:
        """(list_length,) number of the list, from 0, in which each position is studied."""
        return np.arange(self.list_length, dtype=np.int32) // (self.list_length // self.lists)

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        """The events of a trial before the test, with the distraction between lists."""
        for event in super().presentation():
            starts_list = isinstance(event, Study) and event[0] and event[0] % (self.list_length // self.lists) == 0
            if starts_list and self.between_lists:
                yield Distract(self.between_lists)
            yield event

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random lists and tests; see :meth:`memsim.Paradigm.trials`."""
        self.require_size(n_trials, subjects)
        counts, rng = self._counts, stream(seed, "order")
        pool = pool_of(pool, counts.shape[1])
        items = pool.draw_lists(n_trials, counts.shape[1], stream(seed, "lists"))
        order = np.concatenate([spaced(each, n_trials, rng) for each in counts], axis=1)
        asked = stream(seed, "probes").permuted(np.tile(np.arange(counts.size), (n_trials, 1)), axis=1)
        about = asked // counts.shape[1] if self.lists > 1 else None
        return Trials(
            np.take_along_axis(items, order, axis=1), pool, self, in_blocks(n_trials, subjects), seed=seed,
            probes=Probes(np.take_along_axis(items, asked % counts.shape[1], axis=1), about),
        )  # fmt: skip

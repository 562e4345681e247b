"""Cued recall: participants study pairs, then recall one item of each pair when they are shown the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import BY_ITEM, Distract, Study, StudyPair
from memsim.core.items import ItemPool, pool_of
from memsim.core.limits import LIST_LENGTH, SECONDS
from memsim.core.parameters import choice, parameter
from memsim.core.probes import ABSENT, Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials, in_blocks
from memsim.paradigms.pairs import in_pairs, require_pairs


@dataclass(frozen=True)
class CuedRecall(Paradigm):
    """Cued recall of pairs, forward, backward or both, in random order of pairs.

    Pair p is studied at the serial positions 2p and 2p + 1, for ``presentation_time``. Each pair is probed once: the
    cue is its first member (``forward``), its second (``backward``), or either at random, in half of the probes each
    (``both``). Response j answers probe j; no response is an omission. The same item may be given to several cues, and
    is then no repeat. A response is correct if it was studied with the cue.

    With ``second_list``, half of the pairs form a second list, after ``between_lists`` seconds of distraction. In
    ``re-paired`` lists (A-B, A-C) it has the first members of the first list, each with a new item; ``new`` lists
    (A-B, C-D) share no item with the first. Each cue then asks about the list of its pair (``Probes.about``), for which
    a model needs an account of lists; or, with ``asked="all"``, about all that was studied, so that the partner in
    either list is right (one response at a time of modified free recall), and all models of cued recall take part.
    ``tested`` says of which lists pairs are probed.

    References
    ----------
    Kahana (2002) for forward and backward recall. Barnes & Underwood (1959) for A-B, A-C.

    Examples
    --------
    >>> CuedRecall(list_length=24).trials(100, seed=0)
    Trials(CuedRecall: 100 lists of 24, 1 subject)
    """

    cue = BY_ITEM
    silence_ends = False

    list_length: int = parameter(24, 2, LIST_LENGTH, unit="items", symbol="L", doc="items in all pairs of a trial")
    direction: str = choice("forward", ("forward", "backward", "both"), "the first member is the cue, or the second")
    second_list: str = choice("none", ("none", "re-paired", "new"), "pairs of a second list: A-B A-C, or A-B C-D")
    between_lists: float = parameter(0.0, 0, SECONDS, unit="s", doc="filled distraction between two lists")
    tested: str = choice("all", ("all", "first", "second"), "the lists of which pairs are probed")
    asked: str = choice("list", ("list", "all"), "a cue asks about the list of its pair, or about all that was studied")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_pairs(self.list_length, 2 * self.n_lists, "CuedRecall")
        of_two = {
            "between_lists": self.between_lists > 0,
            "tested": self.tested != "all",
            "asked": self.asked != "list",
        }
        for name, value in of_two.items():
            if value and self.n_lists == 1:
                raise InputError(f"CuedRecall: {name} is for two lists; set second_list as well")

    @property
    def n_lists(self) -> int:
        """The number of lists in a trial."""
        return 1 if self.second_list == "none" else 2

    @property
    def n_probes(self) -> int:
        """The number of pairs that are probed."""
        return self.list_length // 2 // (1 if self.tested == "all" else 2)

    @property
    def response_limit(self) -> int:
        """One response for each probe."""
        return self.n_probes

    @property
    def asks_about_lists(self) -> bool:
        """Whether there are two lists, and a cue asks about that of its pair."""
        return self.n_lists == 2 and self.asked == "list"

    @property
    def list_of_position(self) -> IntArray:
        """(list_length,) number of the list, from 0, in which each position is studied."""
        return np.arange(self.list_length, dtype=np.int32) // (self.list_length // self.n_lists)

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        """The events of a trial before the test."""
        for event in in_pairs(super().presentation(), self.inter_item_distraction):
            starts_list = isinstance(event, StudyPair) and event[0] == self.list_length // 2 and self.n_lists == 2
            if starts_list and self.between_lists:
                yield Distract(self.between_lists)
            yield event

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random lists of pairs, and probes; see :meth:`memsim.Paradigm.trials`."""
        self.require_size(n_trials, subjects)
        n_items = self.list_length - (self.list_length // 4 if self.second_list == "re-paired" else 0)
        pool = pool_of(pool, n_items)
        items = pool.draw_lists(n_trials, n_items, stream(seed, "lists"))
        if self.second_list == "re-paired":
            n_cues = self.list_length // 4
            cues = stream(seed, "order").permuted(items[:, : 2 * n_cues : 2], axis=1)
            second = np.stack((cues, items[:, 2 * n_cues :]), axis=2).reshape(n_trials, -1)
            items = np.concatenate((items[:, : 2 * n_cues], second), axis=1)
        return Trials(
            items, pool, self, in_blocks(n_trials, subjects), seed=seed,
            probes=self._probes(items, stream(seed, "probes")),
        )  # fmt: skip

    def _probes(self, items: IntArray, rng: np.random.Generator) -> Probes:
        n_trials, first = len(items), self.n_probes if self.tested == "second" else 0
        order = rng.permuted(np.tile(first + np.arange(self.n_probes), (n_trials, 1)), axis=1)
        backward = np.full(order.shape, self.direction == "backward")
        if self.direction == "both":
            half = np.arange(self.n_probes) < self.n_probes // 2 + rng.integers(0, 1 + self.n_probes % 2, (n_trials, 1))
            backward = rng.permuted(half, axis=1)
        pairs = items.reshape(n_trials, -1, 2)[np.arange(n_trials)[:, None], order]
        asked = np.stack((backward, ~backward), axis=2)
        about = self.list_of_position[::2][order] if self.asks_about_lists else None
        return Probes(np.where(asked, ABSENT, pairs), about)

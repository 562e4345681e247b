"""Associative recognition: participants study pairs, then judge whether two items were studied together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study, StudyPair
from memsim.core.items import ItemPool, pool_of
from memsim.core.limits import LIST_LENGTH
from memsim.core.parameters import parameter
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials, in_blocks
from memsim.paradigms.pairs import in_pairs, require_pairs


@dataclass(frozen=True)
class AssociativeRecognition(Paradigm):
    """Associative recognition of pairs, with old/new answers or ratings of confidence.

    Pair p is studied at the serial positions 2p and 2p + 1, for ``presentation_time``. Probes, in random order, are

    - ``intact``: a pair as it was studied;
    - ``rearranged``: the first member of one pair with the second of another;
    - ``half``: a member of a pair, on its own side, with a new item; in half of them, the first member is the old one;
    - ``new``: two new items.

    No item is in two probes. If not given, half of the pairs that are not in ``half`` probes are tested intact, and the
    others rearranged.

    References
    ----------
    Humphreys (1976). Hockley (1992).

    Examples
    --------
    >>> AssociativeRecognition(list_length=48, n_intact=8, n_rearranged=8, n_half=4, n_new=4).n_probes
    24
    """

    cue = ""
    silence_ends = False
    judged = "pair"

    list_length: int = parameter(24, 2, LIST_LENGTH, unit="items", symbol="L", doc="items in all pairs of a list")
    n_intact: int | None = parameter(None, 0, LIST_LENGTH, unit="probes", doc="intact pairs", integer=True)
    n_rearranged: int | None = parameter(None, 0, LIST_LENGTH, unit="probes", doc="rearranged pairs", integer=True)
    n_half: int = parameter(0, 0, LIST_LENGTH, unit="probes", doc="pairs of an old and a new item")
    n_new: int = parameter(0, 0, LIST_LENGTH, unit="probes", doc="pairs of new items")
    ratings: int = parameter(2, 2, 100, unit="ratings", symbol="K", doc="ratings of the scale; 2 for old and new")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_pairs(self.list_length, 2, "AssociativeRecognition")
        n_pairs = self.list_length // 2
        if self.intact + self.rearranged + self.n_half > n_pairs:
            raise InputError(
                f"AssociativeRecognition: n_intact={self.intact}, n_rearranged={self.rearranged} and n_half="
                f"{self.n_half} need as many studied pairs together, and the list has {n_pairs}"
            )
        if self.rearranged == 1:
            raise InputError(
                "AssociativeRecognition: n_rearranged=1, but pairs are rearranged among one another; give 0, or at "
                f"least 2 (the list has {n_pairs} pairs)"
            )
        if not self.n_probes:
            raise InputError("AssociativeRecognition: there is no probe; set n_intact, n_rearranged, n_half or n_new")

    @classmethod
    def of_record(cls, list_length: int, n_probes: int, n_targets: int, n_ratings: int) -> Self:
        """As in :class:`memsim.Paradigm`; all probes that are not of old items count as new ones."""
        n_old = min(n_targets, list_length // 2)
        return cls(
            list_length=list_length, n_intact=n_old, n_rearranged=0, n_new=n_probes - n_old, ratings=n_ratings
        )  # fmt: skip

    @property
    def intact(self) -> int:
        """The number of intact pairs among the probes."""
        if self.n_intact is not None:
            return self.n_intact
        left = max(self.list_length // 2 - self.n_half, 0)
        return left // 2 if self.n_rearranged is None else max(left - self.n_rearranged, 0)

    @property
    def rearranged(self) -> int:
        """The number of rearranged pairs among the probes."""
        if self.n_rearranged is not None:
            return self.n_rearranged
        return max(self.list_length // 2 - self.n_half - self.intact, 0)

    @property
    def n_probes(self) -> int:
        """Probes of all kinds."""
        return self.intact + self.rearranged + self.n_half + self.n_new

    @property
    def n_ratings(self) -> int:
        """The setting ``ratings``."""
        return self.ratings

    @property
    def response_limit(self) -> int:
        """Nothing is recalled."""
        return 0

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        """The events of a trial before the test."""
        yield from in_pairs(super().presentation(), self.inter_item_distraction)

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random lists of pairs, and tests; see :meth:`memsim.Paradigm.trials`."""
        self.require_size(n_trials, subjects)
        n_items = self.list_length + self.n_half + 2 * self.n_new
        pool = pool_of(pool, n_items)
        items = pool.draw_lists(n_trials, n_items, stream(seed, "lists"))
        return Trials(
            items[:, : self.list_length], pool, self, in_blocks(n_trials, subjects), seed=seed,
            probes=Probes(self._probes(items, stream(seed, "probes"))),
        )  # fmt: skip

    def _probes(self, items: IntArray, rng: np.random.Generator) -> IntArray:
        n_trials, rows = len(items), np.arange(len(items))[:, None]
        pairs = items[:, : self.list_length].reshape(n_trials, -1, 2)
        order = rng.permuted(np.tile(np.arange(pairs.shape[1]), (n_trials, 1)), axis=1)
        pairs = pairs[rows, order]
        kept, mixed, half = np.split(
            pairs[:, : self.intact + self.rearranged + self.n_half],
            [self.intact, self.intact + self.rearranged],
            axis=1,
        )
        # The pairs are in random order, so that the next one is a random other one.
        mixed = np.stack((mixed[:, :, 0], np.roll(mixed[:, :, 1], 1, axis=1)), axis=2)
        new = items[:, self.list_length :]
        side = rng.permuted(np.tile(np.arange(self.n_half) % 2, (n_trials, 1)), axis=1)
        half = half.copy()
        half[rows, np.arange(self.n_half), 1 - side] = new[:, : self.n_half]
        probes = np.concatenate((kept, mixed, half, new[:, self.n_half :].reshape(n_trials, -1, 2)), axis=1)
        return probes[rows, rng.permuted(np.tile(np.arange(probes.shape[1]), (n_trials, 1)), axis=1)]

"""Item recognition: participants study a list, then judge whether probes were on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.limits import LIST_LENGTH
from memsim.core.parameters import parameter
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials, in_blocks


@dataclass(frozen=True)
class Recognition(Paradigm):
    """Item recognition, with old/new answers or ratings of confidence.

    The test holds ``n_targets`` items of the list and ``n_lures`` others in random order. Lures are new items.

    References
    ----------
    Egan (1958) for ratings of confidence.
    """

    cue = ""
    silence_ends = False
    judged = "item"

    list_length: int = parameter(16, 1, LIST_LENGTH, unit="items", symbol="L", doc="items in a list")
    n_targets: int = parameter(16, 0, LIST_LENGTH, unit="probes", doc="items of the list among the probes")
    n_lures: int = parameter(16, 0, LIST_LENGTH, unit="probes", doc="new items among the probes")
    ratings: int = parameter(2, 2, 100, unit="ratings", symbol="K", doc="ratings of the scale; 2 for old and new")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_targets > self.list_length:
            raise InputError(
                f"Recognition: n_targets={self.n_targets} of a list of {self.list_length} items; at most all of them "
                "can be tested"
            )
        if not self.n_probes:
            raise InputError("Recognition: n_targets=0 and n_lures=0 leave nothing to test")

    @property
    def n_probes(self) -> int:
        """Targets and lures."""
        return self.n_targets + self.n_lures

    @property
    def n_ratings(self) -> int:
        """The setting ``ratings``."""
        return self.ratings

    @property
    def response_limit(self) -> int:
        """Nothing is recalled."""
        return 0

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random study lists and tests; see :meth:`memsim.Paradigm.trials`."""
        pool = ItemPool.numbered(max(1000, self.list_length + self.n_lures)) if pool is None else pool
        items = pool.draw_lists(n_trials, self.list_length + self.n_lures, stream(seed, "lists"))
        return Trials(
            items[:, : self.list_length], pool, self, in_blocks(n_trials, subjects), seed=seed,
            probes=Probes(self._probes(items, stream(seed, "probes"))),
        )  # fmt: skip

    def _probes(self, items: IntArray, rng: np.random.Generator) -> IntArray:
        targets = rng.permuted(items[:, : self.list_length], axis=1)[:, : self.n_targets]
        return rng.permuted(np.concatenate((targets, items[:, self.list_length :]), axis=1), axis=1)

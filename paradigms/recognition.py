"""Item recognition: participants study a list, then judge whether probes were on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.items import ItemPool, pool_of
from memsim.core.limits import LIST_LENGTH
from memsim.core.parameters import choice, parameter
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials, in_blocks
from memsim.paradigms.repetitions import massed, require_spaceable, spaced
from memsim.paradigms.similar_lures import similar_lures

WEAK, STRONG = "weak", "strong"


@dataclass(frozen=True)
class Recognition(Paradigm):
    """Item recognition, with old/new answers or ratings of confidence.

    The test holds ``n_targets`` items of the list and ``n_lures`` others in random order. Lures are new items, drawn at
    random; ``n_similar_lures`` of them are instead the unstudied items that are most similar to studied ones, by the
    similarity of the pool or by the distance of features. The label ``lure_kind`` of a probe is ``new`` or ``similar``
    for lures, and empty for targets.

    Lists are of weak items, of strong ones, or half and half (``strength``; of mixed lists, half of the targets are
    strong). A weak item is presented once, for ``presentation_time``. A strong one is presented ``repetitions`` times,
    which are ``spaced`` over the list or ``massed`` in succession; or once, for as many times the presentation time
    (``longer``). Models see repetitions as study events of the same item, and longer times in
    ``trials.paradigm.presentation_times``, by serial position; in mixed lists, positions are weak, strong, strong,
    weak, and so on; a model that does not read them has no account of longer times, and refuses these lists.
    ``list_length`` counts presentations. The label ``strength`` of a target is ``weak`` or ``strong``,
    and empty for lures.

    References
    ----------
    Egan (1958) for ratings of confidence. Ratcliff, Clark & Shiffrin (1990) for pure and mixed lists.

    Examples
    --------
    >>> Recognition(list_length=10, n_targets=6, n_lures=6, ratings=6).trials(100, seed=0)
    Trials(Recognition: 100 lists of 10, 1 subject)
    """

    cue = ""
    silence_ends = False
    judged = "item"

    list_length: int = parameter(16, 1, LIST_LENGTH, unit="items", symbol="L", doc="presentations of items in a list")
    n_targets: int | None = parameter(
        None, 0, LIST_LENGTH, unit="probes", doc="items of the list among the probes; if not given, all", integer=True
    )
    n_lures: int | None = parameter(
        None, 0, LIST_LENGTH, unit="probes", doc="new items among the probes; if not given, as many as targets",
        integer=True,
    )  # fmt: skip
    n_similar_lures: int = parameter(
        0, 0, LIST_LENGTH, unit="probes", doc="lures that are similar to studied items (from Python, with pool=)"
    )
    ratings: int = parameter(2, 2, 100, unit="ratings", symbol="K", doc="ratings of the scale; 2 for old and new")
    strength: str = choice(WEAK, (WEAK, STRONG, "mixed"), "all items are weak, all are strong, or half of them are")
    strengthening: str = choice(
        "spaced", ("spaced", "massed", "longer"), "strong items are repeated, or are presented for longer"
    )
    repetitions: int = parameter(
        3, 2, LIST_LENGTH, unit="presentations", doc="presentations of a strong item, or how many times as long it is"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        per_unit = 1 + self.presentations if self.strength == "mixed" else self.presentations
        if self.list_length % per_unit:
            raise InputError(
                f"{name}: list_length={self.list_length} counts presentations, and must be a multiple of {per_unit} "
                f"with strength={self.strength!r} and repetitions={self.repetitions}"
            )
        if self.targets > self.n_items:
            raise InputError(
                f"{name}: n_targets={self.n_targets} of a list of {self.n_items} items; at most all of them can be "
                "tested"
            )
        if not self.n_probes:
            if self.n_lures is None:
                raise InputError(
                    f"{name}: n_targets=0 leaves nothing to test, as there are as many lures as targets unless their "
                    "number is given; give n_lures= (--n-lures)"
                )
            raise InputError(f"{name}: n_targets=0 and n_lures=0 leave nothing to test; give either a number above 0")
        if self.n_similar_lures > self.lures:
            raise InputError(f"{name}: n_similar_lures={self.n_similar_lures} are more than the {self.lures} lures")
        if self.strengthening == "spaced":
            require_spaceable(self._counts, name)

    @classmethod
    def of_record(cls, list_length: int, n_probes: int, n_targets: int, n_ratings: int) -> Self:
        """As in :class:`memsim.Paradigm`: a record of weak items."""
        n_targets = min(n_targets, list_length)
        return cls(list_length=list_length, n_targets=n_targets, n_lures=n_probes - n_targets, ratings=n_ratings)

    @property
    def presentations(self) -> int:
        """Presentations of a strong item; 1 in lists of weak items."""
        return 1 if self.strength == WEAK or self.strengthening == "longer" else self.repetitions

    @property
    def n_items(self) -> int:
        """The number of different items in a list."""
        halves = 2 if self.strength == "mixed" else 1
        return halves * self.list_length // (self.presentations + halves - 1)

    @property
    def targets(self) -> int:
        """The number of targets."""
        return self.n_items if self.n_targets is None else self.n_targets

    @property
    def lures(self) -> int:
        """The number of lures."""
        return self.targets if self.n_lures is None else self.n_lures

    @property
    def n_probes(self) -> int:
        """Targets and lures."""
        return self.targets + self.lures

    @property
    def n_ratings(self) -> int:
        """The setting ``ratings``."""
        return self.ratings

    @property
    def response_limit(self) -> int | None:
        """Nothing is recalled."""
        return 0

    @property
    def presentation_times(self) -> FloatArray:
        """(list_length,) seconds for which each serial position is presented."""
        strong = self._strong_positions if self.strengthening == "longer" else np.zeros(self.list_length, dtype=bool)
        return np.where(strong, self.repetitions, 1) * self.presentation_time

    @property
    def _strong_positions(self) -> LabelArray:
        """(list_length,) whether an item of each position is strong, where strong items are presented for longer."""
        if self.strength == "mixed":
            return np.isin(np.arange(self.list_length) % 4, (1, 2))
        return np.full(self.list_length, self.strength == STRONG)

    @property
    def _n_strong(self) -> int:
        return {WEAK: 0, STRONG: self.n_items, "mixed": self.n_items // 2}[self.strength]

    @property
    def _counts(self) -> IntArray:
        """(n_items,) presentations of each item; strong items come first."""
        return np.where(np.arange(self.n_items) < self._n_strong, self.presentations, 1).astype(np.int32)

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random study lists and tests; see :meth:`memsim.Paradigm.trials`.

        Similar lures need a pool with ``similarity`` or ``features``.
        """
        self.require_size(n_trials, subjects)
        n_random = self.n_items + self.lures - self.n_similar_lures
        pool = pool_of(pool, n_random)
        items = pool.draw_lists(n_trials, n_random, stream(seed, "lists"))
        # Strong items come first among the items of a list, then weak ones, then random lures.
        order = self._repeated(self.strengthening, n_trials, stream(seed, "order"))
        return Trials(
            np.take_along_axis(items, order, axis=1), pool, self, in_blocks(n_trials, subjects), seed=seed,
            probes=self._probes(items, pool, stream(seed, "probes")),
        )  # fmt: skip

    def _repeated(self, how: str, n_trials: int, rng: np.random.Generator) -> IntArray:
        """(n_trials, list_length) which item of the list is presented at each position."""
        if how == "longer":
            place = np.argsort(np.argsort(~self._strong_positions, kind="stable"))
            return np.tile(place.astype(np.int32), (n_trials, 1))
        return (spaced if how == "spaced" else massed)(self._counts, n_trials, rng)

    def _probes(self, items: IntArray, pool: ItemPool, rng: np.random.Generator) -> Probes:
        n_strong, n_trials = self._n_strong, len(items)
        strong, weak = items[:, :n_strong], items[:, n_strong : self.n_items]
        n_strong_targets = self.targets // 2 if self.strength == "mixed" else min(n_strong, self.targets)
        targets = [
            rng.permuted(strong, axis=1)[:, :n_strong_targets],
            rng.permuted(weak, axis=1)[:, : self.targets - n_strong_targets],
        ]
        studied = rng.permuted(items[:, : self.n_items], axis=1)
        near = studied[:, np.arange(self.n_similar_lures) % self.n_items]
        lures = [items[:, self.n_items :], similar_lures(pool, items, near, type(self).__name__)]
        parts = [*targets, *lures]
        order = rng.permuted(np.tile(np.arange(self.n_probes), (n_trials, 1)), axis=1)
        kinds = np.repeat(["", "", "new", "similar"], [part.shape[1] for part in parts])
        strength = np.repeat([STRONG, WEAK, "", ""], [part.shape[1] for part in parts])
        return Probes(
            np.take_along_axis(np.concatenate(parts, axis=1), order, axis=1),
            labels={"lure_kind": kinds[order], "strength": strength[order]},
        )

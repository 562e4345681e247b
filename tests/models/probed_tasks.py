"""Small tasks with probes, in which tests say every item themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from memsim import ItemPool, Trials
from memsim.core.events import Distract, Event, Probe, Recall, Study, StudyPair
from memsim.core.parameters import parameter
from memsim.core.probes import Probes
from memsim.core.trials import Paradigm


@dataclass(frozen=True)
class Judged(Paradigm):
    """Items, or pairs, are studied and then judged; in continuous tests each is judged before it is studied."""

    cue = ""
    silence_ends = False
    judged = "item"
    in_pairs = False
    continuous = False

    probes_in_test: int = parameter(1, 0, 10_000, doc="number of probes")
    ratings: int = parameter(2, 2, 100, doc="number of ratings")

    @property
    def n_probes(self) -> int:
        return self.probes_in_test

    @property
    def n_ratings(self) -> int:
        return self.ratings if self.judged else 0

    @property
    def response_limit(self) -> int:
        return self.n_probes if self.cue == "item" else self.list_length if self.cue else 0

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        if not self.in_pairs:
            yield from super().presentation()
            return
        for first in range(0, self.list_length, 2):
            yield StudyPair(first, first + 1)
        if self.retention_interval:
            yield Distract(self.retention_interval)

    def events(self) -> Iterator[Event]:
        if not self.continuous:
            yield from super().events()
            return
        for position in range(self.list_length):
            yield Probe(position)
            yield Study(position)


@dataclass(frozen=True)
class JudgedPairs(Judged):
    judged = "pair"
    in_pairs = True


@dataclass(frozen=True)
class JudgedItemsOfPairs(Judged):
    in_pairs = True


@dataclass(frozen=True)
class Continuous(Judged):
    continuous = True


@dataclass(frozen=True)
class CuedRecall(Judged):
    cue = "item"
    judged = ""
    in_pairs = True


@dataclass(frozen=True)
class RecalledThenJudged(Judged):
    cue = "free"

    def events(self) -> Iterator[Event]:
        yield from self.presentation()
        yield Recall("free")
        yield from map(Probe, range(self.n_probes))


def trials_of(kind: type[Judged], items: Any, probes: Any, pool: ItemPool | None = None, **options: Any) -> Trials:
    """Lists and probes as given: (n_trials, list_length), and (n_trials, n_probes) or (n_trials, n_probes, 2)."""
    items, probes = np.atleast_2d(items), np.asarray(probes)
    paradigm = kind(list_length=items.shape[1], probes_in_test=probes.shape[1], **options)
    pool = ItemPool.numbered(max(1000, items.max() + 1, probes.max() + 1)) if pool is None else pool
    return Trials(items, pool, paradigm, probes=Probes(probes))


def after_study(model: Any, trials: Trials) -> Any:
    """The state of a model before the first test event of its first kind."""
    state = model.begin(trials, np.random.default_rng(0))
    for event in trials.paradigm.presentation():
        if isinstance(event, Study):
            state = model.study(state, event.position)
        elif isinstance(event, StudyPair):
            state = model.study_pair(state, event.first, event.second)
        else:
            state = model.distract(state, event.seconds)
    return state

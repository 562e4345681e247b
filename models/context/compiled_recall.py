"""Study and recall of lists by compiled loops, for many models of one class at once, with derivatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, frozen
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.events import Distract, Study
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.context import recall_kernels, study_kernels

LANES = 8
"""The compiled loops take items in multiples of this, the width of the widest vector instructions."""
BLOCK, LARGE_BLOCK = 16_000, 1_000_000
"""Pairs of items, over lists and regions, whose products are held at a time: where each list is studied by itself, as
many as the processor's cache holds; where the lists of a model are studied once, more, as all are wanted again."""
CUES: Mapping[str, float | None] = {"free": None, "forward": 1.0, "backward": 0.0}
"""The rate at which the start of the list comes back with each cue; ``None`` for the model's own."""


NOTHING = frozen(np.zeros((1, 0), dtype=np.int32))
"""In place of sources, and of items, where they play no part."""


class Order(NamedTuple):
    """Trials one after another."""

    rows: IntArray
    """(n_trials,) their numbers."""
    shared: IntArray
    """(n_trials,) with how many events of the trial before each begins, where recall is of one model and study."""


class Schedule(NamedTuple):
    """What all trials of a task have in common."""

    seconds: FloatArray
    """(list_length + 1,) seconds of distraction before each item and, last, before the test."""
    start: float | None
    """The rate at which the start of the list comes back; ``None`` for the model's own."""
    forced: bool
    ends: bool
    """Whether recall ends where there is no response."""
    order: Order
    """The trials as they are."""


class Columns(NamedTuple):
    """Where the numbers of a model go in an array of the kernels."""

    names: tuple[str, ...]
    """The parameter of each number that is one, in the order of ``places``."""
    places: IntArray
    constants: FloatArray
    """(n_numbers,) the other numbers."""
    read: Callable[[Any], tuple[float, ...]]
    """The values of the parameters of a model."""

    @classmethod
    def of(cls, numbers: Mapping[str, str | float], order: Sequence[str]) -> Columns:
        """The columns ``order`` of an array, given which ``numbers`` are parameters or constants."""
        names = {place: numbers[name] for place, name in enumerate(order) if isinstance(numbers.get(name), str)}
        constants = [0.0 if place in names else numbers.get(name, 0.0) for place, name in enumerate(order)]
        fields = tuple(map(str, names.values()))
        return cls(fields, np.array(list(names), dtype=np.int32), np.array(constants), attrgetter(*fields))

    def packed(self, models: Sequence[Any]) -> FloatArray:
        """(n_models, n_numbers) the numbers of ``models``."""
        numbers = np.empty((len(models), len(self.constants)))
        numbers[:] = self.constants
        numbers[:, self.places] = [self.read(model) for model in models]
        return numbers


_ORDERS: WeakKeyDictionary[Recalls, tuple[IntArray, Order]] = WeakKeyDictionary()
"""Recalls in order, with the owners of their trials: a fit scores the same recalls thousands of times."""
_SCHEDULES: WeakKeyDictionary[Trials, Schedule | None] = WeakKeyDictionary()
_COLUMNS: dict[tuple[Any, ...], tuple[Columns, Columns]] = {}


class Block(NamedTuple):
    """Lists that are studied together."""

    order: Order
    """The trials whose lists they are."""
    first: int
    """The first of their studies, among all."""
    study: tuple[Any, ...]
    """The arguments of the kernels of study."""
    start: FloatArray
    gain: FloatArray


class CompiledRecall:
    """Lists, and the models that recall them, as the compiled loops take them.

    Lists of one model are studied once where they are alike: where neither sources nor meaning play a part.

    Parameters
    ----------
    models : each a :class:`memsim.models.context.luce_recall.LuceRecallModel`, of one class, which differ in their
        numbers only.
    owner : (n_trials,) index of the model of each list, 32-bit.
    by_meaning : whether the similarity of items, which the pool has, plays a part.
    """

    def __init__(self, models: Sequence[Any], trials: Trials, owner: IntArray, by_meaning: bool) -> None:
        schedule, form, rule = schedule_of(trials), models[0].kernel_form, models[0].rule()
        assert schedule is not None, "the loops do the task"
        self.schedule, self.owner, self.pre = schedule, owner, form.pre
        self.exponential, self.floor = rule.exponential, rule.floor
        self.length = trials.list_length
        self.width = self.length + -self.length % LANES
        key = type(models[0]), models[0].words, schedule.start
        if key not in _COLUMNS:
            numbers = form.numbers if schedule.start is None else {**form.numbers, "start_drift": schedule.start}
            _COLUMNS[key] = (
                Columns.of(numbers, study_kernels.STUDY_NUMBERS), Columns.of(numbers, recall_kernels.RECALL_NUMBERS)
            )  # fmt: skip
        self.columns = _COLUMNS[key]
        self.study, self.recall = (columns.packed(models) for columns in self.columns)
        sources = trials.source if form.has_sources else None
        self.n_regions = 1 if sources is None else 2
        self.sources = NOTHING if sources is None else sources
        self.items, self.similarity = NOTHING, np.zeros((0, 0))
        if by_meaning and trials.pool.similarity is not None:
            self.items, self.similarity = trials.items, trials.pool.similarity
        self.are_alike = sources is None and not by_meaning
        self.case = owner if self.are_alike else schedule.order.rows
        self.sensitivity, self.stop = np.empty(len(models)), np.empty((len(models), self.length + 1))
        recall_kernels.recall_rule(self.recall, self.exponential, schedule.forced, self.sensitivity, self.stop)

    def events(self, recalls: Recalls) -> Events:
        """The probabilities of the events of ``recalls``."""
        columns = scored_outcomes(recalls, repeats=False).columns
        events = Events(np.empty(columns.shape), np.empty(columns.shape))
        for block in self.blocks(self._order(recalls)):
            recall_kernels.search_events(
                *self.search(block), block.order.shared, columns, self.schedule.ends, *events[:2]
            )
        return events

    def events_and_pullback(self, recalls: Recalls) -> tuple[Events, Pullback]:
        """The probabilities of the events, and what leads from the derivatives by them to those by parameters."""
        columns, order = scored_outcomes(recalls, repeats=False).columns, self._order(recalls)
        events = Events(np.empty(columns.shape), np.empty(columns.shape))
        held: list[Block] = []
        for block in self.blocks(order, with_record=self.are_alike):
            recall_kernels.search_events(
                *self.search(block), block.order.shared, columns, self.schedule.ends, *events[:2]
            )
            held = [block] if self.are_alike and len(block.order.rows) == len(columns) else []

        def pullback(by_events: Events) -> dict[str, FloatArray]:
            by_outcome, by_silence = (np.ascontiguousarray(each, dtype=float) for each in by_events[:2])
            d_study, d_recall = np.zeros_like(self.study), np.zeros_like(self.recall)
            d_sensitivity, d_stop = np.zeros_like(self.sensitivity), np.zeros_like(self.stop)
            for block in held or self.blocks(order, with_record=True):
                d_start, d_gain = np.zeros_like(block.start), np.zeros_like(block.gain)
                recall_kernels.search_events_adjoint(
                    *self.search(block), block.order.shared, columns, self.schedule.ends, events.outcome,
                    by_outcome, by_silence, d_start, d_gain, d_recall, d_sensitivity, d_stop,
                )  # fmt: skip
                study_kernels.study_cases_adjoint(*block.study, d_start, d_gain, d_study)
            recall_kernels.recall_rule_adjoint(
                self.recall, self.exponential, self.schedule.forced, self.stop, d_sensitivity, d_stop, d_recall
            )
            return self._by_parameter(d_study, d_recall)

        return events, pullback

    def _order(self, recalls: Recalls) -> Order:
        return order_of(recalls, self.owner) if self.are_alike else self.schedule.order

    def blocks(self, order: Order | None = None, with_record: bool = False) -> Iterator[Block]:
        """Study the lists, block by block; ``with_record`` if the adjoint of study follows."""
        order = self.schedule.order if order is None else order
        n_cases = len(self.study) if self.are_alike else len(self.case)
        size = max(1, (LARGE_BLOCK if self.are_alike else BLOCK) // (self.length * self.width * self.n_regions))
        for first in range(0, n_cases, size):
            n = min(size, n_cases - first)
            part = order
            if n < n_cases:
                case = self.case[order.rows]
                part = Order(*(each[(case >= first) & (case < first + n)] for each in order))
            lists = slice(None) if self.are_alike else slice(first, first + n)
            owner = np.arange(first, first + n, dtype=np.int32) if self.are_alike else self.owner[lists]
            start = np.empty((n, self.n_regions, 2 * self.width))
            gain = np.empty((n, self.length, self.n_regions, 2 * self.width))
            has_meaning = self.items.shape[1] > 0
            record = study_kernels.empty_record(
                n if with_record else 1, self.n_regions, self.length, self.width, has_meaning
            )
            sources = self.sources[lists] if self.n_regions > 1 else self.sources
            items = self.items[lists] if has_meaning else self.items
            study = (
                self.study, owner, self.schedule.seconds, sources, items, self.similarity, self.pre, record, start, gain
            )  # fmt: skip
            study_kernels.study_cases(*study)
            yield Block(part, first, study, start, gain)

    def search(self, block: Block) -> tuple[Any, ...]:
        """The arguments of the kernels of recall that tell where recall begins, and its rule."""
        case = self.case - block.first if block.first else self.case
        return (
            block.order.rows, block.start, block.gain, case, self.owner, self.recall, self.exponential,
            self.sensitivity, self.floor, self.stop,
        )  # fmt: skip

    def _by_parameter(self, *by_numbers: FloatArray) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for columns, slopes in zip(self.columns, by_numbers, strict=True):
            for name, place in zip(columns.names, columns.places.tolist(), strict=True):
                slope = slopes[:, place]
                found[name] = found[name] + slope if name in found else slope
        return found


def schedule_of(trials: Trials) -> Schedule | None:
    """What all ``trials`` have in common; ``None`` if the compiled loops cannot do the task.

    They can where items are studied in order, and where they know the cue.
    """
    if trials not in _SCHEDULES:
        paradigm = trials.paradigm
        seconds, position = np.zeros(trials.list_length + 1), 0
        in_order = paradigm.cue in CUES
        for event in paradigm.presentation():
            if isinstance(event, Study):
                in_order &= event.position == position
                position += 1
            elif isinstance(event, Distract) and in_order:
                seconds[position] += event.seconds
        takes = in_order and position == trials.list_length
        order = Order(np.arange(len(trials), dtype=np.int32), np.zeros(len(trials), dtype=np.int32))
        found = Schedule(seconds, CUES.get(paradigm.cue), paradigm.forced, paradigm.silence_ends, order)
        _SCHEDULES[trials] = found if takes else None
    return _SCHEDULES[trials]


def order_of(recalls: Recalls, owner: IntArray) -> Order:
    """The trials of each model sorted by their first events, so that those that begin alike follow one another."""
    known = _ORDERS.get(recalls)
    if known is None or not np.array_equal(known[0], owner):
        columns = scored_outcomes(recalls, repeats=False).columns
        bits = int(recalls.list_length + 1).bit_length()
        first = columns[:, : 62 // bits]
        key = np.zeros(len(columns), dtype=np.int64)
        for event in range(first.shape[1]):
            key = (key << bits) + (first[:, event] + 1)
        rows = np.lexsort((key, owner)).astype(np.int32)
        alike = first[rows[1:]] == first[rows[:-1]]
        alike &= (owner[rows[1:]] == owner[rows[:-1]])[:, None]
        shared = np.zeros(len(rows), dtype=np.int32)
        shared[1:] = np.logical_and.accumulate(alike, axis=1).sum(axis=1)
        known = _ORDERS[recalls] = owner.copy(), Order(rows, shared)
    return known[1]

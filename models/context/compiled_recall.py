"""Study and recall of lists by compiled loops, for many models of one class at once, with derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, frozen
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.events import Study
from memsim.core.trials import Paradigm, Trials
from memsim.models.context import recall_kernels, study_kernels
from memsim.models.context.luce_recall import LuceRecallModel

LANES = 8
"""The compiled loops take items in multiples of this, the width of the widest vector instructions."""
BLOCK, LARGE_BLOCK = 16_000, 1_000_000
"""Pairs of items, over lists and regions, whose products are held at a time: where each list is studied by itself, as
many as the processor's cache holds; where the lists of a model are studied once, more, as all are wanted again."""
CUES: Mapping[str, float | None] = {"free": None, "forward": 1.0, "backward": 0.0}
"""The rate at which the start of the list comes back with each cue; ``None`` for the model's own."""


class Block(NamedTuple):
    """Lists that are studied together."""

    rows: IntArray
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
    models : models of one class, which differ in their numbers only.
    owner : (n_trials,) index of the model of each list, 32-bit.
    by_meaning : whether the similarity of items, which the pool has, plays a part.
    """

    def __init__(self, models: Sequence[LuceRecallModel], trials: Trials, owner: IntArray, by_meaning: bool) -> None:
        form, rule, start = models[0].kernel_form, models[0].rule(), CUES[trials.paradigm.cue]
        self.owner, self.pre = owner, form.pre
        self.exponential, self.floor = rule.exponential, rule.floor
        self.length = trials.list_length
        self.width = self.length + -self.length % LANES
        self.seconds = seconds_of_distraction(trials.paradigm)
        self.forced, self.ends = trials.paradigm.forced, trials.paradigm.silence_ends
        numbers = form.numbers if start is None else {**form.numbers, "start_drift": start}
        self.columns = [
            [numbers.get(name, 0.0) for name in names]
            for names in (study_kernels.STUDY_NUMBERS, recall_kernels.RECALL_NUMBERS)
        ]
        self.study, self.recall = (_packed(models, columns) for columns in self.columns)
        nothing = frozen(np.zeros((1, 0), dtype=np.int32))
        sources = trials.source if form.has_sources else None
        self.n_regions = 1 if sources is None else 2
        self.sources = nothing if sources is None else sources
        self.items, self.similarity = nothing, frozen(np.zeros((0, 0)))
        if by_meaning and trials.pool.similarity is not None:
            self.items, self.similarity = trials.items, trials.pool.similarity
        self.are_alike = sources is None and not by_meaning
        self.case = owner if self.are_alike else np.arange(len(owner), dtype=np.int32)
        self.sensitivity, self.stop = recall_kernels.recall_rule(
            self.recall, self.exponential, self.length, self.forced
        )

    def events(self, columns: IntArray) -> Events:
        """The probabilities of the events ``columns``; see :class:`memsim.core.outcomes.Outcomes`."""
        events = Events(np.empty(columns.shape), np.empty(columns.shape))
        for block in self.blocks():
            recall_kernels.search_events(*self.search(block), columns, self.ends, *events[:2])
        return events

    def events_and_pullback(self, columns: IntArray) -> tuple[Events, Pullback]:
        """The probabilities of the events, and what leads from the derivatives by them to those by parameters."""
        events = Events(np.empty(columns.shape), np.empty(columns.shape))
        held: list[Block] = []
        for block in self.blocks(with_record=self.are_alike):
            recall_kernels.search_events(*self.search(block), columns, self.ends, *events[:2])
            held = [block] if len(block.rows) == len(columns) and self.are_alike else []

        def pullback(by_events: Events) -> dict[str, FloatArray]:
            by_outcome, by_silence = (np.ascontiguousarray(each, dtype=float) for each in by_events[:2])
            d_study, d_recall = np.zeros_like(self.study), np.zeros_like(self.recall)
            d_sensitivity, d_stop = np.zeros_like(self.sensitivity), np.zeros_like(self.stop)
            for block in held or self.blocks(with_record=True):
                d_start, d_gain = np.zeros_like(block.start), np.zeros_like(block.gain)
                recall_kernels.search_events_adjoint(
                    *self.search(block), columns, self.ends, events.outcome, by_outcome, by_silence,
                    d_start, d_gain, d_recall, d_sensitivity, d_stop,
                )  # fmt: skip
                study_kernels.study_cases_adjoint(*block.study, d_start, d_gain, d_study)
            recall_kernels.recall_rule_adjoint(
                self.recall, self.exponential, self.forced, self.stop, d_sensitivity, d_stop, d_recall
            )
            return self._by_parameter(d_study, d_recall)

        return events, pullback

    def blocks(self, with_record: bool = False) -> Iterator[Block]:
        """Study the lists, block by block; ``with_record`` if the adjoint of study follows."""
        n_cases = len(self.study) if self.are_alike else len(self.case)
        size = max(1, (LARGE_BLOCK if self.are_alike else BLOCK) // (self.length * self.width * self.n_regions))
        rows = np.arange(len(self.owner), dtype=np.int32)
        for first in range(0, n_cases, size):
            n = min(size, n_cases - first)
            if n < n_cases:
                rows = np.flatnonzero((self.case >= first) & (self.case < first + n)).astype(np.int32)
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
            study = self.study, owner, self.seconds, sources, items, self.similarity, self.pre, record, start, gain
            study_kernels.study_cases(*study)
            yield Block(rows, first, study, start, gain)

    def search(self, block: Block) -> tuple[Any, ...]:
        """The arguments of the kernels of recall that tell where recall begins, and its rule."""
        return (
            block.rows, block.start, block.gain, self.case - block.first, self.owner, self.recall, self.exponential,
            self.sensitivity, self.floor, self.stop,
        )  # fmt: skip

    def _by_parameter(self, *by_numbers: FloatArray) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for columns, slopes in zip(self.columns, by_numbers, strict=True):
            for index, name in enumerate(columns):
                if isinstance(name, str):
                    found[name] = found.get(name, 0.0) + slopes[:, index]
        return found


def _packed(models: Sequence[LuceRecallModel], columns: Sequence[str | float]) -> FloatArray:
    """(n_models, n_columns) numbers of the models, or constants."""
    names = {column: None for column in columns if isinstance(column, str)}
    given = np.array([attrgetter(*names, "lapse")(model) for model in models])
    numbers = np.empty((len(models), len(columns)))
    for index, column in enumerate(columns):
        numbers[:, index] = given[:, list(names).index(column)] if isinstance(column, str) else column
    return numbers


def seconds_of_distraction(paradigm: Paradigm) -> FloatArray:
    """(list_length + 1,) seconds of distraction before each item and, last, before the test."""
    seconds, position = np.zeros(paradigm.list_length + 1), 0
    for event in paradigm.presentation():
        if isinstance(event, Study):
            position = event.position + 1
        else:
            seconds[position] += event.seconds
    return seconds


def takes(paradigm: Paradigm) -> bool:
    """Whether the compiled loops can do the task: its items are studied in order, and they know the cue."""
    order = [event.position for event in paradigm.presentation() if isinstance(event, Study)]
    return paradigm.cue in CUES and order == list(range(paradigm.list_length))

"""The different situations of responses in serial recall: what was given before, and at which output.

Many lists share them, and they do not depend on parameters; so they are found once for a fit, and the probabilities of
a model are computed once for each.
"""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.event_probabilities import Events
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls


class Situations(NamedTuple):
    """``n`` situations, and the events of the lists in them."""

    of: IntArray
    """(n_trials, n_events) index of the situation of each event; 0 where none is scored."""
    columns: IntArray
    """(n_trials, n_events) what happened; see :class:`memsim.core.outcomes.Outcomes`."""
    output: IntArray
    """(n,) the output, from 0."""
    age: IntArray
    """(n, list_length) outputs since each item was given last, 1 at the next output; 0 where it was never given."""
    last: IntArray
    """(n,) column of the last outcome, list_length for none that is scored; -1 at the first output."""
    model: IntArray
    """(n,) index of the model that is in the situation."""
    forced: bool
    """Whether each response must be an item not yet recalled."""

    @property
    def left(self) -> BoolArray:
        """(n, list_length) items not yet given."""
        return self.age == 0

    def wanted(self, repeats: bool) -> BoolArray:
        """(n, list_length + 1) the outcomes whose probabilities enter the events."""
        n, length = self.age.shape
        wanted = np.zeros((n, length + 1), dtype=bool)
        if self.forced:
            wanted[:, :length] = self.left
            return wanted
        happened = self.columns != NO_EVENT
        wanted[self.of[happened], self.columns[happened]] = True
        wanted[:, length] = True
        if repeats:
            wanted[:, :length] |= ~self.left
        return wanted

    def events(self, probability: FloatArray, repeats: bool) -> Events:
        """The probabilities of the events, from those of the outcomes of each situation, (n, list_length + 1)."""
        happened = self.columns != NO_EVENT
        task = self._as_the_task_demands(probability)[0]
        again = np.where(self.left, 0, task[:, :-1]).sum(axis=1) if repeats else np.zeros(0)
        return Events(
            np.where(happened, task[self.of, self.columns], 1),
            np.where(happened, task[self.of, -1], 0),
            None,
            np.where(happened, again[self.of], 0) if repeats else None,
        )

    def by_probability(self, probability: FloatArray, by: Events) -> FloatArray:
        """(n, list_length + 1) derivatives by the probabilities, from those by the events."""
        n, width = probability.shape
        happened = self.columns != NO_EVENT
        of = self.of[happened].astype(np.int64)
        cells = of * width + self.columns[happened]
        result: FloatArray = np.bincount(cells, by.outcome[happened], n * width).reshape(n, width).astype(float)
        result[:, -1] += np.bincount(of, by.silence[happened], n)
        if by.repeat is not None and by.repeat.any():
            result[:, :-1] += ~self.left * np.bincount(of, by.repeat[happened], n)[:, None]
        if not self.forced:
            return result
        task, total = self._as_the_task_demands(probability)
        mean = (result[:, :-1] * task[:, :-1]).sum(axis=1, keepdims=True)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            share = (result[:, :-1] - mean) / total
        # Where the items left have no probability, or next to none, their shares have no slope.
        result[:, :-1] = np.where(self.left & np.isfinite(share), share, 0)
        result[:, -1] = 0
        return result

    def _as_the_task_demands(self, probability: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The probabilities among the items left if the task is forced, and the total of those items before."""
        if not self.forced:
            return probability, np.ones((len(probability), 1))
        task = np.zeros_like(probability)
        task[:, :-1] = np.where(self.left, probability[:, :-1], 0)
        total = task.sum(axis=1, keepdims=True)
        n_left = np.maximum(self.left.sum(axis=1, keepdims=True), 1)
        task[:, :-1] = np.where(total > 0, task[:, :-1] / np.where(total > 0, total, 1), self.left / n_left)
        return task, total


_KNOWN: WeakKeyDictionary[Recalls, dict[tuple[bool, bool, bool], Situations]] = WeakKeyDictionary()
"""Situations by recalls and by what tells them apart: a fit scores the same recalls thousands of times."""


def situations(
    recalls: Recalls, repeats: bool, owner: IntArray, *, ages: bool = False, last: bool = False
) -> Situations:
    """The situations of ``recalls``, which differ by the output and the items given before.

    Parameters
    ----------
    repeats : whether items that are given again are scored.
    owner : (n_trials,) index of the model of each list.
    ages, last : whether they also differ by when items were given, and by the last outcome.
    """
    known = _KNOWN.setdefault(recalls, {})
    key = (repeats, ages, last)
    if key not in known:
        known[key] = _situations(recalls, *key)
    return _by_model(known[key], owner) if owner.any() else known[key]


def _situations(recalls: Recalls, repeats: bool, ages: bool, last: bool) -> Situations:
    length = recalls.list_length
    columns = scored_outcomes(recalls, repeats).columns
    n_trials, n_events = columns.shape
    # The columns of a key: the output, the last outcome, and the ages of the items.
    state = np.zeros((n_trials, n_events, 2 + length), dtype=np.int32)
    state[:, :, 0] = np.arange(n_events)
    state[:, 0, 1] = -1
    for output in range(1, n_events):
        before = columns[:, output - 1]
        state[:, output, 1] = np.where(before == NO_EVENT, length, before)
        age = state[:, output - 1, 2:]
        state[:, output, 2:] = age + (age > 0)
        rows = np.flatnonzero((before >= 0) & (before < length))
        state[rows, output, 2 + before[rows]] = 1
    key = state.copy()
    if not last:
        key[:, :, 1] = 0
    if not ages:
        key[:, :, 2:] = key[:, :, 2:] > 0
    happened = columns != NO_EVENT
    _, first, inverse = np.unique(key[happened], axis=0, return_index=True, return_inverse=True)
    of = np.zeros(columns.shape, dtype=np.int32)
    of[happened] = inverse.reshape(-1)
    chosen = state[happened][first]
    return Situations(
        of, columns, chosen[:, 0], chosen[:, 2:], chosen[:, 1], np.zeros(len(chosen), dtype=np.int32),
        recalls.trials.paradigm.forced,
    )  # fmt: skip


def _by_model(shared: Situations, owner: IntArray) -> Situations:
    """The situations of each model by itself."""
    n = len(shared.output)
    happened = shared.columns != NO_EVENT
    pairs, inverse = np.unique((owner[:, None].astype(np.int64) * n + shared.of)[happened], return_inverse=True)
    of = np.zeros_like(shared.of)
    of[happened] = inverse.reshape(-1)
    model, one = np.divmod(pairs, n)
    return shared._replace(
        of=of, output=shared.output[one], age=shared.age[one], last=shared.last[one], model=model.astype(np.int32)
    )

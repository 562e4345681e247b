"""Orders of study in which items are presented several times, spaced or massed."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError

TRIES = 200
"""Rounds of random exchanges that part an item from itself, before its places are counted out."""


def massed(counts: IntArray, n_trials: int, rng: np.random.Generator) -> IntArray:
    """(n_trials, sum(counts)) which item is presented at each position: all presentations of one in succession.

    ``counts`` (n_items,) are the presentations of each item. The order of items is random in every trial.
    """
    order = rng.permuted(np.tile(np.arange(len(counts), dtype=np.int32), (n_trials, 1)), axis=1)
    return np.repeat(order.ravel(), counts[order].ravel()).reshape(n_trials, -1)


def require_spaceable(counts: IntArray, who: str) -> None:
    """Raise :class:`InputError` if an item must follow itself; ``who`` names the task in the message."""
    total = int(counts.sum())
    if counts.max(initial=0) > (total + 1) // 2:
        raise InputError(
            f"{who}: an item that is presented {counts.max()} times in a list of {total} presentations would follow "
            "itself; take more items, fewer presentations, or massed ones"
        )


def spaced(counts: IntArray, n_trials: int, rng: np.random.Generator) -> IntArray:
    """As :func:`massed`, with the presentations of each item spread over the list, and never in succession.

    Presentation j of c falls at random into part j of c equal parts of the list; where an item would follow itself, it
    changes places with another. No item has more than half of all presentations (:func:`require_spaceable`).
    """
    total = int(counts.sum())
    item = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    part = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    place = (part + rng.random((n_trials, total))) / counts[item]
    order = item[np.argsort(place, axis=1)]
    for _ in range(TRIES):
        rows = np.flatnonzero(_in_succession(order) > 0)
        if not len(rows):
            return order
        order[rows] = _exchanged(order[rows], rng)
    rows = np.flatnonzero(_in_succession(order) > 0)
    order[rows] = _counted_out(counts, item, len(rows), rng)
    return order


def _in_succession(order: IntArray) -> IntArray:
    """(n_trials,) how often an item follows itself."""
    return (order[:, 1:] == order[:, :-1]).sum(axis=1, dtype=np.int32)


def _exchanged(order: IntArray, rng: np.random.Generator) -> IntArray:
    """The orders with one item that follows itself exchanged at random, where that does not make things worse."""
    n_trials, total = order.shape
    rows = np.arange(n_trials)
    first = 1 + np.argmax(order[:, 1:] == order[:, :-1], axis=1)
    other = rng.integers(0, total, n_trials)
    changed = order.copy()
    changed[rows, first], changed[rows, other] = order[rows, other], order[rows, first]
    better = _in_succession(changed) <= _in_succession(order)
    return np.where(better[:, None], changed, order)


def _counted_out(counts: IntArray, item: IntArray, n_trials: int, rng: np.random.Generator) -> IntArray:
    """Orders in which no item follows itself: the most frequent first, at every other position."""
    places = np.concatenate((np.arange(0, len(item), 2), np.arange(1, len(item), 2)))
    order = np.empty((n_trials, len(item)), dtype=np.int32)
    tie = rng.random((n_trials, len(counts)))[:, item]
    by_count = np.lexsort((tie, np.broadcast_to(-counts[item], tie.shape)), axis=1)
    order[:, places] = item[by_count]
    return order

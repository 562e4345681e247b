"""Lures that are similar to studied items."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.items import ItemPool

CELLS = 4_000_000
"""Similarities that are held at a time."""


def similar_lures(pool: ItemPool, taken: IntArray, studied: IntArray, who: str) -> IntArray:
    """(n_trials, n_lures) the item that is most similar to each of the items ``studied``, and not yet taken.

    Similarity is ``pool.similarity``; without it, that of the distance between ``pool.features``.

    Parameters
    ----------
    taken : (n_trials, n_taken) pool indices of items that are no lures, among them those of the list.
    studied : (n_trials, n_lures) pool indices. The lures of a trial are different items, chosen in this order.

    Raises
    ------
    InputError : a pool without similarity and features, or too small a pool; ``who`` names the task in the message.
    """
    n_trials, n_lures = studied.shape
    if n_lures and pool.similarity is None and pool.features is None:
        raise InputError(
            f"{who}: lures that are similar to studied items need items whose similarity is known, and those that are "
            "drawn without a pool (as by the command line) are alike; in Python give pool=ItemPool(words, features=...)"
        )
    if n_lures and len(pool) < taken.shape[1] + n_lures:
        raise InputError(
            f"{who}: {n_lures} lures beside {taken.shape[1]} other items cannot be drawn from a pool of {len(pool)}; "
            "pass a larger pool"
        )
    lures = np.empty((n_trials, n_lures), dtype=np.int32)
    step = max(1, CELLS // len(pool))
    for start in range(0, n_trials, step):
        part = slice(start, start + step)
        rows = np.arange(len(taken[part]))
        closed = np.zeros((len(rows), len(pool)), dtype=bool)
        closed[rows[:, None], taken[part]] = True
        for k in range(n_lures):
            near = np.where(closed, -np.inf, _similarity(pool, studied[part, k]))
            lures[part, k] = near.argmax(axis=1)
            closed[rows, lures[part, k]] = True
    return lures


def _similarity(pool: ItemPool, items: IntArray) -> FloatArray:
    """(n_items, n_pool) similarity of ``items`` to all items of the pool, in any unit."""
    if pool.similarity is not None:
        return pool.similarity[items]
    assert pool.features is not None
    squares = (pool.features**2).sum(axis=1)
    return 2 * pool.features[items] @ pool.features.T - squares

"""What is known of the distinct items of trials: which they are, and how frequent the words are."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, flat_rows
from memsim.core.items import ItemPool
from memsim.core.trials import Trials

LOW, HIGH = "low", "high"
"""The categories of a pool whose words are of low and of high frequency."""


def items_of_units(trials: Trials) -> IntArray:
    """(n_trials, n_units) the pool index of each distinct item of a trial, lures included; -1 where there is none.

    Units are those of :class:`memsim.core.probes.ProbeBatch`.
    """
    found = np.full((len(trials), trials.n_units), -1, dtype=np.int32)
    rows = np.arange(len(trials))[:, None]
    found[rows, trials.first_presentation] = trials.items
    if trials.probes is not None:
        units = flat_rows(trials.units_of_probes)
        probed = flat_rows(trials.probes.items)
        row, column = np.nonzero(units >= 0)
        found[row, units[row, column]] = probed[row, column]
    return found


def by_frequency(pool: ItemPool, other: float, low: float, high: float) -> FloatArray:
    """(n_items,) a number for each item of a pool: ``low`` or ``high`` in the categories so named, else ``other``.

    Categories with other names say nothing about frequency.
    """
    if pool.categories is None:
        return np.full(len(pool), other)
    return np.select([pool.categories == LOW, pool.categories == HIGH], [low, high], other)

"""Items as the vectors that a network takes in."""

from __future__ import annotations

import math

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.seeding import stream


def item_vectors(pool: ItemPool, size: int) -> FloatArray:
    """(n_items, size) vectors of unit length: the pool's features, or random signs for a pool without features.

    The random signs depend on ``size`` and the item's number alone, so an item always has the same vector.

    Raises
    ------
    InputError : the pool's items have another number of features, or only zeros.
    """
    if pool.features is None:
        signs = stream(0, "item vectors", size).integers(0, 2, size=(len(pool), size))
        return (2 * signs - 1) / math.sqrt(size)
    if pool.features.shape[1] != size:
        raise InputError(
            f"the network was trained on items of {size} features, the pool's have {pool.features.shape[1]}; "
            "give the pool as many, or none, or train a network on these"
        )
    length = np.linalg.norm(pool.features, axis=1, keepdims=True)
    if (length == 0).any():
        raise InputError(f"item {int(np.argmin(length))} of the pool has only zeros as features")
    return pool.features / length

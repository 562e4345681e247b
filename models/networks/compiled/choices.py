"""The choice of the next response by what a network puts out, as a compiled loop."""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST

SHORTEST = 1e-8
"""Of a vector in a cosine."""


@njit(cache=True, error_model="numpy", fastmath=FAST)
def choose(  # type: ignore[no-untyped-def]
    outputs, vectors, items, strength, stop_bias, repeats, left, draws, silence_ends, going, positions, which, n_items,
    cue,
):  # fmt: skip
    """Draw a response in each trial that is ``going``; return whether all outputs were numbers.

    ``outputs`` (B, O) are vectors and the stop unit, ``vectors`` (U, D) those of ``items`` (B, L), of unit length;
    ``left`` (B, L) are those that may be given. Filled are ``positions`` (B,), from 1, and ``which`` (B4,), the row of
    what is fed back: ``n_items`` and the item, or ``cue`` without a response.
    """
    batch, length = items.shape
    size = vectors.shape[1]
    weights = np.empty(length + 1)
    for b in range(batch):
        which[b] = cue
        if not going[b]:
            continue
        square = 0.0
        for k in range(size):
            square += outputs[b, k] * outputs[b, k]
        scale = strength / max(math.sqrt(square), SHORTEST)
        top = weights[length] = outputs[b, size] + stop_bias
        for position in range(length):
            cosine, row = 0.0, vectors[items[b, position]]
            for k in range(size):
                cosine += outputs[b, k] * row[k]
            weights[position] = scale * cosine if left[b, position] else -np.inf
            top = max(top, weights[position])
        total = 0.0
        for position in range(length + 1):
            weights[position] = math.exp(weights[position] - top)
            total += weights[position]
        if not total < np.inf:
            return False
        drawn, reached, response = draws[b] * total, 0.0, 0
        while response < length:
            reached += weights[response]
            if reached > drawn:
                break
            response += 1
        if response < length:
            positions[b] = response + 1
            which[b] = n_items + items[b, response]
            left[b, response] = repeats
        elif silence_ends:
            going[b] = False
    return True

"""The choice of the next response by what a network puts out, as a compiled loop."""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, exponential

SHORTEST = 1e-8
"""Of a vector in a cosine."""


@njit(cache=True, error_model="numpy", fastmath=FAST, _nrt=False)
def choose(  # type: ignore[no-untyped-def]
    outputs, vectors, items, strength, stop_bias, repeats, left, draws, silence_ends, going, positions, which, n_items,
    cue, weights,
):  # fmt: skip
    """Draw a response in each trial that is ``going``; return whether all outputs were numbers.

    ``outputs`` (B, O) are vectors and the stop unit, ``vectors`` (U, D) those of ``items`` (B, L), of unit length;
    ``left`` (B, L) are those that may be given. Filled are ``positions`` (B,), from 1, and ``which`` (B4,), the row of
    what is fed back: ``n_items`` and the item, or ``cue`` without a response. ``weights`` (L + 1,) is scratch.
    """
    batch, length = items.shape
    size = vectors.shape[1]
    zero = outputs.dtype.type(0)
    for b in range(batch):
        which[b] = cue
        if not going[b]:
            continue
        output, row_items, row_left = outputs[b, :size], items[b], left[b]
        square = zero
        for k in range(size):
            square += output[k] * output[k]
        scale = outputs.dtype.type(strength / max(math.sqrt(square), SHORTEST))
        weights[length] = outputs[b, size] + stop_bias
        top = weights[length]
        for position in range(length):
            cosine, item = zero, row_items[position]
            for k in range(size):
                cosine += output[k] * vectors[item, k]
            weights[position] = scale * cosine
        for position in range(length):
            top = weights[position] if row_left[position] and weights[position] > top else top
        for position in range(length + 1):
            weights[position] = exponential(weights[position] - top)  # type: ignore[no-untyped-call]
        for position in range(length):
            weights[position] = weights[position] if row_left[position] else zero
        total = 0.0
        for position in range(length + 1):
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

"""Study of a list by CMR as one compiled step (numba): most of the work of fits in which all lists are alike."""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit


@njit(cache=True)
def search_after_study(  # type: ignore[no-untyped-def]
    learning, encoding_drift, start_drift, brought_shared, brought_own, brought_learning, shared, own, lanes
):
    """Products (1, 1, 2 * n_lanes) and gain (1, length + 1, 1, 2 * n_lanes) when free recall begins at once.

    They equal those of :meth:`memsim.models.context.drift.Search.kernel_arrays`, for lists without sources and meaning.
    ``learning`` (length,) is how strongly each position is bound to context.
    """
    length = len(learning)
    n_units = length + 1
    width = length + -length % lanes
    context = np.zeros(n_units)
    context[length] = 1.0
    bound = np.zeros((length, n_units))
    brought = np.zeros((length, n_units))
    incoming = np.empty(n_units)
    for i in range(length):
        norm = 0.0
        for j in range(n_units):
            incoming[j] = (brought_shared if j < length else 0.0) + (brought_own if j == i else 0.0)
            norm += incoming[j] * incoming[j]
        norm = math.sqrt(norm) if norm > 0 else 1.0
        along = 0.0
        for j in range(n_units):
            brought[i, j] = incoming[j]
            incoming[j] /= norm
            along += context[j] * incoming[j]
        along *= encoding_drift
        kept = math.sqrt(along * along + (1 - encoding_drift * encoding_drift)) - along
        for j in range(n_units):
            context[j] = kept * context[j] + encoding_drift * incoming[j]
            brought[i, j] += brought_learning * context[j]
            bound[i, j] = (shared if j < length else 0.0) + (own if j == i else 0.0) + learning[i] * context[j]
    along = start_drift * context[length]
    kept = math.sqrt(along * along + (1 - start_drift * start_drift)) - along
    for j in range(n_units):
        context[j] *= kept
    context[length] += start_drift
    for i in range(length):
        norm = 0.0
        for j in range(n_units):
            norm += brought[i, j] * brought[i, j]
        norm = math.sqrt(norm) if norm > 0 else 1.0
        for j in range(n_units):
            brought[i, j] /= norm
    start = np.zeros((1, 1, 2 * width))
    gain = np.zeros((1, length + 1, 1, 2 * width))
    for i in range(length):
        for j in range(n_units):
            start[0, 0, i] += bound[i, j] * context[j]
            start[0, 0, width + i] += brought[i, j] * context[j]
        for other in range(length):
            support, overlap = 0.0, 0.0
            for j in range(n_units):
                support += brought[i, j] * bound[other, j]
                overlap += brought[i, j] * brought[other, j]
            gain[0, i, 0, other] = support
            gain[0, i, 0, width + other] = overlap
    return start, gain

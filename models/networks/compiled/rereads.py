"""A further read of the DNC's memory in the same step as compiled loops, and its gradient; nothing is written.

The equations are those of :func:`memsim.models.networks.memory.addressed`, the reference. Arrays are as in
``memory_steps``: contents are (B, W, N). ``ways`` (B, R, 4) are strength and ways of reading before their activations.

Numba's cache checks a file alone: after an edit of what this file calls, its compiled code has to be removed.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, add_along, sigmoid, sums_along
from memsim.models.networks.compiled.interface import content, oneplus, read_modes, unit_keys, unit_scales
from memsim.models.networks.compiled.memory_gradients import content_back


@njit(cache=True, error_model="numpy", fastmath=FAST)
def one_read(keys, ways, memory, links, reads, new_reads, reading, read, scales):  # type: ignore[no-untyped-def]
    """Fill where heads that read at ``reads`` (B, R, N) read next, and what: ``new_reads`` and ``read`` (B, R, W).

    ``reading`` (B, 3, R, N) takes the weightings backward, by content and forward, and ``scales`` (B, N) the factors
    that make contents of length one.
    """
    batch, heads, slots = reads.shape
    width, dtype = memory.shape[1], memory.dtype.type
    units, unit_factors = np.empty((heads, width), memory.dtype), np.empty(heads, memory.dtype)
    modes = np.empty(3, memory.dtype)
    for b in range(batch):
        unit_scales(memory[b], scales[b])
        unit_keys(keys[b].reshape(heads * width), units, unit_factors)
        for h in range(heads):
            back, own, ahead, row = reading[b, 0, h], reading[b, 1, h], reading[b, 2, h], new_reads[b, h]
            back[:] = 0
            add_along(reads[b, h], links[b], back)
            sums_along(links[b], reads[b, h], ahead)
            content(memory[b], scales[b], units[h], dtype(oneplus(ways[b, h, 0])), own)
            read_modes(ways[b, h], 1, 0, modes)
            by_back, by_own, by_ahead = modes[0], modes[1], modes[2]
            for n in range(slots):
                row[n] = by_back * back[n] + by_own * own[n] + by_ahead * ahead[n]
            sums_along(memory[b], row, read[b, h])


@njit(cache=True, error_model="numpy", fastmath=FAST)
def one_read_back(  # type: ignore[no-untyped-def]
    keys, ways, memory, links, reads, new_reads, reading, scales, g_read, g_new_reads, g_keys, g_ways, g_memory,
    g_links, g_reads,
):  # fmt: skip
    """Fill the gradients by what :func:`one_read` takes, from those by what it fills; ``g_new_reads`` is changed."""
    batch, heads, slots = reads.shape
    width, dtype = memory.shape[1], memory.dtype.type
    zero = dtype(0)
    units, unit_factors = np.empty((heads, width), memory.dtype), np.empty(heads, memory.dtype)
    modes, g_modes = np.empty(3, memory.dtype), np.empty(3, memory.dtype)
    by_cosine, by_scale = np.empty(slots, memory.dtype), np.empty(slots, memory.dtype)
    g_ways_of, along = np.empty((3, slots), memory.dtype), np.empty(slots, memory.dtype)
    for b in range(batch):
        unit_keys(keys[b].reshape(heads * width), units, unit_factors)
        by_scale[:] = 0
        g_memory[b] = 0
        g_links[b] = 0
        for h in range(heads):
            by, before, after, g_before = g_new_reads[b, h], reads[b, h], new_reads[b, h], g_reads[b, h]
            add_along(g_read[b, h], memory[b], by)
            for k in range(width):
                factor, row = g_read[b, h, k], g_memory[b, k]
                for n in range(slots):
                    row[n] += factor * after[n]
            read_modes(ways[b, h], 1, 0, modes)
            mean = zero
            for m in range(3):
                mode, weighting, g_weighting, total = modes[m], reading[b, m, h], g_ways_of[m], zero
                for n in range(slots):
                    total += by[n] * weighting[n]
                for n in range(slots):
                    g_weighting[n] = mode * by[n]
                g_modes[m] = total
                mean += mode * total
            for m in range(3):
                g_ways[b, h, 1 + m] = modes[m] * (g_modes[m] - mean)
            strength = ways[b, h, 0]
            g_ways[b, h, 0] = sigmoid(strength) * content_back(
                g_ways_of[1], reading[b, 1, h], memory[b], scales[b], units[h], unit_factors[h],
                dtype(oneplus(strength)), by_cosine, by_scale, g_memory[b], g_keys[b, h],
            )  # fmt: skip
            g_back, g_ahead = g_ways_of[0], g_ways_of[2]
            sums_along(links[b], g_back, along)
            for n in range(slots):
                g_before[n] = along[n]
            add_along(g_ahead, links[b], g_before)
            for i in range(slots):
                to, of, row = g_ahead[i], before[i], g_links[b, i]
                for n in range(slots):
                    row[n] += to * before[n] + of * g_back[n]
        for k in range(width):
            row, g_row = memory[b, k], g_memory[b, k]
            for n in range(slots):
                g_row[n] -= by_scale[n] * row[n]

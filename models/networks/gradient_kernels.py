"""The gradient of one step of the DNC's memory as compiled loops (numba); see ``kernels`` for how they are written.

Numba's cache checks this file alone: after an edit of ``kernels``, the compiled code of this file has to be removed.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.kernels import EPSILON, FAST, oneplus, parts, read_modes, relinked, sigmoid, unit_rows


@njit(cache=True, fastmath=FAST, forceinline=True)
def content_back(g, weighting, unit, unit_key, key_scale, strength, g_unit, g_key):  # type: ignore[no-untyped-def]
    """Add to ``g_unit`` (N, W), fill ``g_key`` (W,), and return the gradient of the strength."""
    slots, width = unit.shape
    mean = unit.dtype.type(0)
    for n in range(slots):
        mean += g[n] * weighting[n]
    g_key[:] = 0
    g_strength = unit.dtype.type(0)
    for n in range(slots):
        by = weighting[n] * (g[n] - mean)
        cosine = unit.dtype.type(0)
        for k in range(width):
            cosine += unit[n, k] * unit_key[k]
        g_strength += by * cosine
        by *= strength
        for k in range(width):
            g_unit[n, k] += by * unit_key[k]
            g_key[k] += by * unit[n, k]
    along = unit.dtype.type(0)
    for k in range(width):
        along += g_key[k] * unit_key[k]
    for k in range(width):
        g_key[k] = key_scale * (g_key[k] - along * unit_key[k])
    return g_strength


@njit(cache=True, fastmath=FAST, forceinline=True)
def unit_back(g_unit, unit, scale, g_rows):  # type: ignore[no-untyped-def]
    """Add to ``g_rows`` the gradient of the rows that :func:`unit_rows` scaled."""
    for n in range(len(unit)):
        along = unit.dtype.type(0)
        for k in range(unit.shape[1]):
            along += g_unit[n, k] * unit[n, k]
        for k in range(unit.shape[1]):
            g_rows[n, k] += scale[n] * (g_unit[n, k] - along * unit[n, k])


@njit(cache=True, fastmath=FAST, forceinline=True)
def link_back(  # type: ignore[no-untyped-def]
    links, precedence, write, reads, g_new, g_forward, g_backward, g_links, g_precedence, g_write, g_reads, g, new
):
    """Fill ``g_links`` and add to ``g_precedence``, ``g_write`` and ``g_reads``; ``g_new`` (0, 0) stands for zeros."""
    slots, heads = len(write), len(reads)
    one, zero = write.dtype.type(1), write.dtype.type(0)
    at, g_at = np.zeros(4, write.dtype), np.zeros(4, write.dtype)
    g_0, g_1, g_2, g_3 = g[0], g[1], g[2], g[3]
    new_0, new_1, new_2, new_3 = new[0], new[1], new[2], new[3]
    for i in range(0, slots, 4):
        rows = min(4, slots - i)
        relinked(links, precedence, write, i, new)
        if len(g_new):
            g[:rows] = g_new[i : i + rows]
        else:
            g[:] = 0
        for h in range(heads):
            at[:rows], g_at[:rows] = reads[h, i : i + rows], g_forward[h, i : i + rows]
            at_0, at_1, at_2, at_3 = at[0], at[1], at[2], at[3]
            g_at_0, g_at_1, g_at_2, g_at_3 = g_at[0], g_at[1], g_at[2], g_at[3]
            by_0 = by_1 = by_2 = by_3 = zero
            here, g_back, g_here = reads[h], g_backward[h], g_reads[h]
            for j in range(slots):
                x, y = here[j], g_back[j]
                g_0[j] += g_at_0 * x + at_0 * y
                g_1[j] += g_at_1 * x + at_1 * y
                g_2[j] += g_at_2 * x + at_2 * y
                g_3[j] += g_at_3 * x + at_3 * y
            for j in range(slots):
                y = g_back[j]
                by_0 += new_0[j] * y
                by_1 += new_1[j] * y
                by_2 += new_2[j] * y
                by_3 += new_3[j] * y
            for j in range(slots):
                g_here[j] += g_at_0 * new_0[j] + g_at_1 * new_1[j] + g_at_2 * new_2[j] + g_at_3 * new_3[j]
            g_at[0], g_at[1], g_at[2], g_at[3] = by_0, by_1, by_2, by_3
            for k in range(rows):
                g_here[i + k] += g_at[k]
        for k in range(rows):
            to, old, g_row, g_old, total = write[i + k], links[i + k], g[k], g_links[i + k], zero
            g_row[i + k] = 0
            for j in range(slots):
                total += g_row[j] * (precedence[j] - old[j])
            for j in range(slots):
                g_write[j] -= g_row[j] * old[j]
                g_precedence[j] += to * g_row[j]
                g_old[j] = (one - to - write[j]) * g_row[j]
            g_write[i + k] += total


@njit(cache=True, error_model="numpy", fastmath=FAST)
def step_back(  # type: ignore[no-untyped-def]
    emitted, limit, memory, usage, precedence, links, write, reads,
    new_memory, new_usage, new_write, new_reads, order, writing, reading,
    g_new_memory, g_new_usage, g_new_precedence, g_new_links, g_new_write, g_new_reads, g_read,
    g_emitted, g_memory, g_usage, g_precedence, g_links, g_write, g_reads,
):  # fmt: skip
    """Fill the gradients with respect to the interface and the state before, given those of what
    :func:`memsim.models.networks.kernels.step` filled.

    ``g_new_links`` without trials stands for zeros.
    """
    batch, slots, width = memory.shape
    heads = reads.shape[1]
    key, erase, vector, strengths, strength, free, allocate, gate, modes_at = parts(width, heads)
    dtype = memory.dtype.type
    one, zero, tiny = dtype(1), dtype(0), dtype(EPSILON)
    unit, scale, g_unit = np.empty_like(memory[0]), np.empty_like(usage[0]), np.empty_like(memory[0])
    keys, key_scales = np.empty((heads + 1, width), memory.dtype), np.empty(heads + 1, memory.dtype)
    erases, modes, g_key = np.empty(width, memory.dtype), np.empty(3, memory.dtype), np.empty(width, memory.dtype)
    g_modes, gates, g_gates = np.empty(3, memory.dtype), np.empty(heads, memory.dtype), np.empty(heads, memory.dtype)
    g_forward, g_backward, g_content = np.empty_like(reads[0]), np.empty_like(reads[0]), np.empty_like(reads[0])
    g_contents, g_written, g_used = np.empty_like(memory[0]), np.empty_like(usage[0]), np.empty_like(usage[0])
    row, before_row, no_links = np.empty_like(usage[0]), np.empty_like(usage[0]), np.empty((0, 0), memory.dtype)
    rows, new_rows = np.empty((4, slots), memory.dtype), np.empty((4, slots), memory.dtype)
    for b in range(batch):
        clipped, g_clipped = np.minimum(np.maximum(emitted[b], -limit), limit), g_emitted[b]
        allocation, write_content = writing[b, 0], writing[b, 1]
        backward, read_content, forward = reading[b, 0], reading[b, 1], reading[b, 2]
        unit_rows(clipped[: (heads + 1) * width].reshape((heads + 1, width)), keys, key_scales)
        for k in range(width):
            erases[k] = sigmoid(clipped[erase + k])
        opened, allocated = dtype(sigmoid(clipped[gate])), dtype(sigmoid(clipped[allocate]))

        # reading
        unit_rows(new_memory[b], unit, scale)
        g_contents[:] = g_new_memory[b]
        g_unit[:] = 0
        for h in range(heads):
            read_modes(clipped, modes_at, h, modes)
            g_modes[:] = 0
            for n in range(slots):
                by = g_new_reads[b, h, n]
                r = new_reads[b, h, n]
                for k in range(width):
                    by += g_read[b, h, k] * new_memory[b, n, k]
                for k in range(width):
                    g_contents[n, k] += r * g_read[b, h, k]
                g_modes[0] += by * backward[h, n]
                g_modes[1] += by * read_content[h, n]
                g_modes[2] += by * forward[h, n]
                g_backward[h, n], g_content[h, n], g_forward[h, n] = modes[0] * by, modes[1] * by, modes[2] * by
            mean = g_modes[0] * modes[0] + g_modes[1] * modes[1] + g_modes[2] * modes[2]
            for m in range(3):
                g_clipped[modes_at + 3 * h + m] = modes[m] * (g_modes[m] - mean)
            g_strength = content_back(
                g_content[h], read_content[h], unit, keys[h], key_scales[h], dtype(oneplus(clipped[strengths + h])),
                g_unit, g_key,
            )  # fmt: skip
            g_clipped[strengths + h] = g_strength * sigmoid(clipped[strengths + h])
            g_clipped[h * width : (h + 1) * width] = g_key
        unit_back(g_unit, unit, scale, g_contents)

        # links and precedence
        g_written[:] = g_new_write[b]
        g_reads[b] = 0
        written, along = zero, zero
        for n in range(slots):
            written += new_write[b, n]
            along += g_new_precedence[b, n] * precedence[b, n]
        for n in range(slots):
            g_written[n] += g_new_precedence[b, n] - along
            g_precedence[b, n] = (one - written) * g_new_precedence[b, n]
        link_back(
            links[b], precedence[b], new_write[b], reads[b], g_new_links[b] if len(g_new_links) else no_links,
            g_forward, g_backward, g_links[b], g_precedence[b], g_written, g_reads[b], rows, new_rows,
        )  # fmt: skip

        # writing
        for k in range(width):
            g_clipped[erase + k], g_clipped[vector + k] = 0, 0
        for n in range(slots):
            w, total = new_write[b, n], zero
            for k in range(width):
                total += g_contents[n, k] * (clipped[vector + k] - memory[b, n, k] * erases[k])
            for k in range(width):
                by, was = g_contents[n, k], memory[b, n, k]
                g_clipped[vector + k] += by * w
                g_clipped[erase + k] -= by * was * w
                g_memory[b, n, k] = by * (one - w * erases[k])
            g_written[n] += total
        for k in range(width):
            g_clipped[erase + k] *= erases[k] * (one - erases[k])
        g_opened, g_allocated = zero, zero
        for n in range(slots):
            a, c = allocation[n], write_content[n]
            g_opened += g_written[n] * (allocated * a + (one - allocated) * c)
            g_allocated += g_written[n] * (a - c)
        for n in range(slots):
            row[n] = g_written[n] * opened * (one - allocated)
        g_clipped[gate] = g_opened * opened * (one - opened)
        g_clipped[allocate] = g_allocated * opened * allocated * (one - allocated)
        unit_rows(memory[b], unit, scale)
        g_unit[:] = 0
        g_strength = content_back(
            row, write_content, unit, keys[heads], key_scales[heads], dtype(oneplus(clipped[strength])), g_unit, g_key
        )
        g_clipped[strength] = g_strength * sigmoid(clipped[strength])
        g_clipped[key : key + width] = g_key
        unit_back(g_unit, unit, scale, g_memory[b])

        # allocation: what a slot leaves free goes to those after it
        before = one
        for n in order[b]:
            before_row[n] = before
            before *= tiny + (one - tiny) * new_usage[b, n]
        after = zero
        for i in range(slots - 1, -1, -1):
            n = order[b, i]
            used = tiny + (one - tiny) * new_usage[b, n]
            by = g_written[n] * opened * allocated
            g_used[n] = g_new_usage[b, n] + (one - tiny) * before_row[n] * (after - by)
            after = by * (one - used) + used * after

        # usage and freeing
        for h in range(heads):
            gates[h] = sigmoid(clipped[free + h])
            g_gates[h] = 0
        for n in range(slots):
            kept = one
            for h in range(heads):
                kept *= one - gates[h] * reads[b, h, n]
            by = g_used[n] * kept
            g_usage[b, n] = by * (one - write[b, n])
            g_write[b, n] = by * (one - usage[b, n])
            by = g_used[n] * (usage[b, n] + write[b, n] - usage[b, n] * write[b, n])
            for h in range(heads):
                others = by
                for other in range(heads):
                    if other != h:
                        others *= one - gates[other] * reads[b, other, n]
                g_reads[b, h, n] -= others * gates[h]
                g_gates[h] -= others * reads[b, h, n]
        for h in range(heads):
            g_clipped[free + h] = g_gates[h] * gates[h] * (one - gates[h])
        for k in range(len(clipped)):
            if abs(emitted[b, k]) > limit:
                g_clipped[k] = 0

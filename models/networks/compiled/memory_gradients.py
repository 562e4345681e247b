"""The gradient of one step of the DNC's memory as compiled loops; see ``memory_steps`` for how they are written.

Numba's cache checks a file alone: after an edit of what this file calls, its compiled code has to be removed.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, add_along, sigmoid, sums_along
from memsim.models.networks.compiled.interface import (
    EPSILON,
    oneplus,
    parts,
    read_modes,
    unit_keys,
)
from memsim.models.networks.compiled.links import link_back


@njit(inline="always")
def content_back(  # type: ignore[no-untyped-def]
    g, weighting, memory, scales, unit_key, key_scale, strength, by_cosine, by_scale, g_memory, g_key
):
    """Add to ``g_memory`` (W, N) what comes through the cosines with the key, and to ``by_scale`` (N,) what has to be
    subtracted from it, times the contents; fill ``g_key`` (W,); return the gradient of the strength.

    ``by_cosine`` (N,) is scratch.
    """
    width, slots = memory.shape
    zero = memory.dtype.type(0)
    mean, g_strength, along = zero, zero, zero
    for n in range(slots):
        mean += g[n] * weighting[n]
    for n in range(slots):
        by_cosine[n] = zero
    add_along(unit_key, memory, by_cosine)
    for n in range(slots):
        g_strength += weighting[n] * (g[n] - mean) * by_cosine[n] * scales[n]
    for n in range(slots):
        by = strength * weighting[n] * (g[n] - mean) * scales[n]
        by_scale[n] += by * by_cosine[n] * scales[n] * scales[n]
        by_cosine[n] = by
    sums_along(memory, by_cosine, g_key)
    for k in range(width):
        along += g_key[k] * unit_key[k]
    for k in range(width):
        factor, row = unit_key[k], g_memory[k]
        g_key[k] = key_scale * (g_key[k] - along * factor)
        for n in range(slots):
            row[n] += factor * by_cosine[n]
    return g_strength


@njit(inline="always")
def reading_back(  # type: ignore[no-untyped-def]
    clipped, keys, key_scales, new_memory, new_scales, new_reads, reading, g_read, g_reads, g_reading, g_memory,
    g_clipped,
):  # fmt: skip
    """Through the reading of one trial: fill ``g_reading`` (3, R, N), backward, by content and forward, and the parts
    of ``g_clipped`` for reading, and add to ``g_memory`` (W, N).
    """
    heads, slots = new_reads.shape
    width = len(new_memory)
    _, _, _, strengths, _, _, _, _, modes_at = parts(width, heads)
    dtype = new_memory.dtype.type
    zero = dtype(0)
    modes, g_modes = np.empty(3, new_memory.dtype), np.empty(3, new_memory.dtype)
    by_cosine, by_scale = np.empty(slots, new_memory.dtype), np.zeros(slots, new_memory.dtype)
    for h in range(heads):
        read_modes(clipped, modes_at, h, modes)
        by, row = g_reads[h], new_reads[h]
        add_along(g_read[h * width : (h + 1) * width], new_memory, by)
        for k in range(width):
            factor, g_row = g_read[h * width + k], g_memory[k]
            for n in range(slots):
                g_row[n] += factor * row[n]
        for m in range(3):
            mode, weighting, g_weighting, total = modes[m], reading[m, h], g_reading[m, h], zero
            for n in range(slots):
                total += by[n] * weighting[n]
            for n in range(slots):
                g_weighting[n] = mode * by[n]
            g_modes[m] = total
        mean = g_modes[0] * modes[0] + g_modes[1] * modes[1] + g_modes[2] * modes[2]
        for m in range(3):
            g_clipped[modes_at + 3 * h + m] = modes[m] * (g_modes[m] - mean)
        strength = clipped[strengths + h]
        g_clipped[strengths + h] = sigmoid(strength) * content_back(
            g_reading[1, h], reading[1, h], new_memory, new_scales, keys[h], key_scales[h], dtype(oneplus(strength)),
            by_cosine, by_scale, g_memory, g_clipped[h * width : (h + 1) * width],
        )  # fmt: skip
    for k in range(width):
        row, g_row = new_memory[k], g_memory[k]
        for n in range(slots):
            g_row[n] -= by_scale[n] * row[n]


@njit(inline="always")
def writing_back(  # type: ignore[no-untyped-def]
    clipped, key, key_scale, heads, memory, scales, weighting, allocation, write_content, g_memory, g_written, g_clipped
):
    """Through the writing of one trial: turn ``g_memory`` (W, N) from that of the new contents into that of the old
    ones, ``g_written`` (N,) from that of the weighting into that of the allocation, and fill parts of ``g_clipped``.
    """
    width, slots = memory.shape
    key_at, erase_at, vector_at, _, strength_at, _, allocate, gate, _ = parts(width, heads)
    dtype = memory.dtype.type
    one, zero = dtype(1), dtype(0)
    by_cosine, by_scale = np.empty(slots, memory.dtype), np.zeros(slots, memory.dtype)
    g_content = np.empty(slots, memory.dtype)
    for k in range(width):
        erase, vector = sigmoid(clipped[erase_at + k]), clipped[vector_at + k]
        row, g_row, g_erase, g_vector = memory[k], g_memory[k], zero, zero
        for n in range(slots):
            by = g_row[n] * weighting[n]
            g_vector += by
            g_erase -= by * row[n]
        for n in range(slots):
            g_written[n] += g_row[n] * (vector - row[n] * erase)
            g_row[n] *= one - weighting[n] * erase
        g_clipped[vector_at + k] = g_vector
        g_clipped[erase_at + k] = g_erase * erase * (one - erase)
    opened, allocated = sigmoid(clipped[gate]), sigmoid(clipped[allocate])
    by_allocation, by_content = zero, zero
    for n in range(slots):
        by_allocation += g_written[n] * allocation[n]
        by_content += g_written[n] * write_content[n]
    g_clipped[gate] = (allocated * by_allocation + (one - allocated) * by_content) * opened * (one - opened)
    g_clipped[allocate] = (by_allocation - by_content) * opened * allocated * (one - allocated)
    for n in range(slots):
        g_content[n] = g_written[n] * opened * (one - allocated)
        g_written[n] *= opened * allocated
    strength = clipped[strength_at]
    g_clipped[strength_at] = sigmoid(strength) * content_back(
        g_content, write_content, memory, scales, key, key_scale, dtype(oneplus(strength)), by_cosine, by_scale,
        g_memory, g_clipped[key_at : key_at + width],
    )  # fmt: skip
    for k in range(width):
        row, g_row = memory[k], g_memory[k]
        for n in range(slots):
            g_row[n] -= by_scale[n] * row[n]


@njit(inline="always")
def usage_back(  # type: ignore[no-untyped-def]
    clipped, usage, write, reads, new_usage, order, g_allocation, g_usage, g_write, g_reads, g_clipped
):
    """Through allocation and usage of one trial: turn ``g_usage`` (N,) from that of the new usage into that of the old
    one, fill ``g_write`` (N,), add to ``g_reads`` (R, N), and fill parts of ``g_clipped``.
    """
    heads, slots = reads.shape
    width = (len(clipped) - 5 * heads - 3) // (heads + 3)
    free_at = parts(width, heads)[5]
    dtype = usage.dtype.type
    one, zero, tiny = dtype(1), dtype(0), dtype(EPSILON)
    before_row, others = np.empty(slots, usage.dtype), np.empty(slots, usage.dtype)
    # What a slot leaves free goes to those after it.
    before = one
    for n in order:
        before_row[n] = before
        before *= tiny + (one - tiny) * new_usage[n]
    after = zero
    for i in range(slots - 1, -1, -1):
        n = order[i]
        used = tiny + (one - tiny) * new_usage[n]
        by = g_allocation[n]
        g_usage[n] += (one - tiny) * before_row[n] * (after - by)
        after = by * (one - used) + used * after
    for h in range(heads):
        for n in range(slots):
            others[n] = (usage[n] + write[n] - usage[n] * write[n]) * g_usage[n]
        for other in range(heads):
            if other != h:
                gate, row = sigmoid(clipped[free_at + other]), reads[other]
                for n in range(slots):
                    others[n] *= one - gate * row[n]
        gate, row, g_row, g_gate = sigmoid(clipped[free_at + h]), reads[h], g_reads[h], zero
        for n in range(slots):
            g_gate -= others[n] * row[n]
        for n in range(slots):
            g_row[n] -= others[n] * gate
        g_clipped[free_at + h] = g_gate * gate * (one - gate)
    for n in range(slots):
        others[n] = g_usage[n]
    for h in range(heads):
        gate, row = sigmoid(clipped[free_at + h]), reads[h]
        for n in range(slots):
            others[n] *= one - gate * row[n]
    for n in range(slots):
        g_usage[n] = others[n] * (one - write[n])
        g_write[n] = others[n] * (one - usage[n])


@njit(inline="always")
def memory_step_back(  # type: ignore[no-untyped-def]
    emitted, limit, memory, scales, usage, precedence, links, write, reads,
    new_memory, new_scales, new_usage, new_write, new_reads, order, writing, reading,
    g_read, g_emitted, g_memory, g_usage, g_precedence, g_links, g_write, g_reads, has_links,
):  # fmt: skip
    """Turn the gradients of the state after a step into those of the state before, and fill ``g_emitted``.

    The other arrays are those that :func:`memsim.models.networks.compiled.memory_steps.memory_step` filled. Without
    ``has_links`` the links after the step have no gradient.
    """
    batch, width, slots = memory.shape
    heads = reads.shape[1]
    dtype = memory.dtype.type
    one, zero = dtype(1), dtype(0)
    keys, key_scales = np.empty((heads + 1, width), memory.dtype), np.empty(heads + 1, memory.dtype)
    g_reading, g_written = np.empty((3, heads, slots), memory.dtype), np.empty(slots, memory.dtype)
    clipped = np.empty_like(emitted[0])
    for b in range(batch):
        for k in range(len(clipped)):
            x = emitted[b, k]
            x = -limit if x < -limit else x
            clipped[k] = limit if x > limit else x
        g_clipped, weighting = g_emitted[b], new_write[b]
        unit_keys(clipped, keys, key_scales)
        reading_back(
            clipped, keys, key_scales, new_memory[b], new_scales[b], new_reads[b], reading[b], g_read[b], g_reads[b],
            g_reading, g_memory[b], g_clipped,
        )  # fmt: skip

        last, g_last, written, along = precedence[b], g_precedence[b], zero, zero
        for n in range(slots):
            written += weighting[n]
            along += g_last[n] * last[n]
        for n in range(slots):
            g_written[n] = g_write[b, n] + g_last[n] - along
            g_last[n] *= one - written
        g_reads[b] = 0
        link_back(
            links[b], last, weighting, reads[b], g_reading[2], g_reading[0], g_links[b], has_links, g_last, g_written,
            g_reads[b],
        )  # fmt: skip
        writing_back(
            clipped, keys[heads], key_scales[heads], heads, memory[b], scales[b], weighting, writing[b, 0],
            writing[b, 1], g_memory[b], g_written, g_clipped,
        )  # fmt: skip
        usage_back(
            clipped, usage[b], write[b], reads[b], new_usage[b], order[b], g_written, g_usage[b], g_write[b],
            g_reads[b], g_clipped,
        )  # fmt: skip
        for k in range(len(clipped)):
            if abs(emitted[b, k]) > limit:
                g_clipped[k] = 0


@njit(cache=True, error_model="numpy", fastmath=FAST)
def one_step_back(  # type: ignore[no-untyped-def]
    emitted, limit, memory, scales, usage, precedence, links, write, reads,
    new_memory, new_scales, new_usage, new_write, new_reads, order, writing, reading,
    g_read, g_emitted, g_memory, g_usage, g_precedence, g_links, g_write, g_reads, has_links,
):  # fmt: skip
    """:func:`memory_step_back` by itself."""
    memory_step_back(
        emitted, limit, memory, scales, usage, precedence, links, write, reads,
        new_memory, new_scales, new_usage, new_write, new_reads, order, writing, reading,
        g_read, g_emitted, g_memory, g_usage, g_precedence, g_links, g_write, g_reads, has_links,
    )  # fmt: skip

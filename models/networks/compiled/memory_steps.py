"""One step of the DNC's memory as compiled loops (numba), for the paper's machine on a CPU.

The gradient is in ``memory_gradients``. Both are tested against :func:`memsim.models.networks.memory.memory_step`, the
reference. Arrays are those of :class:`~memsim.models.networks.memory.MemoryState`, contiguous and all of one type of
float, but for the contents, which are (B, W, N) and come with the factors ``scales`` (B, N) that make them of length
one. ``emitted`` is the interface vector before its activations, ``g_x`` the gradient with respect to x.

Loops over slots have no branch, so the compiler turns them into vector instructions. A loop either sums or stores,
never both: where it does both, the order of summation depends on where in memory the arrays lie, and training would
not be reproducible to the last bit.

The loops here take no memory, so that they are compiled without counts of references, which numba would change for
each part of an array that a trial takes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, sigmoid, sums_along
from memsim.models.networks.compiled.interface import (
    EPSILON,
    ascending,
    content,
    oneplus,
    parts,
    read_modes,
    unit_keys,
    unit_scales,
)
from memsim.models.networks.compiled.links import link


def scratch(width: int, slots: int, heads: int, dtype: Any) -> tuple[npt.NDArray[Any], ...]:
    """Arrays for what :func:`memory_step` computes of each trial; the last two, see
    :func:`memsim.models.networks.compiled.links.link`, are zeros.
    """
    shapes = ((heads + 1, width), (heads + 1,), (3,), (slots,), (width,), (8, slots), (2 * heads + 1, 4))
    return tuple(np.zeros(shape, dtype) for shape in shapes)


@njit(inline="always")
def memory_step(  # type: ignore[no-untyped-def]
    emitted, limit, memory, scales, usage, precedence, links, write, reads,
    new_memory, new_scales, new_usage, new_precedence, new_links, new_write, new_reads, read, order, writing, reading,
    clipped, scratch,
):  # fmt: skip
    """Fill the next state, what is read (B, R * W), and what the gradient needs, for every trial.

    ``writing`` (B, 2, N) takes the weightings by allocation and content, ``reading`` (B, 3, R, N) those backward, by
    content and forward; ``emitted`` is clipped to ±``limit``. For ``scratch`` see the function of this name;
    ``clipped``, as long as an interface vector, is scratch as well.
    """
    batch, width, slots = memory.shape
    heads = reads.shape[1]
    _, erase_at, vector_at, strengths, strength, free, allocate, gate, modes_at = parts(width, heads)
    dtype = memory.dtype.type
    one, zero, tiny = dtype(1), dtype(0), dtype(EPSILON)
    keys, key_scales, modes, kept, erased, rest_rows, rest_shares = scratch
    for b in range(batch):
        for k in range(len(clipped)):
            x = emitted[b, k]
            x = -limit if x < -limit else x
            clipped[k] = limit if x > limit else x
        allocation, write_content, weighting = writing[b, 0], writing[b, 1], new_write[b]
        backward, read_content, forward = reading[b, 0], reading[b, 1], reading[b, 2]
        for n in range(slots):
            kept[n] = one
        for h in range(heads):
            freed, row = dtype(sigmoid(clipped[free + h])), reads[b, h]
            for n in range(slots):
                kept[n] *= one - freed * row[n]
        used, used_before, written_before = new_usage[b], usage[b], write[b]
        for n in range(slots):
            used[n] = (used_before[n] + written_before[n] - used_before[n] * written_before[n]) * kept[n]
        ascending(used, order[b])
        before = one
        for n in order[b]:
            share = tiny + (one - tiny) * used[n]
            allocation[n] = (one - share) * before
            before *= share

        unit_keys(clipped, keys, key_scales)
        content(memory[b], scales[b], keys[heads], dtype(oneplus(clipped[strength])), write_content)
        opened, allocated = dtype(sigmoid(clipped[gate])), dtype(sigmoid(clipped[allocate]))
        by_allocation, by_content = opened * allocated, opened * (one - allocated)
        for n in range(slots):
            weighting[n] = by_allocation * allocation[n] + by_content * write_content[n]
        written = zero
        for n in range(slots):
            written += weighting[n]
        scaled = new_scales[b]
        for n in range(slots):
            scaled[n] = tiny
        emptied = clipped[erase_at : erase_at + width]
        for k in range(width):
            erased[k] = sigmoid(emptied[k])
        for k in range(width):
            old, new, erase, vector = memory[b, k], new_memory[b, k], erased[k], clipped[vector_at + k]
            for n in range(slots):
                x = old[n] * (one - weighting[n] * erase) + weighting[n] * vector
                new[n] = x
                scaled[n] += x * x
        for n in range(slots):
            scaled[n] = one / math.sqrt(scaled[n])

        link(links[b], precedence[b], weighting, reads[b], new_links[b], forward, backward, rest_rows, rest_shares)
        last, new_last, kept_last = precedence[b], new_precedence[b], one - written
        for n in range(slots):
            new_last[n] = kept_last * last[n] + weighting[n]

        for h in range(heads):
            content(new_memory[b], scaled, keys[h], dtype(oneplus(clipped[strengths + h])), read_content[h])
            read_modes(clipped, modes_at, h, modes)
            back, own, ahead = modes[0], modes[1], modes[2]
            row, row_back, row_own, row_ahead = new_reads[b, h], backward[h], read_content[h], forward[h]
            for n in range(slots):
                row[n] = back * row_back[n] + own * row_own[n] + ahead * row_ahead[n]
            sums_along(new_memory[b], row, read[b, h * width : (h + 1) * width])


@njit(cache=True, error_model="numpy", fastmath=FAST, _nrt=False)
def one_step(  # type: ignore[no-untyped-def]
    emitted, limit, memory, scales, usage, precedence, links, write, reads,
    new_memory, new_scales, new_usage, new_precedence, new_links, new_write, new_reads, read, order, writing, reading,
    clipped, scratch,
):  # fmt: skip
    """:func:`memory_step` by itself; fills ``scales`` as well."""
    for b in range(len(memory)):
        unit_scales(memory[b], scales[b])
    memory_step(
        emitted, limit, memory, scales, usage, precedence, links, write, reads,
        new_memory, new_scales, new_usage, new_precedence, new_links, new_write, new_reads, read, order, writing,
        reading, clipped, scratch,
    )  # fmt: skip

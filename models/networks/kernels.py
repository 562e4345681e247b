"""One step of the DNC's memory as compiled loops (numba), for the paper's machine on a CPU.

The gradient is in ``gradient_kernels``. Both are tested against :func:`memsim.models.networks.memory.memory_step`, the
reference. The N x N links dominate the cost of a step: the forward step reads and writes each once, and so does the
backward step. Arrays are those of :class:`~memsim.models.networks.memory.MemoryState`, contiguous and all of one type
of float; ``emitted`` is the interface vector before its activations, ``g_x`` the gradient with respect to x.

Loops over slots have no branch, so the compiler turns them into vector instructions. A loop either sums or stores,
never both: where it does both, the order of summation depends on where in memory the arrays lie, and training would
not be reproducible to the last bit.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit

FAST = {"contract", "reassoc", "nsz", "arcp"}
EPSILON = 1e-6


@njit(cache=True)
def parts(width, heads):  # type: ignore[no-untyped-def]
    """Where the parts of the interface begin after the read keys.

    Write key, erase, vector, read strengths, write strength, free gates, allocation gate, write gate, read modes.
    """
    key = heads * width
    strengths = key + 3 * width
    free = strengths + heads + 1
    return (
        key,
        key + width,
        key + 2 * width,
        strengths,
        strengths + heads,
        free,
        free + heads,
        free + heads + 1,
        (free + heads + 2),
    )


@njit(cache=True)
def sigmoid(x):  # type: ignore[no-untyped-def]
    """1 / (1 + exp(-x))."""
    return 1 / (1 + math.exp(-x))


@njit(cache=True)
def oneplus(x):  # type: ignore[no-untyped-def]
    """1 + log(1 + exp(x))."""
    return 1 + max(x, 0) + math.log1p(math.exp(-abs(x)))


@njit(cache=True)
def read_modes(emitted, start, head, modes):  # type: ignore[no-untyped-def]
    """Fill ``modes`` (3,) of a head: a softmax."""
    a, b, c = emitted[start + 3 * head], emitted[start + 3 * head + 1], emitted[start + 3 * head + 2]
    top = max(a, b, c)
    a, b, c = math.exp(a - top), math.exp(b - top), math.exp(c - top)
    total = a + b + c
    modes[0], modes[1], modes[2] = a / total, b / total, c / total


@njit(cache=True, fastmath=FAST, forceinline=True)
def unit_rows(rows, unit, scale):  # type: ignore[no-untyped-def]
    """Fill ``unit`` with the rows scaled to length one, and ``scale`` with the factors."""
    for n in range(len(rows)):
        square = rows.dtype.type(EPSILON)
        for k in range(rows.shape[1]):
            square += rows[n, k] * rows[n, k]
        scale[n] = rows.dtype.type(1) / rows.dtype.type(math.sqrt(square))
        for k in range(rows.shape[1]):
            unit[n, k] = rows[n, k] * scale[n]


@njit(cache=True, fastmath=FAST, forceinline=True)
def content(unit, unit_key, strength, weighting):  # type: ignore[no-untyped-def]
    """Fill ``weighting`` with the softmax over slots of strength times cosine."""
    slots, width = unit.shape
    for n in range(slots):
        cosine = unit.dtype.type(0)
        for k in range(width):
            cosine += unit[n, k] * unit_key[k]
        weighting[n] = strength * cosine
    top = weighting.max()
    total = unit.dtype.type(0)
    for n in range(slots):
        weighting[n] = math.exp(weighting[n] - top)
    for n in range(slots):
        total += weighting[n]
    for n in range(slots):
        weighting[n] /= total


@njit(cache=True, fastmath=FAST, forceinline=True)
def relinked(links, precedence, write, first, new):  # type: ignore[no-untyped-def]
    """Fill ``new`` (4, N) with four rows of the next links from the row ``first`` on, or with zeros past the last."""
    slots, one = len(write), write.dtype.type(1)
    for k in range(4):
        row = new[k]
        if first + k >= slots:
            row[:] = 0
            continue
        to, old = write[first + k], links[first + k]
        for j in range(slots):
            row[j] = (one - to - write[j]) * old[j] + to * precedence[j]
        row[first + k] = 0


@njit(cache=True, fastmath=FAST, forceinline=True)
def link(links, precedence, write, reads, new_links, forward, backward, spare):  # type: ignore[no-untyped-def]
    """Fill the next links of a trial and, in the same pass, what heads that go along them read.

    Four rows at a time, so that what all rows share is loaded and stored once for four.
    """
    slots, heads = len(write), len(reads)
    zero = write.dtype.type(0)
    at = np.zeros(4, write.dtype)
    backward[:] = 0
    for i in range(0, slots, 4):
        rows = min(4, slots - i)
        new = new_links[i : i + 4] if rows == 4 else spare
        relinked(links, precedence, write, i, new)
        if rows < 4:
            new_links[i:] = new[:rows]
        new_0, new_1, new_2, new_3 = new[0], new[1], new[2], new[3]
        for h in range(heads):
            at[:rows] = reads[h, i : i + rows]
            at_0, at_1, at_2, at_3 = at[0], at[1], at[2], at[3]
            ahead_0 = ahead_1 = ahead_2 = ahead_3 = zero
            here, back = reads[h], backward[h]
            for j in range(slots):
                x = here[j]
                ahead_0 += new_0[j] * x
                ahead_1 += new_1[j] * x
                ahead_2 += new_2[j] * x
                ahead_3 += new_3[j] * x
            for j in range(slots):
                back[j] += at_0 * new_0[j] + at_1 * new_1[j] + at_2 * new_2[j] + at_3 * new_3[j]
            at[0], at[1], at[2], at[3] = ahead_0, ahead_1, ahead_2, ahead_3
            forward[h, i : i + rows] = at[:rows]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def step(  # type: ignore[no-untyped-def]
    emitted, limit, memory, usage, precedence, links, write, reads,
    new_memory, new_usage, new_precedence, new_links, new_write, new_reads, read, order, writing, reading,
):  # fmt: skip
    """Fill the next state, what is read, and what the gradient needs
    (:func:`memsim.models.networks.gradient_kernels.step_back`), for every trial.

    ``writing`` (B, 2, N) takes the weightings by allocation and content, ``reading`` (B, 3, R, N) those backward, by
    content and forward; ``emitted`` is clipped to ±``limit``.
    """
    batch, slots, width = memory.shape
    heads = reads.shape[1]
    _, erase, vector, strengths, strength, free, allocate, gate, modes_at = parts(width, heads)
    dtype = memory.dtype.type
    one, tiny = dtype(1), dtype(EPSILON)
    unit, scale = np.empty_like(memory[0]), np.empty_like(usage[0])
    keys, key_scales = np.empty((heads + 1, width), memory.dtype), np.empty(heads + 1, memory.dtype)
    erases, modes, gates = np.empty(width, memory.dtype), np.empty(3, memory.dtype), np.empty(heads, memory.dtype)
    rows = np.empty((4, slots), memory.dtype)
    for b in range(batch):
        clipped = np.minimum(np.maximum(emitted[b], -limit), limit)
        allocation, write_content = writing[b, 0], writing[b, 1]
        backward, read_content, forward = reading[b, 0], reading[b, 1], reading[b, 2]
        for h in range(heads):
            gates[h] = sigmoid(clipped[free + h])
        for n in range(slots):
            kept = one
            for h in range(heads):
                kept *= one - gates[h] * reads[b, h, n]
            new_usage[b, n] = (usage[b, n] + write[b, n] - usage[b, n] * write[b, n]) * kept
        order[b] = np.argsort(new_usage[b], kind="mergesort")
        before = one
        for n in order[b]:
            used = tiny + (one - tiny) * new_usage[b, n]
            allocation[n] = (one - used) * before
            before *= used

        unit_rows(clipped[: (heads + 1) * width].reshape((heads + 1, width)), keys, key_scales)
        unit_rows(memory[b], unit, scale)
        content(unit, keys[heads], dtype(oneplus(clipped[strength])), write_content)
        opened, allocated = dtype(sigmoid(clipped[gate])), dtype(sigmoid(clipped[allocate]))
        written = dtype(0)
        for n in range(slots):
            new_write[b, n] = opened * (allocated * allocation[n] + (one - allocated) * write_content[n])
        for n in range(slots):
            written += new_write[b, n]
        for k in range(width):
            erases[k] = sigmoid(clipped[erase + k])
        for n in range(slots):
            w = new_write[b, n]
            for k in range(width):
                new_memory[b, n, k] = memory[b, n, k] * (one - w * erases[k]) + w * clipped[vector + k]

        link(links[b], precedence[b], new_write[b], reads[b], new_links[b], forward, backward, rows)
        for n in range(slots):
            new_precedence[b, n] = (one - written) * precedence[b, n] + new_write[b, n]

        unit_rows(new_memory[b], unit, scale)
        for h in range(heads):
            content(unit, keys[h], dtype(oneplus(clipped[strengths + h])), read_content[h])
            read_modes(clipped, modes_at, h, modes)
            read[b, h] = 0
            for n in range(slots):
                r = modes[0] * backward[h, n] + modes[1] * read_content[h, n] + modes[2] * forward[h, n]
                new_reads[b, h, n] = r
                for k in range(width):
                    read[b, h, k] += r * new_memory[b, n, k]

"""The links between slots of the DNC's memory as compiled loops: the next links, reading along them, and gradients.

The N x N links dominate the cost of a step. The forward step reads and writes each once, and so does the backward step.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, add_along, add_product


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


@njit(inline="always")
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


@njit(inline="always")
def link_back(  # type: ignore[no-untyped-def]
    links, precedence, write, reads, g_forward, g_backward, g_links, has_links, g_precedence, g_write, g_reads
):
    """Turn ``g_links`` from that of the next links, or from nothing without ``has_links``, into that of ``links``, and
    add to ``g_precedence``, ``g_write`` and ``g_reads``.
    """
    slots, heads = len(write), len(reads)
    one, zero = write.dtype.type(1), write.dtype.type(0)
    both = 2 * heads + -2 * heads % 4
    along, factors = np.zeros((both, slots), write.dtype), np.zeros((4, both), write.dtype)
    along[:heads], along[heads : 2 * heads] = reads, g_backward
    new, at, sums = np.zeros((4, slots), write.dtype), np.zeros(4, write.dtype), np.zeros(4, write.dtype)
    spare_g, spare_old = np.zeros((4, slots), write.dtype), np.zeros((4, slots), write.dtype)
    new_0, new_1, new_2, new_3 = new[0], new[1], new[2], new[3]
    for i in range(0, slots, 4):
        rows = min(4, slots - i)
        g, old = (g_links[i : i + 4], links[i : i + 4]) if rows == 4 else (spare_g, spare_old)
        if rows < 4:
            spare_g[:rows], spare_old[:rows] = g_links[i:], links[i:]
            factors[rows:], at[rows:] = 0, 0
        if not has_links:
            g[:] = 0
        relinked(links, precedence, write, i, new)
        for k in range(rows):
            at[k] = write[i + k]
            for h in range(heads):
                factors[k, h], factors[k, heads + h] = g_forward[h, i + k], reads[h, i + k]
        add_product(factors, along, g)
        for h in range(heads):
            sum_0 = sum_1 = sum_2 = sum_3 = zero
            row = g_backward[h]
            for j in range(slots):
                sum_0 += new_0[j] * row[j]
                sum_1 += new_1[j] * row[j]
                sum_2 += new_2[j] * row[j]
                sum_3 += new_3[j] * row[j]
            sums[0], sums[1], sums[2], sums[3] = sum_0, sum_1, sum_2, sum_3
            add_along(factors[:, h], new, g_reads[h])
            for k in range(rows):
                g_reads[h, i + k] += sums[k]
        for k in range(rows):
            g[k, i + k] = 0
        g_0, g_1, g_2, g_3 = g[0], g[1], g[2], g[3]
        old_0, old_1, old_2, old_3 = old[0], old[1], old[2], old[3]
        sum_0 = sum_1 = sum_2 = sum_3 = zero
        for j in range(slots):
            sum_0 += g_0[j] * (precedence[j] - old_0[j])
            sum_1 += g_1[j] * (precedence[j] - old_1[j])
            sum_2 += g_2[j] * (precedence[j] - old_2[j])
            sum_3 += g_3[j] * (precedence[j] - old_3[j])
        sums[0], sums[1], sums[2], sums[3] = sum_0, sum_1, sum_2, sum_3
        add_along(at, g, g_precedence)
        for j in range(slots):
            g_write[j] -= g_0[j] * old_0[j] + g_1[j] * old_1[j] + g_2[j] * old_2[j] + g_3[j] * old_3[j]
        at_0, at_1, at_2, at_3 = one - at[0], one - at[1], one - at[2], one - at[3]
        for j in range(slots):
            g_0[j] *= at_0 - write[j]
            g_1[j] *= at_1 - write[j]
            g_2[j] *= at_2 - write[j]
            g_3[j] *= at_3 - write[j]
        for k in range(rows):
            g_write[i + k] += sums[k]
        if rows < 4:
            g_links[i:] = g[:rows]

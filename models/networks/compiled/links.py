"""The links between slots of the DNC's memory as compiled loops: the next links, reading along them, and gradients.

The N x N links dominate the cost of a step. The forward step reads and writes each once, and so does the backward step.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST


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
    links, precedence, write, reads, g_new, g_forward, g_backward, g_links, g_precedence, g_write, g_reads, g, new
):
    """Fill ``g_links`` and add to ``g_precedence``, ``g_write`` and ``g_reads``; ``g_new`` (0, 0) stands for zeros.

    ``g_links`` may be ``g_new``.
    """
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

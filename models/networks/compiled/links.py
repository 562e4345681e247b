"""The links between slots of the DNC's memory as compiled loops: the next links, reading along them, and gradients.

The N x N links dominate the cost of a step. The forward step reads and writes each once, and so does the backward step.
Both go through four rows at a time, so that what all rows share is loaded and stored once for four; what is left of the
rows is filled up with zeros.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST
from memsim.models.networks.compiled.products import add_product


@njit(cache=True, fastmath=FAST, forceinline=True)
def relinked(old, precedence, write, to, first, new):  # type: ignore[no-untyped-def]
    """Fill ``new`` (4, N), rows of the next links from the row ``first`` on, from the ``old`` ones and their share
    ``to`` (4,) of what is written.
    """
    one = write.dtype.type(1)
    to_0, to_1, to_2, to_3 = to[0], to[1], to[2], to[3]
    old_0, old_1, old_2, old_3 = old[0], old[1], old[2], old[3]
    new_0, new_1, new_2, new_3 = new[0], new[1], new[2], new[3]
    for j in range(len(write)):
        free, last = one - write[j], precedence[j]
        new_0[j] = (free - to_0) * old_0[j] + to_0 * last
        new_1[j] = (free - to_1) * old_1[j] + to_1 * last
        new_2[j] = (free - to_2) * old_2[j] + to_2 * last
        new_3[j] = (free - to_3) * old_3[j] + to_3 * last
    no_links_to_themselves(first, new)


@njit(cache=True, forceinline=True)
def no_links_to_themselves(first, rows):  # type: ignore[no-untyped-def]
    """Set the diagonal to zero in four rows (4, N) from the row ``first`` on."""
    for k in range(min(4, rows.shape[1] - first)):
        rows[k, first + k] = 0


@njit(cache=True, fastmath=FAST, forceinline=True)
def along(rows, heads, at, added, sums):  # type: ignore[no-untyped-def]
    """Go along four rows (4, N) in both directions, for every head: add them, times ``at`` (R, 4), to ``added`` (R, N),
    and fill ``sums`` (R, 4) with their sums times ``heads`` (R, N).
    """
    row_0, row_1, row_2, row_3 = rows[0], rows[1], rows[2], rows[3]
    for h in range(len(heads)):
        here, back = heads[h], added[h]
        sum_0 = sum_1 = sum_2 = sum_3 = here.dtype.type(0)
        for j in range(len(here)):
            x = here[j]
            sum_0 += row_0[j] * x
            sum_1 += row_1[j] * x
            sum_2 += row_2[j] * x
            sum_3 += row_3[j] * x
        at_0, at_1, at_2, at_3 = at[h, 0], at[h, 1], at[h, 2], at[h, 3]
        for j in range(len(here)):
            back[j] += at_0 * row_0[j] + at_1 * row_1[j] + at_2 * row_2[j] + at_3 * row_3[j]
        sums[h, 0], sums[h, 1], sums[h, 2], sums[h, 3] = sum_0, sum_1, sum_2, sum_3


@njit(inline="always")
def link(links, precedence, write, reads, new_links, forward, backward):  # type: ignore[no-untyped-def]
    """Fill the next links of a trial and, in the same pass, what heads that go along them read."""
    slots, heads = len(write), len(reads)
    backward[:] = 0
    whole = slots - slots % 4
    for i in range(0, whole, 4):
        relinked(links[i : i + 4], precedence, write, write[i : i + 4], i, new_links[i : i + 4])
        along(new_links[i : i + 4], reads, reads[:, i : i + 4], backward, forward[:, i : i + 4])
    left = slots - whole
    if left:
        old, new = np.zeros((4, slots), write.dtype), np.zeros((4, slots), write.dtype)
        at, ahead, to = np.zeros((heads, 4), write.dtype), np.zeros((heads, 4), write.dtype), np.zeros(4, write.dtype)
        old[:left], at[:, :left], to[:left] = links[whole:], reads[:, whole:], write[whole:]
        relinked(old, precedence, write, to, whole, new)
        along(new, reads, at, backward, ahead)
        new_links[whole:], forward[:, whole:] = new[:left], ahead[:, :left]


@njit(cache=True, fastmath=FAST, forceinline=True)
def rows_back(  # type: ignore[no-untyped-def]
    old, precedence, write, to, first, factors, by_heads, ahead, g_backward, new, g, sums, g_precedence, g_write,
    g_reads, g_to, g_at,
):  # fmt: skip
    """Through four rows of links: turn ``g`` (4, N) from the gradient of the next ones into that of the ``old``, add to
    ``g_precedence``, ``g_write`` and ``g_reads``, and add to ``g_to`` (4,) and ``g_at`` (R, 4), their parts of the
    rows. ``new`` (4, N) and ``sums`` (R, 4) are scratch.
    """
    relinked(old, precedence, write, to, first, new)
    add_product(factors, by_heads, g)
    along(new, g_backward, ahead, g_reads, sums)
    for h in range(len(sums)):
        for k in range(4):
            g_at[h, k] += sums[h, k]
    no_links_to_themselves(first, g)
    one, zero = write.dtype.type(1), write.dtype.type(0)
    g_0, g_1, g_2, g_3 = g[0], g[1], g[2], g[3]
    old_0, old_1, old_2, old_3 = old[0], old[1], old[2], old[3]
    sum_0 = sum_1 = sum_2 = sum_3 = zero
    for j in range(len(write)):
        last = precedence[j]
        sum_0 += g_0[j] * (last - old_0[j])
        sum_1 += g_1[j] * (last - old_1[j])
        sum_2 += g_2[j] * (last - old_2[j])
        sum_3 += g_3[j] * (last - old_3[j])
    to_0, to_1, to_2, to_3 = to[0], to[1], to[2], to[3]
    for j in range(len(write)):
        x_0, x_1, x_2, x_3, free = g_0[j], g_1[j], g_2[j], g_3[j], one - write[j]
        g_precedence[j] += to_0 * x_0 + to_1 * x_1 + to_2 * x_2 + to_3 * x_3
        g_write[j] -= x_0 * old_0[j] + x_1 * old_1[j] + x_2 * old_2[j] + x_3 * old_3[j]
        g_0[j] = x_0 * (free - to_0)
        g_1[j] = x_1 * (free - to_1)
        g_2[j] = x_2 * (free - to_2)
        g_3[j] = x_3 * (free - to_3)
    g_to[0] += sum_0
    g_to[1] += sum_1
    g_to[2] += sum_2
    g_to[3] += sum_3


@njit(inline="always")
def link_back(  # type: ignore[no-untyped-def]
    links, precedence, write, reads, g_forward, g_backward, g_links, has_links, g_precedence, g_write, g_reads
):
    """Turn ``g_links`` from that of the next links, or from nothing without ``has_links``, into that of ``links``, and
    add to ``g_precedence``, ``g_write`` and ``g_reads``.
    """
    slots, heads, dtype = len(write), len(reads), write.dtype
    by_heads, factors = np.empty((2 * heads, slots), dtype), np.zeros((4, 2 * heads), dtype)
    by_heads[:heads], by_heads[heads:] = reads, g_backward
    new, sums = np.empty((4, slots), dtype), np.empty((heads, 4), dtype)
    if not has_links:
        g_links[:] = 0
    whole = slots - slots % 4
    for i in range(0, whole, 4):
        for k in range(4):
            for h in range(heads):
                factors[k, h], factors[k, heads + h] = g_forward[h, i + k], reads[h, i + k]
        rows_back(
            links[i : i + 4], precedence, write, write[i : i + 4], i, factors, by_heads, g_forward[:, i : i + 4],
            g_backward, new, g_links[i : i + 4], sums, g_precedence, g_write, g_reads, g_write[i : i + 4],
            g_reads[:, i : i + 4],
        )  # fmt: skip
    left = slots - whole
    if left:
        old, g, to = np.zeros((4, slots), dtype), np.zeros((4, slots), dtype), np.zeros(4, dtype)
        ahead, g_to, g_at = np.zeros((heads, 4), dtype), np.zeros(4, dtype), np.zeros((heads, 4), dtype)
        old[:left], g[:left], to[:left] = links[whole:], g_links[whole:], write[whole:]
        ahead[:, :left] = g_forward[:, whole:]
        factors[:] = 0
        for k in range(left):
            for h in range(heads):
                factors[k, h], factors[k, heads + h] = ahead[h, k], reads[h, whole + k]
        rows_back(
            old, precedence, write, to, whole, factors, by_heads, ahead, g_backward, new, g, sums, g_precedence,
            g_write, g_reads, g_to, g_at,
        )  # fmt: skip
        g_links[whole:] = g[:left]
        for k in range(left):
            g_write[whole + k] += g_to[k]
            for h in range(heads):
                g_reads[h, whole + k] += g_at[h, k]

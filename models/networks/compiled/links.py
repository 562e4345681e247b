"""The links between slots of the DNC's memory as compiled loops: the next links, reading along them, and gradients.

The N x N links dominate the cost of a step. The forward step reads and writes each once, and so does the backward step.
Both go through four rows at a time, so that what all rows share is loaded and stored once for four; what is left of the
rows is filled up with zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils as untyped_tools
from numba.extending import intrinsic

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, copy
from memsim.models.networks.compiled.products import add_product

tools: Any = untyped_tools
PART = 64
"""Bytes of a row of links that are computed together."""


@intrinsic
def relinked_part(
    typing_context: Any, old: Any, precedence: Any, write: Any, to: Any, new: Any, at: Any
) -> tuple[Any, Callable[..., Any]]:
    """:func:`relinked` of as many columns from ``at`` on as :data:`PART` bytes hold.

    Written as a loop it becomes vector instructions for many slots only, since the compiler then lets the loop find out
    first that none of the rows overlap.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir

        kinds, at = signature.args, arguments[5]
        old, precedence, write, to, new = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(kinds[:5], arguments[:5], strict=True)
        )
        real, index = context.get_data_type(kinds[0].dtype), context.get_value_type(types.intp)
        itemsize = kinds[0].dtype.bitwidth // 8
        count = PART // itemsize
        vector, lanes = ir.VectorType(real, count), ir.VectorType(ir.IntType(32), count)
        empty = ir.Constant(vector, ir.Undefined)

        def place(array: Any, row: int = 0) -> Any:
            stride = tools.unpack_tuple(builder, array.strides)[0]
            begin = tools.pointer_add(builder, array.data, builder.mul(index(row), stride), real.as_pointer())
            return builder.bitcast(builder.gep(begin, [at]), vector.as_pointer())

        def load(pointer: Any) -> Any:
            loaded = builder.load(pointer)
            loaded.align = itemsize
            return loaded

        def everywhere(number: Any) -> Any:
            one = builder.insert_element(empty, number, index(0))
            return builder.shuffle_vector(one, empty, ir.Constant(lanes, [0] * count))

        last, free = load(place(precedence)), builder.fsub(ir.Constant(vector, [1.0] * count), load(place(write)))
        for row in range(4):
            share = everywhere(builder.load(builder.gep(to.data, [index(row)])))
            kept = builder.fmul(builder.fsub(free, share), load(place(old, row)), flags=("contract",))
            linked = builder.fadd(kept, builder.fmul(share, last, flags=("contract",)), flags=("contract",))
            builder.store(linked, place(new, row)).align = itemsize
        return context.get_dummy_value()

    return types.void(old, precedence, write, to, new, types.intp), generate


@njit(cache=True, fastmath=FAST, forceinline=True)
def relinked(old, precedence, write, to, first, new):  # type: ignore[no-untyped-def]
    """Fill ``new`` (4, N), rows of the next links from the row ``first`` on, from the ``old`` ones and their share
    ``to`` (4,) of what is written.
    """
    slots, part = len(write), PART // write.itemsize
    whole = slots - slots % part
    for at in range(0, whole, part):
        relinked_part(old, precedence, write, to, new, at)  # type: ignore[call-arg]
    one = write.dtype.type(1)
    for j in range(whole, slots):
        free, last = one - write[j], precedence[j]
        for k in range(4):
            new[k, j] = (free - to[k]) * old[k, j] + to[k] * last
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
def link(  # type: ignore[no-untyped-def]
    links, precedence, write, reads, new_links, forward, backward, rest_rows, rest_shares
):
    """Fill the next links of a trial and, in the same pass, what heads that go along them read.

    ``rest_rows`` (8, N) and ``rest_shares`` (2R + 1, 4), zeros before the first call, are scratch for the rest of rows.
    """
    slots, heads = len(write), len(reads)
    for h in range(heads):
        for n in range(slots):
            backward[h, n] = 0
    whole = slots - slots % 4
    for i in range(0, whole, 4):
        relinked(links[i : i + 4], precedence, write, write[i : i + 4], i, new_links[i : i + 4])
        along(new_links[i : i + 4], reads, reads[:, i : i + 4], backward, forward[:, i : i + 4])
    if whole < slots:
        old, new = rest_rows[:4], rest_rows[4:]
        at, ahead, to = rest_shares[:heads], rest_shares[heads : 2 * heads], rest_shares[2 * heads]
        for i in range(whole, slots):
            copy(links[i], old[i - whole])
            to[i - whole] = write[i]
            for h in range(heads):
                at[h, i - whole] = reads[h, i]
        relinked(old, precedence, write, to, whole, new)
        along(new, reads, at, backward, ahead)
        for i in range(whole, slots):
            copy(new[i - whole], new_links[i])
            for h in range(heads):
                forward[h, i] = ahead[h, i - whole]


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
    for i in range(0, slots, 4):
        rows = min(4, slots - i)
        for k in range(rows):
            for h in range(heads):
                factors[k, h], factors[k, heads + h] = g_forward[h, i + k], reads[h, i + k]
        if rows == 4:
            rows_back(
                links[i : i + 4], precedence, write, write[i : i + 4], i, factors, by_heads, g_forward[:, i : i + 4],
                g_backward, new, g_links[i : i + 4], sums, g_precedence, g_write, g_reads, g_write[i : i + 4],
                g_reads[:, i : i + 4],
            )  # fmt: skip
            continue
        old, g, to = np.zeros((4, slots), dtype), np.zeros((4, slots), dtype), np.zeros(4, dtype)
        ahead, g_to, g_at = np.zeros((heads, 4), dtype), np.zeros(4, dtype), np.zeros((heads, 4), dtype)
        old[:rows], g[:rows], to[:rows], ahead[:, :rows] = links[i:], g_links[i:], write[i:], g_forward[:, i:]
        factors[rows:] = 0
        rows_back(
            old, precedence, write, to, i, factors, by_heads, ahead, g_backward, new, g, sums, g_precedence,
            g_write, g_reads, g_to, g_at,
        )  # fmt: skip
        g_links[i:] = g[:rows]
        for k in range(rows):
            g_write[i + k] += g_to[k]
            for h in range(heads):
                g_reads[h, i + k] += g_at[h, k]

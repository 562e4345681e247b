"""A step of the DNC as few operations of torch with gradients of their own: faster, on a CPU only."""

from __future__ import annotations

import math
import weakref
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn import LSTMCell
from torch.nn.functional import linear

from memsim.models.networks.compiled import drift, memory_gradients, memory_steps, rereads
from memsim.models.networks.memory import MemoryState

SHAPES = 16
"""Number of shapes whose memory is kept; beyond it all memory is released."""
LARGE = 100_000
"""Smallest size of an array that is worth keeping for the next step."""
LINKS = MemoryState._fields.index("links")
free_arrays: defaultdict[Any, list[Any]] = defaultdict(list)


def empty(shape: Sequence[int], like: Tensor) -> Tensor:
    """A tensor to be filled. Large ones are reused, because new pages cost more than computing the links in them."""
    if math.prod(shape) < LARGE:
        return like.new_empty(shape)
    if len(free_arrays) > SHAPES:
        free_arrays.clear()
    free = free_arrays[tuple(shape), like.dtype]
    array = free.pop() if free else like.new_empty(shape).numpy()
    lent = array.view()
    weakref.finalize(lent, free.append, array).atexit = False
    return torch.from_numpy(lent)


def contiguous(tensor: Tensor) -> Tensor:
    """The tensor, or a contiguous copy of it."""
    return tensor if tensor.is_contiguous() else empty(tensor.shape, tensor).copy_(tensor)


class _Memory(Function):
    @staticmethod
    def forward(ctx: Any, emitted: Tensor, limit: float, contents: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        # In compiled loops slots come last in the contents.
        emitted, *before = (contiguous(each.detach()) for each in (emitted, contents.transpose(1, 2), *state))
        batch, heads, slots = before[5].shape
        after = [empty(tensor.shape, tensor) for tensor in before]
        read = emitted.new_empty((batch, heads * before[0].shape[1]))
        scales, order = torch.empty_like(before[1]), torch.empty_like(before[1], dtype=torch.int64)
        kept = (order, emitted.new_empty((batch, 2, slots)), emitted.new_empty((batch, 3, heads, slots)))
        before.insert(1, scales)
        after.insert(1, torch.empty_like(scales))
        ctx.limit = emitted.numpy().dtype.type(limit)
        clipped = torch.empty_like(emitted[0])
        memory_steps.one_step(
            emitted.numpy(), ctx.limit, *(each.numpy() for each in (*before, *after, read, *kept, clipped)),
            memory_steps.scratch(before[0].shape[1], slots, heads, ctx.limit.dtype),
        )  # fmt: skip
        ctx.save_for_backward(emitted, *before, *(after[index] for index in (0, 1, 2, 5, 6)), *kept)
        ctx.set_materialize_grads(False)
        return read, after[0].transpose(1, 2), *after[2:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_read: Tensor | None, *g_after: Tensor | None) -> tuple[Tensor | None, ...]:
        emitted, *saved = ctx.saved_tensors
        memory, _, *state = saved[:7]
        g_emitted, by = torch.empty_like(emitted), gradients_of((memory, *state), g_after)
        if g_read is None:
            g_read = memory.new_zeros((len(memory), state[4].shape[1] * memory.shape[1]))
        memory_gradients.one_step_back(
            emitted.numpy(), ctx.limit, *(each.numpy() for each in (*saved, contiguous(g_read), g_emitted, *by)),
            g_after[3] is not None,
        )  # fmt: skip
        return g_emitted, None, by[0].transpose(1, 2), *by[1:]


def gradients_of(state: Sequence[Tensor], given: Sequence[Tensor | None]) -> list[Tensor]:
    """New arrays of the gradients by the state of the memory, which loops that go back write to; zeros if not given.

    Contents are (B, W, N) in the state and the result, but (B, N, W) in what is given. Links without a gradient are
    left empty.
    """
    by = []
    for index, (tensor, each) in enumerate(zip(state, given, strict=True)):
        gradient = empty(tensor.shape, tensor)
        if each is not None:
            gradient.copy_(each if index else each.transpose(1, 2))
        elif index != LINKS:
            gradient.zero_()
        by.append(gradient)
    return by


def fused_memory_step(emitted: Tensor, state: MemoryState, limit: float = np.inf) -> tuple[Tensor, MemoryState]:
    """One step of the memory for the interface vector ``emitted`` before its activations: what is read, the next state.

    They equal those of ``memory_step(state, read_interface(emitted.clamp(-limit, limit), ...))``.
    """
    read, *after = _Memory.apply(emitted, limit, *state)  # type: ignore[no-untyped-call]
    return read.unflatten(1, (state.reads.shape[1], -1)), MemoryState(*after)


class _Read(Function):
    @staticmethod
    def forward(ctx: Any, keys: Tensor, ways: Tensor, contents: Tensor, *state: Tensor) -> tuple[Tensor, Tensor]:
        given = [contiguous(each.detach()) for each in (keys, ways, contents.transpose(1, 2), *state)]
        batch, heads, slots = given[-1].shape
        new_reads, read = torch.empty_like(given[-1]), torch.empty_like(given[0])
        reading, scales = read.new_empty((batch, 3, heads, slots)), read.new_empty((batch, slots))
        rereads.one_read(*(each.numpy() for each in (*given, new_reads, reading, read, scales)))
        ctx.save_for_backward(*given, new_reads, reading, scales)
        return read, new_reads

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_read: Tensor, g_new_reads: Tensor) -> tuple[Tensor, ...]:
        given = ctx.saved_tensors
        by = [empty(each.shape, each) for each in given[:5]]
        # The loops change what they are given of it.
        gradients = (contiguous(g_read), g_new_reads.clone(memory_format=torch.contiguous_format), *by)
        rereads.one_read_back(*(each.numpy() for each in (*given, *gradients)))
        return by[0], by[1], by[2].transpose(1, 2), *by[3:]


def fused_read(keys: Tensor, ways: Tensor, state: MemoryState) -> tuple[Tensor, Tensor]:
    """Where heads read after those of ``state``, and what: (B, R, W) and (B, R, N).

    ``ways`` (B, R, 4) are the strength of each head and its ways of reading, before their activations. What comes out
    equals that of :func:`memsim.models.networks.memory.addressed`.
    """
    read, reads = _Read.apply(keys, ways, state.memory, state.links, state.reads)  # type: ignore[no-untyped-call]
    return read, reads


class _Drift(Function):
    @staticmethod
    def forward(
        ctx: Any,
        context: Tensor,
        fixed: Tensor,
        brought: Tensor,
        shares: Tensor,
        rate: float,
        scaled: bool,
        tiny: float,
    ) -> Tensor:
        given = [contiguous(each.detach()) for each in (context, fixed, brought, shares)]
        after, number = torch.empty_like(given[0]), given[0].numpy().dtype.type
        ctx.settings = (number(rate), scaled, number(tiny))
        drift.drifted(*(each.numpy() for each in given), *ctx.settings, after.numpy())
        ctx.save_for_backward(*given)
        return after

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_after: Tensor) -> tuple[Tensor | None, ...]:
        given = ctx.saved_tensors
        g_context, g_brought = torch.empty_like(given[0]), torch.empty_like(given[0])
        arrays = (each.numpy() for each in (contiguous(g_after), g_context, g_brought))
        drift.drifted_back(*(each.numpy() for each in given), *ctx.settings, *arrays)
        return g_context, None, g_brought, None, None, None, None


def fused_drift(
    context: Tensor, fixed: Tensor, brought: Tensor, shares: Tensor, rate: float, tiny: float, *, scaled: bool
) -> Tensor:
    """``context`` (B, C) after ``fixed + shares * brought`` comes in, with ``brought`` at unit length if ``scaled``.

    ``fixed`` (B, C) and ``shares`` (B,) have no gradient. What comes out equals that of
    :func:`memsim.models.networks.cores.drifting_context.evolved`, and ``tiny`` is its squared length of nothing.
    """
    after: Tensor = _Drift.apply(context, fixed, brought, shares, rate, scaled, tiny)  # type: ignore[no-untyped-call]
    return after


class _Cell(Function):
    @staticmethod
    def forward(ctx: Any, gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        size = cell.shape[1]
        gates = gates.detach().clone()
        gates[:, : 2 * size].sigmoid_()
        gates[:, 2 * size : 3 * size].tanh_()
        gates[:, 3 * size :].sigmoid_()
        take, keep, new, show = torch.split(gates, size, dim=1)
        after = torch.addcmul(keep * cell, take, new)
        bent = after.tanh()
        ctx.save_for_backward(gates, cell, bent)
        return show * bent, after

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_output: Tensor, g_after: Tensor) -> tuple[Tensor, Tensor]:
        gates, cell, bent = ctx.saved_tensors
        size = cell.shape[1]
        take, keep, new, show = gates.split(size, dim=1)
        g_after = torch.addcmul(g_after, g_output * show, 1 - bent * bent)
        slope = gates - gates * gates
        slope[:, 2 * size : 3 * size] = 1 - new * new
        by = torch.cat((g_after * new, g_after * cell, g_after * take, g_output * bent), dim=1)
        return by.mul_(slope), g_after * keep


def fused_cell(cell: LSTMCell, inputs: Tensor, carried: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """The result of ``cell(inputs, carried)``, in fewer operations."""
    gates = linear(inputs, cell.weight_ih, cell.bias_ih) + linear(carried[0], cell.weight_hh, cell.bias_hh)
    return _Cell.apply(gates, carried[1])  # type: ignore[no-untyped-call]

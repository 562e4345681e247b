"""A step of the DNC as few operations of torch with gradients of their own: faster, on a CPU only."""

from __future__ import annotations

import weakref
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn import LSTMCell
from torch.nn.functional import linear

from memsim.models.networks import gradient_kernels, kernels
from memsim.models.networks.memory import MemoryState

SHAPES = 16
"""Number of shapes whose memory is kept; beyond it all memory is released."""
LARGE = 100_000
"""Smallest size of an array that is worth keeping for the next step."""
free_arrays: defaultdict[Any, list[Any]] = defaultdict(list)


def _empty_like(tensor: Tensor) -> Tensor:
    """A tensor to be filled. Large ones are reused, because new pages cost more than computing the links in them."""
    if tensor.numel() < LARGE:
        return torch.empty_like(tensor, memory_format=torch.contiguous_format)
    if len(free_arrays) > SHAPES:
        free_arrays.clear()
    free = free_arrays[tensor.shape, tensor.dtype]
    array = free.pop() if free else tensor.new_empty(tensor.shape).numpy()
    lent = array.view()
    weakref.finalize(lent, free.append, array).atexit = False
    return torch.from_numpy(lent)


def _contiguous(tensor: Tensor) -> Tensor:
    return tensor if tensor.is_contiguous() else _empty_like(tensor).copy_(tensor)


class _Memory(Function):
    @staticmethod
    def forward(ctx: Any, emitted: Tensor, limit: float, *state: Tensor) -> tuple[Tensor, ...]:
        emitted, *before = (_contiguous(tensor.detach()) for tensor in (emitted, *state))
        memory, usage, _, _, _, reads = before
        batch, heads, slots = reads.shape
        after = [_empty_like(tensor) for tensor in before]
        read = memory.new_empty((batch, heads, memory.shape[2]))
        order = torch.empty_like(usage, dtype=torch.int64)
        kept = (order, memory.new_empty((batch, 2, slots)), memory.new_empty((batch, 3, heads, slots)))
        ctx.limit = emitted.numpy().dtype.type(limit)
        kernels.step(emitted.numpy(), ctx.limit, *(tensor.numpy() for tensor in (*before, *after, read, *kept)))
        ctx.save_for_backward(emitted, *before, after[0], after[1], after[4], after[5], *kept)
        ctx.set_materialize_grads(False)
        return read, *after

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_read: Tensor | None, *g_after: Tensor | None) -> tuple[Tensor | None, ...]:
        emitted, *saved = ctx.saved_tensors
        before = saved[:6]
        memory, reads = before[0], before[5]
        shapes = [tensor.shape for tensor in before]
        shapes[3] = torch.Size((0, 0, 0))  # after the last step the links have no gradient, which stands for zeros
        shapes.append(torch.Size((*reads.shape[:2], memory.shape[2])))
        given = [
            memory.new_zeros(shape) if g is None else _contiguous(g)
            for g, shape in zip((*g_after, g_read), shapes, strict=True)
        ]
        by = [_empty_like(tensor) for tensor in (emitted, *before)]
        gradient_kernels.step_back(emitted.numpy(), ctx.limit, *(tensor.numpy() for tensor in (*saved, *given, *by)))
        return by[0], None, *by[1:]


def fused_memory_step(emitted: Tensor, state: MemoryState, limit: float = np.inf) -> tuple[Tensor, MemoryState]:
    """One step of the memory for the interface vector ``emitted`` before its activations: what is read, the next state.

    They equal those of ``memory_step(state, read_interface(emitted.clamp(-limit, limit), ...))``.
    """
    read, *after = _Memory.apply(emitted, limit, *state)  # type: ignore[no-untyped-call]
    return read, MemoryState(*after)


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

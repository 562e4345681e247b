"""Whole sequences of the DNC and of the LSTM as operations of torch with gradients of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn.functional import linear

from memsim.models.networks.compiled import sequences
from memsim.models.networks.compiled.memory_steps import scratch
from memsim.models.networks.fused import LINKS, empty, gradients_of
from memsim.models.networks.memory import EPSILON, MemoryState

Array = npt.NDArray[Any]
SEEN, GATES, CELLS = 0, 1, 2
MEMORY = 5
SCALES = MEMORY + 1
STATES = (MEMORY, *range(SCALES + 1, SCALES + 6))
"""Where arrays stand among those of :func:`left_behind`; the states of the memory are those of ``MemoryState``."""


def whole(size: int, of: int = 4) -> int:
    """The size, filled up to a multiple."""
    return -size % of + size


class Packed(NamedTuple):
    """The weights of a core as the compiled loops take them; see :mod:`memsim.models.networks.compiled.sequences`."""

    into: Array
    """(4H, H4 + RW4)."""
    out: Array
    """((O + E)4, H4)."""
    out_bias: Array
    """(O + E,)."""
    read_out: Array
    """(O4, RW4)."""
    sizes: tuple[int, int, int]
    """H, O, and R times W."""

    @classmethod
    def of(cls, inner: Array, outer: Array, project: Array, out_bias: Array, read: Array) -> Packed:
        """From weights (4H, RW) of what was read and (4H, H) of h, the projection to O + E, and (O, RW)."""
        hidden, (size, read_size) = outer.shape[1], read.shape
        above = whole(hidden)
        into = np.zeros((4 * hidden, above + whole(read_size)), inner.dtype)
        into[:, :hidden], into[:, above : above + read_size] = outer, inner
        out = np.zeros((whole(len(project)), above), inner.dtype)
        out[: len(project), :hidden] = project
        read_out = np.zeros((whole(size), whole(read_size)), inner.dtype)
        read_out[:size, :read_size] = read
        return cls(into, out, out_bias, read_out, (hidden, size, read_size))

    def forward(self) -> tuple[Array, Array, Array, Array]:
        """The weights with rows for what goes in."""
        size, emits = self.sizes[1], len(self.out_bias)
        out = np.zeros((self.out.shape[1], whole(emits, 8)), self.out.dtype)
        out_bias = np.zeros(out.shape[1], out.dtype)
        read_out = np.zeros((self.read_out.shape[1], whole(size, 8)), out.dtype)
        out[:, :emits], out_bias[:emits], read_out[:, :size] = self.out[:emits].T, self.out_bias, self.read_out[:size].T
        return np.ascontiguousarray(self.into.T), out, out_bias, read_out


def left_behind(packed: Packed, entries: int, states: int, batch: int, memory: MemoryState) -> list[Tensor]:
    """Arrays for what ``entries`` steps leave, and for the states before and after them, the first of which is zero.

    In the order of the last arguments of :func:`memsim.models.networks.compiled.sequences.forward`; ``memory`` gives
    sizes.
    """
    hidden, _, _ = packed.sizes
    rows, (_, slots, width), heads = whole(batch), memory.memory.shape, memory.reads.shape[1]
    like, emits = torch.from_numpy(packed.out_bias), len(packed.out_bias)

    def array(count: int, *shape: int) -> Tensor:
        return empty((count, *shape), like)

    arrays = [
        array(states, rows, packed.into.shape[1]), array(entries, rows, 4 * hidden), array(states, rows, hidden),
        array(entries, rows, hidden), array(entries, rows, whole(emits, 8)),
        *(array(states, batch, *shape) for shape in
          ((width, slots), (slots,), (slots,), (slots,), (slots, slots), (slots,), (heads, slots))),
        torch.empty((entries, batch, slots), dtype=torch.int64),
        array(entries, batch, 2, slots), array(entries, batch, 3, heads, slots),
    ]  # fmt: skip
    arrays[SEEN].zero_()
    for index in (CELLS, *range(MEMORY, MEMORY + 7)):
        arrays[index][0] = 0
    arrays[SCALES][0] = EPSILON**-0.5
    return arrays


def weight_gradients(
    packed: Packed, by_gates: Tensor, by_emitted: Tensor, by_outputs: Tensor, before: Tensor, after: Tensor
) -> tuple[Tensor, ...]:
    """Gradients by the weights of :meth:`Packed.of`, from those by what they gave in T steps.

    Parameters
    ----------
    by_gates, by_emitted, by_outputs : (T, B4, 4H), (T, B4, (O + E)4) and (T, B4, O4).
    before, after : (T, B4, H4 + RW4) what the controller saw in each step, and what it sees next.
    """
    hidden, size, read_size = packed.sizes
    reading = slice(packed.out.shape[1], packed.out.shape[1] + read_size)
    emitted = by_emitted[..., : len(packed.out_bias)].flatten(0, 1)
    into = by_gates.flatten(0, 1).T @ before.flatten(0, 1)
    after = after.flatten(0, 1)
    read_out = by_outputs[..., :size].flatten(0, 1).T @ after[:, reading]
    return into[:, reading], into[:, :hidden], emitted.T @ after[:, :hidden], emitted.sum(0), read_out


def taken_by(packed: Packed, batch: int, memory: MemoryState) -> tuple[Any, ...]:
    """Arrays for what :func:`memsim.models.networks.compiled.sequences.forward` computes of each step.

    The interface of all trials and of one, what is read, outputs, and what a step of the memory takes.
    """
    (_, size, read_size), dtype = packed.sizes, packed.out_bias.dtype
    (_, slots, width), heads = memory.memory.shape, memory.reads.shape[1]
    emits, rows = len(packed.out_bias) - size, whole(batch)
    shapes = (batch, emits), (emits,), (rows, read_size), (rows, whole(size, 8))
    return *(np.zeros(shape, dtype) for shape in shapes), scratch(width, slots, heads, dtype)


class _Sequence(Function):
    @staticmethod
    def forward(ctx: Any, limit: float, start: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        weights, (h, c, *state, read) = given[:5], (each.detach() for each in given[5:])
        packed = Packed.of(*(each.detach().numpy() for each in weights))
        hidden, size, read_size = packed.sizes
        steps, batch, _ = start.shape
        above, before = packed.out.shape[1], MemoryState(*state)
        ctx.kept = kept = left_behind(packed, steps, steps + 1, batch, before)
        kept[SEEN][0, :batch, :hidden], kept[SEEN][0, :batch, above : above + read_size] = h, read
        kept[CELLS][0, :batch] = c
        for index, first in zip(STATES, (before.memory.transpose(1, 2), *before[1:]), strict=True):
            kept[index][0] = first
        kept[SCALES][0] = (before.memory.square().sum(dim=2) + EPSILON).rsqrt()
        outputs = empty((steps, batch, size), start)
        ctx.packed, ctx.limit, ctx.batch = packed, packed.out_bias.dtype.type(limit), batch
        ctx.set_materialize_grads(False)
        rows = np.minimum(np.arange(whole(batch)), batch - 1)
        sequences.forward(
            0, rows + batch * np.arange(steps)[:, None], ctx.limit, start.detach().flatten(0, 1).contiguous().numpy(),
            *packed.forward(), outputs.numpy(), taken_by(packed, batch, before), *(each.numpy() for each in kept),
        )  # fmt: skip
        contents, *last = (kept[index][-1] for index in STATES)
        seen = kept[SEEN][-1, :batch]
        return (
            outputs, seen[:, :hidden], kept[CELLS][-1, :batch], contents.transpose(1, 2), *last,
            seen[:, above : above + read_size],
        )  # fmt: skip

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *given: Tensor | None) -> tuple[Tensor | None, ...]:
        g_outputs, g_h, g_c, *g_state, g_read = given
        packed, batch, kept = ctx.packed, ctx.batch, ctx.kept
        hidden, size, read_size = packed.sizes
        seen, gates = kept[SEEN], kept[GATES]
        steps, rows, _ = gates.shape
        above = packed.out.shape[1]

        def filled(shape: tuple[int, ...], *parts: tuple[Tensor | None, Any]) -> Tensor:
            result = seen.new_zeros(shape)
            for part, place in parts:
                if part is not None:
                    result[place] = part
            return result

        by_outputs = filled((steps, rows, whole(size)), (g_outputs, np.s_[:, :batch, :size]))
        reading = np.s_[:batch, above : above + read_size]
        by_seen = filled((rows, seen.shape[2]), (g_h, np.s_[:batch, :hidden]), (g_read, reading))
        by_cell = filled((rows, hidden), (g_c, np.s_[:batch]))
        by_state = gradients_of([kept[index][0] for index in STATES], g_state)
        by_gates, by_emitted = torch.empty_like(gates), filled((steps, rows, len(packed.out)))
        sequences.backward(
            ctx.limit, size, packed.into, packed.out, packed.read_out, *(each.numpy() for each in kept),
            *(each.numpy() for each in (by_outputs, by_seen, by_cell, *by_state)), g_state[LINKS] is not None,
            by_gates.numpy(), by_emitted.numpy(),
        )  # fmt: skip
        weights = weight_gradients(packed, by_gates, by_emitted, by_outputs, seen[:-1], seen[1:])
        return (
            None, by_gates[:, :batch], *weights, by_seen[:batch, :hidden], by_cell[:batch],
            by_state[0].transpose(1, 2), *by_state[1:], by_seen[reading],
        )  # fmt: skip


def compiled_unroll(
    inputs: Tensor, limit: float, weights: Sequence[Tensor], carried: tuple[Tensor, Tensor], memory: MemoryState,
    read: Tensor,
) -> tuple[Tensor, tuple[Tensor, Tensor], MemoryState, Tensor]:  # fmt: skip
    """Outputs (T, B, O) of a controller of one LSTM layer for ``inputs`` (T, B, I), and the state after them.

    Parameters
    ----------
    limit : bound on the numbers of the interface.
    weights : of the cell those of inputs and what was read, those of h, and both biases; those of the projection to
        outputs and interface, and its bias; those from what is read to outputs.
    carried : h and c (B, H).
    memory : the state of the memory; one without slots stands for none.
    read : (B, R * W) what was read last.
    """
    inner, outer, inner_bias, outer_bias, project, project_bias, read_out = weights
    of_inputs, of_read = torch.split(inner, [inputs.shape[2], read.shape[1]], dim=1)
    start = linear(inputs, of_inputs, inner_bias + outer_bias)
    given = (of_read, outer, project, project_bias, read_out, *carried, *memory, read)
    outputs, h, c, *after, read = _Sequence.apply(limit, start, *given)  # type: ignore[no-untyped-call]
    return outputs, (h, c), MemoryState(*after), read

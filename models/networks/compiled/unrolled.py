"""Whole sequences of the DNC and of the LSTM as operations of torch with gradients of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from memsim.models.networks.compiled import sequences
from memsim.models.networks.fused import LINKS, empty, gradients_of
from memsim.models.networks.memory import MemoryState

Array = npt.NDArray[Any]


def whole(size: int) -> int:
    """The size, filled up to a multiple of 4."""
    return -size % 4 + size


class Packed(NamedTuple):
    """The weights as the compiled loops take them; see :mod:`memsim.models.networks.compiled.sequences`."""

    into: Array
    """(4H, H4 + I4 + RW4)."""
    bias: Array
    """(4H,)."""
    out: Array
    """((O + E)4, H4)."""
    out_bias: Array
    """(O + E,)."""
    read_out: Array
    """(O4, RW4)."""
    sizes: tuple[int, int, int, int]
    """I, H, O, and R times W."""

    @classmethod
    def of(cls, weights: Sequence[Tensor]) -> Packed:
        """From the weights of :class:`_Sequence`."""
        inner, outer, inner_bias, outer_bias, project, project_bias, read = (each.detach().numpy() for each in weights)
        hidden, (size, read_size) = outer.shape[1], read.shape
        inputs = inner.shape[1] - read_size
        above, read_at = whole(hidden), whole(hidden) + whole(inputs)
        into = np.zeros((4 * hidden, read_at + whole(read_size)), inner.dtype)
        into[:, :hidden], into[:, above : above + inputs] = outer, inner[:, :inputs]
        into[:, read_at : read_at + read_size] = inner[:, inputs:]
        out = np.zeros((whole(len(project)), above), inner.dtype)
        out[: len(project), :hidden] = project
        read_out = np.zeros((whole(size), whole(read_size)), inner.dtype)
        read_out[:size, :read_size] = read
        return cls(into, inner_bias + outer_bias, out, project_bias, read_out, (inputs, hidden, size, read_size))


class _Sequence(Function):
    @staticmethod
    def forward(ctx: Any, limit: float, inputs: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        weights, (h, c, contents, *state, read) = given[:7], (each.detach() for each in given[7:])
        packed = Packed.of(weights)
        n_inputs, hidden, size, read_size = packed.sizes
        steps, batch, _ = inputs.shape
        rows, above = whole(batch), packed.out.shape[1]
        read_at, emits = above + whole(n_inputs), len(packed.out_bias)
        before = (contents.transpose(1, 2), *state)
        slots, heads = before[0].shape[2], state[4].shape[1]
        like = inputs.detach()

        def array(*shape: int) -> Tensor:
            return empty(shape, like)

        seen = array(steps + 1, rows, packed.into.shape[1]).zero_()
        seen[:-1, :batch, above : above + n_inputs] = like
        seen[0, :batch, :hidden], seen[0, :batch, read_at : read_at + read_size] = h, read
        gates, bent, emitted = (array(steps, rows, width) for width in (4 * hidden, hidden, emits))
        cells = array(steps + 1, rows, hidden)
        cells[0, :batch], cells[0, batch:] = c, 0
        states = [array(steps + 1, *each.shape) for each in before]
        for each, first in zip(states, before, strict=True):
            each[0] = first
        states.insert(1, array(steps + 1, batch, slots))
        kept = [
            torch.empty((steps, batch, slots), dtype=torch.int64),
            array(steps, batch, 2, slots),
            array(steps, batch, 3, heads, slots),
        ]
        outputs = array(steps, batch, size)
        ctx.kept = (seen, gates, cells, bent, emitted, *states, *kept)
        ctx.packed, ctx.limit, ctx.batch = packed, packed.bias.dtype.type(limit), batch
        ctx.set_materialize_grads(False)
        sequences.forward(
            ctx.limit, np.ascontiguousarray(packed.into.T), packed.bias,
            np.ascontiguousarray(packed.out[:emits].T), packed.out_bias, np.ascontiguousarray(packed.read_out[:size].T),
            outputs.numpy(), *(each.numpy() for each in ctx.kept),
        )  # fmt: skip
        last = [each[-1] for each in states]
        h, read = seen[-1, :batch, :hidden], seen[-1, :batch, read_at : read_at + read_size]
        return outputs, h, cells[-1, :batch], last[0].transpose(1, 2), *last[2:], read

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *given: Tensor | None) -> tuple[Tensor | None, ...]:
        g_outputs, g_h, g_c, *g_state, g_read = given
        packed, batch, kept = ctx.packed, ctx.batch, ctx.kept
        n_inputs, hidden, size, read_size = packed.sizes
        seen, _, _, bent, emitted, memory, _, *state = kept[:12]
        steps, rows, _ = bent.shape
        above, emits = packed.out.shape[1], len(packed.out_bias)
        read_at = above + whole(n_inputs)

        def filled(shape: tuple[int, ...], *parts: tuple[Tensor | None, Any]) -> Tensor:
            result = seen.new_zeros(shape)
            for part, place in parts:
                if part is not None:
                    result[place] = part
            return result

        by_outputs = filled((steps, rows, whole(size)), (g_outputs, np.s_[:, :batch, :size]))
        by_seen = filled(
            (rows, seen.shape[2]), (g_h, np.s_[:batch, :hidden]),
            (g_read, np.s_[:batch, read_at : read_at + read_size]),
        )  # fmt: skip
        by_cell = filled((rows, hidden), (g_c, np.s_[:batch]))
        by_state = gradients_of([each[0] for each in (memory, *state)], g_state)
        by_inputs = seen.new_empty((steps, rows, whole(n_inputs)))
        by_gates, by_emitted = seen.new_empty((steps, rows, 4 * hidden)), filled((steps, rows, len(packed.out)))
        sequences.backward(
            ctx.limit, size, packed.into, packed.out, packed.read_out, *(each.numpy() for each in kept),
            *(each.numpy() for each in (by_outputs, by_seen, by_cell, *by_state)), g_state[LINKS] is not None,
            *(each.numpy() for each in (by_inputs, by_gates, by_emitted)),
        )  # fmt: skip
        rows_of = [each.flatten(0, 1).numpy() for each in (by_gates, by_emitted, by_outputs, seen[:-1], seen[1:])]
        by_into, by_out, by_read = (np.zeros_like(each) for each in (packed.into, packed.out, packed.read_out))
        sequences.add_outer(rows_of[0], rows_of[3], by_into)
        sequences.add_outer(rows_of[1], rows_of[4][:, :above], by_out)
        sequences.add_outer(rows_of[2], rows_of[4][:, read_at:], by_read)
        by_bias = by_gates.sum((0, 1))
        into, out, read_out = (torch.from_numpy(each) for each in (by_into, by_out, by_read))
        inner = torch.cat((into[:, above : above + n_inputs], into[:, read_at : read_at + read_size]), dim=1)
        return (
            None, by_inputs[:, :batch, :n_inputs], inner, into[:, :hidden], by_bias, by_bias, out[:emits, :hidden],
            by_emitted.sum((0, 1))[:emits], read_out[:size, :read_size], by_seen[:batch, :hidden], by_cell[:batch],
            by_state[0].transpose(1, 2), *by_state[1:], by_seen[:batch, read_at : read_at + read_size],
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
    given = (*weights, *carried, *memory, read)
    outputs, h, c, *after, read = _Sequence.apply(limit, inputs, *given)  # type: ignore[no-untyped-call]
    return outputs, (h, c), MemoryState(*after), read

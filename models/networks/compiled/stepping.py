"""Sequences of the DNC and of the LSTM in compiled loops, of which each input depends on the outputs before it."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn.functional import linear

from memsim.core.arrays import BoolArray
from memsim.models.networks.compiled import sequences
from memsim.models.networks.compiled.unrolled import (
    CELLS,
    GATES,
    MEMORY,
    SEEN,
    STATES,
    Array,
    Packed,
    left_behind,
    taken_by,
    weight_gradients,
    whole,
)
from memsim.models.networks.cores.lstm import Controlled
from memsim.models.networks.fused import gradients_of
from memsim.models.networks.memory import LIMIT

MEMORIES = tuple(range(MEMORY, MEMORY + 7))
CARRIED = (SEEN, CELLS, *MEMORIES)
"""The arrays of :func:`memsim.models.networks.compiled.unrolled.left_behind` that hold states; all others hold what a
step leaves."""


class Stepping:
    """A core from its start on, one step at a time, without gradients; then the outputs of all steps with theirs.

    What the steps leave is kept where gradients are enabled, so that no step is computed again. Between two steps the
    memory may be taken back (:meth:`keep`), and the controller emptied (:meth:`flush`).

    Parameters
    ----------
    core : one that :meth:`memsim.models.networks.cores.lstm.Controlled.compiles` its inputs.
    batch : B, the number of sequences.
    steps : the most steps that will be taken.
    """

    def __init__(self, core: Controlled, batch: int, steps: int) -> None:
        inner, outer, inner_bias, outer_bias, project, project_bias, read_out = core.sequence_weights()
        read_size = read_out.shape[1]
        of_inputs, of_read = torch.split(inner, [inner.shape[1] - read_size, read_size], dim=1)
        self.into = of_inputs, inner_bias + outer_bias
        self.weights = of_read, outer, project, project_bias, read_out
        self.packed = Packed.of(*(each.detach().numpy() for each in self.weights))
        self.packed_weights, self.limit = self.packed.forward(), self.packed.out_bias.dtype.type(LIMIT)
        self.batch, self.rows = batch, np.minimum(np.arange(whole(batch)), batch - 1)[None]
        self.keeps = torch.is_grad_enabled()
        # A change between two steps makes a state of its own.
        entries, states = (steps, 2 * steps + 2) if self.keeps else (1, 3)
        memory = core.empty_memory(batch)
        self.arrays = [each.numpy() for each in left_behind(self.packed, entries, states, batch, memory)]
        self.taken = taken_by(self.packed, batch, memory)
        self.given = np.empty((steps, batch, self.packed.sizes[1]), self.packed.out_bias.dtype)
        self.inputs: list[Tensor] = []
        self.now = 0
        self.before: list[int] = []
        """The number of the state before each step."""
        self.dropped: dict[int, Array] = {}
        """By the number of steps before it, in which sequences the last of them was taken back."""
        self.emptied: set[int] = set()
        """Numbers of steps before which the controller was emptied."""

    @property
    def reading(self) -> slice:
        """What was read last, among what the controller sees."""
        above, (_, _, read_size) = self.packed.out.shape[1], self.packed.sizes
        return slice(above, above + read_size)

    def step(self, inputs: Tensor) -> Tensor:
        """Take a step with ``inputs`` (B, I), whose gradients :meth:`outputs` has; the output (B, O) has none."""
        step = len(self.before)
        own = step if self.keeps else 0
        if self.keeps:
            self.inputs.append(inputs)
        else:
            self._copy(self.now, 0)
            self.now = 0
        start = linear(inputs.detach(), *(each.detach() for each in self.into)).numpy()
        given = self.given[step : step + 1]
        sequences.forward(
            0, self.rows, self.limit, start, *self.packed_weights, given, self.taken, *self._views(self.now, own, 1)
        )  # fmt: skip
        self.before.append(self.now)
        self.now += 1
        return torch.from_numpy(given[0])

    def keep(self, writes: BoolArray) -> None:
        """Take back what the last step did to the memory, where ``writes`` (B,) is false; once after a step.

        Without a memory beside the controller, all of the step is taken back.
        """
        dropped = np.flatnonzero(~writes)
        if not dropped.size:
            return
        self._changed()
        for array, place in self._remembered(self.arrays):
            array[self.now][dropped, place] = array[self.before[-1]][dropped, place]
        self.dropped[len(self.before)] = dropped

    def flush(self) -> None:
        """Set the controller to what it was before the first step."""
        self._changed()
        self.arrays[CELLS][self.now] = 0
        self.arrays[SEEN][self.now, :, : self.packed.out.shape[1]] = 0
        self.emptied.add(len(self.before))

    def outputs(self) -> Tensor:
        """(T, B, O) of all steps, with gradients by inputs and weights where these are enabled."""
        if not self.keeps:
            return torch.from_numpy(self.given[: len(self.before)])
        start = linear(torch.stack(self.inputs), *self.into)
        found: Tensor = _Stepped.apply(self, start, *self.weights)  # type: ignore[no-untyped-call]
        return found

    def gradients(self, g_outputs: Tensor) -> tuple[Tensor, ...]:
        """From gradients (T, B, O) by outputs to those by what inputs add to the gates, and by the weights."""
        packed, steps, rows = self.packed, len(self.before), self.rows.shape[1]
        _, size, _ = packed.sizes
        tensors = [torch.from_numpy(array) for array in self.arrays]
        like = tensors[SEEN]
        by_outputs = like.new_zeros((steps, rows, whole(size)))
        by_outputs[:, : self.batch, :size] = g_outputs
        by_state = [
            torch.zeros_like(like[0]), torch.zeros_like(tensors[CELLS][0]),
            *gradients_of([tensors[index][0] for index in STATES], [None] * len(STATES)),
        ]  # fmt: skip
        by_gates = torch.empty_like(tensors[GATES][:steps])
        by_emitted = like.new_zeros((steps, rows, len(packed.out)))
        state = [each.numpy() for each in by_state]
        changes = {*self.dropped, *self.emptied, *(step - 1 for step in self.dropped)}
        cuts = sorted({0, steps, *(step for step in changes if step < steps)})
        for first, last in reversed(list(pairwise(cuts))):
            held = self._back_through_changes(last, state) if last < steps else []
            sequences.backward(
                self.limit, size, packed.into, packed.out, packed.read_out,
                *self._views(self.before[first], first, last - first), by_outputs[first:last].numpy(), *state,
                last < steps, by_gates[first:last].numpy(), by_emitted[first:last].numpy(),
            )  # fmt: skip
            for part, rows_of, place, gradient in held:
                part[rows_of, place] += gradient
        before = torch.tensor(self.before)
        return by_gates[:, : self.batch], *weight_gradients(
            packed, by_gates, by_emitted, by_outputs, like[before], like[before + 1]
        )

    def _back_through_changes(self, step: int, state: list[Array]) -> list[tuple[Array, Array, Any, Array]]:
        """Through what was changed before a step: gradients that pass by the step before it are taken out."""
        if step in self.emptied:
            state[0][:, : self.packed.out.shape[1]] = 0
            state[1][:] = 0
        if step not in self.dropped:
            return []
        # Gradients by what scales contents to length one are part of those by the contents.
        by_array = defaultdict[int, Any](lambda: None, zip((SEEN, CELLS, *STATES), state, strict=True))
        held, dropped = [], self.dropped[step]
        for part, place in self._remembered(by_array):
            if part is not None:
                held.append((part, dropped, place, part[dropped, place]))
                part[dropped, place] = 0
        return held

    def _remembered(self, arrays: Any) -> list[tuple[Any, Any]]:
        """Those of ``arrays`` that hold the memory, with the place there; without a memory, all of the state."""
        if self.arrays[MEMORY].size:
            return [(arrays[SEEN], self.reading), *((arrays[index], slice(None)) for index in MEMORIES)]
        return [(arrays[SEEN], slice(None)), (arrays[CELLS], slice(None))]

    def _views(self, state: int, own: int, steps: int) -> list[Array]:
        """The arrays of so many steps, from the state with this number on."""
        return [
            array[state : state + steps + 1] if index in CARRIED else array[own : own + steps]
            for index, array in enumerate(self.arrays)
        ]

    def _changed(self) -> None:
        """Go on from a copy of the state, since what a step gave is kept."""
        if not self.before or self.now == self.before[-1] + 1:
            self._copy(self.now, self.now + 1)
            self.now += 1

    def _copy(self, source: int, target: int) -> None:
        if source != target:
            for index in CARRIED:
                self.arrays[index][target] = self.arrays[index][source]


class _Stepped(Function):
    @staticmethod
    def forward(ctx: Any, run: Stepping, start: Tensor, *weights: Tensor) -> Tensor:
        ctx.run = run
        return torch.from_numpy(run.given[: len(start)])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_outputs: Tensor) -> tuple[Tensor | None, ...]:
        return None, *ctx.run.gradients(g_outputs)

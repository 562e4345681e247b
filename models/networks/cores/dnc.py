"""The differentiable neural computer (DNC; Graves et al., 2016) as a core: controller and memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.core.limits import NETWORK
from memsim.models.networks import memory
from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.drifting_context import Drift, DriftingContext
from memsim.models.networks.cores.hops import MOST_HOPS, hop_parts
from memsim.models.networks.cores.lstm import FUSED, Controlled, Layers
from memsim.models.networks.cores.rereading import Rereading
from memsim.models.networks.memory import LIMIT, Interface, MemoryState, interface_size, memory_step, read_interface
from memsim.models.networks.reading import READ_MODES

CONTEXT_PARTS = ("context", "old_context", "new_context")


class DNCState(NamedTuple):
    """What a DNC carries from one step to the next."""

    controller: Layers
    memory: MemoryState
    read_vectors: Tensor
    """(B, heads * row) what was read last."""
    drift: Drift | None = None
    """The drifting context, where there is one."""


class DNC(Controlled):
    """A controller of LSTM layers that writes to and reads from a memory of ``slots`` cells of length ``width``.

    The controller sees the input and what was read last; one projection of its layers gives both its output and the
    interface to the memory; what is read is added to the output (Graves et al., 2016). The equations of the memory are
    in :mod:`memsim.models.networks.memory`. ``masked``, ``deallocate`` and ``sharpened`` are the repairs of Csordas &
    Schmidhuber (2019).

    With ``hops`` above 1 memory is read so many times in a step, each time asked by what was just read, see
    :class:`memsim.models.networks.cores.rereading.Rereading`; the output sees a mean of what was read, and the next
    step begins from the last. So is found in one step what is stored as links: rain, coat, car, window.

    With ``context`` above 0 there is a context of so many numbers, which drifts by the equations of TCM (see
    :class:`memsim.models.networks.cores.drifting_context.DriftingContext`), at the rates ``context_drift`` with items
    and ``distraction_drift`` in distraction. The controller sees it; a row of memory is what the controller writes and,
    beside it, the context; the context half of a key is present context, times what the controller emits. At test what
    is read gives its context back, beside ``old_to_new_context`` times that of the item itself, and so it does within a
    step between two hops.

    With ``fused`` set to true, steps are computed by few operations with gradients of their own, which makes training
    faster: those of the controller on every device, those of the memory on a CPU and without repairs, by compiled
    loops that take seconds to compile the first time. Such steps have no weightings.

    Lesions: ``backward``, ``content`` and ``forward`` are ways of reading, and without some of them the heads read in
    the others alone; without ``reading`` they read nothing and stand nowhere, so that no slot is freed because it was
    read, and free slots run out sooner; without ``writing`` nothing is written, and ``memory`` is both. Without
    ``hop_2`` a step reads once, without ``hop_3`` at most twice, and so on. Weightings of reads have the heads of the
    first hop first. Without ``context`` memory is not asked by context, though it drifts on; without ``old_context``
    items bring back no context of their own, without ``new_context`` what is read brings back none.
    """

    parts: tuple[str, ...] = (*READ_MODES, "reading", "writing", "memory")
    roles: ClassVar = {
        "memory": "memory.memory", "links": "memory.links", "controller": "controller", "usage": "memory.usage",
        "precedence": "memory.precedence", "written": "memory.write", "read": "read_vectors",
    }  # fmt: skip
    rows: Mapping[str, tuple[str, ...]] = {"read_modes": READ_MODES}  # type: ignore[misc]
    limits: ClassVar = {
        "hops": (1, MOST_HOPS), "context": (0, NETWORK["width"]), "context_drift": (0.0, 1.0),
        "old_to_new_context": (0.0, 1000.0), "distraction_drift": (0.0, 1.0),
    }  # fmt: skip
    in_loops = True

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        slots: int = 16,
        width: int = 16,
        heads: int = 1,
        hops: int = 1,
        context: int = 0,
        context_drift: float = 0.6,
        old_to_new_context: float = 1.0,
        distraction_drift: float = 0.373,
        hidden: int = 96,
        layers: int = 1,
        layer_norm: bool = False,
        masked: bool = False,
        deallocate: bool = False,
        sharpened: bool = False,
    ) -> None:
        super().__init__()
        self.output_size, self.slots, self.width, self.heads = output_size, slots, width, heads
        self.deallocate, self.repairs = deallocate, {"masked": masked, "sharpened": sharpened}
        self.context, self.row = context, width + context
        self.interface_size = interface_size(self.row, heads, **self.repairs)
        seen, emitted = input_size + context + heads * self.row, output_size + self.interface_size - context
        self.make_layers(seen, emitted, hidden, layers, layer_norm)
        self.read_out = nn.Linear(heads * self.row, output_size, bias=False)
        self.open_forget_gates()
        nn.init.xavier_uniform_(self.project.weight[output_size:])
        self.hops = hops
        self.rereading = Rereading(hidden, self.row, heads, hops) if hops > 1 else None
        rates = (context_drift, old_to_new_context, distraction_drift)
        if not context and rates != (0.6, 1.0, 0.373):
            raise InputError(
                f"DNC: context_drift, old_to_new_context and distraction_drift, given as {rates}, have no effect with "
                "context=0; give context a size, as in context=16, or leave them out"
            )
        self.drifting = DriftingContext(input_size, context, *rates) if context else None
        self.parts = (*type(self).parts, *hop_parts(hops), *(CONTEXT_PARTS if context else ()))
        if hops > 1:
            self.rows = {**type(self).rows, "hop_shares": tuple(f"hop {number}" for number in range(1, hops + 1))}

    def start(self, batch: int) -> DNCState:
        """The state before the first step: all zero."""
        like = self.project.weight
        drift = None if self.drifting is None else self.drifting.start(batch)
        return DNCState(
            self.blank(batch), self.empty_memory(batch), like.new_zeros((batch, self.heads * self.row)), drift
        )

    def step(
        self, inputs: Tensor, state: DNCState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, DNCState, Weightings]:
        """One step: write, then read; see :class:`memsim.models.networks.memory.Weightings` for the weightings."""
        if not without and self.compiles(inputs):
            outputs, state = self.unroll(inputs[None], state)
            return outputs[0], state, {}
        fused = self.fused and not without
        looped = fused and inputs.device.type == "cpu" and inputs.dtype in FUSED
        drift = self.drifted(inputs, state, without, looped)
        context = () if drift is None else (drift.context,)
        seen = torch.cat((inputs, *context, state.read_vectors), dim=1)
        emitted, layers = self.control(seen, state.controller, fused)
        output, emitted = torch.split(emitted, [self.output_size, self.interface_size - self.context], dim=1)
        if drift is not None:
            emitted = self.with_context(emitted.clamp(-LIMIT, LIMIT), drift, without)
        weightings: Weightings = {}
        repairs: tuple[Tensor | None, Tensor | None] = (None, None)
        if looped and emitted.dtype in FUSED and not self.is_varied:
            from memsim.models.networks.fused import fused_memory_step  # numba, unused in a default run

            (read, after), addressed = fused_memory_step(emitted, state.memory, LIMIT), None
        else:
            interface = read_interface(emitted.clamp(-LIMIT, LIMIT), self.row, self.heads, **self.repairs)
            if without:
                interface = lesioned(interface, without)
            read, after, addressed = memory_step(state.memory, interface, deallocate=self.deallocate)
            weightings = _by_name(addressed)
            repairs = (interface.masks, interface.sharpness)
        if self.rereading is None:
            read = read.flatten(1)
            return output + self.read_out(read), DNCState(layers, after, read, drift), weightings

        def keyed(keys: Tensor, last: Tensor) -> Tensor:
            nonlocal drift
            if self.drifting is None or drift is None:
                return keys
            if "new_context" not in without:
                drift = self.drifting.brought_back(drift, self.context_of(last), inputs, fused=looped)
            return self.asked(keys, drift, without)

        left = partial(modes_left, without=without)
        again = self.rereading(layers[-1][0], (read, after, addressed), repairs, without, left, keyed)
        output = output + self.read_out(again.given.flatten(1))
        return output, DNCState(layers, again.state, again.last.flatten(1), drift), {**weightings, **again.weightings}

    def lay_out(self, items: int) -> None:
        """The first so many inputs are an item, and the next three are flags of what a step is for."""
        if self.drifting is not None:
            self.drifting.lay_out(items)

    def context_of(self, read: Tensor) -> Tensor:
        """(B, C) the context half of what the heads read, (B, R, row), on average."""
        return read[..., self.width :].mean(dim=1)

    def drifted(self, inputs: Tensor, state: DNCState, without: Collection[str], fused: bool) -> Drift | None:
        """Context in a step with these inputs."""
        if self.drifting is None or state.drift is None:
            return None
        brought = self.context_of(state.read_vectors.view(-1, self.heads, self.row))
        own, new = "old_context" not in without, "new_context" not in without
        return self.drifting.step(inputs, state.drift, brought, own=own, new=new, fused=fused)

    def with_context(self, emitted: Tensor, drift: Drift, without: Collection[str]) -> Tensor:
        """The interface with present context beside what is written, and the context half of keys times it."""
        # After the keys of the read heads come that of the write head, what is erased, and the vector.
        start, place = self.heads * self.row, 2 * self.row + self.width
        keys, before, after = emitted.tensor_split((start, start + place), dim=1)
        keys = self.asked(keys.view(len(keys), self.heads, self.row), drift, without).flatten(1)
        return torch.cat((keys, before, drift.context, after), dim=1)

    def asked(self, keys: Tensor, drift: Drift, without: Collection[str]) -> Tensor:
        """``keys`` (B, R, row) with the context half times present context."""
        kept = 0.0 if "context" in without else 1.0
        own, by_context = keys.tensor_split((self.width,), dim=2)
        return torch.cat((own, kept * by_context * drift.context[:, None]), dim=2)

    @property
    def is_varied(self) -> bool:
        """Whether the memory is another than that of the paper, which the faster operations do not know."""
        return self.deallocate or any(self.repairs.values())

    @property
    def has_compiled_loops(self) -> bool:
        """As of any controller; the memory is the paper's, without repairs or context, and read once in a step."""
        return super().has_compiled_loops and not (self.is_varied or self.hops > 1 or self.context)

    def sequence_weights(self) -> tuple[Tensor, ...]:
        """The weights as compiled loops take them."""
        return (*super().sequence_weights()[:-1], self.read_out.weight)

    def empty_memory(self, batch: int) -> MemoryState:
        """The memory before the first step."""
        return MemoryState.zero(batch, self.slots, self.row, self.heads, self.project.weight)

    def unroll(self, inputs: Tensor, state: DNCState | None = None) -> tuple[Tensor, DNCState]:
        """As :meth:`memsim.models.networks.cores.core.Core.unroll`.

        With :attr:`fused`, a sequence is one call of compiled loops.
        """
        if not self.compiles(inputs):
            return super().unroll(inputs, state)
        from memsim.models.networks.compiled.unrolled import compiled_unroll  # numba, unused in a default run

        state = self.start(inputs.shape[1]) if state is None else state
        outputs, carried, after, read = compiled_unroll(
            inputs, LIMIT, self.sequence_weights(), state.controller[0], state.memory, state.read_vectors
        )
        return outputs, DNCState((carried,), after, read)


def lesioned(interface: Interface, without: Collection[str]) -> Interface:
    """The interface without some :attr:`DNC.parts`; what is left of the ways of reading sums to one as before."""
    if "memory" in without or "writing" in without:
        interface = interface._replace(write_gate=torch.zeros_like(interface.write_gate))
    return interface._replace(read_modes=modes_left(interface.read_modes, without))


def modes_left(modes: Tensor, without: Collection[str]) -> Tensor:
    """The ways of reading ``modes`` (B, R, 3) without some of :attr:`DNC.parts`; what is left sums to one as before."""
    left = [0.0 if mode in without else 1.0 for mode in READ_MODES]
    if "memory" in without or "reading" in without or not any(left):
        return torch.zeros_like(modes)
    if all(left):
        return modes
    modes = modes * modes.new_tensor(left)
    return modes / modes.sum(dim=-1, keepdim=True)


def _by_name(addressed: memory.Weightings) -> Weightings:
    one_head = {
        "write": addressed.write, "allocation": addressed.allocation, "write_content": addressed.write_content,
        "usage": addressed.usage,
    }  # fmt: skip
    return {
        **{name: weighting[:, None] for name, weighting in one_head.items()},
        "read": addressed.reads,
        "backward": addressed.backward,
        "read_content": addressed.read_content,
        "forward": addressed.forward,
        "read_modes": addressed.read_modes,
    }

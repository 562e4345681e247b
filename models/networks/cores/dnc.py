"""The differentiable neural computer (DNC; Graves et al., 2016) as a core: controller and memory."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from memsim.models.networks import memory
from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.lstm import Controlled, Layers
from memsim.models.networks.memory import Interface, MemoryState, interface_size, memory_step, read_interface
from memsim.models.networks.reading import READ_MODES

LIMIT = 20.0
"""Bound on each number of the interface: beyond it gates are open or closed to the last bit, without a gradient."""


class DNCState(NamedTuple):
    """What a DNC carries from one step to the next."""

    controller: Layers
    memory: MemoryState
    read_vectors: Tensor
    """(B, heads * width) what was read last."""


class DNC(Controlled):
    """A controller of LSTM layers that writes to and reads from a memory of ``slots`` cells of length ``width``.

    The controller sees the input and what was read last; one projection of its layers gives both its output and the
    interface to the memory; what is read is added to the output (Graves et al., 2016). The equations of the memory are
    in :mod:`memsim.models.networks.memory`. ``masked``, ``deallocate`` and ``sharpened`` are the repairs of Csordas &
    Schmidhuber (2019).

    With ``fused`` set to true, steps are computed by few operations with gradients of their own, which makes training
    faster: those of the controller on every device, those of the memory on a CPU and without repairs, by compiled
    loops that take seconds to compile the first time. Such steps have no weightings.

    Lesions: ``backward``, ``content`` and ``forward`` are ways of reading, and without some of them the heads read in
    the others alone; without ``reading`` they read nothing, without ``writing`` nothing is written, and ``memory`` is
    both.
    """

    parts = (*READ_MODES, "reading", "writing", "memory")
    roles: ClassVar = {
        "memory": "memory.memory", "links": "memory.links", "controller": "controller", "usage": "memory.usage",
        "precedence": "memory.precedence", "written": "memory.write", "read": "read_vectors",
    }  # fmt: skip
    rows: ClassVar = {"read_modes": READ_MODES}
    in_loops = True

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        slots: int = 16,
        width: int = 16,
        heads: int = 1,
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
        self.interface_size = interface_size(width, heads, **self.repairs)
        self.make_layers(input_size + heads * width, output_size + self.interface_size, hidden, layers, layer_norm)
        self.read_out = nn.Linear(heads * width, output_size, bias=False)
        self.open_forget_gates()
        nn.init.xavier_uniform_(self.project.weight[output_size:])

    def start(self, batch: int) -> DNCState:
        """The state before the first step: all zero."""
        like = self.project.weight
        return DNCState(self.blank(batch), self.empty_memory(batch), like.new_zeros((batch, self.heads * self.width)))

    def step(
        self, inputs: Tensor, state: DNCState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, DNCState, Weightings]:
        """One step: write, then read; see :class:`memsim.models.networks.memory.Weightings` for the weightings."""
        if not without and self.compiles(inputs):
            outputs, state = self.unroll(inputs[None], state)
            return outputs[0], state, {}
        fused = self.fused and not without
        seen = torch.cat((inputs, state.read_vectors), dim=1)
        emitted, layers = self.control(seen, state.controller, fused)
        output, emitted = torch.split(emitted, [self.output_size, self.interface_size], dim=1)
        plain = self.deallocate or any(self.repairs.values()) or emitted.dtype not in (torch.float32, torch.float64)
        weightings: Weightings = {}
        if fused and inputs.device.type == "cpu" and not plain:
            from memsim.models.networks.fused import fused_memory_step  # numba, unused in a default run

            read, after = fused_memory_step(emitted, state.memory, LIMIT)
        else:
            interface = read_interface(emitted.clamp(-LIMIT, LIMIT), self.width, self.heads, **self.repairs)
            if without:
                interface = lesioned(interface, without)
            read, after, addressed = memory_step(state.memory, interface, deallocate=self.deallocate)
            weightings = _by_name(addressed)
        read = read.flatten(1)
        return output + self.read_out(read), DNCState(layers, after, read), weightings

    @property
    def has_compiled_loops(self) -> bool:
        """As of any controller; the memory is the paper's, without repairs."""
        return super().has_compiled_loops and not (self.deallocate or any(self.repairs.values()))

    def sequence_weights(self) -> tuple[Tensor, ...]:
        """The weights as compiled loops take them."""
        return (*super().sequence_weights()[:-1], self.read_out.weight)

    def empty_memory(self, batch: int) -> MemoryState:
        """The memory before the first step."""
        return MemoryState.zero(batch, self.slots, self.width, self.heads, self.project.weight)

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
    left = [0.0 if mode in without else 1.0 for mode in READ_MODES]
    if "memory" in without or "reading" in without or not any(left):
        return interface._replace(read_modes=torch.zeros_like(interface.read_modes))
    if all(left):
        return interface
    modes = interface.read_modes * interface.read_modes.new_tensor(left)
    return interface._replace(read_modes=modes / modes.sum(dim=-1, keepdim=True))


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

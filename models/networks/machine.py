"""Recurrent networks for memory tasks, in torch: the DNC (Graves et al., 2016), and the LSTM alone as its control."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.memory import MemoryState, Weightings, interface_size, memory_step, read_interface
from memsim.models.networks.reading import READ_MODES

LIMIT = 20.0
"""Bound on each number of the interface: beyond it gates are open or closed to the last bit, without a gradient."""


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes and options of a network.

    ``slots`` 0 is the control: the controller alone, without external memory. ``masked``, ``deallocate`` and
    ``sharpened`` are the repairs of Csordas & Schmidhuber (2019).
    """

    input_size: int
    output_size: int
    slots: int = 16
    width: int = 16
    heads: int = 1
    hidden: int = 64
    layers: int = 1
    layer_norm: bool = False
    masked: bool = False
    deallocate: bool = False
    sharpened: bool = False

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            least = 0 if name == "slots" else 1
            if not isinstance(value, bool) and (not isinstance(value, int) or value < least):
                raise InputError(f"NetworkConfig: {name}={value!r} must be a whole number of at least {least}")


class NetworkState(NamedTuple):
    """What a network carries from one step to the next."""

    controller: tuple[tuple[Tensor, Tensor], ...]
    """Output h and cell c, (B, hidden) each, of every layer."""
    memory: MemoryState | None
    """``None`` in a network without external memory."""
    read_vectors: Tensor
    """(B, heads * width) what was read last; (B, 0) without external memory."""


class MemoryNetwork(nn.Module):
    """A controller of LSTM layers that writes to and reads from a memory.

    The controller sees the input and what was read last; one projection of its layers gives both its output and the
    interface to the memory; what is read is added to the output (Graves et al., 2016).

    With ``fused`` set to true, steps are computed by few operations with gradients of their own, which makes training
    faster: those of the controller on every device, those of the memory on a CPU and without repairs, by compiled
    loops that take seconds to compile the first time. The plain step computes the weightings that ``keep`` asks for.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.fused = False
        read = config.heads * config.width if config.slots else 0
        repairs = {"masked": config.masked, "sharpened": config.sharpened}
        self.interface_size = interface_size(config.width, config.heads, **repairs) if config.slots else 0
        sizes = [config.input_size + read + (config.hidden if layer else 0) for layer in range(config.layers)]
        self.cells = nn.ModuleList(nn.LSTMCell(size, config.hidden) for size in sizes)
        norms = (nn.LayerNorm(config.hidden) if config.layer_norm else nn.Identity() for _ in sizes)
        self.norms = nn.ModuleList(norms)
        self.project = nn.Linear(config.hidden * config.layers, config.output_size + self.interface_size)
        self.read_out = nn.Linear(read, config.output_size, bias=False) if read else None
        for cell in self.cells:
            forget = slice(config.hidden, 2 * config.hidden)
            nn.init.ones_(cell.get_parameter("bias_ih")[forget])  # so that at first little is forgotten
            nn.init.zeros_(cell.get_parameter("bias_hh")[forget])
        if config.slots:
            nn.init.xavier_uniform_(self.project.weight[config.output_size :])

    def start(self, batch: int) -> NetworkState:
        """The state before the first step: all zero."""
        config, like = self.config, self.project.weight
        blank = like.new_zeros((batch, config.hidden))
        memory = None
        if config.slots:
            memory = MemoryState.zero(batch, config.slots, config.width, config.heads, like)
        read = like.new_zeros((batch, config.heads * config.width if config.slots else 0))
        return NetworkState(((blank, blank),) * config.layers, memory, read)

    def step(
        self, inputs: Tensor, state: NetworkState, *, keep: bool = False, read_mode: str | None = None
    ) -> tuple[Tensor, NetworkState, Weightings | None]:
        """One step for ``inputs`` (B, input_size): the output (B, output_size), the next state, the weightings.

        Weightings are given if ``keep`` asks for them and there is external memory. With a ``read_mode``, one of
        ``READ_MODES``, heads read in that way alone, whatever the controller emits; with "none" they read nothing.
        """
        config = self.config
        fused = self.fused and not keep and read_mode is None
        if fused:
            from memsim.models.networks.fused import fused_cell, fused_memory_step  # numba, unused in a default run
        seen = torch.cat((inputs, state.read_vectors), dim=1)
        layers, outputs = [], list[Tensor]()
        for cell, norm, carried in zip(self.cells, self.norms, state.controller, strict=True):
            below = torch.cat((seen, outputs[-1]), dim=1) if outputs else seen
            layers.append(fused_cell(cast(nn.LSTMCell, cell), below, carried) if fused else cell(below, carried))
            outputs.append(norm(layers[-1][0]))
        emitted = self.project(outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=1))
        if state.memory is None or self.read_out is None:
            return emitted, NetworkState(tuple(layers), None, state.read_vectors), None
        repairs = {"masked": config.masked, "sharpened": config.sharpened}
        output, emitted = emitted.split((config.output_size, self.interface_size), dim=1)
        plain = (
            config.masked
            or config.deallocate
            or config.sharpened
            or emitted.dtype not in (torch.float32, torch.float64)
        )
        if fused and inputs.device.type == "cpu" and not plain:
            read, memory = fused_memory_step(emitted, state.memory, LIMIT)
            weightings = None
        else:
            interface = read_interface(emitted.clamp(-LIMIT, LIMIT), config.width, config.heads, **repairs)
            if read_mode is not None:
                only = torch.zeros_like(interface.read_modes)
                if read_mode != "none":
                    only[..., READ_MODES.index(read_mode)] = 1
                interface = interface._replace(read_modes=only)
            read, memory, weightings = memory_step(state.memory, interface, deallocate=config.deallocate)
        read = read.flatten(1)
        output = output + self.read_out(read)
        return output, NetworkState(tuple(layers), memory, read), weightings if keep else None

    def forward(self, inputs: Tensor, state: NetworkState | None = None) -> tuple[Tensor, NetworkState]:
        """Run ``inputs`` (T, B, input_size) step by step: outputs (T, B, output_size) and the last state."""
        state = self.start(inputs.shape[1]) if state is None else state
        outputs = []
        for vectors in inputs:
            output, state, _ = self.step(vectors, state)
            outputs.append(output)
        return torch.stack(outputs), state

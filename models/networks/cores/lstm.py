"""The LSTM as a core, and its layers as the controller of cores with external memory."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple, TypeAlias, cast

import torch
from torch import Tensor, nn

from memsim.models.networks.cores.core import Core, Weightings
from memsim.models.networks.memory import MemoryState

FUSED = (torch.float32, torch.float64)
"""The numbers that faster operations compute with."""

Layers: TypeAlias = tuple[tuple[Tensor, Tensor], ...]
"""Output h and cell c, (B, hidden) each, of every layer."""


class Controlled(Core):
    """Layers of LSTM cells, each of which sees the input and the layer below; all layers are projected together.

    ``make_layers`` and ``control`` serve a subclass. The bias of forget gates starts at 1, so that at first little is
    forgotten.
    """

    in_loops: ClassVar[bool] = False
    """Whether compiled loops do what the steps of this very class do; subclasses do not inherit it."""

    def make_layers(self, seen: int, emitted: int, hidden: int, layers: int, layer_norm: bool) -> None:
        """Make the layers for ``seen`` inputs, and their projection to ``emitted`` numbers."""
        sizes = [seen + (hidden if layer else 0) for layer in range(layers)]
        self.cells = nn.ModuleList(nn.LSTMCell(size, hidden) for size in sizes)
        self.norms = nn.ModuleList(nn.LayerNorm(hidden) if layer_norm else nn.Identity() for _ in sizes)
        self.project = nn.Linear(hidden * layers, emitted)
        self.hidden = hidden

    def open_forget_gates(self) -> None:
        """Set the bias of forget gates to 1."""
        forget = slice(self.hidden, 2 * self.hidden)
        for cell in self.cells:
            nn.init.ones_(cell.get_parameter("bias_ih")[forget])
            nn.init.zeros_(cell.get_parameter("bias_hh")[forget])

    def blank(self, batch: int) -> Layers:
        """Layers before the first step: zeros."""
        blank = self.project.weight.new_zeros((batch, self.hidden))
        return ((blank, blank),) * len(self.cells)

    def control(self, seen: Tensor, carried: Layers, fused: bool) -> tuple[Tensor, Layers]:
        """What the layers emit for ``seen`` (B, inputs), and what they carry on."""
        if fused:
            from memsim.models.networks.fused import fused_cell  # numba, unused in a default run
        layers, outputs = [], list[Tensor]()
        for cell, norm, before in zip(self.cells, self.norms, carried, strict=True):
            below = torch.cat((seen, outputs[-1]), dim=1) if outputs else seen
            layers.append(fused_cell(cast(nn.LSTMCell, cell), below, before) if fused else cell(below, before))
            outputs.append(norm(layers[-1][0]))
        return self.project(outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=1)), tuple(layers)

    @property
    def has_compiled_loops(self) -> bool:
        """Whether there are compiled loops for such a core: of one layer without norm, by the steps of its own class.

        A subclass has none, since it may define a step, or what is called in one, anew.
        """
        own = vars(type(self)).get("in_loops", False)
        return own and len(self.cells) == 1 and isinstance(self.norms[0], nn.Identity)

    def compiles(self, inputs: Tensor) -> bool:
        """Whether whole sequences of such inputs run as compiled loops, on a CPU."""
        known = inputs.device.type == "cpu" and inputs.dtype in FUSED
        return self.fused and known and self.has_compiled_loops

    def sequence_weights(self) -> tuple[Tensor, ...]:
        """The weights as compiled loops take them, of a single layer: of inputs and what was read, of h, two biases;
        of the projection, and its bias; and from what is read to outputs, of which there is nothing here.
        """
        cell, project = cast(nn.LSTMCell, self.cells[0]), self.project
        nothing = project.weight.new_empty((len(project.weight), 0))
        return cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh, project.weight, project.bias, nothing

    def empty_memory(self, batch: int) -> MemoryState:
        """The memory before the first step; it has no slots here."""
        return MemoryState.zero(batch, 0, 0, 0, self.project.weight)


class LSTMState(NamedTuple):
    """What an LSTM carries from one step to the next."""

    controller: Layers


class LSTM(Controlled):
    """Layers of LSTM cells (Hochreiter & Schmidhuber, 1997), without external memory: the control of the DNC.

    ::

        i, f, o = σ(W x + U h + b) each      g = tanh(W x + U h + b)
        c <- f ∘ c + i ∘ g                   h <- o ∘ tanh(c)
    """

    roles: ClassVar = {"controller": "controller"}
    in_loops = True

    def __init__(
        self, input_size: int, output_size: int, *, hidden: int = 96, layers: int = 1, layer_norm: bool = False
    ) -> None:
        super().__init__()
        self.make_layers(input_size, output_size, hidden, layers, layer_norm)
        self.open_forget_gates()

    def start(self, batch: int) -> LSTMState:
        """The state before the first step: all zero."""
        return LSTMState(self.blank(batch))

    def step(
        self, inputs: Tensor, state: LSTMState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, LSTMState, Weightings]:
        """One step; there are no weightings."""
        output, layers = self.control(inputs, state.controller, self.fused)
        return output, LSTMState(layers), {}

    def unroll(self, inputs: Tensor, state: LSTMState | None = None) -> tuple[Tensor, LSTMState]:
        """As :meth:`Core.unroll`; with :attr:`fused`, a sequence is one call of compiled loops."""
        if not self.compiles(inputs):
            return super().unroll(inputs, state)
        from memsim.models.networks.compiled.unrolled import compiled_unroll  # numba, unused in a default run

        carried = (self.start(inputs.shape[1]) if state is None else state).controller[0]
        nothing = inputs.new_empty((inputs.shape[1], 0))
        outputs, carried, _, _ = compiled_unroll(
            inputs, torch.inf, self.sequence_weights(), carried, self.empty_memory(inputs.shape[1]), nothing
        )
        return outputs, LSTMState((carried,))

"""The DNC and the LSTM with a controller of modules, of which each task uses some (after PathNet; Fernando et al.,
2017).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from memsim.core.errors import InputError
from memsim.models.networks.cores.lstm import Controlled, Layers

ACTIVE = 2
"""Modules that a task uses."""


class OfTasks(nn.Module):
    """A projection for each task; ``now`` is the task."""

    def __init__(self, like: nn.Linear, n_tasks: int) -> None:
        super().__init__()
        self.each = nn.ModuleList(
            nn.Linear(like.in_features, like.out_features, bias=like.bias is not None) for _ in range(n_tasks)
        )
        for own in self.each:
            own.load_state_dict(like.state_dict())
        self.now = 0

    @property
    def weight(self) -> Tensor:
        """The weights of the first."""
        return cast(nn.Linear, self.each[0]).weight

    def forward(self, inputs: Tensor) -> Tensor:
        """The projection of the task."""
        projected: Tensor = self.each[self.now](inputs)
        return projected


class Modular(Controlled):
    """The layer of LSTM cells in modules of equal size; a task has a path of modules, and projections of its own.

    The units of modules outside the path are 0. Modules that were frozen keep their weights, whatever is trained, and
    hear no other modules than those of the path in which they learned. The task is that of the cue in the first row of
    a batch, which is the last part of the input.
    """

    n_modules: int
    paths: Tensor
    frozen: Tensor
    kept_inputs: Tensor
    kept_units: Tensor
    kept_bias: Tensor

    def divide(self, modules: int, n_tasks: int, input_size: int) -> None:
        """Divide the layer; at first each task uses all modules.

        Raises
        ------
        InputError : the layer cannot be divided so.
        """
        if len(self.cells) > 1 or not isinstance(self.norms[0], nn.Identity):
            raise InputError("modules are for a controller of one layer without layer_norm; leave these out")
        if modules < ACTIVE or self.hidden % modules:
            raise InputError(
                f"modules={modules} must be at least {ACTIVE}, and divide hidden={self.hidden}; give modules=8 with "
                "hidden=128"
            )
        self.n_modules, self.n_tasks, self.first_cue = modules, n_tasks, input_size - n_tasks
        for name in ("project", "read_out"):
            if hasattr(self, name):
                setattr(self, name, OfTasks(getattr(self, name), n_tasks))
        cell = self._cell
        self.register_buffer("paths", torch.ones((n_tasks, modules)))
        self.register_buffer("frozen", torch.zeros(modules, dtype=torch.bool))
        self.register_buffer("kept_inputs", torch.zeros_like(cell.weight_ih.data))
        self.register_buffer("kept_units", torch.zeros_like(cell.weight_hh.data))
        self.register_buffer("kept_bias", torch.zeros_like(cell.bias_ih.data))

    @property
    def _cell(self) -> nn.LSTMCell:
        return cast(nn.LSTMCell, self.cells[0])

    def units(self, of_modules: Tensor) -> Tensor:
        """(hidden,) the values of modules (modules,) for each of their units."""
        return of_modules.repeat_interleave(self.hidden // self.n_modules)

    def weights_now(self) -> tuple[Tensor, Tensor, Tensor]:
        """The weights of inputs and of units, and the bias: those kept where modules are frozen."""
        cell, frozen = self._cell, self.units(self.frozen).repeat(4)
        return (
            torch.where(frozen[:, None], self.kept_inputs, cell.weight_ih),
            torch.where(frozen[:, None], self.kept_units, cell.weight_hh),
            torch.where(frozen, self.kept_bias, cell.bias_ih + cell.bias_hh),
        )

    def control(self, seen: Tensor, carried: Layers, fused: bool) -> tuple[Tensor, Layers]:
        """As of any controller, by the modules of the task's path."""
        task = int(seen[0, self.first_cue : self.first_cue + self.n_tasks].argmax())
        for projection in (self.project, getattr(self, "read_out", None)):
            if projection is not None:
                cast(Any, projection).now = task
        of_inputs, of_units, bias = self.weights_now()
        (before, cell), *_ = carried
        gates = linear(seen, of_inputs, bias) + linear(before, of_units)
        write, keep, new, show = gates.chunk(4, dim=1)
        cell = keep.sigmoid() * cell + write.sigmoid() * new.tanh()
        output = show.sigmoid() * cell.tanh() * self.units(self.paths[task])
        return self.project(output), ((output, cell),)

    @torch.no_grad()
    def take_path(self, task: int, path: Sequence[int]) -> None:
        """The task uses these modules."""
        self.paths[task] = 0
        self.paths[task, list(path)] = 1

    @torch.no_grad()
    def freeze(self, task: int, generator: torch.Generator) -> None:
        """Keep the modules of a task as they are; those that are free begin anew, with random weights."""
        path = self.paths[task].bool()
        newly = self.units(path & ~self.frozen).repeat(4)
        of_inputs, of_units, bias = self.weights_now()
        heard = of_units * self.units(self.paths[task])
        self.kept_inputs[newly], self.kept_units[newly], self.kept_bias[newly] = (
            of_inputs[newly], heard[newly], bias[newly]
        )  # fmt: skip
        self.frozen |= path
        free, cell = ~self.units(self.frozen).repeat(4), self._cell
        width = 1 / math.sqrt(self.hidden)
        for weight in (cell.weight_ih, cell.weight_hh, cell.bias_ih):
            drawn = torch.empty(weight.shape).uniform_(-width, width, generator=generator)
            weight[free] = drawn.to(weight)[free]
        cell.bias_hh[free] = 0
        forget = torch.zeros_like(free)
        forget[self.hidden : 2 * self.hidden] = True
        cell.bias_ih[free & forget] = 1


def divided(core: type[Any]) -> type[Any]:
    """The class of a DNC or an LSTM whose controller has modules.

    Raises
    ------
    InputError : another core.
    """
    if not issubclass(core, Controlled):
        raise InputError(f"modules are for DNC and LSTM, not for {core.__name__}; give network='LSTM', or modules=0")
    return type(f"Modular{core.__name__}", (Modular, core), {})

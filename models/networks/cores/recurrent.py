"""Cores without external memory: any cell of torch, and with it the GRU and the Elman network."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from memsim.models.networks.cores.core import Core, Weightings

START = 0.95
"""The Elman network's recurrent weights at the start, as a multiple of the identity."""


class Recurrent(Core):
    """A cell with torch's calling convention as a core: a subclass names it as its ``kind``.

    A cell is made by ``kind(input_size, hidden)`` and called by ``cell(x, h)``, which gives the next h (B, hidden), or
    by ``cell(x, (h, c))``, which gives both, where ``carried`` is 2. The output is y = V h + b.

    Examples
    --------
    >>> class Mine(Recurrent):
    ...     kind = nn.LSTMCell
    ...     carried = 2
    """

    kind: ClassVar[type[nn.Module]]
    """The class of the cell."""
    carried: ClassVar[int] = 1
    """How many vectors the cell carries."""
    roles: ClassVar = {"controller": ""}

    def __init__(self, input_size: int, output_size: int, *, hidden: int = 96) -> None:
        super().__init__()
        self.hidden = hidden
        self.cell = self.kind(input_size, hidden)
        self.project = nn.Linear(hidden, output_size)

    def start(self, batch: int) -> Any:
        """Zeros: h (B, hidden), or a tuple of as many as the cell carries."""
        vectors = tuple(self.project.weight.new_zeros((batch, self.hidden)) for _ in range(self.carried))
        return vectors if self.carried > 1 else vectors[0]

    def step(
        self, inputs: Tensor, state: Any, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, Any, Weightings]:
        """One step of the cell; there are no weightings."""
        state = self.cell(inputs, state)
        return self.project(state[0] if self.carried > 1 else state), state, {}


class GRU(Recurrent):
    """A layer of gated recurrent units (Cho et al., 2014), in torch's form.

    ::

        r = σ(W_r x + U_r h)      z = σ(W_z x + U_z h)
        n = tanh(W_n x + r ∘ (U_n h + b))      h <- (1 - z) ∘ n + z ∘ h
    """

    kind = nn.GRUCell


class Elman(Recurrent):
    """A simple recurrent network (Elman, 1990): h <- tanh(W x + U h + b).

    U starts as .95 times the identity, since a random U hardly trains over tens of steps. With ``time_constant`` τ > 1
    its units leak: h <- (1 - 1 / τ) h + tanh(W x + U h + b) / τ.
    """

    kind = nn.RNNCell
    limits: ClassVar = {"time_constant": (1.0, 1000.0)}

    def __init__(self, input_size: int, output_size: int, *, hidden: int = 96, time_constant: float = 1.0) -> None:
        super().__init__(input_size, output_size, hidden=hidden)
        self.time_constant = time_constant
        with torch.no_grad():
            self.cell.get_parameter("weight_hh").copy_(START * torch.eye(hidden))

    def step(
        self, inputs: Tensor, state: Tensor, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, Tensor, Weightings]:
        """One step; there are no weightings."""
        new = self.cell(inputs, state)
        state = new if self.time_constant == 1 else state + (new - state) / self.time_constant
        return self.project(state), state, {}

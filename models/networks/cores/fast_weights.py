"""Fast weights (Ba et al., 2016) as a core: a recurrent network that is drawn to its own recent past."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from memsim.models.networks.cores.core import Core, Weightings

START = 0.05
"""The recurrent weights at the start, as a multiple of the identity."""


class FastWeightsState(NamedTuple):
    """What fast weights carry from one step to the next."""

    hidden: Tensor
    """(B, hidden) h."""
    fast: Tensor
    """(B, hidden, hidden) A."""


def stored(fast: Tensor, hidden: Tensor, decay: float, rate: float) -> Tensor:
    """λ A + η h hᵀ, (B, hidden, hidden), for h (B, hidden)."""
    return torch.baddbmm(fast, hidden[:, :, None], hidden[:, None], beta=decay, alpha=rate)


def read(fast: Tensor, hidden: Tensor) -> Tensor:
    """A h, (B, hidden)."""
    return torch.bmm(fast, hidden[:, :, None])[:, :, 0]


class FastWeights(Core):
    """A recurrent network with a second, fast matrix of weights A, into which each step stores its own h.

    ::

        A <- λ A + η h hᵀ      z = W h + C x + b      h <- relu(z)
        ``inner`` times: h <- relu(LayerNorm(z + A h))

    A h is a sum over past h, each weighed by its likeness to the present one and by λ to the power of its age (Ba et
    al., 2016). Without the norm of layers, A h grows out of all bounds. W starts as .05 times the identity. The output
    is y = V h + c.

    λ is ``decay`` and η is ``rate``, which was .5 in the paper. Here the default is smaller: the norm makes h about
    √(hidden / 2) long, so that A h grows with η hidden / 2, and with .5 it drowns the input before anything is learned.
    Lesions: without ``reading``, A h is left out; without ``writing``, A only decays;
    and ``memory`` is both.
    """

    parts = ("reading", "writing", "memory")
    roles: ClassVar = {"memory": "fast", "controller": "hidden"}
    limits: ClassVar = {"inner": (1, 100), "decay": (0.0, 1.0), "rate": (0.0, 100.0)}

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        hidden: int = 64,
        inner: int = 1,
        decay: float = 0.95,
        rate: float = 0.02,
    ) -> None:
        super().__init__()
        self.hidden, self.inner, self.decay, self.rate = hidden, inner, decay, rate
        self.see, self.recur = nn.Linear(input_size, hidden), nn.Linear(hidden, hidden, bias=False)
        self.norm, self.project = nn.LayerNorm(hidden), nn.Linear(hidden, output_size)
        with torch.no_grad():
            self.recur.weight.copy_(START * torch.eye(hidden))

    def start(self, batch: int) -> FastWeightsState:
        """The state before the first step: all zero."""
        zeros = self.project.weight.new_zeros
        return FastWeightsState(zeros((batch, self.hidden)), zeros((batch, self.hidden, self.hidden)))

    def step(
        self, inputs: Tensor, state: FastWeightsState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, FastWeightsState, Weightings]:
        """One step; there are no weightings, since A holds no cells."""
        writes = "memory" not in without and "writing" not in without
        reads = "memory" not in without and "reading" not in without
        fast = stored(state.fast, state.hidden, self.decay, self.rate if writes else 0.0)
        slow = self.see(inputs) + self.recur(state.hidden)
        hidden = slow.relu()
        for _ in range(self.inner):
            hidden = self.norm(slow + (read(fast, hidden) if reads else 0.0)).relu()
        return self.project(hidden), FastWeightsState(hidden, fast), {}

    def unroll(self, inputs: Tensor, state: FastWeightsState | None = None) -> tuple[Tensor, FastWeightsState]:
        """As :meth:`memsim.models.networks.cores.core.Core.unroll`, with A h as the sum over past h that it is.

        A itself is computed once, after the last step. With more steps than units, the past is larger than A.
        """
        if len(inputs) > self.hidden:
            return super().unroll(inputs, state)
        before, fast = self.start(inputs.shape[1]) if state is None else state
        ages = torch.arange(len(inputs), -1, -1, dtype=inputs.dtype, device=inputs.device)
        left = self.decay**ages
        past, outputs = before[:, None], []
        for number, seen in enumerate(self.see(inputs), start=1):
            weights = self.rate * left[-number:]
            slow = seen + self.recur(past[:, -1])
            hidden = slow.relu()
            for _ in range(self.inner):
                likeness = torch.bmm(past, hidden[:, :, None])[:, :, 0]
                recalled = torch.bmm((weights * likeness)[:, None], past)[:, 0]
                if state is not None:
                    recalled = recalled + left[-1 - number] * read(fast, hidden)
                hidden = self.norm(slow + recalled).relu()
            past = torch.cat((past, hidden[:, None]), dim=1)
            outputs.append(hidden)
        stored_rows = past[:, :-1]
        weighed = stored_rows * (self.rate * left[1:])[:, None]
        fast = torch.baddbmm(fast, weighed.transpose(1, 2), stored_rows, beta=self.decay ** len(inputs))
        return self.project(torch.stack(outputs)), FastWeightsState(past[:, -1], fast)

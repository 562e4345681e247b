"""A modern Hopfield network (Ramsauer et al., 2021) as the store of a core: rows are appended, never erased."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.growing_rows import appended, newest
from memsim.models.networks.cores.hops import MOST_HOPS, hop_parts, hops_left, side_by_side
from memsim.models.networks.cores.lstm import Controlled, Layers
from memsim.models.networks.memory import LIMIT, unit_length

START, MOST = 2.0, 5.0
"""The logarithm of the strength β at the start, and at most."""


class Store(NamedTuple):
    """What is stored: a key and a value of each row."""

    keys: Tensor
    """(B, t, d) X, of unit length."""
    values: Tensor
    """(B, t, d) V."""


class HopfieldState(NamedTuple):
    """What the core carries from one step to the next."""

    controller: Layers
    memory: Store
    read_vectors: Tensor
    """(B, R * d) what was read last."""


class HopfieldStore(Controlled):
    """A controller of LSTM layers that stores a row in every step, and reads by settling into what is stored.

    ::

        a row is appended: key x and value v
        T - 1 times: ξ <- Xᵀ softmax(β X ξ)      w = softmax(β X ξ)      r = Vᵀ w      y = V [h; r]

    x, v and a start ξ for each of the R = ``heads`` heads are what the controller emits, bounded by ±20; x and ξ have
    unit length, so that β is a strength of cosines. β is learned and starts at e². T is ``updates``: with 1 this is
    attention; more of them clean the question up before it is answered. A store of ``slots`` rows drops the oldest. The
    controller sees what was read in the step before. With ``hops`` above 1 a step reads so many times, each time from
    a start that the controller's h and what was just read give, ξ = W [h; r]; r is that of the last.

    Lesions: without ``reading`` nothing is read, without ``writing`` no row is appended, and ``memory`` is both;
    without ``hop_2`` a step reads once, and so on. The weighting ``read`` has the heads of the first hop first.

    References
    ----------
    Ramsauer, Schäfl, Lehner, et al. (2021), ICLR. The controller and the growing store are ours.
    """

    parts: tuple[str, ...] = ("reading", "writing", "memory")
    roles: ClassVar = {"memory": "memory", "controller": "controller", "read": "read_vectors"}
    limits: ClassVar = {"hops": (1, MOST_HOPS), "updates": (1, 64)}

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        slots: int = 64,
        width: int = 16,
        heads: int = 1,
        hops: int = 1,
        updates: int = 1,
        hidden: int = 96,
        layers: int = 1,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        self.output_size, self.slots, self.width, self.heads, self.updates = output_size, slots, width, heads, updates
        self.hops = hops
        self.parts = (*type(self).parts, *hop_parts(hops))
        self.make_layers(input_size + heads * width, output_size + (heads + 2) * width, hidden, layers, layer_norm)
        self.read_out = nn.Linear(heads * width, output_size, bias=False)
        self.log_strength = nn.Parameter(torch.tensor(START))
        self.open_forget_gates()
        nn.init.xavier_uniform_(self.project.weight[output_size:])
        self.next_keys = nn.Linear(hidden + heads * width, heads * width) if hops > 1 else None

    def start(self, batch: int) -> HopfieldState:
        """The state before the first step: no rows, zeros elsewhere."""
        zeros = self.project.weight.new_zeros
        keys, values = (zeros((batch, 0, self.width)) for _ in range(2))
        return HopfieldState(self.blank(batch), Store(keys, values), zeros((batch, self.heads * self.width)))

    def step(
        self, inputs: Tensor, state: HopfieldState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, HopfieldState, Weightings]:
        """One step: store, then read. Weightings are ``write`` and ``read``."""
        seen = torch.cat((inputs, state.read_vectors), dim=1)
        emitted, layers = self.control(seen, state.controller, self.fused and not without)
        output, emitted = emitted.tensor_split((self.output_size,), dim=1)
        emitted = emitted.clamp(-LIMIT, LIMIT).view(len(emitted), self.heads + 2, self.width)
        value, directions = emitted[:, 0], unit_length(emitted[:, 1:])
        keys, values = state.memory
        writes = "memory" not in without and "writing" not in without
        if writes:
            keys, values = appended(keys, directions[:, 0], self.slots), appended(values, value, self.slots)
        off = "memory" in without or "reading" in without
        strength, asked, hops = self.log_strength.clamp(max=MOST).exp(), directions[:, 1:], list[Tensor]()
        read = state.read_vectors
        for hop in range(hops_left(self.hops, without)):
            if hop and self.next_keys is not None:
                again = self.next_keys(torch.cat((layers[-1][0], read), dim=1)).clamp(-LIMIT, LIMIT)
                asked = unit_length(again.view(-1, self.heads, self.width))
            if off:
                reads = keys.new_zeros((len(keys), self.heads, keys.shape[1]))
            else:
                reads = settled(keys, asked, strength, self.updates)
            read = (reads @ values).flatten(1)
            hops.append(reads)
        weightings = {"write": newest(keys) * writes, "read": side_by_side(hops, self.hops)}
        return output + self.read_out(read), HopfieldState(layers, Store(keys, values), read), weightings


def settled(keys: Tensor, asked: Tensor, strength: Tensor | float, updates: int) -> Tensor:
    """The weighting (B, R, t) of ``keys`` (B, t, d) in the last of so many updates of ``asked`` (B, R, d)."""
    weighting = _one_update(keys, asked, strength)
    for _ in range(updates - 1):
        weighting = _one_update(keys, weighting @ keys, strength)
    return weighting


def _one_update(keys: Tensor, asked: Tensor, strength: Tensor | float) -> Tensor:
    return (strength * (asked @ keys.transpose(1, 2))).softmax(dim=2)

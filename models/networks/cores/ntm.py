"""The neural Turing machine (NTM; Graves et al., 2014) as a core."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.core.errors import InputError
from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.hops import MOST_HOPS, hop_parts, hops_left, side_by_side
from memsim.models.networks.cores.lstm import Controlled, Layers
from memsim.models.networks.memory import BLANK, LIMIT, content_weighting, oneplus

EPSILON = 1e-8
"""Added to a weighting before its logarithm."""


class NTMState(NamedTuple):
    """What an NTM carries from one step to the next."""

    controller: Layers
    memory: Tensor
    """(B, N, W) contents M."""
    write: Tensor
    """(B, 1, N) where the write head stands."""
    reads: Tensor
    """(B, R, N) where the read heads stand."""
    read_vectors: Tensor
    """(B, R * W) what was read last."""


class Heads(NamedTuple):
    """How H heads are to move in a step, after the activations."""

    keys: Tensor
    """(B, H, W) k, in [-1, 1]."""
    strengths: Tensor
    """(B, H) β, above 0."""
    gates: Tensor
    """(B, H) g, in [0, 1]: by content, or from where the head stood."""
    shifts: Tensor
    """(B, H, 2 * reach + 1) s of the shifts from -reach to reach; they sum to one."""
    sharpness: Tensor
    """(B, H) γ, at least 1."""


class NTM(Controlled):
    """A controller of LSTM layers with heads that find a cell by content, or move on from the cell where they stood.

    ::

        w^c = softmax_i(β cos(k, M_i))          w^g = g w^c + (1 - g) w_{t-1}
        w~_i = Σ_j w^g_j s_{(i - j) mod N}      w = softmax(γ log(w~ + 1e-8)), which is w~^γ, scaled
        M_i <- M_i ∘ (1 - w_i e) + w_i a        r = Mᵀ w        y = V [h; r]

    for each head, with k = tanh(.), β = softplus(.), g = σ(.), s = softmax(.), γ = 1 + softplus(.), e = σ(.) and
    a = tanh(.) of what the controller emits, which is bounded by ±20. There are one write head and R = ``heads`` read
    heads. A step writes, and then reads the new contents; the controller sees what was read in the step before.

    At the start every number of M is 1e-6 and all heads stand on the first cell: equal rows under equal weightings
    would stay equal. ``reach`` is the longest shift. With ``hops`` above 1 the read heads move so many times in a step,
    from where they stand, each time with a key that the controller's h and what was just read give,
    k = tanh(W [h; r]).

    Lesions: without ``content`` heads only move on from where they stand (g = 0), without ``location`` they only find
    by content (g = 1, no shift); without ``reading`` nothing is read, without ``writing`` nothing is written, and
    ``memory`` is both; without ``hop_2`` a step reads once, and so on. The weighting ``read`` has the heads of
    the first hop first.

    References
    ----------
    Graves, Wayne and Danihelka (2014), arXiv 1410.5401; on the start Collier and Beel (2018), ICANN.
    """

    parts: tuple[str, ...] = ("content", "location", "reading", "writing", "memory")
    roles: ClassVar = {"memory": "memory", "controller": "controller", "written": "write", "read": "read_vectors"}
    limits: ClassVar = {"hops": (1, MOST_HOPS), "reach": (1, 16)}

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        slots: int = 24,
        width: int = 16,
        heads: int = 1,
        hops: int = 1,
        reach: int = 1,
        hidden: int = 96,
        layers: int = 1,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        if reach > slots:
            raise InputError(
                f"NTM: reach={reach} is beyond the slots={slots} of the memory; heads need not go around it"
            )
        self.output_size, self.slots, self.width, self.heads, self.hops = output_size, slots, width, heads, hops
        self.reach = reach
        self.per_head = width + 3 + 2 * reach + 1
        interface_size = (heads + 1) * self.per_head + 2 * width
        self.make_layers(input_size + heads * width, output_size + interface_size, hidden, layers, layer_norm)
        self.read_out = nn.Linear(heads * width, output_size, bias=False)
        self.next_keys = nn.Linear(hidden + heads * width, heads * width) if hops > 1 else None
        self.parts = (*type(self).parts, *hop_parts(hops))
        self.open_forget_gates()
        nn.init.xavier_uniform_(self.project.weight[output_size:])

    def start(self, batch: int) -> NTMState:
        """The state before the first step: contents of 1e-6, heads on the first cell, zeros elsewhere."""
        zeros = self.project.weight.new_zeros
        stand = functional.pad(zeros((batch, self.heads + 1, 1)) + 1, (0, self.slots - 1))
        return NTMState(
            self.blank(batch),
            zeros((batch, self.slots, self.width)) + BLANK,
            stand[:, self.heads :],
            stand[:, : self.heads],
            zeros((batch, self.heads * self.width)),
        )

    def step(
        self, inputs: Tensor, state: NTMState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, NTMState, Weightings]:
        """One step: write, then read. Weightings are ``write``, ``read``, and the part by content of both."""
        seen = torch.cat((inputs, state.read_vectors), dim=1)
        emitted, layers = self.control(seen, state.controller, self.fused and not without)
        output, emitted = emitted.tensor_split((self.output_size,), dim=1)
        emitted = emitted.clamp(-LIMIT, LIMIT)
        addresses, erase, vector = torch.split(
            emitted, [(self.heads + 1) * self.per_head, self.width, self.width], dim=1
        )
        moves = lesioned(self._moves(addresses), without)
        reading, writing = (Heads(*part) for part in zip(*(each.tensor_split((self.heads,), 1) for each in moves),
                                                         strict=True))  # fmt: skip

        write, write_content = addressed(state.memory, writing, state.write)
        off = "memory" in without
        written = torch.zeros_like(write) if off or "writing" in without else write
        memory = overwritten(state.memory, written[:, 0], erase.sigmoid(), vector.tanh())

        reads, hops, contents = state.reads, [], []
        read = state.read_vectors
        for hop in range(hops_left(self.hops, without)):
            if hop and self.next_keys is not None:
                keys = self.next_keys(torch.cat((layers[-1][0], read), dim=1)).clamp(-LIMIT, LIMIT).tanh()
                reading = reading._replace(keys=keys.view(-1, self.heads, self.width))
            reads, content = addressed(memory, reading, reads)
            looked = torch.zeros_like(reads) if off or "reading" in without else reads
            read = (looked @ memory).flatten(1)
            hops.append(looked)
            contents.append(content)
        weightings = {
            "write": written, "write_content": write_content, "read": side_by_side(hops, self.hops),
            "read_content": side_by_side(contents, self.hops),
        }  # fmt: skip
        return output + self.read_out(read), NTMState(layers, memory, write, reads, read), weightings

    def _moves(self, emitted: Tensor) -> Heads:
        emitted = emitted.view(len(emitted), self.heads + 1, self.per_head)
        sizes = [self.width, 1, 1, 1, 2 * self.reach + 1]
        keys, strengths, gates, sharpness, shifts = torch.split(emitted, sizes, dim=2)
        return Heads(
            keys.tanh(),
            functional.softplus(strengths)[..., 0],
            gates.sigmoid()[..., 0],
            shifts.softmax(dim=2),
            oneplus(sharpness)[..., 0],
        )


def addressed(memory: Tensor, heads: Heads, before: Tensor) -> tuple[Tensor, Tensor]:
    """Where heads that stood at ``before`` (B, H, N) stand next, and the part by content w^c, (B, H, N) each."""
    content = content_weighting(memory, heads.keys, heads.strengths)
    gates = heads.gates[..., None]
    gated = gates * content + (1 - gates) * before
    return sharpened(shifted(gated, heads.shifts), heads.sharpness), content


def shifted(weighting: Tensor, shifts: Tensor) -> Tensor:
    """``weighting`` (B, H, N) moved around the ring of cells by each of the ``shifts`` (B, H, 2 * reach + 1)."""
    reach = shifts.shape[2] // 2
    ring = torch.cat((weighting[..., weighting.shape[2] - reach :], weighting, weighting[..., :reach]), dim=2)
    return (ring.unfold(2, shifts.shape[2], 1) @ shifts.flip(2)[..., None])[..., 0]


def sharpened(weighting: Tensor, sharpness: Tensor) -> Tensor:
    """``weighting`` (B, H, N) to the power ``sharpness`` (B, H), scaled to sum to one; it does not underflow."""
    return (sharpness[..., None] * (weighting + EPSILON).log()).softmax(dim=2)


def overwritten(memory: Tensor, write: Tensor, erase: Tensor, vector: Tensor) -> Tensor:
    """``memory`` (B, N, W) after ``write`` (B, N) erased by ``erase`` and added ``vector``, (B, W) each."""
    write = write[..., None]
    return memory * (1 - write * erase[:, None]) + write * vector[:, None]


def lesioned(heads: Heads, without: Collection[str]) -> Heads:
    """Heads that cannot find by content, or cannot shift; without both they stay where they stand."""
    if "location" in without:
        stay = torch.zeros_like(heads.shifts)
        stay[..., stay.shape[2] // 2] = 1
        heads = heads._replace(gates=torch.ones_like(heads.gates), shifts=stay)
    return heads._replace(gates=torch.zeros_like(heads.gates)) if "content" in without else heads

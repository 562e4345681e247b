"""The memory-augmented neural network (MANN; Santoro et al., 2016) as a core."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.hops import MOST_HOPS, hop_parts, hops_left, side_by_side
from memsim.models.networks.cores.lstm import Controlled, Layers
from memsim.models.networks.memory import BLANK, LIMIT, content_weighting, oneplus


class MANNState(NamedTuple):
    """What a MANN carries from one step to the next."""

    controller: Layers
    memory: Tensor
    """(B, N, W) contents M."""
    usage: Tensor
    """(B, N) how much and how lately each cell was used, w^u."""
    reads: Tensor
    """(B, R, N) read weightings w^r."""
    read_vectors: Tensor
    """(B, R * W) what was read last."""


class MANN(Controlled):
    """A controller of LSTM layers that writes to the cells just read or to those least recently used (LRUA).

    ::

        w^lu = one-hot of the least used cells, by w^u_{t-1}     w^w = σ(α) w^r_{t-1} + (1 - σ(α)) w^lu
        the least used cells are set to 0                        M_i <- M_i + Σ_r w^w_{r,i} a_r
        w^r = softmax_i(β cos(k, M_i))                           r = Mᵀ w^r        y = V [h; r]
        w^u = γ w^u_{t-1} + Σ_r w^r + Σ_r w^w

    with k = tanh(.), β = 1 + softplus(.), a = tanh(.) of what the controller emits, which is bounded by ±20. Each of
    the R = ``heads`` heads writes once and reads once; the first writes to the least used cell, the second to the next,
    and so on. The choice of these cells has no gradient. γ is ``decay``.

    In the paper what is written is the key itself, a = k, which is ``written="key"``; here it is a vector of its own,
    as in ports of the model. Nor has the paper's reading a strength (``strength=False``, β = 1): since cosines lie in
    [-1, 1], no cell among 20 can then have a weight above .28.

    At the start every number of M is 1e-6, nothing is in use, and all heads stand on the first cell. With ``hops``
    above 1 the heads read so many times in a step, each time with a key that the controller's h and what was just
    read give, k = tanh(W [h; r]); w^r is that of the last.

    Lesions: without ``least_used`` the heads write only to the cells just read, and nothing is set to 0; without
    ``recent`` they write only to the least used. Without ``reading`` nothing is read, though the heads go where they
    would have read, and writing follows them; without ``writing`` nothing is written, and ``memory`` is both; without
    ``hop_2`` a step reads once, and so on. The weighting ``usage`` is a share of its largest value; ``read`` has the
    heads of the first hop first.

    References
    ----------
    Santoro, Bartunov, Botvinick, Wierstra and Lillicrap (2016), ICML.
    """

    parts: tuple[str, ...] = ("least_used", "recent", "reading", "writing", "memory")
    roles: ClassVar = {"memory": "memory", "controller": "controller", "usage": "usage", "read": "read_vectors"}
    limits: ClassVar = {"hops": (1, MOST_HOPS), "decay": (0.0, 1.0), "written": ("vector", "key")}

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        slots: int = 24,
        width: int = 16,
        heads: int = 1,
        hops: int = 1,
        decay: float = 0.95,
        strength: bool = True,
        written: str = "vector",
        hidden: int = 96,
        layers: int = 1,
        layer_norm: bool = False,
    ) -> None:
        super().__init__()
        self.output_size, self.slots, self.width, self.heads, self.hops = output_size, slots, width, heads, hops
        self.decay = decay
        self.per_head = [width, 1, width * (written == "vector"), int(strength)]
        interface_size = heads * sum(self.per_head)
        self.make_layers(input_size + heads * width, output_size + interface_size, hidden, layers, layer_norm)
        self.read_out = nn.Linear(heads * width, output_size, bias=False)
        self.next_keys = nn.Linear(hidden + heads * width, heads * width) if hops > 1 else None
        self.parts = (*type(self).parts, *hop_parts(hops))
        self.open_forget_gates()
        nn.init.xavier_uniform_(self.project.weight[output_size:])

    def start(self, batch: int) -> MANNState:
        """The state before the first step: contents of 1e-6, heads on the first cell, zeros elsewhere."""
        zeros = self.project.weight.new_zeros
        reads = zeros((batch, self.heads, self.slots))
        reads[..., 0] = 1
        return MANNState(
            self.blank(batch),
            zeros((batch, self.slots, self.width)) + BLANK,
            zeros((batch, self.slots)),
            reads,
            zeros((batch, self.heads * self.width)),
        )

    def step(
        self, inputs: Tensor, state: MANNState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, MANNState, Weightings]:
        """One step: write, then read. Weightings are ``write``, ``least_used``, ``read`` and ``usage``."""
        seen = torch.cat((inputs, state.read_vectors), dim=1)
        emitted, layers = self.control(seen, state.controller, self.fused and not without)
        output, emitted = emitted.tensor_split((self.output_size,), dim=1)
        emitted = emitted.clamp(-LIMIT, LIMIT).view(len(emitted), self.heads, -1)
        keys, gates, vectors, strengths = torch.split(emitted, self.per_head, dim=2)
        keys, gates = keys.tanh(), gates.sigmoid()
        vectors = vectors.tanh() if vectors.shape[2] else keys
        strength = oneplus(strengths[..., 0]) if strengths.shape[2] else torch.ones_like(gates[..., 0])

        unused = least_used(state.usage, self.heads)
        if "least_used" in without:
            gates, unused = torch.ones_like(gates), torch.zeros_like(unused)
        elif "recent" in without:
            gates = torch.zeros_like(gates)
        write, memory = gates * state.reads + (1 - gates) * unused, state.memory
        if "memory" in without or "writing" in without:
            write = torch.zeros_like(write)
        else:
            memory = rewritten(memory, write, unused, vectors)

        hops, reads, read = list[Tensor](), state.reads, state.read_vectors
        for hop in range(hops_left(self.hops, without)):
            if hop and self.next_keys is not None:
                keys = self.next_keys(torch.cat((layers[-1][0], read), dim=1)).clamp(-LIMIT, LIMIT).tanh()
                keys = keys.view(-1, self.heads, self.width)
            reads = content_weighting(memory, keys, strength)
            # A lesion takes what is read, and not where the heads stand, on which writing depends.
            looked = torch.zeros_like(reads) if "memory" in without or "reading" in without else reads
            read = (looked @ memory).flatten(1)
            hops.append(looked)
        usage = used(state.usage, reads, write, self.decay)
        weightings = {
            "write": write, "least_used": unused, "read": side_by_side(hops, self.hops),
            "usage": (usage / (usage.amax(dim=1, keepdim=True) + BLANK))[:, None],
        }  # fmt: skip
        return output + self.read_out(read), MANNState(layers, memory, usage, reads, read), weightings


def least_used(usage: Tensor, heads: int) -> Tensor:
    """(B, R, N) one-hot: the least used cell by ``usage`` (B, N), the next one, and so on, for so many heads."""
    order = usage.argsort(dim=1, stable=True)
    # With more heads than cells the order begins anew.
    chosen = order[:, torch.arange(heads, device=order.device) % order.shape[1]]
    return usage.new_zeros((len(usage), heads, order.shape[1])).scatter(2, chosen[..., None], 1.0)


def rewritten(memory: Tensor, write: Tensor, unused: Tensor, vectors: Tensor) -> Tensor:
    """``memory`` (B, N, W) with cells ``unused`` (B, R, N) set to 0, and ``vectors`` (B, R, W) added at ``write``."""
    return torch.baddbmm(memory * (1 - unused.amax(dim=1))[..., None], write.transpose(1, 2), vectors)


def used(usage: Tensor, reads: Tensor, write: Tensor, decay: float) -> Tensor:
    """w^u (B, N) after a step; it only orders cells, and has no gradient."""
    return (decay * usage + reads.sum(dim=1) + write.sum(dim=1)).detach()

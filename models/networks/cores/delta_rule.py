"""Linear attention with the delta rule (Schlag et al., 2021) as a core: a matrix that each step corrects."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.models.networks.cores.blocks import Within, head_parts, heads_left
from memsim.models.networks.cores.core import Core, Weightings

SMALL = 1e-4
"""Added to the squared length of a key, which may be 0."""


class DeltaRuleState(NamedTuple):
    """What linear attention carries from one step to the next."""

    memory: tuple[Tensor, ...]
    """(B, heads, width, width) the matrix of each layer, from keys to values."""
    previous: Tensor
    """(B, input_size) the last input."""


def unit_length(vectors: Tensor) -> Tensor:
    """φ: each vector after a silu, scaled to the length 1."""
    positive = functional.silu(vectors)
    return positive * torch.rsqrt(positive.square().sum(-1, keepdim=True) + SMALL)


def read(memory: Tensor, keys: Tensor) -> Tensor:
    """W k for matrices (..., values, keys) and keys (..., keys)."""
    return (memory @ keys[..., None])[..., 0]


def corrected(memory: Tensor, keys: Tensor, values: Tensor, strength: Tensor) -> Tensor:
    """W + β (v - W k) kᵀ: what is read with the key comes nearer to the value, or becomes it where β is 1."""
    error = values - read(memory, keys)
    return memory + (strength[..., None] * error)[..., None] * keys[..., None, :]


def added(memory: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """W + v kᵀ, whatever was stored under the key."""
    return memory + values[..., None] * keys[..., None, :]


def written_all(memory: Tensor, keys: Tensor, values: Tensor, strength: Tensor | None) -> Tensor:
    """The vectors u (..., T, values) by which T steps change the matrix: that of the step t is W + Σ_{i <= t} u_i k_iᵀ.

    Without ``strength`` (..., T) they are the ``values`` (..., T, values). With the delta rule (:func:`corrected`),
    u_t = β_t (v_t - W k_t - Σ_{i < t} u_i (k_i · k_t)): a triangular system of equations for each list and head
    (Yang et al., 2024).
    """
    if strength is None:
        return values
    beta = strength[..., None]
    system = (beta * keys @ keys.mT).tril(-1)
    # Where products are in bfloat16, the solver is not, and has to be given numbers of one kind.
    system, wanted = system.to(memory.dtype), (beta * (values - keys @ memory.mT)).to(memory.dtype)
    return torch.linalg.solve_triangular(system, wanted, upper=False, unitriangular=True)


class LinearAttention(nn.Module):
    """A block: each head writes to its matrix and reads from it; then a network of two layers."""

    def __init__(self, hidden: int, heads: int, width: int, has_strength: bool) -> None:
        super().__init__()
        self.heads, self.width = heads, width
        self.norm, self.within = nn.LayerNorm(hidden), Within(hidden)
        self.queries_keys_values = nn.Linear(hidden, 3 * heads * width)
        self.strength = nn.Linear(hidden, heads) if has_strength else None
        self.output = nn.Linear(heads * width, hidden)

    def forward(
        self, z: Tensor, memory: Tensor, writes: bool, left: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The next z (B, hidden) and matrix, and where in it this step wrote and read, (B, heads, width) each."""
        queries, keys, values, strength = self._asked(z)
        written = keys.square()
        if not writes:
            written = torch.zeros_like(written)
        elif strength is None:
            memory = added(memory, keys, values)
        else:
            memory = corrected(memory, keys, values, strength)
            written = strength[..., None] * written
        answers, addressed = read(memory, queries), queries.square()
        if left is not None:
            answers, addressed = answers * left[:, None], addressed * left[:, None]
        return self._answered(z, answers), memory, written, addressed

    def unroll(self, z: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """The next z (B, T, hidden) of all steps at once, and the matrix after them."""
        queries, keys, values, strength = self._asked(z)
        queries, keys, values = (each.transpose(1, 2) for each in (queries, keys, values))
        strength = None if strength is None else strength.transpose(1, 2)
        written = written_all(memory, keys, values, strength)
        answers = queries @ memory.mT + (queries @ keys.mT).tril() @ written
        return self._answered(z, answers.transpose(1, 2)), memory + written.mT @ keys

    def _asked(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """q, k and v, (..., heads, width), and β (..., heads), for z (..., hidden)."""
        seen = self.norm(z)
        queries, keys, values = self.queries_keys_values(seen).unflatten(-1, (3, self.heads, self.width)).unbind(-3)
        strength = None if self.strength is None else self.strength(seen).sigmoid()
        return unit_length(queries), unit_length(keys), values, strength

    def _answered(self, z: Tensor, answers: Tensor) -> Tensor:
        """The next z (..., hidden) for what was read, (..., heads, width)."""
        z = z + self.output(answers.flatten(-2))
        return z + self.within(z)


class DeltaRule(Core):
    """Layers of linear attention with the delta rule: the memory is a matrix W for each head; Schlag et al. (2021).

    This input and the last are projected to z, since no step could otherwise tie an item to the one before it. Each
    layer computes, for each of its heads::

        q, k, v = A LayerNorm(z)      β = σ(B LayerNorm(z))      φ(k) = silu(k) / |silu(k)|
        W <- W + β (v - W φ(k)) φ(k)ᵀ      z <- z + O [W φ(q)]      z <- z + U gelu(V LayerNorm(z))

    With ``rule="sum"``, W <- W + v φ(k)ᵀ, which is linear attention (Katharopoulos et al., 2020) without its
    denominator: no step overwrites what another stored, and the ``width`` of keys is how many can be told apart.

    Weightings ``write_layer_1`` = β φ(k)² and ``read_layer_1`` = φ(q)², ..., are the shares of the rows of a key in an
    address. Lesions: ``layer1_head1``, ... are heads that read nothing; without ``reading`` none reads, without
    ``writing`` no matrix changes, and ``memory`` is both.
    """

    roles: ClassVar = {"memory": "memory"}
    limits: ClassVar = {"rule": ("delta", "sum")}
    gradient_clip: ClassVar = 1.0

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        hidden: int = 40,
        layers: int = 2,
        heads: int = 2,
        width: int = 20,
        rule: str = "delta",
    ) -> None:
        super().__init__()
        self.input_size, self.heads, self.width = input_size, heads, width
        self.parts = (*head_parts(layers, heads), "reading", "writing", "memory")
        self.embed = nn.Linear(2 * input_size, hidden)
        self.blocks = nn.ModuleList(LinearAttention(hidden, heads, width, rule == "delta") for _ in range(layers))
        self.norm, self.project = nn.LayerNorm(hidden), nn.Linear(hidden, output_size)

    def start(self, batch: int) -> DeltaRuleState:
        """The state before the first step: all zero."""
        zeros = self.project.weight.new_zeros
        memory = tuple(zeros((batch, self.heads, self.width, self.width)) for _ in self.blocks)
        return DeltaRuleState(memory, zeros((batch, self.input_size)))

    def step(
        self, inputs: Tensor, state: DeltaRuleState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, DeltaRuleState, Weightings]:
        """One step: each layer writes, then reads."""
        writes = "memory" not in without and "writing" not in without
        z = self.embed(torch.cat((inputs, state.previous), dim=1))
        after, weightings = [], {}
        for number, (block, memory) in enumerate(zip(self.blocks, state.memory, strict=True)):
            left = heads_left(number, self.heads, without, z)
            z, memory, written, addressed = block(z, memory, writes, left)
            after.append(memory)
            weightings[f"write_layer_{number + 1}"] = written
            weightings[f"read_layer_{number + 1}"] = addressed
        return self.project(self.norm(z)), DeltaRuleState(tuple(after), inputs), weightings

    def unroll(self, inputs: Tensor, state: DeltaRuleState | None = None) -> tuple[Tensor, DeltaRuleState]:
        """As :meth:`memsim.models.networks.cores.core.Core.unroll`, layer by layer, each with all steps at once."""
        state = self.start(inputs.shape[1]) if state is None else state
        previous = torch.cat((state.previous[None], inputs[:-1]))
        z = self.embed(torch.cat((inputs, previous), dim=2)).transpose(0, 1)
        after = []
        for block, memory in zip(self.blocks, state.memory, strict=True):
            assert isinstance(block, LinearAttention)
            z, memory = block.unroll(z, memory)
            after.append(memory)
        return self.project(self.norm(z)).transpose(0, 1), DeltaRuleState(tuple(after), inputs[-1])

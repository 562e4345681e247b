"""The causal Transformer (Vaswani et al., 2017) as a core: its state is the cache of all keys and values so far."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.models.networks.cores.blocks import Within, head_parts, heads_left
from memsim.models.networks.cores.core import Core, State, Weightings


class Cache(NamedTuple):
    """Keys and values of one layer, (B, heads, T, width) each, of the T steps so far."""

    keys: Tensor
    values: Tensor


class TransformerState(NamedTuple):
    """What a Transformer carries from one step to the next; it grows with each step."""

    layers: tuple[Cache, ...]
    ages: Tensor
    """(B, T) how many steps ago each cell was written."""


class Attention(nn.Module):
    """A block: attention of all heads to the cells of the cache, then a network of two layers."""

    def __init__(self, hidden: int, heads: int, width: int) -> None:
        super().__init__()
        self.heads, self.width = heads, width
        self.norm, self.within = nn.LayerNorm(hidden), Within(hidden)
        self.queries_keys_values = nn.Linear(hidden, 3 * heads * width)
        self.output = nn.Linear(heads * width, hidden)

    def asked(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values (B, heads, T, width) of T steps ``z`` (B, T, hidden)."""
        each: Tensor = self.queries_keys_values(self.norm(z))
        each = each.view(*z.shape[:2], 3, self.heads, self.width)
        queries, keys, values = each.permute(2, 0, 3, 1, 4).unbind(0)
        return queries, keys, values

    def read(
        self, z: Tensor, queries: Tensor, cache: Cache, bias: Tensor, left: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The next z (B, T, hidden), and the weights (B, heads, T, cells) with which each step reads each cell."""
        queries, keys = queries.flatten(0, 1), cache.keys.flatten(0, 1)
        support = torch.baddbmm(bias.flatten(0, 1), queries, keys.transpose(1, 2), alpha=self.width**-0.5)
        weights = support.softmax(2).view(bias.shape)
        if left is not None:
            weights = weights * left[:, None, None]
        z = z + self.output((weights @ cache.values).transpose(1, 2).flatten(2))
        return z + self.within(z), weights


class Transformer(Core):
    """Layers of causal attention with linear biases for age, over a cache that holds every step; Vaswani et al. (2017).

    The input is projected to z, and each layer computes, for each of its heads::

        q, k, v = W LayerNorm(z)      append k, v to the cache      a_i = softmax_i(q · k_i / √width - m age_i)
        z <- z + O [Σ_i a_i v_i]      z <- z + U gelu(V LayerNorm(z))

    The slopes m of n heads are fixed: 1, 2^(-8/n), 2^(-16/n), ..., and 0 for the last (as in ALiBi; Press et al., 2022,
    whose heads all prefer the recent); that of a single head is 2^-8, as there, since without one no age is known.
    There is no table of positions, so that sequences may be longer than those of training. Two layers are the fewest in
    which a head can find what followed an earlier occurrence of the input.

    Weightings ``read_layer_1``, ... are a, with the step itself as the last cell. Lesions: ``layer1_head1``, ... are
    heads; without ``reading`` none reads, without ``writing`` nothing is appended while cells age, and ``memory`` is
    both.
    """

    roles: ClassVar = {"memory": "layers"}
    gradient_clip: ClassVar = 1.0

    def __init__(
        self, input_size: int, output_size: int, *, hidden: int = 40, layers: int = 2, heads: int = 4, width: int = 10
    ) -> None:
        super().__init__()
        self.heads, self.width = heads, width
        self.parts = (*head_parts(layers, heads), "reading", "writing", "memory")
        self.embed = nn.Linear(input_size, hidden)
        self.blocks = nn.ModuleList(Attention(hidden, heads, width) for _ in range(layers))
        self.norm, self.project = nn.LayerNorm(hidden), nn.Linear(hidden, output_size)

    def start(self, batch: int) -> TransformerState:
        """The state before the first step: caches without cells."""
        zeros = self.project.weight.new_zeros
        shape = (batch, self.heads, 0, self.width)
        return TransformerState(tuple(Cache(zeros(shape), zeros(shape)) for _ in self.blocks), zeros((batch, 0)))

    def step(
        self, inputs: Tensor, state: TransformerState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, TransformerState, Weightings]:
        """One step; its cell is appended to the caches, and read with the others."""
        output, state, weights = self._steps(inputs[None], state, without)
        return output[0], state, {f"read_layer_{i}": _drawn(each[:, :, 0]) for i, each in enumerate(weights, start=1)}

    def unroll(self, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """All steps at once, each of which reads the cells up to its own."""
        output, state, _ = self._steps(inputs, self.start(inputs.shape[1]) if state is None else state, ())
        return output, state

    def _steps(
        self, inputs: Tensor, state: TransformerState, without: Collection[str]
    ) -> tuple[Tensor, TransformerState, list[Tensor]]:
        """Outputs of ``inputs`` (T, B, input_size), the state after them, and the weights of each layer."""
        writes = "memory" not in without and "writing" not in without
        steps = torch.arange(1.0, len(inputs) + 1, dtype=inputs.dtype, device=inputs.device)
        ages = state.ages[:, None] + steps[:, None]
        if writes:
            own = (steps[:, None] - steps).expand(len(ages), -1, -1)
            ages = torch.cat((ages, own), dim=2)
        bias = self.bias(ages)
        z: Tensor = self.embed(inputs).transpose(0, 1)
        caches, weights = [], []
        for number, (block, cache) in enumerate(zip(self.blocks, state.layers, strict=True)):
            assert isinstance(block, Attention)
            queries, keys, values = block.asked(z)
            if writes:
                cache = Cache(torch.cat((cache.keys, keys), dim=2), torch.cat((cache.values, values), dim=2))
            z, attention = block.read(z, queries, cache, bias, heads_left(number, self.heads, without, z))
            caches.append(cache)
            weights.append(attention)
        output = self.project(self.norm(z)).transpose(0, 1)
        return output, TransformerState(tuple(caches), ages[:, -1]), weights

    def bias(self, ages: Tensor) -> Tensor:
        """(B, heads, T, cells) what ages (B, T, cells) take from the support of cells: all, if they are yet to come."""
        bias = -slopes_of(self.heads, ages)[:, None, None] * ages[:, None]
        return bias if ages.shape[1] == 1 else bias.masked_fill((ages < 0)[:, None], -torch.inf)


def slopes_of(heads: int, like: Tensor) -> Tensor:
    """(heads,) how much less a cell is attended to for each step of its age; the last of several has no preference."""
    head = torch.arange(heads, dtype=like.dtype, device=like.device)
    if heads == 1:
        return torch.exp2(head - 8)
    return torch.exp2(-8 / heads * head) * (head < heads - 1)


def _drawn(weights: Tensor) -> Tensor:
    """Weights of at least one cell, so that a memory in which nothing was written can be drawn."""
    return weights if weights.shape[2] else functional.pad(weights, (0, 1))

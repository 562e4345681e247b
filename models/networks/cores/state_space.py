"""The diagonal state space model (linear recurrent unit, LRU; Orvieto et al., 2023) as a core."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.models.networks.cores.core import Core, Weightings

SLOWEST, FASTEST = 0.999, 0.9
"""|λ| at the start lies between these."""


class Complex(NamedTuple):
    """Complex numbers, such as h (B, units) of a layer, in two parts, since files of weights hold real ones alone."""

    real: Tensor
    imaginary: Tensor


class LRUState(NamedTuple):
    """What a state space model carries from one step to the next."""

    controller: tuple[Complex, ...]
    """h of each layer."""


class Unit(nn.Module):
    """A block: a linear recurrence of complex units that do not see one another, then a gate."""

    def __init__(self, hidden: int, units: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.into = nn.Linear(hidden, 2 * units, bias=False)
        self.out_of = nn.Linear(2 * units, hidden, bias=False)
        self.straight = nn.Parameter(torch.randn(hidden))
        self.gate = nn.Linear(hidden, 2 * hidden)
        nn.init.normal_(self.into.weight, std=(2 * hidden) ** -0.5)
        nn.init.normal_(self.out_of.weight, std=units**-0.5)
        # Uniform over the area of the ring between the two radii.
        squared = FASTEST**2 + torch.rand(units) * (SLOWEST**2 - FASTEST**2)
        self.log_decay = nn.Parameter((-0.5 * squared.log()).log())
        self.angle = nn.Parameter(2 * math.pi * torch.rand(units))

    def eigenvalues(self) -> Complex:
        """Real and imaginary parts of λ = exp(-e^ν + iθ), (units,) each."""
        size = torch.exp(-torch.exp(self.log_decay))
        return Complex(size * self.angle.cos(), size * self.angle.sin())

    def forward(self, z: Tensor, before: Complex) -> tuple[Tensor, Complex]:
        """The next z (B, hidden) and h."""
        u = self.norm(z)
        eigenvalues = self.eigenvalues()
        h = advanced(before, eigenvalues, self._driven(u, eigenvalues))
        return self._gated(z, u, h), h

    def unroll(self, z: Tensor, before: Complex) -> tuple[Tensor, Complex]:
        """The next z (T, B, hidden) of all steps, and the last h."""
        u = self.norm(z)
        eigenvalues = self.eigenvalues()
        h = advanced_all(before, eigenvalues, self._driven(u, eigenvalues))
        return self._gated(z, u, h), Complex(h.real[-1], h.imaginary[-1])

    def _driven(self, u: Tensor, eigenvalues: Complex) -> Complex:
        """√(1 - |λ|²) B u."""
        return scaled(eigenvalues, Complex(*self.into(u).chunk(2, dim=-1)))

    def _gated(self, z: Tensor, u: Tensor, h: Complex) -> Tensor:
        """The next z: z + (V gelu(y)) ∘ σ(W gelu(y))."""
        y = self.out_of(torch.cat(h, dim=-1)) + self.straight * u
        value, gate = self.gate(functional.gelu(y)).chunk(2, dim=-1)
        return z + value * gate.sigmoid()


def scaled(eigenvalues: Complex, driven: Complex) -> Complex:
    """√(1 - |λ|²) b."""
    x, y = eigenvalues
    # The root has no gradient at 0.
    scale = (1 - x.square() - y.square()).clamp(min=1e-12).sqrt()
    return Complex(scale * driven.real, scale * driven.imaginary)


def advanced(h: Complex, eigenvalues: Complex, driven: Complex) -> Complex:
    """λ ∘ h + b."""
    x, y = eigenvalues
    return Complex(x * h.real - y * h.imaginary + driven.real, x * h.imaginary + y * h.real + driven.imaginary)


def advanced_all(before: Complex, eigenvalues: Complex, driven: Complex) -> Complex:
    """All h_t = λ ∘ h_{t-1} + b_t for b (T, B, units), in about log2(T) operations.

    Each of these adds to the sum over the last s steps, Σ_i λ^i b_{t-i}, that of the s steps before them.
    """
    first = advanced(before, eigenvalues, Complex(driven.real[0], driven.imaginary[0]))
    h = torch.complex(
        torch.cat((first.real[None], driven.real[1:])), torch.cat((first.imaginary[None], driven.imaginary[1:]))
    )
    power, steps = torch.complex(*eigenvalues), 1
    while steps < len(h):
        h = torch.cat((h[:steps], h[steps:] + power * h[:-steps]))
        power, steps = power * power, 2 * steps
    return Complex(h.real, h.imag)


class LRU(Core):
    """Layers of linear recurrent units: a diagonal state space model, after Orvieto et al. (2023).

    The input is projected to z, and each layer computes, with complex λ, h and B::

        u = LayerNorm(z)      h <- λ ∘ h + √(1 - |λ|²) B u      λ = exp(-e^ν + iθ)
        y = Re(C h) + D ∘ u      z <- z + (V gelu(y)) ∘ σ(W gelu(y))

    |λ| starts between .9 and .999. All that is remembered fades at the rates |λ|, whatever its content: there is no
    memory that could be switched off, and the state is that of a controller.
    """

    roles: ClassVar = {"controller": "controller"}
    gradient_clip: ClassVar = 1.0

    def __init__(
        self, input_size: int, output_size: int, *, hidden: int = 40, units: int = 64, layers: int = 2
    ) -> None:
        super().__init__()
        self.units = units
        self.embed = nn.Linear(input_size, hidden)
        self.blocks = nn.ModuleList(Unit(hidden, units) for _ in range(layers))
        self.norm, self.project = nn.LayerNorm(hidden), nn.Linear(hidden, output_size)

    def start(self, batch: int) -> LRUState:
        """The state before the first step: all zero."""
        zeros = self.project.weight.new_zeros
        return LRUState(tuple(Complex(zeros((batch, self.units)), zeros((batch, self.units))) for _ in self.blocks))

    def step(
        self, inputs: Tensor, state: LRUState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, LRUState, Weightings]:
        """One step; there are no weightings."""
        z = self.embed(inputs)
        after = []
        for block, before in zip(self.blocks, state.controller, strict=True):
            z, h = block(z, before)
            after.append(h)
        return self.project(self.norm(z)), LRUState(tuple(after)), {}

    def unroll(self, inputs: Tensor, state: LRUState | None = None) -> tuple[Tensor, LRUState]:
        """As :meth:`memsim.models.networks.cores.core.Core.unroll`, layer by layer, each with all steps at once."""
        z = self.embed(inputs)
        after = []
        for block, before in zip(self.blocks, (state or self.start(inputs.shape[1])).controller, strict=True):
            assert isinstance(block, Unit)
            z, h = block.unroll(z, before)
            after.append(h)
        return self.project(self.norm(z)), LRUState(tuple(after))

"""The memory of a differentiable neural computer (DNC; Graves et al., 2016), in torch, as in the paper.

B trials, N slots of width W, R read heads, one write head. Everything is batched over trials and heads. This is the
reference implementation, to be read with the paper.
"""

from __future__ import annotations

from functools import reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

EPSILON = 1e-6
LIMIT = 20.0
"""Bound on each number that a core gives to its memory, before its activation: beyond it gates are open or closed to
the last bit, without a gradient."""
BLANK = 1e-6
"""Every number of the memory of NTM and MANN before the first step."""


class MemoryState(NamedTuple):
    """What is carried from one step to the next; all zero before the first."""

    memory: Tensor
    """(B, N, W) contents M."""
    usage: Tensor
    """(B, N) how far each slot is in use, u, in [0, 1]."""
    precedence: Tensor
    """(B, N) how far each slot was the last one written, p."""
    links: Tensor
    """(B, N, N) L[i, j]: how far slot i was written right after slot j."""
    write: Tensor
    """(B, N) write weighting w^w."""
    reads: Tensor
    """(B, R, N) read weightings w^r."""

    @classmethod
    def zero(cls, batch: int, slots: int, width: int, heads: int, like: Tensor) -> MemoryState:
        """An empty memory, of the type and on the device of ``like``."""
        shapes = ((slots, width), (slots,), (slots,), (1, 1), (slots,), (heads, slots))
        memory, usage, precedence, link, write, reads = (like.new_zeros((batch, *shape)) for shape in shapes)
        # One zero stands for all links, which are by far the most numbers.
        return cls(memory, usage, precedence, link.expand(batch, slots, slots), write, reads)


class Interface(NamedTuple):
    """The controller's output to the memory in one step, after its activations."""

    read_keys: Tensor
    """(B, R, W)."""
    read_strengths: Tensor
    """(B, R) at least 1."""
    write_key: Tensor
    """(B, W)."""
    write_strength: Tensor
    """(B,) at least 1."""
    erase: Tensor
    """(B, W) in [0, 1]."""
    vector: Tensor
    """(B, W) what is written."""
    free_gates: Tensor
    """(B, R) in [0, 1]: free the slot that a head has just read."""
    allocation_gate: Tensor
    """(B,) in [0, 1]: write to a free slot, or where the content matches."""
    write_gate: Tensor
    """(B,) in [0, 1]: write at all."""
    read_modes: Tensor
    """(B, R, 3) of :data:`memsim.models.networks.reading.READ_MODES`; they sum to one."""
    masks: Tensor | None = None
    """(B, R + 1, W) in [0, 1]: the features that count in each head's content addressing, the write head's last."""
    sharpness: Tensor | None = None
    """(B, R, 2) at least 1: of reading backward and forward."""


class Weightings(NamedTuple):
    """Where memory was addressed in one step, for inspection."""

    write: Tensor
    """(B, N)."""
    allocation: Tensor
    """(B, N)."""
    write_content: Tensor
    """(B, N)."""
    usage: Tensor
    """(B, N)."""
    reads: Tensor
    """(B, R, N)."""
    backward: Tensor
    """(B, R, N)."""
    read_content: Tensor
    """(B, R, N)."""
    forward: Tensor
    """(B, R, N)."""
    read_modes: Tensor
    """(B, R, 3)."""
    links: Tensor
    """(B, N, N)."""


def interface_size(width: int, heads: int, *, masked: bool = False, sharpened: bool = False) -> int:
    """Length of the interface vector ξ: W R + 3 W + 5 R + 3, and what the repairs add."""
    return width * heads + 3 * width + 5 * heads + 3 + masked * (heads + 1) * width + sharpened * 2 * heads


def read_interface(
    emitted: Tensor, width: int, heads: int, *, masked: bool = False, sharpened: bool = False
) -> Interface:
    """The parts of ξ (B, :func:`interface_size`) after their activations (Graves et al., 2016, Methods)."""
    batch = len(emitted)
    sizes = [heads * width, width, width, width, heads, 1, heads, 1, 1, 3 * heads]
    sizes += [masked * (heads + 1) * width, sharpened * 2 * heads]
    parts = torch.split(emitted, sizes, dim=1)
    keys, write_key, erase, vector, strengths, strength, free, allocate, gate, modes, masks, sharpness = parts
    return Interface(
        read_keys=keys.view(batch, heads, width),
        read_strengths=oneplus(strengths),
        write_key=write_key,
        write_strength=oneplus(strength)[:, 0],
        erase=erase.sigmoid(),
        vector=vector,
        free_gates=free.sigmoid(),
        allocation_gate=allocate.sigmoid()[:, 0],
        write_gate=gate.sigmoid()[:, 0],
        read_modes=modes.view(batch, heads, 3).softmax(dim=-1),
        masks=masks.view(batch, heads + 1, width).sigmoid() if masked else None,
        sharpness=oneplus(sharpness).view(batch, heads, 2) if sharpened else None,
    )


def oneplus(x: Tensor) -> Tensor:
    """1 + log(1 + exp(x)), at least 1."""
    return 1 + functional.softplus(x)


def content_weighting(memory: Tensor, keys: Tensor, strengths: Tensor, masks: Tensor | None = None) -> Tensor:
    """(B, H, N) softmax over slots of strength times cosine, for ``keys`` (B, H, W) and ``strengths`` (B, H).

    With ``masks`` (B, H, W) the cosine is of masked key and masked contents (Csordas & Schmidhuber, 2019).
    """
    if masks is None:
        similarity = unit_length(keys) @ unit_length(memory).transpose(1, 2)
    else:
        contents = unit_length(memory[:, None] * masks[:, :, None])
        similarity = (contents @ unit_length(keys * masks)[..., None])[..., 0]
    return (similarity * strengths[..., None]).softmax(dim=-1)


def unit_length(vectors: Tensor) -> Tensor:
    """Vectors of length 1, along the last dimension; those near 0 stay near 0, with a finite gradient."""
    return vectors * (vectors.square().sum(dim=-1, keepdim=True) + EPSILON).rsqrt()


def retention(reads: Tensor, free_gates: Tensor) -> Tensor:
    """ψ (B, N): how far each slot is kept, because no head that read it frees it."""
    kept = 1 - free_gates[..., None] * reads
    return reduce(torch.mul, kept.unbind(dim=1))


def allocation_weighting(usage: Tensor) -> Tensor:
    """(B, N) a: the freest slot gets its free share, the next one of what is left. Order has no gradient."""
    usage = EPSILON + (1 - EPSILON) * usage
    ascending, order = usage.sort(dim=-1, stable=True)
    used_before = products(ascending) / ascending
    return torch.zeros_like(usage).scatter(-1, order, (1 - ascending) * used_before)


class _Products(torch.autograd.Function):
    """Products of all numbers up to each, of numbers above 0.

    The gradient that torch has for ``cumprod`` looks for zeros first, for which a GPU would have to stop, and sums in
    an order that is not the same again.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(numbers: Tensor) -> Tensor:
        """Along the last dimension."""
        return numbers.cumprod(dim=-1)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        """Keep what the gradient needs."""
        ctx.save_for_backward(*inputs, output)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        """Σ over the products that a number is in, of their gradient times the product, divided by the number."""
        numbers, output = ctx.saved_tensors
        n = numbers.shape[-1]
        within = torch.ones((n, n), dtype=numbers.dtype, device=numbers.device).tril()
        return (slope * output) @ within / numbers


def products(numbers: Tensor) -> Tensor:
    """As ``numbers.cumprod(dim=-1)``, of numbers above 0."""
    return _Products.apply(numbers)  # type: ignore[no-untyped-call]


def sharpened(weighting: Tensor, sharpness: Tensor) -> Tensor:
    """``weighting`` (B, R, N) to the power ``sharpness`` (B, R), scaled to sum to one (Csordas & Schmidhuber, 2019)."""
    highest = weighting.amax(dim=-1, keepdim=True) + EPSILON
    # A softmax of logarithms is the power, scaled, and does not underflow.
    return (sharpness[..., None] * (weighting / highest + EPSILON).log()).softmax(dim=-1)


def memory_step(
    state: MemoryState, interface: Interface, *, deallocate: bool = False
) -> tuple[Tensor, MemoryState, Weightings]:
    """One step of the memory: free, allocate, write, link, read.

    Parameters
    ----------
    deallocate : contents of freed slots are erased, not only marked as free (Csordas & Schmidhuber, 2019).

    Returns
    -------
    tuple : The read vectors (B, R, W), the next state, and the weightings of this step.

    Notes
    -----
    The equations are those of Graves et al. (2016), Methods.
    """
    masks = (None, None) if interface.masks is None else (interface.masks[:, :-1], interface.masks[:, -1:])
    kept = retention(state.reads, interface.free_gates)
    usage = (state.usage + state.write - state.usage * state.write) * kept
    allocation = allocation_weighting(usage)

    write_content = content_weighting(
        state.memory, interface.write_key[:, None], interface.write_strength[:, None], masks[1]
    )[:, 0]
    allocated = interface.allocation_gate[:, None]
    write = interface.write_gate[:, None] * (allocated * allocation + (1 - allocated) * write_content)

    contents = state.memory * kept[..., None] if deallocate else state.memory
    memory = contents * (1 - write[..., None] * interface.erase[:, None]) + write[..., None] * interface.vector[:, None]

    to, of = write[:, :, None], write[:, None, :]
    links = torch.baddbmm((1 - to - of) * state.links, to, state.precedence[:, None, :])
    links.diagonal(dim1=1, dim2=2).zero_()
    precedence = (1 - write.sum(dim=-1, keepdim=True)) * state.precedence + write

    read = addressed(
        memory, links, state.reads, interface.read_keys, interface.read_strengths, interface.read_modes, masks[0],
        interface.sharpness,
    )  # fmt: skip
    state = MemoryState(memory, usage, precedence, links, write, read.reads)
    seen = Weightings(write, allocation, write_content, usage, *read, interface.read_modes, links)
    return read.reads @ memory, state, seen


class Addressed(NamedTuple):
    """Where the heads read, (B, R, N) each: the mixture, and the three ways that are mixed."""

    reads: Tensor
    backward: Tensor
    read_content: Tensor
    forward: Tensor


def addressed(
    memory: Tensor,
    links: Tensor,
    before: Tensor,
    keys: Tensor,
    strengths: Tensor,
    modes: Tensor,
    masks: Tensor | None = None,
    sharpness: Tensor | None = None,
) -> Addressed:
    """Where heads that read at ``before`` (B, R, N) read next.

    The other arguments are those of :class:`MemoryState` and :class:`Interface`.
    """
    forward = before @ links.transpose(1, 2)
    backward = before @ links
    if sharpness is not None:
        backward = sharpened(backward, sharpness[..., 0])
        forward = sharpened(forward, sharpness[..., 1])
    read_content = content_weighting(memory, keys, strengths, masks)
    ways = torch.stack((backward, read_content, forward), dim=-1)
    return Addressed((ways @ modes[..., None])[..., 0], backward, read_content, forward)

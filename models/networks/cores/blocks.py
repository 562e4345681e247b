"""What residual blocks with heads share: heads as parts of lesions, and the network within a block."""

from __future__ import annotations

from collections.abc import Collection

from torch import Tensor, nn

WIDER = 2
"""The inner layer of a block's network, as a multiple of its outer ones."""


def head_parts(layers: int, heads: int) -> tuple[str, ...]:
    """The names of heads as parts that a lesion may switch off, from 1: ``layer1_head1``, ``layer1_head2``, ..."""
    return tuple(f"layer{layer}_head{head}" for layer in range(1, layers + 1) for head in range(1, heads + 1))


def heads_left(layer: int, heads: int, without: Collection[str], like: Tensor) -> Tensor | None:
    """(heads,) 1 for each head of this layer (from 0) that reads, and 0 for those switched off; None if all read."""
    if not without:
        return None
    names = head_parts(layer + 1, heads)[-heads:]
    none = "memory" in without or "reading" in without
    return like.new_tensor([0.0 if none or name in without else 1.0 for name in names])


class Within(nn.Sequential):
    """The network of a block: z -> U gelu(V LayerNorm(z))."""

    def __init__(self, hidden: int) -> None:
        super().__init__(
            nn.LayerNorm(hidden), nn.Linear(hidden, WIDER * hidden), nn.GELU(), nn.Linear(WIDER * hidden, hidden)
        )

"""Further reads of a DNC in the same step: what was read asks for the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from memsim.models.networks import memory
from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.hops import hops_left, side_by_side
from memsim.models.networks.memory import LIMIT, Addressed, MemoryState, oneplus


class Reread(NamedTuple):
    """What a step gives that reads several times."""

    given: Tensor
    """(B, R, W) the mean of what was read, for the output."""
    last: Tensor
    """(B, R, W) what was read last, which the controller sees next."""
    state: MemoryState
    """The memory, whose heads stand where they read last."""
    weightings: Weightings
    """Those of all reads, the heads of the first before those of the second; and ``hop_shares`` (B, 1, hops)."""


class Rereading(nn.Module):
    """Reads 2 to K of a step, which come after the write and the first read.

    ::

        k, β, π = W [h; r]        w <- π_b Lᵀ w + π_c softmax_i(β cos(k, M_i)) + π_f L w        r <- Mᵀ w
        given = Σ_j softmax(V h)_j r_j

    k is bounded by ±20, β = oneplus(.), π = softmax(.), and w is where the head read before: contents, links forward
    and links backward can follow one another within a step. W serves all reads after the first.
    """

    def __init__(self, hidden: int, width: int, heads: int, hops: int) -> None:
        super().__init__()
        self.width, self.heads, self.hops = width, heads, hops
        self.ask = nn.Linear(hidden + heads * width, heads * (width + 4))
        self.mix = nn.Linear(hidden, hops)

    def forward(
        self,
        h: Tensor,
        first: tuple[Tensor, MemoryState, memory.Weightings | None],
        repairs: tuple[Tensor | None, Tensor | None],
        without: Collection[str],
        left_modes: Callable[[Tensor], Tensor],
        keyed: Callable[[Tensor, Tensor], Tensor] | None = None,
    ) -> Reread:
        """Read on from ``first``, as a step of the memory gives it.

        Parameters
        ----------
        h : (B, hidden) of the controller.
        first : what was read, the memory after it, and the weightings; without these, reads are fused operations, and
            without weightings, repairs and lesions, too.
        repairs : masks and sharpness as in :class:`memsim.models.networks.memory.Interface`.
        without : parts of :func:`memsim.models.networks.cores.hops.hop_parts` that are switched off.
        left_modes : the ways of reading that a lesion leaves.
        keyed : the keys (B, R, W) that are asked with, given those that W gives and what was read last.
        """
        read, state, seen = first
        found, each, modes = [read], list[Addressed](), list[Tensor]()
        if seen is not None:
            each.append(Addressed(seen.reads, seen.backward, seen.read_content, seen.forward))
            modes.append(seen.read_modes)
        masks = None if repairs[0] is None else repairs[0][:, :-1]
        for _ in range(hops_left(self.hops, without) - 1):
            keys, ways = self.asked(h, read)
            keys = keys if keyed is None else keyed(keys, read)
            if seen is None:
                from memsim.models.networks.fused import fused_read  # numba, unused in a default run

                read, reads = fused_read(keys, ways, state)
            else:
                modes.append(left_modes(ways[..., 1:].softmax(dim=2)))
                strengths = oneplus(ways[..., 0])
                each.append(
                    memory.addressed(
                        state.memory, state.links, state.reads, keys, strengths, modes[-1], masks, repairs[1]
                    )
                )
                reads = each[-1].reads
                read = reads @ state.memory
            state = state._replace(reads=reads)
            found.append(read)
        shares = self.mix(h)[:, : len(found)].softmax(dim=1)
        given = (shares[..., None, None] * torch.stack(found, dim=1)).sum(dim=1)
        return Reread(given, read, state, self.seen(each, modes, shares) if each else {})

    def asked(self, h: Tensor, read: Tensor) -> tuple[Tensor, Tensor]:
        """The keys (B, R, W) of the next read, and strengths and ways of reading (B, R, 4) before their activations."""
        asked = self.ask(torch.cat((h, read.flatten(1)), dim=1)).clamp(-LIMIT, LIMIT)
        keys, ways = torch.split(asked.view(len(h), self.heads, -1), [self.width, 4], dim=2)
        return keys, ways

    def seen(self, each: Sequence[Addressed], modes: Sequence[Tensor], shares: Tensor) -> Weightings:
        """The weightings of all reads by name."""
        of_all = Addressed(*(side_by_side(way, self.hops) for way in zip(*each, strict=True)))
        return {
            "read": of_all.reads, "backward": of_all.backward, "read_content": of_all.read_content,
            "forward": of_all.forward, "read_modes": side_by_side(modes, self.hops),
            "hop_shares": nn.functional.pad(shares, (0, self.hops - len(each)))[:, None],
        }  # fmt: skip

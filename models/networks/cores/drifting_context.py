"""A context that drifts by the equations of TCM beside a core: given to it, written into its rows, and brought back."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from memsim.models.networks.memory import unit_length

TINY = 1e-9
"""Squared length below which a vector is none."""
STUDY, DISTRACT, RECALL = range(3)
"""What a step is for, by the flags of :class:`memsim.models.networks.recall_network.RecallNetwork`."""


class Drift(NamedTuple):
    """What drifts."""

    context: Tensor
    """(B, C) of unit length."""
    strange: Tensor
    """(B, C) what the next step of distraction lets in."""


class DriftingContext(nn.Module):
    """Context c of unit length, and what enters it in a step; nothing here is trained.

    ::

        c <- ρ c + β x,  ρ = sqrt(1 + β² ((c·x)² - 1)) - β (c·x), which keeps the length at one

    x is, at unit length, in a step of study the item's own context P v, of its vector v and a random orthogonal matrix
    P; in a step of recall γ times that of the item recalled, plus the context half of what was read last; in a step of
    distraction a random vector, at the rate β_D. Without an item, and where nothing comes in, c stays.

    Which inputs are an item, and what a step is for, :meth:`lay_out` says. A core that is driven without it, as in
    tasks of sequences, takes all inputs for an item, and every step for one of recall.
    """

    P: Tensor
    turn: Tensor
    first: Tensor

    def __init__(self, input_size: int, size: int, drift: float, old_to_new: float, distraction_drift: float) -> None:
        super().__init__()
        self.rate, self.old_to_new, self.distraction_rate = drift, old_to_new, distraction_drift
        self.items: int | None = None
        most = max(size, input_size)
        self.register_buffer("P", nn.init.orthogonal_(torch.empty(most, most))[:size, :input_size].contiguous())
        # Distraction lets in a vector that turns: each step another one.
        self.register_buffer("turn", nn.init.orthogonal_(torch.empty(size, size)))
        self.register_buffer("first", unit_length(torch.randn(2, size)))

    def lay_out(self, items: int) -> None:
        """The first so many inputs are an item, and the next three are the flags of study, distraction and recall."""
        self.items = items

    def start(self, batch: int) -> Drift:
        """The context of the start of a list."""
        return Drift(*(each.expand(batch, -1) for each in self.first))

    def step(
        self, inputs: Tensor, drift: Drift, brought: Tensor, *, own: bool = True, new: bool = True, fused: bool = False
    ) -> Drift:
        """Context in a step with these ``inputs`` (B, I), where ``brought`` (B, C) is what was read last.

        Without ``own`` items bring back no context of their own, without ``new`` what was read brings back none. With
        ``fused`` all is computed by few operations, on a CPU, if the inputs have no gradient.
        """
        items = inputs if self.items is None else inputs[:, : self.items]
        present = (items.square().sum(dim=1, keepdim=True) > TINY).to(inputs.dtype)
        of_item = own * unit_length(items @ self.P[:, : items.shape[1]].T) * present
        # In lower precision numbers of several types meet.
        if fused and not of_item.requires_grad and of_item.dtype == brought.dtype == drift.context.dtype:
            return self._fused_step(inputs, drift, of_item, brought, new * present)
        back = self.old_to_new * of_item + new * present * unit_length(brought)
        if self.items is None:
            return drift._replace(context=evolved(drift.context, back, self.rate))
        studies, distracts, recalls = torch.split(inputs[:, self.items : self.items + 3], 1, dim=1)
        context = evolved(drift.context, studies * of_item + recalls * back, self.rate)
        context = evolved(context, distracts * drift.strange, self.distraction_rate)
        turned = drift.strange @ self.turn.T
        return Drift(context, torch.lerp(drift.strange, turned, distracts))

    def _fused_step(self, inputs: Tensor, drift: Drift, of_item: Tensor, brought: Tensor, share: Tensor) -> Drift:
        from memsim.models.networks.fused import fused_drift  # numba, unused in a default run

        if self.items is None:
            fixed = self.old_to_new * of_item
            context = fused_drift(drift.context, fixed, brought, share[:, 0], self.rate, TINY, scaled=True)
            return drift._replace(context=context)
        studies, distracts, recalls = torch.split(inputs[:, self.items : self.items + 3], 1, dim=1)
        fixed, share = (studies + self.old_to_new * recalls) * of_item, (recalls * share)[:, 0]
        context = fused_drift(drift.context, fixed, brought, share, self.rate, TINY, scaled=True)
        if not distracts.any():
            return drift._replace(context=context)
        context = evolved(context, distracts * drift.strange, self.distraction_rate)
        return Drift(context, torch.lerp(drift.strange, drift.strange @ self.turn.T, distracts))

    def brought_back(self, drift: Drift, brought: Tensor, inputs: Tensor, *, fused: bool = False) -> Drift:
        """Context after a read within a step of recall, whose context half (B, C) enters it; else it stays."""
        recalls = torch.ones_like(inputs[:, :1]) if self.items is None else inputs[:, self.items + RECALL, None]
        if fused and not recalls.requires_grad and recalls.dtype == brought.dtype == drift.context.dtype:
            from memsim.models.networks.fused import fused_drift  # numba, unused in a default run

            nothing = torch.zeros_like(brought)
            context = fused_drift(drift.context, nothing, brought, recalls[:, 0], self.rate, TINY, scaled=False)
            return drift._replace(context=context)
        return drift._replace(context=evolved(drift.context, recalls * brought, self.rate))


def evolved(context: Tensor, incoming: Tensor, rate: float) -> Tensor:
    """``context`` (B, C) after ``incoming`` of any length, as at unit length; where it is zero context stays."""
    any_in = incoming.square().sum(dim=1, keepdim=True) > TINY
    incoming = unit_length(incoming)
    along = rate * (context * incoming).sum(dim=1, keepdim=True)
    kept = (along.square() + (1 - rate * rate) + TINY).sqrt() - along
    return torch.where(any_in, kept * context + rate * incoming, context)

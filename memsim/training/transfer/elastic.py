"""Elastic weight consolidation (Kirkpatrick et al., 2017): weights that an earlier task needs change less.

With θ* the weights at the end of an earlier task, and F the diagonal of the Fisher information of its outputs::

    loss + λ Σ_tasks Σ_i F_i (θ_i - θ*_i)² / 2

References
----------
Kirkpatrick, J., Pascanu, R., Rabinowitz, N., et al. (2017). Overcoming catastrophic forgetting in neural networks.
Proceedings of the National Academy of Sciences, 114, 3521-3526.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

BATCHES = 100
"""By which the Fisher information is estimated."""


class Anchor(NamedTuple):
    """Where weights are held, and how strongly, each by the name of the weight."""

    weights: Mapping[str, Tensor]
    fisher: Mapping[str, Tensor]


def anchored(
    loss: Callable[[], Tensor], weights: Mapping[str, nn.Parameter], batch: int, n_batches: int = BATCHES
) -> Anchor:
    """The weights as they are now, and their Fisher information; see :func:`fisher_information`."""
    fisher = fisher_information(loss, weights, batch, n_batches)
    return Anchor({name: each.detach().clone() for name, each in weights.items()}, fisher)


def fisher_information(
    loss: Callable[[], Tensor], weights: Mapping[str, nn.Parameter], batch: int, n_batches: int = BATCHES
) -> dict[str, Tensor]:
    """The diagonal of the Fisher information of the mean output of one list, by the name of the weight.

    It is the mean of squared gradients of the loss of a list, which is the mean over its outputs, as in training; of
    all n outputs of a list together it would be n² times as large. A batch gives the gradient g of the mean over its
    lists. Where the gradients of single lists vary around zero, as at the end of training, the mean of ``batch`` g² is
    that of single lists; where they do not, it is larger by ``batch`` times the square of their mean.

    Parameters
    ----------
    loss : the mean loss of a new batch, in nats; that of the right responses, so that the information is the empirical
        one.
    batch : lists in a batch.
    n_batches : how many batches are drawn.
    """
    known = {name: each for name, each in weights.items() if each.requires_grad}
    found = {name: torch.zeros_like(each) for name, each in known.items()}
    for _ in range(n_batches):
        slopes = torch.autograd.grad(loss(), list(known.values()), allow_unused=True)
        for name, slope in zip(known, slopes, strict=True):
            if slope is not None:
                found[name] += batch * slope.detach() ** 2 / n_batches
    return found


def penalty(weights: Mapping[str, Tensor], anchors: Sequence[Anchor]) -> Tensor:
    """Σ_tasks Σ_i F_i (θ_i - θ*_i)² / 2."""
    return torch.stack(
        [
            (fisher * (weights[name] - anchor.weights[name]) ** 2).sum() / 2
            for anchor in anchors
            for name, fisher in anchor.fisher.items()
        ]
    ).sum()

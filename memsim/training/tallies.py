"""How many outputs of a network are right, counted where its loss is computed, so that both are of the same outputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor
from torch.nn.functional import pad


class Tally:
    """Outputs that were asked for, and whether the most likely response of each was right."""

    def __init__(self) -> None:
        self.right: list[Tensor] = []
        self.by_chance: list[Tensor] = []

    @property
    def accuracy(self) -> float | None:
        """The share of outputs that were right; ``None`` where the objective does not say which are."""
        return float(torch.cat(self.right).double().mean()) if self.right else None

    @property
    def chance(self) -> float | None:
        """The accuracy of choosing among the same responses at random."""
        return float(torch.cat(self.by_chance).double().mean()) if self.by_chance else None


_TALLY: ContextVar[Tally | None] = ContextVar("memsim_tally", default=None)


@contextmanager
def tallied() -> Iterator[Tally]:
    """Within this, losses count which outputs are right."""
    token = _TALLY.set(Tally())
    try:
        tally = _TALLY.get()
        assert tally is not None
        yield tally
    finally:
        _TALLY.reset(token)


def tally_choices(logits: Tensor, right: Tensor | int) -> None:
    """Count a choice among n responses, where somebody counts; in training this costs nothing.

    Parameters
    ----------
    logits : (B, n) of the responses.
    right : (B,) the number of the right one, -1 where nothing was asked, or one number for all; or (B, m) which of the
        first m are right, of which the others are not.
    """
    tally = _TALLY.get()
    if tally is None:
        return
    chosen = logits.detach().argmax(dim=1)
    chance = 1 / (~logits.detach().isneginf()).sum(dim=1)
    if isinstance(right, Tensor) and right.dtype == torch.bool:
        hits = pad(right, (0, logits.shape[1] - right.shape[1])).gather(1, chosen[:, None])[:, 0]
        chance = chance * right.sum(dim=1)
    else:
        hits = chosen == right
        if isinstance(right, Tensor):
            hits, chance = hits[right >= 0], chance[right >= 0]
    tally.right.append(hits)
    tally.by_chance.append(chance)


def tally_binary(logits: Tensor, wanted: Tensor, asked: Tensor | None = None) -> None:
    """Count answers of yes or no: logits of any shape, and which of them should be above 0, as numbers 0 and 1.

    ``asked`` says which count, of the first dimensions; all if not given.
    """
    tally = _TALLY.get()
    if tally is not None:
        right = (logits.detach() > 0) == (wanted > 0.5)
        right = (right if asked is None else right[asked]).flatten()
        tally.right.append(right)
        tally.by_chance.append(torch.full_like(right, 0.5, dtype=torch.double))

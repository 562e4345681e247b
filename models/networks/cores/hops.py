"""Several reads in one step of a core: which of them a lesion leaves, and where they stand in weightings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

MOST_HOPS = 16
"""Reads in a step."""


def hop_parts(hops: int) -> tuple[str, ...]:
    """The parts of a core by which a lesion ends the reading of a step early: without ``hop_2`` it reads once."""
    return tuple(f"hop_{number}" for number in range(2, hops + 1))


def hops_of(parts: Collection[str]) -> int:
    """How many reads the step of a core with these parts has."""
    return 1 + len(set(hop_parts(MOST_HOPS)) & set(parts))


def hops_left(hops: int, without: Collection[str]) -> int:
    """How many reads a step has without some of :func:`hop_parts`: those before the first that is switched off."""
    return next((number - 1 for number in range(2, hops + 1) if f"hop_{number}" in without), hops)


def side_by_side(each: Sequence[Tensor], hops: int) -> Tensor:
    """The weightings (B, R, N) of the reads of a step as heads (B, hops * R, N), those of the first read first.

    Reads that a lesion left out are zero.
    """
    blank = torch.zeros_like(each[0])
    return torch.cat((*each, *[blank] * (hops - len(each))), dim=1)

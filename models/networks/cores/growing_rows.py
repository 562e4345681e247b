"""Memories that grow by one row in each step, where nothing is erased but the oldest row of a full memory."""

from __future__ import annotations

import torch
from torch import Tensor


def appended(rows: Tensor, row: Tensor, most: int) -> Tensor:
    """``rows`` (B, t, ...) and ``row`` (B, ...) as the last of them; of more than ``most`` the oldest is dropped."""
    first = max(0, rows.shape[1] + 1 - most)
    return torch.cat((rows[:, first:], row[:, None]), dim=1)


def newest(rows: Tensor) -> Tensor:
    """The weighting (B, 1, t) that is 1 at the last of ``rows`` (B, t, ...) and 0 at the others."""
    weighting = rows.new_zeros((len(rows), 1, rows.shape[1]))
    weighting[..., -1:] = 1
    return weighting

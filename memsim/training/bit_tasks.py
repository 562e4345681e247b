"""Tasks of bits in and bits out: the essay's lists (Greydanus, 2017) and repeat-copy (Graves et al., 2014, 2016)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from memsim.training.tallies import tally_binary

CLIP = 1e-6
"""Distance from 0 and 1 to which the essay clips the probability of a bit."""


class Bits(NamedTuple):
    """A batch of sequences."""

    inputs: Tensor
    """(T, B, bits in)."""
    targets: Tensor
    """(T, B, bits out), 0 or 1."""
    counted: Tensor
    """(T,) whether an output is asked for at the step."""


def essay_lists(batch: int, length: int, bits: int, segments: int, generator: torch.Generator) -> Bits:
    """The essay's sequences, of random items: ``bits`` - 1 random bits and a zero, drawn with replacement."""
    return essay_sequence(torch.randint(2, (segments, length, batch, bits - 1), generator=generator))


def essay_sequence(items: Tensor) -> Bits:
    """The essay's sequence for ``items`` (segments, length, B, bits - 1): 2 ``length`` + 3 steps for each segment.

    A blank step; the items, each with a zero for its last bit; the marker, a step with the last bit alone set; a blank
    step; and ``length`` blank steps at which the items are to be put out.
    """
    segments, length, batch, bits = items.shape
    steps = 2 * length + 3
    inputs, targets = torch.zeros((2, segments, steps, batch, bits + 1))
    inputs[:, 1 : length + 1, :, :-1] = items
    inputs[:, length + 1, :, -1] = 1
    targets[:, length + 3 :, :, :-1] = items
    counted = torch.arange(steps).ge(length + 3).repeat(segments)
    return Bits(inputs.flatten(0, 1), targets.flatten(0, 1), counted)


def repeat_copy(batch: int, length: int, bits: int, copies: int, most: int, generator: torch.Generator) -> Bits:
    """Sequences of ``length`` vectors of ``bits``, shown once, to be put out ``copies`` times, followed by an end mark.

    Inputs have two more channels, for the start and for the number of copies as a share of ``most``, the largest
    number; targets have one more, for the end. The number of copies is the same throughout the batch.
    """
    shown, asked = length + 1, length * copies + 1
    inputs = torch.zeros((shown + 1 + asked, batch, bits + 2))
    targets = torch.zeros((shown + 1 + asked, batch, bits + 1))
    items = torch.randint(2, (length, batch, bits), generator=generator).float()
    inputs[0, :, bits] = 1
    inputs[1:shown, :, :bits] = items
    inputs[shown, :, bits + 1] = copies / most
    targets[shown + 1 : -1, :, :bits] = items.repeat(copies, 1, 1)
    targets[-1, :, bits] = 1
    return Bits(inputs, targets, torch.arange(len(inputs)).gt(shown))


def essay_recall_loss(logits: Tensor, task: Bits, longest: int) -> Tensor:
    """For each item the least binary cross-entropy (nats) over all outputs, summed, over batch times ``longest``.

    This is the essay's loss. It does not ask for a different item at every output, so one output may serve several.
    """
    given = logits[task.counted].sigmoid().clamp(CLIP, 1 - CLIP)[:, None]
    wanted = task.targets[task.counted][None]
    entropy = -(wanted * given.log() + (1 - wanted) * (1 - given).log()).sum(dim=-1)
    return entropy.amin(dim=0).sum() / (logits.shape[1] * longest)


def copy_loss(logits: Tensor, task: Bits) -> Tensor:
    """Mean binary cross-entropy (nats per bit) over all steps."""
    tally_binary(logits[task.counted], task.targets[task.counted])
    return binary_cross_entropy_with_logits(logits, task.targets)


def bit_error(logits: Tensor, task: Bits) -> float:
    """Share of bits that are wrong at the steps where an output is asked for."""
    wrong = (logits[task.counted] > 0) != (task.targets[task.counted] > 0.5)
    return float(wrong.float().mean())

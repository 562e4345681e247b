"""The loss of a batch of lists, of networks that study items."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from memsim.core.events import Distract, Study
from memsim.core.trials import Paradigm
from memsim.models.networks.recall_network import Episode, RecallNetwork


def recall_loss(network: RecallNetwork, items: Tensor, generator: torch.Generator) -> Tensor:
    """Mean loss (nats per output) of recalling ``items`` (B, L, D) in any order and then stopping."""
    batch, length, _ = items.shape
    episode = studied(network, items)
    left = torch.ones((batch, length), dtype=torch.bool, device=items.device)
    losses = []
    for _ in range(length):
        allowed = episode.logits.log_softmax(1)[:, :length].masked_fill(~left, -torch.inf)
        losses.append(-allowed.logsumexp(1).mean())
        # Outputs that are no longer numbers show in the loss, where training stops with a clear error.
        chances = allowed.detach().softmax(1).nan_to_num(1.0).cpu()
        chosen = torch.multinomial(chances, 1, generator=generator)[:, 0].to(items.device)
        left[torch.arange(batch), chosen] = False
        episode = network.recalled(episode, chosen)
    losses.append(-episode.logits.log_softmax(1)[:, length].mean())
    return torch.stack(losses).mean()


def sequence_loss(network: RecallNetwork, items: Tensor, columns: Tensor, paradigm: Paradigm | None = None) -> Tensor:
    """Mean loss (nats per event) of ``columns`` (B, n_events): positions from 0, L for none, -1 for no event.

    ``paradigm`` presents the items, with its distraction; without one they follow one another at once.
    """
    episode = studied(network, items, paradigm)
    total, events = items.new_zeros(()), 0
    for column in columns.unbind(1):
        row = (column >= 0).nonzero()[:, 0]
        if not len(row):
            break
        total = total - episode.logits.log_softmax(1)[row, column[row]].sum()
        events += len(row)
        episode = network.recalled(episode, torch.where(column < 0, items.shape[1], column))
    return total / max(events, 1)


def studied(network: RecallNetwork, items: Tensor, paradigm: Paradigm | None = None) -> Episode:
    """An episode in which all ``items`` (B, L, D) were studied and the test has begun."""
    events = map(Study, range(items.shape[1])) if paradigm is None else paradigm.presentation()
    shown: list[int | None] = []
    for event in events:
        if isinstance(event, Study):
            shown.append(event.position)
        elif isinstance(event, Distract):
            shown += [None] * math.ceil(event.seconds)
    return network.present(network.begin(items), shown)


def judgment_loss(network: RecallNetwork, items: Tensor, targets: Tensor, lures: Tensor, delay: int) -> Tensor:
    """Mean binary cross-entropy (nats per probe) of old and new, after the study of ``items`` (B, L, D).

    Probes are the items at the positions ``targets`` (B, P) and as many ``lures`` (B, P, D). ``delay`` is the number of
    steps of distraction before the test.
    """
    episode = network.begin(items)
    for position in range(items.shape[1]):
        episode = network.study(episode, position)
    episode = network.distract(episode, delay)
    rows = torch.arange(len(items), device=items.device)[:, None]
    logits = network.judge(episode, torch.cat((items[rows, targets], lures), dim=1))
    is_old = torch.arange(logits.shape[1], device=items.device) < targets.shape[1]
    return binary_cross_entropy_with_logits(logits, is_old.to(logits.dtype).expand_as(logits))


def cued_loss(network: RecallNetwork, items: Tensor, pairs: Tensor, sides: Tensor, lure: Tensor, delay: int) -> Tensor:
    """Mean loss (nats per cue) of the response to cues, after the study of the pairs of ``items`` (B, L, D).

    Responses are chosen among the items of all lists of the batch: what to put out is learned before which of them.
    Cues are one item of each of ``pairs`` (B, P) and ``lure`` (B, D), to which no response is right; ``sides``
    (B, P + 1), 0 or 1, say where a cue stands. ``delay`` is the number of steps of distraction before the test.
    """
    batch, length, size = items.shape
    episode = network.begin(items)
    for first in range(0, length, 2):
        episode = network.study_pair(episode, first, first + 1)
    episode = network.distract(episode, delay)
    rows = torch.arange(batch, device=items.device)[:, None]
    positions = 2 * pairs + sides[:, :-1]
    shown = torch.cat((items[rows, positions], lure[:, None]), dim=1)
    cues = items.new_zeros((batch, shown.shape[1], 2, size))
    cues[rows, torch.arange(shown.shape[1], device=items.device), sides] = shown
    none = torch.full((batch, 1), length, device=items.device)
    answers = torch.cat((2 * pairs + 1 - sides[:, :-1], none), dim=1)
    episode.lures = items.flatten(0, 1)
    episode.studied = rows * length + torch.arange(length, device=items.device)
    asked = network.cue_items(episode, cues, torch.cat((positions, none), dim=1))
    assert asked.lured is not None and asked.studied is not None
    strangers = asked.lured.scatter(1, asked.studied, -torch.inf)
    return cross_entropy(torch.cat((asked.logits, strangers), dim=1), answers.flatten())

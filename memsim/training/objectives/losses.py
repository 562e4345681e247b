"""The loss of a batch of lists, of networks that study items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from memsim.core.events import Distract, Study
from memsim.core.trials import Paradigm
from memsim.models.networks.recall_network import Episode, RecallNetwork, candidates
from memsim.models.networks.wear.wearing import Wearing
from memsim.training.tallies import tally_binary, tally_choices


def studied(
    network: RecallNetwork,
    items: Tensor,
    paradigm: Paradigm | None = None,
    delay: int = 0,
    wearing: Wearing | None = None,
) -> Episode:
    """An episode in which all ``items`` (B, L, D) were studied, and ``delay`` steps of distraction have passed.

    ``paradigm`` presents the items, with its distraction; without one they follow one another at once. ``wearing``
    wears the state between steps.
    """
    events = map(Study, range(items.shape[1])) if paradigm is None else paradigm.presentation()
    if wearing is not None:
        return _worn_study(network, items, [*events, *([Distract(delay)] if delay else [])], wearing)
    shown: list[int | None] = []
    for event in events:
        if isinstance(event, Study):
            shown.append(event.position)
        elif isinstance(event, Distract):
            shown += [None] * math.ceil(event.seconds)
    return network.present(network.begin(items), shown + [None] * delay)


def _worn_study(network: RecallNetwork, items: Tensor, events: Sequence[Any], wearing: Wearing) -> Episode:
    """Study with wear, and before it that of another list of the batch, where something is carried over."""

    def after(items: Tensor, state: Any = None) -> Episode:
        episode = network.begin(items)
        episode.wearing = wearing
        episode.state = episode.state if state is None else wearing.left_of(state, episode.state)
        for event in events:
            if isinstance(event, Study):
                network.study(episode, event.position)
            else:
                network.distract(episode, math.ceil(event.seconds), event.seconds)
        return episode

    return after(items, after(items.roll(1, dims=0)).state if wearing.wear.carry_over else None)


def studied_pairs(network: RecallNetwork, items: Tensor, delay: int = 0, wearing: Wearing | None = None) -> Episode:
    """As :func:`studied`, for items in pairs: the first with the second, the third with the fourth, and so on."""
    episode = network.begin(items)
    episode.wearing = wearing
    for first in range(0, items.shape[1], 2):
        episode = network.study_pair(episode, first, first + 1)
    return network.distract(episode, delay)


def waiting_times(batch: int, length: int, generator: torch.Generator) -> Tensor:
    """(L, B, L) standard exponential times, by which responses are drawn: that with the least time / chance wins."""
    return torch.empty((length, batch, length)).exponential_(generator=generator)


def recall_loss(network: RecallNetwork, episode: Episode, waits: Tensor, credit: Tensor | None = None) -> Tensor:
    """Mean loss (nats per output) of recalling the items that were studied in any order, and then stopping.

    Every output is judged by itself::

        loss = -log(P(an item not yet recalled) + ρ P(stopping))

    and -log P(stopping) after the last item. Where the episode has lures, they are candidates, too. With ``credit``
    ρ > 0 it is best to stop as soon as the chance of being right is below ρ, and not before. The item that is fed back
    is drawn by its chance among the right ones, with ``waits`` as :func:`waiting_times` gives them.
    """
    return recall_losses(network, episode, waits, credit).mean(dim=1).mean()


def recall_losses(network: RecallNetwork, episode: Episode, waits: Tensor, credit: Tensor | None = None) -> Tensor:
    """The loss (n, B) of each list at every output, as :func:`recall_loss` says."""
    episode = network.cue(episode)
    batch, length, _ = episode.items.shape
    left = torch.ones((batch, length), dtype=torch.bool, device=episode.items.device)
    losses = []
    for waited in waits:
        offered = candidates(episode.logits, episode.lured)
        tally_choices(offered, left)
        log_chances = offered.log_softmax(1)
        allowed = log_chances[:, :length].masked_fill(~left, -torch.inf)
        gained = allowed.logsumexp(1)
        if credit is not None:
            gained = torch.logaddexp(gained, credit.log() + log_chances[:, length])
        losses.append(-gained)
        # Outputs that are no longer numbers show in the loss, where training stops with a clear error.
        chosen = (allowed.detach().softmax(1).nan_to_num(1.0) / waited).argmax(dim=1)
        left = left.scatter(1, chosen[:, None], False)
        episode = network.recalled(episode, chosen)
    offered = candidates(episode.logits, episode.lured)
    tally_choices(offered, length)
    losses.append(-offered.log_softmax(1)[:, length])
    return torch.stack(losses)


def sequence_loss(network: RecallNetwork, episode: Episode, columns: Tensor) -> Tensor:
    """Mean loss (nats per event) of ``columns`` (B, n_events): positions from 0, L for none, -1 for no event."""
    return sequence_losses(network, episode, columns).sum() / (columns >= 0).sum().clamp(min=1)


def sequence_losses(network: RecallNetwork, episode: Episode, columns: Tensor) -> Tensor:
    """The loss (n_events, B) of each list at every event, as :func:`sequence_loss` says; 0 where there is none."""
    happened = columns >= 0
    responses = torch.where(happened, columns, episode.items.shape[1])
    offered = network.along(episode, responses)
    tally_choices(offered.flatten(0, 1), columns.T.flatten())
    gained = offered.log_softmax(2).gather(2, columns.clamp(min=0).T[:, :, None])[:, :, 0]
    return torch.where(happened.T, -gained, 0)


def judgment_loss(network: RecallNetwork, episode: Episode, targets: Tensor, lures: Tensor) -> Tensor:
    """Mean binary cross-entropy (nats per probe) of old and new.

    Probes are the items at the positions ``targets`` (B, P) and as many ``lures`` (B, P, D). The episode stays as it
    is.
    """
    rows = torch.arange(len(episode.items), device=episode.items.device)[:, None]
    logits = network.judge(episode, torch.cat((episode.items[rows, targets], lures), dim=1))
    is_old = torch.arange(logits.shape[1], device=logits.device) < targets.shape[1]
    wanted = is_old.to(logits.dtype).expand_as(logits)
    tally_binary(logits, wanted)
    return binary_cross_entropy_with_logits(logits, wanted)


def cued_loss(network: RecallNetwork, episode: Episode, pairs: Tensor, sides: Tensor, lure: Tensor) -> Tensor:
    """Mean loss (nats per cue) of the response to cues, after the study of pairs.

    Responses are chosen among the items of all lists of the batch: what to put out is learned before which of them.
    Cues are one item of each of ``pairs`` (B, P) and ``lure`` (B, D), to which no response is right; ``sides``
    (B, P + 1), 0 or 1, say where a cue stands.
    """
    items = episode.items
    batch, length, size = items.shape
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
    logits = torch.cat((asked.logits, strangers), dim=1)
    tally_choices(logits, answers.flatten())
    return cross_entropy(logits, answers.flatten())

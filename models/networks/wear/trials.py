"""Wear in the trials of an experiment: the seconds of its steps, its seeds, and the list before."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from memsim.core.events import Distract, Study
from memsim.core.trials import Trials
from memsim.models.networks.threads import one_thread
from memsim.models.networks.wear.wearing import Wearing


def begin_wearing(model: Any, state: list[Any], trials: Trials, rng: np.random.Generator) -> None:
    """Let the episodes of ``state``, which stand for all ``trials`` one after another, wear by the levers of a model.

    Nothing is drawn from ``rng`` unless something is random.
    """
    network, wear = model.network(), model.wear
    seeds = rng.integers(2**63, size=len(state)) if model.likelihood == "sampled" else np.zeros(len(state), np.int64)
    for episode, seed in zip(state, seeds.tolist(), strict=True):
        episode.wearing = Wearing(
            network.network, wear, model.given_rest, seed=seed, times=trials.paradigm.presentation_times.tolist(),
            response_time=model.response_time,
        )  # fmt: skip
    if wear.carry_over:
        with torch.inference_mode(), one_thread():
            _carry_over(network, state, trials)


def _carry_over(network: Any, state: list[Any], trials: Trials) -> None:
    """Begin each trial with what is left of the list that its subject studied before it.

    The list before is the row before, in the batch of trials as it is given, if it is of the same subject.
    """
    codes = trials.subject_codes
    follows = np.concatenate(([False], codes[1:] == codes[:-1]))
    items = torch.cat([episode.items for episode in state])
    before, first = items.roll(1, dims=0), 0
    for episode in state:
        rows = slice(first, first + len(episode.items))
        earlier = network.begin(before[rows])
        earlier.wearing, earlier.without, earlier.lesioned = episode.wearing, episode.without, episode.lesioned
        for event in trials.paradigm.presentation():
            if isinstance(event, Study):
                network.study(earlier, event.position)
            elif isinstance(event, Distract):
                network.distract(earlier, int(np.ceil(event.seconds)), event.seconds)
        episode.state = episode.wearing.left_of(earlier.state, episode.state, torch.from_numpy(follows[rows].copy()))
        first += len(episode.items)

"""Wear in the trials of an experiment: the seconds of its steps, its seeds, the list before, and items after it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study
from memsim.core.trials import Trials
from memsim.models.networks.threads import one_thread
from memsim.models.networks.vectors import item_vectors
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
    if model.given_rest.later_items:
        _study_later(network, state, trials, model.given_rest.later_items, rng)
    if wear.carry_over:
        with torch.inference_mode(), one_thread():
            _carry_over(network, state, trials, rng)


def _carry_over(network: Any, state: list[Any], trials: Trials, rng: np.random.Generator) -> None:
    """Begin each trial with what is left of a list that was studied before it."""
    vectors, first = torch.from_numpy(item_vectors(trials.pool, network.vector_size)), 0
    for episode in state:
        own = trials.items[first : first + len(episode.items)]
        first += len(own)
        earlier = network.begin(vectors[torch.from_numpy(others(own, len(trials.pool), own.shape[1], rng))])
        earlier.wearing, earlier.without, earlier.lesioned = episode.wearing, episode.without, episode.lesioned
        for event in trials.paradigm.presentation():
            if isinstance(event, Study):
                network.study(earlier, event.position)
            elif isinstance(event, Distract):
                network.distract(earlier, int(np.ceil(event.seconds)), event.seconds)
        episode.state = episode.wearing.left_of(earlier.state, episode.state)


def _study_later(network: Any, state: list[Any], trials: Trials, count: int, rng: np.random.Generator) -> None:
    """Give each trial so many items of another list for after the rest."""
    needed = count + trials.list_length
    if len(trials.pool) < needed:
        raise InputError(
            f"later_items={count} needs {count} items that are not in the list of {trials.list_length}, and the pool "
            f"has {len(trials.pool)} items in all; give a pool of {needed} or more, or fewer later_items"
        )
    vectors, first = torch.from_numpy(item_vectors(trials.pool, network.vector_size)), 0
    for episode in state:
        own = trials.items[first : first + len(episode.items)]
        first += len(own)
        episode.later = vectors[torch.from_numpy(others(own, len(trials.pool), count, rng))]


def others(own: IntArray, n_items: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(n_trials, count) random items of a pool of ``n_items``: not the trial's ``own``, where it has others."""
    keys = rng.random((len(own), n_items))
    np.put_along_axis(keys, own.astype(np.int64), 2.0, axis=1)
    return np.argsort(keys, axis=1)[:, :count]

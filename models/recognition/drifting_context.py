"""Context attributes that drift from event to event, and shift from list to list."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, Study
from memsim.core.probes import ABSENT
from memsim.core.trials import Trials


class DriftingContext(NamedTuple):
    """The context of a batch of trials."""

    walk: FloatArray
    """(n_trials or 1, n_moments + 1, n_attributes) the context before the first event, and after each."""
    traces: IntArray
    """(list_length,) the moment at which each item was studied."""
    lists: FloatArray
    """(n_trials or 1, n_lists, n_attributes) the mean context of the items of each list."""

    def of_probes(self, about: IntArray, moment: IntArray) -> FloatArray:
        """(n_trials, n_probes, n_attributes) the context that comes with each probe.

        It is that of the test, or the mean context of the list about which the probe asks.
        """
        now = np.broadcast_to(self.walk[:, moment], (*about.shape, self.walk.shape[2]))
        if (about == ABSENT).all():
            return now
        if about.max() >= self.lists.shape[1]:
            raise InputError(
                f"SummedSimilarity: a probe asks about list {about.max() + 1}, but the trials have fewer lists"
            )
        rows = np.arange(len(about))[:, None] % len(self.lists)
        return np.where((about == ABSENT)[:, :, None], now, self.lists[rows, np.maximum(about, 0)])


def drifting_context(
    trials: Trials, rng: np.random.Generator, n_attributes: int, drift: float, distraction: float, shift: float
) -> DriftingContext:
    """The context of all events of ``trials``: a random walk.

    Each attribute moves by N(0, drift²) before each item, and by N(0, drift² s distraction) in s seconds of
    distraction; the first attribute moves by ``shift`` besides where a new list begins. Nothing is drawn if nothing
    drifts.
    """
    lists = trials.paradigm.list_of_position
    sizes, steps, moments = [0.0], [0.0], np.zeros(len(lists), dtype=np.int32)
    at = lists[0]
    for event in trials.paradigm.events():
        if isinstance(event, Study):
            moments[event.position] = len(sizes)
            sizes.append(1.0)
            steps.append(shift * (lists[event.position] - at))
            at = lists[event.position]
        elif isinstance(event, Distract):
            sizes.append(event.seconds * distraction)
            steps.append(0.0)
    moves = np.zeros((1, len(sizes), n_attributes))
    if drift and n_attributes:
        moves = rng.standard_normal((len(trials), len(sizes), n_attributes)) * (drift * np.sqrt(sizes))[:, None]
    moves[:, :, :1] += np.array(steps)[:, None]
    walk = np.cumsum(moves, axis=1)
    means = [walk[:, moments[lists == each]].mean(axis=1) for each in range(lists.max() + 1)]
    return DriftingContext(walk, moments, np.stack(means, axis=1))

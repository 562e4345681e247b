"""Tests at the end: all probes at once, where study comes first and answers leave memory as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.events import Probe, Recall
from memsim.core.loop import step
from memsim.core.model import MemoryModel
from memsim.core.probes import ABSENT, ProbeBatch
from memsim.core.trials import Trials


def studied_state(model: MemoryModel[Any], trials: Trials, rng: np.random.Generator) -> Any | None:
    """The state of ``model`` after study; ``None`` where something other than a probe follows the first probe, or items
    are recalled.
    """
    events = list(trials.paradigm.events())
    studied = [event for event in events if not isinstance(event, Probe | Recall)]
    if trials.probes is None or not all(isinstance(event, Probe) for event in events[len(studied) :]):
        return None
    state = model.begin(trials, rng)
    for event in studied:
        state = step(model, state, event)
    return state


def every_probe(trials: Trials) -> ProbeBatch:
    """All probes, (n_trials * n_probes), trial by trial."""
    assert trials.probes is not None
    n_sides, about = trials.units_of_probes.shape[2], trials.probes.about
    every = trials.probes.items, trials.units_of_probes, trials.last_presentations
    items, units, positions = (each.reshape(-1, n_sides) for each in every)
    n = len(trials) * trials.paradigm.n_probes
    return ProbeBatch(items, units, positions, np.full(n, ABSENT, np.int32) if about is None else about.ravel())

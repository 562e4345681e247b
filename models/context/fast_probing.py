"""The similarities of all probes to context at once, by the products of what probed items bring back."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.events import Probe, Recall
from memsim.core.loop import step
from memsim.core.trials import Trials
from memsim.models.context.drift import kept_context


def similarities(model: Any, trials: Trials, rng: np.random.Generator) -> FloatArray | None:
    """(n_trials, n_probes) similarity s = c·x of each probe, 0 where there is none; x is what the probe brings back.

    Each probe changes context linearly, so the products of context with all x follow from those before it and from the
    products of the x with one another: c'·x_v = ρ c·x_v + β_cue x_u·x_v after the probe of u.

    ``None`` where the vectors must be followed: of pairs, study after the first probe, a
    recall of the same trials, or study that differs between trials.
    """
    probes = trials.probes
    if probes is None or trials.units_of_probes.shape[2] > 1:
        return None
    events = list(trials.paradigm.events())
    n_before = next((at for at, event in enumerate(events) if isinstance(event, Probe)), len(events))
    if any(isinstance(event, Recall) for event in events) or not all(
        isinstance(each, Probe) for each in events[n_before:]
    ):
        return None
    studied = [event for event in events[:n_before] if not isinstance(event, Probe | Recall)]
    state: Any = model.begin(trials, rng)
    if len(state.temporal.brought) > 1 or np.shape(state.probing.new_shared)[:1] not in ((), (1,)):
        return None
    for event in studied:
        state = step(model, state, event)
    if len(state.temporal.context) > 1:
        return None
    brought = state.brought_by(np.arange(trials.n_units, dtype=np.int32))
    gram, something = brought @ brought.T, brought.any(axis=1)
    n, rows = len(trials), np.arange(len(trials))
    products = np.tile(brought @ state.temporal.context[0], (n, 1))
    found = np.zeros((n, trials.paradigm.n_probes))
    for number, units in enumerate(trials.units_of_probes[:, :, 0].T):
        given = units >= 0
        unit = np.where(given, units, 0)
        overlap = np.where(given, products[rows, unit], 0)
        found[:, number] = overlap
        rate = (model.context_drift_cue * (given & something[unit]))[:, None]
        products *= kept_context(overlap[:, None], rate)
        products += rate * gram[unit]
    return found

"""What retrieved-context models keep for tests with probes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.events import Probe, Study, StudyPair
from memsim.core.trials import Paradigm, Trials


@dataclass
class Probing:
    """What a test with probes needs, besides the context and the associations of the items of the list.

    New items have units of temporal context of their own, after all others.
    """

    first_new: int
    """The unit of temporal context of the first new item."""
    studied: BoolArray
    """(list_length,) positions that were studied so far."""
    new_own: float = 1.0
    """How strongly a new item brings back its own unit."""
    new_shared: FloatArray | float = 0.0
    """(n_alike, n_units), or one number for all units: what it brings back besides."""
    meaning: FloatArray | None = None
    """(n_trials, n_units of items, list_length) support by the unit of each item of the list and then of each new item,
    where items have meaning and are cues."""
    cue: IntArray | None = None
    """(n_trials,) 0-based position of the item that is the cue of the next response; list_length if it is a new one."""


def items_of_units(trials: Trials) -> IntArray:
    """(n_trials, n_units) the item of each unit of the list and of the probes; 0 where a trial has no such unit."""
    items = np.zeros((len(trials), trials.n_units), dtype=np.int32)
    items[:, : trials.list_length] = trials.items
    if trials.probes is not None:
        rows, probes, sides = np.nonzero(trials.units_of_probes >= 0)
        items[rows, trials.units_of_probes[rows, probes, sides]] = trials.probes.items[rows, probes, sides]
    return items


def studies_after_probes(paradigm: Paradigm) -> bool:
    """Whether items are studied after the first probe, as in continuous recognition."""
    probed = False
    for event in paradigm.events():
        if isinstance(event, Study | StudyPair) and probed:
            return True
        probed |= isinstance(event, Probe)
    return False

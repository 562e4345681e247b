"""Which item a cue asks for, in lists of pairs."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import BoolArray, IntArray
from memsim.core.errors import InputError
from memsim.core.probes import ABSENT
from memsim.core.trials import Trials


def answers_cue(trials: Trials, positions: IntArray) -> BoolArray:
    """(n_trials, n_probes) whether the item at each 1-based position was studied in a pair with the cue.

    The cue is on its own side of the pair. Of a cue in several pairs, any partner in the list asked about is right.
    """
    probes = trials.probes
    if probes is None or probes.items.shape[2] != 2 or trials.list_length % 2:
        raise InputError(f"{type(trials.paradigm).__name__}: cues of cued recall are sides of pairs, in lists of pairs")
    rows = np.arange(len(trials))[:, None]
    answer = np.where(positions > 0, trials.items[rows, np.maximum(positions, 1) - 1], ABSENT)
    sides = trials.items.reshape(len(trials), trials.list_length // 2, 2)
    pair_list = trials.paradigm.list_of_position[::2]
    right = np.zeros(positions.shape, dtype=bool)
    for pair in range(sides.shape[1]):
        asked = np.ones(right.shape, dtype=bool)
        if probes.about is not None:
            asked = (probes.about == ABSENT) | (probes.about == pair_list[pair])
        for cue in (0, 1):
            given = (probes.items[:, :, cue] == sides[:, pair, cue, None]) & (probes.items[:, :, 1 - cue] == ABSENT)
            right |= asked & given & (answer == sides[:, pair, 1 - cue, None])
    return right

"""What each cue of cued recall asks for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.analysis.recognition.places import place_in_list
from memsim.core.arrays import BoolArray, IntArray
from memsim.core.errors import InputError
from memsim.core.probes import ABSENT
from memsim.core.recalls import Recalls


class Cued(NamedTuple):
    """The cues of trials, (n_trials, n_probes)."""

    given: BoolArray
    """Whether there is such a cue, studied in the list."""
    cue: IntArray
    """Serial position of the cue, from 0, where it was studied last, in the list asked about; -1 if it was not."""
    due: IntArray
    """Serial position of the item that was studied with it."""
    forward: BoolArray
    """Whether the cue is the first item of its pair, so that the second is asked for."""
    correct: BoolArray
    """Whether the response is the item that is due, wherever it was studied first; or another partner of the cue, where
    the cue asks about several lists in which it was studied."""


def cued(recalls: Recalls, who: str) -> Cued:
    """The cues of these recalls.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs.
    """
    trials = recalls.trials
    probes = trials.probes
    if trials.paradigm.cue != "item" or probes is None or probes.items.shape[2] != 2:
        raise InputError(
            f"{who}: {type(trials.paradigm).__name__} has no cue for each response; give recalls of cued recall of "
            "pairs, as from CuedRecall"
        )
    if (probes.items != ABSENT).all(axis=2).any():
        raise InputError(f"{who}: a cue has items on both sides; the side of the item that is asked for is -1")
    items = trials.items
    length = trials.list_length
    given = probes.given
    cue = np.full(given.shape, ABSENT, dtype=np.int32)
    side_of = np.arange(length) % 2
    for index in range(given.shape[1]):
        sides = probes.items[:, index]
        same = items == sides.max(axis=1, keepdims=True)
        if probes.about is not None:
            about = probes.about[:, index, None]
            same &= (about == ABSENT) | (trials.paradigm.list_of_position == about)
        # A word that is first in one pair and second in another cues the pair on whose side it is shown.
        there = same & (side_of == (sides[:, :1] == ABSENT))
        same = np.where(there.any(axis=1, keepdims=True), there, same)
        last = length - 1 - np.argmax(same[:, ::-1], axis=1)
        cue[:, index] = np.where(given[:, index] & same.any(axis=1), last, ABSENT)
    known = cue != ABSENT
    due = np.where(known, cue ^ 1, ABSENT)
    first = np.take_along_axis(trials.first_presentation, np.maximum(due, 0), axis=1)
    correct = known & ((recalls.positions == first + 1) | recalls.is_correct)
    return Cued(known, cue, due, known & (cue % 2 == 0), correct)


def pair_in_list(recalls: Recalls, found: Cued) -> IntArray:
    """(n_trials, n_probes) the number of the cued pair in its list, from 1."""
    return np.asarray(place_in_list(recalls.trials.paradigm)[np.maximum(found.cue, 0)])

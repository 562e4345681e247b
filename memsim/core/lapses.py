"""Lapses: responses, or whole lists, that are guesses and not of the model; one rule for all models.

A guess is uniform over the answers that remain: the different items of the list not yet given (all of them, for a model
that recalls items again, and in cued recall), no response unless the task demands one, and an intrusion where the model
produces them.
With probability ``lapse`` a response is a guess; with probability ``list_lapse`` all responses to a list are.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.event_probabilities import Events, repeated
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Trials

_GUESSES: WeakKeyDictionary[Recalls, dict[tuple[bool, bool], Events]] = WeakKeyDictionary()
"""Guesses by recalls and rule: a fit scores the same recalls thousands of times."""


def lapses_of_lists(model: MemoryModel[Any], n_trials: int, seed: int) -> FloatArray:
    """(n_trials,) probability that a response of a simulation is a guess: 1 in lists that are guessed as a whole."""
    lapse = 0.0 if model.mixes_lapses else model.lapse
    if not model.list_lapse:
        return np.full(n_trials, lapse)
    return np.where(stream(seed, "list lapses").random(n_trials) < model.list_lapse, 1.0, lapse)


def guess_probabilities(model: MemoryModel[Any], trials: Trials, given: IntArray) -> FloatArray:
    """(n_trials, list_length + 1 or 2) probability of each outcome of a guess, as in ``outcome_probabilities``.

    ``given`` (n_trials, n_outputs) holds the 0-based serial positions of the earlier responses, others being negative.
    """
    length = trials.list_length
    possible = np.zeros((len(trials), length + 1 + model.intrusions))
    possible[:, :length] = trials.first_presentation == np.arange(length)
    possible[:, length:] = not trials.paradigm.forced
    if not (model.repeats or trials.paradigm.cued_by_item):
        rows, outputs = np.nonzero(given >= 0)
        possible[rows, given[rows, outputs]] = 0
    possible[possible.sum(axis=1) == 0, length] = 1
    return possible / possible.sum(axis=1, keepdims=True)


def guessed_events(recalls: Recalls, repeats: bool, intrusions: bool) -> Events:
    """The probabilities of the scored events if all of them are guesses. The arrays are read-only."""
    known = _GUESSES.setdefault(recalls, {})
    if (repeats, intrusions) not in known:
        events = _guessed_events(recalls, repeats, intrusions)
        for array in events:
            if array is not None:
                array.flags.writeable = False
        known[repeats, intrusions] = events
    return known[repeats, intrusions]


def _guessed_events(recalls: Recalls, repeats: bool, intrusions: bool) -> Events:
    trials, length = recalls.trials, recalls.list_length
    columns = scored_outcomes(recalls, repeats, intrusions).columns
    happened = columns != NO_EVENT
    is_item = happened & (columns < length)
    new = is_item & ~repeated(columns, length)
    before = np.cumsum(new, axis=1) - new
    n_items = (trials.first_presentation == np.arange(length)).sum(axis=1)[:, None]
    anew = repeats or trials.paradigm.cued_by_item
    n_left = n_items - before
    n_silent = np.where(trials.paradigm.forced & (n_left > 0), 0, 1)
    n_possible = (n_items if anew else n_left) + n_silent + (intrusions and not trials.paradigm.forced)

    def share(number: Any, none: float = 0.0) -> FloatArray:
        return np.where(happened, number / n_possible, none)

    return Events(
        share(1, none=1.0),
        share(n_silent),
        share(int(not trials.paradigm.forced)) if intrusions else None,
        share(before) if repeats and not trials.paradigm.cued_by_item else None,
    )


def mixed(events: Events, guesses: Events, lapse: FloatArray | float) -> Events:
    """Events of which a share ``lapse`` are guesses."""
    return events.combined(lambda own, guess: own + lapse * (guess - own), guesses)


def is_lapsing(model: MemoryModel[Any]) -> bool:
    """Whether the loop mixes guesses into the responses of ``model``."""
    return bool(model.list_lapse or (model.lapse and not model.mixes_lapses))

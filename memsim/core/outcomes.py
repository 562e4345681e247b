"""Responses as outcomes of a model's steps: the one rule for which are scored, and which are left out and counted."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import NONE, IntArray, frozen
from memsim.core.recalls import Recalls

NO_EVENT = -1
"""The outcome where no event is scored."""


class Outcomes(NamedTuple):
    """Responses as columns of ``outcome_probabilities``, and the number of responses left out of each trial."""

    columns: IntArray
    """(n_trials, n_events) 0-based serial position of the response; list_length for no response, list_length + 1 for
    an intrusion, -1 where no event is scored."""
    intrusions: IntArray
    """(n_trials,) intrusions left out."""
    repeats: IntArray
    """(n_trials,) repeats left out."""

    @property
    def n_events(self) -> IntArray:
        """(n_trials,) events that are scored."""
        return (self.columns != NO_EVENT).sum(axis=1, dtype=np.int32)


_OUTCOMES: WeakKeyDictionary[Recalls, dict[tuple[bool, bool], Outcomes]] = WeakKeyDictionary()
"""Outcomes by recalls and rule: a fit scores the same recalls thousands of times."""


def scored_outcomes(recalls: Recalls, repeats: bool, intrusions: bool = False) -> Outcomes:
    """Responses as outcomes, without those that a model cannot produce. The arrays are read-only.

    Parameters
    ----------
    recalls : the responses.
    repeats, intrusions : whether the model produces repeats and intrusions; if not, they are left out. In free recall
        the remaining responses close up; in a task that asks for each output position, the position is not scored.
        A cue that a trial does not have is no event.
    """
    known = _OUTCOMES.setdefault(recalls, {})
    if (repeats, intrusions) not in known:
        known[repeats, intrusions] = _scored_outcomes(recalls, repeats, intrusions)
    return known[repeats, intrusions]


def _scored_outcomes(recalls: Recalls, repeats: bool, intrusions: bool) -> Outcomes:
    intrusion, repeat = recalls.is_intrusion & (not intrusions), recalls.is_repeat & (not repeats)
    left_out = intrusion | repeat
    length = recalls.list_length
    columns = np.where(recalls.is_intrusion & intrusions, length + 1, recalls.positions - 1)
    if recalls.trials.paradigm.silence_ends:
        columns = np.where(left_out | (columns < 0), NO_EVENT, columns)
        order = np.argsort(columns == NO_EVENT, axis=1, kind="stable")
        columns = np.take_along_axis(columns, order, axis=1)
        columns = np.pad(columns, ((0, 0), (0, 1)), constant_values=NO_EVENT)
        ends = (columns != NO_EVENT).sum(axis=1)
        stopped = np.flatnonzero(recalls.stopped)
        columns[stopped, ends[stopped]] = length
    else:
        columns = np.where(left_out, NO_EVENT, np.where(recalls.positions == NONE, length, columns))
        given = recalls.trials.cues_given
        if given is not None:
            columns = np.where(given, columns, NO_EVENT)
    return Outcomes(frozen(columns), frozen(intrusion.sum(axis=1)), frozen(repeat.sum(axis=1)))

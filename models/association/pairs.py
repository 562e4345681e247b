"""Pairs that were studied, with the strength of each in both directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.events import StudyPair
from memsim.core.trials import Trials


@dataclass
class StudiedPairs:
    """The pairs of a batch of trials; a pair that is studied again keeps its place."""

    units: IntArray
    """(n_trials, n_pairs, 2) the items of each pair in the order of their first study; -1 where there is none."""
    forward: FloatArray
    """(n_trials, n_pairs) strength of the pair in this order."""
    backward: FloatArray
    """(n_trials, n_pairs) strength of the pair in the reverse order, where it was studied so."""
    n_events: int = 0

    @classmethod
    def none(cls, trials: Trials) -> StudiedPairs:
        """Room for all pairs of the task, none of them studied."""
        n_pairs = sum(isinstance(event, StudyPair) for event in trials.paradigm.events())
        zeros = np.zeros((len(trials), n_pairs))
        return cls(np.full((len(trials), n_pairs, 2), -1, np.int64), zeros, zeros.copy())

    def add(self, first: IntArray, second: IntArray, weight: float) -> None:
        """Study of a pair of different items, (n_trials,) units each."""
        require_different(first, second)
        a, b = self.units[:, :, 0], self.units[:, :, 1]
        same = (a == first[:, None]) & (b == second[:, None])
        reverse = (a == second[:, None]) & (b == first[:, None])
        self.forward += weight * same
        self.backward += weight * reverse
        rows = np.flatnonzero(~(same | reverse).any(axis=1))
        self.units[rows, self.n_events, 0] = first[rows]
        self.units[rows, self.n_events, 1] = second[rows]
        self.forward[rows, self.n_events] = weight
        self.n_events += 1

    def decay(self, share: float) -> None:
        """Leave this share of all strengths."""
        self.forward *= share
        self.backward *= share

    def holds(self, units: IntArray) -> tuple[IntArray, IntArray]:
        """Whether the first, and the second item of each pair is this item, (n_trials,) units; (n_trials, n_pairs)."""
        found = self.units == units[:, None, None]
        return found[:, :, 0].astype(np.int64), found[:, :, 1].astype(np.int64)


def require_different(first: IntArray, second: IntArray) -> None:
    """Raise :class:`InputError` if a pair, (n_trials,) units each, holds an item twice."""
    twice = (first == second) & (first >= 0)
    if twice.any():
        raise InputError(
            f"the pair of trial {int(np.argmax(twice))} holds an item twice; models of association take pairs of "
            "different items"
        )

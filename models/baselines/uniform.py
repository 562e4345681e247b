"""The baseline of likelihoods: all items left are equally likely, and recall stops by a rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.parameters import parameter
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.stopping import exponential_stopping, stopping_slopes

FITTED = "fitted here to Murdock (1962) 20-1, all subjects pooled, by maximum likelihood"


class Left(NamedTuple):
    """The items that are left to recall."""

    remaining: BoolArray
    """(n_trials, list_length) items not yet recalled."""
    n_recalled: IntArray
    """(n_trials,)"""


@final
@dataclass(frozen=True)
class Uniform(MemoryModel[Left]):
    """Choice among the items not yet recalled without any preference: the baseline that a model of memory has to beat.

    Recall stops with probability X1 exp(X2 j) after j recalls, as in TCM and CMR here, so these models can exceed its
    likelihood only by predicting which items are recalled.
    """

    baseline: ClassVar = True
    termination_parameters: ClassVar = ("stop_base", "stop_growth")

    stop_base: float = parameter(
        0.03456, 0, 1, symbol="X1", doc="probability of stopping before any recall", source=FITTED
    )
    stop_growth: float = parameter(
        0.2574, 0, 10, symbol="X2", doc="log growth of stopping with each recall", source=FITTED
    )

    def begin(self, trials: Trials, rng: np.random.Generator) -> Left:
        return Left(np.ones(trials.items.shape, dtype=bool), np.zeros(len(trials), dtype=np.int32))

    def study(self, state: Left, position: int) -> Left:
        return state

    def outcome_probabilities(self, state: Left) -> FloatArray:
        n_left = state.remaining.sum(axis=1)
        stop = exponential_stopping(state.n_recalled, state.remaining.shape[1], self.stop_base, self.stop_growth)
        outcome = np.empty((len(stop), state.remaining.shape[1] + 1))
        outcome[:, :-1] = state.remaining * ((1 - stop) / np.maximum(n_left, 1))[:, None]
        outcome[:, -1] = stop
        return outcome

    def recalled(self, state: Left, position: IntArray) -> Left:
        given = np.flatnonzero(position < state.remaining.shape[1])
        state.remaining[given, position[given]] = False
        state.n_recalled[given] += 1
        return state

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        found = self.fast_gradients([self], recalls, np.zeros(len(recalls), dtype=np.int32))
        return None if found is None else found[0]

    @classmethod
    def fast_gradients(
        cls, models: Sequence[Self], recalls: Recalls, owner: IntArray, names: Collection[str] | None = None
    ) -> tuple[Events, Pullback] | None:
        if recalls.trials.paradigm.forced or recalls.trials.paradigm.cue not in cls.cues:
            return None
        length = recalls.list_length
        columns = scored_outcomes(recalls, False).columns
        happened = columns != NO_EVENT
        item = happened & (columns < length)
        n_recalled = np.cumsum(item, axis=1, dtype=np.int32) - item
        base, growth = (
            np.array([getattr(model, name) for model in models])[owner][:, None]
            for name in ("stop_base", "stop_growth")
        )
        stop = exponential_stopping(n_recalled, length, base, growth)
        n_left = np.maximum(length - n_recalled, 1)
        outcome = np.where(item, (1 - stop) / n_left, np.where(happened, stop, 1))

        def pullback(by: Events) -> dict[str, Any]:
            by_stop = np.where(happened, by.outcome * np.where(item, -1 / n_left, 1) + by.silence, 0)
            slopes = stopping_slopes(n_recalled, length, base, growth)
            by_base, by_growth = ((by_stop * slope).sum(axis=1) for slope in slopes)
            return {
                "stop_base": np.bincount(owner, by_base, len(models)),
                "stop_growth": np.bincount(owner, by_growth, len(models)),
            }

        return Events(outcome, np.where(happened, stop, 0)), pullback

"""The strength model with its likelihood and gradient at once, which the template leaves to its steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.events import Distract, Study
from memsim.core.model import MemoryModel
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.models.baselines import strength


class Strength(strength.Strength):  # noqa: D101
    __doc__ = strength.Strength.__doc__

    termination_parameters: ClassVar = ("stopping",)

    def __init_subclass__(cls, **options: Any) -> None:
        """A subclass may change a step, so it is left to its steps."""
        super().__init_subclass__(**options)
        for name in ("fast_events", "fast_gradients") if Strength in cls.__bases__ else ():
            if name not in vars(cls):
                setattr(cls, name, vars(MemoryModel)[name])

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        found = self.fast_gradients([self], recalls, np.zeros(len(recalls), dtype=np.int32))
        return None if found is None else found[0]

    @classmethod
    def fast_gradients(
        cls, models: Sequence[Self], recalls: Recalls, owner: IntArray, names: Collection[str] | None = None
    ) -> tuple[Events, Pullback] | None:
        paradigm = recalls.trials.paradigm
        if not paradigm.silence_ends or paradigm.forced or paradigm.cue not in cls.cues:
            return None
        from memsim.models.baselines.strength_kernels import events_by_strength, pull_strength  # takes long to import

        retention, residue, stopping = (
            np.array([getattr(model, name) for model in models], dtype=float)
            for name in ("retention", "residue", "stopping")
        )
        age = ages(paradigm)
        weight = retention[:, None] ** age + residue[:, None]
        columns = scored_outcomes(recalls, False).columns
        outcome, silence, total = np.ones(columns.shape), np.zeros(columns.shape), np.ones(columns.shape)
        events_by_strength(weight, stopping, owner, columns, outcome, silence, total)

        def pullback(by: Events) -> dict[str, FloatArray]:
            by_weight, by_stopping = np.zeros_like(weight), np.zeros_like(stopping)
            pull_strength(
                owner, columns, outcome, silence, total, by.outcome, by.silence, by_weight, by_stopping
            )  # fmt: skip
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = np.where(age > 0, age * retention[:, None] ** (age - 1), 0)
            by_retention = (by_weight * np.where(np.isfinite(slope), slope, 0)).sum(axis=1)
            return {"retention": by_retention, "residue": by_weight.sum(axis=1), "stopping": by_stopping}

        return Events(outcome, silence), pullback


def ages(paradigm: Paradigm) -> FloatArray:
    """(list_length,) words and seconds of distraction from the study of each word to the test."""
    age = np.zeros(paradigm.list_length)
    for event in paradigm.presentation():
        if isinstance(event, Study):
            age += 1
            age[event.position] = 0
        elif isinstance(event, Distract):
            age += event.seconds
    return age

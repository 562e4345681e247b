"""Models of serial recall whose likelihood and gradient are computed once for each different situation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.models.serial.serial_model import SerialModel
from memsim.models.serial.situations import Situations, situations

ParameterPullback: TypeAlias = Callable[[FloatArray], Mapping[str, FloatArray]]
"""From the derivatives by the probabilities of outcomes (n, L + 1) to those by the parameters, (n,) each."""


@dataclass(frozen=True)
class SituationModel(SerialModel):
    """A model of serial recall that gives the probabilities of all situations at once.

    A subclass defines :meth:`of_situations` and says what tells situations apart. Its steps remain the reference.
    """

    by_ages: ClassVar[bool] = False
    """Whether it matters when an item was given, and not only whether."""
    by_last: ClassVar[bool] = False
    """Whether the last outcome matters."""

    @classmethod
    @abstractmethod
    def of_situations(
        cls, models: Sequence[Self], paradigm: Paradigm, found: Situations, wanted: BoolArray
    ) -> tuple[FloatArray, ParameterPullback]:
        """(n, L + 1) probabilities of the ``wanted`` outcomes in each situation, and the pullback to parameters.

        The pullback gives the derivatives by the parameters of the model in each situation, (n,) each.
        """

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        found = self._found([self], recalls, np.zeros(len(recalls), dtype=np.int64))
        if found is None:
            return None
        probability, _ = self.of_situations([self], recalls.trials.paradigm, found, found.wanted(self.repeats))
        return found.events(probability, self.repeats)

    @classmethod
    def fast_gradients(
        cls, models: Sequence[Self], recalls: Recalls, owner: IntArray, names: Collection[str] | None = None
    ) -> tuple[Events, Pullback] | None:
        found = cls._found(models, recalls, owner)
        if found is None:
            return None
        probability, to_parameters = cls.of_situations(
            models, recalls.trials.paradigm, found, found.wanted(cls.repeats)
        )

        def pullback(by: Events) -> dict[str, Any]:
            each = to_parameters(found.by_probability(probability, by))
            return {name: np.bincount(found.model, values, len(models)) for name, values in each.items()}

        return found.events(probability, cls.repeats), pullback

    @classmethod
    def _found(cls, models: Sequence[Self], recalls: Recalls, owner: IntArray) -> Situations | None:
        """The situations; ``None`` for a task or lists that are left to the steps, which may refuse them."""
        paradigm, length = recalls.trials.paradigm, recalls.list_length
        if paradigm.silence_ends or paradigm.cue not in models[0].cues or length > (cls.longest_list or length):
            return None
        found = situations(recalls, cls.repeats, owner, ages=cls.by_ages, last=cls.by_last)
        return found if len(found.output) and found.columns.shape[1] <= length else None


def values_of(models: Sequence[MemoryModel[Any]], name: str) -> FloatArray:
    """(n_models,) the values of a parameter."""
    return np.array([getattr(model, name) for model in models], dtype=np.float64)

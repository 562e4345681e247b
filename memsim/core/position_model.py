"""Models that predict which items are recalled, and not in what order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from memsim.core.abilities import require_lists_and_time
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError, ModelError
from memsim.core.fitted_lists import beyond_fit
from memsim.core.model import MemoryModel
from memsim.core.named_models import by_name
from memsim.core.names import shown
from memsim.core.parameters import Parameterized
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.repeated_items import require_taken
from memsim.core.trials import Paradigm

LEAST = 1e-9
"""Least distance of a probability from 0 and 1 when it is scored."""


@dataclass(frozen=True)
class PositionModel(Parameterized, ABC):
    """A model of the probability of recall at each serial position, without an order of recall.

    It predicts recall without a limit on responses. It can be compared by serial position; functions that need an
    order of recall (simulation, the likelihood of a recall sequence) raise an error.
    """

    cues: ClassVar[tuple[str, ...]] = ("free",)
    """The cues of the tests that the model can do."""
    takes_repeated_items: ClassVar[bool] = False
    """Whether the probabilities hold for lists that hold an item twice; if not, such lists are refused."""
    reads_study_time: ClassVar[bool] = False
    """Whether the model reads how long each item is presented; see :class:`memsim.MemoryModel`."""
    likelihood: ClassVar[str] = "none: it has no order of recall (but see position_log_likelihood)"

    @abstractmethod
    def recall_probability(self, paradigm: Paradigm) -> FloatArray:
        """(list_length,) probability that the item at each serial position is recalled in this task."""

    def beyond(self, paradigm: Paradigm) -> list[str]:
        """As :meth:`memsim.MemoryModel.beyond`."""
        return beyond_fit(self, paradigm)


Model: TypeAlias = MemoryModel[Any] | PositionModel


def recall_probability(model: PositionModel | str, paradigm: Paradigm) -> FloatArray:
    """(list_length,) probability of recall at each serial position, as ``model`` predicts it, checked.

    Raises
    ------
    InputError : not a :class:`PositionModel`.
    ModelError : items are presented for different times, which the model does not read; or it did not give a number
        from 0 to 1 for each position.
    """
    model = by_name(model)
    if not isinstance(model, PositionModel):
        raise InputError(
            f"{shown(model)} is not a memsim.PositionModel; for models with an order of recall, use simulate()"
        )
    if not isinstance(paradigm, Paradigm):
        raise InputError(f"recall_probability: {shown(paradigm)} is no task; give one, such as FreeRecall()")
    require_lists_and_time(model, paradigm)
    probability = np.asarray(model.recall_probability(paradigm), dtype=float)
    if probability.shape != (paradigm.list_length,) or not ((probability >= 0) & (probability <= 1)).all():
        raise ModelError(
            f"{type(model).__name__}.recall_probability gave {probability} for {paradigm!r}; it must give "
            f"{paradigm.list_length} probabilities, one for each serial position"
        )
    return probability


def position_log_likelihood(model: PositionModel | str, recalls: Recalls) -> FloatArray:
    """The log-likelihood of which items were recalled, whatever the order: (n_trials,) natural logarithms.

    Each position is an independent event, recalled or not; intrusions and repeats do not count. In a list that was
    cut short, only recalled items count, since it is unknown whether the others would have been recalled.
    Probabilities are kept at least 1e-9 away from 0 and 1, so that no single list has likelihood 0. The values are not
    comparable with those of :func:`memsim.log_likelihood`, which also scores the order.

    Raises
    ------
    InputError : not a :class:`PositionModel`, or a list that holds an item twice, which the model does not take.
    """
    model = by_name(model)
    require_recalls(recalls)
    require_taken(model, recalls.trials)
    probability = np.clip(recall_probability(model, recalls.trials.paradigm), LEAST, 1 - LEAST)
    missed = np.where(recalls.stopped[:, None], np.log1p(-probability), 0.0)
    return np.where(recalls.output_of_item >= 0, np.log(probability), missed).sum(axis=1)

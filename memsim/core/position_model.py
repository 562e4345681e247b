"""Models that say which items are recalled, and not in what order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError, ModelError
from memsim.core.model import MemoryModel
from memsim.core.parameters import Parameterized
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.trials import Paradigm

LEAST = 1e-9
"""How near to certainty a prediction is taken to be when it is scored."""


@dataclass(frozen=True)
class PositionModel(Parameterized, ABC):
    """A model of how probably each serial position is recalled, without an order of recall.

    It predicts recall without a limit on responses, and takes part wherever serial positions are compared. What needs
    an order (simulated recalls, the likelihood of a recall sequence) says that it has none.
    """

    cues: ClassVar[tuple[str, ...]] = ("free",)
    """How the tests begin that the model has an account of."""
    likelihood: ClassVar[str] = "none: it has no order of recall (but see position_log_likelihood)"

    @abstractmethod
    def recall_probability(self, paradigm: Paradigm) -> FloatArray:
        """(list_length,) probability that the item at each serial position is recalled in this task."""


Model: TypeAlias = MemoryModel[Any] | PositionModel


def recall_probability(model: PositionModel, paradigm: Paradigm) -> FloatArray:
    """(list_length,) what ``model`` predicts of each serial position, checked.

    Raises
    ------
    ModelError : not one number from 0 to 1 for each position.
    """
    if not isinstance(model, PositionModel):
        raise InputError(f"{model!r} is not a memsim.PositionModel; simulate() runs models with an order of recall")
    probability = np.asarray(model.recall_probability(paradigm), dtype=float)
    if probability.shape != (paradigm.list_length,) or not ((probability >= 0) & (probability <= 1)).all():
        raise ModelError(
            f"{type(model).__name__}.recall_probability gave {probability} for {paradigm!r}; it must give "
            f"{paradigm.list_length} probabilities, one for each serial position"
        )
    return probability


def position_log_likelihood(model: PositionModel, recalls: Recalls) -> FloatArray:
    """How probable ``model`` holds what was recalled of each list, whatever the order: (n_trials,) logarithms.

    Each position is an independent event, recalled or not; intrusions and repeats do not enter. Of a list that was cut
    short only the recalled words count, since what else would have come is not known. Probabilities are taken as at
    least 1e-9 from 0 and 1, or one list could make a likelihood zero. This is not on one scale with
    :func:`memsim.log_likelihood`, which scores the order too.
    """
    require_recalls(recalls)
    probability = np.clip(recall_probability(model, recalls.trials.paradigm), LEAST, 1 - LEAST)
    missed = np.where(recalls.stopped[:, None], np.log1p(-probability), 0.0)
    return np.where(recalls.output_of_item >= 0, np.log(probability), missed).sum(axis=1)

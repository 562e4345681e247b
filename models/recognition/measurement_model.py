"""Measurement models: targets have one distribution of judgments and lures another, with no account of memory."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel
from memsim.core.probes import ProbeBatch
from memsim.core.rating_table import RatingTable
from memsim.core.trials import Trials

NEW, OLD = 0, 1
"""Rows of tables of ratings."""


@dataclass(frozen=True)
class MeasurementModel(MemoryModel[Trials]):
    """A model in which study does nothing: a probe is judged by whether it was presented before."""

    cues: ClassVar = ()
    probes: ClassVar = ("item",)
    takes_repeated_items: ClassVar = True
    depends_on_order: ClassVar = False
    frees_lapse: ClassVar = False  # all ratings are possible as it is

    def begin(self, trials: Trials, rng: np.random.Generator) -> Trials:
        """The trials, which are the state throughout."""
        return trials

    def study(self, state: Trials, position: int) -> Trials:
        """Nothing changes."""
        return state

    def outcome_probabilities(self, state: Trials) -> Any:
        """Raise :class:`memsim.core.errors.ModelError`."""
        raise self._without("recall")

    def recalled(self, state: Trials, position: IntArray) -> Trials:
        """Raise :class:`memsim.core.errors.ModelError`."""
        raise self._without("recall")

    @abstractmethod
    def rating_table(self, judgments: Judgments, criteria: FloatArray) -> RatingTable:
        """The ratings of lures and of targets, in this order; see :meth:`memsim.MemoryModel.rating_table`."""


def rows_of(probe: ProbeBatch) -> IntArray:
    """(n_trials,) ``OLD`` where the probe was presented before, else ``NEW``."""
    return (probe.positions[:, 0] >= 0).astype(np.int32)


def rows_of_all(judgments: Judgments) -> IntArray:
    """(n_trials, n_probes) :func:`rows_of` all probes."""
    return (judgments.trials.last_presentations[:, :, 0] >= 0).astype(np.int32)

"""How well a model agrees with recalls, as one number to be made small: a likelihood, or a distance of curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from memsim.analysis.registered import curves_of
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.loop import log_likelihood, simulate
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.position_model import PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.fitting.space import Space
from memsim.running.digests import digest

IMPOSSIBLE = 1e10
"""Where a model holds the recalls impossible, or ties lead out of a parameter's range; a search leaves it again."""


@dataclass(frozen=True, eq=False)
class LikelihoodObjective:
    """Minus the log-likelihood of ``recalls``.

    A sampled likelihood draws the same study histories at every place, so that a search sees one surface.
    """

    space: Space
    recalls: Recalls
    samples: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if self.space.model.likelihood == "none" or isinstance(self.space.model, PositionModel):
            raise LikelihoodError(
                f"{type(self.space.model).__name__} has no likelihood of a recall sequence; fit it by='summary', to "
                "curves"
            )

    def __call__(self, places: FloatArray) -> float:
        """The value at ``places`` of the space."""
        try:
            model = self._model(places)
        except InputError:
            return IMPOSSIBLE
        total = -log_likelihood(model, self.recalls, samples=self.samples, seed=self.seed).sum()
        return float(total) if np.isfinite(total) else IMPOSSIBLE

    def _model(self, places: FloatArray) -> MemoryModel[Any]:
        model = self.space.at(places)
        assert isinstance(model, MemoryModel)
        return model

    @property
    def smooth(self) -> bool:
        """Whether it has a gradient everywhere: an exact likelihood, and no whole-number parameter."""
        return self.space.model.likelihood == "exact" and not any(axis.integer for axis in self.space.axes)

    def key(self) -> dict[str, Any]:
        """All that its value depends on, for a cache."""
        sampled = self.space.model.likelihood == "sampled"
        return {
            "objective": "likelihood", **self.space.key(), "recalls": digest(self.recalls),
            "samples": self.samples if sampled else 0, "seed_of_samples": self.seed if sampled else 0,
        }  # fmt: skip

    def counts(self) -> dict[str, int]:
        """What is scored, and what is left out of it."""
        model = self.space.model
        assert isinstance(model, MemoryModel)
        outcomes = scored_outcomes(self.recalls, model.repeats, model.intrusions)
        return {
            "n_lists": len(self.recalls),
            "n_events": int((outcomes.columns != NO_EVENT).sum()),
            "intrusions_left_out": int(outcomes.intrusions.sum()),
            "repeats_left_out": int(outcomes.repeats.sum()),
        }


@dataclass(frozen=True, eq=False)
class SummaryObjective:
    """Distance between a model's curves and those of ``recalls``: sqrt(Σ w d² / Σ w), d being RMSD and w weights.

    The model is simulated on as many lists as ``lists``, with the same random numbers at every place; a
    :class:`memsim.PositionModel` predicts its serial position curve.

    Parameters
    ----------
    weights : of the standard curves of the task, by the names of their analyses (:func:`memsim.analysis.curves_of`).
    """

    space: Space
    recalls: Recalls
    weights: Mapping[str, float]
    lists: int = 1000
    seed: int = 0

    smooth = False

    def __post_init__(self) -> None:
        known = curves_of(self.recalls.trials.paradigm)
        if not self.weights:
            raise InputError(f"no curve is weighed; there are {', '.join(known)}")
        for curve, weight in self.weights.items():
            if curve not in known:
                raise InputError(f"there is no curve {curve!r} in this task; there are {', '.join(known)}")
            if not 0 < weight < float("inf"):
                raise InputError(f"the weight of {curve} is {weight!r}, and must be a number above 0")
        if isinstance(self.space.model, PositionModel) and set(self.weights) != {"serial_position_curve"}:
            name = type(self.space.model).__name__
            raise InputError(f"{name} predicts the serial_position_curve alone; weigh no other")

    @cached_property
    def _targets(self) -> dict[str, FloatArray]:
        return self._curves(self.recalls)

    def _curves(self, recalls: Recalls) -> dict[str, FloatArray]:
        found = {}
        for curve in self.weights:
            analysis = curves_of(recalls.trials.paradigm)[curve]
            found[curve] = mean_over_subjects(analysis.frame(recalls), analysis.x)["mean"].to_numpy()
        return found

    def __call__(self, places: FloatArray) -> float:
        """The value at ``places`` of the space."""
        try:
            model = self.space.at(places)
        except InputError:
            return IMPOSSIBLE
        paradigm, pool = self.recalls.trials.paradigm, self.recalls.trials.pool
        if isinstance(model, PositionModel):
            curves = {"serial_position_curve": recall_probability(model, paradigm)}
        else:
            trials = paradigm.trials(self.lists, self.seed, pool=pool)
            try:
                curves = self._curves(simulate(model, trials, self.seed))
            except ModelError:
                return IMPOSSIBLE
        squared = 0.0
        for curve, weight in self.weights.items():
            difference = curves[curve] - self._targets[curve]
            squared += weight * float(np.nanmean(difference**2))
        distance = float(np.sqrt(squared / sum(self.weights.values())))
        return distance if np.isfinite(distance) else IMPOSSIBLE

    def key(self) -> dict[str, Any]:
        """All that its value depends on, for a cache."""
        return {
            "objective": "summary", **self.space.key(), "recalls": digest(self.recalls),
            "weights": dict(self.weights), "lists": self.lists, "seed_of_lists": self.seed,
        }  # fmt: skip

    def counts(self) -> dict[str, int]:
        """What is fitted: lists, and points of curves with a value."""
        points = sum(int(np.isfinite(target).sum()) for target in self._targets.values())
        return {"n_lists": len(self.recalls), "n_points": points}


Objective = LikelihoodObjective | SummaryObjective

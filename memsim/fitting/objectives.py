"""How far a model is from recalls, as one number to minimise: minus a log-likelihood, or a distance of curves."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.curves import standard_curves
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.arrays import FloatArray
from memsim.core.errors import DataWarning, InputError, ModelError
from memsim.core.gradient import log_likelihood_gradient, log_likelihood_gradients
from memsim.core.likelihood import log_likelihood
from memsim.core.loop import simulate
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.position_model import PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.fitting.space import Space

IMPOSSIBLE = 1e10
"""The value where the model gives the recalls no probability, or a tie leaves the range of its parameter."""


@dataclass(frozen=True, eq=False)
class LikelihoodObjective:
    """Minus the log-likelihood of ``recalls``, as a function of places in ``space``.

    A sampled likelihood averages over ``samples`` study histories, drawn with ``seed``. They are the same at every
    place, so that a search sees one surface.

    Raises
    ------
    InputError : a list that holds an item twice, which the model does not take.
    """

    space: Space
    recalls: Recalls
    samples: int
    seed: int = 0
    stopping: FloatArray | None = None
    """Probabilities of no response that replace the model's; see :func:`memsim.log_likelihood`."""

    def __post_init__(self) -> None:
        require_taken(self.space.model, self.recalls.trials)

    def __call__(self, places: FloatArray) -> float:
        """The value at ``places``, (n_free,) numbers in [0, 1]."""
        try:
            model = self._model(places)
        except InputError:
            return IMPOSSIBLE
        total = -log_likelihood(model, self.recalls, **self._scoring).sum()
        return float(total) if np.isfinite(total) else IMPOSSIBLE

    def value_and_gradient(self, places: FloatArray) -> tuple[float, FloatArray]:
        """The value at ``places`` and its (n_free,) derivatives by them.

        The gradient is 0 where the recalls are impossible, and by whole numbers.
        """
        nothing = np.zeros(len(self.space.axes))
        try:
            model, slopes = self._model(places), self._slopes(places)
        except InputError:
            return IMPOSSIBLE, nothing
        found = log_likelihood_gradient(model, self.recalls, list(slopes), **self._scoring)
        total = -found.log_likelihood.sum()
        if not np.isfinite(total):
            return IMPOSSIBLE, nothing
        gradient = sum((-found.gradient[name] * slopes[name] for name in slopes), nothing)
        return float(total), np.where(np.isfinite(gradient), gradient, 0)

    def by_subject(self, places: FloatArray) -> FloatArray:
        """(n_subjects, n_free) derivatives by the places of the value of each subject's lists alone.

        Rows are in the order of ``recalls.trials.subjects``, and sum to the gradient.
        """
        model, slopes = self._model(places), self._slopes(places)
        trials = self.recalls.trials
        models = [model] * len(trials.subjects)
        owner = trials.subject_codes.astype(np.int32)
        found = log_likelihood_gradients(models, self.recalls, owner, list(slopes), **self._scoring)
        scores = np.zeros((len(models), len(self.space.axes)))
        for name, slope in slopes.items():
            scores -= np.outer(found.gradient[name], slope)
        return scores

    @property
    def _scoring(self) -> dict[str, Any]:
        return {"samples": self.samples, "seed": self.seed, "stopping": self.stopping}

    def _slopes(self, places: FloatArray) -> dict[str, FloatArray]:
        """The derivatives of the parameters that have any."""
        return {name: each for name, each in self.space.slopes(places).items() if each.any()}

    def _model(self, places: FloatArray) -> MemoryModel[Any]:
        model = self.space.at(places)
        assert isinstance(model, MemoryModel)
        return model

    @property
    def smooth(self) -> bool:
        """Whether a gradient exists: the likelihood is exact and no free parameter is a whole number."""
        return self.space.model.likelihood == "exact" and not any(axis.integer for axis in self.space.axes)

    def counts(self) -> dict[str, int]:
        """Numbers of lists and events that are scored, and of responses that are left out."""
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
    """Distance between a model's curves and those of ``recalls``, as a function of places in ``space``.

    The distance is sqrt(Σ w d² / Σ w), where d is the root mean squared deviation of a curve and w its weight. The
    model recalls ``n_trials`` lists with the same random numbers at every place; a :class:`memsim.PositionModel`
    predicts its serial position curve.

    Parameters
    ----------
    weights : of the standard curves of the task, by the names of their analyses (:func:`memsim.analysis.curves_of`).
    seed : of the simulated lists and responses.

    Raises
    ------
    InputError : no curve, a curve that the task or the model does not have, a weight that is not positive, or a list
        that holds an item twice, which the model does not take.
    """

    space: Space
    recalls: Recalls
    weights: Mapping[str, float]
    n_trials: int
    seed: int = 0

    smooth = False

    def __post_init__(self) -> None:
        require_taken(self.space.model, self.recalls.trials)
        known = standard_curves(self.recalls)
        if not self.weights:
            raise InputError(f"no curve has a weight; there are {', '.join(known)}")
        for curve, weight in self.weights.items():
            if curve not in known:
                raise InputError(f"there is no curve {curve!r} in this task; there are {', '.join(known)}")
            if isinstance(weight, bool | str) or not 0 < weight < float("inf"):
                raise InputError(f"the weight of {curve} is {weight!r}, and must be a finite number above 0")
        if isinstance(self.space.model, PositionModel) and set(self.weights) != {"serial_position_curve"}:
            name = type(self.space.model).__name__
            raise InputError(f"{name} predicts the serial_position_curve alone; give no other curve a weight")

    def of_defined_curves(self) -> SummaryObjective:
        """The distance of the curves that have a point in these recalls; of all of them where none has."""
        undefined = [curve for curve, target in self._targets.items() if target.isna().all()]
        if not undefined or len(undefined) == len(self.weights):
            return self
        subjects = self.recalls.trials.subjects
        whose = f"subject {subjects[0]}" if len(subjects) == 1 else f"these {len(subjects)} subjects"
        warnings.warn(
            f"fit: {', '.join(undefined)} cannot be computed from the lists of {whose}; the other curves are fitted",
            DataWarning,
            stacklevel=3,
        )
        kept = {curve: weight for curve, weight in self.weights.items() if curve not in undefined}
        return replace(self, weights=kept)

    @cached_property
    def _targets(self) -> dict[str, pd.Series]:
        return curves_by_name(self.recalls, self.weights)

    def __call__(self, places: FloatArray) -> float:
        """The value at ``places``, (n_free,) numbers in [0, 1]."""
        try:
            model = self.space.at(places)
        except InputError:
            return IMPOSSIBLE
        trials = self.recalls.trials
        if isinstance(model, PositionModel):
            probability = recall_probability(model, trials.paradigm)
            curves = {"serial_position_curve": pd.Series(probability, range(1, len(probability) + 1))}
        else:
            lists = trials.similar(self.n_trials, self.seed, pool=trials.pool)
            try:
                curves = curves_by_name(simulate(model, lists, self.seed), self.weights)
            except ModelError:
                return IMPOSSIBLE
        squared = 0.0
        for curve, weight in self.weights.items():
            squared += weight * float(((curves[curve] - self._targets[curve]) ** 2).mean())
        distance = float(np.sqrt(squared / sum(self.weights.values())))
        return distance if np.isfinite(distance) else IMPOSSIBLE

    def counts(self) -> dict[str, int]:
        """Numbers of lists, and of points of curves that have a value."""
        points = sum(int(target.notna().sum()) for target in self._targets.values())
        return {"n_lists": len(self.recalls), "n_points": points}


def curves_by_name(recalls: Recalls, names: Iterable[str]) -> dict[str, pd.Series]:
    """The means over subjects of the standard curves of these names, by what they are drawn against."""
    analyses = standard_curves(recalls)
    return {
        name: mean_over_subjects(analyses[name].frame(recalls), analyses[name].x).set_index(analyses[name].x)["mean"]
        for name in names
    }


Objective = LikelihoodObjective | SummaryObjective

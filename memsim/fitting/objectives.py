"""How far a model is from recalls, as one number to minimise: minus a log-likelihood, or a distance of curves."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from memsim.analysis.curves import standard_curves
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.encodings import is_integrated, is_sampled
from memsim.core.errors import DataWarning, InputError, ModelError
from memsim.core.event_probabilities import Parts
from memsim.core.gradient import log_likelihood_gradient, log_likelihood_gradients
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.judgments import Judgments, Responses
from memsim.core.likelihood import likelihood_parts, log_likelihood
from memsim.core.model import MemoryModel
from memsim.core.position_model import PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.scored_counts import ScoredCounts, scored_counts
from memsim.core.simulation import simulate
from memsim.core.study_order import warn_of_order
from memsim.fitting.free_criteria import answers_of, fitted_criteria, n_criteria, used_ratings
from memsim.fitting.sampled_criteria import criteria_over_encodings, encodings_of, is_certain
from memsim.fitting.shared_stopping import n_hazards, require_hazards
from memsim.fitting.space import Cells, Space

IMPOSSIBLE = 1e10
"""The value where the model gives the recalls no probability, or a tie leaves the range of its parameter."""


@dataclass(frozen=True, eq=False)
class LikelihoodObjective:
    """Minus the log-likelihood of ``recalls``, as a function of places in ``space``.

    A sampled likelihood averages over ``samples`` study histories, drawn with ``seed``. They are the same at every
    place, so that a search sees one surface.

    Parameters
    ----------
    stopping : by the name of the data set, probabilities of no response that replace the model's; see
        :func:`memsim.log_likelihood`.
    criteria : of judgments, ``"spaced"``, those of the model; ``"free"``, those with the highest likelihood at each
        place (:mod:`memsim.fitting.free_criteria`; :mod:`memsim.fitting.sampled_criteria` where encodings are
        drawn); or criteria by the name of the data set.

    Raises
    ------
    InputError : a list that holds an item twice, which the model does not take; lists on whose labels parameters
        depend that were not there when the space was made; or of a data set without probabilities of no response.
    """

    space: Space
    recalls: AnyRecalls
    samples: int
    seed: int = 0
    stopping: Mapping[str, FloatArray] | None = None
    criteria: Literal["spaced", "free"] | Mapping[str, FloatArray] = "spaced"

    def __post_init__(self) -> None:
        require_taken(self.space.model, self.recalls.trials)
        warn_of_order(self.space.model, self.recalls)
        if self.space.variables:
            self._sets  # noqa: B018  # raises where labels are missing
        if self.stopping is not None:
            require_hazards(self.recalls, self.stopping)

    def __call__(self, places: FloatArray) -> float:
        """The value at ``places``, (n_free,) numbers in [0, 1]."""
        try:
            models = self._all_models(places)
        except InputError:
            return IMPOSSIBLE
        total = -self._log_likelihoods(models).sum()
        return float(total) if np.isfinite(total) else IMPOSSIBLE

    def _log_likelihoods(self, models: Sequence[Sequence[MemoryModel[Any]]]) -> FloatArray:
        found = []
        for (name, recalls, _), of_cells in zip(self._sets, models, strict=True):
            each, scoring = np.empty(len(recalls)), self._scoring(name, of_cells)
            for model, (rows, part) in zip(of_cells, self._split[name], strict=True):
                each[rows] = log_likelihood(model, part, **scoring)
            found.append(each)
        return np.concatenate(found)

    def parts_of_lists(self, places: FloatArray, common: bool = False) -> Parts:
        """(n_trials,) parts of the log-likelihood of each list; see :class:`memsim.core.event_probabilities.Parts`."""
        found = []
        for (name, recalls, _), models in zip(self._sets, self._all_models(places), strict=True):
            each, scoring = Parts(*np.empty((len(Parts._fields), len(recalls)))), self._scoring(name, models)
            for model, (rows, part) in zip(models, self._split[name], strict=True):
                for values, own in zip(each, likelihood_parts(model, part, common=common, **scoring), strict=True):
                    values[rows] = own
            found.append(each)
        return Parts(*(np.concatenate(values) for values in zip(*found, strict=True)))

    def parts(self, places: FloatArray) -> dict[str, float]:
        """What the log-likelihood of all lists consists of: ``choice, termination, intrusion, repeat``."""
        return {name: float(each.sum()) for name, each in self.parts_of_lists(places)._asdict().items()}

    def value_and_gradient(self, places: FloatArray) -> tuple[float, FloatArray]:
        """The value at ``places`` and its (n_free,) derivatives by them.

        The gradient is 0 where the recalls are impossible or become so on one side, and by whole numbers.
        """
        total, gradient = 0.0, np.zeros(len(self.space.axes))
        try:
            all_models = self._all_models(places)
        except InputError:
            return IMPOSSIBLE, gradient
        for (name, recalls, cells), models in zip(self._sets, all_models, strict=True):
            slopes = self.space.slopes(places, cells)
            likelihood, by_name = self._gradients(name, recalls, cells, models, list(slopes))
            total -= likelihood
            if slopes:
                by_parameter = _where_finite(np.array([by_name[name] for name in slopes]))
                gradient -= np.tensordot(by_parameter, np.array(list(slopes.values())), 2)
        return (float(total), gradient) if np.isfinite(total) else (IMPOSSIBLE, np.zeros_like(gradient))

    def by_subject(self, places: FloatArray) -> FloatArray:
        """(n_subjects, n_free) derivatives by the places of the value of each subject's lists alone.

        Rows are in the order of ``recalls.trials.subjects``, and sum to the gradient.
        """
        codes = self.recalls.trials.subject_codes
        scores, start = np.zeros((len(self.recalls.trials.subjects), len(self.space.axes))), 0
        for (name, recalls, cells), models in zip(self._sets, self._all_models(places), strict=True):
            subject = codes[start : start + len(recalls)]
            start += len(recalls)
            pairs, owner = np.unique(np.column_stack((cells.owner, subject)), axis=0, return_inverse=True)
            slopes = self.space.slopes(places, cells)
            found = log_likelihood_gradients(
                [models[cell] for cell in pairs[:, 0]], recalls, owner.ravel().astype(np.int32), list(slopes),
                **self._scoring(name, models),
            )  # fmt: skip
            for parameter, slope in slopes.items():
                np.subtract.at(
                    scores, pairs[:, 1], _where_finite(found.gradient[parameter])[:, None] * slope[pairs[:, 0]]
                )
        return scores

    @property
    def bearing(self) -> BoolArray:
        """(n_trials, n_free) whether the value of a list depends on each of the numbers that a fit finds."""
        found = [
            np.hstack([np.zeros((len(cells.labels), 0)), *cells.designs])[cells.owner] != 0
            for _, _, cells in self._sets
        ]
        return np.concatenate(found)

    def _gradients(
        self, name: str, recalls: Responses, cells: Cells, models: Sequence[MemoryModel[Any]], names: Sequence[str]
    ) -> tuple[float, dict[str, FloatArray]]:
        """The log-likelihood of one data set, and (n_cells,) derivatives by the parameters of each cell's model."""
        scoring = self._scoring(name, models)
        if len(models) > 1 and type(models[0]).fast_gradients.__func__ is not MemoryModel.fast_gradients.__func__:  # type: ignore[attr-defined]
            found = log_likelihood_gradients(models, recalls, cells.owner, names, **scoring)
            return found.log_likelihood.sum(), found.gradient
        total, gradient = 0.0, {each: np.empty(len(models)) for each in names}
        for cell, (model, (_, part)) in enumerate(zip(models, self._split[name], strict=True)):
            found = log_likelihood_gradient(model, part, names, **scoring)
            total += found.log_likelihood.sum()
            for each in names:
                gradient[each][cell] = found.gradient[each]
        return total, gradient

    @cached_property
    def _sets(self) -> list[tuple[str, Responses, Cells]]:
        """Each data set with its cells."""
        return [(name, part, self.space.cells(part, name)) for name, part in parts_of(self.recalls).items()]

    @cached_property
    def _judged(self) -> dict[str, Judgments]:
        """The data sets that are judgments, by name."""
        return {name: part for name, part, _ in self._sets if isinstance(part, Judgments)}

    @cached_property
    def _split(self) -> dict[str, list[tuple[Any, Responses]]]:
        """The lists of each cell of each data set, with their rows."""
        found: dict[str, list[tuple[Any, Responses]]] = {}
        for name, recalls, cells in self._sets:
            if len(cells.labels) == 1:
                found[name] = [(slice(None), recalls)]
            else:
                rows = [np.flatnonzero(cells.owner == cell) for cell in range(len(cells.labels))]
                found[name] = [(each, recalls[each]) for each in rows]
        return found

    def _all_models(self, places: FloatArray) -> list[list[MemoryModel[Any]]]:
        """The models of the cells of each data set."""
        return [cast("list[MemoryModel[Any]]", self.space.models(places, cells)) for _, _, cells in self._sets]

    def _scoring(self, data_set: str, models: Sequence[MemoryModel[Any]]) -> dict[str, Any]:
        """How the lists of one data set are scored; ``models`` are those of its cells."""
        stopping = None if self.stopping is None else self.stopping.get(data_set)
        criteria = self._criteria(data_set, models)
        return {"samples": self.samples, "seed": self.seed, "stopping": stopping, "criteria": criteria}

    def _criteria(self, data_set: str, models: Sequence[MemoryModel[Any]]) -> FloatArray | None:
        """The criteria that replace those of the models in one data set; ``None`` if none do."""
        if not isinstance(self.criteria, str):
            return self.criteria.get(data_set)
        split = self._split[data_set]
        if self.criteria == "spaced" or data_set not in self._judged:
            return None
        pairs = [(model, cast("Judgments", part)) for model, (_, part) in zip(models, split, strict=True)]
        if self._draws_encodings:
            encodings = [encodings_of(model, part, self.samples, self.seed) for model, part in pairs]
            return criteria_over_encodings(encodings, self._judged[data_set])
        return fitted_criteria([each for model, part in pairs for each in answers_of(model, part)])

    @property
    def _draws_encodings(self) -> bool:
        """Whether the evidence of probes depends on an encoding that is drawn."""
        return is_sampled(self.space.model) and not is_integrated(self.space.model)

    def require_decided_criteria(self) -> None:
        """Raise :class:`InputError` if criteria are free and the likelihood of the model jumps where they move."""
        varied = {*(term.name for term in self.space.terms), *self.space.ties}
        if self.criteria != "free" or not self._draws_encodings or "criterion_noise" in varied:
            return
        for (name, part, _), models in zip(self._sets, self._all_models(self.space.default), strict=True):
            if isinstance(part, Judgments) and is_certain(encodings_of(models[0], part, 1, self.seed)):
                raise InputError(
                    f"fit: given an encoding of {type(self.space.model).__name__} each rating is certain"
                    f"{f' in {name}' if name else ''}, so that the likelihood jumps where criteria move; free criteria "
                    "need a criterion_noise above 0, or one that is free"
                )

    def criteria_at(self, places: FloatArray) -> dict[str, FloatArray]:
        """The criteria that replace those of the model at ``places``, by the name of the data set."""
        sets = zip(self._sets, self._all_models(places), strict=True)
        found = {name: self._criteria(name, models) for (name, _, _), models in sets}
        return {name: each for name, each in found.items() if each is not None}

    def n_criteria(self) -> dict[str, int]:
        """Of free criteria, the number that the answers decide, and of ratings that were merged with others."""
        if self.criteria != "free":
            return {}
        judged = self._judged.values()
        return {
            "n_criteria": sum(n_criteria(part) for part in judged),
            "ratings_merged": sum(int((~used_ratings(part)).sum()) for part in judged),
        }

    @property
    def smooth(self) -> bool:
        """Whether a gradient exists: the likelihood is exact and no parameter that varies is a whole number."""
        whole = {each.name for each in self.space.model.parameters() if each.integer}
        varied = {*(term.name for term in self.space.terms), *self.space.ties}
        return self.space.model.likelihood == "exact" and not whole & varied

    @property
    def n_hazards(self) -> int:
        """The number of probabilities of the shared stopping rule that the lists decide; 0 without one."""
        if self.stopping is None:
            return 0
        model: Any = self.space.model
        parts = [part for part in parts_of(self.recalls).values() if isinstance(part, Recalls)]
        return sum(n_hazards(part, model.repeats, model.intrusions) for part in parts)

    def n_events(self) -> IntArray:
        """(n_trials,) events that are scored in each list."""
        return np.concatenate([each.events for each in self._counts])

    @property
    def _counts(self) -> list[ScoredCounts]:
        model = self.space.model
        assert isinstance(model, MemoryModel)
        return [scored_counts(part, model.repeats, model.intrusions) for part in parts_of(self.recalls).values()]

    def counts(self) -> dict[str, int]:
        """Numbers of lists, subjects and events that are scored, and of responses that are left out.

        With a shared stopping rule also the number of its probabilities, and with free criteria
        those of :meth:`n_criteria`.
        """
        found = {
            "n_lists": len(self.recalls),
            "n_subjects": len(self.recalls.trials.subjects),
            "n_events": int(self.n_events().sum()),
            "intrusions_left_out": sum(int(each.intrusions.sum()) for each in self._counts),
            "repeats_left_out": sum(int(each.repeats.sum()) for each in self._counts),
        }
        found |= self.n_criteria()
        return found if self.stopping is None else {**found, "n_hazards": self.n_hazards}


def _where_finite(gradient: FloatArray) -> FloatArray:
    """The gradient, 0 where it has no value because what lies beside is impossible."""
    return np.where(np.isfinite(gradient), gradient, 0.0)


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

    @property
    def bearing(self) -> BoolArray:
        """(n_trials, n_free) whether the value depends on each number in each list: it does."""
        return np.ones((len(self.recalls), len(self.space.axes)), dtype=bool)

    def counts(self) -> dict[str, int]:
        """Numbers of lists, and of points of curves that have a value."""
        points = sum(int(target.notna().sum()) for target in self._targets.values())
        return {"n_lists": len(self.recalls), "n_points": points}


def curves_by_name(recalls: Recalls, names: Iterable[str]) -> dict[str, pd.Series]:
    """The means over subjects of the standard curves of these names, by what they are drawn against."""
    analyses = standard_curves(recalls)
    found = {}
    for name in names:
        analysis = analyses[name]
        means = mean_over_subjects(analysis.frame(recalls), analysis.x, analysis.value)
        found[name] = means.set_index(analysis.x)["mean"]
    return found


Objective = LikelihoodObjective | SummaryObjective

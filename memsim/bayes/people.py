"""People's likelihoods, and their derivatives by the free parameters of each, in one call for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.gradient import log_likelihood_gradients
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.fitting.space import Space
from memsim.fitting.ties import tied_value_and_slopes


@dataclass(frozen=True, eq=False)
class People:
    """The log-likelihood of each subject's lists as a function of the subject's own parameters.

    Parameters
    ----------
    space : the model with its free parameters and ties.
    recalls : of one or more subjects.
    stopping : (n_outputs,) probabilities of no response by output position, in place of the model's own; see
        :func:`memsim.log_likelihood`.
    """

    space: Space
    recalls: Recalls
    stopping: FloatArray | None = None

    @cached_property
    def labels(self) -> list[str]:
        """The subjects, in the order of the rows of parameters."""
        return [str(subject) for subject in self.recalls.trials.subjects]

    @cached_property
    def owner(self) -> IntArray:
        """(n_trials,) the subject of each list."""
        return self.recalls.trials.subject_codes.astype(np.int32)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The free parameters."""
        return tuple(axis.name for axis in self.space.axes)

    def values(self, parameters: FloatArray) -> list[dict[str, float]]:
        """The values of free and tied parameters of each subject, from (n_subjects, n_free) values of the free ones."""
        found = [dict(zip(self.names, row, strict=True)) for row in parameters.tolist()]
        return [values | self.space.tied(values) for values in found] if self.space.ties else found

    def models(self, parameters: FloatArray) -> list[MemoryModel[Any]]:
        """The model of each subject, checked.

        Raises
        ------
        InputError : a tied parameter leaves its range.
        """
        return self._built(self.values(parameters))

    def log_likelihood(self, parameters: FloatArray) -> FloatArray:
        """(n_trials,) log-likelihoods of the lists; parameters as for :meth:`gradients`."""
        return self._scored(self.models(parameters))

    def totals(self, parameters: FloatArray) -> FloatArray:
        """(n_subjects,) log-likelihoods of people's lists; -inf where a tied parameter leaves its range."""
        values = self.values(parameters)
        if not self._ties_hold(values):
            return np.full(len(values), -np.inf)
        return np.bincount(self.owner, self._scored(self._built(values)), len(values)).astype(float)

    @cached_property
    def parts(self) -> list[Recalls]:
        """The recalls of each subject."""
        return [self.recalls[self.owner == index] for index in range(len(self.labels))]

    def gradients(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n_subjects,) log-likelihoods of people's lists, and (n_subjects, n_free) their derivatives.

        ``parameters`` (n_subjects, n_free) lie within the ranges of their priors. Where a tied parameter leaves
        its range, or a list is impossible, the likelihood is -inf, and the derivatives are 0.
        """
        values = self.values(parameters)
        if not self._ties_hold(values):
            return np.full(len(values), -np.inf), np.zeros_like(parameters)
        models = self._built(values)
        names = [*self.names, *self.space.ties]
        found = log_likelihood_gradients(models, self.recalls, self.owner, names, stopping=self.stopping)
        by_name = {name: np.array(found.gradient[name]) for name in names}
        gradient = np.stack([by_name[name] for name in self.names], axis=1)
        if self.space.ties:
            for subject, each in enumerate(values):
                for name, slopes in self._slopes(each).items():
                    gradient[subject] += by_name[name][subject] * slopes
        total = np.bincount(self.owner, found.log_likelihood, len(values))
        usable = np.isfinite(total) & np.isfinite(gradient).all(axis=1)
        return np.where(usable, total, -np.inf), np.where(usable[:, None], gradient, 0)

    def _built(self, values: list[dict[str, float]]) -> list[MemoryModel[Any]]:
        return [self._model.replace(**each) for each in values]

    def _scored(self, models: list[MemoryModel[Any]]) -> FloatArray:
        return log_likelihood_gradients(models, self.recalls, self.owner, (), stopping=self.stopping).log_likelihood

    def _ties_hold(self, values: list[dict[str, float]]) -> bool:
        """Whether all tied parameters are within their ranges."""
        for declared in self.space.model.parameters():
            if declared.name in self.space.ties:
                low = -np.inf if declared.low is None else declared.low
                high = np.inf if declared.high is None else declared.high
                if not all(low <= each[declared.name] <= high for each in values):
                    return False
        return True

    def _slopes(self, values: Mapping[str, float]) -> dict[str, Any]:
        """(n_free,) derivatives of each tied parameter of one subject by the free ones."""
        known = {**self._fixed, **values}
        slopes: dict[str, Any] = dict(zip(self.names, np.eye(len(self.names)), strict=True))
        for name, expression in self.space.ties.items():
            slopes[name] = tied_value_and_slopes(name, expression, known, slopes)[1]
        return {name: slopes[name] for name in self.space.ties}

    @property
    def _model(self) -> MemoryModel[Any]:
        assert isinstance(self.space.model, MemoryModel)
        return self.space.model

    @cached_property
    def _fixed(self) -> dict[str, Any]:
        return self.space.model.values()

"""One budget for the fits of all models: a number of evaluations of the likelihood for each free parameter."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.gradient import gradient_of_its_own
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.search import search
from memsim.fitting.spec import FitSpec

MEMBERS = 2
"""Of the population of differential evolution, for each free parameter."""
GENERATIONS = {True: 1, False: 4}
"""With a gradient, which leaves the work to local searches, and without."""


class Fitted(NamedTuple):
    """What a search within the budget found."""

    places: FloatArray
    value: float
    """The negative log-likelihood."""
    evaluations: int
    smooth: bool
    """Whether the model computes its gradient, and the search used it."""


def fitted_within(spec: FitSpec, recalls: AnyRecalls, evaluations: int) -> Fitted:
    """The most likely parameters that one search finds, beginning with the model's own.

    It is :func:`memsim.fitting.search.search`, ended when the likelihood was evaluated ``evaluations`` times for each
    free parameter; a value with its gradient counts as one. Models that compute no gradient of their own are searched
    without, so that none has more evaluations by differences.
    """
    objective = spec.objective(recalls)
    assert isinstance(objective, LikelihoodObjective)
    n_free = len(spec.space.axes)
    if not n_free:
        return Fitted(np.zeros(0), objective(np.zeros(0)), 1, smooth=False)
    names = [term.name for term in spec.space.terms]
    smooth = objective.smooth and all(
        gradient_of_its_own(spec.model, part, names)  # type: ignore[arg-type]
        for part in parts_of(recalls).values()
    )
    limited = _Limited(objective, evaluations * n_free)
    default = spec.space.default
    with suppress(_Spent):
        search(
            limited, n_free, smooth=smooth, begin=default, usual=default, members=MEMBERS,
            generations=GENERATIONS[smooth], local=8, seed=spec.seed,
        )  # fmt: skip
    return Fitted(limited.place, limited.value, limited.n, smooth)


class _Spent(Exception):
    """The budget is spent."""


class _Limited:
    """An objective that keeps the best place, and raises :class:`_Spent` instead of a further evaluation."""

    def __init__(self, objective: LikelihoodObjective, most: int) -> None:
        self.objective, self.most, self.n = objective, most, 0
        self.place, self.value = objective.space.default, np.inf

    def __call__(self, place: FloatArray) -> float:
        self._begin()
        return self._seen(place, self.objective(place))

    def value_and_gradient(self, place: FloatArray) -> tuple[float, FloatArray]:
        self._begin()
        value, slopes = self.objective.value_and_gradient(place)
        return self._seen(place, value), slopes

    def _begin(self) -> None:
        if self.n >= self.most:
            raise _Spent
        self.n += 1

    def _seen(self, place: Any, value: float) -> float:
        if value < self.value:
            self.place, self.value = np.array(place, dtype=float), float(value)
        return value

"""The models that a fit chooses from: free parameters with their ranges, tied parameters, and fixed values.

Where parameters vary between lists, lists with equal parameters are a cell, which has a model of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.gradient import LAPSES
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.judgments import Judgments, Responses
from memsim.core.model import MemoryModel
from memsim.core.names import closest, shown
from memsim.core.position_model import Model
from memsim.fitting.axes import Axis
from memsim.fitting.formulas import groups
from memsim.fitting.labels import labels_of_part
from memsim.fitting.terms import Levels, Term, term_of
from memsim.fitting.ties import names_in_tie, tied_value, tied_value_and_slopes

Free: TypeAlias = Sequence[str] | Mapping[str, tuple[float, float] | str | None]
"""Free parameters: names; or by name bounds, ``None`` for the declared range, or how they vary between lists."""


class Cells(NamedTuple):
    """The groups of lists of one data set that have one model each."""

    owner: IntArray
    """(n_trials,) the cell of each list."""
    labels: tuple[dict[str, Any], ...]
    """The labels of the lists of each cell, as far as parameters depend on them."""
    designs: tuple[FloatArray, ...]
    """(n_cells, k) what the k numbers of each term count in each cell."""


@dataclass(frozen=True)
class Space:
    """The models that a fit chooses from: ``model`` with its free parameters anywhere within their bounds.

    Parameters
    ----------
    model : its other parameters keep their values.
    terms : the free parameters, and how they vary between lists.
    ties : expressions by the name of the tied parameter, such as ``{"own": "1 - learning"}``, evaluated in this order,
        so that an expression may name a tied parameter that stands before it.
    """

    model: Model
    terms: tuple[Term, ...]
    ties: Mapping[str, str]

    @classmethod
    def of(
        cls,
        model: Model,
        free: Free | None = None,
        ties: Mapping[str, str] | None = None,
        recalls: AnyRecalls | None = None,
    ) -> Space:
        """The space of a model.

        Parameters
        ----------
        model : an instance.
        free : names of parameters, or bounds by name (``None``: the declared range), or as text how they vary between
            lists (:func:`memsim.fitting.terms.term_of`). If not given: :func:`usual_free`.
        ties : expressions by name. If not given: those ties of the model's class that follow from a free parameter.
        recalls : those that are fitted, where parameters vary between lists.

        Raises
        ------
        InputError : an unknown name, a parameter both free and tied, bounds outside the declared range, a tie that
            cannot be evaluated, or no free parameter.
        """
        if isinstance(model, type):
            raise InputError(f"{model.__name__} is a class; pass an instance, {model.__name__}()")
        space = cls.allowing_none(model, free, ties, recalls)
        if not space.terms:
            raise InputError(f"{type(model).__name__}: nothing is free; name at least one parameter to fit")
        return space

    @classmethod
    def allowing_none(
        cls, model: Model, free: Free | None, ties: Mapping[str, str] | None, recalls: AnyRecalls | None = None
    ) -> Space:
        """:meth:`of`, but a space without a free parameter is one too."""
        declared = {parameter.name: parameter for parameter in model.parameters()}
        ties_given = ties is not None
        ties = dict(model.ties if ties is None else ties)
        free = by_name(usual_free(model, ties, recalls) if free is None else free)
        for name in (*free, *ties):
            if name not in declared:
                known = ", ".join(declared)
                raise InputError(
                    f"{type(model).__name__} has no parameter {name!r}{closest(name, declared)} It has: {known}."
                )
        named = {name: names_in_tie(name, expression) for name, expression in ties.items()}
        for i, name in enumerate(ties):
            later = named[name] & set(list(ties)[i:])
            if later:
                raise InputError(f"the tie {name} = {ties[name]!r} names {min(later)}, which is not tied before it")
        if not ties_given:
            ties = {name: expression for name, expression in ties.items() if named[name] & free.keys()}
        both = [name for name in free if name in ties]
        if both:
            raise InputError(f"{both[0]} is both free and tied to {ties[both[0]]!r}; choose one")
        space = cls(model, tuple(term_of(declared[name], how, recalls) for name, how in free.items()), ties)
        space.values(space.default)  # raises for expressions that cannot be evaluated
        return space

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The numbers that a fit finds: n_free of them."""
        return tuple(axis for term in self.terms for axis in term.axes)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The labels of lists on which parameters depend; none where one model serves all lists."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term.variables))

    def cells(self, recalls: Responses, data_set: str = "") -> Cells:
        """The cells of the lists of one data set.

        Raises
        ------
        InputError : lists without the labels, or with others than were there when the space was made.
        """
        if not self.variables:
            return Cells(np.zeros(len(recalls), dtype=np.int32), ({},), tuple(np.ones((1, 1)) for _ in self.terms))
        labels = labels_of_part(recalls, data_set, self.variables, f"the fit of {type(self.model).__name__}")
        owner, first = groups(labels)
        found = {name: labels[name][first] for name in self.variables}
        columns = [found[name].tolist() for name in self.variables]
        rows = [dict(zip(self.variables, row, strict=True)) for row in zip(*columns, strict=True)]
        return Cells(owner.astype(np.int32), tuple(rows), tuple(term.design(found, len(first)) for term in self.terms))

    def cell(self, labels: Mapping[str, Any]) -> Cells:
        """The cell of lists with these labels.

        Raises
        ------
        InputError : a label that is missing, or on which no parameter depends.
        """
        for name in labels:
            if name not in self.variables:
                raise InputError(f"no parameter of this fit depends on {name!r}{closest(name, self.variables)}")
        lost = [name for name in self.variables if name not in labels]
        if lost:
            raise InputError(f"the parameters depend on {', '.join(self.variables)}; say which {lost[0]} is meant")
        designs = tuple(
            term.design({name: np.array([each]) for name, each in labels.items()}, 1) for term in self.terms
        )
        return Cells(np.zeros(0, dtype=np.int32), (dict(labels),), designs)

    def values(self, places: FloatArray) -> dict[str, float]:
        """What a fit finds at ``places``, (n_free,) numbers in [0, 1]: those numbers, then the tied parameters.

        A tied parameter that varies as one other does has a value for each level. Other tied parameters that vary are
        not there; the model of a cell has them.
        """
        found = self._free(places)
        if not self.variables:
            return {**found, **self.tied(found)}
        constant = {term.name: found[term.name] for term in self.terms if not term.variables}
        varying = {term.name: term for term in self.terms if term.variables}
        needs = self._needs
        for name in self.ties:
            own = [varying[each] for each in needs[name] if each in varying]
            if not own:
                found[name] = self.tied(constant, some=True)[name]
            elif all(isinstance(term, Levels) and term.levels == own[0].levels for term in own):  # type: ignore[attr-defined]
                for level in own[0].levels:  # type: ignore[attr-defined]
                    there = {term.name: found[f"{term.name}[{level}]"] for term in own}
                    found[f"{name}[{level}]"] = self.tied({**constant, **there}, some=True)[name]
        return found

    @property
    def names(self) -> set[str]:
        """The names in :meth:`values`."""
        return set(self.values(self.default))

    @cached_property
    def _needs(self) -> dict[str, set[str]]:
        """The free parameters on which each tied parameter depends."""
        needs: dict[str, set[str]] = {term.name: {term.name} for term in self.terms}
        for name, expression in self.ties.items():
            needs[name] = set().union(*(needs.get(each, set()) for each in names_in_tie(name, expression)))
        return needs

    @cached_property
    def _fixed(self) -> dict[str, Any]:
        """The model's own values."""
        return self.model.values()

    def tied(self, values: Mapping[str, Any], some: bool = False) -> dict[str, float]:
        """The tied parameters, from the values of free ones; with ``some``, those that depend on no other free ones."""
        known, found = {**self._fixed, **values}, {}
        for name, expression in self.ties.items():
            if not some or self._needs[name] <= values.keys():
                found[name] = known[name] = tied_value(name, expression, known)
        return found

    def _free(self, places: FloatArray) -> dict[str, Any]:
        """The numbers of a fit at ``places``, without the tied parameters."""
        return {axis.name: axis.value(at) for axis, at in zip(self.axes, places.tolist(), strict=True)}

    def _by_cell(self, places: FloatArray, cells: Cells) -> list[dict[str, Any]]:
        """The values of the free parameters in each cell."""
        if not self.variables:  # one model; a search comes here thousands of times
            return [self._free(places)]
        columns, at = {}, 0
        for term, design in zip(self.terms, cells.designs, strict=True):
            columns[term.name] = term.values(places[at : at + len(term.axes)], design)
            at += len(term.axes)
        return [{name: values[cell] for name, values in columns.items()} for cell in range(len(cells.labels))]

    def models(self, places: FloatArray, cells: Cells) -> list[Model]:
        """The model of each cell at ``places``.

        Raises
        ------
        InputError : a tie leaves the range of its parameter.
        """
        return [self.model.replace(**values, **self.tied(values)) for values in self._by_cell(places, cells)]

    def at(self, places: FloatArray, labels: Mapping[str, Any] | None = None) -> Model:
        """The model at ``places``, of lists with these ``labels`` where parameters vary between lists."""
        if not self.variables and not labels:
            return self.model.replace(**self.values(places))
        return self.models(places, self.cell(labels or {}))[0]

    def slopes(self, places: FloatArray, cells: Cells) -> dict[str, FloatArray]:
        """(n_cells, n_free) derivatives by the places of each parameter that depends on them."""
        found: dict[str, FloatArray] = {}
        n_cells, at = len(cells.labels), 0
        if not self.variables:
            slopes = np.diag([axis.slope(place) for axis, place in zip(self.axes, places.tolist(), strict=True)])
            found = {axis.name: slopes[index : index + 1] for index, axis in enumerate(self.axes)}
        else:
            for term, design in zip(self.terms, cells.designs, strict=True):
                own = slice(at, at + len(term.axes))
                found[term.name] = np.zeros((n_cells, len(self.axes)))
                found[term.name][:, own] = term.slopes(places[own], design)
                at = own.stop
        if self.ties:
            known = [{**self._fixed, **values} for values in self._by_cell(places, cells)]
            for name, expression in self.ties.items():
                tied = np.empty((n_cells, len(self.axes)))
                for cell, values in enumerate(known):
                    others = {other: slopes[cell] for other, slopes in found.items()}
                    values[name], tied[cell] = tied_value_and_slopes(name, expression, values, others)
                found[name] = tied
        return {name: slopes for name, slopes in found.items() if slopes.any()}

    def places(self, values: Mapping[str, float]) -> FloatArray:
        """(n_free,) the places in [0, 1] of these values of the numbers that a fit finds."""
        return np.array([axis.place(values[axis.name]) for axis in self.axes])

    @property
    def default(self) -> FloatArray:
        """(n_free,) the places of the model's own values, moved within the bounds; 0.5 for a value that is unset."""
        values = self.model.values()
        return np.concatenate([np.zeros(0), *(term.places(values[term.name]) for term in self.terms)])


def usual_free(model: Model, ties: Mapping[str, str], recalls: AnyRecalls | None = None) -> dict[str, Any]:
    """The parameters that are free by default, by name with bounds or ``None``.

    They are those in ``fitted`` of the model's class or, where that is empty, all numbers but lapses; without those
    that are tied. Of judgments they are those in ``fitted_judgments``, if there are any, and the criteria. What has no
    influence on any of the responses is left out.
    """
    lapses = LAPSES if isinstance(model, MemoryModel) else ()
    numeric = [p.name for p in model.parameters() if not (p.options or p.text or p.flag or p.optional)]
    usual: Mapping[str, Any] = model.fitted or {name: None for name in numeric if name not in lapses}
    if recalls is not None and isinstance(model, MemoryModel):
        usual = _of_influence(model, usual, recalls)
    return {name: bounds for name, bounds in usual.items() if name not in ties}


def _of_influence(model: MemoryModel[Any], usual: Mapping[str, Any], recalls: AnyRecalls) -> dict[str, Any]:
    """Those of the parameters that are usually free which decide these recalls and judgments."""
    own = model.fitted_judgments or usual
    of_judgments = {**own, **{name: None for name in model.criteria_parameters if name not in own}}
    found: dict[str, Any] = {}
    for part in parts_of(recalls).values():
        if not isinstance(part, Judgments) or part.recalls is not None:
            found |= {name: usual[name] for name in usual if name not in model.idle_parameters(0)}
        if isinstance(part, Judgments):
            idle = model.idle_parameters(part.n_ratings)
            found |= {name: of_judgments[name] for name in of_judgments if name not in idle}
    return found


def by_name(free: Free) -> dict[str, Any]:
    """Free parameters as a mapping; :class:`InputError` is raised for what is neither names nor a mapping of them."""
    several = [free] if isinstance(free, str) else [*free] if isinstance(free, Iterable) else []
    if not all(isinstance(name, str) for name in several) or not isinstance(free, Iterable):
        raise InputError(
            f"free={shown(free)} must be names of parameters, or a mapping by name, as in ['context_drift'] or "
            "{'context_drift': (0.1, 0.9)}"
        )
    return dict(free) if isinstance(free, Mapping) else dict.fromkeys(several)

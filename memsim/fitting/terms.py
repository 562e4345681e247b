"""Terms: how a free parameter varies between lists. It has one value, a value for each level, or follows a formula."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.names import shown
from memsim.core.parameters import Parameter
from memsim.fitting.axes import Axis
from memsim.fitting.formulas import Formula, variables_of
from memsim.fitting.labels import labels_of

STEEPEST = 10.0
"""How far at most a covariate moves a parameter over its whole range in the lists, in logits of the place."""
NEAREST = 1e-6
"""How near an intercept comes to the bounds of its range, in places, so that it has a logit."""
_DECLARED = re.compile(
    r"^(?:(?P<low>[^\s:~]+):(?P<high>[^\s:~]+)\s+)?(?:by\s+(?P<by>\S.*)|(?P<formula>~.*))$", re.DOTALL
)


@dataclass(frozen=True)
class Term(ABC):
    """A free parameter, and how its value in a list follows from numbers that a fit finds.

    Parameters
    ----------
    axis : the parameter with its bounds, within which all its values lie.
    """

    axis: Axis

    @property
    def name(self) -> str:
        """The parameter."""
        return self.axis.name

    @property
    @abstractmethod
    def axes(self) -> tuple[Axis, ...]:
        """The k numbers that a fit finds."""

    @property
    @abstractmethod
    def variables(self) -> tuple[str, ...]:
        """The labels of lists on which the value depends."""

    @abstractmethod
    def design(self, labels: Mapping[str, LabelArray], n: int) -> FloatArray:
        """(n, k) what each of the numbers counts in lists with these labels, (n,) each.

        Raises
        ------
        InputError : a level or a category that was not there in the fit.
        """

    @abstractmethod
    def values(self, places: FloatArray, design: FloatArray) -> list[Any]:
        """(n,) values of the parameter, at the (k,) places of the numbers."""

    @abstractmethod
    def slopes(self, places: FloatArray, design: FloatArray) -> FloatArray:
        """(n, k) derivatives of :meth:`values` by the places."""

    @abstractmethod
    def places(self, value: Any) -> FloatArray:
        """(k,) places at which the parameter has this value in all lists, or nearly so; ``None`` if it has none."""

    @abstractmethod
    def to_json(self) -> Any:
        """The term as a JSON record."""


@dataclass(frozen=True)
class Levels(Term):
    """A parameter that has one value, or a value for each level of a condition.

    Parameters
    ----------
    by : the condition; empty for one value.
    levels : its levels.
    """

    by: str = ""
    levels: tuple[Any, ...] = ()

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The value itself, or ``name[level]`` for each level."""
        if not self.by:
            return (self.axis,)
        return tuple(replace(self.axis, name=f"{self.name}[{level}]") for level in self.levels)

    @property
    def variables(self) -> tuple[str, ...]:
        """See :attr:`Term.variables`."""
        return (self.by,) if self.by else ()

    def design(self, labels: Mapping[str, LabelArray], n: int) -> FloatArray:
        """See :meth:`Term.design`."""
        if not self.by:
            return np.ones((n, 1))
        numbers = {level: number for number, level in enumerate(self.levels)}
        given = labels[self.by].tolist()
        for level in given:
            if level not in numbers:
                known = ", ".join(map(repr, self.levels))
                raise InputError(f"{self.name} was fitted by {self.by} at the levels {known}, and not at {level!r}")
        return np.eye(len(self.levels))[[numbers[level] for level in given]]

    def values(self, places: FloatArray, design: FloatArray) -> list[Any]:
        """See :meth:`Term.values`."""
        found = [self.axis.value(at) for at in places.tolist()]
        return [found[level] for level in design.argmax(axis=1).tolist()]

    def slopes(self, places: FloatArray, design: FloatArray) -> FloatArray:
        """See :meth:`Term.slopes`."""
        return design * [self.axis.slope(at) for at in places.tolist()]

    def places(self, value: Any) -> FloatArray:
        """See :meth:`Term.places`."""
        return np.full(len(self.axes), 0.5 if value is None else self.axis.place(value))

    def to_json(self) -> Any:
        """See :meth:`Term.to_json`."""
        bounds = [self.axis.low, self.axis.high]
        return {"bounds": bounds, "by": self.by, "levels": list(self.levels)} if self.by else bounds


@dataclass(frozen=True)
class Regression(Term):
    """A parameter that follows a formula of covariates: the logit of its place is a sum of columns times weights.

    So it stays within its bounds. With an intercept, columns count from their means over the lists of the fit (but
    those of 0 and 1), so that the intercept is the parameter's value in a list with average covariates. A weight is in
    logits for one unit of its column.
    """

    formula: Formula

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The intercept under the name of the parameter, in its unit; the weights as ``name:column``."""
        spans = np.ptp(self.formula.training, axis=0)
        sizes = np.abs(self.formula.training).max(axis=0)
        found = []
        for column, span, size in zip(self.formula.columns, spans.tolist(), sizes.tolist(), strict=True):
            most = STEEPEST / (span or size or 1.0)
            weight = Axis(f"{self.name}:{column}", -most, most, 0.0)
            found.append(self.axis if column == "Intercept" else weight)
        return tuple(found)

    @property
    def variables(self) -> tuple[str, ...]:
        """See :attr:`Term.variables`."""
        return tuple(self.formula.rows)

    def design(self, labels: Mapping[str, LabelArray], n: int) -> FloatArray:
        """See :meth:`Term.design`."""
        return self.formula.matrix(labels)

    def _weights(self, places: FloatArray) -> FloatArray:
        """(k,) weights of the columns at these places, in logits."""
        weights = [
            _logit(min(max(at, NEAREST), 1 - NEAREST)) if axis is self.axis else axis.value(at)
            for axis, at in zip(self.axes, places.tolist(), strict=True)
        ]
        return np.array(weights)

    def values(self, places: FloatArray, design: FloatArray) -> list[Any]:
        """See :meth:`Term.values`."""
        return [self.axis.value(at) for at in _expit(design @ self._weights(places)).tolist()]

    def slopes(self, places: FloatArray, design: FloatArray) -> FloatArray:
        """See :meth:`Term.slopes`."""
        within = _expit(design @ self._weights(places))
        by_sum = np.array([self.axis.slope(at) for at in within.tolist()]) * within * (1 - within)
        by_place = [
            1 / (min(max(at, NEAREST), 1 - NEAREST) * (1 - min(max(at, NEAREST), 1 - NEAREST)))
            if axis is self.axis
            else axis.slope(at)
            for axis, at in zip(self.axes, places.tolist(), strict=True)
        ]
        return by_sum[:, None] * design * by_place

    def places(self, value: Any) -> FloatArray:
        """See :meth:`Term.places`."""
        at = 0.5 if value is None else self.axis.place(value)
        return np.array([at if axis is self.axis else 0.5 for axis in self.axes])

    def to_json(self) -> Any:
        """See :meth:`Term.to_json`."""
        formula = self.formula
        rows = {name: list(values) for name, values in formula.rows.items()}
        bounds = [self.axis.low, self.axis.high]
        return {"bounds": bounds, "formula": formula.text, "rows": rows, "counts": list(formula.counts)}


def require_constant(who: str, free: Any) -> None:
    """Raise :class:`InputError` where a parameter in ``free`` varies between lists, which is for fits alone."""
    for name, how in free.items() if isinstance(free, Mapping) else ():
        if isinstance(how, str):
            raise InputError(
                f"{who}: {name}={shown(how)} varies between lists, which is for fit; here every subject has one value "
                f"of each parameter: give {name} alone, or bounds"
            )


def term_of(declared: Parameter, how: Any, recalls: Any = None) -> Term:
    """The term of a free parameter.

    Parameters
    ----------
    how : ``None`` or bounds, for one value; or text: ``"by list_type"``, a value for each level of a condition, or
        ``"~ 1 + age"``, a formula of covariates. Bounds may stand before, as in ``"0.1:0.9 by list_type"``.
    recalls : those that are fitted, from which levels and covariates come.

    Raises
    ------
    InputError : text that is none of these; no such condition, or a list without a label; a formula of a parameter of
        whole numbers; no recalls.
    """
    if not isinstance(how, str):
        return Levels(Axis.of(declared, how))
    what = f"free: {declared.name}={shown(how)}"
    found = _DECLARED.match(how.strip())
    if found is None:
        raise InputError(
            f"{what} is none of 'by CONDITION', '~ FORMULA', and these after bounds, '0.1:0.9 by CONDITION'"
        )
    if recalls is None:
        raise InputError(f"{what} depends on the lists; give the recalls too, FitSpec.of(..., recalls=people)")
    bounds = None
    if found["low"] is not None:
        try:
            bounds = (float(found["low"]), float(found["high"]))
        except ValueError:
            raise InputError(f"{what}: bounds are two numbers, as in '0.1:0.9 by list_type'") from None
    axis = Axis.of(declared, bounds)
    if found["by"] is not None:
        by = "data_set" if found["by"].strip() == "data set" else found["by"].strip()
        labels = labels_of(recalls, (by,), what)[by]
        levels = tuple(np.unique(labels).tolist())
        if len(levels) < 2:
            raise InputError(f"{what}: all lists have {by}={levels[0]}; leave {declared.name} free for all lists alike")
        return Levels(axis, by, levels)
    if axis.integer:
        raise InputError(f"{what}: {declared.name} is a whole number, which follows no formula; free it by a condition")
    names = variables_of(found["formula"])
    return Regression(axis, Formula.of(found["formula"].strip(), labels_of(recalls, names, what)))


def term_from_json(declared: Parameter, record: Any) -> Term:
    """The term that :meth:`Term.to_json` wrote."""
    if not isinstance(record, Mapping):
        low, high = record
        return Levels(Axis.of(declared, (low, high)))
    low, high = record["bounds"]
    axis = Axis.of(declared, (low, high))
    if "by" in record:
        return Levels(axis, record["by"], tuple(record["levels"]))
    text, counts = record["formula"], tuple(record["counts"])
    variables = variables_of(text)
    rows = {name: tuple(record["rows"][name]) for name in variables}
    if any(len(values) != len(counts) for values in rows.values()) or not all(
        isinstance(count, int) and 0 < count <= 10**6 for count in counts
    ):
        raise ValueError(f"the covariates of {text!r} do not fit together")
    return Regression(axis, Formula(text, rows, counts))


def _logit(at: float) -> float:
    return math.log(at) - math.log1p(-at)


def _expit(at: FloatArray) -> FloatArray:
    from scipy.special import expit

    return expit(at)

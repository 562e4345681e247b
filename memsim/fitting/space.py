"""The models that a fit chooses from: free parameters with their ranges, tied parameters, and fixed values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.names import closest, shown
from memsim.core.parameters import Parameter
from memsim.core.position_model import Model
from memsim.fitting.ties import names_in, tied_value, tied_value_and_slopes

DECADES = 1000.0
"""How far from its default a parameter without a bound is searched, in units of the default (at least 1)."""


@dataclass(frozen=True)
class Axis:
    """One free parameter and the scale on which it is searched.

    The scale is linear over ranges up to 1 and for whole numbers. Over a wider range it is logarithmic in the distance
    from the lower bound, and about linear below the default, so that values of any size can be found.
    """

    name: str
    low: float
    high: float
    scale: float
    """0 for a linear axis; otherwise the distance from ``low`` below which the logarithmic scale is about linear."""
    integer: bool = False

    @classmethod
    def of(cls, declared: Parameter, bounds: tuple[float, float] | None = None) -> Axis:
        """The axis of a declared parameter, within ``bounds`` if they are given."""
        if declared.options or declared.text or declared.flag:
            raise InputError(
                f"{declared.name} is not a number, and cannot be free; fit the model with each value and compare"
            )
        default = 1.0 if declared.default is None else float(declared.default)
        low = declared.low if declared.low is not None else default - DECADES * max(abs(default), 1.0)
        high = declared.high if declared.high is not None else default + DECADES * max(abs(default), 1.0)
        if bounds is not None:
            if not _rising(bounds) or not low <= bounds[0] < bounds[1] <= high:
                raise InputError(
                    f"bounds {shown(bounds)} of {declared.name} must be two rising numbers within its range "
                    f"{declared.range}"
                )
            low, high = (float(bound) for bound in bounds)
            if declared.integer and not (low.is_integer() and high.is_integer()):
                raise InputError(f"bounds {bounds!r} of {declared.name} must be whole numbers, as the parameter is")
        wide = high - low > 1 and not declared.integer
        scale = min(max(abs(default - low), 1e-3 * (high - low)), high - low) if wide else 0.0
        return cls(declared.name, float(low), float(high), scale, declared.integer)

    def value(self, at: float) -> float | int:
        """The parameter's value at a place in [0, 1]."""
        if at <= 0 or at >= 1:
            end = self.low if at <= 0 else self.high
            return int(end) if self.integer else end
        if self.integer:
            # Every whole number has an interval of the same width.
            return min(int(self.low) + int(at * (self.high - self.low + 1)), int(self.high))
        span = self.high - self.low
        if not self.scale:
            found = self.low + at * span
        else:
            found = self.low + self.scale * math.expm1(at * math.log1p(span / self.scale))
        return min(max(found, self.low), self.high)

    def slope(self, at: float) -> float:
        """The derivative of :meth:`value` at a place in [0, 1]; 0 for whole numbers."""
        if self.integer:
            return 0.0
        span = self.high - self.low
        if not self.scale:
            return span
        width = math.log1p(span / self.scale)
        return self.scale * width * math.exp(min(max(at, 0.0), 1.0) * width)

    def place(self, value: float) -> float:
        """The place in [0, 1] of a value."""
        value, span = min(max(value, self.low), self.high), self.high - self.low
        if self.integer:
            return (value - self.low + 0.5) / (span + 1)
        if not self.scale:
            return (value - self.low) / span
        return math.log1p((value - self.low) / self.scale) / math.log1p(span / self.scale)

    def at_bound(self, value: float) -> bool:
        """Whether a value lies at a bound of the range, where it should not be read as an estimate."""
        if self.integer:
            return value in (self.low, self.high)
        return not 1e-4 < self.place(value) < 1 - 1e-4


def _rising(bounds: Any) -> bool:
    """Whether these are two finite numbers, the larger one last."""
    try:
        low, high = (float(bound) for bound in bounds if not isinstance(bound, str | bool))
        return len(bounds) == 2 and math.isfinite(low) and math.isfinite(high) and low < high
    except (TypeError, ValueError, OverflowError):
        return False


@dataclass(frozen=True)
class Space:
    """The models that a fit chooses from: ``model`` with its free parameters anywhere within their bounds.

    Parameters
    ----------
    model : its other parameters keep their values.
    axes : the free parameters.
    ties : expressions by the name of the tied parameter, such as ``{"own": "1 - learning"}``, evaluated in this order,
        so that an expression may name a tied parameter that stands before it.
    """

    model: Model
    axes: tuple[Axis, ...]
    ties: Mapping[str, str]

    @classmethod
    def of(
        cls,
        model: Model,
        free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
        ties: Mapping[str, str] | None = None,
    ) -> Space:
        """The space of a model.

        Parameters
        ----------
        model : an instance.
        free : names of parameters, or bounds by name (``None``: the declared range). If not given: the parameters in
            ``fitted`` of the model's class or, where that is empty, all numbers.
        ties : expressions by name. If not given: those ties of the model's class that follow from a free parameter.

        Raises
        ------
        InputError : an unknown name, a parameter both free and tied, bounds outside the declared range, a tie that
            cannot be evaluated, or no free parameter.
        """
        if isinstance(model, type):
            raise InputError(f"{model.__name__} is a class; pass an instance, {model.__name__}()")
        declared = {parameter.name: parameter for parameter in model.parameters()}
        ties_given = ties is not None
        ties = dict(model.ties if ties is None else ties)
        if free is None:
            numeric = [name for name, p in declared.items() if not (p.options or p.text or p.flag or p.optional)]
            usual = model.fitted or dict.fromkeys(numeric)
            free = {name: bounds for name, bounds in usual.items() if name not in ties}
        free = free if isinstance(free, Mapping) else dict.fromkeys([free] if isinstance(free, str) else free)
        for name in (*free, *ties):
            if name not in declared:
                known = ", ".join(declared)
                raise InputError(
                    f"{type(model).__name__} has no parameter {name!r}{closest(name, declared)} It has: {known}."
                )
        named = {name: names_in(name, expression) for name, expression in ties.items()}
        for i, name in enumerate(ties):
            later = named[name] & set(list(ties)[i:])
            if later:
                raise InputError(f"the tie {name} = {ties[name]!r} names {min(later)}, which is not tied before it")
        if not ties_given:
            ties = {name: expression for name, expression in ties.items() if named[name] & free.keys()}
        both = [name for name in free if name in ties]
        if both:
            raise InputError(f"{both[0]} is both free and tied to {ties[both[0]]!r}; choose one")
        if not free:
            raise InputError(f"{type(model).__name__}: nothing is free; name at least one parameter to fit")
        space = cls(model, tuple(Axis.of(declared[name], bounds) for name, bounds in free.items()), ties)
        space.values(space.default)  # raises for expressions that cannot be evaluated
        return space

    def values(self, places: FloatArray) -> dict[str, float]:
        """Values of the free and of the tied parameters at ``places``, (n_free,) numbers in [0, 1]."""
        found: dict[str, Any] = {axis.name: axis.value(at) for axis, at in zip(self.axes, places.tolist(), strict=True)}
        known = {**self.model.values(), **found}
        for name, expression in self.ties.items():
            found[name] = known[name] = tied_value(name, expression, known)
        return found

    def slopes(self, places: FloatArray) -> dict[str, FloatArray]:
        """(n_free,) derivatives by the places of each parameter in :meth:`values` that depends on them."""
        by_place = np.diag([axis.slope(at) for axis, at in zip(self.axes, places.tolist(), strict=True)])
        found: dict[str, FloatArray] = {axis.name: each for axis, each in zip(self.axes, by_place, strict=True)}
        known: dict[str, Any] = {**self.model.values(), **self.values(places)}
        for name, expression in self.ties.items():
            _, slopes = tied_value_and_slopes(name, expression, known, found)
            if np.any(slopes):
                found[name] = np.asarray(slopes)
        return found

    def at(self, places: FloatArray) -> Model:
        """The model at ``places``."""
        return self.model.replace(**self.values(places))

    def places(self, values: Mapping[str, float]) -> FloatArray:
        """(n_free,) the places in [0, 1] of these values of the free parameters."""
        return np.array([axis.place(values[axis.name]) for axis in self.axes])

    @property
    def default(self) -> FloatArray:
        """(n_free,) the places of the model's own values, moved within the bounds; 0.5 for a value that is unset."""
        values = self.model.values()
        known = {axis.name: values[axis.name] for axis in self.axes if values[axis.name] is not None}
        return np.array([axis.place(known[axis.name]) if axis.name in known else 0.5 for axis in self.axes])

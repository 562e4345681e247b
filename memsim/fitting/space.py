"""What a fit may change of a model: free parameters with their ranges, ties between parameters, fixed values."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.names import closest
from memsim.core.parameters import Parameter
from memsim.core.position_model import Model
from memsim.running.digests import digest

DECADES = 1000.0
"""How far beyond its default a parameter without an upper bound is sought."""
_OPERATORS: Mapping[type, Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
}


@dataclass(frozen=True)
class Axis:
    """One free parameter, and the scale on which it is sought.

    Between 0 and 1 the scale is the value itself. Over a wider range it is logarithmic, with as much room below the
    default as above, from the nearest bound on, so that values of any size can be found.
    """

    name: str
    low: float
    high: float
    scale: float
    """0 for a linear axis; else the distance from ``low`` below which a logarithmic one is about linear."""
    integer: bool = False

    @classmethod
    def of(cls, declared: Parameter, bounds: tuple[float, float] | None = None) -> Axis:
        """The axis of a declared parameter, within ``bounds`` if given."""
        if declared.options or declared.text or declared.flag:
            raise InputError(f"{declared.name} is one of a few words, and cannot be free; fit each of them and compare")
        default = 1.0 if declared.default is None else float(declared.default)
        low = declared.low if declared.low is not None else default - DECADES * max(abs(default), 1.0)
        high = declared.high if declared.high is not None else default + DECADES * max(abs(default), 1.0)
        if bounds is not None:
            if len(bounds) != 2 or not low <= bounds[0] < bounds[1] <= high:
                raise InputError(
                    f"bounds {bounds!r} of {declared.name} must be two rising numbers within its range {declared.range}"
                )
            low, high = (float(bound) for bound in bounds)
            if declared.integer and not (low.is_integer() and high.is_integer()):
                raise InputError(f"bounds {bounds!r} of {declared.name} must be whole numbers, as it is one")
        wide = high - low > 1 and not declared.integer
        scale = min(max(abs(default - low), 1e-3 * (high - low)), high - low) if wide else 0.0
        return cls(declared.name, float(low), float(high), scale, declared.integer)

    def value(self, at: float) -> float | int:
        """The parameter's value at a place in [0, 1]."""
        if at <= 0 or at >= 1:
            end = self.low if at <= 0 else self.high
            return int(end) if self.integer else end
        if self.integer:
            # Every whole number has as much room.
            return min(int(self.low) + int(at * (self.high - self.low + 1)), int(self.high))
        span = self.high - self.low
        if not self.scale:
            found = self.low + at * span
        else:
            found = self.low + self.scale * math.expm1(at * math.log1p(span / self.scale))
        return min(max(found, self.low), self.high)

    def place(self, value: float) -> float:
        """The place in [0, 1] of a value."""
        value, span = min(max(value, self.low), self.high), self.high - self.low
        if self.integer:
            return (value - self.low + 0.5) / (span + 1)
        if not self.scale:
            return (value - self.low) / span
        return math.log1p((value - self.low) / self.scale) / math.log1p(span / self.scale)

    def at_bound(self, value: float) -> bool:
        """Whether a value lies at the edge of the range, where an estimate is suspect."""
        if self.integer:
            return value in (self.low, self.high)
        return not 1e-4 < self.place(value) < 1 - 1e-4


@dataclass(frozen=True)
class Space:
    """The models that a fit may choose from: ``model`` with its free parameters anywhere in their ranges.

    ``ties`` give further parameters by an expression of others, such as ``"1 - item_to_context_learning"``; they are
    taken in their order, so one may name another that stands before it.
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
        """From an instance of a model, whose other parameters stay as they are.

        Parameters
        ----------
        free : names of parameters, or bounds by name; those that the model's class names as
            ``fitted`` if not given, or else all that are numbers.
        ties : expressions by name; those of the class if not given.

        Raises
        ------
        InputError : unknown names, a parameter both free and tied, or nothing that is free.
        """
        if isinstance(model, type):
            raise InputError(f"{model.__name__} is a class; pass an instance, {model.__name__}()")
        declared = {parameter.name: parameter for parameter in model.parameters()}
        of_class = ties is None
        ties = dict(model.ties if ties is None else ties)
        if free is None:
            numeric = [name for name, p in declared.items() if not p.options and not p.text and not p.optional]
            usual = model.fitted or dict.fromkeys(numeric)
            free = {name: bounds for name, bounds in usual.items() if name not in ties}
        free = free if isinstance(free, Mapping) else dict.fromkeys([free] if isinstance(free, str) else free)
        for name in (*free, *ties):
            if name not in declared:
                known = ", ".join(declared)
                raise InputError(
                    f"{type(model).__name__} has no parameter {name!r}{closest(name, declared)} It has: {known}."
                )
        follows = {name: _names(_parsed(expression, name)) for name, expression in ties.items()}
        for i, name in enumerate(ties):
            later = follows[name] & set(list(ties)[i:])
            if later:
                raise InputError(f"the tie {name} = {ties[name]!r} names {min(later)}, which is not tied before it")
        if of_class:  # which hold where something that they follow is sought
            ties = {name: expression for name, expression in ties.items() if follows[name] & free.keys()}
        both = [name for name in free if name in ties]
        if both:
            raise InputError(f"{both[0]} is both free and tied to {ties[both[0]]!r}; choose one")
        if not free:
            raise InputError(f"{type(model).__name__}: nothing is free, so there is nothing to fit")
        space = cls(model, tuple(Axis.of(declared[name], bounds) for name, bounds in free.items()), ties)
        space.values(space.default)  # which refuses expressions that do not hold
        return space

    def key(self) -> dict[str, Any]:
        """All that it holds, for a cache."""
        axes, ties = [asdict(axis) for axis in self.axes], [list(tie) for tie in self.ties.items()]
        return {"model": digest(self.model), "axes": axes, "ties": ties}

    @property
    def names(self) -> list[str]:
        """The free parameters."""
        return [axis.name for axis in self.axes]

    @cached_property
    def _expressions(self) -> dict[str, ast.expr]:
        return {name: _parsed(expression, name) for name, expression in self.ties.items()}

    def values(self, places: FloatArray) -> dict[str, float]:
        """Values of the free and of the tied parameters at ``places`` (n_free,) in [0, 1]."""
        found: dict[str, Any] = {axis.name: axis.value(at) for axis, at in zip(self.axes, places.tolist(), strict=True)}
        known = {**self.model.values(), **found}
        for name, expression in self._expressions.items():
            found[name] = known[name] = _evaluated(expression, known, f"{name} = {self.ties[name]}")
        return found

    def at(self, places: FloatArray) -> Model:
        """The model at ``places``."""
        return self.model.replace(**self.values(places))

    def places(self, values: Mapping[str, float]) -> FloatArray:
        """(n_free,) where these values of the free parameters lie."""
        return np.array([axis.place(values[axis.name]) for axis in self.axes])

    @property
    def default(self) -> FloatArray:
        """Where the model's own values lie, within the ranges."""
        values = self.model.values()
        known = {axis.name: values[axis.name] for axis in self.axes if values[axis.name] is not None}
        return np.array([axis.place(known[axis.name]) if axis.name in known else 0.5 for axis in self.axes])


def _parsed(expression: str, name: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise InputError(f"the tie {name} = {expression!r} is no expression: {error.msg}") from None


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _evaluated(node: ast.expr, values: Mapping[str, Any], what: str) -> float:
    """Arithmetic alone: numbers, parameters, + - * / **, exp, log, sqrt, min, max."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise InputError(f"the tie {what} names {node.id!r}, which is no parameter{closest(node.id, values)}")
        return values[node.id]
    try:
        if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](_evaluated(node.operand, values, what))
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            sides = (_evaluated(side, values, what) for side in (node.left, node.right))
            return _OPERATORS[type(node.op)](*sides)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
            return _FUNCTIONS[node.func.id](*(_evaluated(argument, values, what) for argument in node.args))
    except (ArithmeticError, ValueError, TypeError) as error:
        raise InputError(f"the tie {what} has no value here: {error}") from None
    raise InputError(f"the tie {what} may hold numbers, parameters, + - * / **, exp, log, sqrt, min and max only")

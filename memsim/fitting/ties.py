"""Ties: parameters that follow from other parameters by an arithmetic expression.

The expression is parsed by Python and evaluated here, node by node, with its derivatives. The library asteval would do
the same without derivatives, with a longer list of what to forbid; it also turns Ctrl-C into an ordinary error, which a
search would take for an impossible place.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.names import closest, shown

MOST_LETTERS = 200
"""Of an expression, so that evaluation takes a moment and little of the stack."""


class _Dual(NamedTuple):
    """A number and its derivatives: the forward mode of automatic differentiation."""

    value: float
    slopes: FloatArray | float


def _product(a: _Dual, b: _Dual) -> _Dual:
    return _Dual(a.value * b.value, a.slopes * b.value + a.value * b.slopes)


def _quotient(a: _Dual, b: _Dual) -> _Dual:
    value = a.value / b.value
    return _Dual(value, (a.slopes - value * b.slopes) / b.value)


def _power(a: _Dual, b: _Dual) -> _Dual:
    value = a.value**b.value
    slopes: FloatArray | float = 0.0
    if np.any(a.slopes) and b.value:
        slopes = b.value * (a.value ** (b.value - 1) if a.value or b.value >= 1 else math.inf) * a.slopes
    if np.any(b.slopes) and value:
        slopes = slopes + value * math.log(a.value) * b.slopes
    return _Dual(value, slopes)


def _exp(a: _Dual) -> _Dual:
    value = math.exp(a.value)
    return _Dual(value, value * a.slopes)


def _log(a: _Dual) -> _Dual:
    return _Dual(math.log(a.value), a.slopes / a.value)


def _sqrt(a: _Dual) -> _Dual:
    value = math.sqrt(a.value)
    return _Dual(value, a.slopes * (0.5 / value if value else math.inf) if np.any(a.slopes) else 0.0)


def _min(*each: _Dual) -> _Dual:
    return min(each, key=lambda one: one.value)


def _max(*each: _Dual) -> _Dual:
    return max(each, key=lambda one: one.value)


_OPERATORS: Mapping[type, Callable[..., _Dual]] = {
    ast.Add: lambda a, b: _Dual(a.value + b.value, a.slopes + b.slopes),
    ast.Sub: lambda a, b: _Dual(a.value - b.value, a.slopes - b.slopes),
    ast.Mult: _product, ast.Div: _quotient, ast.Pow: _power,
    ast.USub: lambda a: _Dual(-a.value, -a.slopes), ast.UAdd: lambda a: a,
}  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., _Dual]] = {
    "exp": _exp, "log": _log, "sqrt": _sqrt, "min": _min, "max": _max,
}  # fmt: skip


def names_in_tie(name: str, expression: str) -> set[str]:
    """The names of the parameters from which the tied parameter ``name`` follows.

    Raises
    ------
    InputError : ``expression`` cannot be parsed.
    """
    nodes = ast.walk(_parsed(name, expression))
    return {node.id for node in nodes if isinstance(node, ast.Name)} - _FUNCTIONS.keys()


def tied_value(name: str, expression: str, values: Mapping[str, Any]) -> float:
    """The value of the tied parameter ``name``.

    Parameters
    ----------
    expression : numbers, parameters, ``+ - * / **``, ``exp``, ``log``, ``sqrt``, ``min`` and ``max``. All numbers are
        floating-point numbers, so that evaluation takes only a moment whatever the exponents.
    values : of the parameters that the expression may name.

    Raises
    ------
    InputError : the expression holds anything else, names an unknown parameter, or has no value here.

    Examples
    --------
    >>> tied_value("own", "1 - learning", {"learning": 0.25})
    0.75
    """
    return tied_value_and_slopes(name, expression, values, {})[0]


def tied_value_and_slopes(
    name: str, expression: str, values: Mapping[str, Any], slopes: Mapping[str, FloatArray]
) -> tuple[float, FloatArray | float]:
    """:func:`tied_value` with its derivatives, by those of the parameters in the expression.

    Parameters
    ----------
    slopes : (n,) derivatives of parameters by the same n numbers; a parameter that is missing does not depend on them.

    Returns
    -------
    float, (n,) array : 0 instead of the array where the value depends on none of them. Of equal arguments of ``min``
        and ``max`` the first counts.
    """
    what = f"the tie {name} = {expression!r}"
    try:
        found = _evaluated(_parsed(name, expression), values, slopes, what)
        if isinstance(found.value, complex) or not math.isfinite(found.value):
            raise ValueError(f"{found.value} is not a finite number")
    except (ArithmeticError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{what} has no value here: {error}") from None
    return found


@cache
def _parsed(name: str, expression: str) -> ast.expr:
    if not isinstance(expression, str):
        raise InputError(f"the tie {name} = {shown(expression)} must be text, such as '1 - learning'")
    if len(expression) > MOST_LETTERS:
        raise InputError(
            f"the tie {name} = {shown(expression)} is not an expression of at most {MOST_LETTERS} letters; shorten it"
        )
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"the tie {name} = {expression!r} is not an expression: {error}") from None


def _evaluated(node: ast.expr, values: Mapping[str, Any], slopes: Mapping[str, FloatArray], what: str) -> _Dual:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return _Dual(float(node.value), 0.0)
    if isinstance(node, ast.Name) and node.id not in _FUNCTIONS:
        if node.id not in values:
            raise InputError(f"{what} names {node.id!r}, which is no parameter{closest(node.id, values)}")
        return _Dual(float(values[node.id]), slopes.get(node.id, 0.0))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluated(node.operand, values, slopes, what))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        sides = (_evaluated(side, values, slopes, what) for side in (node.left, node.right))
        return _OPERATORS[type(node.op)](*sides)
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Call) and called in _FUNCTIONS and not node.keywords:
        return _FUNCTIONS[called](*(_evaluated(argument, values, slopes, what) for argument in node.args))
    raise InputError(f"{what} may hold numbers, parameters, + - * / **, exp, log, sqrt, min and max only")

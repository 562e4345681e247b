"""Ties: parameters that follow from other parameters by an arithmetic expression.

The expression is parsed by Python and evaluated here, node by node. The library asteval would do the same with a longer
list of what to forbid; it also turns Ctrl-C into an ordinary error, which a search would take for an impossible place.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import closest, shown

MOST_LETTERS = 200
"""Of an expression, so that evaluation takes a moment and little of the stack."""
_OPERATORS: Mapping[type, Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "min": min, "max": max,
}  # fmt: skip


def names_in(name: str, expression: str) -> set[str]:
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
    what = f"the tie {name} = {expression!r}"
    try:
        value = _evaluated(_parsed(name, expression), values, what)
        if isinstance(value, complex) or not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
    except (ArithmeticError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{what} has no value here: {error}") from None
    return value


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


def _evaluated(node: ast.expr, values: Mapping[str, Any], what: str) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id not in _FUNCTIONS:
        if node.id not in values:
            raise InputError(f"{what} names {node.id!r}, which is no parameter{closest(node.id, values)}")
        return float(values[node.id])
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluated(node.operand, values, what))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        sides = (_evaluated(side, values, what) for side in (node.left, node.right))
        return _OPERATORS[type(node.op)](*sides)
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Call) and called in _FUNCTIONS and not node.keywords:
        return _FUNCTIONS[called](*(_evaluated(argument, values, what) for argument in node.args))
    raise InputError(f"{what} may hold numbers, parameters, + - * / **, exp, log, sqrt, min and max only")

"""The scale on which a parameter has a normal distribution, and its prior there.

Of a parameter θ in a range from a to b, x is the log odds of its place, log((θ - a) / (b - θ)). Near the lower bound of
a wide range this is a logarithm, so that one rule serves shares and weights. With a lower bound only, x = log(θ - a);
with an upper one only, x = -log(b - θ); and without bounds x = θ.

In a hierarchical fit x has a normal distribution over people: its mean has a normal prior, and its standard deviation a
half-normal one. The prior of the mean is declared with the parameter (``parameter(..., prior=(median, spread))``). A
parameter that declares none has the median of its default, and half of its range where the default is at a bound;
its spread is 1.5 in ranges up to 1, where that is nearly uniform, and 1 elsewhere (95% are within a factor of 7 either
way). A parameter whose standard deviation is 0 by its prior is common to all people. Lapses are, unless they are given
another prior: how often a person lapses can hardly be told from how noisy the person's choices are, and spreads of both
mix slowly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.gradient import LAPSES
from memsim.core.names import shown
from memsim.core.parameters import Parameter
from memsim.fitting.axes import Axis
from memsim.fitting.space import Space

BETWEEN = 1.0
"""Scale of the half-normal prior of the standard deviation over people."""
LARGEST = 700.0
"""Largest size of x, beyond which exponentials leave floating-point numbers."""


@dataclass(frozen=True)
class Prior:
    """The prior of one free parameter, and its scale.

    Parameters
    ----------
    low, high : the range, infinite where it is open.
    location, spread : mean and standard deviation of the normal prior of x (in a hierarchical fit, of its mean over
        people).
    between : scale of the half-normal prior of the standard deviation of x over people; 0 for a parameter that is
        common to all people.
    whole : whether values are rounded to whole numbers; ``low`` and ``high`` are then half a number beyond the range.
    """

    name: str
    low: float
    high: float
    location: float
    spread: float
    between: float = BETWEEN
    whole: bool = False

    @classmethod
    def of(cls, declared: Parameter, bounds: tuple[float, float] | None = None) -> Prior:
        """The prior that ``declared`` has, or that it gets by the rule of this module.

        ``bounds`` narrow the range; a declared median outside of them is replaced by the middle.
        """
        low = -math.inf if declared.low is None else float(declared.low)
        high = math.inf if declared.high is None else float(declared.high)
        if bounds is not None:
            low, high = max(low, bounds[0]), min(high, bounds[1])
        if declared.integer:
            low, high = low - 0.5, high + 0.5
        empty = cls(declared.name, low, high, 0.0, 1.0, whole=declared.integer)
        median, spread = declared.prior or (declared.default, 1.5 if high - low <= 1 else 1.0)
        if median is None or not low < median < high:
            median = empty.value(np.zeros(1))[0]
        between = 0.0 if declared.name in LAPSES else BETWEEN
        return replace(empty, location=float(empty.place(float(median))), spread=float(spread), between=between)

    def value(self, x: FloatArray) -> FloatArray:
        """The parameter at places ``x`` of its scale."""
        if self.whole:
            return np.clip(np.rint(replace(self, whole=False).value(x)), self.low + 0.5, self.high - 0.5)
        x = np.clip(x, -LARGEST, LARGEST)
        if math.isfinite(self.low) and math.isfinite(self.high):
            return self.low + (self.high - self.low) / (1 + np.exp(-x))
        if math.isfinite(self.low):
            return self.low + np.exp(x)
        return self.high - np.exp(-x) if math.isfinite(self.high) else x

    def slope(self, x: FloatArray) -> FloatArray:
        """The derivative of :meth:`value`."""
        x = np.clip(x, -LARGEST, LARGEST)
        if math.isfinite(self.low) and math.isfinite(self.high):
            odds = np.exp(-np.abs(x))
            return (self.high - self.low) * odds / (1 + odds) ** 2
        if math.isfinite(self.low):
            return np.exp(x)
        return np.exp(-x) if math.isfinite(self.high) else np.ones_like(x)

    def place(self, value: Any) -> Any:
        """The place on the scale of a value of the parameter; infinite at a bound."""
        value = np.asarray(value, dtype=float)
        with np.errstate(divide="ignore"):
            above = np.log(value - self.low) if math.isfinite(self.low) else 0.0
            below = np.log(self.high - value) if math.isfinite(self.high) else 0.0
        return above - below if math.isfinite(self.low) or math.isfinite(self.high) else value

    @property
    def median(self) -> float:
        """The median of the prior, as a value of the parameter."""
        return float(self.value(np.array([self.location]))[0])


def priors_of(space: Space, given: Mapping[str, Any] | None = None, whole_numbers: bool = False) -> tuple[Prior, ...]:
    """The priors of the free parameters of ``space``, in order.

    Parameters
    ----------
    given : by the name of a free parameter, its own ``(median, spread)``, or ``(median, spread, between)`` with the
        scale of the standard deviation over people, 0 for a parameter that is common to all.
    whole_numbers : whether parameters of whole numbers can be free.

    Raises
    ------
    InputError : a prior of a parameter that is not free, or that is not such numbers; a parameter of whole numbers
        where these cannot be free.
    """
    declared = {each.name: each for each in space.model.parameters()}
    given = dict(given or {})
    found = []
    for axis in space.axes:
        parameter = declared[axis.name]
        if axis.integer and not whole_numbers:
            raise InputError(
                f"posterior: {axis.name} is a whole number, along which there is no gradient; leave it out of free, or "
                "give by='simulation'"
            )
        # An axis as wide as a search looks may stand for a range without that bound.
        bounds = None if axis == Axis.of(parameter) else (axis.low, axis.high)
        found.append(_with_given(Prior.of(parameter, bounds), given.pop(axis.name, None)))
    if given:
        free = ", ".join(axis.name for axis in space.axes)
        raise InputError(f"posterior: a prior of {next(iter(given))}, which is not free; free are {free}")
    return tuple(found)


def _with_given(prior: Prior, numbers: Any) -> Prior:
    if numbers is None:
        return prior
    try:
        median, spread, *rest = (float(number) for number in numbers)
        between = rest[0] if rest else prior.between
        finite = all(map(math.isfinite, (median, spread, between)))
        if not (finite and len(rest) < 2 and prior.low < median < prior.high and spread > 0 and between >= 0):
            raise ValueError
    except (TypeError, ValueError):
        raise InputError(
            f"posterior: prior {shown(numbers)} of {prior.name} must be a median within ({prior.low:g}, "
            f"{prior.high:g}), a spread above 0 and, if you like, a scale of the spread over people, from 0 (common to "
            "all)"
        ) from None
    return replace(prior, location=float(prior.place(median)), spread=spread, between=between)

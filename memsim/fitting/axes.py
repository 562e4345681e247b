"""Axes: free parameters and the scales on which they are searched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import shown
from memsim.core.parameters import Parameter

DECADES = 1000.0
"""How far from its default a parameter without a bound is searched, in units of the default (at least 1)."""


@dataclass(frozen=True)
class Axis:
    """One free parameter and the scale on which it is searched.

    The scale is linear over ranges up to 1 and for whole numbers. Over a wider range it is logarithmic in the distance
    from the lower bound, and about linear below the default, so that values of any size can be found. Where both bounds
    are very far from the default, as for a number without a natural scale, it is logarithmic on both sides of it.
    """

    name: str
    low: float
    high: float
    scale: float
    """0 for a linear axis; otherwise the distance from ``low``, or from ``around``, below which the logarithmic scale
    is about linear."""
    integer: bool = False
    around: float | None = None
    """The value on both sides of which the scale is logarithmic; ``None`` if that is the lower bound."""

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
        size = max(abs(default), 1.0)
        if wide and min(default - low, high - default) >= DECADES * size:
            return cls(declared.name, float(low), float(high), size, around=default)
        # A range that is much wider than the default says nothing of the scale.
        least = 1e-3 * (high - low) if high - low < DECADES * size else 0.0
        scale = min(max(abs(default - low) or size, least), high - low) if wide else 0.0
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
        elif self.around is not None:
            found = self.around + self.scale * math.sinh(self._folded(at))
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
        if self.around is not None:
            first, last = self._ends
            return self.scale * (last - first) * math.cosh(self._folded(min(max(at, 0.0), 1.0)))
        width = math.log1p(span / self.scale)
        return self.scale * width * math.exp(min(max(at, 0.0), 1.0) * width)

    def place(self, value: float) -> float:
        """The place in [0, 1] of a value."""
        value, span = min(max(value, self.low), self.high), self.high - self.low
        if self.integer:
            return (value - self.low + 0.5) / (span + 1)
        if not self.scale:
            return (value - self.low) / span
        if self.around is not None:
            first, last = self._ends
            return (math.asinh((value - self.around) / self.scale) - first) / (last - first)
        return math.log1p((value - self.low) / self.scale) / math.log1p(span / self.scale)

    @property
    def _ends(self) -> tuple[float, float]:
        """The bounds on the scale that is logarithmic on both sides."""
        around = 0.0 if self.around is None else self.around
        return math.asinh((self.low - around) / self.scale), math.asinh((self.high - around) / self.scale)

    def _folded(self, at: float) -> float:
        """A place on that scale."""
        first, last = self._ends
        return first + at * (last - first)

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

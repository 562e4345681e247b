"""Checks of what analyses are given, each with an error that names the value, the rule and the fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.names import require_one_of, shown
from memsim.core.recalls import Recalls
from memsim.core.response_times import may_be_intervals, times_going_back, warn_of_times_going_back

P = TypeVar("P")


def require_choice(value: Any, choices: Sequence[str], name: str, who: str) -> None:
    """Raise :class:`InputError`, in the name of the analysis ``who``, unless ``value`` is one of ``choices``."""
    require_one_of(value, choices, f"{who}: {name}")


def require_whole(value: Any, name: str, who: str, least: int = 1, most: int | None = None, meaning: str = "") -> None:
    """Raise :class:`InputError`, in the name of ``who``, unless ``value`` is a whole number from ``least`` to ``most``.

    ``meaning`` is added to the message, and says what the largest number is.
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        span = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise InputError(f"{who}: {name}={shown(value)} must be a whole number {span}{meaning and f', {meaning}'}")


def checked_mask(values: Any, shape: tuple[int, ...], name: str, who: str) -> BoolArray:
    """A copy of ``values``, which must be true or false in this shape; otherwise :class:`InputError` is raised."""
    mask = np.asarray(values)
    if mask.shape != shape or mask.dtype != bool:
        raise InputError(
            f"{who}: {name} must be true or false in shape {shape}, but it is {mask.dtype} in shape {mask.shape}"
        )
    return mask.copy()


def is_real(value: Any) -> bool:
    """Whether ``value`` is a real number, of Python or of numpy; true and false are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def list_of_names(given: Any, name: str, who: str) -> list[Any]:
    """One name or several as a list; :class:`InputError` is raised, in the name of ``who``, for anything else."""
    if isinstance(given, str):
        return [given]
    if isinstance(given, Mapping) or hasattr(given, "columns") or not isinstance(given, Iterable):  # no table
        raise InputError(f"{who}: {name}={shown(given)} must be a name, or a list of names")
    return list(given)


def parts_in(given: Any, kind: type[P], name: str, who: str) -> list[P]:
    """Several of a kind as a list; :class:`InputError` is raised, in the name of ``who``, for none and for others."""
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str | Mapping) else []
    if not listed or not all(isinstance(each, kind) for each in listed):
        raise InputError(f"{who}: {name}={shown(given)} must be one {kind.__name__} or more, in a list")
    return listed


def checked_confidence(confidence: float, who: str) -> float:
    """``confidence`` as a float; :class:`InputError` is raised unless it lies between 0 and 1."""
    if not is_real(confidence) or not 0 < confidence < 1:
        raise InputError(f"{who}: confidence={shown(confidence)} must lie between 0 and 1, as 0.95 does")
    return float(confidence)


def times_from_start(recalls: Recalls, who: str) -> FloatArray:
    """(n_trials, n_outputs) times from the start of the test, NaN in lists that have no single start.

    These are lists of several recall periods, and lists whose times go back, of which a warning is given.
    """
    times = times_of(recalls, who)
    warn_of_times_going_back(times, recalls.periods, who)
    back = times_going_back(times, recalls.periods)
    lost: Any = np.full(len(times), True) if may_be_intervals(back, times) else back.any(axis=1)
    if recalls.periods is not None:
        lost |= recalls.periods.max(axis=1, initial=0) > 1
    return np.where(lost[:, None], np.nan, times)


def times_of(recalls: Recalls, who: str) -> FloatArray:
    """(n_trials, n_outputs) times of response; :class:`InputError` is raised, in the name of ``who``, without them."""
    if recalls.times is None:
        raise InputError(
            f"{who}: these recalls have no times of response; Recalls.from_frame reads them from a column 'time'"
        )
    return recalls.times

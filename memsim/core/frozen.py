"""Values that do not change: what an attempt to change one says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any, TypeVar

from memsim.core.names import shown

C = TypeVar("C", bound=type)


def says_replace(cls: C) -> C:
    """Make a frozen dataclass say how to get a changed copy of a value, where one tries to change it."""
    for name in {"__setattr__", "__delattr__"} & vars(cls).keys():
        setattr(cls, name, _refuse)
    return cls


def _refuse(value: Any, field: str, *new: Any) -> None:
    kind = type(value).__name__
    change = f"{field}={shown(new[0]) if new else '...'}"
    copy = f".replace({change})" if hasattr(value, "replace") else f"dataclasses.replace(old, {change})"
    raise FrozenInstanceError(f"{kind} is frozen: {field} cannot be set or deleted; {copy} gives a changed copy")

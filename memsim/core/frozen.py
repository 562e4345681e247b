"""Values that do not change: what an attempt to change one says, and what asking for something it lacks says."""

from __future__ import annotations

import dataclasses
from dataclasses import FrozenInstanceError
from functools import lru_cache
from typing import Any, TypeVar

from memsim.core.names import closest, shown

C = TypeVar("C", bound=type)


def says_what_it_has(cls: C) -> C:
    """Make a frozen dataclass say how to get a changed copy, where one tries to change it, and offer close names."""
    for name in {"__setattr__", "__delattr__"} & vars(cls).keys():
        setattr(cls, name, _refuse)
    if not hasattr(cls, "__getattr__"):
        cls.__getattr__ = _missing  # type: ignore[attr-defined]  # not in its body: mypy would permit any name
    return cls


def _refuse(value: Any, field: str, *new: Any) -> None:
    kind = type(value).__name__
    known = [each.name for each in dataclasses.fields(value) if each.init]
    if field not in known:
        have = ", ".join(known) or "none"
        raise FrozenInstanceError(
            f"{kind} is frozen, and {field!r} is none of its fields{closest(field, known)} It has: {have}."
        )
    change = f"{field}={shown(new[0]) if new else '...'}"
    copy = f".replace({change})" if hasattr(value, "replace") else f"dataclasses.replace(old, {change})"
    raise FrozenInstanceError(f"{kind} is frozen: {field} cannot be set or deleted; {copy} gives a changed copy")


def _missing(value: Any, name: str) -> Any:
    cls = type(value)
    if hasattr(cls, name):  # a property of this name has raised: raise that error again
        return object.__getattribute__(value, name)
    raise AttributeError(_has_no(cls, name))  # type: ignore[arg-type]


@lru_cache(maxsize=256)  # some ask models again and again for what few of them have
def _has_no(cls: type, name: str) -> str:
    if name.startswith("_"):  # Python itself and notebooks ask for such names
        return f"{cls.__name__!r} object has no attribute {name!r}"
    known = [each for each in (*(field.name for field in dataclasses.fields(cls)), *dir(cls)) if each[0] != "_"]
    return f"{cls.__name__} has no {name!r}{closest(name, dict.fromkeys(known)).rstrip('.')}"

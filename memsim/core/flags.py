"""Arguments that are true or false take nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from memsim.core.errors import InputError
from memsim.core.names import shown


def require_flags(who: str, **values: Any) -> None:
    """Raise :class:`InputError` unless all are true or false: any text would count as true, ``"False"`` too."""
    for name, value in values.items():
        if not isinstance(value, bool | np.bool_):
            raise InputError(f"{who}: {name}={shown(value)} must be True or False")


def check_of_flags(function: Callable[..., Any]) -> Callable[[tuple[Any, ...], Mapping[str, Any]], None]:
    """A function that passes the arguments given to ``function``, by position and by name, to :func:`require_flags`.

    Flags are the arguments whose default is true or false, and which take nothing else by their annotation.
    """
    parameters = inspect.signature(function).parameters
    flags = {
        name for name, each in parameters.items()
        if isinstance(each.default, bool) and each.annotation in (bool, "bool")
    }  # fmt: skip

    def check(values: tuple[Any, ...], options: Mapping[str, Any]) -> None:
        given = {**dict(zip(parameters, values, strict=False)), **options}
        require_flags(function.__name__, **{name: value for name, value in given.items() if name in flags})

    return check

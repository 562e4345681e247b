"""Options of functions that run cells, which hand on those that say how."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypedDict, TypeVar

from memsim.core.errors import InputError
from memsim.core.names import closest

P = ParamSpec("P")
R = TypeVar("R")


class Running(TypedDict, total=False):
    """How cells run: options of :func:`memsim.running.execution.run_cells`, and of every function that runs cells."""

    workers: int | None
    backend: str
    scheduler: str
    cache: str | Path | None
    progress: bool


def with_running(function: Callable[P, R]) -> Callable[P, R]:
    """A function with options and ``**running``, which refuses any other option before it begins to work.

    Raises
    ------
    InputError : an option that the function does not have; the message offers the closest one.
    """
    own = [name for name, each in inspect.signature(function).parameters.items() if each.kind is not each.VAR_KEYWORD]
    known = {*own, *Running.__annotations__}

    @functools.wraps(function)
    def checked(*values: P.args, **options: P.kwargs) -> R:
        for name in options:
            if name not in known:
                raise InputError(
                    f"{function.__name__} has no option {name!r}{closest(name, known)} It has: "
                    f"{', '.join([*own, *Running.__annotations__])}."
                )
        return function(*values, **options)

    return checked

"""Options of functions that run cells, which hand on those that say how."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypedDict, TypeVar

from memsim.core.errors import InputError
from memsim.core.files.given_paths import given_path
from memsim.core.flags import check_of_flags, require_flags
from memsim.core.limits import out_of_range
from memsim.core.names import closest, shown

P = ParamSpec("P")
R = TypeVar("R")


GIVEN = {
    "models": "models, or their names, one or several: [TCM(), 'CMR']",
    "model": "a model, or its name: 'TCM'",
    "people": "recalls, the name of a data set, as 'peers_notask', or a file",
}
"""What may be given for the arguments that functions of this kind need."""


BACKENDS = ("local", "dask")
"""Where cells run: in processes of this machine (joblib's), or on the workers of a Dask cluster."""


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
    InputError : an option that the function does not have, of which the message offers the closest one; an argument
        that is missing, or one too many; neither true nor false where one of the two is wanted; or as
        :func:`require_running` raises.
    """
    signature = inspect.signature(function)
    own = [name for name, each in signature.parameters.items() if each.kind is not each.VAR_KEYWORD]
    known = {*own, *Running.__annotations__}

    check_flags = check_of_flags(function)

    @functools.wraps(function)
    def checked(*values: P.args, **options: P.kwargs) -> R:
        for name in options:
            if name not in known:
                raise InputError(
                    f"{function.__name__} has no option {name!r}{closest(name, known)} It has: "
                    f"{', '.join([*own, *Running.__annotations__])}."
                )
        try:
            signature.bind(*values, **options)
        except TypeError as error:
            wanted = "; ".join(f"{name} may be {GIVEN[name]}" for name in GIVEN if name in own and name in str(error))
            raise InputError(f"{function.__name__}: {error}" + (f"; {wanted}" if wanted else "")) from None
        check_flags(values, options)
        given: dict[str, Any] = {name: options[name] for name in Running.__annotations__ if name in options}
        require_running(**given)
        return function(*values, **options)

    return checked


def require_running(
    *,
    backend: str = "local",
    scheduler: str = "",
    workers: int | None = None,
    cache: str | Path | None = None,
    progress: bool = False,
) -> None:
    """Raise :class:`InputError` where an option of how cells run has a value that it cannot have."""
    if not isinstance(backend, str) or backend not in BACKENDS:
        known = ", ".join(BACKENDS)
        near = closest(backend, BACKENDS) if isinstance(backend, str) else "."
        raise InputError(f"there is no backend {shown(backend)}{near} There are: {known}.")
    if not isinstance(scheduler, str):
        raise InputError(f"scheduler={shown(scheduler)} must be an address as text, such as tcp://127.0.0.1:8786")
    if backend == "dask" and not scheduler:
        raise InputError("backend='dask' needs the address of its scheduler, such as tcp://127.0.0.1:8786")
    if backend != "dask" and scheduler:
        raise InputError(f"scheduler={scheduler!r} is for backend='dask'; with backend={backend!r} leave it out")
    if workers is not None and (problem := out_of_range("workers", workers)):
        raise InputError(f"{problem}, or None for all processors")
    if cache is not None:
        given_path(cache, "cache")
    require_flags("cells", progress=progress)

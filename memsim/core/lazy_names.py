"""The names that a package offers, each imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lazy_loader

from memsim.core.names import closest


def offered(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__, __dir__, __all__`` of ``package`` by the stub beside its ``file``.

    The error for an unknown name offers the closest one.
    """
    attribute, names, exported = lazy_loader.attach_stub(package, file)

    def found(name: str) -> Any:
        if name not in exported:  # Python itself asks for names with two underscores
            near = "" if name.startswith("__") else closest(name, exported).rstrip(".")
            raise AttributeError(f"{package} has no {name!r}{near}")
        return attribute(name)

    return found, names, list(exported)

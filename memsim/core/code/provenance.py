"""The versions with which a result was computed: of memsim, Python and libraries."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from memsim.core.version import __version__

LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib", "psifr", "statsmodels", "torch")


@cache
def _versions() -> dict[str, str]:
    found = {"memsim": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def versions() -> dict[str, str]:
    """Versions by name, of memsim, Python and those of :data:`LIBRARIES` that are installed."""
    return dict(_versions())

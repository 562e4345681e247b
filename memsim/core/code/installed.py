"""Which files of code belong to Python, to an installed distribution, or to the user."""

from __future__ import annotations

import csv
import os
import sys
import sysconfig
from contextvars import ContextVar
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType

_STANDARD = tuple(os.path.abspath(sysconfig.get_path(kind)) + os.sep for kind in ("stdlib", "platstdlib"))

_asking: ContextVar[bool] = ContextVar("memsim_asking_what_is_installed", default=False)


def is_standard(module: ModuleType) -> bool:
    """Whether a module is one of Python's own."""
    file = getattr(module, "__file__", None)
    if file is None:
        return module.__name__.partition(".")[0] in sys.stdlib_module_names - {"__main__"}
    return is_standard_file(file)


def is_standard_file(file: str) -> bool:
    """Whether a file is one of Python's own."""
    path = os.path.abspath(file)
    return path.startswith(_STANDARD) and not {"site-packages", "dist-packages"} & set(Path(path).parts)


@cache
def is_users_file(file: str) -> bool:
    """Whether a file is neither Python's nor listed by an installed distribution; editable installs list none."""
    return not is_standard_file(file) and owner_of(file) is None


@cache
def owner_of(file: str) -> tuple[str, str] | None:
    """Name and version of the installed distribution to which a file belongs."""
    path = Path(os.path.abspath(file))
    for folder in path.parents:
        if str(folder) in _search_path(tuple(sys.path)):
            owner = _installed_in(str(folder)).get(str(path))
            if owner is not None:
                return owner
    return None


@cache
def _search_path(path: tuple[str, ...]) -> frozenset[str]:
    return frozenset(os.path.abspath(entry) for entry in path)


@cache
def _installed_in(folder: str) -> dict[str, tuple[str, str]]:
    """The files of the distributions in a folder, with name and version; those of editable installs are elsewhere."""
    found: dict[str, tuple[str, str]] = {}
    token = _asking.set(True)
    try:
        for distribution in distributions(path=[folder]):
            record = distribution.read_text("RECORD") or ""
            owner = (str(distribution.metadata["Name"]), str(distribution.version))
            for row in csv.reader(record.splitlines()):
                if row and row[0].endswith((".py", ".so", ".pyd")):
                    found[os.path.abspath(os.path.join(folder, row[0]))] = owner
    finally:
        _asking.reset(token)
    return found


def asking_what_is_installed() -> bool:
    """Whether this code runs because the installed distributions are being read."""
    return _asking.get()

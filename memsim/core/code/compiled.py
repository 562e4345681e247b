"""Numba's ``njit`` for loops that are compiled once and kept, also where memsim's folder and the home are read-only."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """``numba.njit`` with these options, whose compiled code is kept where that is possible.

    It is kept beside the source, or in the user's cache; where neither can be written, in a folder of the user's own
    among the temporary files; and where others can write to that folder, nowhere.

    A function with ``fastmath`` that another compiled function calls takes ``forceinline=True``. Without it each caller
    holds a copy that is optimised on its own, the copies may differ in the last bit, and which of them runs depends on
    what the process compiled or loaded before.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(**options)(function)
        except RuntimeError:  # numba found no place for the compiled code
            if _own_folder():
                numba.config.CACHE_DIR = _own_folder()  # type: ignore[attr-defined]
                return numba.njit(**options)(function)
            return numba.njit(**{**options, "cache": False})(function)

    return compiled


def _own_folder() -> str:
    """A folder that nobody else can write to; empty if there is none."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    try:
        folder = Path(tempfile.gettempdir(), f"memsim-compiled-{user}")
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return ""
    mine = stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == user)
    return str(folder) if mine and not (os.name == "posix" and status.st_mode & 0o077) else ""

"""Paths as a user gives them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import shown


def given_path(path: Any, who: str) -> Path:
    """The path of a file that a user gives to the function ``who``.

    Raises
    ------
    InputError : neither text nor a path.
    """
    if not isinstance(path, str | os.PathLike) or isinstance(os.fspath(path), bytes):
        raise InputError(f"{who}: {shown(path)} is no path; give the name of a file as text, or a pathlib.Path")
    return Path(path)

"""Where memsim's own code lies: in one folder where it is installed, in five beside one another in a checkout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BESIDE = ("analysis", "data", "models", "paradigms")
"""The rooms that stand beside the folder ``memsim`` in a checkout."""


@cache
def _folders() -> dict[str, Path]:
    root = Path(__file__).parents[2]
    return {"": root} | {name: root.parent / name for name in BESIDE if not (root / name).is_dir()}


def is_own_file(file: str) -> bool:
    """Whether a file is one of memsim's own."""
    return file.startswith(tuple(str(folder) + os.sep for folder in _folders().values()))


def own_sources() -> Iterator[tuple[str, Path]]:
    """Every file of memsim's own code: its place within the package, with forward slashes, and where it lies."""
    for name, folder in _folders().items():
        for path in folder.rglob("*.py"):
            yield (Path(name) / path.relative_to(folder)).as_posix(), path

"""Where memsim's own code lies: in one folder where it is installed, in five beside one another in a checkout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

BESIDE = ("analysis", "data", "models", "paradigms")
"""The rooms that stand beside the folder ``memsim`` in a checkout (``package_dir`` in ``setup.cfg``)."""


@cache
def _folders() -> dict[str, Path]:
    root = Path(__file__).parents[2]
    return {"": root} | {name: root.parent / name for name in BESIDE if not (root / name).is_dir()}


class _Beside:
    """Finds the rooms that stand beside the folder, so that a checkout runs as it is."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, room = name.rpartition(".")
        if package != "memsim" or room not in BESIDE:
            return None
        folder = _folders()[room]
        return spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])


def find_rooms_beside() -> None:
    """Let Python find the rooms of a checkout; nothing where memsim is installed.

    They come before those of another checkout that is installed, so that the two are never mixed.
    """
    if len(_folders()) > 1 and _Beside not in sys.meta_path:
        sys.meta_path.insert(0, _Beside)


def is_own_file(file: str) -> bool:
    """Whether a file is one of memsim's own."""
    return file.startswith(tuple(str(folder) + os.sep for folder in _folders().values()))


def own_sources() -> Iterator[tuple[str, Path]]:
    """Every file of memsim's own code: its place within the package, with forward slashes, and where it lies."""
    for name, folder in _folders().items():
        for path in folder.rglob("*.py"):
            yield (Path(name) / path.relative_to(folder)).as_posix(), path

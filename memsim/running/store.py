"""Finished cells on disk, each in a file named by the checksum of its key; a file is complete or absent."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from memsim.core.errors import DataError, InputError, MemsimWarning
from memsim.core.files.partial_files import begun_name, sweep, whole_file
from memsim.running.digests import canonical
from memsim.running.sealed import unsealed

FORMAT = "memsim cell 3"


class Store:
    """A folder of finished cells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """The file of the entry with this key, whether it exists or not."""
        name = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
        return self.folder / name[:2] / f"{name}.json"

    def read(self, key: str) -> dict[str, Any] | None:
        """The entry with this key, or ``None``. A file that is damaged or cannot be read causes a warning."""
        path = self.path(key)
        try:
            entry = unsealed(path.read_bytes())
            if entry["format"] == FORMAT and canonical(entry["key"]) == key and "result" in entry:
                return entry
            problem = "it belongs to another cell, or is in another format"
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            problem = f"it cannot be read: {error}"
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            problem = f"{type(error).__name__}: {error}"
        warnings.warn(
            f"{path} is not a finished cell as memsim writes it ({problem}); it is run again",
            MemsimWarning,
            stacklevel=3,
        )
        return None

    @staticmethod
    def write(path: Path, text: str) -> None:
        """Write an entry completely, or not at all."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as partial:
                partial.write_text(text, encoding="utf-8")
        except OSError as error:
            raise DataError(f"a finished cell cannot be written to {path}: {error}") from error

    @contextmanager
    def running(self) -> Iterator[Path]:
        """A folder that exists as long as a run; a worker that sees it stores its results itself.

        What earlier runs left that were killed is removed.
        """
        run = self.folder / begun_name("running")
        try:
            for folder in [self.folder, *(each for each in self.folder.glob("[0-9a-f][0-9a-f]") if each.is_dir())]:
                sweep(folder)
            run.mkdir(parents=True)
        except OSError as error:
            raise DataError(f"finished cells cannot be kept in {self.folder}: {error}") from error
        try:
            yield run
        finally:
            shutil.rmtree(run, ignore_errors=True)


def require_json(value: Any, where: str) -> None:
    """Raise :class:`InputError` unless ``value`` survives a round trip through JSON, apart from tuples."""
    if isinstance(value, dict):
        for name, part in value.items():
            if not isinstance(name, str):
                raise InputError(f"{where} has the name {name!r}, which JSON would turn into text; use text as names")
            require_json(part, f"{where}[{name!r}]")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            require_json(part, f"{where}[{index}]")
    elif not (value is None or isinstance(value, str | bool | int | float)):
        raise InputError(
            f"{where} is {type(value).__name__}, which JSON cannot hold; give numbers, text, None, lists and mappings"
        )

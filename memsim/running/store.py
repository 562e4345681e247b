"""Finished cells on disk: each whole or not there, under the checksum of what it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from memsim.core.errors import DataError, InputError
from memsim.running.digests import canonical

FORMAT = "memsim cell 1"


class Store:
    """Finished cells on disk, each under the checksum of its key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Where the entry of ``key`` is, or would be."""
        name = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.json"

    def read(self, key: str) -> str | None:
        """The entry of ``key``, or none; one that is damaged or not ours is told of, and none."""
        path = self.path(key)
        try:
            text = path.read_text(encoding="utf-8")
            entry = json.loads(text)
            if entry["format"] == FORMAT and canonical(entry["key"]) == key and "result" in entry:
                return text
            problem = "it is of another cell"
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DataError(f"the finished cell {path} cannot be read: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            problem = f"{type(error).__name__}: {error}"
        warnings.warn(f"{path} is not a finished cell as memsim writes it ({problem}); it is run again", stacklevel=3)
        return None

    @staticmethod
    def write(path: Path, text: str) -> None:
        """Put an entry there: whole, or not at all."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(partial).chmod(0o644)  # as other files are, not as temporary ones
                Path(partial).replace(path)
            finally:
                Path(partial).unlink(missing_ok=True)
        except OSError as error:
            raise DataError(f"a finished cell cannot be written to {path}: {error}") from error

    @contextmanager
    def running(self) -> Iterator[Path]:
        """A folder for as long as a run lasts; a worker that sees it writes its results into the store itself."""
        run = self.folder / f".running-{uuid.uuid4().hex}"
        try:
            run.mkdir(parents=True)
        except OSError as error:
            raise DataError(f"finished cells cannot be kept in {self.folder}: {error}") from error
        try:
            yield run
        finally:
            shutil.rmtree(run, ignore_errors=True)


def require_plain(value: Any, where: str) -> None:
    """Raise :class:`InputError` unless JSON holds ``value`` and gives it back as it is, but for tuples."""
    if isinstance(value, dict):
        for name, part in value.items():
            if not isinstance(name, str):
                raise InputError(f"{where} has the name {name!r}, which JSON would make text; name it as text")
            require_plain(part, f"{where}[{name!r}]")
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            require_plain(part, f"{where}[{place}]")
    elif not (value is None or isinstance(value, str | bool | int | float)):
        raise InputError(
            f"{where} is {type(value).__name__}, which JSON cannot hold; give numbers, text, None, lists and mappings"
        )

"""Files that memsim writes: each whole or not there, and none that is another's is ever replaced.

A folder into which memsim writes keeps, in ``.memsim-written``, the sha256 of each file that memsim wrote there. A file
that is there and has no such record, or has changed since, belongs to someone else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from memsim.core.errors import InputError
from memsim.core.files.partial_files import begun_name, sweep, whole_file

RECORDS = ".memsim-written"
"""The folder of records, beside the files: for each file one text of the same name with its sha256."""


def require_replaceable(path: Path, reading: Iterable[Path] = ()) -> None:
    """Raise :class:`InputError` unless memsim may write ``path``.

    Parameters
    ----------
    path : nothing is there, or a file that memsim wrote and that has not changed since.
    reading : the files that the same call reads, none of which is replaced.
    """
    fix = "choose another --out (or out), or remove it"
    records = path.parent / RECORDS
    if os.path.lexists(records) and (records.is_symlink() or not records.is_dir()):
        raise InputError(f"{records} is there, and is not the folder in which memsim records what it wrote; {fix}")
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_file():
        raise InputError(f"{path} is there, and is not a file that memsim wrote; {fix}")
    try:
        if any(read.exists() and path.samefile(read) for read in reading):
            raise InputError(f"{path} would be replaced, and is read in the same call; choose another --out (or out)")
        known = _recorded(path)
        if checksum(path) in known:
            return
    except OSError as error:
        raise InputError(f"{path} is there and cannot be read: {error}; {fix}") from error
    changed = "has changed since memsim wrote it" if known else "memsim did not write it"
    raise InputError(f"{path} is there, and {changed}, so that it is not replaced; {fix}")


def adopt(path: Path) -> None:
    """Record the file at ``path``, of which its content says that memsim wrote it: it may be replaced from now on."""
    record = path.parent / RECORDS / path.name
    record.parent.mkdir(exist_ok=True)
    _replace(record, checksum(path))


def was_written(path: Path) -> bool:
    """Whether memsim wrote a file at ``path``, even if it has changed since."""
    return bool(_recorded(path))


def files_in(texts: Iterable[str]) -> list[Path]:
    """The files that texts name, alone or as in ``NAME:file``, ``file:NAME`` and ``NAME=file``."""
    found = []
    for text in texts:
        parts = {text, *(half for sign in ":=" for half in (text.partition(sign)[2], text.rpartition(sign)[0]))}
        for part in sorted(parts - {""}):
            with suppress(OSError, ValueError):  # too long for a name, or no name at all
                if Path(part).is_file():
                    found.append(Path(part))
    return found


def checksum(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def scratch_in(folder: Path) -> Iterator[Path]:
    """A folder for unfinished files within ``folder``; those that dead processes left are removed first."""
    sweep(folder)
    scratch = folder / begun_name()
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def publish(partial: Path, path: Path) -> str:
    """Move the finished file ``partial`` to ``path`` in the same file system, record it, and give its sha256.

    Raises
    ------
    InputError : what is at ``path`` is not memsim's.
    OSError : the file cannot be moved or recorded.
    """
    require_replaceable(path)
    record, before = path.parent / RECORDS / path.name, _recorded(path)
    record.parent.mkdir(exist_ok=True)
    digest = checksum(partial)
    # Recorded before it is moved: whatever an interruption leaves is known to be memsim's.
    _replace(record, "\n".join(dict.fromkeys([*before, digest])))
    os.replace(partial, path)
    _replace(record, digest)
    return digest


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all: ``write`` writes it elsewhere, to a name of the same suffix.

    Raises
    ------
    InputError : what is at ``path`` is not memsim's, or the file cannot be written.
    """
    require_replaceable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch_in(path.parent) as scratch:
            partial = scratch / f"file{path.suffix}"
            write(partial)
            publish(partial, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error}") from error


def withdraw(path: Path, reading: Iterable[Path] = ()) -> None:
    """Remove ``path`` if memsim wrote it, and the same call does not read it."""
    try:
        require_replaceable(path, reading)
    except InputError:
        return
    path.unlink(missing_ok=True)


def _recorded(path: Path) -> list[str]:
    """The checksums under which memsim wrote ``path``, the last at the end."""
    record = path.parent / RECORDS / path.name
    try:
        return [] if record.is_symlink() else record.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return []


def _replace(record: Path, text: str) -> None:
    with whole_file(record) as partial:
        partial.write_text(text + "\n", encoding="ascii")

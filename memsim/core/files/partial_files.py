"""Files that are being written: each has the name of its process, so that what a dead process left is removed."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from memsim.core.errors import InputError

_NAME = re.compile(r"\.(partial|running)-(?P<machine>[^~]*)~(?P<process>\d+)~")
_FORGOTTEN = 7 * 24 * 3600
"""Seconds after which what another machine began, whose processes cannot be seen from here, is given up."""


def begun_name(kind: str = "partial", suffix: str = "") -> str:
    """A new name for what this process is writing, or for a run: hidden, and unique."""
    machine = re.sub(r"[^\w.-]", "", platform.node())
    return f".{kind}-{machine}~{os.getpid()}~{uuid.uuid4().hex[:12]}{suffix}"


@contextlib.contextmanager
def whole_file(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """A new path beside ``path`` to write to, which then takes its place; after an error all is as before.

    So neither a kill nor a full disk leaves half of a file.
    """
    partial = path.parent / begun_name(suffix=path.suffix)
    try:
        yield partial
        partial.chmod(mode)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def require_writable(folder: Path) -> None:
    """Make sure, before any work, that results can be written to a folder; it is not made yet.

    Raises
    ------
    InputError : nothing can be written there.
    """
    at = folder.absolute()
    try:
        while not at.exists() and at != at.parent:
            at = at.parent
        if not at.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(at))
        probe = at / begun_name()
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise InputError(f"results cannot be written to {folder}: {error}; choose another --out (or out)") from error


def sweep(folder: Path) -> None:
    """Remove from a folder what processes that are dead were writing."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if (found := _NAME.match(path.name)) and _given_up(path, found["machine"], int(found["process"])):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _given_up(path: Path, machine: str, process: int) -> bool:
    if machine != re.sub(r"[^\w.-]", "", platform.node()):
        return time.time() - path.stat().st_mtime > _FORGOTTEN
    return process != os.getpid() and not _lives(process)


def _lives(process: int) -> bool:
    if os.name != "posix":  # there, a signal of 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True

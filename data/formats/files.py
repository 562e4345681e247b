"""Files before they are read: whether there is an ordinary file, of a size that can be read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from memsim.core.errors import DataError, InputError

MOST_BYTES = 2**30
"""The size in bytes of the largest file that is read: 1 GiB."""


def require_file(path: Path, what: str = "") -> None:
    """Raise an error unless ``path`` is an ordinary file that may be read; nothing is opened, so a pipe does not block.

    Parameters
    ----------
    path : the file.
    what : what it is, for the beginning of messages; may be empty.

    Raises
    ------
    InputError : there is no such file.
    DataError : it is a folder, a pipe or a device, may not be read, or is larger than :data:`MOST_BYTES`.
    """
    before = f"{what}: " if what else ""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        if path.is_symlink():
            raise InputError(
                f"{before}{path} is a link to {os.readlink(path)}, which is not there; fetch that file (in a data set "
                "of DataLad, with datalad get)"
            ) from None
        raise InputError(f"{before}there is no file {path}") from None
    except ValueError:
        raise InputError(f"{before}{str(path)!r} is not the name of a file") from None
    except OSError as error:
        raise InputError(f"{before}{path} cannot be reached: {error.strerror}") from None
    if stat.S_ISDIR(found.st_mode):
        raise DataError(f"{before}{path} is a folder, not a file; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"{before}{path} is a pipe or a device; write its content to a file, and name that")
    if found.st_size > MOST_BYTES:
        raise DataError(
            f"{before}{path} has {found.st_size / 2**30:.1f} GiB, and files of up to 1 GiB are read; give a part of it"
        )
    if not os.access(path, os.R_OK):
        raise DataError(f"{before}{path} may not be read; change its permissions")


def read_bytes(path: Path, what: str = "") -> bytes:
    """The content of an ordinary file; errors as in :func:`require_file`."""
    require_file(path, what)
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{what}{': ' * bool(what)}{path} cannot be read: {error.strerror}") from None

"""Files before they are read: whether there is an ordinary file, of a size that can be read, that holds text."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from memsim.core.errors import DataError, InputError

MOST_BYTES = 2**30
"""The size in bytes of the largest file that is read: 1 GiB."""
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK\x03\x04": "a zip archive (as .xlsx is)", b"\x1f\x8b": "gzip",
         b"\x89HDF": "HDF5", b"MATLAB": "a MATLAB file", b"\x93NUMPY": "an array of numpy", b"%PDF": "PDF"}  # fmt: skip
"""What the first bytes of files that are not text in UTF-8 say."""


def require_file(path: Path, what: str = "") -> None:
    """Raise an error unless ``path`` is an ordinary file that may be read; nothing is opened, so a pipe does not block.

    Parameters
    ----------
    path : the file.
    what : what it is, for the beginning of messages; may be empty.

    Raises
    ------
    InputError : there is no such file, or it is a folder, a pipe or a device.
    DataError : it may not be read, or is larger than :data:`MOST_BYTES`.
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
        raise InputError(f"{before}{path} is a folder; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{before}{path} is a pipe or a device; write its content to a file, and name that")
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


def read_text(path: Path, what: str = "") -> str:
    """The content of a file of text in UTF-8, with or without a mark of the byte order.

    Raises
    ------
    InputError, DataError : as in :func:`require_file`; or the content is not text in UTF-8, and the message says in
        which line.
    """
    content = read_bytes(path, what)
    before = f"{what}: " if what else ""
    kind = next((kind for mark, kind in MARKS.items() if content.startswith(mark)), None)
    fix = "save it in UTF-8" if kind in (None, "UTF-16") else "give the file in its own format, or write it as text"
    if kind is not None:
        raise DataError(f"{before}{path} is not text in UTF-8: it begins as {kind} does; {fix}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{before}{path}, line {line} is not text in UTF-8 (byte 0x{content[error.start]:02x}); save it in UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"{before}{path}, line {line} holds a byte 0, so it is not text; save it as text in UTF-8")
    return text

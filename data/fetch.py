"""Files that are downloaded from fixed public addresses, checked, and kept in a cache."""

from __future__ import annotations

import hashlib
import os
import textwrap
from pathlib import Path
from typing import NamedTuple

from memsim.core.errors import DataError

ENVIRONMENT = "MEMSIM_DATA"
"""Environment variable that names a folder with the files; it is searched before the cache."""


class RemoteFile(NamedTuple):
    """A file at a fixed address, with its sha256."""

    name: str
    url: str
    sha256: str


def cache_folder() -> Path:
    """The user's cache folder for memsim."""
    import pooch

    return Path(pooch.os_cache("memsim"))


def local_path(file: RemoteFile) -> Path | None:
    """The path of ``file`` in the folder that ``MEMSIM_DATA`` names or in the cache; ``None`` if it is in neither.

    The content of the file is not checked.

    Raises
    ------
    DataError : ``MEMSIM_DATA`` names something that is not a folder.
    """
    named = os.environ.get(ENVIRONMENT)
    if named and not Path(named).is_dir():
        raise DataError(f"{ENVIRONMENT} names {named}, which is not a folder; name another, or unset it")
    folders = [Path(named)] if named else []
    return next((folder / file.name for folder in [*folders, cache_folder()] if (folder / file.name).is_file()), None)


def fetch(file: RemoteFile) -> Path:
    """The path of ``file``, checked; a file that is not on this computer is first downloaded into the cache.

    Raises
    ------
    DataError : the file is corrupt, or its download failed or gave another file.
    """
    import pooch

    path = local_path(file)
    if path is not None:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != file.sha256:
            raise DataError(
                f"{path} is corrupt: its sha256 is {found}, expected {file.sha256}; delete it and load again"
            )
        return path
    try:
        return Path(pooch.retrieve(file.url, f"sha256:{file.sha256}", file.name, cache_folder()))
    except (OSError, ValueError) as error:
        named = os.environ.get(ENVIRONMENT)
        raise DataError(
            f"{file.name} could not be fetched ({type(error).__name__}: {textwrap.shorten(str(error), 100)}) "
            f"from {file.url}. Without a network, put the file in a folder and name that folder in {ENVIRONMENT}"
            + (f" (now {named}, which does not hold it)" if named else "")
        ) from error

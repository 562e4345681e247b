"""Files of the repository prior-item-effects, which holds data of several publications."""

from __future__ import annotations

from urllib.parse import quote

from memsim.data.fetch import RemoteFile

ADDRESS = "https://raw.githubusercontent.com/venpopov/prior-item-effects/52a97e5047758b9d6f66b67874888842b16e3bd6/data/"


def file_of(path: str, sha256: str) -> RemoteFile:
    """The file at this path in the folder of data; its name in the cache is the last part."""
    return RemoteFile(path.rpartition("/")[2], ADDRESS + quote(path), sha256)

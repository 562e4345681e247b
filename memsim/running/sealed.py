"""JSON with a checksum over all of its bytes, so that no damaged file is taken for a result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from memsim.core.files.strict_json import from_json_text, to_json_text

_SEAL = b'{"sha256": "%s", '
_WIDTH = len(_SEAL % (b"0" * 64))


def sealed(record: Mapping[str, Any], **settings: Any) -> str:
    """``record`` as a JSON object whose first member, ``sha256``, is the checksum of the bytes that follow it.

    Raises
    ------
    ValueError : the record is empty.
    """
    if not record:
        raise ValueError("a record without members cannot be sealed")
    body = to_json_text(record, **settings).lstrip("{").lstrip()
    return (_SEAL % hashlib.sha256(body.encode()).hexdigest().encode()).decode() + body


def unsealed(content: bytes) -> dict[str, Any]:
    """The record that :func:`sealed` wrote, without its checksum.

    Raises
    ------
    ValueError : a byte of it was changed, added or lost.
    """
    head, body = content[:_WIDTH], content[_WIDTH:]
    if head != _SEAL % hashlib.sha256(body).hexdigest().encode():
        raise ValueError("its content does not have the checksum that it was written with")
    record: dict[str, Any] = from_json_text(content)
    del record["sha256"]
    return record

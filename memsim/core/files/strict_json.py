"""JSON that every reader takes, also of numbers that are not finite, and files of JSON of any origin."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

NOT_FINITE = "not_finite"
"""The only member of an object that stands for a number that JSON cannot hold: ``{"not_finite": "-Infinity"}``."""
_ESCAPED = "object"
"""The only member of what stands under :data:`NOT_FINITE` in an object that has this member itself."""
NOT_READ = (OSError, ValueError, RecursionError)
"""What :func:`read_json` raises."""


def to_json_text(value: Any, **settings: Any) -> str:
    """``value`` as JSON by RFC 8259, which knows neither ``NaN`` nor ``Infinity``; :func:`from_json_text` reads it.

    Parameters
    ----------
    value : what :func:`json.dumps` takes. NaN and infinities become objects; see :data:`NOT_FINITE`.
    settings : further arguments of :func:`json.dumps`.
    """
    try:
        text = json.dumps(value, allow_nan=False, **settings)
    except ValueError:  # a number that is not finite, or what cannot be written below either
        text = NOT_FINITE
    return json.dumps(_written(value), allow_nan=False, **settings) if NOT_FINITE in text else text


def from_json_text(text: str | bytes) -> Any:
    """What :func:`to_json_text` wrote; of other JSON what :func:`json.loads` gives.

    Raises
    ------
    ValueError : the text is not JSON, or not in UTF-8.
    RecursionError : it is nested too deeply.
    """
    return json.loads(text, object_hook=_read)


def read_json(path: str | Path) -> Any:
    """What a file of JSON holds.

    Raises
    ------
    OSError, ValueError, RecursionError : the file cannot be read, or as :func:`from_json_text`.
    """
    return from_json_text(Path(path).read_bytes())


def _written(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {NOT_FINITE: json.dumps(float(value))}
    if isinstance(value, dict):
        parts = {name: _written(part) for name, part in value.items()}
        return {NOT_FINITE: {_ESCAPED: parts[NOT_FINITE]}} if set(parts) == {NOT_FINITE} else parts
    return [_written(part) for part in value] if isinstance(value, list | tuple) else value


def _read(found: dict[str, Any]) -> Any:
    if set(found) != {NOT_FINITE}:
        return found
    inside = found[NOT_FINITE]
    if isinstance(inside, dict) and set(inside) == {_ESCAPED}:
        return {NOT_FINITE: inside[_ESCAPED]}
    if inside not in ("NaN", "Infinity", "-Infinity"):
        raise ValueError(f"{inside!r} is no number that is not finite")
    return float(inside)

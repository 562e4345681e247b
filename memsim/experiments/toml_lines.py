"""The line of a TOML file on which a key or value stands, which the parser does not report."""

from __future__ import annotations

import tomllib
from typing import Any

Place = tuple[str | int, ...]
"""Keys, and positions in lists counted from 0, from the top of the file."""


def line_of(text: str, place: Place, word: str = "") -> int:
    """The line, counted from 1, on which the value at ``place`` begins, or a later line of the value with ``word``.

    The value begins after the longest beginning of the text that is valid TOML without it.
    """
    lines = text.splitlines(keepends=True)
    before = 0
    for end in range(1, len(lines) + 1):
        try:
            content = tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        if _holds(content, place):
            return next((line for line in range(before + 1, end + 1) if word in lines[line - 1]), before + 1)
        before = end
    return max(len(lines), 1)


def _holds(content: Any, place: Place) -> bool:
    for step in place:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def spelled(place: Place) -> str:
    """The place as text, with positions counted from 1: ``models[2].parameters.drift``."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")

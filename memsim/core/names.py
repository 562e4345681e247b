"""Names as users type them: compared without case, hyphens and spaces; the closest known name is offered."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but for tab and line feed, marks that turn the direction of writing, and lone surrogates."""


def normalized(name: str) -> str:
    """``name`` without case, hyphens, underscores and spaces: ``Free-Recall`` is ``free_recall``."""
    return "".join(character for character in name.casefold() if character not in "-_ ")


def printable(text: str) -> str:
    r"""``text`` with control characters as escapes, so that no label acts on a terminal or breaks a figure.

    Examples
    --------
    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)


def shown(value: Any, most: int = 80) -> str:
    """``repr(value)`` for a message, cut where it is long; a number of thousands of digits has no ``repr``."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


def closest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known name closest to ``name``; a full stop if none is close."""
    by_key = {normalized(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(normalized(name), by_key, n=1)
    return f"; did you mean {by_key[near[0]]!r}?" if near else "."

"""Names as users type them: compared without case, hyphens and spaces; the closest known name is offered."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def normalized(name: str) -> str:
    """``name`` without case, hyphens, underscores and spaces: ``Free-Recall`` is ``free_recall``."""
    return "".join(character for character in name.casefold() if character not in "-_ ")


def closest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known name closest to ``name``; a full stop if none is close."""
    by_key = {normalized(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(normalized(name), by_key, n=1)
    return f"; did you mean {by_key[near[0]]!r}?" if near else "."

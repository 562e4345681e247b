"""Names as people type them: compared without case and hyphens, with the nearest known one offered."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def normalized(name: str) -> str:
    """``name`` without case, hyphens, underscores and spaces: ``Free-Recall`` is ``free_recall``."""
    return "".join(character for character in name.casefold() if character not in "-_ ")


def closest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known name nearest to ``name``, or a full stop if none is near."""
    by_key = {normalized(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(normalized(name), by_key, n=1)
    return f"; did you mean {by_key[near[0]]!r}?" if near else "."

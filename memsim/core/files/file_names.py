"""Labels as names of files: safe on every system, and as different as the labels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_BYTES = 100
"""The longest name in UTF-8; file systems take 255, and memsim adds words and a suffix."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def file_names(labels: Iterable[str]) -> dict[str, str]:
    """A name of a file, without suffix, for each label.

    Letters, digits, ``. _ -`` stay; anything else becomes a hyphen. Names that differ only in case, or in the form of
    their letters, would be one file on some systems, so later ones get a number. Append a suffix to such a name;
    ``Path.with_suffix`` would cut ``p1.5`` to ``p1``.

    Examples
    --------
    >>> file_names(["p1.5", "site/A", "site-A", "SITE-a", "..", "CON"])
    {'p1.5': 'p1.5', 'site/A': 'site-A-3', 'site-A': 'site-A', 'SITE-a': 'SITE-a-2', '..': 'unnamed', 'CON': '_CON'}
    """
    labels = list(dict.fromkeys(labels))
    cleaned = {label: _clean(label) for label in labels}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for label in sorted(labels, key=lambda label: cleaned[label] != label):  # those that are safe keep their names
        name, number = cleaned[label], 1
        while _folded(name) in taken:
            number += 1
            name = f"{cleaned[label]}-{number}"
        taken.add(_folded(name))
        found[label] = name
    return {label: found[label] for label in labels}


def _clean(label: str) -> str:
    name = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", label)).strip(".-")
    name = name.encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore").strip(".-") or "unnamed"
    return f"_{name}" if _DEVICES.match(name) else name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())

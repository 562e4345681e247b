"""The lines of a TOML file on which its values stand, which the parser does not report; found in one pass."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

Place = tuple[str | int, ...]
"""Keys, and positions in lists counted from 0, from the top of the file."""

_BLANK = re.compile(r"(?:[ \t\r\n,]+|#[^\n]*)*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^,\]\}\n#]+")
"""A number, a date or a truth value."""


def line_of(text: str, place: Place, word: str = "") -> int:
    """The line, counted from 1, of the value at ``place``, of which ``text`` is valid TOML.

    With a ``word``, the first line of the value that holds it. Without one, or if no line does, the line on which the
    statement of the value begins: that of its key, or of the header of its table. For a place that is not in the text,
    that of the innermost table that is; the last line if there is none.
    """
    lines = text.splitlines() or [""]
    values, statements = _scanned(text)
    inner = place
    while inner and inner not in statements:
        inner = inner[:-1]
    if not inner:
        return len(lines)
    if word and inner == place:
        first, last = values[place]
        for line in range(first, last + 1):
            if word in lines[line - 1]:
                return line
    return statements[inner]


@lru_cache(maxsize=4)
def _scanned(text: str) -> tuple[dict[Place, tuple[int, int]], dict[Place, int]]:
    """The first and last line of each value, and the line on which its statement begins, by place."""
    scan = _Scan(text)
    scan.document()
    return scan.values, scan.statements


class _Scan:
    """One pass over a text that is known to be valid."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line, self.counted = text, 0, 1, 0
        self.values: dict[Place, tuple[int, int]] = {}
        self.statements: dict[Place, int] = {}
        self.tables: dict[Place, int] = {}
        """The number of tables in each array of tables so far."""

    def document(self) -> None:
        prefix: Place = ()
        while self.blank():
            line = self.here()
            if self.text.startswith("[", self.at):
                double = self.text.startswith("[[", self.at)
                self.at += 1 + double
                prefix = self.header(self.key(), double)
                self.at += 1 + double
                for length in range(1, len(prefix) + 1):
                    self.note(prefix[:length], line, line)
            else:
                self.pair(prefix, line)

    def header(self, key: Place, double: bool) -> Place:
        place: Place = ()
        for number, part in enumerate(key):
            place = (*place, part)
            if double and number == len(key) - 1:
                self.tables[place] = self.tables.get(place, -1) + 1
            if place in self.tables:
                place = (*place, self.tables[place])
        return place

    def pair(self, prefix: Place, statement: int) -> None:
        line = self.here()
        key = self.key()
        self.at += 1  # the equals sign
        self.spaces()
        place = (*prefix, *key)
        self.value(place, statement)
        for length in range(len(prefix) + 1, len(place) + 1):
            self.note(place[:length], line, statement)

    def value(self, place: Place, statement: int) -> None:
        line = self.here()
        opening = self.text[self.at]
        if opening == "[" or opening == "{":
            self.at += 1
            number = 0
            while self.blank() and self.text[self.at] not in "]}":
                if opening == "[":
                    self.value((*place, number), statement)
                else:
                    self.pair(place, statement)
                number += 1
            self.at += 1
        else:
            pattern = _STRING if opening in "\"'" else _OTHER
            found = pattern.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1
        self.note(place, line, statement)

    def note(self, place: Place, line: int, statement: int) -> None:
        if place not in self.values:
            self.values[place], self.statements[place] = (line, self.here()), statement

    def key(self) -> Place:
        parts: list[str] = []
        while True:
            self.spaces()
            found = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if found is None:
                return tuple(parts)
            self.at = found.end()
            quoted = found[0][0] in "\"'"
            parts.append(next(iter(tomllib.loads(f"{found[0]} = 0"))) if quoted else found[0])
            self.spaces()
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def spaces(self) -> None:
        while self.text.startswith((" ", "\t"), self.at):
            self.at += 1

    def blank(self) -> bool:
        """Skip what means nothing; False at the end."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def here(self) -> int:
        """The line at which the scan stands."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line


def spelled(place: Place) -> str:
    """The place as text, with positions counted from 1: ``models[2].parameters.drift``."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")

"""Docstrings of memsim as reStructuredText that numpydoc reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

FIELDS = ("Parameters", "Other Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns")
FIELD = re.compile(r"(\S.*?) : (.*)")
KEPT = re.compile(r"``.*?``|:[a-z:]+:`[^`]*`|(?<![\w*])\*\w[^*\n]*\w\*(?![\w*])", re.DOTALL)
"""What is markup already: literals, roles, emphasis."""
SPECIAL = re.compile(r"[*|`]|(?<=\w)_(?!\w)")
"""What would be markup by chance: products, absolute values, symbols that end in an underscore."""


def as_rst(docstring: list[str]) -> list[str]:
    """The lines of a docstring with its fields as numpydoc expects them, and without markup by chance.

    The house writes ``name : meaning``, since types stand in the annotations; numpydoc reads what follows the colon as
    a type, so the meaning moves to the next line.
    """
    return list(_without_chance_markup(list(_with_fields(docstring))))[:-1]  # the last one ends the last paragraph


def _with_fields(lines: list[str]) -> Iterator[str]:
    section = ""
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if following and set(following) == {"-"} and len(following) == len(line):
            section = line
        field = FIELD.fullmatch(line) if section in FIELDS else None
        if field:
            yield field[1]
            yield f"    {field[2]}"
        else:
            yield line


def _without_chance_markup(lines: list[str]) -> Iterator[str]:
    for is_prose, part in _parts(lines):
        if not is_prose:
            yield from part
            continue
        text, done, at = "\n".join(part), "", 0
        for kept in KEPT.finditer(text):
            done += SPECIAL.sub(r"\\\g<0>", text[at : kept.start()]) + kept[0]
            at = kept.end()
        yield from (done + SPECIAL.sub(r"\\\g<0>", text[at:])).split("\n")


def _parts(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """The paragraphs, and whether each is prose; examples, tables and literal blocks are not."""
    part: list[str] = []
    literal_from: int | None = None
    announced = False
    for line in [*lines, ""]:
        if line.strip():
            part.append(line)
            continue
        if part:
            indent = len(part[0]) - len(part[0].lstrip())
            if announced and literal_from is None:
                literal_from = indent
            if literal_from is not None and indent < literal_from:
                literal_from = None
            example = part[0].lstrip().startswith((">>>", "===", "---"))
            prose = literal_from is None and not example
            announced = prose and part[-1].rstrip().endswith("::")
            yield prose, part
        yield False, [line]
        part = []

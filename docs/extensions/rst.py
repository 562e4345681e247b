"""Pieces of reStructuredText that generated pages are made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence


def heading(text: str, underline: str) -> list[str]:
    """A heading, underlined as far as it is wide."""
    width = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
    return [text, underline * width, ""]


def indented(lines: Iterable[str]) -> Iterator[str]:
    """The lines, within a directive."""
    for line in lines:
        yield f"   {line}" if line else ""


def code(text: str, language: str = "python") -> Iterator[str]:
    """A block of code."""
    yield from (f".. code-block:: {language}", "", *indented(text.splitlines()), "")


def figure(name: str, alt: str) -> Iterator[str]:
    """A generated figure."""
    yield from (f".. image:: /generated/figures/{name}.png", f"   :alt: {alt}", "   :class: curves", "")


def bullets(texts: Iterable[str]) -> Iterator[str]:
    """A list."""
    for text in texts:
        yield f"- {text}"
    yield ""


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int], headed: bool = True, kind: str = ""
) -> Iterator[str]:
    """A table, whose cells may hold markup."""
    yield ".. list-table::"
    if headed:
        yield "   :header-rows: 1"
    yield f"   :widths: {' '.join(map(str, widths))}"
    yield f"   :class: {kind or 'wide'}"
    yield ""
    for row in ([header] if headed else []) + list(rows):
        for at, cell in enumerate(row):
            yield f"   {'* -' if at == 0 else '  -'} {cell}".rstrip()
    yield ""

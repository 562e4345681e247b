"""All hypotheses on the essay's claims in one figure, with their verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from matplotlib.figure import Figure

from memsim.analysis.figures.fitting_text import broken
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.reproductions.hypotheses import NOT_TESTED, REFUTED, SUPPORTED, UNDECIDED, Claim

MARKS: Mapping[str, tuple[str, str]] = {
    SUPPORTED: ("o", "#0072b2"), REFUTED: ("X", "#d55e00"), UNDECIDED: ("D", "#999999"), NOT_TESTED: ("_", "#999999"),
}  # fmt: skip
"""Marker and colour of each verdict, which differ in shape as well."""
SIZE = 6.8
"""Of letters in points."""
LINE = 0.145
"""Height of a line of text in inches."""
INDENT = 14.0
"""Of a hypothesis, beyond its mark, in points."""


@plain_text
def verdicts_figure(claims: Mapping[str, Sequence[Claim]], **drawing: Unpack[Drawing]) -> Figure:
    """A line for each hypothesis, under the claim of the essay that it tests, with a mark for its verdict.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``palette``
    gives colours by verdict.
    """
    page = Page("verdicts_figure", drawing, 2)
    rows: list[tuple[str, str]] = []  # verdict, empty for a heading, and text
    for heading in page.ordered(claims):
        rows.append(("", page.label(heading)))
        rows += [(claim.verdict, f"{claim.name}: {claim.hypothesis.rstrip('.')}") for claim in claims[heading]]
    room = 72 * page.width - 16
    wrapped = [
        broken(text, 0.96 * (room - INDENT * bool(verdict)), SIZE, "normal" if verdict else "bold").split("\n")
        for verdict, text in rows
    ]
    n_lines = sum(map(len, wrapped))
    look = page.styles(MARKS)
    own = drawing.get("palette") is not None
    with themed():
        axis = page.axes(LINE * n_lines + 0.6)
        axis.set(xlim=(0, room), ylim=(n_lines - 0.4, -0.6))
        axis.axis("off")
        handles: dict[str, Any] = {}
        line = 0
        for (verdict, _), text in zip(rows, wrapped, strict=True):
            if verdict:
                marker, color = MARKS[verdict]
                color = look[verdict].color if own else color
                (mark,) = axis.plot(
                    [4], [line], marker=marker, color=color, linestyle="none", markersize=5, clip_on=False
                )
                handles.setdefault(verdict, mark)
            weight = "normal" if verdict else "bold"
            for number, part in enumerate(text):
                axis.text(INDENT if verdict else 0, line + number, part, va="center", fontsize=SIZE, fontweight=weight)
            line += len(text)
        page.legend(handles, least=1)
    return page.figure

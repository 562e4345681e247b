"""All hypotheses on the essay's claims in one figure, with their verdicts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from memsim.analysis.figures.style import plain_text, themed
from memsim.reproductions.hypotheses import NOT_TESTED, REFUTED, SUPPORTED, UNDECIDED, Claim

MARKS: Mapping[str, tuple[str, str]] = {
    SUPPORTED: ("o", "#0072b2"), REFUTED: ("X", "#d55e00"), UNDECIDED: ("D", "#999999"), NOT_TESTED: ("_", "#999999"),
}  # fmt: skip
"""Marker and colour of each verdict, which differ in shape as well."""
WIDTH = 130
"""Characters of a line of text."""
LINE = 0.19
"""Height of a line of text in inches."""


@plain_text
def verdicts_figure(claims: Mapping[str, Sequence[Claim]]) -> Figure:
    """A line for each hypothesis, under the claim of the essay that it tests, with a mark for its verdict."""
    rows: list[tuple[str, str]] = []  # verdict, empty for a heading, and text
    for heading, each in claims.items():
        rows.append(("", heading))
        rows += [(claim.verdict, f"{claim.name}: {claim.hypothesis.rstrip('.')}") for claim in each]
    wrapped = [textwrap.wrap(text, WIDTH, subsequent_indent="    ") for _, text in rows]
    n_lines = sum(map(len, wrapped))
    with themed():
        figure = Figure(figsize=(9, LINE * n_lines + 0.8), layout="constrained")
        axis = figure.subplots()
        axis.set(xlim=(0, 1), ylim=(n_lines - 0.4, -0.6))
        axis.axis("off")
        seen, line = dict[str, None](), 0
        for (verdict, _), text in zip(rows, wrapped, strict=True):
            if verdict:
                marker, color = MARKS[verdict]
                label = None if verdict in seen else verdict
                seen[verdict] = None
                axis.plot([0.012], [line], marker=marker, color=color, linestyle="none", label=label, clip_on=False)
            weight = "normal" if verdict else "bold"
            for number, part in enumerate(text):
                axis.text(0.03 if verdict else 0.0, line + number, part, va="center", fontsize=8, fontweight=weight)
            line += len(text)
        if seen:
            figure.legend(loc="outside lower center", ncols=len(seen), fontsize="small")
    return figure

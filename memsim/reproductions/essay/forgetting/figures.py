"""Figures of forgetting: serial position curves by condition, and primacy beside recency."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import PEOPLE, plain_text, themed
from memsim.analysis.recall.indices import edges
from memsim.reproductions.essay.forgetting.measures import curve_of_people

LINES = {"trained": "-", "lesion": "--", "flushed": ":"}
WORDS = {"trained": "worn in training and at test", "lesion": "worn at test only", "flushed": "controller flushed"}


@plain_text
def curves_figure(curves: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """A panel for each condition: means over seeds with their range, and people in black.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("curves_figure", drawing, 2)
    names = page.ordered(curves["condition"])
    people = curve_of_people()
    colors = dict(zip(LINES, page.colours(len(LINES), "colorblind") or [], strict=False))
    with themed():
        across = page.across(len(names), LEAST_PANEL)
        axes = page.panels(len(names), least=LEAST_PANEL, height=1.7, beyond=0.9)
        for i, (axis, name) in enumerate(zip(axes, names, strict=True)):
            for how, line in LINES.items():
                rows = curves[(curves["condition"] == name) & (curves["tested"] == how)]
                _draw(axis, rows, colors[how], line, WORDS[how])
            axis.plot(range(1, len(people) + 1), people, label="people, Murdock (1962) 20-1", **PEOPLE)
            axis.set(title=page.label(name), xlabel="Serial position", ylim=(0, 1.02))
            if i % across == 0:
                axis.set_ylabel("Probability of recall")
            sns.despine(ax=axis)
        page.legend_of(axes)
        page.title("DNC with wear. Lines: means over trainings; bands: their range")
    return page.figure


LEAST_PANEL = 1.7
"""Width of the panel of a condition in inches."""


def _draw(axis: Any, rows: pd.DataFrame, color: str, line: str, label: str) -> None:
    if rows.empty:
        return
    wide = rows.pivot_table(index="position", columns="seed", values="recalled")
    axis.plot(wide.index, wide.mean(axis=1), color=color, linestyle=line, label=label)
    axis.fill_between(wide.index, wide.min(axis=1), wide.max(axis=1), color=color, alpha=0.15, linewidth=0)


@plain_text
def edges_figure(table: pd.DataFrame, found: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """Primacy by recency of every training, lesion and search, with people.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is 4.5 inches wide.
    """
    page = Page("edges_figure", drawing, 4.5)
    people = edges(np.asarray(curve_of_people()))
    look = page.styles(dict.fromkeys(map(str, table["condition"])))
    with themed():
        axis = page.axes(0.75 * page.width + 1.2)
        for (name, how), rows in table[table["tested"].isin(["trained", "lesion"])].groupby(["condition", "tested"]):
            marker = "o" if how == "trained" else "x"
            label = page.label(name) if how == "trained" else None
            color = look[str(name)].color
            axis.plot(rows["recency"], rows["primacy"], marker, color=color, alpha=0.7, label=label, markersize=5)
        if len(found):
            for (kind, rows), marker in zip(found.groupby("searched"), "v^", strict=False):
                axis.plot(rows["recency"], rows["primacy"], marker, color="0.5", markersize=6, label=f"search: {kind}")
        axis.plot(people[1], people[0], "*", color=PEOPLE["color"], markersize=13, label="people, Murdock (1962) 20-1")
        axis.axhline(0, color="0.8", linewidth=1, zorder=0)
        axis.axvline(0, color="0.8", linewidth=1, zorder=0)
        axis.set(xlabel="Recency: last four less the middle", ylabel="Primacy: first three less the middle")
        sns.despine(ax=axis)
        page.legend_of([axis])
        page.title("Circles: worn in training; crosses: at test only")
    return page.figure

"""Learning curves of all cores, and their seeds by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.reproductions.network_table.options import CRITERION

LEAST_PANEL = 1.5
"""Width of a task in inches."""


@plain_text
def table_figure(scores: pd.DataFrame, curves: pd.DataFrame, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """Above, accuracy by lists seen, the median of seeds; below, the accuracy of every seed in the end.

    Parameters
    ----------
    scores, curves : of the tables of the entry, for one thing that is equal.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``labels`` and
        ``order`` name cores and tasks. In a figure that is too narrow for all tasks, further ones stand below.
    """
    page = Page("table_figure", drawing, 2)
    tasks = page.ordered(scores["task"])
    look = page.styles(dict.fromkeys(scores["core"]))
    cores = list(look)
    across = page.across(len(tasks), LEAST_PANEL)
    down = -(-len(tasks) // across)
    tall = 0.15 * len(cores) + 0.7
    with themed():
        cells = [(2 * (i // across) + half, i % across) for i in range(len(tasks)) for half in (0, 1)]
        axes = page.grid(2 * down, across, height=down * (1.9 + tall) + 0.8, cells=cells,
                         height_ratios=[1.9, tall] * down)  # fmt: skip
        for i, task in enumerate(tasks):
            above, below = axes[2 * i : 2 * i + 2]
            first = i % across == 0 or not page.owns
            _curves(above, curves[curves["task"] == task], look, page)
            above.set_title(page.label(task))
            _dots(below, scores[scores["task"] == task], cores, look, CRITERION[task], page)
            above.tick_params(labelleft=first)
            below.tick_params(labelleft=first)
            if first:
                above.set_ylabel("Outputs that are right")
        page.legend_of(axes)
        page.title(title)
    return page.figure


def _curves(axis: Any, curves: pd.DataFrame, look: Mapping[str, Style], page: Page) -> None:
    for core, rows in curves.groupby("core", sort=False):
        median = rows.groupby("lists")["accuracy"].median()
        style = look[str(core)]
        axis.plot(median.index, median, color=style.color, linestyle=style.line, linewidth=1.5, label=page.label(core))
    axis.set(xlabel="Lists seen (thousands)", ylim=(0, 1.02))
    axis.set_xlim(0, None)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:g}"))
    sns.despine(ax=axis)


def _dots(
    axis: Any,
    scores: pd.DataFrame,
    cores: Sequence[str],
    look: Mapping[str, Style],
    criterion: float,
    page: Page,
) -> None:
    axis.axvline(criterion, color="0.8", linewidth=1, zorder=0)
    floor = float(scores["floor"].median())
    axis.axvline(floor, color="0.8", linewidth=1, linestyle=":", zorder=0)
    for place, core in enumerate(cores):
        rows = scores[scores["core"] == core]
        accuracy = rows["accuracy"].to_numpy(float)
        color = look[core].color
        axis.plot(accuracy, [place] * len(accuracy), "o", color=color, markersize=4, alpha=0.6, markeredgewidth=0)
        lesioned = rows["lesioned"].dropna().to_numpy(float)
        axis.plot(lesioned, [place] * len(lesioned), "x", color=color, markersize=4, alpha=0.6)
        if len(accuracy):
            axis.plot([rows["accuracy"].median()] * 2, [place - 0.3, place + 0.3], color=color, linewidth=2)
    axis.set(xlabel="Outputs that are right (x: memory off; lines: untrained, criterion)", xlim=(0, 1.02))
    axis.set_yticks(range(len(cores)), [page.label(core) for core in cores])
    axis.set_ylim(len(cores) - 0.5, -0.5)
    sns.despine(ax=axis)

"""Learning curves of all cores, and their seeds by task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from memsim.analysis.figures.style import Style, plain_text, styles, themed
from memsim.reproductions.network_table.options import CRITERION

WIDTH = 3.1
"""Of a task, in inches."""


@plain_text
def table_figure(scores: pd.DataFrame, curves: pd.DataFrame, title: str = "") -> Figure:
    """Above, accuracy by lists seen, the median of seeds; below, the accuracy of every seed in the end.

    Parameters
    ----------
    scores, curves : of the tables of the entry, for one thing that is equal.
    """
    tasks = list(dict.fromkeys(scores["task"]))
    cores = list(dict.fromkeys(scores["core"]))
    look = styles(cores)
    with themed():
        figure = Figure(figsize=(WIDTH * len(tasks) + 1.6, 3.0 + 0.24 * len(cores) + 1.3), layout="constrained")
        axes = figure.subplots(2, len(tasks), squeeze=False, sharey="row", height_ratios=[2.6, 0.24 * len(cores) + 0.5])
        for column, task in enumerate(tasks):
            _curves(axes[0, column], curves[curves["task"] == task], look)
            axes[0, column].set_title(task)
            _dots(axes[1, column], scores[scores["task"] == task], cores, look, CRITERION[task])
        axes[0, 0].set_ylabel("Outputs that are right")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right upper", fontsize="small", handlelength=3)
        figure.suptitle(title, fontsize="medium")
    return figure


def _curves(axis: Any, curves: pd.DataFrame, look: dict[str, Style]) -> None:
    for core, rows in curves.groupby("core", sort=False):
        median = rows.groupby("lists")["accuracy"].median()
        style = look[str(core)]
        axis.plot(median.index, median, color=style.color, linestyle=style.line, linewidth=1.5, label=str(core))
    axis.set(xlabel="Lists seen (thousands)", ylim=(0, 1.02))
    axis.set_xlim(0, None)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:g}"))
    sns.despine(ax=axis)


def _dots(axis: Any, scores: pd.DataFrame, cores: Sequence[str], look: dict[str, Style], criterion: float) -> None:
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
    axis.set(xlabel="Outputs that are right\n(x: memory off; dotted: untrained)", xlim=(0, 1.02))
    axis.yaxis.set_major_locator(FixedLocator(range(len(cores))))
    axis.set_yticks(range(len(cores)), cores)
    if not axis.yaxis_inverted():
        axis.invert_yaxis()
    sns.despine(ax=axis)

"""The figure of a benchmark: the share of what is attainable, a panel for each condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.figures.style import WIDTHS, plain_text, themed
from memsim.evaluation.ranking.bounds import OF_OTHERS
from memsim.evaluation.ranking.tables import column_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS, ROW, HEAD = 2, 0.155, 0.75
"""Panels beside one another; inches of a row, and of what else a panel needs."""
LEAST, MOST = -0.4, 1.25
"""Of the axis; a triangle stands for what lies below."""


@plain_text
def shares_figure(scores: pd.DataFrame) -> Figure:
    """Draw shares of what is attainable with 95% intervals over people, a panel for each condition, the best on top.

    A point is the share of the whole likelihood, a small cross that of choices alone. The grey lines are uniform choice
    (0) and the ceiling (1), the dotted one what tables of other people predict. A triangle at the left edge is a score
    below it.

    Parameters
    ----------
    scores : :attr:`memsim.evaluation.ranking.whole.Ranking.scores`.
    """
    from matplotlib.figure import Figure

    n_conditions = scores.groupby("task")["condition"].nunique()
    known = scores[(scores["kind"] == "bound") | scores["share_total"].notna()]
    panels = [
        (column_name(str(task), str(condition), int(n_conditions[task])), part)
        for (task, condition), part in known.groupby(["task", "condition"], sort=False)
    ]
    down = -(-len(panels) // ACROSS)
    sizes = [
        max(int((part["kind"] == "model").sum()) for _, part in panels[row * ACROSS : (row + 1) * ACROSS])
        for row in range(down)
    ]
    heights = [ROW * max(size, 3) + HEAD for size in sizes]
    with themed():
        figure = Figure(figsize=(WIDTHS[2], sum(heights)), layout="constrained")
        axes = figure.subplots(down, min(ACROSS, len(panels)), squeeze=False, height_ratios=heights).ravel()
        for axis, (title, part) in zip(axes, panels, strict=False):
            _draw(axis, part)
            axis.set_title(title, fontsize="medium", loc="left")
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
    return figure


def _draw(axis: Axes, part: pd.DataFrame) -> None:
    """The models of one condition, the best on top."""
    models = part[part["kind"] == "model"].sort_values("share_total", ascending=True).reset_index(drop=True)
    of_others = part.set_index("label")["share_total"].get(OF_OTHERS, np.nan)
    color = sns.color_palette("colorblind")[0]
    for x in (0, 1):
        axis.axvline(x, color="0.6", linewidth=1, zorder=0)
    if np.isfinite(of_others):
        axis.axvline(of_others, color="0.6", linewidth=1, linestyle=":", zorder=0)
    for row, each in models.iterrows():
        low, mean, high = (float(each[f"share_total{end}"]) for end in ("_low", "", "_high"))
        choice = float(each["share_choice"])
        if mean < LEAST:
            axis.plot(LEAST, row, "<", color=color, markersize=4, clip_on=False)
        else:
            axis.plot([max(low, LEAST), min(high, MOST)], [row, row], color=color, linewidth=1.4)
            axis.plot(mean, row, "o", color=color, markersize=3.5)
        if LEAST <= choice <= MOST:
            axis.plot(choice, row, "x", color="0.45", markersize=3, zorder=3)
    axis.set_yticks(range(len(models)), models["label"].tolist(), fontsize="small")
    axis.set_ylim(-0.7, max(len(models), 1) - 0.3)
    axis.set_xlim(LEAST, MOST)
    axis.set_xlabel("share of what is attainable")
    axis.tick_params(axis="y", length=0)
    sns.despine(ax=axis, left=True)

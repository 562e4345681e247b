"""The figure of a benchmark: the share of what is attainable, a panel for each condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.evaluation.ranking.bounds import OF_OTHERS
from memsim.evaluation.ranking.tables import column_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, HEAD = 0.155, 0.75
"""Inches of a row, and of what else a panel needs."""
LEAST, MOST = -0.4, 1.25
"""Of the axis; a triangle stands for what lies below."""


@plain_text
def shares_figure(scores: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """Draw shares of what is attainable with 95% intervals over people, a panel for each condition, the best on top.

    A point is the share of the whole likelihood, a small cross that of choices alone. The grey lines are uniform choice
    (0) and the ceiling (1), the dotted one what tables of other people predict. A triangle at the left edge is a score
    below it.

    Parameters
    ----------
    scores : :attr:`memsim.evaluation.ranking.whole.Ranking.scores`.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("shares_figure", drawing, 2)
    n_conditions = scores.groupby("task")["condition"].nunique()
    known = scores[(scores["kind"] == "bound") | scores["share_total"].notna()]
    panels = [
        (column_name(str(task), str(condition), int(n_conditions[task])), part)
        for (task, condition), part in known.groupby(["task", "condition"], sort=False)
    ]
    most = max((int((part["kind"] == "model").sum()) for _, part in panels), default=0)
    with themed():
        axes = page.panels(len(panels), least=3, height=ROW * max(most, 3) + HEAD, beyond=0.1)
        for axis, (title, part) in zip(axes, panels, strict=True):
            _draw(page, axis, part)
            axis.set_title(page.label(title), loc="left")
    return page.figure


def _draw(page: Page, axis: Axes, part: pd.DataFrame) -> None:
    """The models of one condition, the best on top."""
    models = part[part["kind"] == "model"].sort_values("share_total", ascending=True).reset_index(drop=True)
    if page.has_order:
        models = models.set_index("label").loc[page.ordered(models["label"])[::-1]].reset_index()
    of_others = part.set_index("label")["share_total"].get(OF_OTHERS, np.nan)
    color = page.colour(sns.color_palette("colorblind")[0])
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
    axis.set_yticks(range(len(models)), [page.label(name) for name in models["label"]])
    axis.set_ylim(-0.7, max(len(models), 1) - 0.3)
    axis.set_xlim(LEAST, MOST)
    axis.set_xlabel("share of what is attainable")
    axis.tick_params(axis="y", length=0)
    sns.despine(ax=axis, left=True)

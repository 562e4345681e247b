"""The figure of what a battery varies: each statistic against it, beside people and the models that do not have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memsim.analysis.figures.crowds import caption, least_distant, sentences
from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import draw_line, legend_label, plain_text, themed
from memsim.experiments.plan import Battery
from memsim.experiments.rows import Row
from memsim.experiments.sweeps import STATISTICS, sweep_points, sweeps_of

LEAST_PANEL = 1.75
"""Width of a panel in inches."""
RMSD = "rmsd_"


def drawn_sweeps(battery: Battery, rows: Sequence[Row], **drawing: Unpack[Drawing]) -> dict[str, Callable[[], Figure]]:
    """What draws the figure of each sweep, by name; one of which no statistic is defined has none."""
    points = [(sweep, sweep_points(sweep, rows)) for sweep in sweeps_of(battery)]
    return {
        sweep.name: partial(sweep_figure, each, sweep.axis_label, sentences(battery.title, sweep.task), **drawing)
        for sweep, each in points
        if (each["kind"] == "swept").any()
    }


@plain_text
def sweep_figure(points: pd.DataFrame, axis_label: str, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """A panel for each statistic against what is varied, with 95% intervals over subjects.

    People are black; dashed levels are models without it. Of more than eight lines those nearest to people are drawn.

    Parameters
    ----------
    points : from :func:`memsim.experiments.sweeps.sweep_points`.
    axis_label : what is varied.
    drawing : as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("sweep_figure", drawing, 2)
    points, said = _few(points)
    people = list(points.loc[points["kind"] == "people", "label"].unique())
    names = page.ordered([*points.loc[points["kind"] != "people", "label"].unique(), *people])
    look = page.styles(names, people)
    statistics = [name for name in STATISTICS if name in set(points["statistic"])]
    with themed():
        axes = page.panels(len(statistics), least=LEAST_PANEL, height=1.6, beyond=0.7)
        for axis, statistic in zip(axes, statistics, strict=True):
            of_statistic = points[points["statistic"] == statistic]
            for name in names:
                rows = of_statistic[of_statistic["label"] == name].sort_values("x")
                if rows["x"].isna().any():
                    _level(axis, rows, page.label(name), look[name])
                elif len(rows):
                    draw_line(axis, rows, page.label(name), look[name])
                    if not look[name].is_people:
                        axis.plot(rows["x"], rows["mean"], look[name].marker, color=look[name].color, markersize=3)
            axis.set(xlabel=axis_label, ylabel=_words(statistic))
            sns.despine(ax=axis)
        page.legend_of(axes)
        page.title(sentences(title, said))
    return page.figure


def _level(axis: Axes, rows: pd.DataFrame, name: str, style: Style) -> None:
    """Draw what does not depend on what is varied, with its interval."""
    row = rows.iloc[0]
    if not np.isfinite(row["mean"]):
        return
    axis.axhline(row["mean"], color=style.color, linestyle="-" if style.is_people else "--", linewidth=1.2,
                 label=legend_label(name), zorder=1)  # fmt: skip
    if np.isfinite(row["low"]) and np.isfinite(row["high"]):
        axis.axhspan(row["low"], row["high"], color=style.color, alpha=0.12, linewidth=0, zorder=0)


def _words(statistic: str) -> str:
    if statistic.startswith(RMSD):
        return f"RMSD, {statistic.removeprefix(RMSD).replace('_', ' ')}"
    return statistic.replace("_", " ").capitalize()


def _few(points: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Points of no more lines than can be told apart: those that come nearest to people, or the first ones."""
    labels: list[Any] = list(points.loc[points["kind"] == "swept", "label"].unique())
    levels: list[Any] = list(points.loc[points["kind"] == "model", "label"].unique())
    distances = points[points["statistic"].str.startswith(RMSD)]
    at = distances.groupby(["label", "x"], sort=False, dropna=False)["mean"].mean()
    kept = least_distant([*labels, *levels], at.groupby("label", sort=False).min())
    which = "those that come nearest to people" if len(distances) else "those named first"
    people = set(points.loc[points["kind"] == "people", "label"])
    return points[points["label"].isin([*kept, *people])], caption([*labels, *levels], kept, (), which)

"""Figures of memsim: one theme, people always drawn the same way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PANELS = {
    "serial_position": ("Serial position", "Probability of recall"),
    "first_recall": ("Serial position", "Probability of first recall"),
    "lag_crp": ("Lag", "Conditional response probability"),
}
"""Axis labels of each curve of :func:`memsim.analysis.curve_table`."""
PEOPLE: dict[str, Any] = {"color": "0.1", "marker": "o", "markersize": 4.5, "linewidth": 1.2}
MAX_LAG = 5


def comparison_figure(
    models: Mapping[str, pd.DataFrame],
    people: pd.DataFrame | None = None,
    *,
    people_label: str = "people",
    title: str = "",
) -> Figure:
    """Serial position curve, first recall and lag-CRP of models, with people over them.

    Parameters
    ----------
    models : curve tables (see :func:`memsim.analysis.curve_table`) by name; coloured in this order.
    people : the people's curve table, in black with error bars.

    Bands and bars are 95% intervals over (simulated) subjects. The lag-CRP shows lags up to 5 either way,
    where most of its data are.
    """
    style = {**sns.axes_style("ticks"), **sns.plotting_context("paper", font_scale=1.1)}
    style |= {"legend.frameon": False}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(10.5, 3.6), layout="constrained")
        axes = figure.subplots(1, len(PANELS))
        colors = sns.color_palette("colorblind", max(len(models), 1))
        for axis, (curve, (x_label, y_label)) in zip(axes, PANELS.items(), strict=True):
            for color, (name, table) in zip(colors, models.items(), strict=False):
                _draw_model(axis, _points(table, curve), name, color)
            if people is not None:
                _draw_people(axis, _points(people, curve), people_label)
            axis.set(xlabel=x_label, ylabel=y_label)
            axis.set_ylim(bottom=0, top=1 if curve == "serial_position" else None)
            sns.despine(ax=axis)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 5))
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize="medium")
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``figure`` in the format that the name of ``path`` says; text in a PDF stays text, and no date goes in."""
    with matplotlib.rc_context({"pdf.fonttype": 42}):
        figure.savefig(path, dpi=200, metadata={"CreationDate": None} if path.suffix == ".pdf" else None)


def _points(table: pd.DataFrame, curve: str) -> pd.DataFrame:
    points = table[table["curve"] == curve].sort_values("x")
    if curve != "lag_crp":
        return points
    points = points[points["x"].abs() <= MAX_LAG].copy()
    points.loc[points["x"] == 0, ["mean", "low", "high"]] = float("nan")
    return points


def _draw_model(axis: Axes, points: pd.DataFrame, name: str, color: tuple[float, float, float]) -> None:
    axis.plot(points["x"], points["mean"], color=color, label=name, linewidth=1.8)
    axis.fill_between(points["x"], points["low"], points["high"], color=color, alpha=0.25, linewidth=0)


def _draw_people(axis: Axes, points: pd.DataFrame, label: str) -> None:
    below, above = points["mean"] - points["low"], points["high"] - points["mean"]
    bars = (below.clip(lower=0).fillna(0), above.clip(lower=0).fillna(0))
    axis.errorbar(points["x"], points["mean"], yerr=bars, label=label, capsize=0, elinewidth=1, zorder=3, **PEOPLE)

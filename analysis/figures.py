"""Figures of memsim: one theme, people always drawn the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

PANELS = {
    "serial_position": ("Serial position", "Probability of recall"),
    "first_recall": ("Serial position", "Probability of first recall"),
    "serial_accuracy": ("Serial position", "Probability of recall in place"),
    "transposition_gradient": ("Displacement", "Response probability"),
    "lag_crp": ("Lag", "Conditional response probability"),
}
"""Axis labels of each curve of :func:`memsim.analysis.curve_table`."""
PEOPLE: dict[str, Any] = {"color": "0.1", "marker": "o", "markersize": 4.5, "linewidth": 1.2}
LINES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)))
MAX_LAG = 5


def comparison_figure(
    models: Mapping[str, pd.DataFrame],
    people: pd.DataFrame | None = None,
    *,
    people_label: str = "people",
    title: str = "",
) -> Figure:
    """The curves of a task (see :func:`memsim.analysis.curve_table`) of models, with people over them.

    Parameters
    ----------
    models : curve tables (see :func:`memsim.analysis.curve_table`) by name; told apart by colour and line.
    people : the people's curve table, in black with error bars.

    Bands and bars are 95% intervals over (simulated) subjects. The lag-CRP shows lags up to 5 either way,
    where most of its data are; the transposition gradient leaves out 0, which is accuracy.
    """
    with themed():
        tables = [*models.values(), *([] if people is None else [people])]
        shown = {curve: labels for curve, labels in PANELS.items() if any(curve in set(t["curve"]) for t in tables)}
        figure = Figure(figsize=(10.5, 3.7), layout="constrained")
        axes = figure.subplots(1, len(shown), squeeze=False)[0]
        colors = sns.color_palette("colorblind")
        for letter, axis, (curve, (x_label, y_label)) in zip("ABCDE", axes, shown.items(), strict=False):
            for i, (name, table) in enumerate(models.items()):
                _draw_model(axis, _points(table, curve), name, colors[i % len(colors)], LINES[i % len(LINES)])
            if people is not None:
                _draw_people(axis, _points(people, curve), people_label)
            axis.set(xlabel=x_label, ylabel=y_label)
            axis.set_ylim(0, 1.02 if curve in ("serial_position", "serial_accuracy") else None)
            axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))
            axis.set_title(letter, loc="left", fontweight="bold")
            sns.despine(ax=axis)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 7))
        figure.suptitle(f"{title}. Bars and bands: 95% intervals" if title else "", fontsize="medium")
    return figure


@contextmanager
def themed() -> Iterator[None]:
    """The look of all figures of memsim, for as long as one is made."""
    style = {**sns.axes_style("ticks"), **sns.plotting_context("paper", font_scale=1.1), "legend.frameon": False}
    with matplotlib.rc_context(style):
        yield


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``figure`` in the format that the name of ``path`` says; text in a PDF stays text, and no date goes in."""
    with matplotlib.rc_context({"pdf.fonttype": 42}):
        figure.savefig(path, dpi=200, metadata={"CreationDate": None} if path.suffix == ".pdf" else None)


def _points(table: pd.DataFrame, curve: str) -> pd.DataFrame:
    points = table[table["curve"] == curve].sort_values("x")
    if curve not in ("lag_crp", "transposition_gradient"):
        return points
    points = points[points["x"].abs() <= MAX_LAG].copy()
    points.loc[points["x"] == 0, ["mean", "low", "high"]] = float("nan")
    return points


def whole_ticks(axis: Axes) -> list[int]:
    """Ticks for the data of an axis: all lags, or serial positions with the first and the last among them."""
    limits = axis.dataLim.intervalx
    low, high = (round(limit) for limit in limits) if np.isfinite(limits).all() else (1, 1)
    if low < 0:
        return list(range(low, high + 1))
    step = 1 if high <= 10 else 5 if high <= 30 else 10
    return [1, *range(step if step > 1 else 2, high + 1, step)]


def _draw_model(axis: Axes, points: pd.DataFrame, name: str, color: tuple[float, float, float], line: Any) -> None:
    axis.plot(points["x"], points["mean"], color=color, linestyle=line, label=name, linewidth=1.8)
    axis.fill_between(points["x"], points["low"], points["high"], color=color, alpha=0.25, linewidth=0)


def _draw_people(axis: Axes, points: pd.DataFrame, label: str) -> None:
    below, above = points["mean"] - points["low"], points["high"] - points["mean"]
    bars = (below.clip(lower=0).fillna(0), above.clip(lower=0).fillna(0))
    axis.errorbar(points["x"], points["mean"], yerr=bars, label=label, capsize=0, elinewidth=1, zorder=3, **PEOPLE)

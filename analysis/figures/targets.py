"""Figures of published numbers beside the numbers that memsim obtains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from memsim.analysis.figures.style import LINES, MARKERS, PEOPLE, legend_label, plain_text, themed, whole_ticks

OTHER_TARGET: dict[str, Any] = {"color": "0.55", "linestyle": "--", "linewidth": 1.2, "zorder": 1}


class Panel(NamedTuple):
    """One panel: the target curve and one or more obtained curves, each indexed by x, which are numbers or names."""

    title: str
    x_label: str
    y_label: str
    target: pd.Series
    obtained: Mapping[str, pd.Series]
    target_label: str = "target"
    of_people: bool = False
    """Whether the target is what people did; only then is it black."""


@plain_text
def target_figure(panels: Sequence[Panel], title: str = "") -> Figure:
    """Draw targets in black over obtained curves, with up to three panels in a row; curves by lag have a gap at 0.

    Targets under another label than those of the first panel are a grey line. Curves over names, such as conditions,
    are points.
    """
    with themed():
        rows = ceil(len(panels) / 3)
        columns = min(len(panels), 3)
        figure = Figure(figsize=(3.6 * columns, 3.1 * rows + 0.5), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        colors = sns.color_palette("colorblind")
        labels: dict[str, Any] = {}
        published = list(dict.fromkeys(panel.target_label for panel in panels))
        for axis, panel in zip(axes, panels, strict=False):
            for i, (label, curve) in enumerate(panel.obtained.items()):
                look = {"color": colors[i % len(colors)], "linestyle": LINES[i % len(LINES)], "linewidth": 1.8}
                if _is_named(curve):  # between categories there is no line
                    look |= {"linestyle": "none", "marker": MARKERS[i % len(MARKERS)], "markersize": 6}
                for part in _parts(curve):
                    (line,) = axis.plot(part, **look)
                    labels.setdefault(label, line)
            look = PEOPLE if panel.target_label in published[:1] else OTHER_TARGET
            for part in _parts(panel.target):
                (line,) = axis.plot(part, **(look | {"linestyle": "none"} if _is_named(part) else look))
                labels.setdefault(panel.target_label, line)
            axis.set(title=panel.title, xlabel=panel.x_label, ylabel=panel.y_label)
            axis.set_ylim(0, 1.05 * axis.dataLim.ymax if axis.dataLim.ymax > 0 else None)
            if _is_named(panel.target):
                axis.margins(x=0.2)
            else:
                axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))
            sns.despine(ax=axis)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        figure.legend(
            labels.values(), list(map(legend_label, labels)), loc="outside lower center", ncols=min(len(labels), 7)
        )
        figure.suptitle(title, fontsize="medium")
    return figure


@plain_text
def identity_figure(table: pd.DataFrame, title: str = "") -> Figure:
    """Obtained against target numbers, coloured by ``citation``; equal numbers lie on the line.

    Parameters
    ----------
    table : the columns ``target``, ``obtained`` and ``citation``.
    """
    with themed():
        figure = Figure(figsize=(5, 5), layout="constrained")
        axis = figure.subplots()
        groups = list(table.groupby("citation", sort=False))
        for color, (citation, rows) in zip(sns.color_palette("colorblind", len(groups)), groups, strict=True):
            axis.plot(rows["target"], rows["obtained"], "o", color=color, alpha=0.7, label=legend_label(citation))
        ends = [table["target"].min(), table["target"].max()]
        axis.plot(ends, ends, color="0.6", linewidth=1, zorder=0)
        axis.set(xlabel="Target", ylabel="Obtained")
        axis.set_xscale("symlog", linthresh=0.1)
        axis.set_yscale("symlog", linthresh=0.1)
        sns.despine(ax=axis)
        axis.tick_params(axis="x", rotation=90)
        figure.legend(loc="outside lower center")
        figure.suptitle(title, fontsize="medium")
    return figure


@plain_text
def criteria_figure(table: pd.DataFrame, title: str = "") -> Figure:
    """A table of criteria by models and people: each number on blue if it passes, on orange if it fails.

    ``table`` has ``label, criterion, value, passes``; with ``sem``, standard errors stand beside the numbers, and with
    ``verdict``, what is undecided is marked by a question mark.
    """
    values = table.pivot(index="criterion", columns="label", values="value")
    values = values.loc[table["criterion"].unique(), table["label"].unique()]
    passes = table.pivot(index="criterion", columns="label", values="passes").loc[values.index, values.columns]
    errors, verdicts = (
        table.pivot(index="criterion", columns="label", values=name).loc[values.index, values.columns].to_numpy()
        if name in table
        else np.full(values.shape, np.nan, dtype=object)
        for name in ("sem", "verdict")
    )
    blue, orange = (sns.light_palette(sns.color_palette("colorblind")[i], 5)[2] for i in (0, 1))
    with themed():
        figure = Figure(figsize=(3.4 + 1.0 * values.shape[1], 0.8 + 0.42 * len(values)), layout="constrained")
        axis = figure.subplots()
        shade = [[(0.94,) * 3 if cell is None else blue if cell else orange for cell in row] for row in passes.values]
        axis.imshow(np.array(shade), aspect="auto")
        for (row, column), value in np.ndenumerate(values.to_numpy()):
            mark = {True: "✓", False: "✗"}.get(passes.iat[row, column], "")
            mark = "?" if verdicts[row, column] == "undecided" else mark
            error = "" if pd.isna(errors[row, column]) else f"±{errors[row, column]:.2f} "
            text = "–" if np.isnan(value) else f"{round(value, 2) + 0:.2f} {error}{mark}"
            axis.text(column, row, text, ha="center", va="center")
        axis.set_xticks(range(values.shape[1]), [str(name).replace(":", ":\n") for name in values.columns])
        axis.set_yticks(range(len(values)), values.index)
        axis.tick_params(length=0)
        axis.xaxis.tick_top()
        sns.despine(ax=axis, left=True, bottom=True)
        figure.suptitle(title, fontsize="medium")
    return figure


def _parts(curve: pd.Series) -> list[pd.Series]:
    """The two halves of a curve by lag, or a whole curve; points that are not defined are left out."""
    curve = curve.dropna()
    if _is_named(curve):
        return [curve]
    curve = curve.sort_index()
    if len(curve) and curve.index.min() < 0:
        return [curve[curve.index < 0], curve[curve.index > 0]]
    return [curve]


def _is_named(curve: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(curve.index)

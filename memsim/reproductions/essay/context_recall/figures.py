"""The figure of the entry: links followed, lag-CRPs, contiguity and its asymmetry, by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import PEOPLE as PEOPLE_STYLE
from memsim.analysis.figures.style import plain_text, themed
from memsim.core.arrays import FloatArray
from memsim.reproductions.essay.context_recall.claims import CONTIGUOUS, FOLLOWED, Results
from memsim.reproductions.essay.context_recall.following import MEASURES
from memsim.reproductions.essay.context_recall.lists import DELAYED, INTACT, MATRIX, NO_NEW, NO_OLD, ONE_READ, PEOPLE
from memsim.reproductions.essay.context_recall.options import BOTH, CONSTANT, DRIFT, HOPS, NETWORKS, PLAIN
from memsim.reproductions.intervals import over_trainings

MARK: dict[str, Any] = {"color": "0.6", "linewidth": 1, "linestyle": "--", "zorder": 0}


@plain_text
def context_figure(results: Results, curves: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """Four panels; dots are seeds, lines are means with their 95% t intervals, people are black.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("context_figure", drawing, 2)
    look = page.styles([*NETWORKS, MATRIX], list(PEOPLE))
    with themed():
        axes = page.panels(4, least=3.0, height=2.9, beyond=1.0)
        _links(axes[0], results, page)
        _lag_crps(axes[1], curves, look, page)
        for axis, measure, title in (
            (axes[2], "contiguity", "C  Temporal factor less that of shuffled recalls"),
            (axes[3], "asymmetry", "D  Lag-CRP at +1 less that at -1"),
        ):
            _measure(axis, results, measure, title, look, page)
        axes[2].axhline(CONTIGUOUS, **MARK)
        for axis in axes:
            sns.despine(ax=axis)
        page.legend_of(axes)
    return page.figure


def _dots(axis: Axes, x: float, values: FloatArray, color: Any) -> None:
    found = over_trainings(values)
    axis.plot(x + np.linspace(-0.12, 0.12, len(values)), values, "o", color=color, markersize=4, alpha=0.6)
    axis.plot([x - 0.22, x + 0.22], [found.mean] * 2, color=color, linewidth=2)
    if np.isfinite(found.low):
        axis.fill_between([x - 0.22, x + 0.22], found.low, found.high, color=color, alpha=0.2, linewidth=0)


def _links(axis: Axes, results: Results, page: Page) -> None:
    labels = list(dict.fromkeys(results.links["label"]))
    colors = page.colours(len(MEASURES), "Set2") or []
    for place, label in enumerate(labels):
        rows = results.links[results.links["label"] == label]
        for shift, (measure, color) in enumerate(zip(MEASURES, colors, strict=False)):
            _dots(axis, place + 0.25 * (shift - 1), rows[measure].to_numpy(float), color)
    for measure, color in zip(MEASURES, colors, strict=False):
        axis.plot([], [], "o", color=color, label=page.label(measure))
    axis.axhline(FOLLOWED, **MARK)
    axis.axhline(1 / 6, **{**MARK, "linestyle": ":"})
    axis.set(title="A  Links followed (dashed: mark; dotted: chance)", ylabel="Right answers", ylim=(0, 1.05))
    axis.set_xticks(range(len(labels)), [page.label(label) for label in labels])


def _lag_crps(axis: Axes, curves: pd.DataFrame, look: Mapping[str, Style], page: Page) -> None:
    intact = curves[curves["condition"] == INTACT]
    sources = [each for each in (*NETWORKS, MATRIX) if each in set(intact["source"])]
    for source in sources:
        means = intact[intact["source"] == source].groupby("lag")["prob"].mean()
        for side in (means[means.index < 0], means[means.index > 0]):
            style = look[source]
            named = page.label(source) if side.index.min() > 0 else None
            axis.plot(side.index, side, color=style.color, linestyle=style.line, marker=style.marker, label=named)
    name = next(iter(PEOPLE))
    means = intact[intact["source"] == name].set_index("lag")["prob"].sort_index()
    for side in (means[means.index < 0], means[means.index > 0]):
        axis.plot(side.index, side, label=name if side.index.min() > 0 else None, **PEOPLE_STYLE)
    axis.set(
        title="B  Lag-CRP, means of seeds", xlabel="Lag", ylabel="Conditional response probability", ylim=(0, None)
    )


def _known(values: FloatArray) -> FloatArray:
    return values[~np.isnan(values)]


def _measure(axis: Axes, results: Results, measure: str, title: str, look: Mapping[str, Style], page: Page) -> None:
    shown: Sequence[tuple[str, str]] = [
        (DRIFT, INTACT), (DRIFT, NO_OLD), (DRIFT, NO_NEW), (DRIFT, DELAYED), (CONSTANT, INTACT), (PLAIN, INTACT),
        (HOPS, INTACT), (HOPS, ONE_READ), (HOPS, DELAYED), (BOTH, INTACT), (BOTH, ONE_READ), (BOTH, DELAYED),
        (MATRIX, INTACT), *((name, INTACT) for name in PEOPLE),
    ]  # fmt: skip
    known = {each: _known(results.values(each[0], measure, each[1])) for each in shown}
    shown = [each for each in shown if len(known[each])]
    for place, (source, condition) in enumerate(shown):
        values = known[source, condition]
        if source in PEOPLE:
            found = over_trainings(values)
            axis.errorbar(place, found.mean, [[found.mean - found.low], [found.high - found.mean]], **PEOPLE_STYLE)
        else:
            _dots(axis, place, values, look[source].color)
    axis.axhline(0, color="0.8", linewidth=1, zorder=0)
    labels = [page.label(source if condition == INTACT else condition) for source, condition in shown]
    axis.set_xticks(range(len(labels)), labels)
    axis.set(title=title, ylabel="Difference")

"""How far each rule learns, by lists and by seconds, and the curves of recall at equal accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.reproductions.essay.learning_rules.options import LEARNED, MATCHED
from memsim.reproductions.essay.learning_rules.trainings import SECONDS


@plain_text
def rules_figure(
    summary: pd.DataFrame,
    scores: pd.DataFrame,
    accuracy: pd.DataFrame,
    curves: pd.DataFrame,
    **drawing: Unpack[Drawing],
) -> Figure:
    """Four panels: the longest lists at each budget with every seed, accuracy by length, serial position curves.

    Parameters
    ----------
    summary, scores, accuracy, curves : the tables of the entry.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("rules_figure", drawing, 2)
    look = page.styles(dict.fromkeys(scores["condition"]))
    conditions = list(look)
    with themed():
        axes = page.panels(4, least=2.6, height=1.2 + 0.17 * len(conditions), beyond=0.9)
        for axis, (at, rows) in zip(axes[:2], summary.groupby("at", sort=False), strict=False):
            _ladders(axis, rows, scores[scores["at"] == at], conditions, look, str(at), page)
        _by_length(axes[2], accuracy[accuracy["at"] == SECONDS], look, page)
        _by_position(axes[3], curves, look)
        page.legend_of(axes)
    return page.figure


def _ladders(
    axis: Any,
    rows: pd.DataFrame,
    scores: pd.DataFrame,
    conditions: list[str],
    look: Mapping[str, Style],
    at: str,
    page: Page,
) -> None:
    for place, name in enumerate(conditions):
        color = look[name].color
        seeds = scores.loc[scores["condition"] == name, "longest"]
        axis.plot(seeds, [place] * len(seeds), "o", color=color, markersize=5, alpha=0.4, markeredgewidth=0)
        row = rows[rows["condition"] == name].iloc[0]
        axis.plot([row["low"], row["high"]], [place] * 2, color=color, linewidth=2)
        axis.plot([row["mean"]], [place], "|", color=color, markersize=12, markeredgewidth=2)
    axis.set_yticks(range(len(conditions)), [page.label(name) for name in conditions])
    axis.invert_yaxis()
    axis.set(xlabel=f"Longest list learned ({LEARNED:g} right), items", title=at.capitalize())
    axis.set_xlim(-0.3, None)
    sns.despine(ax=axis)


def _by_length(axis: Any, accuracy: pd.DataFrame, look: Mapping[str, Style], page: Page) -> None:
    axis.axhline(LEARNED, color="0.8", linewidth=1, zorder=0)
    for name, rows in accuracy.groupby("condition", sort=False):
        mean, style = rows.groupby("length")["accuracy"].mean(), look[str(name)]
        axis.plot(mean.index, mean, color=style.color, linestyle=style.line, linewidth=1.5, label=page.label(name))
    axis.set(xlabel="Items of a list", ylabel="Outputs that are right", ylim=(0, 1.02), title=SECONDS.capitalize())
    sns.despine(ax=axis)


def _by_position(axis: Any, curves: pd.DataFrame, look: Mapping[str, Style]) -> None:
    for name, rows in curves.groupby("condition", sort=False):
        style = look[str(name)]
        for _, each in rows.groupby("seed"):
            axis.plot(each["position"], each["prob"], color=style.color, linewidth=0.5, alpha=0.4)
        mean = rows.groupby("position")["prob"].mean()
        axis.plot(mean.index, mean, color=style.color, linestyle=style.line, linewidth=2)
    axis.set(
        xlabel="Serial position", ylabel="Recalled", ylim=(0, 1.02), title=f"When {MATCHED:g} of outputs are right"
    )
    axis.xaxis.get_major_locator().set_params(integer=True)
    sns.despine(ax=axis)

"""How far each rule learns, by lists and by seconds, and the curves of recall at equal accuracy."""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from memsim.analysis.figures.style import Style, plain_text, styles, themed
from memsim.reproductions.essay.learning_rules.options import LEARNED, MATCHED
from memsim.reproductions.essay.learning_rules.trainings import SECONDS


@plain_text
def rules_figure(summary: pd.DataFrame, scores: pd.DataFrame, accuracy: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Four panels: the longest lists at each budget with every seed, accuracy by length, serial position curves.

    Parameters
    ----------
    summary, scores, accuracy, curves : the tables of the entry.
    """
    conditions = list(dict.fromkeys(scores["condition"]))
    look = styles(conditions)
    with themed():
        figure = Figure(figsize=(11, 3.2 + 0.5 * len(conditions)), layout="constrained")
        axes = figure.subplots(2, 2)
        for axis, (at, rows) in zip(axes[0], summary.groupby("at", sort=False), strict=False):
            _ladders(axis, rows, scores[scores["at"] == at], conditions, look, str(at))
        _by_length(axes[1, 0], accuracy[accuracy["at"] == SECONDS], look)
        _by_position(axes[1, 1], curves, look)
        handles, labels = axes[1, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right center", fontsize="small", handlelength=3)
    return figure


def _ladders(
    axis: Any, rows: pd.DataFrame, scores: pd.DataFrame, conditions: list[str], look: dict[str, Style], at: str
) -> None:
    for place, name in enumerate(conditions):
        color = look[name].color
        seeds = scores.loc[scores["condition"] == name, "longest"]
        axis.plot(seeds, [place] * len(seeds), "o", color=color, markersize=5, alpha=0.4, markeredgewidth=0)
        row = rows[rows["condition"] == name].iloc[0]
        axis.plot([row["low"], row["high"]], [place] * 2, color=color, linewidth=2)
        axis.plot([row["mean"]], [place], "|", color=color, markersize=12, markeredgewidth=2)
    axis.set_yticks(range(len(conditions)), conditions)
    axis.invert_yaxis()
    axis.set(xlabel=f"Longest list learned ({LEARNED:g} right), items", title=at.capitalize())
    axis.set_xlim(-0.3, None)
    sns.despine(ax=axis)


def _by_length(axis: Any, accuracy: pd.DataFrame, look: dict[str, Style]) -> None:
    axis.axhline(LEARNED, color="0.8", linewidth=1, zorder=0)
    for name, rows in accuracy.groupby("condition", sort=False):
        mean, style = rows.groupby("length")["accuracy"].mean(), look[str(name)]
        axis.plot(mean.index, mean, color=style.color, linestyle=style.line, linewidth=1.5, label=str(name))
    axis.set(xlabel="Items of a list", ylabel="Outputs that are right", ylim=(0, 1.02), title=SECONDS.capitalize())
    sns.despine(ax=axis)


def _by_position(axis: Any, curves: pd.DataFrame, look: dict[str, Style]) -> None:
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

"""Figures of forgetting: serial position curves by condition, and primacy beside recency."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from memsim.analysis.figures.style import PEOPLE, plain_text, themed
from memsim.analysis.recall.indices import edges
from memsim.reproductions.essay.forgetting.measures import curve_of_people

LOOKS = {"trained": ("C0", "-"), "lesion": ("C1", "--"), "flushed": ("C2", ":")}
WORDS = {"trained": "worn in training and at test", "lesion": "worn at test only", "flushed": "controller flushed"}


@plain_text
def curves_figure(curves: pd.DataFrame) -> Figure:
    """A panel for each condition: means over seeds with their range, and people in black."""
    names = list(dict.fromkeys(curves["condition"]))
    rows = -(-len(names) // 4)
    people = curve_of_people()
    with themed():
        figure = Figure(figsize=(3.0 * min(len(names), 4) + 0.4, 2.7 * rows + 0.8), layout="constrained")
        axes = figure.subplots(rows, min(len(names), 4), squeeze=False, sharex=True, sharey=True).ravel()
        for axis, name in zip(axes, names, strict=False):
            for how, (color, line) in LOOKS.items():
                _draw(axis, curves[(curves["condition"] == name) & (curves["tested"] == how)], color, line, WORDS[how])
            axis.plot(range(1, len(people) + 1), people, label="people, Murdock (1962) 20-1", **PEOPLE)
            axis.set(title=name, xlabel="Serial position", ylim=(0, 1.02))
            sns.despine(ax=axis)
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        axes[0].set_ylabel("Probability of recall")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize="small")
        figure.suptitle("DNC with wear. Lines: means over trainings; bands: their range", fontsize="medium")
    return figure


def _draw(axis: Any, rows: pd.DataFrame, color: str, line: str, label: str) -> None:
    if rows.empty:
        return
    wide = rows.pivot_table(index="position", columns="seed", values="recalled")
    axis.plot(wide.index, wide.mean(axis=1), color=color, linestyle=line, label=label)
    axis.fill_between(wide.index, wide.min(axis=1), wide.max(axis=1), color=color, alpha=0.15, linewidth=0)


@plain_text
def edges_figure(table: pd.DataFrame, found: pd.DataFrame) -> Figure:
    """Primacy by recency of every training, lesion and search, with people."""
    people = edges(np.asarray(curve_of_people()))
    names = list(dict.fromkeys(table["condition"]))
    colors = dict(zip(names, sns.color_palette("colorblind", len(names)), strict=True))
    with themed():
        figure = Figure(figsize=(6.6, 4.4), layout="constrained")
        axis = figure.subplots()
        for (name, how), rows in table[table["tested"].isin(["trained", "lesion"])].groupby(["condition", "tested"]):
            marker = "o" if how == "trained" else "x"
            label = str(name) if how == "trained" else None
            axis.plot(
                rows["recency"], rows["primacy"], marker, color=colors[name], alpha=0.7, label=label, markersize=5
            )
        if len(found):
            for (kind, rows), marker in zip(found.groupby("searched"), "v^", strict=False):
                axis.plot(rows["recency"], rows["primacy"], marker, color="0.4", markersize=6, label=f"search: {kind}")
        axis.plot(people[1], people[0], "*", color="black", markersize=13, label="people")
        axis.axhline(0, color="0.8", linewidth=1, zorder=0)
        axis.axvline(0, color="0.8", linewidth=1, zorder=0)
        axis.set(xlabel="Recency: last four less the middle", ylabel="Primacy: first three less the middle")
        axis.set_title("Circles: worn in training; crosses: at test only", fontsize="medium")
        figure.legend(loc="outside right upper", fontsize="small")
        sns.despine(ax=axis)
    return figure

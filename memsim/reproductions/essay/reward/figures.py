"""Figures of the entry on reward: storing and recall by value, choices, and the order of recall beside people's."""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from memsim.analysis.figures.style import PEOPLE, near_lags, plain_text, styles, themed, whole_ticks
from memsim.reproductions.essay.reward.claims import order_conditions
from memsim.reproductions.essay.reward.measures import CURVES
from memsim.reproductions.essay.reward.options import SLOTS, STEPS, STORAGE, VALUE
from memsim.reproductions.essay.reward.trainings import AFTER, LESIONED

AXES = {
    "serial_position_curve": ("Serial position", "Probability of recall"),
    "probability_of_nth_recall": ("Serial position", "Probability of first recall"),
    "lag_crp": ("Lag", "Lag-CRP"),
}


@plain_text
def value_figure(values: pd.DataFrame, scores: pd.DataFrame) -> Figure:
    """Storing by value with the agent's own memory and in slots of the environment, recall by value, two-step choices.

    Lines are means over seeds with their ranges; points of choices are seeds.
    """
    with themed():
        figure = Figure(figsize=(11.5, 3.4), layout="constrained")
        own, held, recall, steps = figure.subplots(1, 4)
        _by_value(own, values[values["part"].isin([VALUE, SLOTS])], "store", "Own memory")
        _by_value(held, values[values["part"] == STORAGE], "store", "Slots of the environment")
        _by_value(recall, values[values["part"].isin([VALUE, SLOTS])], "recall", "Own memory")
        for axis in (own, held):
            axis.set_ylabel("Chance of storing")
        held.legend(fontsize="x-small", loc="lower right")
        recall.set_ylabel("Probability of recall")
        _choices(steps, scores)
        handles, labels = own.get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside lower left", ncols=4, fontsize="small")
    return figure


def _by_value(axis: Any, values: pd.DataFrame, measure: str, title: str) -> None:
    names = list(dict.fromkeys(values["condition"]))
    for name, style in styles(names).items():
        grouped = values[values["condition"] == name].groupby("value")[measure]
        mean = grouped.mean()
        axis.plot(mean.index, mean, color=style.color, linestyle=style.line, label=name)
        axis.fill_between(mean.index, grouped.min(), grouped.max(), color=style.color, alpha=0.2, linewidth=0)
    axis.set(xlabel="Value", ylim=(-0.02, 1.02), title=title, xticks=range(2, 13, 2))
    sns.despine(ax=axis)


def _choices(axis: Any, scores: pd.DataFrame) -> None:
    rows = scores[(scores["part"] == STEPS) & scores["at"].isin([AFTER, LESIONED])]
    names = {"new": "new", "old": "old", "conflict": "old, in conflict"}
    bars = [("DNC", AFTER, "DNC"), ("DNC", LESIONED, "DNC, memory off"), ("LSTM", AFTER, "LSTM")]
    for index, ((core, at, label), style) in enumerate(zip(bars, styles([b[2] for b in bars]).values(), strict=True)):
        chosen = rows[(rows["condition"] == core) & (rows["at"] == at)]
        for place, measure in enumerate(names):
            found = chosen[measure].to_numpy(float) if measure in chosen else []
            axis.plot(
                [place + 0.2 * (index - 1)] * len(found), found, style.marker, color=style.color, markersize=5,
                alpha=0.7, label=label if not place else None,
            )  # fmt: skip
    axis.axhline(0.5, color="0.8", linewidth=1, zorder=0)
    axis.set_xticks(range(len(names)), list(names.values()))
    axis.set(ylim=(0, 1.02), ylabel="Choices of the better side", title="Two-step task", xlabel="Cue")
    axis.legend(fontsize="x-small")
    sns.despine(ax=axis)


@plain_text
def order_figure(curves: pd.DataFrame, people: pd.DataFrame) -> Figure:
    """The three curves of free recall in each condition, before (grey) and after reward, beside people (black).

    ``curves`` has ``condition, seed, at, curve, x, y``; lines are means over seeds, bands their ranges.
    """
    conditions = [name for name, _ in order_conditions() if name in set(curves["condition"])]
    with themed():
        figure = Figure(figsize=(9.5, 2.4 * max(len(conditions), 1) + 0.4), layout="constrained")
        axes = figure.subplots(max(len(conditions), 1), len(CURVES), squeeze=False)
        for row, condition in zip(axes, conditions, strict=False):
            for axis, curve in zip(row, CURVES, strict=True):
                _panel(axis, curves[(curves["condition"] == condition) & (curves["curve"] == curve)], people, curve)
            row[0].set_title(f"Controller {condition}", loc="left", fontsize="medium")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _panel(axis: Any, curves: pd.DataFrame, people: pd.DataFrame, curve: str) -> None:
    known = people[people["curve"] == curve][["x", "mean", "low", "high"]]
    known = near_lags(known, "x") if curve == "lag_crp" else known
    axis.plot(known["x"], known["mean"], label="people: Murdock (1962), 10-2", **PEOPLE)
    for (at, rows), color in zip(curves.groupby("at", sort=False), ("0.6", "C0"), strict=False):
        grouped = rows.groupby("x")["y"]
        points = pd.DataFrame({"mean": grouped.mean(), "low": grouped.min(), "high": grouped.max()}).reset_index()
        points = near_lags(points, "x") if curve == "lag_crp" else points
        axis.plot(points["x"], points["mean"], color=color, label=str(at))
        axis.fill_between(points["x"], points["low"], points["high"], color=color, alpha=0.2, linewidth=0)
    label, measured = AXES[curve]
    axis.set(xlabel=label, ylabel=measured, ylim=(-0.02, 1.02))
    axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))
    sns.despine(ax=axis)

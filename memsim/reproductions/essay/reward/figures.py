"""Figures of the entry on reward: storing and recall by value, choices, and the order of recall beside people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from memsim.analysis.figures.looks import COLORS, Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import PEOPLE, near_lags, plain_text, themed, whole_ticks
from memsim.reproductions.essay.reward.claims import order_conditions
from memsim.reproductions.essay.reward.measures import CURVES
from memsim.reproductions.essay.reward.options import SLOTS, STEPS, STORAGE, VALUE
from memsim.reproductions.essay.reward.scores import AFTER, LESIONED

AXES = {
    "serial_position_curve": ("Serial position", "Probability of recall"),
    "probability_of_nth_recall": ("Serial position", "Probability of first recall"),
    "lag_crp": ("Lag", "Lag-CRP"),
}


@plain_text
def value_figure(values: pd.DataFrame, scores: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """Storing by value with the agent's own memory and in slots of the environment, recall by value, two-step choices.

    Lines are means over seeds with their ranges; points of choices are seeds. ``drawing`` is as in
    :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("value_figure", drawing, 2)
    agents = [label for *_, label in AGENTS]
    look = page.styles(dict.fromkeys([*map(str, values["condition"]), *agents]))
    with themed():
        axes = page.panels(4, least=1.75, height=2.0, beyond=0.7)
        own, held, recall, steps = axes
        _by_value(own, values[values["part"].isin([VALUE, SLOTS])], "store", "Own memory", look, page)
        _by_value(held, values[values["part"] == STORAGE], "store", "Slots of the environment", look, page)
        _by_value(recall, values[values["part"].isin([VALUE, SLOTS])], "recall", "Own memory", look, page)
        for axis in (own, held):
            axis.set_ylabel("Chance of storing")
        recall.set_ylabel("Probability of recall")
        _choices(steps, scores, look, page)
        page.legend_of(axes)
    return page.figure


AGENTS = (("DNC", AFTER, "DNC"), ("DNC", LESIONED, "DNC, memory off"), ("LSTM", AFTER, "LSTM"))
"""Of the two-step task: core, when it was tested, and its label."""


def _by_value(axis: Any, values: pd.DataFrame, measure: str, title: str, look: Mapping[str, Style], page: Page) -> None:
    for name in dict.fromkeys(map(str, values["condition"])):
        style = look[name]
        grouped = values[values["condition"] == name].groupby("value")[measure]
        mean = grouped.mean()
        axis.plot(mean.index, mean, color=style.color, linestyle=style.line, label=page.label(name))
        axis.fill_between(mean.index, grouped.min(), grouped.max(), color=style.color, alpha=0.2, linewidth=0)
    axis.set(xlabel="Value", ylim=(-0.02, 1.02), title=title, xticks=range(2, 13, 2))
    sns.despine(ax=axis)


def _choices(axis: Any, scores: pd.DataFrame, look: Mapping[str, Style], page: Page) -> None:
    rows = scores[(scores["part"] == STEPS) & scores["at"].isin([AFTER, LESIONED])]
    names = {"new": "new", "old": "old", "conflict": "old, in conflict"}
    for index, (core, at, label) in enumerate(AGENTS):
        chosen, style = rows[(rows["condition"] == core) & (rows["at"] == at)], look[label]
        for place, measure in enumerate(names):
            found = chosen[measure].to_numpy(float) if measure in chosen else []
            axis.plot(
                [place + 0.2 * (index - 1)] * len(found), found, style.marker, color=style.color, markersize=5,
                alpha=0.7, label=page.label(label) if not place and len(found) else None,
            )  # fmt: skip
    axis.axhline(0.5, color="0.8", linewidth=1, zorder=0)
    axis.set_xticks(range(len(names)), list(names.values()))
    axis.set(ylim=(0, 1.02), ylabel="Choices of the better side", title="Two-step task", xlabel="Cue")
    sns.despine(ax=axis)


@plain_text
def order_figure(curves: pd.DataFrame, people: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """The three curves of free recall in each condition, before (grey) and after reward, beside people (black).

    ``curves`` has ``condition, seed, at, curve, x, y``; lines are means over seeds, bands their ranges. ``drawing`` is
    as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("order_figure", drawing, 2)
    conditions = [name for name, _ in order_conditions() if name in set(curves["condition"])]
    cells = [(condition, curve) for condition in conditions or [""] for curve in CURVES]
    colors = ["0.6", page.colour(COLORS["DNC"])]
    with themed():
        across = min(page.across(len(CURVES), 1.7), len(CURVES))
        down = -(-len(cells) // across)
        axes = page.grid(down, across, height=1.9 * down + 0.6,
                         cells=[(i // across, i % across) for i in range(len(cells))])  # fmt: skip
        for (condition, curve), axis in zip(cells, axes, strict=True):
            _panel(axis, curves[(curves["condition"] == condition) & (curves["curve"] == curve)], people, curve, colors)
            if condition and (curve == next(iter(CURVES)) or across < len(CURVES)):
                axis.set_title(f"Controller {page.label(condition)}", loc="left", fontsize="small")
        page.legend_of(axes)
    return page.figure


@plain_text
def storing_figure(curves: pd.DataFrame, best: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """What is held at the test by position, in each circumstance: agents after reward, and the best decisions (grey).

    ``curves`` has ``condition, seed, at, curve, x, y``, and ``best`` ``condition, x, y``; lines are means over seeds,
    bands their ranges. ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns
    wide.
    """
    page = Page("storing_figure", drawing, 2)
    agents = curves[(curves["at"] == AFTER) & (curves["curve"] == "held")]
    color = page.colour(COLORS["GRU"])
    with themed():
        conditions = list(dict.fromkeys(map(str, agents["condition"])))
        axes = page.panels(max(len(conditions), 1), least=1.75, height=2.0, beyond=0.6)
        for name, axis in zip(conditions, axes, strict=False):
            known = best[best["condition"] == name]
            axis.plot(known["x"], known["y"], color="0.45", linestyle="--", label="best decisions")
            grouped = agents[agents["condition"] == name].groupby("x")["y"]
            mean = grouped.mean()
            axis.plot(mean.index, mean, color=color, label="agents (GRU)")
            axis.fill_between(mean.index, grouped.min(), grouped.max(), color=color, alpha=0.2, linewidth=0)
            axis.set(xlabel="Serial position", ylim=(-0.02, 1.02), title=page.label(name))
            axis.set_ylabel("Held at the test" if axis is axes[0] else "")
            axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))
            sns.despine(ax=axis)
        page.legend_of(axes)
    return page.figure


def _panel(axis: Any, curves: pd.DataFrame, people: pd.DataFrame, curve: str, colors: Sequence[Any]) -> None:
    known = people[people["curve"] == curve][["x", "mean", "low", "high"]]
    known = near_lags(known, "x") if curve == "lag_crp" else known
    axis.plot(known["x"], known["mean"], label="people: Murdock (1962), 10-2", **PEOPLE)
    for (at, rows), color in zip(curves.groupby("at", sort=False), colors, strict=False):
        grouped = rows.groupby("x")["y"]
        points = pd.DataFrame({"mean": grouped.mean(), "low": grouped.min(), "high": grouped.max()}).reset_index()
        points = near_lags(points, "x") if curve == "lag_crp" else points
        axis.plot(points["x"], points["mean"], color=color, label=str(at))
        axis.fill_between(points["x"], points["low"], points["high"], color=color, alpha=0.2, linewidth=0)
    label, measured = AXES[curve]
    axis.set(xlabel=label, ylabel=measured, ylim=(-0.02, 1.02))
    axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))
    sns.despine(ax=axis)

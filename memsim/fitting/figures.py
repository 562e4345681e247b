"""Pictures of fits: the fitted model beside the people, and what recovery brought back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.curves import curve_table, points_by_source
from memsim.analysis.figures.plots import comparison_panel
from memsim.analysis.figures.style import WIDTHS, themed
from memsim.analysis.registered import curves_of
from memsim.core.errors import InputError
from memsim.core.loop import simulate
from memsim.core.position_model import PositionModel
from memsim.core.prediction import predict
from memsim.core.recall_parts import joined, units_of
from memsim.core.recalls import Recalls
from memsim.fitting.intervals import FALL
from memsim.fitting.result import Fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LISTS = 2000
"""Lists that the fitted model recalls, at least, for a picture."""


def fit_figure(fitted: Fit, recalls: Recalls, people_label: str = "people") -> Figure:
    """The curves of people with those of the model fitted to them, in each unit's own lists."""
    name = type(fitted.model).__name__
    models = [fitted.of(unit.unit) for unit in fitted.units]
    paradigm = recalls.trials.paradigm
    if any(isinstance(model, PositionModel) for model in models):
        tables = pd.concat([curve_table(predict(model, recalls.trials)) for model in models])
        curves = tables.groupby(["curve", "x"], as_index=False).mean()
    else:
        curves = curve_table(predicted(fitted, recalls))
    what = {"summary": "fitted to curves"}.get(fitted.kind, f"log-likelihood {fitted.log_likelihood:,.1f}")
    shown = {people_label: curve_table(recalls), name: curves}
    points = [points_by_source(shown, analysis, [people_label]) for analysis in curves_of(paradigm).values()]
    return comparison_panel([each for each in points if len(each)], among=[name, people_label], title=f"{name}, {what}")


def predicted(fitted: Fit, recalls: Recalls) -> Recalls:
    """Recalls of the fitted model, to the lists that its units studied, each as often as makes 2,000 in all."""
    parts = units_of(recalls, fitted.settings["per"])
    times = -(-LISTS // len(recalls))
    made = []
    for i, unit in enumerate(fitted.units):
        model = fitted.of(unit.unit)
        trials = parts[unit.unit].trials
        rows = np.tile(np.arange(len(trials)), times)
        many = replace(trials[rows], list=np.arange(len(rows)) + 1)
        assert not isinstance(model, PositionModel)
        made.append(simulate(model, many, fitted.settings["seed"] + i))
    return joined(made)


def profile_figure(fitted: Fit, unit: str | None = None) -> Figure:
    """How far the log-likelihood falls as each parameter moves and the others follow, and where a 95% interval ends.

    A line that stays above the mark as far as its range goes is of a parameter that the lists do not identify.

    Raises
    ------
    InputError : a fit without profiles; ``fit(..., intervals="profile")`` makes them.
    """
    from matplotlib.figure import Figure

    chosen = fitted.unit(unit)
    if not chosen.profiles:
        raise InputError("profile_figure: this fit has no profiles; fit(..., intervals='profile') makes them")
    open_ends = fitted.open_ends(chosen)
    across = min(len(chosen.profiles), 4)
    down = -(-len(chosen.profiles) // across)
    with themed(0.9):
        figure = Figure(figsize=(WIDTHS[2], 1.6 * down + 0.3), layout="constrained")
        axes = figure.subplots(down, across, squeeze=False).ravel()
        for axis, (name, curve) in zip(axes, chosen.profiles.items(), strict=False):
            values, falls = zip(*curve, strict=True)
            axis.plot(values, -np.array(falls), color=sns.color_palette("colorblind")[0], marker=".")
            axis.plot(chosen.estimates[name], 0, "o", color="0.2", markersize=4)
            axis.axhline(-FALL, color="0.6", linewidth=0.8)
            axis.set_ylim(-2.2 * FALL, 0.4)
            told = f"open {open_ends[name]}" if name in open_ends else ""
            axis.set_title(f"{name.replace('_', ' ')}\n{told}", fontsize="small")
            sns.despine(ax=axis)
        for axis in axes[::across]:
            axis.set_ylabel("Log-likelihood,\nfrom the best")
        for axis in axes[len(chosen.profiles) :]:
            axis.set_axis_off()
        figure.suptitle(f"{type(fitted.model).__name__}, {chosen.unit}: profile likelihood", fontsize="medium")
    return figure


def recovery_figure(table: pd.DataFrame, summary: pd.DataFrame, title: str = "") -> Figure:
    """Estimates against the truth, a panel for each parameter, with their correlation."""
    from matplotlib.figure import Figure

    names = list(summary["parameter"])
    across = min(len(names), 4)
    down = -(-len(names) // across)
    with themed(0.9):
        figure = Figure(figsize=(WIDTHS[2], 1.75 * down + 0.3), layout="constrained")
        axes = figure.subplots(down, across, squeeze=False).ravel()
        for axis, name in zip(axes, names, strict=False):
            part = table[table["parameter"] == name]
            ends = [min(part["true"].min(), part["true"].max()), part["true"].max()]
            axis.plot(ends, ends, color="0.6", linewidth=1, zorder=0)
            axis.plot(part["true"], part["estimate"], "o", color=sns.color_palette("colorblind")[0], markersize=3.5,
                      alpha=0.7)  # fmt: skip
            wide = part["estimate"].abs().max() > 20 * max(part["true"].abs().max(), 1e-9)
            if wide:  # a few that ran away would hide the rest
                axis.set_yscale("symlog", linthresh=max(part["true"].abs().max(), 1e-9))
            r = summary.set_index("parameter").loc[name, "r"]
            axis.set_title(f"{name.replace('_', ' ')}\nr = {r:.2f}", fontsize="small")
            axis.set(xlabel="true", ylabel="estimate")
            sns.despine(ax=axis)
        for axis in axes[len(names) :]:
            axis.set_axis_off()
        figure.suptitle(title, fontsize="medium")
    return figure


def confusion_figure(shares: pd.DataFrame, title: str = "") -> Figure:
    """Simulated models by chosen ones, the share of replications in each cell."""
    from matplotlib.figure import Figure

    with themed():
        longest = max(len(str(name)) for name in shares)
        size = 0.6 * len(shares)
        figure = Figure(figsize=(size + 0.1 * longest + 0.9, size + 0.07 * longest + 0.9), layout="constrained")
        axis = figure.subplots()
        axis.imshow(shares.to_numpy(), cmap=sns.light_palette(sns.color_palette("colorblind")[0], as_cmap=True),
                    vmin=0, vmax=1)  # fmt: skip
        for (row, column), share in np.ndenumerate(shares.to_numpy()):
            axis.text(column, row, f"{share:.2f}", ha="center", va="center", color="w" if share > 0.6 else "0.1")
        slant: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if longest > 8 else {}
        axis.set_xticks(range(len(shares)), shares.columns, **slant)
        axis.set_yticks(range(len(shares)), shares.index)
        axis.set(xlabel="chosen", ylabel="simulated")
        axis.tick_params(length=0)
        sns.despine(ax=axis, left=True, bottom=True)
        figure.suptitle(title, fontsize="medium")
    return figure

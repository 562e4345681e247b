"""Figures of fits: curves of the fitted model and of people, and profiles of the likelihood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.curves import curve_table, points_by_label
from memsim.analysis.figures.plots import comparison_panel
from memsim.analysis.figures.style import WIDTHS, plain_text, themed
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
"""The fitted model recalls at least so many lists for a figure."""


def fit_figure(fitted: Fit, recalls: Recalls, people_label: str = "people") -> Figure:
    """Draw the curves of people and of the model fitted to them; each unit of the model recalls its own lists."""
    name = type(fitted.model).__name__
    models = [fitted.of(unit.unit) for unit in fitted.units]
    paradigm = recalls.trials.paradigm
    if any(isinstance(model, PositionModel) for model in models):
        tables = pd.concat([curve_table(predict(model, recalls.trials)) for model in models])
        curves = tables.groupby(["curve", "x"], as_index=False).mean()
    else:
        curves = curve_table(predicted(fitted, recalls))
    quality = "fitted to curves" if fitted.kind == "summary" else f"log-likelihood {fitted.log_likelihood:,.1f}"
    shown = {people_label: curve_table(recalls), name: curves}
    points = [points_by_label(shown, analysis, [people_label]) for analysis in curves_of(paradigm).values()]
    return comparison_panel(
        [each for each in points if len(each)], among=[name, people_label], title=f"{name}, {quality}"
    )


def predicted(fitted: Fit, recalls: Recalls) -> Recalls:
    """Simulate the fitted model on the lists of its units, repeated until there are 2,000 lists or more."""
    parts = units_of(recalls, fitted.spec.per)
    times = -(-LISTS // len(recalls))
    made = []
    for i, unit in enumerate(fitted.units):
        model = fitted.of(unit.unit)
        trials = parts[unit.unit].trials
        rows = np.tile(np.arange(len(trials)), times)
        many = replace(trials[rows], list=np.arange(len(rows)) + 1)
        assert not isinstance(model, PositionModel)
        made.append(simulate(model, many, fitted.spec.seed + i))
    return joined(made)


@plain_text
def profile_figure(fitted: Fit, unit: str | None = None) -> Figure:
    """Draw the fall of the log-likelihood as each parameter moves and the others are optimised, with 95% intervals.

    The grey line marks the ends of the interval. Where a profile stays above it up to the bound of the range, the lists
    do not identify the parameter.

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
            note = f"open {open_ends[name]}" if name in open_ends else ""
            axis.set_title(f"{name.replace('_', ' ')}\n{note}", fontsize="small")
            sns.despine(ax=axis)
        for axis in axes[::across]:
            axis.set_ylabel("Log-likelihood,\nfrom the best")
        for axis in axes[len(chosen.profiles) :]:
            axis.set_axis_off()
        figure.suptitle(f"{type(fitted.model).__name__}, {chosen.unit}: profile likelihood", fontsize="medium")
    return figure

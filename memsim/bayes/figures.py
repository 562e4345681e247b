"""Figures of posteriors: predicted curves, chains, pairs, and people one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import seaborn as sns

from memsim.analysis.curves import curve_table, points_by_label
from memsim.analysis.figures.plots import comparison_panel
from memsim.analysis.figures.style import WIDTHS, plain_text, themed
from memsim.analysis.registered import curves_of
from memsim.bayes.predictive import prediction_table
from memsim.bayes.priors import Prior
from memsim.bayes.result import Posterior
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def prediction_figure(
    found: Posterior, recalls: Recalls, of: Literal["posterior", "prior"] = "posterior", people_label: str = "people"
) -> Figure:
    """Draw the curves of people, and the band within which 95% of the groups that were predicted lie.

    Raises
    ------
    InputError : a posterior without predictions; :func:`memsim.bayes.predictive.with_predictions` adds them.
    """
    if f"{of}_predictive" not in found.data.groups():
        raise InputError("prediction_figure: this posterior has no predictions; with_predictions(posterior, recalls)")
    name = f"{type(found.spec.model).__name__}, {of}"
    shown = {people_label: curve_table(recalls), name: prediction_table(found, recalls, of)}
    analyses = curves_of(recalls.trials.paradigm).values()
    points = [points_by_label(shown, analysis, [people_label]) for analysis in analyses]
    return comparison_panel(
        [each for each in points if len(each)],
        among=[name, people_label],
        title=f"{name} predictive check: bands hold 95% of the predicted groups",
    )


def _population(found: Posterior) -> tuple[Any, tuple[Prior, ...]]:
    """(n_chains, n_draws, n_free) population means on the parameters' scales, and priors."""
    if not found.spec.pooled:
        raise InputError("this posterior has no population, as pooled=False; draw people by forest_figure")
    return found.data["posterior"]["mu"].transpose("chain", "draw", "parameter").values, found.spec.priors


@plain_text
def trace_figure(found: Posterior) -> Figure:
    """Draw each chain of the population means, with their distributions and priors (grey), in the parameters' units."""
    from matplotlib.figure import Figure

    draws, priors = _population(found)
    colors = sns.color_palette("colorblind")
    with themed(0.8):
        figure = Figure(figsize=(WIDTHS[2], 0.9 * len(priors) + 0.5), layout="constrained")
        axes = figure.subplots(len(priors), 2, squeeze=False, width_ratios=(1, 2))
        for k, (prior, (left, right)) in enumerate(zip(priors, axes, strict=True)):
            values = prior.value(draws[:, :, k])
            low, high = np.quantile(values, [0.0005, 0.9995])
            bins = np.linspace(low, high if high > low else low + 1e-9, 41)
            centres = (bins[:-1] + bins[1:]) / 2
            for chain, each in enumerate(values):
                color = colors[chain % len(colors)]
                density, _ = np.histogram(each, bins, density=True)
                left.plot(centres, density, color=color, linewidth=1)
                right.plot(each, color=color, linewidth=0.4, alpha=0.8)
            places = prior.place(centres)
            normal = np.exp(-0.5 * ((places - prior.location) / prior.spread) ** 2) / (
                prior.spread * np.sqrt(2 * np.pi)
            )
            left.plot(centres, normal / prior.slope(places), color="0.6", linewidth=1)
            left.set_yticks([])
            left.set_ylabel(prior.name.replace("_", "\n"), fontsize="x-small", rotation=0, ha="right", va="center")
            right.set_xlim(0, values.shape[1])
            for axis in (left, right):
                sns.despine(ax=axis)
        axes[-1][0].set_xlabel("population median")
        axes[-1][1].set_xlabel("draw")
        figure.suptitle(f"{type(found.spec.model).__name__}: chains of the population", fontsize="medium")
    return figure


@plain_text
def pair_figure(found: Posterior) -> Figure:
    """Draw the population means against each other, on the parameters' scales; diverging draws are red."""
    from matplotlib.figure import Figure

    draws, priors = _population(found)
    flat = draws.reshape(-1, len(priors))
    diverging = found.data["sample_stats"]["diverging"].values.ravel().astype(bool)
    shown = np.unique(np.linspace(0, len(flat) - 1, min(len(flat), 1000)).round().astype(int))
    k = len(priors)
    with themed(0.7):
        figure = Figure(figsize=(WIDTHS[2], WIDTHS[2]), layout="constrained")
        axes = figure.subplots(k, k, squeeze=False, sharex="col")
        for row in range(k):
            for column in range(k):
                axis = axes[row][column]
                if column > row:
                    axis.set_axis_off()
                    continue
                if row == column:
                    axis.hist(flat[:, row], 30, color=sns.color_palette("colorblind")[0], alpha=0.6)
                else:
                    axis.plot(flat[shown, column], flat[shown, row], ".", color="0.2", markersize=1.5, alpha=0.4)
                    axis.plot(flat[diverging, column], flat[diverging, row], ".", color="tab:red", markersize=3)
                axis.tick_params(labelleft=column == 0 and row > 0, labelbottom=row == k - 1)
                if row == k - 1:
                    axis.set_xlabel(priors[column].name.replace("_", "\n"), fontsize="x-small")
                if column == 0 and row > 0:
                    axis.set_ylabel(priors[row].name.replace("_", "\n"), fontsize="x-small")
                sns.despine(ax=axis)
        figure.suptitle(
            f"{type(found.spec.model).__name__}: population means, on the parameters' scales", fontsize="medium"
        )
    return figure


@plain_text
def forest_figure(found: Posterior) -> Figure:
    """Draw the 95% interval of each subject's parameters, in order of their medians, and of the population's median."""
    from matplotlib.figure import Figure

    theta = found.data["posterior"]["theta"].transpose("chain", "draw", "subject", "parameter").values
    flat = theta.reshape(-1, *theta.shape[2:])
    low, middle, high = np.quantile(flat, [0.025, 0.5, 0.975], axis=0)
    names = found.spec.names
    subjects = found.data["posterior"]["subject"].values.astype(str)
    across = min(len(names), 4)
    down = -(-len(names) // across)
    height = min(0.05 * len(subjects) + 0.8, 3.2)
    with themed(0.8):
        figure = Figure(figsize=(WIDTHS[2], down * height + 0.4), layout="constrained")
        axes = figure.subplots(down, across, squeeze=False).ravel()
        for k, (name, axis) in enumerate(zip(names, axes, strict=False)):
            order = np.argsort(middle[:, k])
            rows = np.arange(len(order))
            axis.hlines(rows, low[order, k], high[order, k], color="0.6", linewidth=0.8)
            axis.plot(middle[order, k], rows, ".", color="0.1", markersize=2.5)
            if found.spec.pooled:
                typical = found.data["posterior"]["typical"].values[..., k]
                ends = np.quantile(typical, [0.025, 0.975])
                axis.axvspan(*ends, color=sns.color_palette("colorblind")[0], alpha=0.4, linewidth=0)
            axis.set_title(name.replace("_", " "), fontsize="small")
            axis.set_yticks(rows if len(rows) <= 20 else [], subjects[order] if len(rows) <= 20 else [])
            sns.despine(ax=axis, left=True)
        for axis in axes[len(names) :]:
            axis.set_axis_off()
        figure.suptitle(
            f"{type(found.spec.model).__name__}: {len(subjects)} subjects (95%), and the population's median (band)",
            fontsize="medium",
        )
    return figure

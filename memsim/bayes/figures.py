"""Figures of posteriors: predicted curves, chains, pairs, and people one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import seaborn as sns

from memsim.analysis.curves import curve_table, points_by_label
from memsim.analysis.figures.looks import styles
from memsim.analysis.figures.page import PARAMETER_PANEL, Drawing, Page
from memsim.analysis.figures.plots import comparison_panel
from memsim.analysis.figures.style import plain_text, themed
from memsim.analysis.registered import curves_of
from memsim.bayes.predictive import prediction_table
from memsim.bayes.priors import Prior
from memsim.bayes.result import Posterior
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def prediction_figure(
    found: Posterior,
    recalls: Recalls,
    of: Literal["posterior", "prior"] = "posterior",
    people_label: str = "people",
    **drawing: Unpack[Drawing],
) -> Figure:
    """Draw the curves of people, and the band within which 95% of the groups that were predicted lie.

    ``drawing`` is as in :func:`memsim.analysis.comparison_panel`. The model has the colour of its kind.

    Raises
    ------
    InputError : a posterior without predictions; :func:`memsim.bayes.predictive.with_predictions` adds them.
    """
    if f"{of}_predictive" not in found.data.groups():
        raise InputError("prediction_figure: this posterior has no predictions; with_predictions(posterior, recalls)")
    model = type(found.spec.model).__name__
    name = f"{model}, {of}"
    shown = {people_label: curve_table(recalls), name: prediction_table(found, recalls, of)}
    analyses = curves_of(recalls.trials.paradigm).values()
    points = [points_by_label(shown, analysis, [people_label]) for analysis in analyses]
    drawing.setdefault("order", [name, people_label])
    drawing.setdefault("palette", {name: styles([model])[model].color})
    return comparison_panel(
        [each for each in points if len(each)],
        title=f"{name} predictive check: bands hold 95% of the predicted groups",
        **drawing,
    )


def _population(found: Posterior) -> tuple[Any, tuple[Prior, ...]]:
    """(n_chains, n_draws, n_free) population means on the parameters' scales, and priors."""
    if not found.spec.pooled:
        raise InputError("this posterior has no population, as pooled=False; draw people by forest_figure")
    return found.data["posterior"]["mu"].transpose("chain", "draw", "parameter").values, found.spec.priors


LEAST_PAIR = 0.85
"""Width of the panel of two parameters in inches."""


@plain_text
def trace_figure(found: Posterior, **drawing: Unpack[Drawing]) -> Figure:
    """Draw each chain of the population means, with their distributions and priors (grey), in the parameters' units.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide. ``labels`` and
    ``order`` name parameters, and ``palette`` is that of chains.
    """
    page = Page("trace_figure", drawing, 2)
    draws, priors = _population(found)
    names = [prior.name for prior in priors]
    order = page.ordered(names)
    with themed():
        axes = page.grid(len(priors), 2, height=0.95 * len(priors) + 0.6, width_ratios=(1, 2))
        for row, name in enumerate(order):
            left, right = axes[2 * row : 2 * row + 2]
            k = names.index(name)
            prior = priors[k]
            values = prior.value(draws[:, :, k])
            low, high = np.quantile(values, [0.0005, 0.9995])
            bins = np.linspace(low, high if high > low else low + 1e-9, 41)
            centres = (bins[:-1] + bins[1:]) / 2
            colors = page.colours(len(values), "colorblind") or []
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
            left.set_ylabel(page.label(name).replace("_", " "), fontsize="small")
            right.set_xlim(0, values.shape[1])
            for axis in (left, right):
                sns.despine(ax=axis)
        axes[-2].set_xlabel("Population median")
        axes[-1].set_xlabel("Draw")
        page.title(f"{type(found.spec.model).__name__}: chains of the population")
    return page.figure


@plain_text
def pair_figure(found: Posterior, **drawing: Unpack[Drawing]) -> Figure:
    """Draw the population means against each other, on the parameters' scales; diverging draws are red.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``labels``
    and ``order`` name parameters. In a figure that is too narrow for all, pairs stand in rows, one after another.
    """
    page = Page("pair_figure", drawing, 2)
    draws, priors = _population(found)
    flat = draws.reshape(-1, len(priors))
    diverging = found.data["sample_stats"]["diverging"].values.ravel().astype(bool)
    shown = np.unique(np.linspace(0, len(flat) - 1, min(len(flat), 1000)).round().astype(int))
    names = [prior.name for prior in priors]
    order = [names.index(name) for name in page.ordered(names)]
    model = type(found.spec.model).__name__
    color = page.colour(page.styles([model])[model].color)
    k = len(order)
    pairs = [(row, column) for row in range(k) for column in range(row + 1)]
    square = page.width / k >= LEAST_PAIR
    with themed():
        if square:
            axes = page.grid(k, k, height=page.width, cells=pairs)
        else:
            across = page.across(len(pairs), PARAMETER_PANEL)
            axes = page.panels(len(pairs), least=PARAMETER_PANEL, height=0.9 * page.width / across)
        for (row, column), axis in zip(pairs, axes, strict=True):
            x, y = order[column], order[row]
            if row == column:
                axis.hist(flat[:, x], 30, color=color, alpha=0.6)
            else:
                axis.plot(flat[shown, x], flat[shown, y], ".", color=color, markersize=1.5, alpha=0.4)
                axis.plot(flat[diverging, x], flat[diverging, y], ".", color="tab:red", markersize=3)
            outer = not square or not page.owns
            axis.tick_params(labelleft=outer or (column == 0 and row > 0), labelbottom=outer or row == k - 1)
            if outer or row == k - 1:
                axis.set_xlabel(page.label(names[x]).replace("_", " "), fontsize="small")
            if row != column and (outer or column == 0):
                axis.set_ylabel(page.label(names[y]).replace("_", " "), fontsize="small")
            sns.despine(ax=axis)
        page.title(f"{model}: population means, on the parameters' scales")
    return page.figure


@plain_text
def forest_figure(found: Posterior, **drawing: Unpack[Drawing]) -> Figure:
    """Draw the 95% interval of each subject's parameters, in order of their medians, and of the population's median.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``labels``
    and ``order`` name parameters.
    """
    page = Page("forest_figure", drawing, 2)
    theta = found.data["posterior"]["theta"].transpose("chain", "draw", "subject", "parameter").values
    flat = theta.reshape(-1, *theta.shape[2:])
    low, middle, high = np.quantile(flat, [0.025, 0.5, 0.975], axis=0)
    known = list(found.spec.names)
    names = page.ordered(known)
    subjects = found.data["posterior"]["subject"].values.astype(str)
    model = type(found.spec.model).__name__
    color = page.colour(page.styles([model])[model].color)
    named = len(subjects) <= MOST_NAMES
    height = 0.15 * len(subjects) + 0.7 if named else min(0.05 * len(subjects) + 0.8, 3.2)
    with themed():
        axes = page.panels(len(names), least=PARAMETER_PANEL, height=height, beyond=0.4)
        for name, axis in zip(names, axes, strict=True):
            k = known.index(name)
            order = np.argsort(middle[:, k])
            rows = np.arange(len(order))
            axis.hlines(rows, low[order, k], high[order, k], color="0.6", linewidth=0.8)
            axis.plot(middle[order, k], rows, ".", color=color, markersize=4)
            if found.spec.pooled:
                typical = found.data["posterior"]["typical"].values[..., k]
                ends = np.quantile(typical, [0.025, 0.975])
                axis.axvspan(*ends, color=color, alpha=0.3, linewidth=0)
            axis.set_title(page.label(name).replace("_", " "), fontsize="small")
            axis.set_yticks(rows if named else [], subjects[order] if named else [], fontsize="x-small")
            sns.despine(ax=axis, left=True)
        band = ", and the population's median (band)" if found.spec.pooled else ""
        page.title(f"{model}: {len(subjects)} subjects (95%){band}")
    return page.figure


MOST_NAMES = 20
"""The largest number of subjects that are named."""

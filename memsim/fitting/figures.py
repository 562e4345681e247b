"""Figures of fits: curves of the fitted model and of people, and profiles of the likelihood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.curves import curve_table, points_by_label, standard_curves
from memsim.analysis.figures.page import PARAMETER_PANEL, Drawing, Page
from memsim.analysis.figures.plots import comparison_panel
from memsim.analysis.figures.style import plain_text, themed
from memsim.core.errors import InputError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls, parts_of
from memsim.core.judgments import Responses
from memsim.core.position_model import PositionModel
from memsim.core.prediction import predict
from memsim.core.recall_parts import joined, units_of
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.fitting.formulas import groups
from memsim.fitting.intervals import FALL
from memsim.fitting.labels import DATA_SET, labels_of_part
from memsim.fitting.result import Fit
from memsim.fitting.terms import Levels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LISTS = 2000
"""The fitted model recalls at least so many lists for a figure."""
MOST_ROWS = 6


def fit_figure(fitted: Fit, recalls: AnyRecalls, people_label: str = "people", **drawing: Unpack[Drawing]) -> Figure:
    """Draw the curves of people and of the model fitted to them; each unit of the model recalls its own lists.

    There is a row of panels for each data set, and for each level of the conditions by which parameters are free, if
    these are at most 6 rows. Free criteria are those of the fit. Where the stopping rule is shared, the
    model stops by its own, which was not fitted; the title says so. ``drawing`` is as in
    :func:`memsim.analysis.comparison_panel`.
    """
    name = type(fitted.spec.model).__name__
    quality = "fitted to curves" if fitted.kind == "summary" else f"log-likelihood {fitted.log_likelihood:,.1f}"
    if fitted.spec.stopping == "shared":
        quality += "; its own stopping rule was not fitted"
    if isinstance(fitted.spec.model, PositionModel):
        assert isinstance(recalls, Recalls)
        models = [fitted.of(unit.unit) for unit in fitted.units]
        tables = pd.concat([curve_table(predict(model, recalls.trials)) for model in models])
        by_row: dict[str, tuple[Responses, pd.DataFrame]] = {
            "": (recalls, tables.groupby(["curve", "x"], as_index=False).mean())
        }
    else:
        theirs, its = _rows(fitted, recalls), _rows(fitted, predicted(fitted, recalls))
        by_row = {label: (part, curve_table(its[label])) for label, part in theirs.items()}
    frames = []
    shared = [standard_curves(part) for part, _ in by_row.values()]
    for analysis in [each for key, each in shared[0].items() if all(key in curves for curves in shared)]:
        parts = []
        for label, (part, curves) in by_row.items():
            shown = {people_label: curve_table(part), name: curves}
            parts.append(points_by_label(shown, analysis, [people_label]).assign(lists=label))
        points = pd.concat(parts, ignore_index=True)
        points.attrs = {"analysis": analysis.name, "by": ["lists"] * (len(by_row) > 1), "people": [people_label]}
        frames.append(points if len(by_row) > 1 else points.drop(columns="lists"))
    drawing.setdefault("order", [name, people_label])
    return comparison_panel([each for each in frames if len(each)], title=f"{name}, {quality}", **drawing)


def _rows(fitted: Fit, recalls: AnyRecalls) -> dict[str, Responses]:
    """The lists of each row of panels, by its label."""
    by = sorted({term.by for term in fitted.spec.space.terms if isinstance(term, Levels)} - {"", DATA_SET})
    found = {}
    for data_set, part in parts_of(recalls).items():
        if not by:
            found[data_set] = part
            continue
        labels = labels_of_part(part, data_set, by, "fit_figure")
        owner, first = groups(labels)
        for level, at in enumerate(first.tolist()):
            named = [*([data_set] if data_set else []), *(str(labels[name][at]) for name in by)]
            found[", ".join(named)] = part[owner == level]
    return found if len(found) <= MOST_ROWS else dict(parts_of(recalls))


def predicted(fitted: Fit, recalls: AnyRecalls) -> AnyRecalls:
    """Simulate the fitted model on the lists of its units, repeated until there are 2,000 lists or more."""
    parts, space = units_of(recalls, fitted.spec.per), fitted.spec.space
    times = -(-LISTS // len(recalls))
    made: dict[str, list[Recalls]] = {name: [] for name in parts_of(recalls)}
    for i, unit in enumerate(fitted.units):
        places = space.places(unit.estimates)
        for name, part in parts_of(parts[unit.unit]).items():
            cells = space.cells(part, name)
            for cell, model in enumerate(space.models(places, cells)):
                rows = np.tile(np.flatnonzero(cells.owner == cell), times)
                many = replace(part.trials[rows], list=np.arange(len(rows)) + 1)
                assert not isinstance(model, PositionModel)
                made[name].append(simulate(model, many, fitted.spec.seed + i, criteria=unit.criteria.get(name)))
    if isinstance(recalls, JointRecalls):
        return JointRecalls({name: joined(each) for name, each in made.items() if each})
    return joined(made[""])


@plain_text
def profile_figure(fitted: Fit, unit: str | None = None, **drawing: Unpack[Drawing]) -> Figure:
    """Draw the fall of the log-likelihood as each parameter moves and the others are optimised, with 95% intervals.

    The grey line marks the ends of the interval. Where a profile stays above it up to the bound of the range, the lists
    do not identify the parameter.

    Parameters
    ----------
    fitted : a fit with profiles.
    unit : the subject or group; the only one if not given.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``labels`` and
        ``order`` name parameters.

    Raises
    ------
    InputError : a fit without profiles; ``fit(..., intervals="profile")`` makes them.
    """
    page = Page("profile_figure", drawing, 2)
    chosen = fitted.unit(unit)
    if not chosen.profiles:
        raise InputError("profile_figure: this fit has no profiles; fit(..., intervals='profile') makes them")
    open_ends = fitted.open_ends(chosen)
    model = type(fitted.spec.model).__name__
    color = page.colour(page.styles([model])[model].color)
    names = page.ordered(chosen.profiles)
    with themed():
        across = page.across(len(names), PARAMETER_PANEL)
        axes = page.panels(len(names), least=PARAMETER_PANEL, height=1.6, beyond=0.3)
        for i, (axis, name) in enumerate(zip(axes, names, strict=True)):
            values, falls = zip(*chosen.profiles[name], strict=True)
            axis.plot(values, -np.array(falls), color=color, marker=".")
            axis.plot(chosen.estimates[name], 0, "o", color=color, markeredgecolor="0.4", markersize=5)
            axis.axhline(-FALL, color="0.6", linewidth=0.8)
            axis.set_ylim(-2.2 * FALL, 0.4)
            note = f"open {open_ends[name]}" if name in open_ends else ""
            axis.set_title(f"{page.label(name).replace('_', ' ')}\n{note}", fontsize="small")
            if i % across == 0:
                axis.set_ylabel("Log-likelihood,\nfrom the best")
            sns.despine(ax=axis)
        page.title(f"{page.label(model)}, {chosen.unit}: profile likelihood")
    return page.figure

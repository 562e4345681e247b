"""A figure of a comparison of models: held-out likelihood, Bayesian model selection, and information criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import blended_transform_factory

from memsim.analysis.checks import list_of_names
from memsim.analysis.figures.crowds import MOST_MODELS, caption, sentences
from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.selection.bayesian import Selection, bayesian_model_selection
from memsim.analysis.selection.criteria import ALL, information_criteria
from memsim.analysis.selection.evidence import Winners, log_evidence, winners
from memsim.analysis.selection.prediction import held_out
from memsim.core.errors import InputError
from memsim.core.seeding import stream
from memsim.core.tables.given_tables import require_table


@plain_text
def selection_figure(
    table: pd.DataFrame | None = None,
    fits: pd.DataFrame | None = None,
    *,
    baseline: str | None = None,
    references: Sequence[str] = (),
    title: str = "",
    **drawing: Unpack[Drawing],
) -> Figure:
    """A comparison of models, one in each row, the best on top.

    Left: the log-likelihood per held-out list minus that of the baseline. Dots are subjects (or lists, if there is one
    subject), the mark is their mean with its 95% interval, and a triangle at the left edge stands for values of minus
    infinity. Middle: random-effects Bayesian model selection from the held-out lists, or from -BIC/2 if there are none:
    the expected frequency of each model, the share of subjects that it wins, and its protected exceedance probability.
    This panel needs two subjects, and is left out where a subject is impossible under all models. Right: the mean
    weights of BIC and AIC over units, for models that have them, and the difference of the summed BIC from the best.

    Parameters
    ----------
    table : held-out lists, as for :func:`memsim.analysis.held_out`.
    fits : fits, as for :func:`memsim.analysis.information_criteria`.
    baseline : the model whose log-likelihood the left panel subtracts; the best if not given.
    references : models that are only references, such as an empirical reference: they are grey and take no part in the
        selection.
    title : of the figure.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, or 4.5 inches with one
        panel. In one that is too narrow, panels stand below one another. ``order`` is that of the rows.

    Returns
    -------
    Figure : one to three panels.

    Raises
    ------
    InputError : no table is given, a baseline or reference is in none of them, or there are fewer than two models.
    """
    page = Page("selection_figure", drawing, 2 if table is not None and fits is not None else ONE_PANEL)
    if table is None and fits is None:
        raise InputError("selection_figure: no table is given; give held-out lists, fits, or both")
    table, fits = _read(table), _read(fits)
    references = list_of_names(references, "references", "selection_figure")
    known = list(dict.fromkeys(name for each in (table, fits) if each is not None for name in each["model"]))
    for name in [*references, *([baseline] if baseline is not None else [])]:
        if name not in known:
            raise InputError(f"selection_figure: there is no model {name!r}; there are {', '.join(map(str, known))}")
    if len(known) < 2:
        raise InputError(f"selection_figure: {known[0]} is the only model; give two models or more")
    held = None if table is None else held_out(table, baseline, references=_among(references, table))
    criteria = None if fits is None else information_criteria(fits[~fits["model"].isin(references)])
    basis = criteria if table is None else table
    assert basis is not None
    evidence = log_evidence(basis).drop(columns=_among(references, basis))
    selected = min(evidence.shape) > 1 and not np.isneginf(evidence.to_numpy()).all(axis=1).any()
    models = _order(held, criteria, known)
    kept = set([name for name in models if name not in references][:MOST_MODELS]).union(references)
    said = caption(
        [str(name) for name in models], [str(name) for name in models if name in kept], set(references), "the best"
    )
    models, title = [name for name in models if name in kept], sentences(title, said)
    models = page.ordered(models)
    look = page.styles([str(name) for name in known if name not in references])
    look = {name: look[str(name)] for name in known if str(name) in look}
    look |= {name: Style("0.45", "-", "o", True) for name in references}
    widths = [2.3] * (held is not None) + [1.7] * selected + [1.4] * (criteria is not None)
    across = page.across(len(widths), LEAST_PANEL)
    down = ceil(len(widths) / across)
    with themed():
        axes = page.grid(
            down, across, height=down * (0.8 + 0.3 * len(models)) + 0.35,
            cells=[(i // across, i % across) for i in range(len(widths))],
            width_ratios=widths if across == len(widths) else None,
        )  # fmt: skip
        if page.owns:
            root: Any = page.figure
            root.get_layout_engine().set(wspace=0.06)
        free = iter(axes)
        if held is not None and table is not None:
            _draw_held_out(next(free), table, held, baseline, models, look, page)
        if selected:
            axis = next(free)
            _draw_selection(axis, bayesian_model_selection(evidence), winners(evidence), models, look)
            axis.set_xlabel("Share of subjects" + (" (by BIC)" if table is None else ""))
        if criteria is not None:
            _draw_criteria(next(free), criteria, models, look)
        for i, axis in enumerate(axes):
            axis.set_title("ABC"[i] if len(axes) > 1 else "", loc="left", fontweight="bold")
            axis.set_ylim(len(models) - 0.5, -0.5)
            axis.set_yticks(range(len(models)), [page.label(name) for name in models])
            axis.tick_params(axis="y", length=0, pad=7, labelleft=i % across == 0 or not page.owns)
            sns.despine(ax=axis, left=True)
        page.title(title)
    return page.figure


ONE_PANEL, LEAST_PANEL = 4.5, 2.1
"""Width of a figure of one panel, and the smallest width of a panel among several, in inches."""


def _read(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """A table with its log-likelihoods as numbers, also where it comes from a file of text."""
    if table is None:
        return None
    require_table(table, "selection_figure", ["model"])
    return with_numbers(table, ["log_likelihood"], "selection_figure", infinite=True)


def _among(references: Sequence[str], table: pd.DataFrame) -> list[str]:
    return [name for name in references if (table["model"] == name).any()]


def _order(held: pd.DataFrame | None, criteria: pd.DataFrame | None, known: Sequence[Any]) -> list[Any]:
    """Models by held-out likelihood, then those that have criteria only, by BIC."""
    order = [] if held is None else held["model"].tolist()
    if criteria is not None:
        order += criteria[criteria["unit"] == ALL].sort_values("bic", kind="stable")["model"].tolist()
    return list(dict.fromkeys([*order, *known]))


def _draw_held_out(
    axis: Axes,
    table: pd.DataFrame,
    held: pd.DataFrame,
    baseline: str | None,
    models: Sequence[Any],
    look: Mapping[Any, Style],
    page: Page,
) -> None:
    role = "best" if baseline is None else "baseline"
    of, reference = f"from_{role}", held[role].iloc[0]
    over = held["over"].iloc[0]
    keys = ["subject"] if over == "subjects" else ["subject", "list"]
    wide = table.groupby([*keys, "model"], sort=False, observed=True)["log_likelihood"].mean().unstack("model")
    rows = held.set_index("model")
    with np.errstate(invalid="ignore"):
        differences = wide.sub(wide[reference], axis=0)
    axis.axvline(0, color="0.6", linewidth=0.8, zorder=0)
    for at, name in enumerate(models):
        if name not in rows.index:
            continue
        style, row = look[name], rows.loc[name]
        dots = differences[name].to_numpy(dtype=float)
        finite = np.isfinite(dots)
        if name != reference:
            jitter = stream(0, "jitter", at).uniform(-0.22, 0.22, len(dots))
            axis.plot(dots[finite], at + jitter[finite], "o", color=style.color, markersize=2.5, alpha=0.35,
                      markeredgewidth=0, zorder=1)  # fmt: skip
        if np.isfinite(row[of]):
            arms = np.nan_to_num([[row[of] - row[f"{of}_low"]], [row[f"{of}_high"] - row[of]]])
            axis.errorbar(row[of], at, xerr=arms, fmt=style.marker, color=style.color, markersize=5.5, elinewidth=1.6,
                          markeredgecolor="w", markeredgewidth=0.6, zorder=3, clip_on=False)  # fmt: skip
        if row["impossible"]:
            edge = blended_transform_factory(axis.transAxes, axis.transData)
            axis.plot([0.02], [at], "<", color=style.color, markersize=6, transform=edge, clip_on=False)
            lists = "list" if row["impossible"] == 1 else "lists"
            axis.text(0.06, at - 0.36, f"−∞: {row['impossible']:,} {lists} impossible", transform=edge, va="center",
                      fontsize="x-small", color=style.color)  # fmt: skip
    axis.set_xlabel(f"Log-likelihood per list minus {page.label(reference)}")


def _draw_selection(
    axis: Axes, selection: Selection, won: Winners, models: Sequence[Any], look: Mapping[Any, Style]
) -> None:
    n = len(won.per_subject)
    rows = selection.table.set_index("model").join(won.counts.set_index("model"))
    for name, row in rows[rows.index.isin(models)].iterrows():
        at = models.index(name)
        axis.barh(at, row["frequency"], 0.5, color=look[name].color, alpha=0.85)
        axis.plot(row["won"] / n, at, "D", color="w", markeredgecolor="0.4", markersize=4, markeredgewidth=1, zorder=3,
                  clip_on=False)  # fmt: skip
        _beside(axis, at, _rounded(row["protected_exceedance"]))
    _above(axis, "protected\nexceedance")
    won_mark = Line2D([], [], linestyle="", marker="D", color="w", markeredgecolor="0.4", markersize=4)
    _legend(axis, {"won": won_mark, "expected": Patch(color="0.6")})
    axis.set_xlim(0, 1)
    axis.set_xticks([0, 0.5, 1], ["0", ".5", "1"])


def _draw_criteria(axis: Axes, criteria: pd.DataFrame, models: Sequence[Any], look: Mapping[Any, Style]) -> None:
    units, summed = (criteria[mask] for mask in (criteria["unit"] != ALL, criteria["unit"] == ALL))
    weights = units.groupby("model", sort=False, observed=True)[["weight_bic", "weight_aic"]].mean()
    delta = summed.set_index("model")["delta_bic"]
    for name, row in weights[weights.index.isin(models)].iterrows():
        at, color = models.index(name), look[name].color
        axis.barh(at - 0.14, row["weight_bic"], 0.26, color=color, alpha=0.85)
        axis.barh(at + 0.14, row["weight_aic"], 0.26, color="w", edgecolor=color, linewidth=0.9)
        _beside(axis, at, f"{delta[name]:,.0f}" if np.isfinite(delta[name]) else "–")
    for at in (at for at, name in enumerate(models) if name not in weights.index):
        axis.text(0.02, at, "not defined", va="center", fontsize="x-small", color="0.5")
    _above(axis, "BIC above\nthe best")
    _legend(axis, {"BIC": Patch(color="0.6"), "AIC": Patch(facecolor="w", edgecolor="0.4", linewidth=0.9)})
    axis.set_xlim(0, 1)
    axis.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    axis.set_xlabel("Weight" if units["unit"].nunique() == 1 else "Mean weight over subjects")


def _beside(axis: Axes, at: float, text: str) -> None:
    """Text at the right end of a row."""
    edge = blended_transform_factory(axis.transAxes, axis.transData)
    axis.text(1.26, at, text, transform=edge, ha="right", va="center", fontsize="small")


def _above(axis: Axes, text: str) -> None:
    """The heading of the column of text beside the rows."""
    axis.text(1.26, 1.01, text, transform=axis.transAxes, ha="right", va="bottom", fontsize="x-small", color="0.3")


def _legend(axis: Axes, keys: Mapping[str, Artist]) -> None:
    axis.legend(keys.values(), keys.keys(), loc="lower left", bbox_to_anchor=(0.08, 0.98), fontsize="x-small",
                handlelength=1, borderpad=0.1, labelspacing=0.2, handletextpad=0.5)  # fmt: skip


def _rounded(probability: float) -> str:
    """Two digits without the zero; a probability that is neither 0 nor 1 is never shown as such."""
    if 0 < probability < 0.005 or 0.995 <= probability < 1:
        return "<.01" if probability < 0.5 else ">.99"
    return f"{probability:.2f}".removeprefix("0")

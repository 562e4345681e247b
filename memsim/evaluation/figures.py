"""Figures of recovery: estimates against true values, and chosen models against those that simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.figures.page import PARAMETER_PANEL, Drawing, Page
from memsim.analysis.figures.style import plain_text, themed

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@plain_text
def recovery_figure(table: pd.DataFrame, summary: pd.DataFrame, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """Draw estimates against true values, a panel for each parameter, with their correlation.

    Parameters
    ----------
    table, summary : of :class:`memsim.evaluation.parameter_recovery.ParameterRecovery`.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``labels`` and
        ``order`` name parameters.
    """
    page = Page("recovery_figure", drawing, 2)
    rows = summary.set_index("parameter")
    names = page.ordered(rows.index)
    with themed():
        across = page.across(len(names), PARAMETER_PANEL)
        axes = page.panels(len(names), least=PARAMETER_PANEL, height=min(page.width / across, 2.6), beyond=0.3)
        for axis, name in zip(axes, names, strict=True):
            part = table[table["parameter"] == name]
            ends = [min(part["true"].min(), part["true"].max()), part["true"].max()]
            axis.plot(ends, ends, color="0.6", linewidth=1, zorder=0)
            color = page.colour(sns.color_palette("colorblind")[0])
            axis.plot(part["true"], part["estimate"], "o", color=color, markersize=3.5, alpha=0.7)
            wide = part["estimate"].abs().max() > 20 * max(part["true"].abs().max(), 1e-9)
            if wide:  # a few extreme estimates would hide the rest
                axis.set_yscale("symlog", linthresh=max(part["true"].abs().max(), 1e-9))
            axis.set_title(f"{page.label(name).replace('_', ' ')}\nr = {rows.loc[name, 'r']:.2f}", fontsize="small")
            axis.set(xlabel="True", ylabel="Estimate")
            sns.despine(ax=axis)
        page.title(title)
    return page.figure


@plain_text
def confusion_figure(shares: pd.DataFrame, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """Draw how often each model was chosen (columns) for data simulated by each model (rows).

    Parameters
    ----------
    shares : a square of shares.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is one column wide, ``order`` is that of
        rows and columns, and ``palette`` a colour map.
    """
    page = Page("confusion_figure", drawing, 1)
    names = page.ordered(shares.index)
    shares = shares.loc[names, names]
    with themed():
        axis = page.axes(min(0.72 * page.width, 0.5 * len(names) + 1.2) + 0.6)
        image = axis.imshow(
            shares.to_numpy(dtype=float), cmap=page.colour_map(f"light:{sns.color_palette('colorblind').as_hex()[0]}"),
            vmin=0, vmax=1, aspect="auto",
        )  # fmt: skip
        for (row, column), share in np.ndenumerate(shares.to_numpy(dtype=float)):
            dark = share > 0.6
            axis.text(
                column, row, f"{share:.2f}", ha="center", va="center", color="w" if dark else "0.1", fontsize="small"
            )
        axis.set_xticks(range(len(shares)), [page.label(name) for name in names])
        axis.set_yticks(range(len(shares)), [page.label(name) for name in names])
        axis.set(xlabel="Chosen", ylabel="Simulated")
        axis.tick_params(length=0)
        sns.despine(ax=axis, left=True, bottom=True)
        axis.get_figure().colorbar(image, ax=axis, shrink=0.8, label="Share of data sets")  # type: ignore[union-attr]
        page.title(title)
    return page.figure

"""Figures of recovery: estimates against true values, and chosen models against those that simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns

from memsim.analysis.figures.style import WIDTHS, plain_text, themed

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@plain_text
def recovery_figure(table: pd.DataFrame, summary: pd.DataFrame, title: str = "") -> Figure:
    """Draw estimates against true values, a panel for each parameter, with their correlation."""
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
            if wide:  # a few extreme estimates would hide the rest
                axis.set_yscale("symlog", linthresh=max(part["true"].abs().max(), 1e-9))
            r = summary.set_index("parameter").loc[name, "r"]
            axis.set_title(f"{name.replace('_', ' ')}\nr = {r:.2f}", fontsize="small")
            axis.set(xlabel="true", ylabel="estimate")
            sns.despine(ax=axis)
        for axis in axes[len(names) :]:
            axis.set_axis_off()
        figure.suptitle(title, fontsize="medium")
    return figure


@plain_text
def confusion_figure(shares: pd.DataFrame, title: str = "") -> Figure:
    """Draw how often each model was chosen (columns) for data simulated by each model (rows)."""
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

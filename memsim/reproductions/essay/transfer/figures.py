"""Figures of transfer: matrices of networks and of models, and what is kept of tasks that were learned in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.reproductions.essay.transfer.networks import CORES, Networks
from memsim.reproductions.essay.transfer.options import FORTH, JOINT, LONGER, REMEDIES, TransferOptions


@plain_text
def matrix_figure(
    found: Networks, models: pd.DataFrame, options: TransferOptions, **drawing: Unpack[Drawing]
) -> Figure:
    """Matrices from the first task (rows) to the second (columns).

    Of a network, what it does before it is trained on the second, and what it gains while learning it; of models, what
    they predict of people. ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two
    columns wide, and ``palette`` a colour map.
    """
    page = Page("matrix_figure", drawing, 2)
    names = options.task_names
    alone = found.single[found.single["core"] == CORES[0]].groupby("task")["score"].mean()
    panels = [
        ("DNC: score before training on it", _square(found.pairs, "before", names, alone)),
        ("DNC: gain while learning it", _square(found.pairs, "area", names)),
    ]
    for name, rows in models.groupby("model", sort=False):
        table = rows.pivot_table(index="fitted", columns="task", values="score", sort=False, dropna=False)
        order = list(dict.fromkeys(rows["task"]))
        learned = [*order, *(name for name in table.index if name not in order)]
        panels.append((f"{name}: people predicted", table.reindex(learned)[order]))
    with themed():
        across = page.across(len(panels), LEAST_MATRIX)
        axes = page.panels(len(panels), least=LEAST_MATRIX, height=page.width / across + 0.5)
        image: Any = None
        for axis, (title, table) in zip(axes, panels, strict=True):
            image = axis.imshow(table.to_numpy(float), vmin=-1, vmax=1, cmap=page.colour_map("RdBu"), aspect="auto")
            axis.set_xticks(range(len(table.columns)), [page.label(name) for name in table.columns])
            axis.set_yticks(range(len(table.index)), [page.label(name) for name in table.index])
            axis.set(title=title, xlabel="Tested on", ylabel="Learned on")
            axis.grid(visible=False)
            for row, column in np.argwhere(np.isfinite(table.to_numpy(float))):
                value = float(table.iloc[row, column])
                color = "white" if abs(value) > 0.6 else "0.1"
                axis.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize="x-small", color=color)
        figure: Any = axes[0].get_figure()
        figure.colorbar(image, ax=axes, shrink=0.7, label="0 by chance, 1 as learned on it")
        page.title("Transfer from task to task, means over seeds")
    return page.figure


LEAST_MATRIX, LEAST_PANEL = 2.3, 1.7
"""Widths of panels in inches."""
APART = 0.12
"""Between the points of tasks with the same item vectors, whose own distance is 1."""


def _square(pairs: pd.DataFrame, column: str, names: Sequence[str], diagonal: pd.Series | None = None) -> pd.DataFrame:
    table = pairs.pivot_table(index="first", columns="then", values=column, dropna=False)
    table = table.reindex(index=names, columns=names).astype(float)
    for name in names:
        table.loc[name, name] = np.nan if diagonal is None else diagonal[name]
    return table


@plain_text
def learning_figure(found: Networks, options: TransferOptions, **drawing: Unpack[Drawing]) -> Figure:
    """Scores of each task while tasks are learned one after another, without and with each remedy.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("learning_figure", drawing, 2)
    protocols = [FORTH, *REMEDIES]
    looks = page.styles(options.task_names)
    with themed():
        across = page.across(len(protocols), LEAST_PANEL)
        axes = page.panels(len(protocols), least=LEAST_PANEL, height=2.0, beyond=0.8)
        rows = found.curves[found.curves["core"] == CORES[0]]
        for i, (axis, protocol) in enumerate(zip(axes, protocols, strict=True)):
            for name, style in looks.items():
                own = _over_seeds(rows[(rows["protocol"] == protocol) & (rows["task"] == name)], "iteration")
                axis.plot(own.index, own["mean"], color=style.color, label=page.label(name))
                axis.fill_between(own.index, own["min"], own["max"], color=style.color, alpha=0.2, linewidth=0)
            for phase in range(1, len(options.task_names)):
                axis.axvline(phase * options.iterations, color="0.6", linewidth=0.8, linestyle=":")
            title = "no remedy" if protocol == FORTH else protocol
            axis.set(title=title, xlabel="Iteration", ylim=(-0.15, 1.05))
            if i % across == 0:
                axis.set_ylabel("Score")
        page.legend_of(axes)
        page.title("DNC: tasks learned one after another, means and ranges of seeds")
    return page.figure


@plain_text
def longer_figure(found: Networks, options: TransferOptions, **drawing: Unpack[Drawing]) -> Figure:
    """Scores with longer lists, and with other item vectors, after joint training.

    ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("longer_figure", drawing, 2)
    looks = page.styles(options.task_names)
    joint = found.matrix[found.matrix["protocol"] == JOINT].assign(length=options.list_length)
    lengths = pd.concat([joint, found.longer], ignore_index=True)
    kinds = list(dict.fromkeys(found.vectors["vectors"]))
    with themed():
        axes = page.grid(len(CORES), 2, height=1.9 * len(CORES) + 0.8)
        for row, core in enumerate(CORES):
            left, right = axes[2 * row : 2 * row + 2]
            for name, style in looks.items():
                own = _over_seeds(lengths[(lengths["core"] == core) & (lengths["task"] == name)], "length")
                left.plot(own.index, own["mean"], marker="o", markersize=4, color=style.color, label=page.label(name))
                left.fill_between(own.index, own["min"], own["max"], color=style.color, alpha=0.15, linewidth=0)
                other = found.vectors[(found.vectors["core"] == core) & (found.vectors["task"] == name)]
                own = _over_seeds(other, "vectors").reindex(kinds)
                across = np.arange(len(kinds)) + APART * (list(looks).index(name) - (len(looks) - 1) / 2)
                right.plot(across, own["mean"], marker="o", markersize=4, color=style.color, linestyle="none")
                right.vlines(across, own["min"], own["max"], color=style.color, linewidth=1)
            left.set(
                ylabel=f"{page.label(core)}: score", xlabel="Items in a list", xticks=[options.list_length, *LONGER]
            )
            right.set_xticks(range(len(kinds)), kinds)
            right.set_xlabel("Item vectors")
        low, high = min(a.get_ylim()[0] for a in axes), max(a.get_ylim()[1] for a in axes)
        for axis in axes:
            axis.set_ylim(low, high)
        page.legend_of(axes)
        page.title(f"Trained on lists to {options.list_length} of signs: other lists, means and ranges of seeds")
    return page.figure


def _over_seeds(scores: pd.DataFrame, by: str) -> pd.DataFrame:
    """``mean, min, max`` of the scores of seeds."""
    return scores.groupby(by)["score"].agg(["mean", "min", "max"])

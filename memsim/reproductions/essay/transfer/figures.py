"""Figures of transfer: matrices of networks and of models, and what is kept of tasks that were learned in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from memsim.analysis.figures.style import plain_text, styles, themed
from memsim.reproductions.essay.transfer.networks import CORES, Networks
from memsim.reproductions.essay.transfer.options import FORTH, JOINT, LONGER, REMEDIES, TransferOptions


@plain_text
def matrix_figure(found: Networks, models: pd.DataFrame, options: TransferOptions) -> Figure:
    """Matrices from the first task (rows) to the second (columns).

    Of a network, what it does before it is trained on the second, and what it saves in learning it; of models, what
    they predict of people.
    """
    names = options.task_names
    alone = found.single[found.single["core"] == CORES[0]].groupby("task")["score"].mean()
    panels = [
        ("DNC: score before training on it", _square(found.pairs, "before", names, alone)),
        ("DNC: savings in learning it", _square(found.pairs, "savings", names)),
    ]
    for name, rows in models.groupby("model", sort=False):
        table = rows.pivot_table(index="fitted", columns="task", values="score", sort=False, dropna=False)
        order = list(dict.fromkeys(rows["task"]))
        panels.append((f"{name}: people predicted", table.reindex(order)[order]))
    with themed():
        figure = Figure(figsize=(3.6 * len(panels), 3.8), layout="constrained")
        image: Any = None
        for axis, (title, table) in zip(np.atleast_1d(figure.subplots(1, len(panels))), panels, strict=True):
            image = axis.imshow(table.to_numpy(float), vmin=-1, vmax=1, cmap="RdBu")
            axis.set_xticks(range(len(table.columns)), table.columns, rotation=40, ha="right")
            axis.set_yticks(range(len(table.index)), table.index)
            axis.set(title=title, xlabel="Tested on", ylabel="Learned on")
            axis.grid(visible=False)
            for row, column in np.argwhere(np.isfinite(table.to_numpy(float))):
                value = float(table.iloc[row, column])
                color = "white" if abs(value) > 0.6 else "black"
                axis.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize="small", color=color)
        figure.colorbar(image, ax=figure.axes, shrink=0.7, label="0 by chance, 1 as learned on it")
        figure.suptitle("Transfer from task to task, means over seeds")
    return figure


def _square(pairs: pd.DataFrame, column: str, names: Sequence[str], diagonal: pd.Series | None = None) -> pd.DataFrame:
    table = pairs.pivot_table(index="first", columns="then", values=column, dropna=False)
    table = table.reindex(index=names, columns=names).astype(float)
    for name in names:
        table.loc[name, name] = np.nan if diagonal is None else diagonal[name]
    return table


@plain_text
def learning_figure(found: Networks, options: TransferOptions) -> Figure:
    """Scores of each task while tasks are learned one after another, without and with each remedy."""
    protocols = [FORTH, *REMEDIES]
    names = options.task_names
    looks = styles(names)
    with themed():
        figure = Figure(figsize=(3.2 * len(protocols), 3.2), layout="constrained")
        axes = figure.subplots(1, len(protocols), sharey=True)
        rows = found.curves[found.curves["core"] == CORES[0]]
        for axis, protocol in zip(axes, protocols, strict=True):
            for name in names:
                own = rows[(rows["protocol"] == protocol) & (rows["task"] == name)].groupby("iteration")["score"]
                mean = own.mean()
                axis.plot(mean.index, mean, color=looks[name].color, label=name)
                axis.fill_between(mean.index, own.min(), own.max(), color=looks[name].color, alpha=0.2, linewidth=0)
            for phase in range(1, len(names)):
                axis.axvline(phase * options.iterations, color="0.6", linewidth=0.8, linestyle=":")
            title = "no remedy" if protocol == FORTH else protocol
            axis.set(title=title, xlabel="Iteration", ylim=(-0.15, 1.05))
        axes[0].set_ylabel("Score")
        axes[0].legend(fontsize="x-small")
        figure.suptitle("DNC: tasks learned one after another, means and ranges of seeds")
    return figure


@plain_text
def longer_figure(found: Networks, options: TransferOptions) -> Figure:
    """Scores with longer lists, and with other item vectors, after joint training."""
    names = options.task_names
    looks = styles(names)
    joint = found.matrix[found.matrix["protocol"] == JOINT].assign(length=options.list_length)
    lengths = pd.concat([joint, found.longer], ignore_index=True)
    kinds = list(dict.fromkeys(found.vectors["vectors"]))
    with themed():
        figure = Figure(figsize=(9, 5.4), layout="constrained")
        axes = figure.subplots(len(CORES), 2, sharey=True)
        for row, core in zip(axes, CORES, strict=True):
            for name in names:
                own = lengths[(lengths["core"] == core) & (lengths["task"] == name)].groupby("length")["score"].mean()
                row[0].plot(own.index, own, marker="o", color=looks[name].color, label=name)
                other = found.vectors[(found.vectors["core"] == core) & (found.vectors["task"] == name)]
                mean = other.groupby("vectors")["score"].mean().reindex(kinds)
                row[1].plot(range(len(kinds)), mean, marker="o", color=looks[name].color, linestyle="none")
            row[0].set(ylabel=f"{core}: score", xlabel="Items in a list", xticks=[options.list_length, *LONGER])
            row[1].set_xticks(range(len(kinds)), kinds)
            row[1].set_xlabel("Item vectors")
        axes[0][0].legend(fontsize="x-small")
        figure.suptitle(f"Trained on lists to {options.list_length} of signs: other lists, without training")
    return figure

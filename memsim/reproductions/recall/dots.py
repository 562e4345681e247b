"""A figure of numbers with their intervals: a row for each label, people in black above the models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from memsim.analysis.figures.style import PEOPLE, plain_text, themed


@plain_text
def dots_figure(
    table: pd.DataFrame, panels: Mapping[str, str], title: str, *, mark: Mapping[str, float] | None = None
) -> Figure:
    """Draw a panel for each measure.

    Parameters
    ----------
    table : ``label``, and for each measure a column of its name and, where there are intervals, two with ``_low`` and
        ``_high``. The rows whose labels begin with "people" are black.
    panels : the measures, with the label of each axis.
    title : of the figure.
    mark : by measure, a number that a grey line marks.
    """
    is_people = table["label"].str.startswith("people")
    models = table.loc[~is_people, "label"].tolist()
    colors = dict(zip(models, sns.color_palette("colorblind", len(models)), strict=True))
    places = -np.arange(len(table))
    with themed():
        figure = Figure(figsize=(1.8 + 2.6 * len(panels), 0.24 * len(table) + 1.1), layout="constrained")
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axis, (measure, words) in zip(axes, panels.items(), strict=True):
            axis.axvline((mark or {}).get(measure, 0), color="0.8", linewidth=1, zorder=0)
            for place, (_, row) in zip(places, table.iterrows(), strict=True):
                color = colors.get(row["label"], PEOPLE["color"])
                ends = row.get(f"{measure}_low", np.nan), row.get(f"{measure}_high", np.nan)
                axis.plot(ends, [place, place], color=color, linewidth=1.4)
                axis.plot(row[measure], place, marker="s" if row["label"] in colors else "o", color=color, markersize=5)
            axis.set(xlabel=words)
            axis.margins(x=0.08, y=0.08)
            sns.despine(ax=axis)
        axes[0].set_yticks(places, table["label"].tolist())
        figure.suptitle(title, fontsize="medium")
    return figure

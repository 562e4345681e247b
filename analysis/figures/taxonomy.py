"""The similarity of models and people: planes of two indices, and a tree from all indices."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram, linkage

from memsim.analysis.figures.style import WIDTHS, Style, legend_label, plain_text, styles, themed
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

PLANES = (("recency", "primacy"), ("temporal_factor", "first_recall_at_end"), ("near", "accuracy"))
"""Pairs of statistics, x and y, that span a plane. The first two pairs that are available are drawn."""
NOT_INDICES = ("lag_minus_1", "primacy_contrast", "recency_contrast")
"""Statistics that repeat others in another form."""


def index_table(summaries: Mapping[str, pd.DataFrame], statistics: Sequence[str] = ()) -> pd.DataFrame:
    """A row for each model or people, a column for each statistic: the means of summary tables.

    Parameters
    ----------
    summaries : from :func:`memsim.analysis.summary_table`, by label.
    statistics : the columns; if not given, those that two of them have, without those that repeat others.

    Raises
    ------
    InputError : fewer than two summaries, or a statistic that none has.
    """
    if len(summaries) < 2:
        raise InputError(f"index_table: {len(summaries)} summaries; give at least two")
    table = pd.DataFrame({name: each.set_index("statistic")["mean"] for name, each in summaries.items()}).T
    first = next(iter(summaries.values()))["statistic"].tolist()
    order = [*first, *(name for name in table.columns if name not in first)]
    unknown = [name for name in statistics if name not in table]
    if unknown:
        raise InputError(f"index_table: there is no statistic {unknown[0]!r}; there are {', '.join(order)}")
    if statistics:
        return table[list(statistics)]
    return table[[name for name in order if name not in NOT_INDICES and table[name].notna().sum() >= 2]]


@plain_text
def taxonomy_figure(
    summaries: Mapping[str, pd.DataFrame],
    people: Sequence[str] = (),
    *,
    statistics: Sequence[str] = (),
    title: str = "",
) -> Figure:
    """Place models and people in planes of two indices, and join them in a tree by all indices.

    The tree joins them by mean distance (UPGMA; Sokal & Michener, 1958) between their indices, each standardised over
    all of them; an index that is not known counts as average. Colours show standard scores, numbers the indices.

    Parameters
    ----------
    summaries, statistics : as in :func:`index_table`.
    people : the labels of people, who are drawn in black.
    """
    table = index_table(summaries, statistics)
    look = styles(list(table.index), people)
    planes = [plane for plane in PLANES if set(plane) <= set(table.columns)][:2]
    with themed(0.9):
        width = WIDTHS[2]
        below = 0.9 + 0.26 * len(table)
        figure = Figure(figsize=(width, (2.7 if planes else 0) + below + 0.3), layout="constrained")
        ratios = [2.7, below] if planes else [below]
        parts = figure.subfigures(len(ratios), 1, height_ratios=ratios, squeeze=False)[:, 0]
        if planes:
            axes = parts[0].subplots(1, len(planes), squeeze=False)[0]
            for axis, (x, y) in zip(axes, planes, strict=True):
                _place(axis, summaries, x, y, look)
            names = axes[0].get_legend_handles_labels()
            parts[0].legend(*names, loc="outside right upper", fontsize="small")
        tree, cells = parts[-1].subplots(1, 2, gridspec_kw={"width_ratios": [1, 6]})
        _group(tree, cells, table, look)
        figure.suptitle(title, fontsize="medium")
    return figure


def standard_scores(table: pd.DataFrame) -> FloatArray:
    """(n_sources, n_statistics) standard scores of each column; 0 where a value is not known, or all are equal."""
    scores = (table - table.mean()) / table.std()
    return scores.replace([np.inf, -np.inf], np.nan).fillna(0.0).to_numpy(dtype=float)


def _place(axis: Axes, summaries: Mapping[str, pd.DataFrame], x: str, y: str, look: Mapping[str, Style]) -> None:
    for name, summary in summaries.items():
        at = summary.set_index("statistic").reindex([x, y])
        (mean_x, mean_y), style = at["mean"], look[name]
        arms = [np.nan_to_num(abs(at["mean"] - at[end]).to_numpy(dtype=float)) for end in ("low", "high")]
        axis.errorbar(mean_x, mean_y, xerr=[[arms[0][0]], [arms[1][0]]], yerr=[[arms[0][1]], [arms[1][1]]],
                      fmt=style.marker, color=style.color, markersize=5, elinewidth=1, label=legend_label(name),
                      zorder=3 if style.is_people else 2)  # fmt: skip
        if style.is_people:
            axis.annotate(name, (mean_x, mean_y), (4, 4), textcoords="offset points", fontsize="x-small")
    axis.set(xlabel=_words(x), ylabel=_words(y))
    sns.despine(ax=axis)


def _group(tree: Axes, cells: Axes, table: pd.DataFrame, look: Mapping[str, Style]) -> None:
    """Draw the tree of models and people, and their indices in the order of the tree."""
    scores = standard_scores(table)
    with warnings.catch_warnings():  # the tree of models that do not differ has no length
        warnings.filterwarnings("ignore", "Attempting to set identical", UserWarning)
        joined = dendrogram(
            linkage(scores, "average"), orientation="left", ax=tree, color_threshold=0, above_threshold_color="0.3"
        )
    tree.set_axis_off()
    order = joined["leaves"][::-1]  # a dendrogram counts from below
    shown = table.iloc[order]
    cells.imshow(scores[order], cmap=sns.color_palette("vlag", as_cmap=True), vmin=-2.5, vmax=2.5, aspect="auto")
    for (row, column), value in np.ndenumerate(shown.to_numpy(dtype=float)):
        text = "–" if np.isnan(value) else f"{round(value, 2) + 0:.2f}"
        dark = abs(scores[order][row, column]) > 1.6
        cells.text(column, row, text, ha="center", va="center", fontsize="x-small", color="w" if dark else "0.1")
    cells.set_xticks(range(shown.shape[1]), [_words(name).replace(" ", "\n") for name in shown], fontsize="x-small")
    cells.set_yticks(range(len(shown)), shown.index)
    cells.tick_params(length=0, pad=9)
    for row, label in enumerate(cells.get_yticklabels()):
        style = look[label.get_text()]
        label.set_fontweight("bold" if style.is_people else "normal")
        cells.plot(-0.62, row, style.marker, color=style.color, markersize=4.5, clip_on=False)
    cells.xaxis.tick_top()
    sns.despine(ax=cells, left=True, bottom=True)


def _words(name: str) -> str:
    return {"near": "near transpositions"}.get(name, name.replace("_", " "))

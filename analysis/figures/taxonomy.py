"""The similarity of models and people: planes of two indices, and a tree from all indices."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from scipy.cluster.hierarchy import dendrogram, linkage

from memsim.analysis.checks import list_of_names
from memsim.analysis.figures.fitting_text import LINE, SHARE_OF_NAMES, broken, text_width
from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import FONTS, legend_label, plain_text, themed
from memsim.analysis.summaries import read_summaries
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
    summaries = read_summaries(summaries, "index_table")
    if len(summaries) < 2:
        raise InputError(f"index_table: {len(summaries)} summaries; give at least two")
    table = pd.DataFrame({name: each.set_index("statistic")["mean"] for name, each in summaries.items()}).T
    first = next(iter(summaries.values()))["statistic"].tolist()
    order = [*first, *(name for name in table.columns if name not in first)]
    statistics = list_of_names(statistics, "statistics", "index_table")
    unknown = [name for name in statistics if name not in table]
    if unknown:
        raise InputError(f"index_table: there is no statistic {unknown[0]!r}; there are {', '.join(order)}")
    if statistics:
        return table[statistics]
    return table[[name for name in order if name not in NOT_INDICES and table[name].notna().sum() >= 2]]


@plain_text
def taxonomy_figure(
    summaries: Mapping[str, pd.DataFrame],
    people: Sequence[str] = (),
    *,
    statistics: Sequence[str] = (),
    title: str = "",
    **drawing: Unpack[Drawing],
) -> Figure:
    """Place models and people in planes of two indices, and join them in a tree by all indices.

    The tree joins them by mean distance (UPGMA; Sokal & Michener, 1958) between their indices, each standardised over
    all of them; an index that is not known counts as average. Colours show standard scores, numbers the indices. Where
    the figure is too narrow for all indices, further ones stand below, in the same order of models.

    Parameters
    ----------
    summaries, statistics : as in :func:`index_table`.
    people : the labels of people, who are drawn in black.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide. ``ax`` takes a figure
        or a subfigure, and ``order`` is that of the legend.
    """
    page = Page("taxonomy_figure", drawing, 2)
    summaries = read_summaries(summaries, "taxonomy_figure")
    table = index_table(summaries, statistics)
    look = page.styles(list(table.index), list_of_names(people, "people", "taxonomy_figure"))
    planes = [plane for plane in PLANES if set(plane) <= set(table.columns)][:2]
    blocks = _blocks(table, page)
    across = page.across(len(planes), LEAST_PLANE) if planes else 1
    size = FONTS["ytick.labelsize"]
    lines = [broken(page.label(name), SHARE_OF_NAMES * 72 * page.width, size).count("\n") for name in table.index]
    high = max(ROW, LINE * size / 72 * (1 + max(lines)) + 0.08)
    heights = [2.4] * ceil(len(planes) / across) + [0.75 + high * len(table)] * len(blocks)
    with themed():
        room = page.room(sum(heights) + 0.6)
        grid = room.add_gridspec(len(heights), 1, height_ratios=heights)
        handles: dict[str, Any] = {}
        for i, (x, y) in enumerate(planes):
            row = grid[i // across].subgridspec(1, min(across, len(planes) - i // across * across))
            axis = room.add_subplot(row[i % across])
            handles |= _place(axis, summaries, x, y, look, page)
        for i, block in enumerate(blocks):
            spec = grid[len(heights) - len(blocks) + i].subgridspec(1, 2, width_ratios=[1, 6 if page.width > 5 else 3])
            tree, cells = room.add_subplot(spec[0]), room.add_subplot(spec[1])
            image = _group(tree, cells, table, block, look, page, with_tree=i == 0)
            cells.set_xlim(-0.5, max(map(len, blocks)) - 0.5)
        bar = room.colorbar(image, ax=[tree, cells], location="bottom", shrink=0.4, aspect=30, pad=0.02)
        bar.set_label("Standard score")
        page.legend({name: handles[name] for name in look if name in handles})
        page.title(title)
    return page.figure


LEAST_PLANE, ROW = 2.6, 0.26
"""Width of a plane, and height of a row of indices, in inches."""


def _blocks(table: pd.DataFrame, page: Page) -> list[list[int]]:
    """The columns of the table of indices in as many blocks as the width of the figure asks for."""
    size = FONTS["ytick.labelsize"]
    names = min(max(text_width(page.label(name), size) for name in table.index), SHARE_OF_NAMES * 72 * page.width)
    in_row = max(int((72 * page.width * (0.86 if page.width > 5 else 0.72) - names - 20) / CELL), 2)
    return [list(map(int, each)) for each in np.array_split(range(table.shape[1]), ceil(table.shape[1] / in_row))]


CELL = 30.0
"""Width of a cell of a table of indices in points: that of a word at its head."""


def standard_scores(table: pd.DataFrame) -> FloatArray:
    """(n_sources, n_statistics) standard scores of each column; 0 where a value is not known, or all are equal."""
    scores = (table - table.mean()) / table.std()
    return scores.replace([np.inf, -np.inf], np.nan).fillna(0.0).to_numpy(dtype=float)


def _place(
    axis: Axes, summaries: Mapping[str, pd.DataFrame], x: str, y: str, look: Mapping[str, Style], page: Page
) -> dict[str, Any]:
    """Draw a plane, and give what stands for each model and people that have a place in it."""
    handles = {}
    for name, style in look.items():
        at = summaries[name].set_index("statistic").reindex([x, y])
        mean_x, mean_y = at["mean"]
        if not np.isfinite([mean_x, mean_y]).all():
            continue
        arms = [np.nan_to_num(abs(at["mean"] - at[end]).to_numpy(dtype=float)) for end in ("low", "high")]
        handles[name] = axis.errorbar(
            mean_x, mean_y, xerr=[[arms[0][0]], [arms[1][0]]], yerr=[[arms[0][1]], [arms[1][1]]], fmt=style.marker,
            color=style.color, markersize=5, elinewidth=1, label=legend_label(page.label(name)),
            zorder=3 if style.is_people else 2,
        )  # fmt: skip
    axis.set(xlabel=_words(x).capitalize(), ylabel=_words(y).capitalize())
    sns.despine(ax=axis)
    return handles


def _group(
    tree: Axes,
    cells: Axes,
    table: pd.DataFrame,
    columns: Sequence[int],
    look: Mapping[str, Style],
    page: Page,
    *,
    with_tree: bool,
) -> Any:
    """Draw the tree of models and people, and some of their indices in the order of the tree."""
    scores = standard_scores(table)
    with warnings.catch_warnings():  # the tree of models that do not differ has no length
        warnings.filterwarnings("ignore", "Attempting to set identical", UserWarning)
        joined = dendrogram(
            linkage(scores, "average"), orientation="left", ax=tree if with_tree else None, no_plot=not with_tree,
            color_threshold=0, above_threshold_color="0.5",
        )  # fmt: skip
    tree.set_axis_off()
    order = joined["leaves"][::-1]  # a dendrogram counts from below
    shown, colours = table.iloc[order, list(columns)], scores[order][:, list(columns)]
    image = cells.imshow(colours, cmap=sns.color_palette("vlag", as_cmap=True), vmin=-2.5, vmax=2.5, aspect="auto")
    for (row, column), value in np.ndenumerate(shown.to_numpy(dtype=float)):
        text = "–" if np.isnan(value) else f"{round(value, 2) + 0:.2f}"
        dark = abs(colours[row, column]) > 1.6
        cells.text(column, row, text, ha="center", va="center", fontsize="x-small", color="w" if dark else "0.1")
    cells.set_xticks(range(shown.shape[1]), [_words(page.label(name)) for name in shown])
    cells.set_yticks(range(len(shown)), [page.label(name) for name in shown.index])
    cells.tick_params(axis="x", length=0, labelsize="x-small")
    cells.tick_params(axis="y", length=0, pad=11)
    root: Any = cells.get_figure()
    left = cells.get_yaxis_transform() + ScaledTranslation(-6 / 72, 0, root.dpi_scale_trans)
    for row, (name, label) in enumerate(zip(shown.index, cells.get_yticklabels(), strict=True)):
        style = look[name]
        label.set_fontweight("bold" if style.is_people else "normal")
        cells.plot(0, row, style.marker, color=style.color, markersize=4.5, clip_on=False, transform=left)
    cells.xaxis.tick_top()
    sns.despine(ax=cells, left=True, bottom=True)
    return image


def _words(name: str) -> str:
    return {"near": "near transpositions"}.get(name, name.replace("_", " "))

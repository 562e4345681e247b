"""A figure of an external memory: where it is addressed at every step of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Unpack

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from memsim.analysis.checks import list_of_names, parts_in
from memsim.analysis.figures.page import TALLEST, Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.core.arrays import BoolArray, FloatArray, number_matrix
from memsim.core.errors import InputError
from memsim.core.names import require_mapping, shown

ROUNDING = 1e-6


class Strip(NamedTuple):
    """One panel: values over the steps of a trial."""

    title: str
    values: FloatArray
    """(n_rows, n_steps); in [0, 1], or any numbers, such as the state of a controller; NaN where there is nothing."""
    rows: Sequence[str] = ()
    """A label for each row; empty if the rows have no labels."""
    row: str = "cell"
    """What the rows are, if they have no labels."""
    marked: BoolArray | None = None
    """(n_rows, n_steps) the values that are marked by ×, if some are."""


@plain_text
def memory_figure(
    strips: Sequence[Strip],
    steps: Sequence[str],
    links: Mapping[str, FloatArray] | None = None,
    *,
    phases: Mapping[str, int] | None = None,
    steps_label: str = "",
    title: str = "",
    **drawing: Unpack[Drawing],
) -> Figure:
    """Strips over the same steps, one above the other.

    All values in [0, 1] have one scale, from pale to dark, and those of other strips one of their own, around 0; each
    scale has a colour bar. Where a strip has no value it is grey.

    Parameters
    ----------
    strips : the panels, from the top.
    steps : a label for each step.
    links : (n_slots, n_slots) link matrices by title, from column to row; they are drawn beside the strips, or below
        them in a figure of less than 5 inches.
    steps_label : the label of the axis of steps.
    phases : the first step of each phase of the trial, by name; lines separate the phases.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide. ``ax`` takes a figure
        or a subfigure, ``labels`` and ``order`` name the titles of strips, and ``palette`` is the colour map of [0, 1].

    Raises
    ------
    InputError : there are no strips; values or links that are no matrix of numbers; strips that have not one column for
        each step, or not one label for each row; and as of ``drawing``.
    """
    page = Page("memory_figure", drawing, 2)
    require_mapping(links or {}, "memory_figure: links", "{'forward': matrix}")
    require_mapping(phases or {}, "memory_figure: phases", "{'study': 0, 'test': 10}")
    steps = list_of_names(steps, "steps", "memory_figure")
    links = {name: number_matrix(matrix, f"memory_figure: links[{name!r}]") for name, matrix in (links or {}).items()}
    strips = [_checked(strip, len(steps)) for strip in parts_in(strips, Strip, "strips", "memory_figure")]
    by_title = {strip.title: strip for strip in strips}
    strips = [by_title[name] for name in page.ordered(by_title)] if len(by_title) == len(strips) else strips
    around = 0.27 * len(strips) + 0.95
    beside = page.width >= WIDE
    below = 0 if beside or not links else LINKS
    heights = heights_of(strips, TALLEST - around - below)
    height = sum(heights) + around
    with themed():
        figure: Any = page.room(height + below)
        root: Any = page.figure
        root.get_layout_engine().set(h_pad=0.01, hspace=0.0)
        left: Any
        right: Any
        if not links:
            left, right = figure, None
        elif beside:
            left, right = np.ravel(figure.subfigures(1, 2, width_ratios=[page.width - LINKS, LINKS]))
        else:
            left, right = np.ravel(figure.subfigures(2, 1, height_ratios=[height, LINKS]))
        axes = left.subplots(len(strips), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        others = [strip.values for strip in strips if not is_share(strip.values)]
        scales = _scales(max((float(np.nanmax(abs(values))) for values in others), default=0.0), page)
        drawn: dict[bool, AxesImage] = {}
        for axis, strip in zip(axes, strips, strict=True):
            share = is_share(strip.values)
            drawn[share] = _draw(axis, strip.values, page.label(strip.title), scales[share])
            if strip.marked is not None and strip.marked.any():
                _mark(axis, strip.marked)
            if strip.rows:
                axis.set_yticks(range(len(strip.rows)), strip.rows, fontsize="x-small")
            else:
                axis.set_yticks([])
                axis.set_ylabel(strip.row, fontsize="x-small")
            for start in (phases or {}).values():
                if start:
                    axis.axvline(start - 0.5, color="0.4", linewidth=0.8)
        axes[-1].set_xticks(range(len(steps)), steps, fontsize="x-small")
        axes[-1].set_xlabel(steps_label, fontsize="small")
        for name, start in (phases or {}).items():
            axes[0].annotate(
                page.label(name), (start - 0.4, 1), (0, 14), xycoords=("data", "axes fraction"),
                textcoords="offset points", fontsize="small", fontweight="bold", annotation_clip=False,
            )  # fmt: skip
        if right is not None:
            shape = (len(links), 1) if beside else (1, len(links))
            for axis, (name, matrix) in zip(right.subplots(*shape, squeeze=False).ravel(), links.items(), strict=True):
                _draw(axis, matrix, page.label(name), scales[True])
                axis.set(aspect="equal", xticks=[], yticks=[])
                axis.set_xlabel("from cell", fontsize="x-small")
                axis.set_ylabel("to cell", fontsize="x-small")
        for image in drawn.values():
            bar = left.colorbar(image, ax=list(axes), shrink=min(1.0, 1.2 / height), aspect=12, pad=0.01)
            bar.ax.tick_params(labelsize="x-small")
        page.title(title)
    return page.figure


NOTHING, MARK = "0.85", "#0072b2"
"""The colours of what has no value, and of marks, whose white edge is seen on dark values."""
LOW = 0.25
"""Inches that a strip without names keeps where a figure is as high as a page, so that strips are drawn lower."""
WIDE, LINKS = 5.0, 2.2
"""The width from which links stand beside the strips, and what they take, in inches."""


def heights_of(strips: Sequence[Strip], room: float) -> list[float]:
    """Of strips in inches, all together those of the ``room`` if they may be lower than they are otherwise.

    Rows with names have room for them. Others may be lower, but no strip is lower for it than :data:`LOW`.
    """
    heights = [
        0.11 * max(len(strip.rows), 2) if strip.rows else 0.075 * min(max(len(strip.values), 3), 40) for strip in strips
    ]
    yields = [not strip.rows and height > LOW for strip, height in zip(strips, heights, strict=True)]
    kept = sum(height for height, may in zip(heights, yields, strict=True) if not may)
    share = 1.0 if sum(heights) <= room else max(room - kept, 0) / (sum(heights) - kept)
    return [max(share * height, LOW) if may else height for height, may in zip(heights, yields, strict=True)]


def _checked(strip: Strip, n_steps: int) -> Strip:
    """A strip with values in a matrix, and its rows in a list; :class:`InputError` is raised for what does not fit."""
    what = f"memory_figure: the strip {shown(strip.title)}"
    values, rows = number_matrix(strip.values, what), list_of_names(strip.rows, "rows", what)
    if not len(values) or values.shape[1] != n_steps:
        raise InputError(f"{what} has values in shape {values.shape}, expected (n_rows, {n_steps}), a column a step")
    if rows and len(rows) != len(values):
        raise InputError(f"{what} has {len(rows)} labels for {len(values)} rows; give one for each, or none")
    if strip.marked is not None and np.shape(strip.marked) != values.shape:
        raise InputError(f"{what} marks values in shape {np.shape(strip.marked)}; its values are in {values.shape}")
    return strip._replace(values=values, rows=rows)


def is_share(values: FloatArray) -> bool:
    """Whether all values lie in [0, 1], but for rounding."""
    return bool(np.nanmin(values) >= -ROUNDING and np.nanmax(values) <= 1 + ROUNDING)


def _scales(largest: float, page: Page) -> dict[bool, dict[str, Any]]:
    """How values in [0, 1] are drawn, and how others are, of which ``largest`` is the farthest from 0."""
    shares = {"cmap": page.colour_map("rocket_r"), "vmin": 0.0, "vmax": 1.0}
    others = {"cmap": sns.color_palette("vlag", as_cmap=True), "vmin": -largest, "vmax": largest}
    return {True: shares, False: others}


def _draw(axis: Axes, values: FloatArray, title: str, scale: Mapping[str, Any]) -> AxesImage:
    image = axis.imshow(values, aspect="auto", interpolation="nearest", **scale)
    axis.set_title(title, loc="left", fontsize="small", pad=2)
    axis.tick_params(length=2)
    if np.isnan(values).any():
        axis.set_facecolor(NOTHING)
    return image


def _mark(axis: Axes, marked: BoolArray) -> None:
    axis.autoscale(False)
    rows, steps = np.nonzero(marked)
    for width, colour in ((2.0, "white"), (1.0, MARK)):
        axis.scatter(steps, rows, marker="x", s=11, linewidth=width, color=colour)

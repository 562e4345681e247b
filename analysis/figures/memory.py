"""A figure of an external memory: where it is addressed at every step of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from memsim.analysis.figures.style import plain_text, themed
from memsim.core.arrays import FloatArray

ROUNDING = 1e-6


class Strip(NamedTuple):
    """One panel: values over the steps of a trial."""

    title: str
    values: FloatArray
    """(n_rows, n_steps); in [0, 1], or any numbers, such as the state of a controller."""
    rows: Sequence[str] = ()
    """A label for each row; empty if the rows have no labels."""
    row: str = "cell"
    """What the rows are, if they have no labels."""


@plain_text
def memory_figure(
    strips: Sequence[Strip],
    steps: Sequence[str],
    links: Mapping[str, FloatArray] | None = None,
    *,
    phases: Mapping[str, int] | None = None,
    steps_label: str = "",
    title: str = "",
) -> Figure:
    """Strips over the same steps, one above the other.

    All values in [0, 1] have one scale, from pale to dark, and those of other strips one of their own, around 0; each
    scale has a colour bar.

    Parameters
    ----------
    strips : the panels, from the top.
    steps : a label for each step.
    links : (n_slots, n_slots) link matrices by title, from column to row; they are drawn beside the strips.
    steps_label : the label of the axis of steps.
    phases : the first step of each phase of the trial, by name; lines separate the phases.
    """
    links = links or {}
    heights = [min(max(len(strip.values), 3), 40) for strip in strips]
    with themed():
        width = min(max(0.28 * len(steps) + 1.5, 4), 12)
        height = 0.075 * sum(heights) + 0.27 * len(strips) + 0.9
        figure = Figure(figsize=(width + 2.6 * bool(links), height), layout="constrained")
        figure.get_layout_engine().set(h_pad=0.01, hspace=0.0)  # type: ignore[union-attr, call-arg]
        widths = [width, 2.6][: 1 + bool(links)]
        left, *right = figure.subfigures(1, len(widths), width_ratios=widths, squeeze=False)[0]
        axes = left.subplots(len(strips), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        others = [strip.values for strip in strips if not _is_share(strip.values)]
        scales = _scales(max((float(abs(values).max()) for values in others), default=0.0))
        drawn: dict[bool, AxesImage] = {}
        for axis, strip in zip(axes, strips, strict=True):
            is_share = _is_share(strip.values)
            drawn[is_share] = _draw(axis, strip.values, strip.title, scales[is_share])
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
                name, (start - 0.4, 1), (0, 14), xycoords=("data", "axes fraction"), textcoords="offset points",
                fontsize="small", fontweight="bold", annotation_clip=False,
            )  # fmt: skip
        if right:
            beside = right[0].subplots(len(links), 1, squeeze=False)[:, 0]
            for axis, (name, matrix) in zip(beside, links.items(), strict=True):
                _draw(axis, matrix, name, scales[True])
                axis.set(aspect="equal", xticks=[], yticks=[])
                axis.set_xlabel("from cell", fontsize="x-small")
                axis.set_ylabel("to cell", fontsize="x-small")
        for image in drawn.values():
            left.colorbar(image, ax=list(axes), shrink=min(1.0, 1.2 / height), aspect=12, pad=0.01).ax.tick_params(
                labelsize="x-small"
            )
        figure.suptitle(title, fontsize="medium")
    return figure


def _is_share(values: FloatArray) -> bool:
    """Whether all values lie in [0, 1], but for rounding."""
    return bool(values.min() >= -ROUNDING and values.max() <= 1 + ROUNDING)


def _scales(largest: float) -> dict[bool, dict[str, Any]]:
    """How values in [0, 1] are drawn, and how others are, of which ``largest`` is the farthest from 0."""
    shares = {"cmap": sns.color_palette("rocket_r", as_cmap=True), "vmin": 0.0, "vmax": 1.0}
    others = {"cmap": sns.color_palette("vlag", as_cmap=True), "vmin": -largest, "vmax": largest}
    return {True: shares, False: others}


def _draw(axis: Axes, values: FloatArray, title: str, scale: Mapping[str, Any]) -> AxesImage:
    image = axis.imshow(values, aspect="auto", interpolation="nearest", **scale)
    axis.set_title(title, loc="left", fontsize="small", pad=2)
    axis.tick_params(length=2)
    return image

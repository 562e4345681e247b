"""What must hold of every figure as it is drawn."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

EDGE = 0.01
"""By so many inches may what is drawn lie beyond the canvas."""
TOUCH = 1.0
"""Texts that overlap by fewer pixels in one direction do not touch: letters do not fill their boxes."""
LEAST_LETTERS = 6.0
BLACK = 0.35
"""The largest value of a channel of what is black."""


class Drawn:
    """A figure, laid out as it would be saved, with its texts."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw_without_rendering()
        self.texts = list(self._texts())
        self.edge = EDGE * figure.dpi

    def _texts(self) -> Iterator[tuple[str, Text]]:
        for axes in self.figure.axes:
            if axes.axison:
                for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
                    low, high = sorted(axis.get_view_interval())
                    room = 1e-9 + 1e-6 * abs(high - low)
                    for tick in axis.majorTicks[: len(axis.get_majorticklocs())]:
                        for label in (tick.label1, tick.label2):
                            if label.get_visible() and low - room <= tick.get_loc() <= high + room:
                                yield f"tick {name}", label
                    yield f"label {name}", axis.label
            for title in (axes.title, axes._left_title, axes._right_title):
                yield "title", title
            yield from (("text", text) for text in axes.texts)
            if (legend := axes.get_legend()) is not None:
                yield from (("legend", text) for text in legend.get_texts())
        for part in (self.figure, *self.figure.subfigs):
            yield from (("figure", text) for text in part.texts)
            if part._suptitle is not None:
                yield "title of the figure", part._suptitle
            for legend in part.legends:
                yield from (("legend", text) for text in legend.get_texts())

    @property
    def has_legend(self) -> bool:
        """Whether a legend stands below the panels."""
        return any(part.legends for part in (self.figure, *self.figure.subfigs))

    @property
    def boxes(self) -> list[tuple[str, Text, Bbox]]:
        shown = [(kind, text) for kind, text in self.texts if text.get_visible() and text.get_text().strip()]
        unique = {id(text): (kind, text) for kind, text in shown}
        return [(kind, text, text.get_window_extent(self.renderer)) for kind, text in unique.values()]

    def faults(self) -> list[str]:
        """What is cut, touches, is slanted or too small, in words."""
        boxes = self.boxes
        return [*self._cut(boxes), *self._touching(boxes), *self._slanted(boxes), *self._small(boxes)]

    def cut_at(self, dpi: float) -> list[str]:
        """What is cut at another resolution, in words."""
        was = self.figure.dpi
        self.figure.set_dpi(dpi)
        try:
            again = Drawn(self.figure)
            return [f"at {dpi:g} dpi {said}" for said in again._cut(again.boxes)]
        finally:
            self.figure.set_dpi(was)

    def _cut(self, boxes: list[tuple[str, Text, Bbox]]) -> Iterator[str]:
        width, height = self.figure.bbox.width, self.figure.bbox.height
        for kind, text, box in boxes:
            if box.x0 < -self.edge or box.y0 < -self.edge or box.x1 > width + self.edge or box.y1 > height + self.edge:
                yield f"{kind} {text.get_text()!r} leaves the canvas: {box.extents.round(1)} of {width:g} x {height:g}"
        for axes in self.figure.axes:
            inside = axes.get_tightbbox(self.renderer)
            if (
                inside is not None
                and np.isfinite(inside.extents).all()
                and (
                    inside.x0 < -self.edge
                    or inside.y0 < -self.edge
                    or inside.x1 > width + self.edge
                    or inside.y1 > height + self.edge
                )
            ):
                yield f"axes {axes.get_title()!r} leave the canvas: {inside.extents.round(1)} of {width:g} x {height:g}"
        for legend in (each for part in (self.figure, *self.figure.subfigs) for each in part.legends):
            box = legend.get_window_extent(self.renderer)
            if box.x0 < -self.edge or box.x1 > width + self.edge or box.y0 < -self.edge or box.y1 > height + self.edge:
                yield f"the legend leaves the canvas: {box.extents.round(1)} of {width:g} x {height:g}"

    def _touching(self, boxes: list[tuple[str, Text, Bbox]]) -> Iterator[str]:
        for (kind, one, box), (other_kind, other, other_box) in combinations(boxes, 2):
            across = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
            down = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
            if across > TOUCH and down > TOUCH:
                yield f"{kind} {one.get_text()!r} touches {other_kind} {other.get_text()!r} ({across:.0f} x {down:.0f})"

    def _slanted(self, boxes: list[tuple[str, Text, Bbox]]) -> Iterator[str]:
        for kind, text, _ in boxes:
            if text.get_rotation() % 90:
                yield f"{kind} {text.get_text()!r} is slanted by {text.get_rotation():g} degrees"

    def _small(self, boxes: list[tuple[str, Text, Bbox]]) -> Iterator[str]:
        for kind, text, _ in boxes:
            if text.get_fontsize() < LEAST_LETTERS - 0.05:
                yield f"{kind} {text.get_text()!r} has letters of {text.get_fontsize():.1f} points"
        for axes in self.figure.axes:
            for kind in ("tick x", "tick y"):
                ticks = [text for each, text in self.texts if each == kind and text.axes is axes and text.get_text()]
                found = {round(float(text.get_fontsize()), 2) for text in ticks}
                if len(found) > 1:
                    yield f"{kind} of {axes.get_title()!r} have several sizes: {sorted(found)}"


def is_black(color: Any) -> bool:
    """Whether a colour is black, or a grey that looks so."""
    red, green, blue, alpha = to_rgba(color)
    return alpha > 0 and max(red, green, blue) <= BLACK


def black_series(axes: Axes) -> list[str]:
    """The labels of lines and markers of some axes that are black."""
    found = []
    for line in axes.lines:
        drawn = line.get_linestyle() not in ("None", "none") or line.get_marker() not in ("None", "none", None)
        if drawn and line.get_visible() and len(np.ravel(line.get_xdata())) and is_black(line.get_color()):
            found.append(str(line.get_label()))
    return found

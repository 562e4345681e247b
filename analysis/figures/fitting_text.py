"""Texts of a figure within their places: broken into lines where they would be cut, thinned where they would touch."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import FigureBase
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from memsim.analysis.figures.shown_figure import ShownFigure
from memsim.core.names import printable

LEAST_SIZE = 6.0
"""Of letters, in points."""
GAP = 3.0
"""Between two texts, in points."""
LINE = 1.25
"""Height of a line, in sizes of its letters."""
LONGEST_NAMES = (90.0, 120.0)
"""Of names at ticks that stand upright, in points: of most, and of those which have little room beside one another."""
MOST_LINES = 4
"""Of a name, label or title of a panel; of a longer one the beginning is drawn."""
RESOLUTIONS = (72, 80, 90, 96, 100, 110, 120, 144, 150, 200, 300, 720)
"""Dots per inch at which letters are measured: their widths are whole dots, so that a text of one size in points is up
to a tenth wider at one resolution than at another."""
SHARE_OF_NAMES = 0.33
"""The largest share of the width of a figure that names at the vertical axis take."""


def fit_text(figure: Any, owned: Sequence[Any]) -> None:
    """Keep titles, labels and names at ticks of some parts of a figure within their places.

    Titles and labels are broken into lines as long as what they stand at, names at ticks as long as their part of the
    axis; names of which a word is longer stand upright. Of numbers at ticks that would touch, some are left out.

    Parameters
    ----------
    figure : the whole figure, whose layout says how much room there is.
    owned : what is fitted: figures, subfigures or axes.
    """
    axes = list(dict.fromkeys(each for part in owned for each in (_axes_of(part))))
    for each in (text for part in owned for text in part.findobj(Text)):
        if float(each.get_fontsize()) < LEAST_SIZE:
            each.set_fontsize(LEAST_SIZE)
    for room in (each for part in owned if isinstance(part, FigureBase) for each in _parts(part)):
        if (title := getattr(room, "_suptitle", None)) is not None:
            _break(title, _points(room.bbox.width, figure) - 8)
    for each in axes:
        _pin_ticks(each)
    for each in axes:
        _fit_names_beside(each, _points(figure.bbox.width, figure))
    with _without_names_below(axes):  # which, as long as they are, would leave the panels no width
        _lay_out(figure)
    before = _extents(owned, axes)
    for each in axes:
        _fit_ticks_below(each)
    if isinstance(figure, ShownFigure) and figure in owned:
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, height + _height_of_upright_names(axes) / 72)
    for each in axes:
        _fit_titles(each)
        _break(each.xaxis.label, _points(each.bbox.width, figure), MOST_LINES)
        _fit_vertical_label(each, figure)
    if before != _extents(owned, axes):  # what was broken takes more height and less width
        _lay_out(figure)
    for each in axes:
        _fit_titles(each)
        _fit_vertical_label(each, figure)
        _thin(each.yaxis, each, vertical=True)
        _thin(each.xaxis, each, vertical=False)


@contextmanager
def _without_names_below(axes: Sequence[Axes]) -> Iterator[None]:
    """Hide names at the ticks of horizontal axes that are not as long as their names side by side."""
    hidden = []
    for each in axes:
        labels = _shown_labels(each.xaxis) if _has_names(each.xaxis) and not _is_hidden(each.xaxis) else []
        room = _points(each.bbox.width, each.get_figure())
        if sum(text_width(text.get_text(), float(text.get_fontsize())) + GAP for _, text in labels) > room:
            shown = each.xaxis.get_tick_params(which="major")
            sides: Any = {side: True for side in ("labelbottom", "labeltop") if shown.get(side, False)}
            hidden.append((each.xaxis, sides))
            unseen: Any = dict.fromkeys(sides, False)
            each.xaxis.set_tick_params(**unseen)
    yield
    for axis, sides in hidden:
        axis.set_tick_params(**sides)


def _height_of_upright_names(axes: Sequence[Axes]) -> float:
    """What names that stand upright take in points, beyond a line, in all rows of panels together."""
    rows: dict[tuple[Any, int], float] = {}
    for each in axes:
        spec = each.get_subplotspec()
        for _, text in _shown_labels(each.xaxis):
            if spec is not None and text.get_rotation() == 90 and not _is_hidden(each.xaxis):
                key = (id(spec.get_gridspec()), spec.rowspan.start)
                size = float(text.get_fontsize())
                rows[key] = max(rows.get(key, 0.0), text_width(text.get_text(), size) - LINE * size)
    return sum(rows.values())


def _extents(owned: Sequence[Any], axes: Sequence[Axes]) -> list[str]:
    return [
        text.get_text() + str(text.get_rotation())
        for each in axes
        for text in (each.title, each._left_title, each._right_title, each.xaxis.label, each.yaxis.label,  # type: ignore[attr-defined]
                     *each.get_xticklabels(), *each.get_yticklabels())
    ]  # fmt: skip


def _fit_vertical_label(axes: Axes, figure: Any) -> None:
    label = axes.yaxis.label
    if label.get_rotation() == 90:
        longest = max((text_width(word, float(label.get_fontsize())) for word in label.get_text().split()), default=0.0)
        _break(label, max(_points(axes.bbox.height, figure), longest + 0.1), MOST_LINES)


def text_width(text: str, size: float, weight: Any = "normal", math: bool = False) -> float:
    """The width of a text in points, that of its longest line, at the resolution at which it is widest."""
    return max((_line_width(line, size, weight, math) for line in text.split("\n")), default=0.0)


def broken(text: str, width: float, size: float, weight: Any = "normal") -> str:
    """A text in lines of at most this width in points; lines that it has are kept, and long words are broken."""
    return "\n".join(part for line in text.split("\n") for part in _lines(line, width, size, weight))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Measure without the warnings that matplotlib gives when the figure is drawn: of a letter that is not in the font,
    and of texts that leave no room, which are yet to be broken.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph|constrained_layout not applied")
        yield


def _line_width(line: str, size: float, weight: Any, math: bool) -> float:
    drawn = [line] if math else printable(line)
    if not drawn:
        return 0.0
    return max(map(sum, zip(*(_drawn_widths(part, size, weight, math) for part in drawn), strict=True)))


@lru_cache(maxsize=16384)
def _drawn_widths(text: str, size: float, weight: Any, math: bool) -> tuple[float, ...]:
    """The widths of a letter or formula in points at :data:`RESOLUTIONS`; letters are measured once for all texts."""
    font = FontProperties(size=size, weight=weight)
    with _without_warnings():
        return tuple(
            float(_renderer(dpi).get_text_width_height_descent(text, font, math)[0]) * 72 / dpi for dpi in RESOLUTIONS
        )


@lru_cache(maxsize=len(RESOLUTIONS))
def _renderer(dpi: int) -> Any:
    made: Any = RendererAgg
    return made(8, 8, dpi)


def _lines(line: str, width: float, size: float, weight: Any) -> Iterator[str]:
    done = ""
    for word in line.split(" "):
        longer = f"{done} {word}" if done else word
        if _line_width(longer, size, weight, False) <= width or not (done or word):
            done = longer
            continue
        if done:
            yield done
        *whole, done = _parts_of_word(word, width, size, weight)
        yield from whole
    yield done


def _parts_of_word(word: str, width: float, size: float, weight: Any) -> list[str]:
    """A word in parts that fit, broken after a mark if it has one, or before a capital, or else anywhere."""
    if _line_width(word, size, weight, False) <= width:
        return [word]
    pieces = [piece for piece in re.split(r"(?<=[_:/+,=.-])|(?<=[a-z])(?=[A-Z])", word) if piece]
    parts = [""]
    for piece in pieces:
        if parts[-1] and _line_width(parts[-1] + piece, size, weight, False) > width:
            parts.append("")
        for letter in [piece] if _line_width(piece, size, weight, False) <= width else piece:
            if parts[-1] and _line_width(parts[-1] + letter, size, weight, False) > width:
                parts.append("")
            parts[-1] += letter
    return parts


def _axes_of(part: Any) -> Iterable[Axes]:
    inside: Any = part.axes
    return list(inside) if isinstance(part, FigureBase) else [part]


def _parts(part: Any) -> Iterator[Any]:
    yield part
    for each in part.subfigs:
        yield from _parts(each)


def _points(pixels: float, figure: Any) -> float:
    return float(pixels) * 72 / float(figure.dpi)


def _dpi(axes: Axes) -> float:
    figure: Any = axes.get_figure()
    return float(figure.dpi)


def _lay_out(figure: Any) -> None:
    if (engine := figure.get_layout_engine()) is not None:
        with _without_warnings():
            engine.execute(figure)


def _pin_ticks(axes: Axes) -> None:
    """Set sizes of ticks for good: matplotlib makes ticks when it draws, when the theme no longer holds."""
    theme: Any = matplotlib.rcParams
    for name, axis in (("xtick", axes.xaxis), ("ytick", axes.yaxis)):
        for which in ("major", "minor"):
            set_already = axis.get_tick_params(which=which)
            sizes = {
                "labelsize": theme[f"{name}.labelsize"],
                "length": theme[f"{name}.{which}.size"],
                "width": theme[f"{name}.{which}.width"],
                "pad": theme[f"{name}.{which}.pad"],
            }
            sizes = {key: set_already.get(key, value) for key, value in sizes.items()}
            axis.set_tick_params(which=which, **sizes)


def _break(text: Text, width: float, most: int | None = None) -> None:
    was = text.get_text()
    fitting = broken(was, width, float(text.get_fontsize()), text.get_fontweight())
    if (fitting := _cut(fitting, most)) != was:
        text.set_text(fitting)


def _cut(text: str, most: int | None) -> str:
    """The first lines of a text; dots say that there are more."""
    lines = text.split("\n")
    return text if most is None or len(lines) <= most else "\n".join(lines[:most]) + "…"


def _fit_titles(axes: Axes) -> None:
    """Break the titles of axes; one beside another gets what that leaves."""
    width = 0.9 * _points(axes.bbox.width, axes.get_figure())
    titles = [getattr(axes, name) for name in ("_left_title", "title", "_right_title")]
    titles = [title for title in titles if title.get_text()]
    for at, title in enumerate(titles):
        _break(title, max(width if len(titles) == at + 1 else width / (len(titles) - at), 30.0), MOST_LINES)
        width -= text_width(title.get_text(), float(title.get_fontsize()), title.get_fontweight()) + GAP


def _has_names(axis: Axis) -> bool:
    """Whether words stand at the ticks of an axis, all of which are to be read, and not numbers."""
    if not isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter):
        return False
    return any(letter.isalpha() for _, text in _shown_labels(axis) for letter in text.get_text())


def _shown_labels(axis: Axis) -> list[tuple[float, Text]]:
    """The places and texts at the ticks of an axis that are drawn, in the order of their places."""
    low, high = sorted(axis.get_view_interval())
    room = 1e-9 + 1e-6 * abs(high - low)
    labels = zip(np.asarray(axis.get_majorticklocs(), dtype=float).tolist(), axis.get_majorticklabels(), strict=False)
    shown = [(at, text) for at, text in labels if low - room <= at <= high + room]
    return sorted(
        ((at, text) for at, text in shown if text.get_text() and text.get_visible()), key=lambda each: each[0]
    )


def _places(axes: Axes, at: Sequence[float], vertical: bool) -> Any:
    """Places along an axis in points."""
    zero = [0.0] * len(at)
    pairs = np.column_stack([zero, at] if vertical else [at, zero])
    transform = axes.get_yaxis_transform() if vertical else axes.get_xaxis_transform()
    return np.asarray(transform.transform(pairs))[:, int(vertical)] * 72 / _dpi(axes)


def _is_hidden(axis: Axis) -> bool:
    shown = axis.get_tick_params(which="major")
    return not any(shown.get(name, False) for name in ("labelleft", "labelright", "labelbottom", "labeltop"))


def _fit_ticks_below(axes: Axes) -> None:
    """Break names at the ticks of the horizontal axis, or turn them upright."""
    axis, labels = axes.xaxis, _shown_labels(axes.xaxis)
    if not _has_names(axis) or len(labels) == 0 or not axes.axison or _is_hidden(axis):
        return
    places = _places(axes, [at for at, _ in labels], vertical=False)
    gaps = np.diff(places)
    width = _points(axes.bbox.width, axes.get_figure())
    free = float(gaps.min() if len(gaps) else width) - GAP
    # The names at the ends may go beyond the axis as far as names of other axes leave room, which they need not.
    names = [" ".join(text.get_text().split()) for _, text in labels]
    size = float(labels[0][1].get_fontsize())
    if all(_line_width(name, size, "normal", False) <= free for name in names):
        fitting, upright = names, False
    else:
        words = [part for name in names for part in re.split(r" |(?<=[_:/+-])|(?<=[a-z])(?=[A-Z])", name) if part]
        upright = max(_line_width(word, size, "normal", False) for word in words) > free
        fitting = [_cut(broken(name, free, size), MOST_LINES) for name in names]
        if upright:
            room = min(max(int(free / (LINE * LEAST_SIZE)), 1), MOST_LINES)
            for length in LONGEST_NAMES:  # longer ones where there is no room for as many lines
                whole = [broken(name, length, size) for name in names]
                most = max(1 + name.count("\n") for name in whole)
                if most <= room:
                    break
            fitting, most = [_cut(name, room) for name in whole], min(most, room)
            size = max(min(size, free / (LINE * most)), LEAST_SIZE)
    was = [text.get_text() for _, text in labels]
    if upright or fitting != was:
        axes.set_xticks([at for at, _ in labels], fitting)
        for label in axis.get_majorticklabels():
            label.set_parse_math(False)
        axis.set_tick_params(labelrotation=90 if upright else 0, labelsize=size)
        for label in axis.get_majorticklabels():
            label.set_horizontalalignment("center")
            label.set_rotation_mode("default")


def _fit_names_beside(axes: Axes, width: float) -> None:
    """Break long names at the ticks of the vertical axis."""
    axis, labels = axes.yaxis, _shown_labels(axes.yaxis)
    if not _has_names(axis) or not labels or not axes.axison or _is_hidden(axis):
        return
    size = float(labels[0][1].get_fontsize())
    names = [" ".join(text.get_text().split()) for _, text in labels]
    if any(text_width(text.get_text(), size) > SHARE_OF_NAMES * width for _, text in labels):
        axes.set_yticks(
            [at for at, _ in labels], [_cut(broken(name, SHARE_OF_NAMES * width, size), MOST_LINES) for name in names]
        )
        for label in axis.get_majorticklabels():
            label.set_parse_math(False)


def _thin(axis: Axis, axes: Axes, *, vertical: bool) -> None:
    """Leave out numbers at ticks until those that are left do not touch."""
    if _is_hidden(axis) or not axes.axison or _has_names(axis):
        return
    for _ in range(8):
        labels = _shown_labels(axis)
        if len(labels) < 2 or not _touch(axes, labels, vertical):
            return
        locator, locs = axis.get_major_locator(), [at for at, _ in labels]
        if isinstance(locator, MaxNLocator) and len(locs) > 2:
            axis.set_major_locator(MaxNLocator(nbins=max(len(locs) - 2, 1), steps=[1, 2, 2.5, 5, 10]))
            continue
        start = locs.index(0) % 2 if 0 in locs else 0
        if isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter):
            axis.set_ticks(locs[start::2], [text.get_text() for _, text in labels][start::2])
        else:
            axis.set_major_locator(FixedLocator(locs[start::2]))


def _touch(axes: Axes, labels: Sequence[tuple[float, Text]], vertical: bool) -> bool:
    places = _places(axes, [at for at, _ in labels], vertical)
    upright = labels[0][1].get_rotation() == 90
    extents = []
    for _, text in labels:
        size = float(text.get_fontsize())
        if vertical or upright:
            extents.append(0.9 * size * (1 + LINE * text.get_text().count("\n")))
        else:
            math = text.get_parse_math() and "$" in text.get_text()
            extents.append(text_width(text.get_text(), size, "normal", math))
    order = np.argsort(places)
    gap = 0.5 if vertical or upright else GAP
    return any(
        places[right] - places[left] < (extents[left] + extents[right]) / 2 + gap for left, right in pairwise(order)
    )

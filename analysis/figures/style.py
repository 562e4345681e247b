"""The common style of figures: the theme, the look of people and of models, sizes and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from itertools import pairwise
from math import floor, log10
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple, ParamSpec

import matplotlib
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, Formatter, FuncFormatter

from memsim.analysis.bins import MOST_LEVELS
from memsim.core.errors import InputError
from memsim.core.files.written_files import write_file
from memsim.core.names import printable

PEOPLE: dict[str, Any] = {"color": "0.1", "marker": "o", "markersize": 4.5, "linewidth": 1.2}
LINES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)))
MARKERS = "sD^vPX<>"
MAX_LAG = 5
WIDTHS = {1: 89 / 25.4, 2: 183 / 25.4}
"""Width in inches of figures over one and two columns of a journal."""
FORMATS = (".png", ".pdf", ".svg")
MOST_LETTERS = 300
"""Of one label; of a longer one the beginning is drawn."""
_JOINER = "\u2060"
P = ParamSpec("P")


class Style(NamedTuple):
    """How a model or people are drawn; people are always black points with bars."""

    color: Any
    line: Any
    marker: str
    is_people: bool


def styles(names: Sequence[str], people: Sequence[str] = ()) -> dict[str, Style]:
    """A style for each name: models differ in colour, line and marker; further groups of people are grey."""
    colors = sns.color_palette("colorblind")
    models = [name for name in names if name not in people]
    found = {
        name: Style(colors[i % len(colors)], LINES[i % len(LINES)], MARKERS[i % len(MARKERS)], False)
        for i, name in enumerate(models)
    }
    groups = [name for name in names if name in people]
    for i, name in enumerate(groups):
        found[name] = Style(f"{0.1 + 0.5 * i / max(len(groups) - 1, 1):.2f}", LINES[i % len(LINES)], "o", True)
    return {name: found[name] for name in names}


def draw_line(axis: Axes, points: pd.DataFrame, name: str, style: Style, x: str = "x") -> None:
    """Draw a curve of ``mean`` by ``x`` with its interval ``low, high``: bars for people, a band for a model."""
    if not style.is_people:
        axis.plot(
            points[x], points["mean"], color=style.color, linestyle=style.line, label=legend_label(name), linewidth=1.8
        )
        known = points["mean"].notna()
        alone = known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)
        if alone.any():  # between two gaps a line has no length
            axis.plot(
                points[x][alone], points["mean"][alone], color=style.color, linestyle="none", marker="o", markersize=4
            )
        axis.fill_between(points[x], points["low"], points["high"], color=style.color, alpha=0.25, linewidth=0)
        return
    look = {**PEOPLE, "color": style.color, "linestyle": style.line}
    axis.errorbar(
        points[x],
        points["mean"],
        yerr=bars(points),
        label=legend_label(name),
        capsize=0,
        elinewidth=1,
        zorder=3,
        **look,
    )


def bars(points: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Lengths of error bars below and above ``mean``; 0 where the interval is not known."""
    below, above = points["mean"] - points["low"], points["high"] - points["mean"]
    return below.clip(lower=0).fillna(0), above.clip(lower=0).fillna(0)


@contextmanager
def themed(font_scale: float = 1.1) -> Iterator[None]:
    """Apply the theme of memsim while a figure is drawn."""
    style = {**sns.axes_style("ticks"), **sns.plotting_context("paper", font_scale=font_scale), "legend.frameon": False}
    with matplotlib.rc_context(style):
        yield


def plain_text(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Decorate a function that draws a figure: labels are shown as they are, whatever characters they hold.

    Matplotlib would read what stands between two dollar signs as a formula, and fail where it is none. Numbers at ticks
    keep their formulas, which are matplotlib's own.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        figure = draw(*args, **kwargs)
        numbers: set[int] = set()
        for axes in figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                formatter = axis.get_major_formatter()
                if isinstance(formatter, FuncFormatter | FixedFormatter):  # labels, which are set anew at every drawing
                    axis.set_major_formatter(FuncFormatter(partial(_tick, formatter)))
                else:
                    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
                    numbers |= {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
        for text in figure.findobj(Text):
            if isinstance(text, Text) and id(text) not in numbers:
                text.set_parse_math(False)
                text.set_text(_plain(text.get_text()))
        return figure

    return drawn


def legend_label(name: str) -> str:
    """``name`` as the label of a line; matplotlib would leave those that begin with ``_`` out of legends."""
    return f"{_JOINER}{name}" if str(name).startswith("_") else name


def _tick(formatter: Formatter, value: float, position: int | None) -> str:
    return _plain(formatter(value, position))


def _plain(text: str) -> str:
    text = printable(str(text).removeprefix(_JOINER))
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write ``figure`` as png at 300 dots per inch, pdf or svg, by the suffix of ``path``.

    Text stays text in pdf and svg, and no date is written, so that the same figure gives the same file.

    Raises
    ------
    InputError : the suffix is not .png, .pdf or .svg; the file cannot be written; or a file is there that memsim did
        not write.
    """
    path = Path(path)
    require_figure_file(path)
    write_file(path, lambda partial: draw_to(figure, partial))


def require_figure_file(path: Path) -> None:
    """Raise :class:`InputError` unless ``path`` has a suffix that :func:`save_figure` writes."""
    if path.suffix not in FORMATS:
        raise InputError(f"{path} must end in {', '.join(FORMATS)}")


def draw_to(figure: Figure, path: Path) -> None:
    """:func:`save_figure` into a scratch file."""
    date = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}.get(path.suffix)
    with matplotlib.rc_context({"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "memsim"}):
        figure.savefig(path, dpi=300, metadata=date)


def near_lags(points: pd.DataFrame, x: str) -> pd.DataFrame:
    """The points at lags up to 5 in both directions, with a gap at 0."""
    points = points[points[x].abs() <= MAX_LAG].copy()
    points.loc[points[x] == 0, ["mean", "low", "high"]] = float("nan")
    return points


def whole_ticks(axis: Axes) -> list[int]:
    """Ticks for the data of an axis: all lags, or some serial positions, the first among them."""
    limits = axis.dataLim.intervalx
    low, high = (round(limit) for limit in limits) if np.isfinite(limits).all() else (1, 1)
    if low < 0:
        return list(range(low, high + 1))
    step = next((size for most, size in ((10, 1), (30, 5), (60, 10), (120, 20), (300, 50)) if high <= most), 0)
    step = step or 10 ** floor(log10(high / 2))  # from two to twenty
    step *= 1 if high / step <= 9 else 2 if high / step <= 18 else 5
    return [low, *(tick for tick in range(step if step > 1 else low + 1, high + 1, step) if tick > low)]


def lag_axis(axis: Axes, longest: float) -> None:
    """Make the horizontal axis logarithmic, with ticks at 0 and at powers of two, where lags go beyond 24."""
    if longest > MOST_LEVELS:
        powers = [0, *(2**k for k in range(int(np.log2(longest)) + 1))]
        axis.set_xscale("symlog", base=2, linthresh=1)
        axis.set_xlim(-0.4, longest * 2**0.4)
        axis.xaxis.set_major_locator(FixedLocator(powers[:: 1 + len(powers) // 8]))
        axis.xaxis.set_minor_locator(FixedLocator(powers))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def fit_labels(axis: Axes, width: float) -> None:
    """Break the label of the horizontal axis into lines, and turn names at its ticks, where they are too wide.

    Parameters
    ----------
    width : of the panel with its vertical labels, in inches.
    """
    free = 72 * (width - 0.55)
    label = axis.xaxis.label
    label.set_text(fill(label.get_text(), max(int(free / (0.52 * float(label.get_fontsize()))), 12)))
    if not isinstance(axis.xaxis.get_major_formatter(), FixedFormatter | FuncFormatter):
        return
    names = [tick.get_text() for tick in axis.get_xticklabels()]
    widths = [max(map(len, name.split("\n"))) for name in names]
    letter = 0.52 * float(axis.get_xticklabels()[0].get_fontsize()) if names else 0
    pairs = [(left + right) / 2 + 1 for left, right in pairwise(widths)]
    if pairs and max(pairs) * letter > free / len(names):
        axis.set_xticks(
            axis.get_xticks(), [name.replace("\n", " ") for name in names], rotation=35, ha="right",
            rotation_mode="anchor",
        )  # fmt: skip

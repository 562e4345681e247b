"""The common style of figures: the theme, the look of people and of models, sizes and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from math import floor, log10
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, Formatter, FuncFormatter

from memsim.analysis.bins import MOST_LEVELS
from memsim.analysis.figures.fitting_text import fit_text
from memsim.analysis.figures.looks import LINES as LINES
from memsim.analysis.figures.looks import MARKERS as MARKERS
from memsim.analysis.figures.looks import Style as Style
from memsim.analysis.figures.looks import styles as styles
from memsim.core.errors import InputError
from memsim.core.files.written_files import write_file
from memsim.core.names import kind_of, printable

PEOPLE: dict[str, Any] = {"color": "0.1", "marker": "o", "markersize": 4.5, "linewidth": 1.2}
MAX_LAG = 5
WIDTHS = {1: 89 / 25.4, 2: 183 / 25.4}
"""Width in inches of figures over one and two columns of a journal."""
FONTS: dict[str, float] = {
    "font.size": 8.7, "axes.titlesize": 8.7, "figure.titlesize": 8.7, "axes.labelsize": 8.0, "xtick.labelsize": 7.2,
    "ytick.labelsize": 7.2, "legend.fontsize": 7.2, "legend.title_fontsize": 7.2,
}  # fmt: skip
"""Of letters, in points; matplotlib's ``x-small``, the smallest that memsim uses, is then 6 points."""
FORMATS = (".png", ".pdf", ".svg")
MOST_LETTERS = 500
"""Of one label; of a longer one the beginning is drawn."""
_JOINER = "\u2060"
P = ParamSpec("P")


def draw_line(axis: Axes, points: pd.DataFrame, name: str, style: Style, x: str = "x") -> None:
    """Draw a curve of ``mean`` by ``x`` with its interval ``low, high``: bars for people, a band for a model.

    A curve without a point that is defined has no label, so that legends list what is drawn. A curve of single points,
    such as the ROC of yes and no, is drawn with the marker of its style, and stands so in the legend.
    """
    label = legend_label(name) if points["mean"].notna().any() else "_nothing is drawn"
    if not style.is_people:
        known = points["mean"].notna()
        alone = known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)
        single = bool(alone.any() and (alone == known).all())
        dots = {"color": style.color, "linestyle": "none", "marker": style.marker if single else "o", "markersize": 4}
        if not single:
            axis.plot(points[x], points["mean"], color=style.color, linestyle=style.line, label=label, linewidth=1.8)
        if alone.any():  # between two gaps a line has no length
            axis.plot(points[x][alone], points["mean"][alone], label=label if single else None, **dots)
        axis.fill_between(points[x], points["low"], points["high"], color=style.color, alpha=0.25, linewidth=0)
        return
    look = {**PEOPLE, "color": style.color, "linestyle": style.line}
    axis.errorbar(
        points[x],
        points["mean"],
        yerr=bars(points),
        label=label,
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
def themed() -> Iterator[None]:
    """Apply the theme of memsim while a figure is drawn: letters of 6 to 8.7 points in a figure of any width."""
    style = {**sns.axes_style("ticks"), **sns.plotting_context("paper"), **FONTS, "legend.frameon": False}
    with matplotlib.rc_context(style):
        yield


def plain_text(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Decorate a function that draws a figure: labels are shown as they are, and stay within their places.

    Matplotlib would read what stands between two dollar signs as a formula, and fail where it is none. Numbers at ticks
    keep their formulas, which are matplotlib's own. Titles, labels and names at ticks are broken into lines where they
    would be cut or touch (:func:`memsim.analysis.figures.fitting_text.fit_text`). Where the function got ``ax``, only
    what stands in these axes is touched.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        figure = draw(*args, **kwargs)
        given: Any = kwargs.get("ax")
        owned = [figure] if given is None else list(np.ravel(given)) if np.ndim(given) else [given]
        for each in owned:
            _show_plainly(each)
        with themed():
            fit_text(figure, owned)
        return figure

    return drawn


def _show_plainly(part: Any) -> None:
    numbers: set[int] = set()
    inside: Any = part.axes
    for axes in inside if isinstance(part, FigureBase) else [part]:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FuncFormatter | FixedFormatter):  # labels, which are set anew at every drawing
                axis.set_major_formatter(FuncFormatter(partial(_tick, formatter)))
            else:
                ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
                numbers |= {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
    for text in part.findobj(Text):
        if isinstance(text, Text) and id(text) not in numbers:
            text.set_parse_math(False)
            text.set_text(_plain(text.get_text()))


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
    InputError : no figure, or no name of a file; the suffix is not .png, .pdf or .svg; the file cannot be written; or
        a file is there that memsim did not write.
    """
    if not isinstance(figure, Figure) or not isinstance(path, str | Path):
        raise InputError(
            f"save_figure: takes a figure and a file, as in save_figure(figure, 'curves.pdf'); these are a "
            f"{kind_of(figure)} and a {kind_of(path)}"
        )
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

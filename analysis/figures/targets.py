"""Figures of published numbers beside the numbers that memsim obtains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator

from memsim.analysis.checks import parts_in
from memsim.analysis.figures.fitting_text import LINE, SHARE_OF_NAMES, broken, text_width
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import FONTS, PEOPLE, legend_label, plain_text, themed, whole_ticks
from memsim.analysis.numeric_columns import as_numbers, plain_numbers, with_numbers
from memsim.analysis.statistics.tables import require_columns
from memsim.core.errors import InputError
from memsim.core.names import require_mapping, shown
from memsim.core.tables.long_table_rows import at_row

TARGET: dict[str, Any] = {
    "color": "0.5", "marker": "o", "markersize": 4.5, "markerfacecolor": "w", "linewidth": 1.2, "zorder": 3,
}  # fmt: skip
"""Targets that are not people: numbers of a publication, of another program, or of our own computation."""
OTHER_TARGET: dict[str, Any] = {"color": "0.6", "linestyle": "--", "linewidth": 1.2, "zorder": 1}
LEAST_PANEL = 1.9
"""Width of a panel in inches."""
ROW = 0.24
"""Height of a row of a table in inches."""
MARKS = {True: "✓", False: "✗"}


class Panel(NamedTuple):
    """One panel: the target curve and one or more obtained curves, each indexed by x, which are numbers or names."""

    title: str
    x_label: str
    y_label: str
    target: pd.Series
    obtained: Mapping[str, pd.Series]
    target_label: str = "target"
    of_people: bool = False
    """Whether the target is what people did; only then is it black."""


@plain_text
def target_figure(panels: Sequence[Panel], title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """Draw targets over obtained curves; curves by lag have a gap at 0. Panels of one quantity have one scale.

    Targets are black if they are people, and grey with open circles if not; those under another label than those of the
    first panel are a dashed line. Curves over names, such as conditions, are points.

    Parameters
    ----------
    panels, title : what is drawn.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.

    Raises
    ------
    InputError : there are no panels, or a curve is no series of numbers; and as of ``drawing``.
    """
    page = Page("target_figure", drawing, 2)
    panels = [_with_numbers(panel) for panel in parts_in(panels, Panel, "panels", "target_figure")]
    look = page.styles(dict.fromkeys(label for panel in panels for label in panel.obtained))
    across = page.across(len(panels), LEAST_PANEL)
    with themed():
        axes = page.panels(len(panels), least=LEAST_PANEL, height=min(0.85 * page.width / across, 3.0))
        handles: dict[str, Any] = {}
        published = list(dict.fromkeys(panel.target_label for panel in panels))
        for axis, panel in zip(axes, panels, strict=True):
            for label, curve in panel.obtained.items():
                style = look[label]
                drawn: dict[str, Any] = {"color": style.color, "linestyle": style.line, "linewidth": 1.8}
                if _is_named(curve):  # between categories there is no line
                    drawn |= {"linestyle": "none", "marker": style.marker, "markersize": 6}
                for part in _parts(curve):
                    (line,) = axis.plot(part, **drawn)
                    if len(part):
                        handles.setdefault(label, line)
            first = panel.target_label in published[:1]
            drawn = PEOPLE if panel.of_people else TARGET if first else OTHER_TARGET
            for part in _parts(panel.target):
                (line,) = axis.plot(part, **(drawn | {"linestyle": "none"} if _is_named(part) else drawn))
                if len(part):
                    handles.setdefault(panel.target_label, line)
            axis.set(title=page.label(panel.title), xlabel=panel.x_label, ylabel=panel.y_label)
            if _is_named(panel.target):
                axis.margins(x=0.2)
            else:
                axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))
            sns.despine(ax=axis)
        for label in {panel.y_label for panel in panels}:
            _one_scale([axis for axis, panel in zip(axes, panels, strict=True) if panel.y_label == label])
        page.legend(handles, least=1)
        page.title(title)
    return page.figure


@plain_text
def identity_figure(table: pd.DataFrame, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """Obtained against target numbers, coloured by ``citation``; equal numbers lie on the line.

    Parameters
    ----------
    table : the columns ``target``, ``obtained`` and ``citation``.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is one column wide.
    """
    page = Page("identity_figure", drawing, 1)
    require_columns(table, ["citation"], ["target", "obtained"], "identity_figure")
    table = with_numbers(table, ["target", "obtained"], "identity_figure")
    look = page.styles(table["citation"].unique())
    with themed():
        axis = page.axes(min(page.width, 5.0))
        handles: dict[str, Any] = {}
        for citation, style in look.items():
            rows = table[table["citation"] == citation]
            (handles[citation],) = axis.plot(
                rows["target"], rows["obtained"], "o", color=style.color, alpha=0.7, markersize=5,
                label=legend_label(citation),
            )  # fmt: skip
        ends = [table["target"].min(), table["target"].max()]
        axis.plot(ends, ends, color="0.6", linewidth=1, zorder=0)
        axis.set(xlabel="Target", ylabel="Obtained")
        axis.set_xscale("symlog", linthresh=0.1)
        axis.set_yscale("symlog", linthresh=0.1)
        sns.despine(ax=axis)
        page.legend(handles, least=1)
        page.title(title)
    return page.figure


@plain_text
def criteria_figure(table: pd.DataFrame, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
    """A table of criteria by models and people: each number on blue if it passes, on orange if it fails.

    Columns for which the figure is too narrow stand in a further table below.

    Parameters
    ----------
    table : ``label, criterion, value, passes``; with ``sem``, standard errors stand beside the numbers, and with
        ``verdict``, what is undecided is marked by a question mark.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and ``order`` is that
        of columns and rows.
    """
    page = Page("criteria_figure", drawing, 2)
    require_columns(table, ["label", "criterion"], ["value", "passes"], "criteria_figure")
    table = with_numbers(table, ["value", "sem"], "criteria_figure", infinite=True)
    table = table.assign(passes=[_verdict(each, at_row(table, i)) for i, each in enumerate(table["passes"])])
    names, criteria = page.ordered(table["label"].unique()), page.ordered(table["criterion"].unique())
    cells = {(row.criterion, row.label): row for row in table.itertuples()}
    texts = {key: _cell(row) for key, row in cells.items()}
    size = FONTS["ytick.labelsize"]
    widest = max([*(text_width(text, size) for text in texts.values()), 30.0]) + 8
    room = 72 * page.width - 20
    beside = min(max(text_width(page.label(name), size) for name in criteria), SHARE_OF_NAMES * 72 * page.width)
    in_row = max(int((room - beside) / widest), 1) if page.owns else len(names)
    blocks = np.array_split(np.array(names, dtype=object), ceil(len(names) / in_row))
    blue, orange = (sns.light_palette(sns.color_palette("colorblind")[i], 5)[2] for i in (0, 1))
    shades: dict[bool | None, Any] = {True: blue, False: orange, None: (0.94,) * 3}
    lines = [broken(page.label(name), SHARE_OF_NAMES * 72 * page.width, size).count("\n") for name in criteria]
    with themed():
        row_height = max(ROW, LINE * size / 72 * (1 + max(lines)) + 0.08)
        height = len(blocks) * (row_height * len(criteria) + 0.75) + 0.6
        axes = page.grid(len(blocks), 1, height=height)
        for axis, block in zip(axes, blocks, strict=True):
            values = [[cells.get((criterion, name)) for name in block] for criterion in criteria]
            shade = [[shades[None if cell is None or pd.isna(cell.passes) else bool(cell.passes)] for cell in row]
                     for row in values]  # fmt: skip
            axis.imshow(np.array(shade), aspect="auto")
            for row, criterion in enumerate(criteria):
                for column, name in enumerate(block):
                    axis.text(
                        column, row, texts.get((criterion, name), "–"), ha="center", va="center", fontsize="small"
                    )
            _table_axes(axis, [page.label(name) for name in block], [page.label(name) for name in criteria])
            axis.set_xlim(-0.5, max(map(len, blocks)) - 0.5)
        present = {bool(cell.passes) for cell in cells.values() if not pd.isna(cell.passes)}
        words = {"passes": True, "fails": False}
        page.legend({word: Patch(color=shades[each]) for word, each in words.items() if each in present}, least=1)
        page.title(title)
    return page.figure


def _verdict(passes: Any, where: str) -> bool | None:
    """Whether a criterion passes; ``None`` where that is not known. A file of text has it as a word."""
    if isinstance(passes, bool | np.bool_):
        return bool(passes)
    if pd.isna(passes):
        return None
    words = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
    if (found := words.get(str(passes).strip().casefold())) is None:
        raise InputError(f"criteria_figure: passes is {shown(passes)} in {where}; it must be true, false or missing")
    return found


def _cell(row: Any) -> str:
    """A number with its standard error and its mark."""
    value, error = row.value, getattr(row, "sem", np.nan)
    if pd.isna(value):
        return "–"
    mark = "" if pd.isna(row.passes) else MARKS[bool(row.passes)]
    mark = "?" if getattr(row, "verdict", "") == "undecided" else mark
    return f"{round(value, 2) + 0:.2f} {'' if pd.isna(error) else f'±{error:.2f} '}{mark}".rstrip()


def _table_axes(axis: Axes, names: Sequence[str], rows: Sequence[str]) -> None:
    """Names above the columns of a table and beside its rows, without lines."""
    axis.set_xticks(range(len(names)), names)
    axis.set_yticks(range(len(rows)), rows)
    axis.tick_params(length=0)
    axis.xaxis.tick_top()
    sns.despine(ax=axis, left=True, bottom=True)


def _one_scale(axes: Sequence[Axes]) -> None:
    """Give axes one vertical scale, from 0 or the lowest point below it to the highest point."""
    ends = [end for axis in axes for end in axis.dataLim.intervaly if np.isfinite(end)]
    top = max([*ends, 0.0])
    for axis in axes:
        axis.set_ylim(1.05 * min([*ends, 0.0]), 1.05 * top if top > 0 else None)


def _with_numbers(panel: Panel) -> Panel:
    """A panel whose curves have numbers as values."""
    require_mapping(panel.obtained, f"target_figure: obtained of the panel {shown(panel.title)}", "{'TCM': curve}")
    obtained = {label: _curve(curve, label) for label, curve in panel.obtained.items()}
    return panel._replace(target=_curve(panel.target, "target"), obtained=obtained)


def _curve(curve: pd.Series, name: str) -> pd.Series:
    """A curve with numbers as values, and as places where all of these are numbers."""
    if not isinstance(curve, pd.Series):
        raise InputError(
            f"target_figure: the curve {name!r} is {shown(curve)}; give a pandas Series, with x as its index"
        )
    values = as_numbers(curve.rename(name), "target_figure")
    places = plain_numbers(pd.Series(curve.index, dtype=curve.index.dtype))
    return values.set_axis(pd.Index(places, name=curve.index.name))


def _parts(curve: pd.Series) -> list[pd.Series]:
    """The two halves of a curve by lag, or a whole curve; points that are not defined are left out."""
    curve = curve.dropna()
    if _is_named(curve):
        return [curve]
    curve = curve.sort_index()
    if len(curve) and curve.index.min() < 0:
        return [curve[curve.index < 0], curve[curve.index > 0]]
    return [curve]


def _is_named(curve: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(curve.index)

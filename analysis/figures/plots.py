"""A figure of any analysis, or of several side by side; a model always looks the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil, isnan
from typing import Any, Literal, NamedTuple, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from memsim.analysis.bins import MOST_LEVELS
from memsim.analysis.declaration import Analysis
from memsim.analysis.figures.crowds import few, sentences
from memsim.analysis.figures.fitting_text import broken
from memsim.analysis.figures.looks import Style
from memsim.analysis.figures.page import TALLEST, Drawing, Page
from memsim.analysis.figures.style import (
    MAX_LAG,
    bars,
    draw_line,
    lag_axis,
    legend_label,
    near_lags,
    plain_text,
    themed,
    whole_ticks,
)
from memsim.analysis.plain_frames import LAGS
from memsim.analysis.points import analysis_of, held_by_enough, is_defined, points_of, series_of
from memsim.core.errors import InputError
from memsim.core.names import kind_of
from memsim.core.seeding import stream

LEAST_PANEL = {"heat": 2.3, "raster": 2.3}
"""The smallest width of a panel in inches by its style; of others :data:`LEAST_CURVE`."""
LEAST_CURVE = 1.6
LOWEST = 1.7
"""The smallest height of a panel in inches."""
MOST_ROWS = int((TALLEST - 0.5) / LOWEST)
"""Rows of panels that a page has room for; of more panels, more stand side by side, down to :data:`LEAST_CURVE`."""


@plain_text
def plot(
    frame: pd.DataFrame,
    *,
    analysis: str = "",
    people: Sequence[str] | str | None = None,
    interval: Literal["t", "bootstrap", "within"] = "t",
    title: str = "",
    **drawing: Unpack[Drawing],
) -> Figure:
    """Draw the result of :func:`memsim.analysis.analyze`: a panel for each condition, with people in black over models.

    Parameters
    ----------
    frame : from ``analyze``, or its points (:func:`memsim.analysis.points_of`); rows may have been removed. Any frame
        with the columns of an analysis will do, as of a file that was read again: ``lag`` and ``prob``, with
        ``subject``, ``label`` and conditions or without.
    analysis : the name of the analysis, where the frame does not say and several have its columns.
    people : the labels of people, where the frame does not say; those that begin with ``people`` are.
    interval : the 95% interval over subjects: Student's t, bootstrap (BCa; below 20 subjects it is too narrow, and a
        warning says so), or within subjects (Cousineau, 2005; Morey, 2008), which removes differences between the means
        of subjects. People have bars, models have bands.
    drawing : ``ax``, ``palette``, ``labels``, ``order`` and ``width``, see
        :class:`memsim.analysis.figures.page.Drawing`; the figure is one column wide. Of more than eight models those
        nearest to people are drawn, or the first ones.

    Returns
    -------
    Figure : :func:`memsim.analysis.save_figure` writes it to a file.

    Raises
    ------
    InputError : the frame has the columns of no analysis, or no rows; a value is no number, or has no place;
        there is no such interval; ``ax`` has another number of panels; or an option that does not apply.
    """
    page = Page("plot", drawing, 1)
    [points], said = few([points_of(frame, interval, analysis=analysis, people=people)])
    found = analysis_of(points)
    points = _in_order(points, found, page)
    panels = list(_panels(points, found, page))
    if not panels:
        raise InputError(
            "plot: the frame has no rows, so there is nothing to draw; give rows of at least one model or people"
        )
    across = page.across(len(panels), LEAST_PANEL.get(_style(points, found), LEAST_CURVE))
    while across < page.across(len(panels), LEAST_CURVE) and ceil(len(panels) / across) > MOST_ROWS:
        across += 1
    rows = [[(panel, 0) for panel in panels[i : i + across]] for i in range(0, len(panels), across)]
    return _grid(page, rows, [points], sentences(title, said))


@plain_text
def comparison_panel(
    frames: Sequence[pd.DataFrame],
    *,
    interval: Literal["t", "bootstrap", "within"] = "t",
    title: str = "",
    **drawing: Unpack[Drawing],
) -> Figure:
    """Several analyses side by side, a row of panels for each condition, with one legend for all.

    An analysis of which no point is defined is left out, unless that leaves none.

    Parameters
    ----------
    frames : from :func:`memsim.analysis.analyze`, with the same ``by``, of the same models and people or some of them.
    interval, title, drawing : as in :func:`plot`; the figure is two columns wide. In one that is too narrow, analyses
        stand below one another.

    Raises
    ------
    InputError : there are no frames, or their conditions differ; and as in :func:`plot`.
    """
    page = Page("comparison_panel", drawing, 2)
    if isinstance(frames, pd.DataFrame | Mapping | str) or not isinstance(frames, Iterable):
        raise InputError(
            f"comparison_panel: frames is a {kind_of(frames)}; give a list, with a frame from analyze for each analysis"
        )
    frames = list(frames)
    if not frames:
        raise InputError("comparison_panel: no frames; give one for each analysis, from analyze")
    every = [points_of(frame, interval) for frame in frames]
    shown = [each for each in every if is_defined(each, analysis_of(each))]
    points, said = few(shown or every)
    points = [_in_order(each, analysis_of(each), page) for each in points]
    by_frame = [list(_panels(each, analysis_of(each), page, split=True)) for each in points]
    labels = [[panel.title for panel in panels] for panels in by_frame]
    if any(each != labels[0] for each in labels):
        raise InputError(f"comparison_panel: conditions differ between the frames: {labels}; give all the same `by`")
    across = page.across(len(points), LEAST_CURVE)
    rows = [
        [(by_frame[column][row], column) for column in range(first, min(first + across, len(points)))]
        for first in range(0, len(points), across)
        for row in range(len(labels[0]))
    ]
    return _grid(page, rows, points, sentences(title, said))


class Panel(NamedTuple):
    """A title, the points of the panel (in a raster, the responses), and what its vertical axis shows."""

    title: str
    points: pd.DataFrame
    axis_of: str = ""


MOST_LINES = 8
"""The largest number of values of a series that are drawn as lines; more are drawn as a matrix."""
FEWEST = 3
"""The smallest number of subjects for which a line among several has a band, and a cell of a matrix a colour."""


ROOM = 0.05
"""Room beyond the ends of an axis, as a share of its length."""
NOTHING_SAID = {"intrusion": "0.75", "repetition": "#d1495b"}
"""Colours of responses of a raster that have no serial position."""


def _grid(
    page: Page, rows: Sequence[Sequence[tuple[Panel, int]]], frames: Sequence[pd.DataFrame], title: str
) -> Figure:
    """Draw panels in rows, each with the number of its frame; ``frames`` holds the points of each analysis."""
    several = len(frames) > 1
    names = list(dict.fromkeys(name for frame in frames for name in frame["label"].unique()))
    people = {name for frame in frames for name in frame.attrs["people"]}
    look = page.styles([name for name in names if name not in people] + [name for name in names if name in people],
                       [name for name in names if name in people])  # fmt: skip
    across = max(map(len, rows))
    separate = any(analysis_of(frame).panels for frame in frames)
    cells = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    with themed():
        most = max((TALLEST - 0.5) / len(rows), LOWEST)
        height = len(rows) * min(max(0.8 * page.width / across, LOWEST), 3.0, most) + 0.5
        axes = page.grid(len(rows), across, height=height, cells=cells)
        handles: dict[str, Any] = {}
        for number, ((i, j), axis) in enumerate(zip(cells, axes, strict=True)):
            panel, at = rows[i][j]
            analysis = analysis_of(frames[at])
            _DRAW[_style(frames[at], analysis)](axis, panel.points, analysis, look, page)
            _say_what_is_missing(axis, panel.points, analysis, frames[at].attrs.get("without_people", ""))
            if several and not panel.title and len(rows) * across > 1:
                axis.set_title("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26], loc="left", fontweight="bold")
            elif not several or j == 0:
                axis.set_title(panel.title, fontsize="medium", loc="left" if several else "center")
            for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
                handles.setdefault(name, handle)
        alike = {(at if several else 0, rows[i][j][0].axis_of) for (i, j) in cells for at in [rows[i][j][1]]}
        for key in alike:
            of_key = [axis for (i, j), axis in zip(cells, axes, strict=True)
                      if (rows[i][j][1], rows[i][j][0].axis_of) == key]  # fmt: skip
            _same_scale(of_key)
            if (analysis := analysis_of(frames[key[0]])).across in frames[key[0]] and analysis.style == "roc":
                _same_ends(of_key)
        if not several and not separate and page.owns:
            for (_, j), axis in zip(cells, axes, strict=True):
                if j:
                    axis.set_ylabel("")
                    axis.tick_params(labelleft=False)
        _one_colorbar(axes, analysis_of(frames[0]))
        names_by_label = {legend_label(page.label(name)): name for name in look}
        page.legend({names_by_label.get(name, name): handle for name, handle in handles.items()})
        page.title(title)
    return page.figure


def _same_scale(axes: Sequence[Axes]) -> None:
    """Give all panels the same vertical scale."""
    limits = np.array([axis.get_ylim() for axis in axes])
    turned = bool((limits[:, 0] > limits[:, 1]).all())
    ends = (limits.max(), limits.min()) if turned else (limits[:, 0].min(), limits[:, 1].max())
    for axis in axes:
        axis.set_ylim(*ends)


def _same_ends(axes: Sequence[Axes]) -> None:
    """Give both axes of all panels the same ends, so that the diagonal goes from corner to corner."""
    limits = np.array([(axis.get_xlim(), axis.get_ylim()) for axis in axes])
    for axis in axes:
        axis.set(xlim=(limits.min(), limits.max()), ylim=(limits.min(), limits.max()))


def _one_colorbar(axes: Sequence[Axes], analysis: Analysis) -> None:
    """Give all matrices of a figure one scale of colours, with one bar."""
    images = [axis.images[-1] for axis in axes if axis.images]
    if not images:
        return
    limits = np.array([image.get_clim() for image in images])
    for image in images:
        image.set_clim(limits[:, 0].min(), limits[:, 1].max())
    drawn = {"raster": "Serial position", "heat": _words(analysis.value).replace("prob", "probability").capitalize()}
    label = drawn.get(analysis.style, analysis.y_label.replace("\n", " "))
    figure: Any = axes[0].get_figure()
    figure.colorbar(images[0], ax=list(axes), shrink=0.8, label=label)


def _style(frame: pd.DataFrame, analysis: Analysis) -> str:
    """The style of the analysis, or a matrix if there are too many lines, or lines if an index has a series."""
    series = series_of(frame, analysis)
    if not series or analysis.style in ("heat", "raster"):
        return analysis.style
    if analysis.style == "index":
        return "series"
    return "heat" if frame[series].nunique() > MOST_LINES else analysis.style


def _in_order(points: pd.DataFrame, analysis: Analysis, page: Page) -> pd.DataFrame:
    """The points with labels, conditions and named places in the order that the options say."""
    columns = ["label", *points.attrs["by"], analysis.panels, series_of(points, analysis), analysis.x]
    columns = [name for name in dict.fromkeys(columns) if name and name in points]
    named = [name for name in columns if not pd.api.types.is_numeric_dtype(points[name])]
    order = {name: {value: i for i, value in enumerate(page.ordered(points[name].unique()))} for name in named}
    if not page.has_order or not len(points):
        return points
    arranged = points.sort_values(named, kind="stable", key=lambda column: column.map(order[column.name]))
    arranged.attrs = points.attrs
    return arranged


def _panels(points: pd.DataFrame, analysis: Analysis, page: Page, split: bool = False) -> Iterator[Panel]:
    """A panel for each condition (of an index only if ``split``), and for each label if a panel shows a series."""
    style, by = _style(points, analysis), list(points.attrs["by"])
    alone = style in ("heat", "raster", "series") or series_of(points, analysis)
    named = list(points["label"].unique()) != [""]
    keys = [*(["label"] if alone and named else []), *by, *([analysis.panels] if analysis.panels else [])]
    if (style == "index" and not split) or not keys:
        if len(points):
            yield Panel("", points)
        return
    for labels, part in points.groupby(keys, sort=False):
        axis_of = str(labels[-1]) if analysis.panels else ""
        yield Panel(", ".join(_words(page.label(label)) for label in labels), part, axis_of)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _by_label(points: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from points.groupby("label", sort=False)


def _lines(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw curves by x: one for each model or people, or for each value of the series of one of them."""
    series = series_of(points, analysis)
    if series:
        groups = list(points.groupby(series, sort=False))
        ordered = pd.api.types.is_numeric_dtype(points[series])
        colors = page.colours(len(groups), "viridis" if ordered else "colorblind") or []
        drawn = [
            (f"{series} {value}" if ordered else str(value), rows, Style(color, "-", "o", False))
            for (value, rows), color in zip(groups, colors, strict=False)
        ]
    else:
        drawn = [(name, rows, look[name]) for name, rows in _by_label(points)]
    for name, rows, style in drawn:
        if analysis.style == "lags":
            rows = near_lags(rows, analysis.x)
        elif analysis.x == "lag":
            rows = rows[held_by_enough(rows, analysis)]
        if series:
            rows = rows.assign(**{end: rows[end].where(rows["n_subjects"] >= FEWEST) for end in ("low", "high")})
        draw_line(axis, rows, page.label(name), style, analysis.x)
    _finish(axis, points, analysis)
    places = points[analysis.x]
    if analysis.style == "curve" and analysis.x == "lag" and len(places) and places.max() > MOST_LEVELS:
        lag_axis(axis, float(places.max()))
    elif pd.api.types.is_integer_dtype(places):
        ticks = whole_ticks(axis)
        axis.xaxis.set_major_locator(FixedLocator(ticks[::2] if ticks[0] < 0 else ticks))


def _roc(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw one mean against another, with the diagonal; where the other is not known, against the levels."""
    across = analysis.across if analysis.across in points else analysis.x
    for name, rows in _by_label(points):
        draw_line(axis, rows, page.label(name), look[name], across)
    if across == analysis.across:
        axis.axline((0, 0), slope=1, color="0.8", linewidth=0.8, zorder=0)
        axis.set_xlim(*_room(analysis.limits, axis.get_xlim(), axis.dataLim.intervalx))
    _finish(axis, points, analysis)
    if across == analysis.across:
        _same_ends([axis])
    if across != analysis.across:
        axis.set_xlabel(analysis.x.capitalize())


def _indices_by(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw the index of one model or people by its series."""
    for name, rows in _by_label(points):
        draw_line(axis, rows, page.label(name), look[name], analysis.series)
    _finish(axis, points, analysis)
    axis.set_xlabel(analysis.series.capitalize())
    axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))


def _points(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw points at named places, those of several models and people beside one another."""
    groups = list(_by_label(points))
    names = list(points[analysis.x].unique())
    for i, (name, rows) in enumerate(groups):
        rows = rows.set_index(analysis.x).reindex(names)
        at = np.arange(len(names)) + (i - (len(groups) - 1) / 2) * min(0.16, 0.7 / len(groups))
        label = legend_label(page.label(name)) if rows["mean"].notna().any() else None
        axis.errorbar(at, rows["mean"], yerr=bars(rows), fmt=look[name].marker, color=look[name].color, markersize=4.5,
                      elinewidth=1.2, label=label)  # fmt: skip
    axis.set_xticks(range(len(names)), [_words(page.label(name)) for name in names])
    axis.set_xlim(-0.5, len(names) - 0.5)
    _finish(axis, points, analysis)


def _index(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw an index: a faint point for each subject, and the mean of each model or people in each condition."""
    by = list(points.attrs["by"])
    split = by and len(points.drop_duplicates(by)) == 1
    if by:
        points = points.sort_values(by, kind="stable", key=lambda column: pd.factorize(column)[0])
    ticks = []
    for at, row in enumerate(points.to_dict("records")):
        style, values = look[row["label"]], list(row.get("values") or [])
        spread = stream(0, "jitter", at).uniform(-0.18, 0.18, len(values)) if len(values) > 1 else np.zeros(len(values))
        axis.plot(at + spread, values, ".", color=style.color, alpha=0.25, markersize=3)
        ends = bars(pd.DataFrame([row]))
        axis.errorbar(at, row["mean"], yerr=ends, fmt=style.marker, color=style.color, markersize=5, elinewidth=1.4)
        condition = [] if split else [page.label(row[name]) for name in by]
        ticks.append(", ".join([*([page.label(row["label"])] if row["label"] else []), *condition]))
    axis.set_xticks(range(len(ticks)), ticks)
    axis.set_xlim(-0.6, len(ticks) - 0.4)
    _finish(axis, points, analysis)


def _heat(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw means as a matrix of series by x, the largest dark; lags are shown up to 5 in both directions."""
    for column in (analysis.x, analysis.series):
        if column in LAGS:
            points = points[points[column].abs() <= MAX_LAG]
    if points["n_subjects"].max() >= FEWEST:
        points = points[points["n_subjects"] >= FEWEST]
    means = points.pivot(index=analysis.series, columns=analysis.x, values="mean").sort_index().sort_index(axis=1)
    lags = range(-MAX_LAG, MAX_LAG + 1)  # all of them, so that panels side by side have the same rows and columns
    means = means.reindex(
        index=lags if analysis.series in LAGS else None,
        columns=lags if analysis.x in LAGS else None,
    )
    values = means.to_numpy(dtype=float)
    top = np.nanmax(values) if np.isfinite(values).any() else 1.0
    axis.imshow(values, cmap=page.colour_map("rocket_r"), vmin=0, vmax=top, origin="lower", aspect="auto")
    for labels, set_ticks in ((means.columns, axis.set_xticks), (means.index, axis.set_yticks)):
        step = 1 + len(labels) // 12
        set_ticks(range(0, len(labels), step), labels[::step])
    vertical = analysis.y_label if analysis.style == "heat" else analysis.series.capitalize()
    axis.set(xlabel=analysis.x_label, ylabel=vertical)


def _raster(axis: Axes, responses: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], page: Page) -> None:
    """Draw a row for each list and a square for each response: serial positions, grey intrusions, red repetitions."""
    row, _ = pd.factorize(responses["row"], sort=True)
    output = responses["output"].to_numpy() - 1
    shape = (int(row.max()) + 1, max(int(output.max()) + 1, 1))
    extent = (0.5, shape[1] + 0.5, shape[0] + 0.5, 0.5)
    kind = responses["response"].to_numpy()
    kinds = {name: ListedColormap([color]) for name, color in NOTHING_SAID.items()}
    for name, colors in {**kinds, "correct": page.colour_map("viridis")}.items():
        cells = np.full(shape, np.nan)
        shown = kind == name
        cells[row[shown], output[shown]] = responses["position"].to_numpy()[shown] if name == "correct" else 0.5
        axis.imshow(cells, cmap=colors, aspect="auto", interpolation="nearest", extent=extent)
        if name in NOTHING_SAID and shown.any():
            axis.fill_between([], [], color=NOTHING_SAID[name], label=name)
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set(xlabel=analysis.x_label, ylabel=analysis.y_label)


def _finish(axis: Axes, points: pd.DataFrame, analysis: Analysis) -> None:
    axis.set_ylim(*_room(analysis.limits, axis.get_ylim(), axis.dataLim.intervaly))
    axis.set(xlabel=analysis.x_label, ylabel=analysis.label(points))
    sns.despine(ax=axis)


def _room(limits: tuple[float, float], drawn: tuple[float, float], data: tuple[float, float]) -> tuple[float, float]:
    """The limits of an axis, which leave room for a marker at the ends of the data, and at limits where there are any.

    ``drawn`` are the limits of the axis as it is, ``data`` the ends of what it shows.
    """
    low, high = (end if isnan(limit) else limit for limit, end in zip(limits, data, strict=True))
    room = ROOM * (high - low)
    if not np.isfinite(room):
        return drawn if isnan(limits[0]) else (limits[0], max(drawn[1], limits[0] + 1))
    return drawn[0] if isnan(limits[0]) else low - room, max(drawn[1], high + room) if isnan(limits[1]) else high + room


def _say_what_is_missing(axis: Axes, points: pd.DataFrame, analysis: Analysis, without_people: str) -> None:
    """Write into a panel that nothing in it is defined, or that it has a single level, and what it would need; or else
    why people are not in it.
    """
    if not is_defined(points, analysis):
        said = "No point is defined" + (f": needs {analysis.needs}" if analysis.needs else "")
    elif analysis.style == "curve" and len(points) and points[analysis.x].nunique() == 1:
        said = f"One level alone, {points[analysis.x].iloc[0]:g}"
    else:
        if without_people:  # beside what is drawn there is no room for words, so that they stand above it
            axis.set_title(without_people, loc="right", fontsize="x-small", color="0.4")
        return
    width = 72 * axis.bbox.width / axis.get_figure().dpi  # type: ignore[union-attr]
    axis.text(0.5, 0.98, broken(said, max(0.6 * width, 60.0), 7.2), transform=axis.transAxes, ha="center", va="top",
              color="0.4", fontsize="small")  # fmt: skip


_DRAW: Mapping[str, Callable[[Axes, pd.DataFrame, Analysis, Mapping[str, Style], Page], None]] = {
    "curve": _lines, "lags": _lines, "roc": _roc, "categories": _points, "index": _index, "series": _indices_by,
    "heat": _heat, "raster": _raster,
}  # fmt: skip

"""A figure of any analysis, or of several side by side; a model always looks the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import ceil, isnan
from textwrap import fill
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from memsim.analysis.bins import MOST_LEVELS
from memsim.analysis.declaration import Analysis
from memsim.analysis.figures.crowds import few, sentences
from memsim.analysis.figures.style import (
    MAX_LAG,
    WIDTHS,
    Style,
    bars,
    draw_line,
    fit_labels,
    lag_axis,
    legend_label,
    near_lags,
    plain_text,
    styles,
    themed,
    whole_ticks,
)
from memsim.analysis.points import analysis_of, held_by_enough, is_defined, labels_of, points_of, series_of
from memsim.core.errors import InputError


def plot(
    frame: pd.DataFrame,
    *,
    interval: Literal["t", "bootstrap", "within"] = "t",
    columns: Literal[1, 2] = 1,
    among: Sequence[str] = (),
    title: str = "",
) -> Figure:
    """Draw the result of :func:`memsim.analysis.analyze`: a panel for each condition, with people in black over models.

    Parameters
    ----------
    frame : from ``analyze``, or its points (:func:`memsim.analysis.points_of`); its ``attrs`` identify the analysis.
        Rows may have been removed.
    interval : the 95% interval over subjects: Student's t, bootstrap (BCa; below 20 subjects it is too narrow, and a
        warning says so), or within subjects (Cousineau, 2005; Morey, 2008), which removes differences between the means
        of subjects. People have bars, models have bands.
    columns : the width in columns of a journal: one (89 mm) or two (183 mm).
    among : the labels of models and people in a set of figures, in order, so that each looks the same in all of them.
        Of more than eight models those nearest to people are drawn, or the first ones.

    Returns
    -------
    Figure : :func:`memsim.analysis.save_figure` writes it to a file.

    Raises
    ------
    InputError : the frame is not from ``analyze`` or has no rows, or there is no such interval.
    """
    ([points], among, said), analysis = few([points_of(frame, interval)], among), analysis_of(frame)
    panels = list(_panels(points, analysis))
    if not panels:
        raise InputError(
            "plot: the frame has no rows, so there is nothing to draw; give rows of at least one model or people"
        )
    across = min(len(panels), 2 * columns - 1 if _style(points, analysis) in ("heat", "raster") else 2 * columns)
    rows = [panels[i : i + across] for i in range(0, len(panels), across)]
    return _grid(rows, [points], columns, among, sentences(title, said))


def comparison_panel(
    frames: Sequence[pd.DataFrame],
    *,
    interval: Literal["t", "bootstrap", "within"] = "t",
    columns: Literal[1, 2] = 2,
    among: Sequence[str] = (),
    title: str = "",
) -> Figure:
    """Several analyses side by side, a row of panels for each condition, with one legend for all.

    An analysis of which no point is defined is left out, unless that leaves none.

    Parameters
    ----------
    frames : from :func:`memsim.analysis.analyze`, with the same ``by``, of the same models and people or some of them.
    interval, columns, among, title : as in :func:`plot`.

    Raises
    ------
    InputError : there are no frames, or their conditions differ; and as in :func:`plot`.
    """
    if not len(frames):
        raise InputError("comparison_panel: no frames; give one for each analysis, from analyze")
    every = [points_of(frame, interval) for frame in frames]
    shown = [each for each in every if is_defined(each, analysis_of(each))]
    points, among, said = few(shown or every, among)
    by_frame = [list(_panels(each, analysis_of(each), split=True)) for each in points]
    labels = [[panel.title for panel in panels] for panels in by_frame]
    if any(each != labels[0] for each in labels):
        raise InputError(f"comparison_panel: conditions differ between the frames: {labels}; give all the same `by`")
    rows = [[panels[row] for panels in by_frame] for row in range(len(labels[0]))]
    return _grid(rows, points, columns, among, sentences(title, said))


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


@plain_text
def _grid(
    rows: Sequence[Sequence[Panel]],
    frames: Sequence[pd.DataFrame],
    columns: int,
    among: Sequence[str],
    title: str,
) -> Figure:
    """Draw panels in rows, from one analysis or from one in each column; ``frames`` holds the points of each."""
    names = list(dict.fromkeys([*among, *(name for frame in frames for name in labels_of(frame))]))
    people = {name for frame in frames for name in frame.attrs["people"]}
    look = styles(names, [name for name in names if name in people])
    names_by_label = {legend_label(name): name for name in names}
    across = max(map(len, rows))
    with themed(0.9):
        width = WIDTHS[columns]
        height = len(rows) * min(max(0.8 * width / across, 1.7), 3.0) + 0.5
        figure = Figure(figsize=(width, height), layout="constrained")
        separate = any(analysis_of(frame).panels for frame in frames)
        share: Any = False if separate else "col" if len(frames) > 1 else True
        axes = figure.subplots(len(rows), across, squeeze=False, sharey=share)
        labels: dict[str, Any] = {}
        for (i, row), j in product(enumerate(rows), range(across)):
            axis = axes[i, j]
            if j >= len(row):
                axis.set_axis_off()
                continue
            title_of_panel, points, _ = row[j]
            frame = frames[j if len(frames) > 1 else 0]
            analysis = analysis_of(frame)
            _DRAW[_style(frame, analysis)](axis, points, analysis, look)
            _say_what_is_missing(axis, points, analysis, frame.attrs.get("without_people", ""))
            fit_labels(axis, width / across)
            if len(frames) > 1 and len(rows) == 1 and not title_of_panel:
                axis.set_title("ABCDEFGH"[j], loc="left", fontweight="bold")
            elif len(frames) == 1 or j == 0:
                axis.set_title(title_of_panel, fontsize="medium", loc="left" if len(frames) > 1 else "center")
            if share is True and j:
                axis.set_ylabel("")
            for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
                labels.setdefault(names_by_label.get(name, name), handle)
        if separate:
            _same_scale([(panel.axis_of, axis) for row, line in zip(rows, axes, strict=True)
                         for panel, axis in zip(row, line, strict=False)])  # fmt: skip
        _one_colorbar(figure, axes.ravel().tolist(), analysis_of(frames[0]))
        ordered = sorted(labels, key=lambda name: names.index(name) if name in names else len(names))
        if len(ordered) > 1:
            handles = [labels[name] for name in ordered]
            in_row = _legend_columns(ordered, columns)
            figure.legend(
                handles, list(map(legend_label, ordered)), loc="outside lower center", ncols=in_row, fontsize="small"
            )
        figure.suptitle(fill(title, 50 * columns), fontsize="medium")
    return figure


def _legend_columns(names: Sequence[str], columns: int) -> int:
    """The most columns of a legend, which is filled column by column, that fit the width of the figure."""
    for n_columns in range(min(3 * columns, len(names)), 1, -1):
        n_rows = ceil(len(names) / n_columns)
        widths = [max(map(len, names[first : first + n_rows])) for first in range(0, len(names), n_rows)]
        if sum(widths) + 7 * len(widths) <= 54 * columns:  # in characters; a line and its gaps take some seven
            return n_columns
    return 1


def _same_scale(axes: Sequence[tuple[str, Axes]]) -> None:
    """Give all panels with the same name the same vertical scale."""
    for name in dict.fromkeys(name for name, _ in axes):
        alike = [axis for other, axis in axes if other == name]
        limits = np.array([axis.get_ylim() for axis in alike])
        for axis in alike:
            axis.set_ylim(limits[:, 0].min(), limits[:, 1].max())


def _one_colorbar(figure: Figure, axes: Sequence[Axes], analysis: Analysis) -> None:
    """Give all matrices of a figure one scale of colours, with one bar."""
    images = [axis.images[-1] for axis in axes if axis.images]
    if not images:
        return
    limits = np.array([image.get_clim() for image in images])
    for image in images:
        image.set_clim(limits[:, 0].min(), limits[:, 1].max())
    label = "Serial position" if analysis.style == "raster" else "Mean"
    figure.colorbar(images[0], ax=list(axes), shrink=0.7, label=label)


def _style(frame: pd.DataFrame, analysis: Analysis) -> str:
    """The style of the analysis, or a matrix if there are too many lines, or lines if an index has a series."""
    series = series_of(frame, analysis)
    if not series or analysis.style in ("heat", "raster"):
        return analysis.style
    if analysis.style == "index":
        return "series"
    return "heat" if frame[series].nunique() > MOST_LINES else analysis.style


def _panels(points: pd.DataFrame, analysis: Analysis, split: bool = False) -> Iterator[Panel]:
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
        yield Panel(", ".join(str(label).replace("_", " ") for label in labels), part, axis_of)


def _by_label(points: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from points.groupby("label", sort=False)


def _lines(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw curves by x: one for each model or people, or for each value of the series of one of them."""
    series = series_of(points, analysis)
    if series:
        groups = list(points.groupby(series, sort=False))
        ordered = pd.api.types.is_numeric_dtype(points[series])
        colors = sns.color_palette("viridis" if ordered else "colorblind", len(groups))
        drawn = [
            (f"{series} {value}" if ordered else str(value), rows, Style(color, "-", "o", False))
            for (value, rows), color in zip(groups, colors, strict=True)
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
        draw_line(axis, rows, name, style, analysis.x)
    _finish(axis, points, analysis)
    places = points[analysis.x]
    if analysis.style == "curve" and analysis.x == "lag" and len(places) and places.max() > MOST_LEVELS:
        lag_axis(axis, float(places.max()))
    elif pd.api.types.is_integer_dtype(places):
        ticks = whole_ticks(axis)
        axis.xaxis.set_major_locator(FixedLocator(ticks[::2] if ticks[0] < 0 else ticks))


def _roc(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw one mean against another, with the diagonal; where the other is not known, against the levels."""
    across = analysis.across if analysis.across in points else analysis.x
    for name, rows in _by_label(points):
        draw_line(axis, rows, name, look[name], across)
    if across == analysis.across:
        axis.axline((0, 0), slope=1, color="0.8", linewidth=0.8, zorder=0)
        axis.set_xlim(*_room(analysis.limits, axis.get_xlim(), axis.dataLim.intervalx))
    _finish(axis, points, analysis)
    if across != analysis.across:
        axis.set_xlabel(analysis.x.capitalize())


def _indices_by(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw the index of one model or people by its series."""
    for name, rows in _by_label(points):
        draw_line(axis, rows, name, look[name], analysis.series)
    _finish(axis, points, analysis)
    axis.set_xlabel(analysis.series.capitalize())
    axis.xaxis.set_major_locator(FixedLocator(whole_ticks(axis)))


def _points(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw points at named places, those of several models and people beside one another."""
    groups = list(_by_label(points))
    names = list(points[analysis.x].unique())
    for i, (name, rows) in enumerate(groups):
        rows = rows.set_index(analysis.x).reindex(names)
        at = np.arange(len(names)) + (i - (len(groups) - 1) / 2) * min(0.16, 0.7 / len(groups))
        axis.errorbar(at, rows["mean"], yerr=bars(rows), fmt=look[name].marker, color=look[name].color, markersize=4.5,
                      elinewidth=1.2, label=legend_label(name))  # fmt: skip
    axis.set_xticks(range(len(names)), [str(name).replace("_", "\n") for name in names], fontsize="small")
    axis.set_xlim(-0.5, len(names) - 0.5)
    _finish(axis, points, analysis)


def _index(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw an index: a faint point for each subject, and the mean of each model or people in each condition."""
    by = list(points.attrs["by"])
    split = by and len(points.drop_duplicates(by)) == 1
    if by:
        points = points.sort_values(by, kind="stable", key=lambda column: pd.factorize(column)[0])
    ticks = []
    for at, row in enumerate(points.to_dict("records")):
        style, values = look[row["label"]], sorted(row["values"])
        spread = np.linspace(-0.18, 0.18, len(values)) if len(values) > 1 else np.zeros(len(values))
        axis.plot(at + spread, values, ".", color=style.color, alpha=0.2, markersize=3)
        ends = bars(pd.DataFrame([row]))
        axis.errorbar(at, row["mean"], yerr=ends, fmt=style.marker, color=style.color, markersize=5, elinewidth=1.4)
        condition = [] if split else [str(row[name]) for name in by]
        ticks.append(", ".join([*([row["label"]] if row["label"] else []), *condition]))
    axis.set_xticks(range(len(ticks)), ticks, fontsize="small")
    axis.set_xlim(-0.6, len(ticks) - 0.4)
    _finish(axis, points, analysis)


def _heat(axis: Axes, points: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw means as a matrix of series by x, the largest dark; lags are shown up to 5 in both directions."""
    for column in (analysis.x, analysis.series):
        if column in ("lag", "previous"):
            points = points[points[column].abs() <= MAX_LAG]
    if points["n_subjects"].max() >= FEWEST:
        points = points[points["n_subjects"] >= FEWEST]
    means = points.pivot(index=analysis.series, columns=analysis.x, values="mean").sort_index().sort_index(axis=1)
    values = means.to_numpy(dtype=float)
    top = np.nanmax(values) if np.isfinite(values).any() else 1.0
    colors = sns.color_palette("rocket_r", as_cmap=True)
    axis.imshow(values, cmap=colors, vmin=0, vmax=top, origin="lower", aspect="auto")
    for labels, set_ticks in ((means.columns, axis.set_xticks), (means.index, axis.set_yticks)):
        step = 1 + len(labels) // 12
        set_ticks(range(0, len(labels), step), labels[::step], fontsize="x-small")
    vertical = analysis.y_label if analysis.style == "heat" else analysis.series.capitalize()
    axis.set(xlabel=analysis.x_label, ylabel=vertical)


def _raster(axis: Axes, responses: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style]) -> None:
    """Draw a row for each list and a square for each response: serial positions, grey intrusions, red repetitions."""
    row, _ = pd.factorize(responses["row"], sort=True)
    output = responses["output"].to_numpy() - 1
    shape = (int(row.max()) + 1, max(int(output.max()) + 1, 1))
    extent = (0.5, shape[1] + 0.5, shape[0] + 0.5, 0.5)
    kind = responses["response"].to_numpy()
    for name, colors in (("intrusion", ListedColormap(["0.75"])), ("repetition", ListedColormap(["#d1495b"])),
                         ("correct", "viridis")):  # fmt: skip
        cells = np.full(shape, np.nan)
        shown = kind == name
        cells[row[shown], output[shown]] = responses["position"].to_numpy()[shown] if name == "correct" else 0.5
        axis.imshow(cells, cmap=colors, aspect="auto", interpolation="nearest", extent=extent)
    axis.set(xlabel=analysis.x_label, ylabel=analysis.y_label)


def _finish(axis: Axes, points: pd.DataFrame, analysis: Analysis) -> None:
    axis.set_ylim(*_room(analysis.limits, axis.get_ylim(), axis.dataLim.intervaly))
    axis.set(xlabel=analysis.x_label, ylabel=analysis.label(points))
    axis.xaxis.label.set_fontsize("small")
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
            axis.set_title(fill(without_people, 22), loc="right", fontsize="x-small", color="0.4")
        return
    axis.text(0.5, 0.98, fill(said, 28), transform=axis.transAxes, ha="center", va="top", color="0.4", fontsize="small")


_DRAW: Mapping[str, Callable[[Axes, pd.DataFrame, Analysis, Mapping[str, Style]], None]] = {
    "curve": _lines, "lags": _lines, "roc": _roc, "categories": _points, "index": _index, "series": _indices_by,
    "heat": _heat, "raster": _raster,
}  # fmt: skip

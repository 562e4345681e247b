"""A figure of any analysis, and of several side by side: the same sources look the same in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import isnan
from typing import Any, Literal

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from memsim.analysis.analyses import Analysis
from memsim.analysis.figures import (
    MAX_LAG,
    WIDTHS,
    Style,
    bars,
    draw_line,
    near_lags,
    styles,
    themed,
    whole_ticks,
)
from memsim.analysis.intervals import bootstrap_interval, within_subject_interval
from memsim.analysis.subjects import mean_over_subjects
from memsim.errors import InputError
from memsim.registry import ANALYSES

INTERVALS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "t": mean_over_subjects,
    "bootstrap": bootstrap_interval,
    "within": within_subject_interval,
}
"""Intervals over subjects: Student's t, bootstrap, and within subjects (Cousineau-Morey)."""


def plot(
    frame: pd.DataFrame,
    *,
    interval: Literal["t", "bootstrap", "within"] = "t",
    columns: Literal[1, 2] = 1,
    among: Sequence[str] = (),
    title: str = "",
) -> Figure:
    """Draw what :func:`memsim.analysis.analyze` gave: a panel for each condition, people in black over the models.

    Parameters
    ----------
    frame : from ``analyze``; its ``attrs`` say which analysis it is. Rows may be taken out.
    interval : over subjects, at 95%: by Student's t, by bootstrap (BCa), or within subjects (Cousineau, 2005; Morey,
        2008), which leaves out how subjects differ as a whole. Bars for people, bands for models.
    columns : of a journal's page, one (89 mm) or two (183 mm).
    among : the sources of a whole set of figures, in order, so that each looks the same in all of them.

    Returns
    -------
    Figure : for :func:`memsim.analysis.save_figure`.

    Raises
    ------
    InputError : a frame that is not from ``analyze``, or an interval that is not known.
    """
    analysis = _analysis(frame)
    panels = list(_panels(frame, analysis))
    across = min(len(panels), {"heat": 2 * columns - 1, "raster": 2 * columns - 1}.get(analysis.style, 2 * columns))
    rows = [panels[i : i + across] for i in range(0, len(panels), across)]
    return _grid(rows, [frame], interval, columns, among, title)


def comparison_panel(
    frames: Sequence[pd.DataFrame],
    *,
    interval: Literal["t", "bootstrap", "within"] = "t",
    columns: Literal[1, 2] = 2,
    among: Sequence[str] = (),
    title: str = "",
) -> Figure:
    """Several analyses side by side, a row of panels for each condition, with one legend for all.

    Parameters
    ----------
    frames : from :func:`memsim.analysis.analyze`, with the same ``by``, of the same sources or some of them.
    interval, columns, among, title : as in :func:`plot`.

    Raises
    ------
    InputError : no frames, or conditions that differ between them, and as in :func:`plot`.
    """
    if not len(frames):
        raise InputError("comparison_panel: no frames; give one for each analysis, from analyze")
    by_frame = [list(_panels(frame, _analysis(frame))) for frame in frames]
    labels = [[label for label, _ in panels] for panels in by_frame]
    if any(each != labels[0] for each in labels):
        raise InputError(f"comparison_panel: conditions differ between the frames: {labels}; give all the same `by`")
    rows = [[panels[row] for panels in by_frame] for row in range(len(labels[0]))]
    return _grid(rows, frames, interval, columns, among, title)


Panel = tuple[str, pd.DataFrame]


def _grid(
    rows: Sequence[Sequence[Panel]],
    frames: Sequence[pd.DataFrame],
    interval: str,
    columns: int,
    among: Sequence[str],
    title: str,
) -> Figure:
    """Panels in rows; a frame serves all, or each its column."""
    if interval not in INTERVALS:
        raise InputError(f"plot: interval={interval!r} is none of {', '.join(INTERVALS)}")
    sources = list(dict.fromkeys([*among, *(source for frame in frames for source in _sources(frame))]))
    people = {source for frame in frames for source in frame.attrs["people"]}
    look = styles(sources, [source for source in sources if source in people])
    across = max(map(len, rows))
    with themed(0.9):
        width = WIDTHS[columns]
        height = len(rows) * min(max(0.8 * width / across, 1.7), 3.0) + 0.5
        figure = Figure(figsize=(width, height), layout="constrained")
        separate = any(_analysis(frame).panels for frame in frames)
        share: Any = False if separate else "col" if len(frames) > 1 else True
        axes = figure.subplots(len(rows), across, squeeze=False, sharey=share)
        labels: dict[str, Any] = {}
        for (i, row), j in product(enumerate(rows), range(across)):
            axis = axes[i, j]
            if j >= len(row):
                axis.set_axis_off()
                continue
            label, part = row[j]
            analysis = _analysis(frames[j if len(frames) > 1 else 0])
            _DRAW[analysis.style](axis, part, analysis, look, interval)
            if len(frames) == 1 or j == 0:
                axis.set_title(label, fontsize="medium", loc="left" if len(frames) > 1 else "center")
            if share is True and j:
                axis.set_ylabel("")
            for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
                labels.setdefault(name, handle)
        _one_colorbar(figure, axes.ravel().tolist(), _analysis(frames[0]))
        if len(labels) > 1:
            in_row = max(1, min(len(labels), 3 * columns))
            figure.legend(labels.values(), labels.keys(), loc="outside lower center", ncols=in_row, fontsize="small")
        figure.suptitle(title, fontsize="medium")
    return figure


def _one_colorbar(figure: Figure, axes: Sequence[Axes], analysis: Analysis) -> None:
    """One scale for all pictures of a figure."""
    images = [axis.images[-1] for axis in axes if axis.images]
    if not images or analysis.style not in ("heat", "raster"):
        return
    limits = np.array([image.get_clim() for image in images])
    for image in images:
        image.set_clim(limits[:, 0].min(), limits[:, 1].max())
    label = "Serial position" if analysis.style == "raster" else "Probability"
    figure.colorbar(images[0], ax=list(axes), shrink=0.7, label=label)


def _analysis(frame: pd.DataFrame) -> Analysis:
    name = getattr(frame, "attrs", {}).get("analysis")
    if name is None:
        raise InputError(
            "plot: this frame does not say which analysis it is from; analyze(recalls, name) gives one that does. "
            "Where pandas lost it on the way, frame.attrs = {...} of the one that analyze gave brings it back"
        )
    return ANALYSES.get(name)


def _sources(frame: pd.DataFrame) -> list[str]:
    return list(frame["source"].unique()) if "source" in frame else [""]


def _panels(frame: pd.DataFrame, analysis: Analysis) -> Iterator[Panel]:
    """A panel for each condition; one for each source too, where their lines are told apart by something else."""
    by = list(frame.attrs["by"])
    alone = analysis.style in ("heat", "raster") or _has_series(frame, analysis)
    keys = [*(["source"] if alone and "source" in frame else []), *by, *([analysis.panels] if analysis.panels else [])]
    if analysis.style == "index" or not keys:
        yield "", frame
        return
    for labels, part in frame.groupby(keys, sort=False):
        yield ", ".join(str(label).replace("_", " ") for label in labels), part


def _has_series(frame: pd.DataFrame, analysis: Analysis) -> bool:
    return analysis.style in ("curve", "lags", "categories", "index") and (
        analysis.series in frame and frame[analysis.series].nunique() > 1
    )


def _by_source(part: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if "source" not in part:
        yield "", part
        return
    yield from part.groupby("source", sort=False)


def _lines(axis: Axes, part: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], interval: str) -> None:
    """Curves by x: one for each source, or for each value of the series of one source."""
    summary = INTERVALS[interval]
    if _has_series(part, analysis):
        groups = list(part.groupby(analysis.series, sort=False))
        ordered = pd.api.types.is_numeric_dtype(part[analysis.series])
        colors = sns.color_palette("viridis" if ordered else "colorblind", len(groups))
        drawn = [
            (f"{analysis.series} {value}" if ordered else str(value), rows, Style(color, "-", "o", False))
            for (value, rows), color in zip(groups, colors, strict=True)
        ]
    else:
        drawn = [(name, rows, look[name]) for name, rows in _by_source(part)]
    for name, rows, style in drawn:
        points = summary(rows, analysis.x, analysis.value)
        draw_line(axis, near_lags(points, analysis.x) if analysis.style == "lags" else points, name, style, analysis.x)
    _finish(axis, analysis)
    if pd.api.types.is_integer_dtype(part[analysis.x]):
        ticks = whole_ticks(axis)
        axis.xaxis.set_major_locator(FixedLocator(ticks[::2] if ticks[0] < 0 else ticks))


def _points(axis: Axes, part: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], interval: str) -> None:
    """Points at named places, those of several sources beside one another."""
    summary = INTERVALS[interval]
    series = analysis.series if _has_series(part, analysis) else ""
    groups = list(part.groupby(series, sort=False)) if series else list(_by_source(part))
    names = list(part[analysis.x].unique())
    for i, (name, rows) in enumerate(groups):
        style = styles([str(value) for value, _ in groups])[str(name)] if series else look[str(name)]
        points = summary(rows, analysis.x, analysis.value).set_index(analysis.x).reindex(names)
        at = np.arange(len(names)) + (i - (len(groups) - 1) / 2) * min(0.16, 0.7 / len(groups))
        axis.errorbar(at, points["mean"], yerr=bars(points), fmt=style.marker, color=style.color, markersize=4.5,
                      elinewidth=1.2, label=str(name))  # fmt: skip
    axis.set_xticks(range(len(names)), [str(name).replace("_", "\n") for name in names], fontsize="small")
    axis.set_xlim(-0.5, len(names) - 0.5)
    _finish(axis, analysis)


def _index(axis: Axes, part: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], interval: str) -> None:
    """One value for each subject: faint points of subjects, and a mean of each source in each condition."""
    by = list(part.attrs.get("by", []))
    if analysis.series in part:  # ranks by output: their mean over outputs, weighted by what they are of
        part = part.groupby([*(c for c in ("source", *by) if c in part), "subject"], sort=False, as_index=False)[
            ["total", "count"]
        ].sum().assign(**{analysis.value: lambda sums: sums["total"] / sums["count"]})  # fmt: skip
    groups: list[tuple[Any, pd.DataFrame]] = list(part.groupby(by, sort=False)) if by else [((), part)]
    ticks = []
    at = 0
    for condition, in_condition in groups:
        for source, rows in _by_source(in_condition):
            style = look[source]
            point = INTERVALS[interval](rows.assign(_all=0), "_all", analysis.value)
            spread = np.linspace(-0.18, 0.18, len(rows)) if len(rows) > 1 else np.zeros(1)
            axis.plot(at + spread, rows[analysis.value].sort_values(), ".", color=style.color, alpha=0.2, markersize=3)
            axis.errorbar(at, point["mean"], yerr=bars(point), fmt=style.marker, color=style.color, markersize=5,
                          elinewidth=1.4)  # fmt: skip
            ticks.append(", ".join(map(str, [source, *condition] if source else condition)))
            at += 1
    crowded = max(map(len, ticks), default=0) * len(ticks) > 30
    axis.set_xticks(range(len(ticks)), ticks, rotation=30 if crowded else 0, ha="right" if crowded else "center")
    axis.set_xlim(-0.6, len(ticks) - 0.4)
    _finish(axis, analysis)


def _heat(axis: Axes, part: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], interval: str) -> None:
    """Means in a matrix of series by x, dark for the largest."""
    near = part[(part[analysis.x].abs() <= MAX_LAG) & (part[analysis.series].abs() <= MAX_LAG)]
    means = near.groupby([analysis.series, analysis.x])[analysis.value].mean().unstack()
    values = means.to_numpy(dtype=float)
    top = np.nanmax(values) if np.isfinite(values).any() else 1.0
    axis.imshow(values, cmap=sns.color_palette("rocket_r", as_cmap=True), vmin=0, vmax=top, origin="lower")
    axis.set_xticks(range(len(means.columns)), means.columns, fontsize="x-small")
    axis.set_yticks(range(len(means)), means.index, fontsize="x-small")
    axis.set(xlabel=analysis.x_label, ylabel=analysis.y_label)


def _raster(axis: Axes, part: pd.DataFrame, analysis: Analysis, look: Mapping[str, Style], interval: str) -> None:
    """A row for each list, a square for each response: by serial position, grey an intrusion, white a repetition."""
    row, _ = pd.factorize(part["row"], sort=True)
    lists, outputs = int(row.max(initial=-1)) + 1, int(part["output"].max()) if len(part) else 1
    values = np.full((max(lists, 1), outputs), np.nan)
    correct = (part["response"] == "correct").to_numpy()
    output = part["output"].to_numpy() - 1
    values[row[correct], output[correct]] = part["position"].to_numpy()[correct]
    intruding = (part["response"] == "intrusion").to_numpy()
    grey = np.full(values.shape, np.nan)
    grey[row[intruding], output[intruding]] = 0.5
    extent = (0.5, outputs + 0.5, len(values) + 0.5, 0.5)
    options: dict[str, Any] = {"aspect": "auto", "interpolation": "nearest", "extent": extent}
    axis.imshow(grey, cmap=ListedColormap(["0.75"]), **options)
    axis.imshow(values, cmap="viridis", **options)
    axis.set(xlabel=analysis.x_label, ylabel=analysis.y_label)


def _finish(axis: Axes, analysis: Analysis) -> None:
    low, high = analysis.limits
    axis.set_ylim(None if isnan(low) else low, None if isnan(high) else high + 0.02)
    axis.set(xlabel=analysis.x_label, ylabel=analysis.y_label)
    sns.despine(ax=axis)


_DRAW = {
    "curve": _lines, "lags": _lines, "categories": _points, "index": _index, "heat": _heat, "raster": _raster,
}  # fmt: skip

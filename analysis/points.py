"""Points of a figure: means over subjects with intervals, for every model, people and condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.declaration import Analysis
from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.plain_frames import identified
from memsim.analysis.registered import ANALYSES
from memsim.analysis.statistics.intervals import resampled_interval, warn_of_few, within_subject_interval
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.errors import InputError
from memsim.core.names import require_one_of

LEAST_SHARE = 0.25
INTERVALS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "t": mean_over_subjects,
    "bootstrap": lambda *given: resampled_interval(*given)[0],
    "within": within_subject_interval,
}
"""Intervals over subjects: Student's t, bootstrap, and within subjects (Cousineau-Morey)."""


def squared_differences(joined: pd.DataFrame, coordinates: Sequence[str], suffix: str) -> pd.Series:
    """The squared difference of each point, averaged over its coordinates; NaN where one of them is not defined.

    A point of most curves has one coordinate that is compared, its mean; one of a ROC has two, the rates of hits and of
    false alarms, which count alike, so that distances have the unit of a rate in all curves.

    Parameters
    ----------
    joined : the points of two curves in one row each; ``suffix`` ends the columns of the second.
    coordinates : the columns of the first.
    """
    differences = [(joined[name].astype(float) - joined[f"{name}{suffix}"].astype(float)) ** 2 for name in coordinates]
    return pd.concat(differences, axis=1).mean(axis=1, skipna=False)


def analysis_of(frame: pd.DataFrame) -> Analysis:
    """The analysis of a frame that :func:`memsim.analysis.plain_frames.identified` gave."""
    analysis = ANALYSES.get(frame.attrs["analysis"])
    if frame.attrs.get("ambiguous"):  # others have the same columns, so that its words may be wrong
        return replace(analysis, y_label="Probability", first_label="", needs="")
    return analysis


def held_by_enough(points: pd.DataFrame, analysis: Analysis) -> pd.Series:
    """Which points of one model or people are drawn and compared.

    Not every subject has a case at every lag: those that less than a quarter of the subjects of the curve have are
    left to the tables. Of other curves all points are.
    """
    if analysis.x != "lag" or analysis.style != "curve" or "n_subjects" not in points:
        return pd.Series(True, index=points.index)
    return points["n_subjects"] >= LEAST_SHARE * points["n_subjects"].max()


def is_defined(points: pd.DataFrame, analysis: Analysis) -> bool:
    """Whether a figure of these points, or responses, shows anything."""
    shown = [name for name in ("mean", analysis.across) if name and name in points]
    return not shown or bool(points[shown].notna().all(axis=1).any())


def labels_of(frame: pd.DataFrame) -> list[str]:
    """The labels of a frame, in order; one empty label if the frame has no such column."""
    return list(frame["label"].unique()) if "label" in frame else [""]


def series_of(frame: pd.DataFrame, analysis: Analysis) -> str:
    """The column whose values get separate lines in a panel; empty if the frame has only one value."""
    column = analysis.series
    return column if column in frame and frame[column].nunique() > 1 else ""


def points_of_frame(
    frame: pd.DataFrame, by: str | list[str], value: str, interval: str = "t", across: str = ""
) -> pd.DataFrame:
    """Means of ``value`` at every level of ``by``, with intervals over subjects; without subjects, the values.

    Where ``across`` names a column, its means are in a column of that name, after the others.

    Returns
    -------
    DataFrame : ``by, mean, low, high, n_subjects`` (and ``sem``, by Student's t), within [0, 1] for probabilities.
    """
    if "subject" in frame:
        points = INTERVALS[interval](frame, by, value)
    else:
        columns = [by] if isinstance(by, str) else list(by)
        points = with_numbers(frame, [value], "points_of")[[*columns, value]].rename(columns={value: "mean"})
        points = points.assign(sem=np.nan, low=np.nan, high=np.nan, n_subjects=0)
    if value == "prob":
        for end in ("low", "high"):
            points[end] = np.clip(points[end].to_numpy(), 0, 1)
    if across in frame:
        points = points.merge(frame.groupby(by, as_index=False)[across].mean(), on=by)
    return points


def points_of(
    frame: pd.DataFrame, interval: str = "t", *, analysis: str = "", people: Sequence[str] | str | None = None
) -> pd.DataFrame:
    """The points that a figure of ``frame`` shows: mean and interval at every x, by model or people, and condition.

    Parameters
    ----------
    frame : from :func:`memsim.analysis.analyze`, or with its columns; points are returned unchanged.
    interval : the 95% interval over subjects: ``"t"`` (Student), ``"bootstrap"`` (BCa; below 20 subjects it is too
        narrow, and a warning says so), ``"within"`` (within subjects).
    analysis, people : what the frame is of and which labels are people, where the frame does not say; see
        :func:`memsim.analysis.plain_frames.identified`.

    Returns
    -------
    DataFrame : ``label`` (empty where there is one), the conditions, the columns of the analysis, ``mean, low, high,
        n_subjects``; of an index also ``values``, those of its subjects. Its ``attrs`` are those of ``frame``.

    Raises
    ------
    InputError : the frame has the columns of no analysis, or there is no such interval.
    """
    frame = identified(frame, analysis, people)
    return _points_of(frame, analysis_of(frame), interval)


def _points_of(frame: pd.DataFrame, analysis: Analysis, interval: str) -> pd.DataFrame:
    require_one_of(interval, INTERVALS, "plot: interval")
    if "mean" in frame or analysis.style == "raster":
        absent: dict[str, Any] = {"label": ""} if "label" not in frame else {}
        if "mean" in frame:  # points that a user built may have no intervals
            absent |= {name: value for name, value in (("low", np.nan), ("high", np.nan), ("n_subjects", 0))
                       if name not in frame}  # fmt: skip
        return frame.assign(**absent) if absent else frame
    by = list(frame.attrs["by"])
    series = series_of(frame, analysis)
    levels = [*by, *(column for column in (analysis.panels, series, analysis.x) if column)]
    if interval == "within" and not levels:
        raise InputError("plot: interval='within' needs conditions within subjects; give analyze a `by`")
    order = {column: {value: i for i, value in enumerate(frame[column].unique())} for column in levels}
    keys = levels or ["_all"]
    parts = []
    for name in labels_of(frame):
        rows = (frame[frame["label"] == name] if "label" in frame else frame).assign(_all=0)
        points = points_of_frame(rows, keys, analysis.value, interval, analysis.across)
        points = points.sort_values(keys, key=lambda column: column.map(order[column.name]) if levels else column)
        if analysis.style == "index" and not series:
            values = rows.groupby(keys)[analysis.value].apply(lambda each: each.dropna().to_list())
            points = points.merge(values.rename("values"), left_on=keys, right_index=True)
        parts.append(points.assign(label=name))
    points = pd.concat(parts, ignore_index=True)
    if interval == "bootstrap":
        warn_of_few(points.loc[points["low"].notna(), "n_subjects"].to_numpy())
    if analysis.series in frame and not series:
        points[analysis.series] = frame[analysis.series].iloc[0] if len(frame) else None
    points.attrs = frame.attrs
    defined = points["mean"].notna().groupby(points["label"]).transform("any")
    return points[defined] if defined.any() else points

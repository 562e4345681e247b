"""The standard curves of people and models, as one tidy table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from memsim.analysis.checks import list_of_names
from memsim.analysis.declaration import Analysis
from memsim.analysis.numeric_columns import plain_numbers, with_numbers, with_plain_numbers
from memsim.analysis.points import held_by_enough, points_of_frame, squared_differences
from memsim.analysis.registered import ANALYSES, curves_of
from memsim.core.errors import InputError
from memsim.core.judgments import require_responses
from memsim.core.names import by_label, shown
from memsim.core.prediction import PositionPrediction, Prediction
from memsim.core.tables.given_tables import require_table

CURVE = ("curve", "x", "mean")
"""The columns that every curve table has."""


def curve_table(predicted: Prediction, frames: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """The standard curves of the task (:func:`memsim.analysis.curves_of`), as means over subjects.

    Parameters
    ----------
    predicted : recalls of people or of a model, or a prediction of positions. The latter has no subjects, and no curves
        that need an order of recall. Where lists hold an item twice, there are no curves of analyses that do not take
        them, and those of repetition and spacing instead.
    frames : those of these analyses that are known already, by name, as they are without options.

    Returns
    -------
    DataFrame : ``curve, x, mean, sem, low, high, n_subjects``: the name of the analysis, and its points with 95%
        intervals over subjects, within [0, 1]. If one of the curves is a ROC, ``across`` has the place of its points
        along the horizontal axis; its ``x`` is a rating.
    """
    tables = []
    for name, analysis in standard_curves(predicted).items():
        if not analysis.refusal(predicted):
            frame = frames[name] if frames is not None and name in frames else analysis.frame(predicted)
            points = points_of_frame(frame, analysis.x, analysis.value, across=analysis.across)
            points = points.rename(columns={analysis.x: "x", analysis.across: "across"})
            points.insert(0, "curve", name)
            tables.append(points)
    return pd.concat(tables, ignore_index=True)


def standard_curves(predicted: Prediction) -> dict[str, Analysis]:
    """The standard curves of the task and lists of a prediction, by name, also those that it does not define."""
    if isinstance(predicted, PositionPrediction):
        return curves_of(predicted.paradigm)
    require_responses(predicted)
    trials = predicted.trials
    return curves_of(trials.paradigm, repeated_items=bool(trials.repeated_items.any()))


def points_of_curve(curves: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    """The rows of a curve table for ``analysis``, with the column ``x`` under its name in the analysis."""
    require_table(curves, "points_of_curve", CURVE)
    if not isinstance(analysis, Analysis):
        raise InputError(
            f"points_of_curve: {shown(analysis)} is no analysis; give one, as analysis.ANALYSES['lag_crp'] is"
        )
    points = _read(curves[curves["curve"] == analysis.name], "points_of_curve")
    points = points.drop(columns="curve").assign(x=_plain(points["x"])).rename(columns={"x": analysis.x})
    if "across" in points:
        points = (
            points.rename(columns={"across": analysis.across}) if analysis.across else points.drop(columns="across")
        )
    return points.reset_index(drop=True)


def _read(curves: pd.DataFrame, who: str) -> pd.DataFrame:
    """Curves with numbers as such, also where the table comes from a file of text."""
    require_table(curves, who, CURVE)
    return with_numbers(curves, ("mean", "sem", "low", "high", "n_subjects", "across"), who)


def _plain(x: pd.Series) -> pd.Series:
    """The places of one curve, from a column that other curves share: whole numbers where all are, or numbers."""
    x = plain_numbers(x)
    if pd.api.types.is_float_dtype(x) and len(x) and (x % 1 == 0).all():
        return x.astype(int)
    return x


def points_by_label(curves: Mapping[str, pd.DataFrame], analysis: Analysis, people: Sequence[str] = ()) -> pd.DataFrame:
    """The points of one analysis in several curve tables, for :func:`memsim.analysis.plot`.

    Parameters
    ----------
    curves : curve tables by label.
    people : the labels of people.
    """
    tables = by_label(curves, "points_by_label")
    if not tables:
        raise InputError("points_by_label: curves is empty; give tables of standard_curves by label")
    parts = [points_of_curve(table, analysis).assign(label=name) for name, table in tables.items()]
    points = pd.concat(parts, ignore_index=True)
    points.attrs = {"analysis": analysis.name, "by": [], "people": list_of_names(people, "people", "points_by_label")}
    return points


def root_mean_squared_difference(curves: pd.DataFrame, target: pd.DataFrame) -> dict[str, float]:
    """Root mean squared difference between two curve tables, by curve, over points at which both are defined.

    Of a ROC, hits and false alarms count alike: it is the root of the mean over both coordinates of all points. Lags
    that less than a quarter of the subjects of a curve have do not count.
    """
    known, distances = ANALYSES.usable(), {}
    who = "root_mean_squared_difference"
    curves, target = _read(curves, who), _read(target, who)
    for curve in pd.concat([curves["curve"], target["curve"]]).unique():
        one, other = (with_plain_numbers(table[table["curve"] == curve], ["x"]) for table in (curves, target))
        if curve in known:
            one, other = (points[held_by_enough(points, known[curve])] for points in (one, other))
        rows, coordinates = one.merge(other, on="x", suffixes=("", "_target")), ["mean"]
        if curve in known and known[curve].across:
            coordinates.append("across")
            rows = rows.assign(**{name: np.nan for name in ("across", "across_target") if name not in rows})
        distances[str(curve)] = float(squared_differences(rows, coordinates, "_target").mean() ** 0.5)
    return distances

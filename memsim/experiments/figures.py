"""Figures of a battery: one for each analysis, and one of all curves side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Unpack

import pandas as pd
from matplotlib.figure import Figure

from memsim.analysis.curves import points_of_curve
from memsim.analysis.declaration import Analysis
from memsim.analysis.figures.crowds import few, sentences
from memsim.analysis.figures.page import Drawing
from memsim.analysis.figures.plots import comparison_panel, plot
from memsim.analysis.points import analysis_of, is_defined, points_of
from memsim.analysis.registered import ANALYSES
from memsim.core.study_order import NEEDS_ORDER
from memsim.experiments.measuring import ONLY_SOME
from memsim.experiments.plan import Battery, PlannedAnalysis
from memsim.experiments.rows import Row
from memsim.experiments.sweep_figures import drawn_sweeps

PEOPLE = "people"
"""The name of people in figures of several tasks, which have different people; no model may have this name."""


def battery_figures(
    battery: Battery, rows: Sequence[Row], **drawing: Unpack[Drawing]
) -> dict[str, Callable[[], Figure]]:
    """What draws the figure of each analysis, by label; ``comparison``, all curves together, if there are several; and
    statistics against each parameter or setting that is varied by numbers.

    An analysis that applies to no cell, or of which no point is defined, has no figure. ``drawing`` is as in
    :func:`memsim.analysis.plot`; figures are one column wide, or two where there are several tasks.
    """
    order = drawing.get("order") or [people_name(battery), *(model.label for model in battery.models)]
    points = {planned.label: battery_points(battery, rows, planned) for planned in battery.analyses}
    points = {label: each for label, each in points.items() if len(each) and is_defined(each, analysis_of(each))}
    thin, said = few(list(points.values()))  # of many models the same ones in all figures
    points, title = dict(zip(points, thin, strict=True)), sentences(battery.title, said)

    def figure_of(label: str) -> Callable[[], Figure]:
        wide: Drawing = {"width": 2 if len(battery.tasks) > 1 else 1, **drawing, "order": order}
        return lambda: plot(points[label], title=title, **wide)

    figures = {label: figure_of(label) for label in points}
    comparable = [
        points[planned.label]
        for planned in battery.analyses
        if planned.label in points
        and _has_all_panels(points[planned.label], ANALYSES.get(planned.name), len(battery.tasks))
    ]
    together: Drawing = {**drawing, "order": order}
    if len(comparable) > 1:
        figures["comparison"] = lambda: comparison_panel(comparable, title=title, **together)
    return figures | drawn_sweeps(battery, rows, **drawing)


def battery_points(battery: Battery, rows: Sequence[Row], planned: PlannedAnalysis) -> pd.DataFrame:
    """The points of an analysis in all cells, for ``plot``; the frame is empty if it applies to no cell."""
    analysis = ANALYSES.get(planned.name)
    people = people_name(battery)
    several = len(battery.tasks) > 1
    observed = any(row.model is None for row in rows)
    attributes = {
        "analysis": planned.name,
        "by": ["paradigm"] if several else [],
        "people": [people] if observed else [],
        "without_people": "" if several else _why_without_people(rows, planned),
    }
    parts = []
    for task in battery.tasks:
        of_task = [row for row in rows if row.task is task and planned.label in row.measured.frames]
        for label in dict.fromkeys(row.label for row in of_task):
            alike = [row for row in of_task if row.label == label]
            points = _points_of_rows(alike, planned, analysis)
            part = points.assign(label=people if alike[0].model is None else label)
            parts.append(part.assign(paradigm=task.label) if several else part)
    points = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    points.attrs = attributes
    return points


def _why_without_people(rows: Sequence[Row], planned: PlannedAnalysis) -> str:
    """What a panel says that has no people though they did the task; empty where it has them, or there are none."""
    for row in rows:
        if row.model is None and planned.label in row.measured.left_out:
            reason = row.measured.left_out[planned.label]
            if NEEDS_ORDER in reason:
                return "Without people, whose order of study is not known"
            return "Without people, " + (
                "of whom no such curve ships" if ONLY_SOME in reason else "to whom it does not apply"
            )
    return ""


def people_name(battery: Battery) -> str:
    """The name of people in the figures of a battery; if there is one task, their reference and number."""
    if len(battery.tasks) > 1 or battery.tasks[0].people is None:
        return PEOPLE
    return f"{battery.tasks[0].people.reference}, N = {battery.tasks[0].people.n_subjects}"


def _points_of_rows(rows: Sequence[Row], planned: PlannedAnalysis, analysis: Analysis) -> pd.DataFrame:
    """The points of one model or people in one task, as means over the subjects of all seeds."""
    first = rows[0]
    if first.model is None and "subject" not in first.measured.frames[planned.label]:
        return points_of_curve(first.measured.curves, analysis)
    frames = []
    for row in rows:
        frame = row.measured.frames[planned.label]
        if "subject" in frame:  # the subjects of different seeds are different subjects
            frame = frame.assign(subject=[f"{row.seed}/{subject}" for subject in frame["subject"]])
        frames.append(frame)
    frame = pd.concat(frames, ignore_index=True)
    frame.attrs = {"analysis": planned.name, "by": [], "people": []}
    return points_of(frame)


def _has_all_panels(points: pd.DataFrame, analysis: Analysis, n_tasks: int) -> bool:
    n_panels = points["paradigm"].nunique() if "paradigm" in points else 1
    return n_panels == n_tasks and not analysis.panels and analysis.style in ("curve", "lags")

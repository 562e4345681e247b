"""The figures of a report, each with a text and a table of the same numbers."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from memsim.analysis.by_name import analyze
from memsim.analysis.declaration import Analysis
from memsim.analysis.figures.crowds import thinned
from memsim.analysis.figures.plots import plot
from memsim.analysis.figures.style import MAX_LAG
from memsim.analysis.figures.taxonomy import index_table, taxonomy_figure
from memsim.analysis.points import points_of
from memsim.analysis.registered import ANALYSES
from memsim.core.errors import MemsimWarning
from memsim.core.names import in_one_line
from memsim.experiments.comparison import Comparison

FURTHER = {
    "free": ("stopping_probability", "lag_rank", "error_rates"),
    "forward": ("error_types", "fill_in"),
    "backward": ("error_types", "fill_in"),
}
"""Analyses that a report adds to the standard curves of a task, by its cue."""


@dataclass(frozen=True)
class Picture:
    """A figure of a report.

    Parameters
    ----------
    title : the heading.
    image : the figure as a data URI; empty if it could not be drawn.
    text : what the figure shows, for readers who do not see it.
    note : the caption.
    table : the numbers that the figure shows.
    wide : whether the figure is too wide for a phone, where it then scrolls.
    """

    title: str
    image: str
    text: str
    note: str
    table: pd.DataFrame
    wide: bool = False


def pictures(comparison: Comparison) -> list[Picture]:
    """The standard curves, further analyses of all available recalls, and the similarity of models and people."""
    return [*_curves(comparison), *_further(comparison), *_taxonomy(comparison)]


def _curves(comparison: Comparison) -> Iterator[Picture]:
    for planned in comparison.battery.analyses:
        analysis = ANALYSES.get(planned.name)
        points = comparison.points[planned.name]
        if points.empty:
            continue
        y_label = analysis.label(points).replace("\n", " ")
        note = f"{y_label} by {analysis.x_label.lower()}. Bars and bands: 95% intervals over subjects."
        yield _picture(analysis, points, partial(comparison.figure, planned.name), note)


def _further(comparison: Comparison) -> Iterator[Picture]:
    people = comparison.people
    shown = dict(comparison.recalls)
    if people is not None and people.recalls is not None:
        shown[comparison.people_name] = people.recalls
    drawn = {*comparison.drawn, *([] if people is None else [comparison.people_name])}
    task = comparison.task.paradigm
    for name in FURTHER.get(task.cue or task.judged, ()) if shown else ():
        analysis = ANALYSES.get(name)
        defined = {label: recalls for label, recalls in shown.items() if not analysis.refusal(recalls)}
        if not defined:
            continue
        points = points_of(analyze(defined, name))
        note = analysis.summary.replace("``", "")
        if people is not None and people.recalls is None:
            note += " Of the people only curves are available and not their recalls, so this figure shows only models."
        order = [name for name in (*comparison.models, comparison.people_name) if name in drawn]
        figure = partial(plot, thinned([points], drawn)[0], order=order)
        yield _picture(analysis, points, figure, note)


def _taxonomy(comparison: Comparison) -> Iterator[Picture]:
    summaries = comparison.summaries
    if len(summaries) < 2:
        return
    if comparison.people is not None:  # one name in all figures and tables of a report
        named = {comparison.people.label: comparison.people_name}
        summaries = {named.get(name, name): each for name, each in summaries.items()}
    people = [] if comparison.people is None else [comparison.people_name]
    shown = {name: each for name, each in summaries.items() if name in {*comparison.drawn, *people}}
    title = "Similarity of models and people"
    yield Picture(
        title,
        image_or_nothing(title, lambda: taxonomy_figure(shown, people)),
        "Two planes of indices, a tree of models and people, and a table of their indices, given below.",
        "Models and people placed by their indices, and joined by how similar these are. Colours are standard "
        "scores; an index that is not defined for one (a dash) counts as average.",
        index_table(summaries).reset_index(names="label"),
        wide=True,
    )


def _picture(analysis: Analysis, points: pd.DataFrame, draw: Callable[[], Figure], note: str) -> Picture:
    title = analysis.heading(analysis.label(points))
    columns = [column for column in ("label", analysis.panels, analysis.x) if column]
    table = points[[*columns, "mean", "low", "high", "n_subjects"]].reset_index(drop=True)
    return Picture(
        title, image_or_nothing(title, draw), f"{title}: {in_text(table, analysis.x, analysis.panels)}", note, table
    )


def image_or_nothing(title: str, draw: Callable[[], Figure]) -> str:
    """A figure as a data URI; empty, with a warning, where it cannot be drawn: the report still has the numbers."""
    try:
        return image(draw())
    except Exception as error:
        warnings.warn(
            f"report: {title} could not be drawn ({in_one_line(error)}); its numbers are there",
            MemsimWarning,
            stacklevel=2,
        )
        return ""


def image(figure: Figure) -> str:
    """A figure as a data URI; its letters are drawn as curves, so that it looks the same with any fonts."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "memsim"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def in_text(means: pd.DataFrame, x: str, panels: str = "") -> str:
    """What a figure shows, for readers who do not see it: the ends and extremes of curves, or else every value."""
    if panels:
        parts = means.groupby(panels, sort=False)
        return " ".join(f"{str(name).capitalize()}: {in_text(part, x)}" for name, part in parts)
    if len(means) and x in ("lag", "displacement"):
        means = means[means[x].abs() <= MAX_LAG]
    sentences = []
    for name, points in means.groupby("label", sort=False):
        points = points.dropna(subset=["mean"])
        if points.empty:
            continue
        values = [number(value) for value in points["mean"]]
        at = [number(value) for value in points[x]] if x else [""] * len(points)
        if not x or not pd.api.types.is_numeric_dtype(points[x]):
            pairs = (f"{where} {value}".strip() for where, value in zip(at, values, strict=True))
            sentences.append(f"{name} {', '.join(pairs)}")
            continue
        top, bottom = int(np.argmax(points["mean"])), int(np.argmin(points["mean"]))
        sentences.append(
            f"{name} from {values[0]} at {at[0]} to {values[-1]} at {at[-1]}, highest {values[top]} at {at[top]}, "
            f"lowest {values[bottom]} at {at[bottom]}"
        )
    return "; ".join(sentences) + "."


def number(value: Any) -> str:
    """A cell of a table: whole numbers in full, others with three digits, and a dash for a value that is missing."""
    if isinstance(value, str):
        return value.replace("_", " ")
    if value is None or pd.isna(value):
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if float(value) == round(float(value)) and abs(value) < 1e15:
        return f"{int(value)}"
    return f"{value:.3f}" if 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"

"""The report of a comparison: one HTML file that holds all it shows, for screens of any size and screen readers."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import pandas as pd

from memsim.analysis.by_name import analyze
from memsim.analysis.figures.plots import plot
from memsim.analysis.figures.style import MAX_LAG, PANELS
from memsim.analysis.figures.taxonomy import index_table, taxonomy_figure
from memsim.analysis.registered import ANALYSES
from memsim.analysis.subjects import mean_over_subjects
from memsim.reporting.findings import attainable, differences, findings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.experiments.experiment import Comparison

FURTHER = {
    "free": ("stopping_probability", "lag_rank", "error_rates"),
    "forward": ("error_types", "fill_in"),
}
"""Analyses that the report adds to the curves of a comparison, by the cue of the task."""
TITLES = {
    "serial_position": "Serial position curve", "first_recall": "First recall", "serial_accuracy": "Accuracy in place",
    "transposition_gradient": "Transposition gradient", "lag_crp": "Lag-CRP",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A figure with what stands in for it: a text for who does not see it, and the numbers behind it."""

    title: str
    source: str
    """The image, as a data URI."""
    text: str
    note: str
    table: pd.DataFrame
    wide: bool = False
    """Whether it would be too small on a phone, and scrolls there."""


def report_html(comparison: Comparison) -> str:
    """The report as HTML that needs no other file and no script.

    It tells what was run, shows figures with their tables, says in words how models differ from people, and lists
    parameters, provenance and whom to cite.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    manifest = comparison.manifest
    environment = Environment(
        loader=PackageLoader("memsim.reporting", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["number"] = number
    contrasts = differences(comparison)
    return environment.get_template("report.html.j2").render(
        manifest=manifest,
        title=manifest["title"],
        recalling=len(comparison.recalls),
        predicting=", ".join(name for name in manifest["models"] if name not in comparison.recalls),
        cut_short=", ".join(f"{name} {n:,}" for name, n in manifest["lists_cut_short"].items() if n),
        pictures=pictures(comparison),
        findings=findings(comparison, contrasts),
        contrasts=contrasts,
        attainable=attainable(comparison),
        parameters=parameter_tables(manifest["models"]),
        citations=citations(manifest),
        manifest_json=json.dumps(manifest, indent=2, ensure_ascii=False, default=str),
    )


def pictures(comparison: Comparison) -> Sequence[Picture]:
    """The comparison, further analyses of all whose recalls are at hand, and the taxonomy."""
    curves = comparison.curves
    shown = []
    for curve in (curve for curve in PANELS if curve in set(curves["curve"])):
        means = curves.loc[curves["curve"] == curve, ["source", "x", "mean", "low", "high", "n_subjects"]]
        x_label, y_label = PANELS[curve]
        y_label = y_label.replace("\n", " ")
        note = f"{y_label} by {x_label.lower()}. Bars and bands: 95% intervals over subjects."
        near = means[means["x"].abs() <= MAX_LAG] if curve in ("lag_crp", "transposition_gradient") else means
        text = f"{TITLES[curve]}: {in_text(near, 'x')}"
        means = means.rename(columns={"x": x_label.lower()})
        shown.append(Picture(TITLES[curve], image(comparison.figure(curve)), text, note, means))
    models, sources = list(comparison.manifest["models"]), dict(comparison.recalls)
    if comparison.people is not None and comparison.people.recalls is not None:
        sources[comparison.people.label] = comparison.people.recalls
    cue = next(iter(sources.values())).trials.paradigm.cue if sources else ""
    absent = comparison.people is not None and comparison.people.recalls is None
    for name in FURTHER.get("free" if cue == "free" else "forward", ()) if sources else ():
        frame = analyze(sources, name)
        analysis = ANALYSES.get(name)
        keys = [column for column in ("source", analysis.panels, analysis.x) if column]
        order = {column: {value: i for i, value in enumerate(frame[column].unique())} for column in keys}
        means = mean_over_subjects(frame, keys, analysis.value)
        means = means.sort_values(keys, key=lambda column, order=order: column.map(order[column.name]))
        title = name.replace("_", " ").capitalize()
        note = analysis.summary.replace("``", "")
        if absent:
            note += (
                " People's recalls are not at hand list by list, only their curves, so that models stand alone here."
            )
        text = f"{title}: {in_text(means, analysis.x, analysis.panels)}"
        shown.append(Picture(title, image(plot(frame, among=models)), text, note, means))
    if len(comparison.summaries) > 1:
        people = [] if comparison.people is None else [comparison.people.label]
        table = index_table(comparison.summaries)
        figure = taxonomy_figure(comparison.summaries, people)
        note = (
            "Sources placed by their indices, and joined by how alike those are. Colours are standard scores; what is "
            "not known of a source (a dash) counts as average."
        )
        text = "Two planes of indices, a tree of the sources, and a table of their indices, given below."
        shown.append(
            Picture("Who is like whom", image(figure), text, note, table.reset_index(names="source"), wide=True)
        )
    return shown


def image(figure: Figure) -> str:
    """A figure as a data URI: drawn in curves, so that it looks the same with any fonts."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "memsim"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def in_text(means: pd.DataFrame, x: str, panels: str = "") -> str:
    """What a figure shows, for who does not see it: of curves the ends and the extremes, else every value."""
    if panels:
        parts = means.groupby(panels, sort=False)
        return " ".join(f"{str(name).capitalize()}: {in_text(part, x)}" for name, part in parts)
    if len(means) and x in ("lag", "displacement"):
        means = means[means[x].abs() <= MAX_LAG]
    told = []
    for source, points in means.groupby("source", sort=False):
        points = points.dropna(subset=["mean"])
        if points.empty:
            continue
        values = [number(value) for value in points["mean"]]
        at = [number(value) for value in points[x]] if x else [""] * len(points)
        if not x or not pd.api.types.is_numeric_dtype(points[x]):
            told.append(
                f"{source} {', '.join(f'{where} {value}'.strip() for where, value in zip(at, values, strict=True))}"
            )
            continue
        top, bottom = int(np.argmax(points["mean"])), int(np.argmin(points["mean"]))
        told.append(
            f"{source} from {values[0]} at {at[0]} to {values[-1]} at {at[-1]}, highest {values[top]} at {at[top]}, "
            f"lowest {values[bottom]} at {at[bottom]}"
        )
    return "; ".join(told) + "."


def number(value: Any) -> str:
    """A cell of a table: whole numbers as they are, others to three digits, a dash for what is not defined."""
    if isinstance(value, str):
        return value.replace("_", " ")
    if value is None or pd.isna(value):
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if float(value) == round(float(value)) and abs(value) < 1e15:
        return f"{int(value)}"
    return f"{value:.3f}" if 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"


def parameter_tables(models: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Name and value of each model's parameters."""
    return {
        name: [(parameter, str(value)) for parameter, value in told["parameters"].items()]
        for name, told in models.items()
    }


def citations(manifest: Mapping[str, Any]) -> list[str]:
    """Whom to cite for these results: memsim, the data, and the models."""
    version = manifest["versions"]["memsim"]
    cited = [f"The memsim developers. memsim (version {version}) [Computer software]."]
    people = manifest["people"] or {}
    cited += [people["citation"]] if people.get("citation") else []
    return cited + sorted({told["citation"] for told in manifest["models"].values()} - {""})

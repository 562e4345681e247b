"""What comes out of a battery: tidy tables of all its cells, and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.curves import curves_of, root_mean_squared_difference
from memsim.analysis.declaration import Analysis
from memsim.analysis.figures.plots import comparison_panel, plot
from memsim.analysis.registered import ANALYSES
from memsim.experiments.battery_file import PEOPLE, Battery, Setting, Wanted

Table = dict[str, list[Any]]
"""A frame as JSON: the columns by name."""


class Row(NamedTuple):
    """A cell of a battery with its result: a model, or people, in a task."""

    source: str
    kind: str
    seed: int | None
    model: Setting | None
    task: Setting
    result: Mapping[str, Any]


def _columns(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The parameters and the settings that the file gives a value, anywhere."""
    models = dict.fromkeys(name for row in rows if row.model for name in row.model.given)
    return list(models), list(dict.fromkeys(name for row in rows for name in row.task.given))


def _told(row: Row, parameters: Sequence[str], settings: Sequence[str]) -> dict[str, Any]:
    """The first columns of every table."""
    of_model = {} if row.model is None else row.model.value.values()
    of_task = row.task.value.values() if row.model or row.task.people is None else row.task.people.paradigm.values()
    return {
        "source": row.source, "kind": row.kind, "paradigm": row.task.label, "seed": row.seed,
        **{f"model.{name}": of_model.get(name) for name in parameters},
        **{f"paradigm.{name}": of_task.get(name) for name in settings},
    }  # fmt: skip


def _joined(rows: Sequence[Row], tables: Sequence[Table | None]) -> pd.DataFrame:
    """The tables of the rows, one under the other, each after what it is of."""
    columns = _columns(rows)
    parts = []
    for row, table in zip(rows, tables, strict=True):
        if table is None:
            continue
        length = len(next(iter(table.values())))
        told = {name: pd.Series([value] * length, dtype=object) for name, value in _told(row, *columns).items()}
        parts.append(pd.DataFrame({**told, **table}))
    if not parts:
        return pd.DataFrame()
    # As objects, whole numbers stay whole where a part has none: subjects of curves that ship, another model's values.
    frame = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    if "subject" in frame:
        frame.insert(len(told), "subject", frame.pop("subject"))
    return frame


def joined_frame(rows: Sequence[Row], wanted: Wanted) -> pd.DataFrame:
    """The tidy frame of an analysis, per subject, of all cells."""
    return _joined(rows, [row.result["tables"].get(wanted.label) for row in rows])


def joined_curves(rows: Sequence[Row]) -> pd.DataFrame:
    """The curves of the tasks, as means over subjects, of all cells."""
    return _joined(rows, [row.result["curves"] for row in rows])


def summary_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """A row for each cell: means, their standard errors, and how far each curve is from people's."""
    columns = _columns(rows)
    found = []
    for row in rows:
        summary = pd.DataFrame(row.result["summary"]).set_index("statistic")
        errors = {f"{name}_sem": sem for name, sem in summary["sem"].items() if pd.notna(sem)}
        told = {**_told(row, *columns), **summary["mean"].to_dict(), **errors}
        people = row.task.people
        if row.model is not None and people is not None:
            distances = root_mean_squared_difference(pd.DataFrame(row.result["curves"]), people.curves)
            told |= {f"rmsd_{curve}": distances.get(curve, np.nan) for curve in curves_of(row.task.value)}
        found.append(
            {**told, **{name: row.result[name] for name in ("lists", "lists_cut_short") if name in row.result}}
        )
    return pd.DataFrame(found)


def battery_figures(battery: Battery, rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """A figure for each analysis, and, where several have the same panels, one of them all."""
    among = [PEOPLE, *dict.fromkeys(model.label for model in battery.models)]
    frames = []
    for wanted in battery.analyses:
        analysis = ANALYSES.get(wanted.name)
        parts = [part for row in rows if (part := _drawn(row, wanted, analysis)) is not None]
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs = {"analysis": wanted.name, "by": ["paradigm"], "people": [PEOPLE]}
        present = [source for source in among if source in set(frame["source"])]
        yield wanted.label, plot(frame, columns=2 if len(battery.tasks) > 1 else 1, among=present, title=battery.title)
        if (
            frame["paradigm"].nunique() == len(battery.tasks)
            and not analysis.panels
            and analysis.style in ("curve", "lags")
        ):
            frames.append(frame)
    if len(frames) > 1:
        yield "comparison", comparison_panel(frames, among=among, title=battery.title)


def _drawn(row: Row, wanted: Wanted, analysis: Analysis) -> pd.DataFrame | None:
    """The rows that a figure is drawn from; of curves that ship, a sample with their means and standard errors."""
    table = row.result["tables"].get(wanted.label)
    if table is None:
        return None
    part = pd.DataFrame(table)
    if row.kind == PEOPLE and "subject" not in part and row.task.people is not None:
        curves = row.task.people.curves
        curve = next(name for name, (run, _) in curves_of(row.task.people.paradigm).items() if run is analysis.run)
        part = _sample(curves[curves["curve"] == curve], analysis)
    if "subject" in part:  # those of several seeds are different subjects
        part["subject"] = [f"{row.seed}/{subject}" for subject in part["subject"]]
    else:
        part.insert(0, "subject", "prediction")
    part.insert(0, "source", PEOPLE if row.kind == PEOPLE else row.source)
    part.insert(1, "paradigm", row.task.label)
    return part


def _sample(points: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    """Values whose mean and standard error at each x are those of ``points``, so that one figure draws all alike."""
    parts = []
    for point in points.itertuples():
        n = max(int(point.n_subjects), 1)
        spread = np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
        spread = spread / (spread.std(ddof=1) if n > 1 else 1.0)
        sem = 0.0 if pd.isna(point.sem) else point.sem
        values = point.mean + spread * sem * np.sqrt(n)
        parts.append(pd.DataFrame({"subject": np.arange(n), analysis.x: point.x, analysis.value: values}))
    return pd.concat(parts, ignore_index=True)

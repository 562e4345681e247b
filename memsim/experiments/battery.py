"""Batteries: every model through every task, with every seed, beside people; as many cells as a file asks for."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.curves import (
    curve_table,
    curves_of,
    position_tables,
    summary_table,
)
from memsim.analysis.figures.style import save_figure
from memsim.analysis.registered import ANALYSES
from memsim.core.errors import InputError
from memsim.core.loop import simulate
from memsim.core.position_model import Model, PositionModel, recall_probability
from memsim.core.provenance import versions
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.experiments.battery_file import PEOPLE, Battery, Setting, Wanted, read_battery
from memsim.experiments.experiment import FEWEST_SUBJECTS, LISTS_PER_SUBJECT
from memsim.experiments.people import People, differing_settings
from memsim.experiments.tables import Row, Table, battery_figures, joined_curves, joined_frame, summary_frame
from memsim.running.digests import digest
from memsim.running.execution import Cell, run_cells
from memsim.running.result_files import write_results


def run_battery(
    path: Path,
    out: Path | None = None,
    *,
    backend: str = "local",
    scheduler: str = "",
    workers: int | None = None,
    cache: Path | None = None,
    progress: bool = True,
) -> list[Path]:
    """Run a battery file (see :func:`memsim.experiments.battery_file.read_battery`) and write what came out.

    Each model, task and seed is a cell of its own; finished cells are kept, so that a battery which was interrupted, or
    to which a model is added, runs only what is missing.

    Parameters
    ----------
    path : the battery file.
    out : folder of the results; that of the file if not given, or else ``memsim-`` with the name of the file.
    backend, scheduler, workers, progress : as in :func:`memsim.running.execution.run_cells`.
    cache : folder of the finished cells; ``cells`` within ``out`` if not given.

    Returns
    -------
    list of Path : the files. For each analysis a tidy csv with a row per subject (those of people too, or, where only
        their curves are at hand, a row per point without a subject) after the columns ``source, kind, paradigm, seed``
        and a column for each parameter and setting that the file gives, ``model.`` and ``paradigm.`` before its name;
        and a figure with a panel for each task. ``curves.csv`` and ``summary.csv`` as of :func:`memsim.compare`;
        ``comparison.png``, the analyses side by side; the battery file; and ``manifest.json``, which also says which
        analysis had nothing to say of which source, and why.

    Raises
    ------
    InputError : something is wrong in the file; see :func:`memsim.experiments.battery_file.read_battery`. Or no source
    has an
        account of an analysis.
    MemsimError : as :func:`memsim.running.execution.run_cells` raises.
    """
    started, clock = datetime.now(UTC), perf_counter()
    battery = read_battery(path)
    out = battery.output if out is None else out
    rows = _run(battery, backend=backend, scheduler=scheduler, workers=workers,
                cache=out / "cells" if cache is None else cache, progress=progress)  # fmt: skip
    frames = {wanted.label: joined_frame(rows, wanted) for wanted in battery.analyses}
    left_out = _left_out(rows)
    for label, frame in frames.items():
        if frame.empty:
            reasons = "; ".join(
                sorted({f"{left['source']}: {left['why']}" for left in left_out if left["analysis"] == label})
            )
            raise InputError(f"{path}: the analysis {label} has nothing to say of any source ({reasons})")
    curves = joined_curves(rows)
    manifest = {
        "title": battery.title,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - clock, 3),
        "battery": {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
        "trials": battery.trials,
        "subjects": _subjects(battery.trials),
        "seeds": list(battery.seeds),
        "analyses": [{"label": w.label, "name": w.name, "options": dict(w.options)} for w in battery.analyses],
        "models": [_told_model(model) for model in battery.models],
        "paradigms": [_told_task(task) for task in battery.tasks],
        "cells": sum(row.kind == "model" for row in rows),
        "left_out": left_out,
        "versions": versions(),
    }

    def write(scratch: Path) -> None:
        for wanted in battery.analyses:
            frames[wanted.label].to_csv(scratch / f"{wanted.label}.csv", index=False)
        curves.to_csv(scratch / "curves.csv", index=False)
        summary_frame(rows).to_csv(scratch / "summary.csv", index=False)
        shutil.copyfile(path, scratch / "battery.toml")
        for name, figure in battery_figures(battery, rows):
            for suffix in (".png", ".pdf"):
                save_figure(figure, scratch / f"{name}{suffix}")

    return write_results(out, write, manifest)


def model_cell(
    model: Model, task: Paradigm, trials: int, seed: int | None, analyses: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """A model through the lists of a task: its tables as JSON. A cell of :func:`memsim.running.execution.run_cells`."""
    if isinstance(model, PositionModel):
        probability = recall_probability(model, task)
        curves, summary = position_tables(probability)
        tables, left_out = _position_analyses(probability, analyses)
        return {"tables": tables, "left_out": left_out, "curves": _as_json(curves), "summary": _as_json(summary)}
    assert seed is not None
    lists = task.trials(trials, seed, subjects=_subjects(trials))
    return recalls_cell(simulate(model, lists, seed), analyses)


def recalls_cell(recalls: Recalls, analyses: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The tables of recalls as JSON: those of the analyses, and curves and summary."""
    tables, left_out = {}, {}
    for label, name, options in analyses:
        try:
            tables[label] = _as_json(ANALYSES.get(name).run(recalls, **options))
        except InputError as error:
            left_out[label] = str(error)
    cut = int((~recalls.stopped).sum()) if recalls.trials.paradigm.silence_ends else 0
    return {
        "tables": tables, "left_out": left_out, "curves": _as_json(curve_table(recalls)),
        "summary": _as_json(summary_table(recalls)), "lists": len(recalls), "lists_cut_short": cut,
    }  # fmt: skip


def _position_analyses(
    probability: np.ndarray, analyses: Sequence[Sequence[Any]]
) -> tuple[dict[str, Table], dict[str, str]]:
    """What a model without an order of recall says: the serial position curve alone, and of no subject."""
    curve = {"position": list(range(1, len(probability) + 1)), "prob": probability.tolist()}
    known = {label: curve for label, name, _ in analyses if name == "serial_position_curve"}
    why = "the model says which items are recalled, and not in what order"
    return known, {label: why for label, _, _ in analyses if label not in known}


def _subjects(trials: int) -> int:
    return max(FEWEST_SUBJECTS, trials // LISTS_PER_SUBJECT)


def _run(battery: Battery, **options: Any) -> list[Row]:
    """All cells, people's first in each task."""
    analyses: Any = [[wanted.label, wanted.name, dict(wanted.options)] for wanted in battery.analyses]
    planned: list[tuple[Cell | None, Row]] = []
    for task in battery.tasks:
        if task.people is not None:
            row = Row(task.people.label, PEOPLE, None, None, task, {})
            if task.people.recalls is None:
                planned.append((None, row._replace(result=_shipped(task.people, battery.analyses))))
            else:
                recalls = task.people.recalls
                arguments = {"recalls": recalls, "analyses": analyses}
                planned.append((Cell(recalls_cell, arguments, task.people.label), row))
        for model in (model for model, its in battery.pairs() if its is task):
            # A model without an order of recall predicts, the same with every seed.
            for seed in (None,) if isinstance(model.value, PositionModel) else battery.seeds:
                arguments = {"model": model.value, "task": task.value, "trials": battery.trials, "seed": seed,
                             "analyses": analyses}  # fmt: skip
                label = f"{model.label}, {task.label}" + ("" if seed is None else f", seed {seed}")
                row = Row(model.label, "model", seed, model, task, {})
                planned.append((Cell(model_cell, arguments, label), row))
    cells = [cell for cell, _ in planned if cell is not None]
    results = iter(run_cells(cells, title=battery.title, **options))
    return [row if cell is None else row._replace(result=next(results)) for cell, row in planned]


def _shipped(people: People, analyses: Sequence[Wanted]) -> dict[str, Any]:
    """What is known of people of whom only curves are at hand: means of those analyses that the curves are of."""
    tables, left_out = {}, {}
    for wanted in analyses:
        run = ANALYSES.get(wanted.name).run
        curve = next((curve for curve, (analysis, _) in curves_of(people.paradigm).items() if analysis is run), None)
        points = people.curves[people.curves["curve"] == curve]
        if wanted.options or points.empty:
            left_out[wanted.label] = (
                "only curves ship with memsim, and none of this; the recalls are fetched by load_dataset"
            )
            continue
        analysis = ANALYSES.get(wanted.name)
        tables[wanted.label] = _as_json(
            points.rename(columns={"x": analysis.x, "mean": analysis.value})[[analysis.x, analysis.value]]
        )
    return {
        "tables": tables,
        "left_out": left_out,
        "curves": _as_json(people.curves),
        "summary": _as_json(people.summary),
    }


def _as_json(frame: pd.DataFrame) -> Table:
    return {str(name): frame[name].tolist() for name in frame.columns}


def _left_out(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Which analysis had nothing to say of which source, once for all seeds."""
    found = {(label, row.source, row.task.label): why for row in rows for label, why in row.result["left_out"].items()}
    return [
        {"analysis": label, "source": source, "paradigm": task, "why": why}
        for (label, source, task), why in found.items()
    ]


def _told_model(model: Setting) -> dict[str, Any]:
    value = model.value
    return {
        "label": model.label, "class": type(value).__name__, "digest": digest(value), "citation": value.citation,
        "likelihood": value.likelihood, "form": value.form(), "parameters": value.values(), "given": dict(model.given),
        "only": list(model.only),
    }  # fmt: skip


def _told_task(task: Setting) -> dict[str, Any]:
    told = {"label": task.label, "class": type(task.value).__name__, "settings": task.value.values()}
    if task.people is None:
        return {**told, "people": None}
    theirs = task.people.paradigm.values()
    differing = {name: theirs.get(name) for name in sorted(differing_settings(task.people.paradigm, task.value))}
    people = {"label": task.people.label, "source": task.people.source, **task.people.provenance}
    return {**told, "people": {**people, "task_differs_in": differing}}

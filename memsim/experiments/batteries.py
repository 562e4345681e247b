"""Batteries from files: every model runs through every task with every seed; tables and figures are written."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import pandas as pd
from matplotlib.figure import Figure

from memsim.core.errors import InputError
from memsim.core.files.given_paths import given_path
from memsim.core.frozen import says_what_it_has
from memsim.experiments.battery_file import files_of_battery, read_battery
from memsim.experiments.figures import battery_figures
from memsim.experiments.manifest import Manifest, Stopwatch, manifest_of
from memsim.experiments.rows import rows_by_cells
from memsim.experiments.sweeps import sweeps_of
from memsim.experiments.tables import joined_curves, joined_frame, summary_frame
from memsim.running.options import Running, with_running
from memsim.running.result_files import ResultFolder, names_of, save_both, write_csv


@says_what_it_has
@dataclass(frozen=True)
class BatteryResults:
    """The results of :func:`battery`.

    Parameters
    ----------
    frames : the tidy frame of each analysis that applies to any cell, by label.
    curves, summary : the tables of all cells; see :class:`memsim.Comparison`.
    manifest : what was run, and which analyses were left out.
    files : the files that were written, the manifest last.
    not_drawn : the figures that failed.
    """

    frames: Mapping[str, pd.DataFrame]
    curves: pd.DataFrame
    summary: pd.DataFrame
    manifest: Manifest
    files: tuple[Path, ...]
    not_drawn: tuple[str, ...] = ()


@with_running
def battery(
    path: str | Path,
    out: str | Path | None = None,
    *,
    escape: bool = False,
    force: bool = False,
    **running: Unpack[Running],
) -> BatteryResults:
    """Run a battery file (see :func:`memsim.experiments.battery_file.read_battery`) and write the results.

    Each combination of model, task and seed is a cell. Finished cells are kept, so a battery that was interrupted, or
    to which a model was added (with ``force``), runs only the cells that are missing.

    Parameters
    ----------
    path : the battery file.
    out : folder of the results; by default the one that the file names, or else ``memsim-`` and the name of the file.
    escape : whether texts in tables that a spreadsheet would take for formulas get an apostrophe; see
        :func:`memsim.running.result_files.write_csv`.
    force : replace results in the folder that are not of this file, or were made before it, a model or data changed.
    running : ``workers, backend, scheduler, cache, progress``; see :func:`memsim.running.execution.run_cells`. The
        default of the cache is ``cells`` within ``out``.

    Returns
    -------
    BatteryResults : ``files`` are, for each analysis, a tidy csv with a row per subject (those of people too, or, where
        only their curves are known, a row per point without a subject) after the columns ``label, kind, paradigm,
        seed`` and a column for each parameter and setting that the file gives, ``model.`` and ``paradigm.`` before its
        name; and a figure with a panel for each task. ``curves.csv`` and ``summary.csv`` as of :func:`memsim.run`;
        ``comparison.png``, the analyses side by side; for each parameter or setting that is varied by numbers a figure
        of statistics against it, which has the name of its column (``against-model.context_drift.png``), and in several
        tasks that of the task; the battery file; and ``manifest.json``, which also says which
        analysis was left out for which model or people, and why.

    Raises
    ------
    InputError : something is wrong in the file; a file that memsim did not write, or that the battery reads, or other
        results are in the way; or no analysis applies to any cell.
    MemsimError : as :func:`memsim.running.execution.run_cells` raises.

    Warns
    -----
    BeyondWarning : tasks lie beyond what models were trained or fitted for, such as lists of another length.
    """
    path = given_path(path, "battery")
    stopwatch = Stopwatch()
    planned, output = read_battery(path)
    folder = output if out is None else given_path(out, "battery: out")
    results = ResultFolder(folder, "battery", {}, files_of_battery(path), force)
    labels = [each.label for each in planned.analyses]
    against = [sweep.name for sweep in sweeps_of(planned)]
    names = names_of([*labels, "curves", "summary"], [*labels, "comparison", *against])
    results.require([*names, "battery.toml"])
    options: Running = {"cache": folder / "cells", **running}
    rows = rows_by_cells(planned, **options)
    frames = {each.label: joined_frame(rows, each) for each in planned.analyses}
    file = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    manifest = manifest_of(planned, rows, stopwatch, file)
    if all(frame.empty for frame in frames.values()):
        reasons = sorted({f"{each.label}: {each.reason}" for each in manifest.left_out})
        empty = ", ".join(frames)
        raise InputError(f"{path}: the analysis {empty} applies to no model and no people ({'; '.join(reasons)})")
    frames = {label: frame for label, frame in frames.items() if not frame.empty}
    curves, summary = joined_curves(rows), summary_frame(rows)

    def write(scratch: Path) -> None:
        for label, frame in {**frames, "curves": curves, "summary": summary}.items():
            if not frame.empty:
                write_csv(frame, scratch / f"{label}.csv", escape=escape)
        shutil.copyfile(path, scratch / "battery.toml")

    def drawing(name: str, draw: Callable[[], Figure]) -> Callable[[Path], None]:
        return lambda scratch: save_both(draw(), scratch / name)

    figures = {name: drawing(name, draw) for name, draw in battery_figures(planned, rows).items()}
    written = results.write(write, manifest.to_json(), figures)
    manifest.warn_beyond(stacklevel=3)  # above with_running
    return BatteryResults(frames, curves, summary, manifest, tuple(written.files), tuple(written.failed))

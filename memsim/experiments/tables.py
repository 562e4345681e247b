"""Tidy tables of all cells of a battery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.curves import root_mean_squared_difference
from memsim.analysis.registered import curves_of
from memsim.experiments.plan import PlannedAnalysis
from memsim.experiments.rows import Row

MAIN_STATISTICS = (
    "recalled", "accuracy", "primacy", "recency", "first_recall_at_end", "lag_asymmetry", "transposition", "omission",
    "intrusion", "fill_in_ratio", "target called old", "lure called old", "intact called old", "rearranged called old",
    "d_prime", "area", "zroc_slope", "frequency_slope", "judged at 0", "correct", "forward correct", "backward correct",
    "same list intrusion", "no response", "rmsd_hits_by_serial_position", "rmsd_hits_by_lag",
    "rmsd_false_alarms_by_test_position", "rmsd_roc", "rmsd_judged_frequency", "rmsd_cued_recall_by_position",
    "rmsd_cued_recall_by_lag", "rmsd_serial_position_curve", "rmsd_serial_accuracy",
)  # fmt: skip
"""Columns of the summary that the terminal and figures show; summary.csv holds all."""


def joined_frame(rows: Sequence[Row], planned: PlannedAnalysis) -> pd.DataFrame:
    """The tidy frame of an analysis for all cells, with a row per subject, or per point if only means are known."""
    return _joined(rows, [row.measured.frames.get(planned.label) for row in rows])


def joined_curves(rows: Sequence[Row]) -> pd.DataFrame:
    """The standard curves of the tasks for all cells, as means over subjects."""
    return _joined(rows, [row.measured.curves for row in rows])


def summary_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """A row for each cell: means, their standard errors, and the distance of each curve from that of people (RMSD)."""
    columns = _varied(rows)
    found = []
    for row in rows:
        summary = row.measured.summary.set_index("statistic")
        errors = {f"{name}_sem": sem for name, sem in summary["sem"].items() if pd.notna(sem)}
        values = {**_first_columns(row, *columns), **summary["mean"].to_dict(), **errors}
        values |= distances_from_people(row)
        found.append({**values, "n_lists": row.measured.n_lists, "n_cut_short": row.measured.n_cut_short})
    return pd.DataFrame(found)


def distances_from_people(row: Row) -> dict[str, float]:
    """``rmsd_`` and the name of a curve: how far that of a model is from people's; none of people, or without them."""
    people = row.task.people
    if row.model is None or people is None:
        return {}
    distances = root_mean_squared_difference(row.measured.curves, people.curves)
    return {f"rmsd_{curve}": float(distances.get(curve, np.nan)) for curve in curves_of(row.task.paradigm)}


def _varied(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The parameters and the settings to which the battery gives a value in any cell."""
    parameters = dict.fromkeys(name for row in rows if row.model for name in row.model.given)
    return list(parameters), list(dict.fromkeys(name for row in rows for name in row.task.given))


def _first_columns(row: Row, parameters: Sequence[str], settings: Sequence[str]) -> dict[str, Any]:
    """The first columns of every table, which identify the cell."""
    of_model = {} if row.model is None else row.model.model.values()
    people = row.task.people if row.model is None else None
    of_task = (people or row.task).paradigm.values()
    return {
        "label": row.label, "kind": row.kind, "paradigm": row.task.label, "seed": row.seed,
        **{f"model.{name}": of_model.get(name) for name in parameters},
        **{f"paradigm.{name}": of_task.get(name) for name in settings},
    }  # fmt: skip


def _joined(rows: Sequence[Row], tables: Sequence[pd.DataFrame | None]) -> pd.DataFrame:
    """The tables of all cells in one, after the columns that identify the cell."""
    columns = _varied(rows)
    parts = []
    for row, table in zip(rows, tables, strict=True):
        if table is not None:
            first = {
                name: pd.Series([value] * len(table), dtype=object)
                for name, value in _first_columns(row, *columns).items()
            }
            parts.append(pd.DataFrame({**first, **{name: table[name].to_numpy() for name in table}}))
    if not parts:
        return pd.DataFrame()
    # As objects, whole numbers stay whole where other parts have no value: subjects of shipped curves, other models.
    frame = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    if "subject" in frame:
        frame.insert(len(first), "subject", frame.pop("subject"))
    return frame

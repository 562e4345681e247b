"""The benchmark as a whole: entries, cells, scores and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from memsim.core.errors import InputError
from memsim.core.files.written_files import write_file
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import html_of
from memsim.core.position_model import Model
from memsim.evaluation.ranking.bounds import bounds_cell
from memsim.evaluation.ranking.calibration import calibration_cell, people_table, ranges
from memsim.evaluation.ranking.entries import can_simulate, entries, scored_form, unscored
from memsim.evaluation.ranking.pinned_set import BenchmarkSet, RankedTask, set_named
from memsim.evaluation.ranking.record import record_of
from memsim.evaluation.ranking.record_file import record_text
from memsim.evaluation.ranking.scoring import findings_cell, model_cell
from memsim.evaluation.ranking.shares import scores_of
from memsim.evaluation.ranking.split import Split, split_of
from memsim.evaluation.ranking.tables import wide
from memsim.evaluation.ranking.words import in_words
from memsim.models.lookup import Given
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.analysis.figures.page import Drawing


@says_what_it_has
@dataclass(frozen=True)
class Ranking:
    """What :func:`memsim.benchmark` found."""

    ranked: BenchmarkSet
    """The set."""
    scores: pd.DataFrame
    """A row for each model or bound in each condition; see :func:`memsim.evaluation.ranking.shares.scores_of`. A model
    without a score has a row with ``reason``."""
    findings: pd.DataFrame
    """``task, label, finding, value, low, high, counts, passes``: a row for each finding of a model."""
    people: pd.DataFrame
    """What people show, by finding and data set; see :func:`memsim.evaluation.ranking.calibration.people_table`."""
    ranges: pd.DataFrame
    """In which range a finding passes; see :func:`memsim.evaluation.ranking.calibration.ranges`."""
    costs: pd.DataFrame
    """``task, label, n_parameters, evaluations, gradient, fit_seconds, score_seconds``: processor time of the fit, and
    of scoring 100 lists."""
    record: dict[str, Any]
    """All that is needed to run it again, and what it should give; see :mod:`memsim.evaluation.ranking.record_file`."""

    def __repr__(self) -> str:
        return f"Ranking({len(self.table)} models on the set {self.ranked.name!r})"

    def _repr_html_(self) -> str:
        return html_of(repr(self), {}, self.table, note=" ".join(self.words))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each model and a column for each condition; see :func:`memsim.evaluation.ranking.tables.wide`."""
        return wide(self.scores, self.findings, self.costs)

    @property
    def words(self) -> list[str]:
        """What to know about these scores, in sentences."""
        return in_words(self.scores, self.findings, self.ranges)

    def save_record(self, path: str | Path) -> None:
        """Write the record with a checksum, as the file that ``memsim benchmark --record`` takes.

        Raises
        ------
        InputError : the file cannot be written, or a file is there that memsim did not write.
        """
        write_file(Path(path), lambda partial: partial.write_text(record_text(self.record), encoding="utf-8"))

    def figure(self, **drawing: Unpack[Drawing]) -> Figure:
        """Shares of what is attainable, with intervals over people, a panel for each condition."""
        from memsim.evaluation.ranking.figure import shares_figure

        return shares_figure(self.scores, **drawing)


@with_running
def benchmark(
    models: Given | None = None,
    *,
    set: str | BenchmarkSet = "installed",
    **running: Unpack[Running],
) -> Ranking:
    """Rank models by what they predict of people to whom they were not fitted, in one fixed set of data and tasks.

    Each model that has an account of a task is fitted to the same lists of the same people, by maximum likelihood with
    one budget (:func:`memsim.evaluation.ranking.budget.fitted_within`), and scored on the lists of other people. Of a
    network the weights stay as they are, and only its parameters of choice are fitted. Scores are shares of what is
    attainable (:func:`memsim.evaluation.ranking.shares.scores_of`), beside qualitative findings of what the fitted
    models recall (:mod:`memsim.evaluation.ranking.findings`), and costs.

    Parameters
    ----------
    models : names as on the command line (``"CMR"``, ``"mine.py"``, ``"mine.py:MyCore:mine.safetensors"``), instances,
        or both by label; all models that ship and are installed if not given. A model without an account of a task, or
        a network that was trained on people who are scored, has a reason there instead of a score.
    set : ``"installed"``, data that install with memsim, or ``"fetched"``, data that are fetched once.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`.

    Raises
    ------
    InputError : nothing to rank: no model has a score or findings in any task, and the message says why.
    DataError : the data differ from those of the set, or cannot be read.
    """
    ranked = set if isinstance(set, BenchmarkSet) else set_named(set)
    candidates = entries(models)
    splits = {task.name: split_of(task, ranked.seed) for task in ranked.tasks}
    reasons: dict[tuple[str, str], str] = {}
    cells = {("", ""): Cell(calibration_cell, {}, "people")}
    for task in ranked.tasks:
        cells[task.name, ""] = Cell(bounds_cell, {"ranked": ranked, "task": task}, f"bounds, {task.name}")
        for label, model in candidates.items():
            cell = _cell(label, scored_form(label, model, task), ranked, task, splits[task.name], reasons)
            if cell is not None:
                cells[task.name, label] = cell
    if not any(label for _, label in cells):
        said = "; ".join(f"{label} in {task}: {reason}" for (task, label), reason in list(reasons.items())[:6])
        raise InputError(f"benchmark: no model has anything to be ranked by: {said}")
    known = dict(zip(cells, run_cells(list(cells.values()), title="benchmark", **running), strict=True))
    return _ranking(ranked, candidates, splits, known, reasons)


def _cell(
    label: str, model: Model, ranked: BenchmarkSet, task: RankedTask, split: Split, reasons: dict[tuple[str, str], str]
) -> Cell | None:
    """The work of one model in one task; why it has no score, if so, is put into ``reasons``."""
    arguments = {"model": model, "ranked": ranked, "task": task}
    reason = unscored(model, task, split)
    if not reason:
        return Cell(model_cell, arguments, f"{label}, {task.name}")
    reasons[task.name, label] = reason
    if can_simulate(model, split):
        return Cell(findings_cell, arguments, f"findings of {label}, {task.name}")
    return None


def _ranking(
    ranked: BenchmarkSet,
    candidates: Mapping[str, Model],
    splits: Mapping[str, Split],
    known: Mapping[tuple[str, str], Any],
    reasons: Mapping[tuple[str, str], str],
) -> Ranking:
    people = people_table(known["", ""]["people"])
    limits = ranges(people)
    scores, findings, costs = [], [], []
    for task in ranked.tasks:
        own = {label: known[task.name, label] for label in candidates if (task.name, label) in known}
        scored = {label: each["parts"] for label, each in own.items() if "parts" in each}
        scores.append(scores_of(scored, known[task.name, ""], splits[task.name], task.name, ranked.seed))
        for label, each in own.items():
            findings += [{"task": task.name, "label": label, "finding": name, "value": value}
                         for name, value in each["findings"].items()]  # fmt: skip
            if "parts" in each:
                costs.append({
                    "task": task.name, "label": label, "n_parameters": len(each["estimates"]),
                    **{name: each[name] for name in ("evaluations", "gradient", "fit_seconds", "score_seconds")},
                })  # fmt: skip
    table = pd.concat(scores, ignore_index=True).assign(reason="")
    without = [
        {"task": task, "condition": condition, "label": label, "kind": "model", "reason": reason}
        for (task, label), reason in reasons.items()
        for condition in splits[task].scored
    ]
    table = pd.concat([table, pd.DataFrame(without)], ignore_index=True) if without else table
    table.insert(1, "test", table["task"].map({task.name: task.test for task in ranked.tasks}))
    table = table.astype({"n_people": "Int64", "n_lists": "Int64"})
    columns = ["task", "label", "finding", "value"]
    shown = pd.DataFrame(findings, columns=columns).merge(
        limits[["finding", "low", "high", "counts"]], on="finding", how="left"
    )
    shown["counts"] = shown["counts"].eq(True)  # undefined where no people are known
    shown["passes"] = _passes(shown)
    cost_table = pd.DataFrame(costs, columns=["task", "label", "n_parameters", "evaluations", "gradient",
                                              "fit_seconds", "score_seconds"])  # fmt: skip
    record = record_of(ranked, candidates, splits, known, {"scores": table, "findings": shown})
    return Ranking(ranked, table, shown, people, limits, cost_table, record)


def _passes(shown: pd.DataFrame) -> pd.Series:
    """Whether each number is in its range; a number that is not defined, as of a model that recalls nothing, is not."""
    return (shown["value"] >= shown["low"]) & (shown["value"] <= shown["high"])

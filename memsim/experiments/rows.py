"""The cells of a battery: each model in each task with each seed, and the people of each task."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from memsim.analysis.registered import ANALYSES
from memsim.core.errors import DataWarning
from memsim.core.items import ItemPool
from memsim.core.position_model import Model, PositionModel
from memsim.core.prediction import predict
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials
from memsim.experiments.measuring import Measured, measure, measure_people
from memsim.experiments.people import People
from memsim.experiments.plan import Battery, PlannedAnalysis, PlannedModel, PlannedTask, model_in_task
from memsim.running.execution import Cell, run_cells


class Row(NamedTuple):
    """A model or people in a task, with the tables of the analyses."""

    label: str
    seed: int | None
    """None for people and for a model that makes no random choice."""
    model: PlannedModel | None
    task: PlannedTask
    measured: Measured

    @property
    def kind(self) -> Literal["model", "people"]:
        """Whether a model or people made the responses."""
        return "people" if self.model is None else "model"


def rows_in_this_process(
    battery: Battery,
    progress: Callable[[str], None] = lambda label: None,
    failures: dict[str, Exception | SystemExit] | None = None,
) -> list[Row]:
    """Run the battery cell by cell and keep the recalls; models with the same seed get the same trials.

    ``progress`` is called with the label of each cell that is finished. Where ``failures`` is given, a model that
    raises an error has no row, and its error stands there by its label.
    """
    rows = []
    drawn: dict[tuple[str, int], Trials] = {}
    for task, model, seed in _cells(battery, warn=True):
        if model is None:
            measured = measure_people(_people(task), battery.analyses)
        else:
            key = (task.label, seed or 0)
            if key not in drawn:
                drawn[key] = _trials(
                    task.paradigm, task.lists, battery.n_trials, battery.n_subjects, seed, battery.pool
                )
            try:
                model = model_in_task(model, task, battery.pool)
                measured = _measured(model.model, drawn[key], seed, battery.analyses)
            except (Exception, SystemExit) as error:  # the code of a model may raise anything
                if failures is None:
                    raise
                failures[model.label] = error
                continue
        rows.append(_row(task, model, seed, measured))
        progress(rows[-1].label)
    return rows


def rows_by_cells(battery: Battery, **running: Any) -> list[Row]:
    """Run the battery as independent cells, which are kept when they are finished.

    ``running`` holds the options of :func:`memsim.running.execution.run_cells`.
    """
    analyses = [[planned.label, planned.name, dict(planned.options)] for planned in battery.analyses]
    shared = {"n_trials": battery.n_trials, "n_subjects": battery.n_subjects, "analyses": analyses}
    uses = [ANALYSES.get(planned.name).run for planned in battery.analyses]
    pieces: list[Cell | Measured] = []
    places = []
    for task, model, seed in _cells(battery, warn=True):
        if model is not None:
            model = model_in_task(model, task, battery.pool)
        places.append((task, model, seed))
        if model is not None:
            arguments = {**shared, "model": model.model, "task": task.paradigm, "lists": task.lists,
                         "pool": battery.pool, "seed": seed}  # fmt: skip
            label = f"{model.label}, {task.label}" + ("" if seed is None else f", seed {seed}")
            pieces.append(Cell(model_cell, arguments, label, uses=uses))
        elif (recalls := _people(task).recalls) is not None:
            arguments = {"recalls": recalls, "analyses": analyses}
            pieces.append(Cell(recalls_cell, arguments, _people(task).label, uses=uses))
        else:
            pieces.append(measure_people(_people(task), battery.analyses))
    found = iter(run_cells([cell for cell in pieces if isinstance(cell, Cell)], title=battery.title, **running))
    return [
        _row(*cell, piece if isinstance(piece, Measured) else Measured.from_json(next(found)))
        for cell, piece in zip(places, pieces, strict=True)
    ]


def model_cell(
    model: Model, task: Paradigm, lists: Trials | None, n_trials: int, n_subjects: int, seed: int | None,
    pool: ItemPool | None, analyses: Sequence[Sequence[Any]],
) -> dict[str, Any]:  # fmt: skip
    """Run a model through the lists of a task and analyse its prediction, as a cell."""
    trials = _trials(task, lists, n_trials, n_subjects, seed, pool)
    return _measured(model, trials, seed, _planned(analyses)).to_json()


def recalls_cell(recalls: Recalls, analyses: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Analyse recalls of people, as a cell."""
    return measure(recalls, _planned(analyses)).to_json()


def _trials(
    task: Paradigm, lists: Trials | None, n_trials: int, n_subjects: int, seed: int | None, pool: ItemPool | None
) -> Trials:
    draw = task.trials if lists is None else lists.similar
    return draw(n_trials, seed or 0, pool=pool, subjects=n_subjects)


def _measured(model: Model, trials: Trials, seed: int | None, analyses: Sequence[PlannedAnalysis]) -> Measured:
    return measure(predict(model, trials, seed or 0), analyses)


def _planned(analyses: Sequence[Sequence[Any]]) -> list[PlannedAnalysis]:
    return [PlannedAnalysis(*each) for each in analyses]


def _people(task: PlannedTask) -> People:
    assert task.people is not None
    return task.people


def _row(task: PlannedTask, model: PlannedModel | None, seed: int | None, measured: Measured) -> Row:
    if model is None:
        return Row(_people(task).label, None, None, task, measured)
    return Row(model.label, seed, model, task, measured)


def _cells(battery: Battery, warn: bool = False) -> Iterator[tuple[PlannedTask, PlannedModel | None, int | None]]:
    """Each task without a model, for its people, and then with each of its models and seeds.

    Models that do not take the lists of the task are left out, with a warning if so asked.
    """
    refused = {(model.label, task.label): reason for model, task, reason in battery.refusals()}
    for (label, _), reason in refused.items() if warn else ():
        warnings.warn(f"{reason}; {label} is left out", DataWarning, stacklevel=3)
    for task in battery.tasks:
        if task.people is not None:
            yield task, None, None
        for model in battery.models_of(task):
            if (model.label, task.label) in refused:
                continue
            # A model without an order of recall makes no random choice, and predicts the same with every seed.
            for seed in (None,) if isinstance(model.model, PositionModel) else battery.seeds:
                yield task, model, seed

"""What a battery varies by numbers, a parameter of models or a setting of a task, and statistics against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t

from memsim.core.files.file_names import file_names
from memsim.core.parameters import Parameter
from memsim.experiments.plan import Battery, PlannedModel, PlannedTask
from memsim.experiments.rows import Row
from memsim.experiments.tables import MAIN_STATISTICS, distances_from_people

STATISTICS = (*MAIN_STATISTICS, "intrusions", "temporal_factor")
"""What is drawn, where it is defined: a panel for each."""
COLUMNS = ["label", "kind", "x", "statistic", "mean", "low", "high"]


class Place(NamedTuple):
    """A model in a task: the label of its line, and the value of what is varied; none where the model lacks it."""

    label: str
    x: float | None
    model: PlannedModel
    task: PlannedTask


@dataclass(frozen=True)
class Sweep:
    """One thing that is varied.

    Parameters
    ----------
    name : ``against-`` and the column of the tables, ``model.row_noise`` or ``paradigm.retention_interval``, and the
        task where there are several; the name of the file of the figure.
    declared : the parameter or setting.
    task : the label of the tasks where the battery has several; else empty.
    places : the models that are drawn, in the order of the battery.
    people : a task of the people that are drawn, and their value of the setting; none of a parameter of models.
    """

    name: str
    declared: Parameter
    task: str
    places: tuple[Place, ...]
    people: tuple[tuple[PlannedTask, float | None], ...]

    @property
    def axis_label(self) -> str:
        """What the horizontal axis shows."""
        unit = f" ({self.declared.unit})" if self.declared.unit else ""
        return f"{self.declared.name}{unit}"


def sweeps_of(battery: Battery) -> list[Sweep]:
    """All that a battery varies by numbers; for parameters of models one sweep in each task."""
    found = [*_of_models(battery), *_of_tasks(battery)]
    names = file_names(each.name for each in found)
    return [Sweep(names[each.name], each.declared, each.task, each.places, each.people) for each in found]


def _of_models(battery: Battery) -> Iterable[Sweep]:
    for axis in dict.fromkeys(name for model in battery.models for name in model.varied):
        for task in battery.tasks:
            every = battery.models_of(task)
            swept = [model for model in every if axis in model.varied and _is_number(model.given[axis])]
            if len({model.given[axis] for model in swept}) < 2:
                continue
            labels = _lines(swept, axis)
            places = tuple(
                Place(labels[model.label], float(model.given[axis]), model, task)
                if model.label in labels
                else Place(model.label, None, model, task)
                for model in every
                if model.label in labels or not model.varied
            )
            declared = next(each for each in swept[0].model.parameters() if each.name == axis)
            several = task.label if len(battery.tasks) > 1 else ""
            people = ((task, None),) if task.people is not None else ()
            name = f"against-model.{axis}" + (f"-{several}" if several else "")
            yield Sweep(name, declared, several, places, people)


def _of_tasks(battery: Battery) -> Iterable[Sweep]:
    for axis in dict.fromkeys(name for task in battery.tasks for name in task.varied):
        groups: dict[str, list[PlannedTask]] = {}
        for task in battery.tasks:
            if axis in task.varied and _is_number(task.given[axis]):
                others = ", ".join(f"{name}={task.given[name]}" for name in task.varied if name != axis)
                groups.setdefault(f"{task.name} {others}".strip(), []).append(task)
        for label, tasks in groups.items():
            if len(tasks) < 2:
                continue
            places = tuple(
                Place(model.label, float(task.given[axis]), model, task)
                for task in tasks
                for model in battery.models_of(task)
            )
            declared = next(each for each in tasks[0].paradigm.parameters() if each.name == axis)
            several = label if len(tasks) < len(battery.tasks) else ""
            name = f"against-paradigm.{axis}" + (f"-{several}" if several else "")
            people = tasks[0].people
            theirs = () if people is None else ((tasks[0], float(people.paradigm.values()[axis])),)
            yield Sweep(name, declared, several, places, theirs)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _lines(swept: Sequence[PlannedModel], axis: str) -> dict[str, str]:
    """The label of the line that each model is on, by its own: its name, and what else differs between such models."""
    found = {}
    for model in swept:
        alike = [other for other in swept if other.name == model.name]
        names = dict.fromkeys(name for other in alike for name in other.given if name != axis)
        values = {name: [getattr(other.model, name) for other in alike] for name in names}
        differing = [name for name, each in values.items() if any(value != each[0] for value in each)]
        others = ", ".join(f"{name}={getattr(model.model, name)}" for name in differing)
        found[model.label] = f"{model.name} {others}".strip()
    return found


def sweep_points(sweep: Sweep, rows: Sequence[Row]) -> pd.DataFrame:
    """``label, kind, x, statistic, mean, low, high``; ``kind`` is ``swept``, ``model`` or ``people``.

    Models that have not what is varied, and people where it is a parameter of models, have no ``x``. Means are over
    all seeds, with 95% intervals over subjects where a statistic has them.
    """
    parts = [
        _point(place.label, "model" if place.x is None else "swept", place.x,
               [row for row in rows if row.model is not None and row.task is place.task
                and row.label == place.model.label])
        for place in sweep.places
    ]  # fmt: skip
    for task, x in sweep.people:
        parts.append(_point(str(task.people and task.people.reference), "people", x,
                            [row for row in rows if row.model is None and row.task is task]))  # fmt: skip
    points = pd.DataFrame([row for part in parts for row in part], columns=COLUMNS)
    drawn = points.dropna(subset="mean").groupby("statistic", sort=False)["mean"].agg(lambda each: bool(each.any()))
    return points[points["statistic"].map(drawn).eq(True)].reset_index(drop=True)


def _point(label: str, kind: str, x: float | None, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The statistics of one model, or of people, at one value, over all seeds."""
    tables = [row.measured.summary.set_index("statistic") for row in rows]
    distances = [distances_from_people(row) for row in rows]
    found = []
    for name in STATISTICS:
        if tables and name in tables[0].index:
            mean, low, high = _over_seeds([table.loc[name] for table in tables])
        elif distances and name in distances[0]:
            mean, low, high = float(np.mean([each[name] for each in distances])), np.nan, np.nan
        else:
            continue
        at = np.nan if x is None else x
        found.append({"label": label, "kind": kind, "x": at, "statistic": name, "mean": mean, "low": low, "high": high})
    return found


def _over_seeds(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float, float]:
    """Mean and 95% interval; the subjects of different seeds are different subjects."""
    mean = float(np.mean([row["mean"] for row in rows]))
    if len(rows) == 1:
        return mean, float(rows[0]["low"]), float(rows[0]["high"])
    error = float(np.sqrt(np.sum([row["sem"] ** 2 for row in rows])) / len(rows))
    freedom = sum(int(row["n_subjects"]) for row in rows) - len(rows)
    half = float(t.ppf(0.975, freedom)) * error if freedom > 0 else np.nan
    return mean, mean - half, mean + half

"""The record of a run: typed values that are written last, and that nothing reads back."""

from __future__ import annotations

import hashlib
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from memsim.analysis.statistics.words import listed
from memsim.core.code.provenance import versions
from memsim.core.errors import BeyondWarning
from memsim.core.position_model import PositionModel
from memsim.experiments.people import People
from memsim.experiments.plan import Battery, PlannedModel, PlannedTask
from memsim.experiments.rows import Row
from memsim.running.digests import digest


@dataclass(frozen=True)
class ModelRecord:
    """A model that was run. ``file`` and ``file_sha256`` identify its code, unless it is memsim's or was typed in."""

    label: str
    name: str
    digest: str
    citation: str
    likelihood: str
    form: str
    parameters: Mapping[str, Any]
    given: Mapping[str, Any]
    tasks: tuple[str, ...]
    file: str | None
    file_sha256: str | None

    @classmethod
    def of(cls, planned: PlannedModel) -> ModelRecord:
        """The record of a planned model."""
        model = planned.model
        own = type(model).__module__.startswith("memsim.")
        file = None if own else getattr(sys.modules.get(type(model).__module__), "__file__", None)
        return cls(
            planned.label, type(model).__name__, digest(model), model.citation, model.likelihood, model.form(),
            model.values(), dict(planned.given), planned.tasks,
            file, None if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest(),
        )  # fmt: skip


@dataclass(frozen=True)
class PeopleRecord:
    """The people with whom models were compared.

    ``differing_settings`` are those in which their task differed from that of the models, ``differing_design`` says how
    their lists and tests did.
    """

    label: str
    reference: str
    form: str
    origin: Mapping[str, Any]
    settings: Mapping[str, Any]
    differing_settings: Mapping[str, Any]
    differing_design: str

    @classmethod
    def of(cls, people: People, task: PlannedTask) -> PeopleRecord:
        """The record of the people of a task."""
        settings = people.paradigm.values()
        origin = people.origin.to_json()
        differing = task.differing_settings, task.differing_design
        return cls(people.label, people.reference, people.form, origin, settings, *differing)


@dataclass(frozen=True)
class TaskRecord:
    """A task of a battery."""

    label: str
    name: str
    settings: Mapping[str, Any]
    people: PeopleRecord | None

    @classmethod
    def of(cls, task: PlannedTask) -> TaskRecord:
        """The record of a planned task."""
        people = None if task.people is None else PeopleRecord.of(task.people, task)
        return cls(task.label, type(task.paradigm).__name__, task.paradigm.values(), people)


@dataclass(frozen=True)
class LeftOut:
    """An analysis (empty: every analysis) that has no result for a model or people in a task, and the reason."""

    analysis: str
    label: str
    task: str
    reason: str

    @classmethod
    def among(cls, battery: Battery, rows: Sequence[Row]) -> tuple[LeftOut, ...]:
        """The models and the analyses that were left out, once for all seeds."""
        models = [cls("", model.label, task.label, reason) for model, task, reason in battery.refusals()]
        reasons = {
            (label, row.label, row.task.label): reason
            for row in rows
            for label, reason in row.measured.left_out.items()
        }
        return (*models, *(cls(*place, reason) for place, reason in reasons.items()))


@dataclass(frozen=True)
class Beyond:
    """In what a task lies beyond what a model was trained or fitted for."""

    label: str
    task: str
    what: str


@dataclass(frozen=True)
class Manifest:
    """What was run, when, and with which models, tasks and versions.

    ``lists_cut_short`` counts the lists, by model and task, that the output limit cut short. ``without_output_limit``
    names the models without an order of recall, to which the limit does not apply.
    """

    title: str
    started: str
    seconds: float
    n_trials: int
    n_subjects: int
    seeds: tuple[int, ...]
    analyses: tuple[Mapping[str, Any], ...]
    models: tuple[ModelRecord, ...]
    tasks: tuple[TaskRecord, ...]
    n_cells: int
    lists_cut_short: Mapping[str, int]
    without_output_limit: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    versions: Mapping[str, str]
    battery: Mapping[str, str] | None = None
    """Name and sha256 of the battery file, if there was one."""
    not_run: Mapping[str, str] = field(default_factory=dict)
    """The models that failed, by label, and why."""
    frequency_criteria: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The criteria that were set for judgments of frequency, by model and task; lowest first."""
    beyond: tuple[Beyond, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The manifest as JSON."""
        return asdict(self)

    def differences_in_words(self) -> list[str]:
        """A sentence for each way in which a task of the models differs from that of the people beside them."""
        found = []
        for task in self.tasks:
            if task.people is None:
                continue
            where = f" ({task.label})" if len(self.tasks) > 1 else ""
            if differing := ", ".join(f"{name}={value}" for name, value in task.people.differing_settings.items()):
                found.append(f"The models' task differs from that of the people, who had {differing}{where}.")
            if task.people.differing_design:
                found.append(f"People's lists are not like those of the models{where}: {task.people.differing_design}.")
        return found

    def criteria_in_words(self) -> str:
        """A sentence on whose criteria were set for judgments of frequency; empty where none were."""
        if not self.frequency_criteria:
            return ""
        return (
            "Criteria of judgments of frequency, half-way between the evidence of successive numbers of presentations "
            "in lists of this task, were set, since those of recognition say nothing about frequency, for "
            f"{', '.join(self.frequency_criteria)}."
        )

    def beyond_in_words(self) -> list[str]:
        """A sentence for each task that lies beyond what models were trained or fitted for: what they do there is no
        failure of their memory alone.
        """
        tasks: dict[str, dict[str, list[str]]] = {}
        for each in self.beyond:
            tasks.setdefault(each.task, {}).setdefault(each.what, []).append(each.label)
        several = len(self.tasks) > 1
        return [
            "Beyond what models were trained or fitted for"
            + (f" in {task}" if several else "")
            + f": {'; '.join(f'{what}, of {listed(labels)}' for what, labels in found.items())}."
            for task, found in tasks.items()
        ]

    def warn_beyond(self, stacklevel: int) -> None:
        """Warn (:class:`memsim.errors.BeyondWarning`) of what :meth:`beyond_in_words` says, once for all of it.

        The warning points to the line ``stacklevel`` calls above.
        """
        if self.beyond:
            warnings.warn(" ".join(self.beyond_in_words()), BeyondWarning, stacklevel=stacklevel + 1)

    def left_out_in_words(self, models: bool = True) -> list[str]:
        """A sentence for each reason for which analyses of a model or people, or whole ``models``, were left out."""
        analyses: dict[tuple[str, str], list[str]] = {}
        for each in self.left_out:
            if each.analysis or models:
                reason = each.reason.removeprefix(f"{each.analysis}: ").removesuffix(f", which {each.analysis} needs")
                analyses.setdefault((each.label, reason), []).append(each.analysis or "every analysis")
        return [
            f"Left out for {label}: {', '.join(dict.fromkeys(names))} ({reason})"
            for (label, reason), names in analyses.items()
        ]


class Stopwatch:
    """The time at which a run began, and the time since then."""

    def __init__(self) -> None:
        self.started, self._clock = datetime.now(UTC).isoformat(timespec="seconds"), perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return round(perf_counter() - self._clock, 3)


def manifest_of(
    battery: Battery, rows: Sequence[Row], stopwatch: Stopwatch, file: Mapping[str, str] | None = None
) -> Manifest:
    """The manifest of a battery that was run."""
    limited = any(task.paradigm.response_limit is not None for task in battery.tasks)
    positions = [model.label for model in battery.models if isinstance(model.model, PositionModel)]
    cut: dict[str, int] = {}
    criteria: dict[str, tuple[float, ...]] = {}
    for row in rows:
        name = row.label if len(battery.tasks) == 1 else f"{row.label}, {row.task.label}"
        if row.model is not None and row.model.frequency_criteria:
            criteria[name] = row.model.frequency_criteria
        if row.model is not None and row.measured.n_cut_short:
            cut[name] = cut.get(name, 0) + row.measured.n_cut_short
    return Manifest(
        title=battery.title,
        started=stopwatch.started,
        seconds=stopwatch.seconds,
        n_trials=battery.n_trials,
        n_subjects=battery.n_subjects,
        seeds=battery.seeds,
        analyses=tuple(
            {"label": each.label, "name": each.name, "options": dict(each.options)} for each in battery.analyses
        ),
        models=tuple(ModelRecord.of(model) for model in battery.models),
        tasks=tuple(TaskRecord.of(task) for task in battery.tasks),
        n_cells=sum(row.model is not None for row in rows),
        lists_cut_short=cut,
        without_output_limit=tuple(positions) if limited else (),
        left_out=LeftOut.among(battery, rows),
        versions=versions(),
        battery=file,
        frequency_criteria=criteria,
        beyond=tuple(Beyond(model.label, task.label, what) for model, task, what in battery.beyond()),
    )

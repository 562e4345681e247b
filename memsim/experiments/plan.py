"""What is to be run: models through tasks, with the people to compare them with, and the analyses of the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from memsim.analysis.registered import curves_of
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.position_model import Model
from memsim.core.trials import Paradigm
from memsim.experiments.people import People

LISTS_PER_SUBJECT, FEWEST_SUBJECTS = 100, 20
"""Lists that one simulated participant takes, about what people took, except in runs too short to make 20 participants;
intervals are over participants."""


@dataclass(frozen=True)
class PlannedModel:
    """A model of a battery: its label in tables and figures, and which of its parameters the battery sets.

    ``tasks`` are the labels of the only tasks that it is run through; all if empty.
    """

    label: str
    model: Model
    given: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedTask:
    """A task of a battery: its label, which of its settings the battery sets, and the people to compare with."""

    label: str
    paradigm: Paradigm
    given: Mapping[str, Any] = field(default_factory=dict)
    people: People | None = None

    @property
    def differing_settings(self) -> dict[str, Any]:
        """Settings of the people's task, by name, that differ from those of the models' task."""
        if self.people is None:
            return {}
        if type(self.people.paradigm) is not type(self.paradigm):
            return {"paradigm": type(self.people.paradigm).__name__}
        ours, theirs = self.paradigm.values(), self.people.paradigm.values()
        return {name: theirs[name] for name in sorted(ours) if ours[name] != theirs[name]}


@dataclass(frozen=True)
class PlannedAnalysis:
    """An analysis of a battery: the label of its table and figure, its name, and its options."""

    label: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Battery:
    """Every model through every task, once with each seed, and the analyses of what comes out.

    Parameters
    ----------
    title : of figures.
    n_trials : lists for each model in each task.
    seeds : of lists and simulations.
    analyses, models, tasks : what is run.
    pool : where the items come from; see :meth:`memsim.Paradigm.trials`.
    """

    title: str
    n_trials: int
    seeds: tuple[int, ...]
    analyses: tuple[PlannedAnalysis, ...]
    models: tuple[PlannedModel, ...]
    tasks: tuple[PlannedTask, ...]
    pool: ItemPool | None = None

    @property
    def n_subjects(self) -> int:
        """Simulated participants, to whom the lists are dealt."""
        return max(FEWEST_SUBJECTS, self.n_trials // LISTS_PER_SUBJECT)

    def models_of(self, task: PlannedTask) -> list[PlannedModel]:
        """The models that are run through ``task``."""
        return [model for model in self.models if not model.tasks or task.label in model.tasks]

    @classmethod
    def of_one_task(
        cls,
        models: Mapping[str, Model],
        paradigm: Paradigm,
        people: People | None = None,
        *,
        n_trials: int,
        seed: int,
        pool: ItemPool | None = None,
    ) -> Battery:
        """All ``models`` through one task, with the standard curves of the task as analyses.

        Raises
        ------
        InputError : no models, or people whose lists have another length or whose label is that of a model.
        """
        if not isinstance(models, Mapping) or not models:
            raise InputError('run: models must name at least one model, as in {"TCM": TCM()}')
        if people is not None and people.paradigm.list_length != paradigm.list_length:
            raise InputError(
                f"{people.label} has lists of {people.paradigm.list_length} items, the models would get "
                f"{paradigm.list_length}; leave the list length to the data, or compare with none"
            )
        if people is not None and people.label in models:
            raise InputError(f"{people.label!r} names both a model and the people; give one of them another name")
        return cls(
            title=f"{paradigm_title(paradigm)}; {n_trials:,} lists per model",
            n_trials=n_trials,
            seeds=(seed,),
            analyses=tuple(PlannedAnalysis(name, name) for name in curves_of(paradigm)),
            models=tuple(PlannedModel(label, model) for label, model in models.items()),
            tasks=(PlannedTask(paradigm_title(paradigm), paradigm, people=people),),
            pool=pool,
        )


def paradigm_title(paradigm: Paradigm) -> str:
    """The task in words: ``Immediate free recall of 20 items, 1 s each``."""
    between, after = paradigm.inter_item_distraction, paradigm.retention_interval
    task = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(paradigm).__name__)
    kind = "continuous-distractor" if between else "delayed" if after else "immediate"
    title = f"{kind.capitalize()}{task} of {paradigm.list_length} items, {paradigm.presentation_time:g} s each"
    if between:
        title += f", {between:g} s of distraction between items"
    if after:
        title += f", {after:g} s before the test"
    return title

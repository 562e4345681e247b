"""The plan of an experiment: models, tasks, the people to compare with, and the analyses of the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from memsim.analysis.registered import curves_of
from memsim.core.abilities import lacks
from memsim.core.errors import InputError
from memsim.core.frequency_criteria import judging_frequency
from memsim.core.items import ItemPool
from memsim.core.limits import require_counts, require_seed
from memsim.core.model import MemoryModel
from memsim.core.oldness import OldnessScale
from memsim.core.position_model import Model
from memsim.core.repeated_items import refusal_of_repeats
from memsim.core.trials import Paradigm, Trials
from memsim.experiments.people import People
from memsim.models.lookup import Given, given_model, labelled

LISTS_PER_SUBJECT, FEWEST_SUBJECTS = 100, 20
"""Lists of a simulated participant, about as many as people had, and the smallest number of participants. Intervals are
over participants, so shorter runs have fewer lists per participant."""


@dataclass(frozen=True)
class PlannedModel:
    """A model of a battery: its label in tables and figures, and which of its parameters the battery sets.

    ``tasks`` are the labels of the tasks that it runs through; empty means all tasks. ``frequency_criteria`` are those
    that were set for judgments of frequency; see :func:`model_in_task`. ``name`` is the model as the battery names it,
    and ``varied`` are those of its parameters of which the battery gives several values.
    """

    label: str
    model: Model
    given: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    frequency_criteria: tuple[float, ...] = field(default=(), compare=False)
    name: str = field(default="", compare=False)
    varied: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class PlannedTask:
    """A task of a battery: its label, which of its settings the battery sets, and the people to compare with.

    ``name`` is the task or people as the battery names them, ``varied`` the settings of which it gives several values.
    """

    label: str
    paradigm: Paradigm
    given: Mapping[str, Any] = field(default_factory=dict)
    people: People | None = None
    name: str = field(default="", compare=False)
    varied: tuple[str, ...] = field(default=(), compare=False)

    @property
    def differing_settings(self) -> dict[str, Any]:
        """Settings of the people's task, by name, that differ from those of the models' task."""
        if self.people is None:
            return {}
        ours, theirs = self.paradigm.values(), self.people.paradigm.values()
        return {name: theirs[name] for name in sorted(ours) if ours[name] != theirs[name]}

    @property
    def differing_design(self) -> str:
        """How people's lists and tests differ from those that models get; empty if it is not known that they do."""
        return "" if self.people is None or self.lists is not None else self.people.design

    @property
    def lists(self) -> Trials | None:
        """People's lists where they hold an item twice, which models then study; ``None`` for random lists."""
        recalls = None if self.people is None else self.people.recalls
        if recalls is None or not recalls.trials.repeated_items.any():
            return None
        return replace(recalls.trials, paradigm=self.paradigm)


@dataclass(frozen=True)
class PlannedAnalysis:
    """An analysis of a battery: the label of its table and figure, its name, and its options."""

    label: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Battery:
    """Every model through every task with every seed, and the analyses of the results.

    Parameters
    ----------
    title : the title of figures.
    n_trials : lists for each model in each task.
    seeds : the seeds of lists and simulations.
    analyses, models, tasks : what is run.
    pool : the items from which lists are drawn; see :meth:`memsim.Paradigm.trials`.
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
        """The number of simulated participants, among whom the lists are divided."""
        return max(FEWEST_SUBJECTS, self.n_trials // LISTS_PER_SUBJECT)

    def models_of(self, task: PlannedTask) -> list[PlannedModel]:
        """The models that are to run through ``task``, also those that do not take its lists."""
        return [model for model in self.models if not model.tasks or task.label in model.tasks]

    def refusals(self) -> list[tuple[PlannedModel, PlannedTask, str]]:
        """The models that do not take the lists of a task, which hold an item twice, and why."""
        found = []
        for task in self.tasks:
            for model in self.models_of(task):
                if task.lists is not None and (reason := refusal_of_repeats(model.model, task.lists)):
                    found.append((model, task, reason))
        return found

    def beyond(self) -> list[tuple[PlannedModel, PlannedTask, str]]:
        """In what tasks lie beyond what models were trained or fitted for."""
        return [
            (model, task, phrase)
            for task in self.tasks
            for model in self.models_of(task)
            for phrase in model.model.beyond(task.paradigm)
        ]

    @classmethod
    def of_one_task(
        cls,
        models: Given,
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
        InputError : no models; a model without an account of the task; people whose lists have another length, or whose
            label is that of a model.
        """
        require_counts("run", n_trials=n_trials)
        require_seed(seed)
        models = labelled(models, "run")
        if people is not None and type(people.paradigm) is not type(paradigm):
            theirs, ours = type(people.paradigm).__name__, type(paradigm).__name__
            raise InputError(f"{people.label} are people in {theirs}, not in {ours}; give their task, or other people")
        if people is not None and people.paradigm.list_length != paradigm.list_length:
            raise InputError(
                f"{people.label} has lists of {people.paradigm.list_length} items, the models would get "
                f"{paradigm.list_length}; leave the list length to the data, or compare without people"
            )
        if people is not None and people.label in models:
            raise InputError(f"{people.label!r} names both a model and the people; give one of them another name")
        task = PlannedTask(paradigm_title(paradigm), paradigm, people=people)
        planned = tuple(PlannedModel(label, given_model(model)) for label, model in models.items())
        for model in planned:
            if obstacle := obstacle_to(model, task):
                raise InputError(f"run: {obstacle}; leave the model out, or choose another task")
        return cls(
            title=f"{task.label}; {n_trials:,} lists per model",
            n_trials=n_trials,
            seeds=(seed,),
            analyses=tuple(
                PlannedAnalysis(name, name) for name in curves_of(paradigm, repeated_items=task.lists is not None)
            ),
            models=planned,
            tasks=(task,),
            pool=pool,
        )


def model_in_task(planned: PlannedModel, task: PlannedTask, pool: ItemPool | None) -> PlannedModel:
    """The model as it runs through ``task``: in judgments of frequency with criteria on the scale of its evidence.

    Criteria of recognition, which are its defaults, say nothing about numbers of presentations; those that were given
    stay. See :func:`memsim.core.frequency_criteria.judging_frequency`.
    """
    model = planned.model
    if task.paradigm.rates != "frequency" or not isinstance(model, OldnessScale):
        return planned
    usual = {each.name: each.default for each in model.parameters() if each.name in model.criteria_parameters}
    if any(getattr(model, name) != default for name, default in usual.items()):
        return planned
    judging = judging_frequency(model, task.paradigm, pool=pool)
    return replace(planned, model=judging, frequency_criteria=tuple(judging.criteria(task.paradigm.n_ratings).tolist()))


def obstacle_to(model: PlannedModel, task: PlannedTask) -> str:
    """Why ``model`` cannot be run through ``task``; empty if it can."""
    paradigm = task.paradigm
    if paradigm.cue and paradigm.cue not in model.model.cues:
        return f"{model.label} has no account of {task.label}, which begins with the cue {paradigm.cue!r}"
    if missing := lacks(model.model, paradigm):
        return f"{model.label} has no account of {task.label}: of {missing}"
    longest = model.model.longest_list if isinstance(model.model, MemoryModel) else None
    if longest is not None and paradigm.list_length > longest:
        return f"{model.label} takes lists of at most {longest} items, {task.label} has {paradigm.list_length}"
    return ""


def paradigm_title(paradigm: Paradigm) -> str:
    """The task in words: ``Immediate free recall of 20 items, 1 s each``."""
    before, between, after = (
        paradigm.initial_distraction, paradigm.inter_item_distraction, paradigm.retention_interval,
    )  # fmt: skip
    task = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(paradigm).__name__)
    kind = "continuous-distractor" if between else "delayed" if after else "immediate"
    of = f"{paradigm.list_length} items, {paradigm.presentation_time:g} s each"
    if paradigm.n_ratings > 2:
        of += f", {paradigm.n_ratings} ratings"
    title = f"{kind.capitalize()}{task} of {of}"
    if before:
        title += f", {before:g} s of distraction before the first"
    if between:
        title += f", {between:g} s of distraction between items"
    if after:
        title += f", {after:g} s before the test"
    return title

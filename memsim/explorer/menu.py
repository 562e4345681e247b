"""What a page offers: tasks, the models that have an account of a task, and the people who did it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from memsim.core.errors import InputError
from memsim.core.names import closest, normalized, shown
from memsim.core.position_model import Model
from memsim.core.trials import Paradigm
from memsim.data.registered import DATASETS
from memsim.data.shipped import has_tables
from memsim.experiments.people import People
from memsim.experiments.plan import PlannedModel, PlannedTask, obstacle_to
from memsim.models.registered import built_models
from memsim.paradigms.registered import PARADIGMS

_NUMBERED = re.compile(r"(.+) \(\d+\)")


class Menu:
    """The registered tasks, models and data sets, and what belongs to this page alone.

    Only what stands here can be chosen by a link: names of files are no names of models or people, so that a link runs
    no code and reads no file.

    Parameters
    ----------
    own : models by label, beside those that are registered.
    people : people beside those of the registered data sets.
    """

    def __init__(self, own: Mapping[str, Model] | None = None, people: People | None = None) -> None:
        self.own = dict(own or {})
        self._own_people = people
        self._people_of: dict[type[Paradigm], list[str]] = {}
        self._loaded: dict[str, People] = {} if people is None else {people.label: people}

    @cached_property
    def tasks(self) -> dict[str, type[Paradigm]]:
        """The tasks by name."""
        return PARADIGMS.usable()

    def task(self, name: str) -> type[Paradigm]:
        """The task of this name.

        Raises
        ------
        UnknownNameError : there is none.
        """
        return self.tasks[PARADIGMS.canonical(name)]

    def name_of(self, task: Paradigm) -> str:
        """The name under which a task is registered."""
        return next(name for name, cls in self.tasks.items() if cls is type(task))

    @cached_property
    def _bases(self) -> dict[str, Model]:
        return {**built_models(lambda model: True, baselines=True), **self.own}

    def models_of(self, task: Paradigm) -> dict[str, Model]:
        """The models that have an account of this task, as they are before anything is moved, by label."""
        planned = PlannedTask(type(task).__name__, task)
        return {
            label: model for label, model in self._bases.items() if not obstacle_to(PlannedModel(label, model), planned)
        }

    def model(self, label: str) -> Model:
        """The model of this label with the values that it begins with: a name, or ``name:preset``.

        Raises
        ------
        InputError : the page offers no such model.
        """
        label = self.spelled(self.base_of(label))
        if label in self._bases:
            return self._bases[label]
        name, _, preset = label.partition(":")
        # Of networks, a preset that is not declared would be the name of a file of weights.
        if name in self._bases and preset in type(self._bases[name]).presets:
            return type(self._bases[name]).preset(preset)
        raise InputError(
            f"the page offers no model {shown(label)}{closest(label, self._bases)} There are: {', '.join(self._bases)}."
        )

    def base_of(self, label: str) -> str:
        """The label of a model without the number that tells it from another one of this label: TCM of TCM (2)."""
        numbered = None if label in self._bases else _NUMBERED.fullmatch(label)
        return label if numbered is None else numbered[1]

    def spelled(self, label: str) -> str:
        """``label`` as the page spells it: with the registered name, and the preset as it is declared."""
        if label in self._bases:
            return label
        name, _, preset = label.partition(":")
        for known, model in self._bases.items():
            if normalized(known) == normalized(label):
                return known
            if preset and normalized(known) == normalized(name):
                wanted = (each for each in type(model).presets if normalized(each) == normalized(preset))
                return f"{known}:{next(wanted, preset)}"
        return label

    def presets_of(self, label: str) -> dict[str, str]:
        """The labels from which the model can start, by what they are called, for the model of this label."""
        label = self.base_of(label)
        if label in self.own:
            return {"as given": label}
        name = label if label in self._bases else label.partition(":")[0]
        cls = type(self.model(name))
        if cls.presets_are_models:
            return {"as trained": name}
        return {"defaults": name, **{preset: f"{name}:{preset}" for preset in cls.presets}}

    def name_in_list(self, label: str) -> str:
        """The label under which the list of models shows the model of ``label``, whatever its preset is."""
        return next(iter(self.presets_of(label).values()))

    def people_of(self, task: type[Paradigm]) -> list[str]:
        """The labels of people who did this kind of task, of whom no more than what is at hand is needed."""
        if task in self._people_of:
            return self._people_of[task]
        found = []
        if self._own_people is not None and type(self._own_people.paradigm) is task:
            found.append(self._own_people.label)
        for name, dataset in DATASETS.usable().items():
            if has_tables(name) or dataset.at_hand():
                found += [
                    name if condition == dataset.default else f"{name}:{condition}"
                    for condition, paradigm in dataset.conditions.items()
                    if type(paradigm) is task
                ]
        self._people_of[task] = found
        return found

    def spelled_people(self, label: str) -> str:
        """``label`` as the page spells it, without loading the people.

        Raises
        ------
        InputError : the page offers no such people.
        """
        known = [each for task in self.tasks.values() for each in self.people_of(task)]
        name, _, condition = label.partition(":")
        for dataset in DATASETS.usable().values():
            if normalized(dataset.name) == normalized(name) and condition:
                label = dataset.name if dataset.condition(condition) == dataset.default else label
        for each in known:
            if normalized(each) == normalized(label):
                return each
        raise InputError(
            f"the page offers no people {shown(label)}{closest(label, known)} The list of each task shows them."
        )

    def people(self, label: str) -> People:
        """The people of this label, loaded once.

        Raises
        ------
        InputError : the page offers no such people.
        """
        label = self.spelled_people(label)
        if label not in self._loaded:
            self._loaded[label] = People.load(label)
        return self._loaded[label]

    def task_of_people(self, label: str) -> Paradigm:
        """The task that these people did, without loading their recalls."""
        if label in self._loaded:
            return self._loaded[label].paradigm
        name, _, condition = label.partition(":")
        dataset = DATASETS.get(name)
        return dataset.paradigm(condition or None)

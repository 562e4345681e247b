"""What is chosen on a page, as one frozen value, and what an edit makes of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from memsim.core.errors import InputError
from memsim.core.limits import require_seed
from memsim.core.model import MemoryModel
from memsim.core.names import closest, shown
from memsim.core.parameters import Parameter, Parameterized
from memsim.core.position_model import Model
from memsim.core.trials import Paradigm
from memsim.explorer.menu import Menu

MOST_MODELS = 6
"""As many models as a reader can tell apart."""
FEWEST_LISTS, USUAL_LISTS, MOST_LISTS = 20, 1000, 20_000
WORK = 50_000_000
"""Of lists, times the square of their length: what one page may ask of the machine at a time."""
LONGEST_LIST = math.isqrt(WORK // FEWEST_LISTS)
"""Items of a list, where there are no more probes than items."""
USUAL = ("TCM", "CMR", "Chaining", "StartEnd", "UnequalVariance", "REM")
"""The models that a page begins with, the first two of them that have an account of the task."""


@dataclass(frozen=True)
class Setting:
    """What is chosen: the task, the models with their parameters, the people, and how many lists are simulated.

    Parameters
    ----------
    task : the task with all its settings.
    models : label and model, in the order of the legend.
    people : the label of the people; empty without people.
    n_trials, seed : lists for each model, and the seed of lists and simulations.
    watched : the label of the model whose state is shown; empty for none.
    trial : which of its lists, from 1.
    """

    task: Paradigm
    models: tuple[tuple[str, Model], ...]
    people: str = ""
    n_trials: int = USUAL_LISTS
    seed: int = 0
    watched: str = ""
    trial: int = 1

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("lists", self.n_trials, FEWEST_LISTS, MOST_LISTS), ("list", self.trial, 1, MOST_LISTS),
        ):  # fmt: skip
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise InputError(f"{name}={shown(value)} must be a whole number from {least} to {most:,}")
        require_seed(self.seed)
        if self.n_trials > most_lists(self.task):
            raise InputError(_too_many(self.n_trials, self.task))
        if len(self.models) > MOST_MODELS:
            raise InputError(
                f"{len(self.models)} models are chosen; choose at most {MOST_MODELS}, so that curves differ"
            )
        if len(self.by_label) < len(self.models):
            raise InputError(f"two models have one label among {', '.join(label for label, _ in self.models)}")
        if self.trial > self.n_trials:
            raise InputError(f"list={self.trial} is beyond the {self.n_trials:,} lists of each model")

    @property
    def by_label(self) -> dict[str, Model]:
        """The models by label."""
        return dict(self.models)

    def with_model(self, label: str, model: Model) -> Setting:
        """With another model in the place of the one of this label."""
        models = tuple((each, model if each == label else kept) for each, kept in self.models)
        return replace(self, models=models)


def most_lists(task: Paradigm) -> int:
    """As many lists as a page can show of this task; fewer than it needs where they are too long for any page."""
    return WORK // (task.list_length * max(task.list_length, task.n_probes))


def _too_many(n_trials: int, task: Paradigm) -> str:
    most, probed = most_lists(task), task.n_probes > task.list_length
    probes = f" and {task.n_probes:,} probes" if probed else ""
    fix = f"at most {most:,} lists of this length, or shorter lists"
    if most < FEWEST_LISTS:
        fix = "fewer items or probes" if probed else f"lists of at most {LONGEST_LIST:,} items"
    lists = f"{n_trials:,} lists of {task.list_length:,} items{probes}"
    return f"{lists} are too many for a page that redraws at once; choose {fix}"


def lists_for(task: Paradigm, wanted: int = USUAL_LISTS) -> int:
    """As many lists as are wanted, or as many as a page can show of this task."""
    return max(min(wanted, most_lists(task)), FEWEST_LISTS)


def first_setting(menu: Menu, task: Paradigm | None = None, labels: Iterable[str] = (), people: str = "") -> Setting:
    """What a page shows before anything is chosen: the task of the people, and these or the usual models."""
    if task is None:
        task = menu.task_of_people(people) if people else menu.task("free_recall")()
    offered = menu.models_of(task)
    chosen = list(labels) or [label for label in USUAL if label in offered][:2] or list(offered)[:1]
    for label in chosen:
        require_offered(label, offered, task, menu)
    models = numbered((label, menu.model(label)) for label in chosen)
    return fitting(Setting(task, models, people, lists_for(task)))


def numbered(models: Iterable[tuple[str, Model]]) -> tuple[tuple[str, Model], ...]:
    """Label and model, each label once: the second TCM is called TCM (2)."""
    found = dict[str, Model]()
    for label, model in models:
        own, number = label, 2
        while own in found:
            own, number = f"{label} ({number})", number + 1
        found[own] = model
    return tuple(found.items())


def require_offered(label: str, offered: Mapping[str, Model], task: Paradigm, menu: Menu) -> None:
    """Raise :class:`InputError` unless the model has an account of the task."""
    if menu.name_in_list(label) not in offered and label.partition(":")[0] not in offered:
        raise InputError(
            f"{label} has no account of {type(task).__name__}{closest(label, offered)} "
            f"These have: {', '.join(offered) or 'none'}."
        )


def watchable(models: Mapping[str, Model]) -> str:
    """The label of the first model that goes step by step; empty if none does."""
    return next((label for label, model in models.items() if isinstance(model, MemoryModel)), "")


def fitting(setting: Setting) -> Setting:
    """With a model to watch, if one is chosen that goes step by step."""
    if isinstance(setting.by_label.get(setting.watched), MemoryModel):
        return setting
    return replace(setting, watched=watchable(setting.by_label))


def edited(setting: Setting, menu: Menu, group: str, name: str, value: Any) -> Setting:
    """The setting after one edit of the form.

    Parameters
    ----------
    group, name : of the field, as :func:`memsim.explorer.fields.form` names them.
    value : what was typed or chosen; it is checked by the declaration of the parameter.

    Raises
    ------
    MemsimError : there is no such field, or it does not take the value.
    """
    if group == "task":
        return _with_task(setting, menu, name, value)
    if group == "models":
        return _with_choice(setting, menu, name, value)
    if group == "lists" and name in ("n_trials", "seed"):
        changed: dict[str, Any] = {name: _whole(name, value)}
        if name == "n_trials":
            changed["trial"] = min(setting.trial, changed[name])
        return replace(setting, **changed)
    if group == "inside" and name == "trial":
        return replace(setting, trial=_whole("list", value))
    if group == "inside" and name == "watched":
        if not isinstance(setting.by_label.get(str(value)), MemoryModel):
            raise InputError(f"{shown(value)} is not among the chosen models that go step by step")
        return replace(setting, watched=str(value))
    kind, _, label = group.partition(":")
    if kind == "model" and label in setting.by_label:
        if name == "preset":
            return _from_preset(setting, menu, label, value)
        return setting.with_model(label, changed_value(setting.by_label[label], name, value))
    raise InputError(f"there is no field {shown(name)} in {shown(group)}")


def changed_value(owner: Any, name: str, value: Any) -> Any:
    """A model or task with another value of one declared parameter."""
    return owner.replace(**{name: declaration(owner, name).check(value, type(owner).__name__)})


def declaration(owner: Parameterized, name: str) -> Parameter:
    """The declared parameter of this name; an error offers the closest one."""
    declared = {each.name: each for each in owner.parameters()}
    if name not in declared:
        raise InputError(f"{type(owner).__name__} has no parameter {shown(name)}{closest(str(name), declared)}")
    return declared[name]


def changes(owner: Parameterized, base: Parameterized) -> dict[str, Any]:
    """The declared parameters of ``owner`` whose values differ from those of ``base``, by name."""
    before = base.values()
    return {name: value for name, value in owner.values().items() if value != before[name]}


def _whole(name: str, value: Any) -> int:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or (isinstance(value, float) and not value.is_integer()):
        raise InputError(f"{name}={shown(value)} must be a whole number")
    return int(value)


def _with_task(setting: Setting, menu: Menu, name: str, value: Any) -> Setting:
    if name == "people":
        if not value:
            return replace(setting, people="")
        task = menu.task_of_people(str(value)) if value in menu.people_of(type(setting.task)) else None
        if task is None:
            raise InputError(f"{shown(value)} are not among the people who did {type(setting.task).__name__}")
        return _in_task(replace(setting, people=str(value)), menu, task)
    if name == "name":
        return _in_task(replace(setting, people=""), menu, menu.task(str(value))())
    task = changed_value(setting.task, name, value)
    if setting.people and task.list_length != menu.task_of_people(setting.people).list_length:
        setting = replace(setting, people="")
    return _in_task(setting, menu, task)


def _in_task(setting: Setting, menu: Menu, task: Paradigm) -> Setting:
    """The same models, those that have an account of ``task``; the usual ones if none has."""
    offered = menu.models_of(task)
    kept = tuple((label, model) for label, model in setting.models if menu.name_in_list(label) in offered)
    if not kept:
        kept = first_setting(menu, task).models
    n_trials = lists_for(task, setting.n_trials)
    found = replace(setting, task=task, models=kept, n_trials=n_trials, trial=min(setting.trial, n_trials))
    return fitting(found)


def _with_choice(setting: Setting, menu: Menu, name: str, value: Any) -> Setting:
    if not isinstance(value, bool):
        raise InputError(f"{name}={shown(value)} must be true or false")
    present = [label for label, _ in setting.models if menu.name_in_list(label) == name]
    if not value:
        if present and len(present) == len(setting.models):
            raise InputError(f"{name} is the only model; choose another one before you take it away")
        return fitting(replace(setting, models=tuple(pair for pair in setting.models if pair[0] not in present)))
    if present:
        return setting
    offered = menu.models_of(setting.task)
    require_offered(name, offered, setting.task, menu)
    return fitting(replace(setting, models=(*setting.models, (name, menu.model(name)))))


def _from_preset(setting: Setting, menu: Menu, label: str, value: Any) -> Setting:
    if value not in menu.presets_of(label).values():
        raise InputError(f"{shown(value)} is none of the values that {label} can start from")
    labels = list(setting.by_label)
    models = numbered(
        (str(value), menu.model(str(value))) if each == label else (menu.base_of(each), kept)
        for each, kept in setting.models
    )
    watched = models[labels.index(setting.watched)][0] if setting.watched else ""
    return fitting(replace(setting, models=models, watched=watched))

"""``memsim.explore``: the explorer in a notebook, or as a page of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from memsim.core.errors import InputError
from memsim.core.judgments import Responses
from memsim.core.names import shown
from memsim.core.position_model import Model
from memsim.core.trials import Paradigm
from memsim.experiments.people import People
from memsim.explorer.links import setting_of
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting, changes, first_setting, numbered
from memsim.explorer.widget import Explorer
from memsim.models.lookup import find_model, given_model
from memsim.models.registered import MODELS
from memsim.paradigms.lookup import given_paradigm

PEOPLE = "peers_notask"
"""Those that a page begins with: they install with memsim, list by list."""


def explore(
    *models: Model | str | Sequence[Model | str],
    paradigm: Paradigm | str | None = None,
    people: People | Responses | str | Path | None = PEOPLE,
    link: str = "",
) -> Explorer:
    """The explorer of a notebook: move parameters, and see curves, likelihoods and the state inside change.

    The last value of a cell is shown. ``memsim explore`` opens the same page in a browser. The page needs
    ``pip install 'memsim[explore]'``.

    Parameters
    ----------
    models : instances, such as ``TCM(context_drift=0.8)`` or models of your own, or names, with a preset or without:
        ``"CMR:demonstration"``; one by one, or in a list. By default TCM and CMR, or others that have an account of the
        task.
    paradigm : the task, or its name; by default that of the people, or free recall of 20 items.
    people : those with whom the models are compared: a data set, ``name:condition``, a file, recalls, or None. Left out
        where they did not do the task.
    link : the query, or the whole address, of a setting that was copied from a page.

    Returns
    -------
    Explorer : its ``models`` and ``setting`` are those of the page at the moment when you ask for them.

    Raises
    ------
    InputError, UnknownNameError : a model without an account of the task, or something else that the page cannot show.
    """
    return Explorer(*opened(*models, paradigm=paradigm, people=people, link=link))


def opened(
    *models: Model | str | Sequence[Model | str],
    paradigm: Paradigm | str | None = None,
    people: People | Responses | str | Path | None = PEOPLE,
    link: str = "",
) -> tuple[Menu, Setting]:
    """What a page offers and what it shows first; see :func:`explore`."""
    paradigm = None if paradigm is None else given_paradigm(paradigm)
    whom = _own_people(people)
    own: dict[str, Model] = {}
    given = [_on_page(model, own) for model in _one_by_one(models)]
    menu = Menu(own, whom)
    label = whom.label if whom is not None else str(people) if isinstance(people, str) else ""
    if label and whom is None:
        label = "" if label.lower() == "none" else menu.spelled_people(label)
    if paradigm is not None and label and menu.task_of_people(label) != paradigm:
        theirs = menu.task_of_people(label)
        if type(theirs) is not type(paradigm) or theirs.list_length != paradigm.list_length:
            label = ""
    setting = first_setting(menu, paradigm, [base for base, _ in given], label)
    if given:
        setting = replace(setting, models=numbered(given))
    return menu, setting_of(link, menu, setting)


def _own_people(people: People | Responses | str | Path | None) -> People | None:
    """People that are no registered data set, loaded."""
    if isinstance(people, str):
        from memsim.data.loading import names_file

        return People.load(people) if names_file(people) else None
    return People.given(people)


def _one_by_one(models: Iterable[Model | str | Sequence[Model | str]]) -> Iterator[Model | str]:
    for model in models:
        if isinstance(model, Mapping):
            raise InputError(
                f"explore: the page calls models by their classes; give them without the labels {shown(list(model))}, "
                "as in explore([TCM(), CMR()])"
            )
        if isinstance(model, Sequence) and not isinstance(model, str):
            yield from _one_by_one(model)
        else:
            yield model


def _on_page(model: Model | str, own: dict[str, Model]) -> tuple[str, Model]:
    """The label of a model on the page, and the model; one that is not registered becomes the page's own."""
    if isinstance(model, str):
        label, found = find_model(model)
        model = found() if isinstance(found, type) else found
        if label.partition(":")[0] not in MODELS.names() or label.endswith(".safetensors"):
            own[label] = model
        return label, model
    given_model(model)
    if label := _registered(model):
        return label, model
    name = getattr(model, "label", "") or type(model).__name__
    label = name = f"{name} (yours)" if name in MODELS.names() else name
    number = 2
    while label in own:
        label, number = f"{name} ({number})", number + 1
    own[label] = model
    return label, model


def _registered(model: Model) -> str:
    """The name, or ``name:preset``, from which the fewest changes of parameters lead to a model; empty if none do."""
    cls = type(model)
    name = cls.__name__
    if name not in MODELS.names() or MODELS.get(name) is not cls:
        return ""
    bases = {name: cls(), **{f"{name}:{preset}": cls.preset(preset) for preset in cls.presets}}
    declared = {each.name for each in cls.parameters()}  # a network has other values, which no link can hold
    ways = {label: changes(model, base).keys() for label, base in bases.items()}
    ways = {label: way for label, way in ways.items() if way <= declared}
    return min(ways, key=lambda label: len(ways[label]), default="")

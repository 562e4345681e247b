"""A setting as a Python script, and as a battery file: both run what the page shows, with the same lists and seed."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from memsim import models as model_room
from memsim import paradigms as paradigm_room
from memsim.analysis.registered import curves_of
from memsim.core.parameters import Parameterized
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting, changes


def python_of(setting: Setting, menu: Menu) -> str:
    """A script with :func:`memsim.run` that gives the curves of the page, and draws them.

    A model that was given to :func:`memsim.explore` as a value stands there by the name of its class, which the script
    does not import.
    """
    own = [f"# {label} is a model of yours: import {type(model).__name__} before this." for label, model in
           setting.models if not _is_exported(model)]  # fmt: skip
    names = sorted({type(model).__name__ for _, model in setting.models if _is_exported(model)})
    task = type(setting.task).__name__
    lines = [
        *own,
        "from memsim import run",
        *([f"from memsim.models import {', '.join(names)}"] if names else []),
        f"from memsim.paradigms import {task}" if task in paradigm_room.__all__ else f"# import {task} before this.",
        "",
        "models = {",
        *(f"    {_text(label)}: {_model(label, model, menu)}," for label, model in setting.models),
        "}",
        f"task = {task}({_arguments(changes(setting.task, type(setting.task)()))})",
        f"people = {_text(setting.people) if setting.people else None}",
        f"found = run(models, task, people, n_trials={setting.n_trials}, seed={setting.seed})",
        "print(found.curves)",
        'found.figure().savefig("figure.png")',
    ]
    return "\n".join(lines) + "\n"


def battery_of(setting: Setting, menu: Menu) -> str:
    """A battery file, for ``memsim battery``, with the standard curves of the task.

    A model that is not registered is named by its label, in whose place the path of its file is to be written.
    """
    repeated = bool(setting.people) and _has_repeats(setting, menu)
    analyses = ", ".join(_text(name) for name in curves_of(setting.task, repeated_items=repeated))
    lines = [
        "[battery]", 'title = "From the explorer"', f"n_trials = {setting.n_trials}", f"seeds = [{setting.seed}]",
        f"analyses = [{analyses}]", "", "[[paradigms]]", f"name = {_text(menu.name_of(setting.task))}",
    ]  # fmt: skip
    base: Parameterized = type(setting.task)()
    if setting.people:
        base = menu.task_of_people(setting.people)
        lines.append(f"people = {_text(setting.people)}")
    if given := changes(setting.task, base):
        lines.append(f"settings = {{ {_table(given)} }}")
    for label, model in setting.models:
        name = menu.base_of(label)
        own = name in menu.own
        lines += ["", "[[models]]", f"name = {_text(name)}" + ("  # the path of its file" if own else "")]
        if own or name != label:
            lines.append(f"label = {_text(label)}")
        if given := _chosen(model, ()) if own else changes(model, menu.model(label)):
            lines.append(f"parameters = {{ {_table(given)} }}")
    return "\n".join(lines) + "\n"


def _has_repeats(setting: Setting, menu: Menu) -> bool:
    recalls = menu.people(setting.people).recalls
    return recalls is not None and bool(recalls.trials.repeated_items.any())


def _is_exported(model: Any) -> bool:
    name = type(model).__name__
    return name in model_room.__all__ and getattr(model_room, name) is type(model)


def _model(label: str, model: Any, menu: Menu) -> str:
    name, base = type(model).__name__, menu.base_of(label)
    if base in menu.own:
        return f"{name}({_arguments(_chosen(model, ('weights', 'core')))})"
    given, preset = changes(model, menu.model(base)), base.partition(":")[2]
    if not preset:
        return f"{name}({_arguments(given)})"
    return f"{name}.preset({_text(preset)})" + (f".replace({_arguments(given)})" if given else "")


def _chosen(model: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    """The parameters of a model, and these fields if it has them, whose values are not the defaults of its class."""
    declared = {each.name for each in model.parameters()}
    chosen = (each for each in dataclasses.fields(model) if each.name in declared or each.name in fields)
    return {each.name: value for each in chosen if (value := getattr(model, each.name)) != each.default}


def _arguments(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def _text(text: str) -> str:
    """Text in quotes, as Python and TOML both read it."""
    return json.dumps(text)


def _table(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {_toml(value)}" for name, value in values.items() if value is not None)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else repr(value)

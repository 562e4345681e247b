"""Links: a setting as the query of an address, and back; a link is read as untrusted text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from memsim.core.errors import InputError
from memsim.core.names import closest, shown
from memsim.core.position_model import Model
from memsim.explorer.menu import Menu
from memsim.explorer.setting import (
    Setting,
    changes,
    declaration,
    first_setting,
    fitting,
    lists_for,
    numbered,
    require_offered,
)

MOST_CHARACTERS = 20_000
_SAFE = "(),=:"
KEYS = ("task", "people", "model", "lists", "seed", "watch", "list")
_COMMAND = re.compile(r"""memsim explore .*--link[ =]["']?([^"']*)["']?""")
_ADDRESS = re.compile(r"https?://.*|[\w.:\[\]-]+:\d+/?")
_CALL = re.compile(r"([^()]*)(?:\(([^()]*)\))?")


def query_of(setting: Setting, menu: Menu) -> str:
    """The query that restores a setting: ``task=free_recall&model=TCM(context_drift=0.8)&lists=1000&seed=0``.

    Values that a model, a preset or the people's task has anyway are left out.
    """
    base = menu.task_of_people(setting.people) if setting.people else menu.task(menu.name_of(setting.task))()
    pairs = [("task", _call(menu.name_of(setting.task), changes(setting.task, base)))]
    if setting.people:
        pairs.append(("people", setting.people))
    pairs += [
        ("model", _call(menu.base_of(label), changes(model, menu.model(label)))) for label, model in setting.models
    ]
    pairs += [("lists", str(setting.n_trials)), ("seed", str(setting.seed))]
    if setting.watched:
        pairs += [("watch", setting.watched), ("list", str(setting.trial))]
    return urlencode(pairs, safe=_SAFE)


def setting_of(query: str, menu: Menu, default: Setting | None = None) -> Setting:
    """The setting of a query, or of the address that ends with it; what it leaves out is that of ``default``.

    Without ``default`` that is as a page begins.

    Raises
    ------
    MemsimError : a key, a name or a value that the page does not offer; nothing of a link is evaluated.
    """
    if not isinstance(query, str):
        raise InputError(f"link={shown(query)} must be text: the link of a page, or its part after ?")
    if len(query) > MOST_CHARACTERS:
        raise InputError(f"the link has {len(query):,} characters, more than {MOST_CHARACTERS:,}")
    try:
        pairs = parse_qsl(_query_in(query), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError as error:
        raise InputError(f"the link cannot be read: {error}") from None
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if key not in KEYS:
            raise InputError(f"the link has a part {shown(key)}{closest(key, KEYS)} There are: {', '.join(KEYS)}.")
        found.setdefault(key, []).append(value)
    for key, values in found.items():
        if len(values) > 1 and key != "model":
            raise InputError(f"the link gives {key} {len(values)} times; give it once")
    alone = {key: values[0] for key, values in found.items() if key != "model"}
    if not {"task", "people", "model"} & found.keys() and default is not None:
        return _with_numbers(default, alone)
    people = alone.get("people", "")
    if people.lower() == "none":
        people = ""
    if people:
        people = menu.spelled_people(people)
    task = menu.task_of_people(people) if people else menu.task("free_recall")()
    if "task" in alone:
        name, given = _called(alone["task"])
        cls = menu.task(name)
        if people and cls is not type(task):
            raise InputError(f"{people} did {type(task).__name__}, and the link asks for {cls.__name__}")
        task = _valued(task if people else cls(), given)
        if people and task.list_length != menu.task_of_people(people).list_length:
            raise InputError(f"{people} had lists of {menu.task_of_people(people).list_length} items; leave it to them")
    if "model" not in found:
        return _with_numbers(first_setting(menu, task, people=people), alone)
    offered, models = menu.models_of(task), list[tuple[str, Model]]()
    for text in found["model"]:
        label, given = _called(text)
        label = menu.spelled(label)
        base = menu.model(label)
        require_offered(label, offered, task, menu)
        models.append((label, _valued(base, given)))
    return _with_numbers(Setting(task, numbered(models), people, lists_for(task)), alone)


def _query_in(link: str) -> str:
    """The query of what a user copies: a query, an address, or the command that a notebook shows."""
    if command := _COMMAND.fullmatch(link.strip()):
        link = command[1]
    link = link.strip().partition("#")[0]
    address, _, query = link.partition("?")
    return query if not address or _ADDRESS.fullmatch(address) else link


def _with_numbers(setting: Setting, found: Mapping[str, str]) -> Setting:
    names = {"lists": "n_trials", "seed": "seed", "list": "trial"}
    numbers: dict[str, Any] = {names[key]: _whole(key, found[key]) for key in names if key in found}
    if "n_trials" in numbers:
        numbers.setdefault("trial", max(1, min(setting.trial, numbers["n_trials"])))
    setting = replace(setting, **numbers)
    if "watch" not in found:
        return fitting(setting)
    if found["watch"] not in setting.by_label:
        raise InputError(f"the link watches {shown(found['watch'])}, which is not among its models")
    return fitting(replace(setting, watched=found["watch"]))


def _whole(key: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise InputError(f"{key}={shown(text)} of the link must be a whole number")
    return int(text)


def _call(name: str, values: Mapping[str, Any]) -> str:
    """``name(parameter=value,...)``; what is no letter, digit or mark of such a call is escaped."""
    given = ",".join(f"{key}={quote(_text(value), safe='')}" for key, value in values.items())
    return quote(name, safe=":") + (f"({given})" if given else "")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


def _called(text: str) -> tuple[str, dict[str, str]]:
    found = _CALL.fullmatch(text)
    if found is None:
        raise InputError(f"{shown(text)} of the link must be a name, or a name with values, as TCM(context_drift=0.8)")
    values = {}
    for part in (found[2] or "").split(","):
        if part:
            name, sign, value = part.partition("=")
            if not sign or name in values:
                raise InputError(f"{shown(part)} of the link must be a parameter and its value, each parameter once")
            values[name] = unquote(value)
    return unquote(found[1]), values


def _valued(owner: Any, texts: Mapping[str, str]) -> Any:
    """A model or task with these values, each read and checked as the parameter declares."""
    declared = {name: declaration(owner, name) for name in texts}
    values = {
        name: declared[name].check(declared[name].parse(text), type(owner).__name__) for name, text in texts.items()
    }
    return owner.replace(**values) if values else owner

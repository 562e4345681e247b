"""The form of a page, from the declarations of parameters: a field for each, with the ends of its slider."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from memsim.core.model import MemoryModel
from memsim.core.parameters import Parameter
from memsim.core.trials import Paradigm
from memsim.experiments.plan import paradigm_title
from memsim.explorer.menu import Menu
from memsim.explorer.setting import FEWEST_LISTS, MOST_LISTS, Setting

STEPS = 200
"""Of a slider over real numbers."""
WIDE = 1000.0
"""A range above 0 whose ends differ by this factor has a slider of logarithms."""
Field = dict[str, Any]


def form(setting: Setting, menu: Menu) -> list[dict[str, Any]]:
    """The groups of fields, from the top; everything in it can be sent as JSON.

    Returns
    -------
    list : of groups, each with ``id``, ``title``, ``note``, ``open``, ``fields``, and ``more``, the fields that are
        asked for less often: parameters that a fit leaves alone, or without influence in this task. A field has
        ``name``, ``label``, ``kind`` (``range``, ``number``, ``choice``, ``flag`` or ``text``), ``value`` and
        ``help``; a range has the ends ``from`` and ``to`` of its slider, its ``step``, and whether it is ``log``,
        beside the permitted ``low`` and ``high``.
    """
    offered = menu.models_of(setting.task)
    chosen = {menu.name_in_list(label) for label, _ in setting.models}
    return [
        _task_group(setting, menu),
        {
            "id": "models", "title": "Models", "note": "", "open": True, "more": [],
            "fields": [_flag(name, name, name in chosen, _summary(offered[name])) for name in offered],
        },
        *(_model_group(label, model, setting, menu) for label, model in setting.models),
        {
            "id": "lists", "title": "Simulation", "open": False, "more": [],
            "note": "The same seed gives the same random numbers, so that a slider moves the curve and not the noise.",
            "fields": [
                {"name": "n_trials", "label": "Lists", "kind": "number", "value": setting.n_trials, "low": FEWEST_LISTS,
                 "high": MOST_LISTS, "step": 1, "optional": False, "help": "lists that each model studies"},
                {"name": "seed", "label": "Seed", "kind": "number", "value": setting.seed, "low": 0, "high": 2**31,
                 "step": 1, "optional": False, "help": "of lists and simulations"},
            ],
        },
    ]  # fmt: skip


def _task_group(setting: Setting, menu: Menu) -> dict[str, Any]:
    name, people = menu.name_of(setting.task), menu.people_of(type(setting.task))
    fields = [
        _choice("name", "Task", name, {each.replace("_", " "): each for each in menu.tasks}, "what is asked"),
        _choice(
            "people", "People", setting.people, {"none": "", **{each: each for each in people}},
            "people who did this task, in black; their task is taken over, and their list length is kept",
        ),
        *(field_of(each, getattr(setting.task, each.name)) for each in setting.task.parameters()),
    ]  # fmt: skip
    return {
        "id": "task",
        "title": "Task",
        "note": paradigm_title(setting.task),
        "open": True,
        "fields": fields,
        "more": [],
    }


def _model_group(label: str, model: Any, setting: Setting, menu: Menu) -> dict[str, Any]:
    first, more = list[Field](), list[Field]()
    usual = usual_parameters(model, setting.task)
    for each in model.parameters():
        field = field_of(each, getattr(model, each.name), model.fitted.get(each.name))
        (first if each.name in usual else more).append(field)
    presets = menu.presets_of(label)
    if len(presets) > 1:
        first.insert(
            0, _choice("preset", "Start from", menu.base_of(label), presets, "sets all parameters of this model anew")
        )
    note = f"{_summary(model)} {model.citation}".strip()
    return {"id": f"model:{label}", "title": label, "note": note, "open": True, "fields": first, "more": more}


def usual_parameters(model: Any, task: Paradigm) -> set[str]:
    """The parameters that a fit to this task frees by default; without such a list, all with an influence on it."""
    ratings = task.n_ratings
    named = {*(model.fitted if task.cue else ()), *(getattr(model, "fitted_judgments", ()) if ratings else ())}
    if named and ratings:
        named |= {*getattr(model, "criteria_parameters", ())}
    named = named or {each.name for each in model.parameters()} - {"lapse", "list_lapse"}
    if not isinstance(model, MemoryModel):
        return named
    tests = [n for n, asked in ((0, bool(task.cue)), (ratings, bool(ratings))) if asked]
    idle: list[set[str]] = [set(model.idle_parameters(n)) for n in tests]
    return named - idle[0].intersection(*idle)


def _summary(model: Any) -> str:
    return " ".join((type(model).__doc__ or "").strip().partition("\n\n")[0].split())


def field_of(declared: Parameter, value: Any, bounds: tuple[float, float] | None = None) -> Field:
    """The field of a declared parameter.

    Parameters
    ----------
    value : its present value.
    bounds : of a search by a fit, where the declared range is too wide for one; the slider then has them as its ends.
    """
    parts = [declared.doc, f"permitted: {declared.range}"]
    parts += [f"{declared.default} by default"] if declared.default is not None else []
    parts += [f"source of the default: {declared.source}"] if declared.source else []
    field: Field = {
        "name": declared.name, "label": declared.name, "symbol": declared.symbol, "unit": declared.unit,
        "value": value, "help": "; ".join(part for part in parts if part),
    }  # fmt: skip
    if declared.options:
        return field | {"kind": "choice", "options": [{"label": each, "value": each} for each in declared.options]}
    if declared.flag:
        return field | {"kind": "flag"}
    if declared.text:
        return field | {"kind": "text"}
    field |= {"low": declared.low, "high": declared.high, "optional": declared.optional}
    if declared.optional:
        return field | {"kind": "number", "step": 1 if declared.integer else "any"}
    first, last, log = slider(declared, value, bounds)
    step = max(1, round((last - first) / STEPS)) if declared.integer else (last - first) / STEPS
    return field | {"kind": "range", "from": first, "to": last, "log": log, "step": step, "integer": declared.integer}


def slider(declared: Parameter, value: float, bounds: tuple[float, float] | None = None) -> tuple[float, float, bool]:
    """The ends of the slider, and whether it is one of logarithms.

    It lies within the declared range, holds the default and the present value, and is no wider than shows an effect: a
    range that is open, or more than ten times as wide as the default, ends at a round number above four times it.
    """
    default, low, high = declared.default, declared.low, declared.high
    if bounds is not None:
        low, high = bounds
    if low is not None and high is not None and low > 0 and high / low >= WIDE and not declared.integer:
        return min(low, value), max(high, value), True
    size = max(abs(default), abs(value), 0.25)
    far = _round_up(4 * size) if not declared.integer else math.ceil(_round_up(max(4 * size, 10)))
    first = -far if low is None else low
    last = far if high is None else high
    if last - first > 10 * max(size, 0.1) and bounds is None:
        last = min(last, max(first, 0) + far)
        first = max(first, -far) if low is None or low < 0 else first
    ends = min(first, value, default), max(last, value, default)
    return (int(ends[0]), int(ends[1]), False) if declared.integer else (float(ends[0]), float(ends[1]), False)


def _round_up(number: float) -> float:
    """The next number that is 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(number))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number * (1 - 1e-9))


def _choice(name: str, label: str, value: str, options: Mapping[str, str], text: str) -> Field:
    listed = [{"label": shown, "value": each} for shown, each in options.items()]
    return {"name": name, "label": label, "kind": "choice", "value": value, "options": listed, "help": text}


def _flag(name: str, label: str, value: bool, text: str) -> Field:
    return {"name": name, "label": label, "kind": "flag", "value": value, "help": text}


def watched_fields(setting: Setting) -> list[Field]:
    """The fields of the state inside: which model, and which of its lists."""
    steps = [label for label, model in setting.models if isinstance(model, MemoryModel)]
    return [
        _choice("watched", "Model", setting.watched, {each: each for each in steps}, "whose state is shown"),
        {
            "name": "trial", "label": "List", "kind": "number", "value": setting.trial, "low": 1,
            "high": setting.n_trials, "step": 1, "optional": False, "help": "which of its simulated lists",
        },
    ]  # fmt: skip

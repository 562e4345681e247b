"""A page for each registered model, from its declaration: equations, parameters, sources, curves beside people's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from memsim.core.abilities import lacks
from memsim.core.parameters import Parameter, Preset
from memsim.core.position_model import Model, PositionModel
from memsim.core.trials import Paradigm
from memsim.experiments.people import People
from memsim.models.registered import MODELS, variants
from memsim.paradigms.registered import PARADIGMS

from .docstrings import as_rst
from .examples import Example
from .rst import bullets, code, figure, heading, indented, table

FAMILIES: Mapping[str, str] = {
    "context": "Retrieved context",
    "sam": "Search of associative memory",
    "position": "Distinctiveness of positions",
    "serial": "Serial recall",
    "recognition": "Recognition",
    "association": "Association",
    "networks": "Networks",
    "baselines": "Baselines",
}
"""The families, by the folder of ``models`` that holds them, in the order of the site."""
SHOWN = ("free_recall", "serial_recall", "recognition", "cued_recall", "associative_recognition")
"""The tasks whose curves the pages show; of a model that has an account of none of them, the first that it has."""
LISTS, LISTS_OF_NETWORKS = 400, 200
LIKELIHOODS: Mapping[str, str] = {
    "exact": "exact",
    "sampled": "averaged over draws of what is random in encoding",
    "none": "none: the model simulates, and is fitted to curves",
    "positions": "of the positions that are recalled, not of their order",
}


def family_of(name: str) -> str:
    """The folder of ``models`` in which a registered model is defined."""
    return MODELS.get(name).__module__.split(".")[2]


def models_by_family() -> dict[str, list[str]]:
    """The names of the registered models of memsim in each family."""
    found: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for name in MODELS.names():
        found[family_of(name)].append(name)
    return found


@cache
def people_by_task() -> dict[str, People]:
    """The people with whom ``memsim run`` compares models in each task, if they need no download."""
    found = {name: _people(PARADIGMS.get(name)) for name in PARADIGMS.names()}
    return {name: people for name, people in found.items() if people is not None}


def _people(task: type[Paradigm]) -> People | None:
    return People.matching(task()) or People.of_task(task)


def tasks_of(model: Model) -> list[str]:
    """The tasks that the model has an account of, by name; in tasks that people did, of the task of these people."""
    people = people_by_task()
    tasks = {name: people[name].paradigm if name in people else PARADIGMS.get(name)() for name in PARADIGMS.names()}
    return [name for name, task in tasks.items() if not lacks(model, task)]


def examples_of(name: str) -> list[Example]:
    """The examples of the page of a model: it, or each of its networks, beside people in each task that is shown."""
    models = variants(name, MODELS.get(name))
    found = []
    can = {label: [task for task in tasks_of(model) if task in people_by_task()] for label, model in models.items()}
    every = list(dict.fromkeys(task for tasks in can.values() for task in tasks))
    for task in [task for task in SHOWN if task in every and not _told_by_another(task, every)] or every[:1]:
        able = {label: models[label] for label, tasks in can.items() if task in tasks}
        found.append(_example(name, task, able))
    return found


def _told_by_another(task: str, every: Sequence[str]) -> bool:
    """Whether another task shows recognition: judgments of pairs are shown where those of items are not."""
    return task == "associative_recognition" and "recognition" in every


def _example(name: str, task: str, models: Mapping[str, Model]) -> Example:
    people, paradigm = people_by_task()[task], type(people_by_task()[task].paradigm)
    lists = _lists(name)
    made = ", ".join(f"{label!r}: {_constructor(label)}".replace("'", '"') for label in models)
    settings = {key: value for key, value in people.paradigm.values().items() if value != paradigm().values()[key]}
    given = ", ".join(f"{key}={value!r}".replace("'", '"') for key, value in settings.items())
    lines = [
        "from memsim import run",
        f"from memsim.models import {name}",
        f"from memsim.paradigms import {paradigm.__name__}",
        "",
        f"task = {paradigm.__name__}({given})",
        f'result = run({{{made}}}, task, people="{people.label}", n_trials={lists})',
        "figure = result.figure()",
    ]
    if len(lines[5]) > 100:
        lines[5:6] = [f"models = {{{made}}}", f'result = run(models, task, people="{people.label}", n_trials={lists})']
    alt = f"Curves of {name} beside those of {people.reference}, {task.replace('_', ' ')}"
    return Example(f"{name}-{task}", "\n".join(lines), alt)


def _lists(name: str) -> int:
    return LISTS_OF_NETWORKS if family_of(name) == "networks" else LISTS


def _constructor(label: str) -> str:
    name, _, preset = label.partition(":")
    return f"{name}.preset('{preset}')" if preset else f"{name}()"


def page_of(name: str, said: Mapping[str, list[str]]) -> str:
    """The page of a model as reStructuredText; ``said`` is what memsim warned of in its examples, by their names."""
    cls = MODELS.get(name)
    doc = as_rst(inspect.getdoc(cls).splitlines())
    return "\n".join(
        [
            *heading(name, "="),
            f".. py:class:: memsim.models.{name}({', '.join(_signature(cls.parameters()))})",
            "   :no-typesetting:",
            "",
            *_facts(name, cls),
            *heading("How it works", "-"),
            ".. container:: equations",
            "",
            *indented(_without_headings(doc)),
            "",
            *heading("Parameters", "-"),
            "A fit searches the range of each parameter. A source that is no publication says so.",
            "",
            *_parameter_table(cls.parameters()),
            *_presets(name, cls.presets),
            *heading("Beside people", "-"),
            *_beside_people(name, said),
        ]
    )


def _signature(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    for each in parameters:
        yield f"{each.name}={each.default!r}"


def _facts(name: str, cls: type[Model]) -> Iterator[str]:
    likelihood = "positions" if issubclass(cls, PositionModel) else cls().likelihood
    models = variants(name, cls).values()
    tasks = dict.fromkeys(task for model in models for task in tasks_of(model))
    yield from table(
        ("", ""),
        [
            ("Publication", cls.citation or "none; see the sources of the parameters"),
            ("Likelihood", LIKELIHOODS[likelihood]),
            (
                "Tasks",
                ", ".join(f":class:`{task} <memsim.paradigms.{PARADIGMS.get(task).__name__}>`" for task in tasks),
            ),
            ("In Python", f"``memsim.models.{name}()``"),
            ("On the command line", f"``memsim run --models {name}``, ``memsim models {name}``"),
        ],
        widths=(1, 4),
        headed=False,
        kind="facts",
    )


def _without_headings(doc: list[str]) -> Iterator[str]:
    """The docstring with its sections as rubrics, since it stands inside a section."""
    following = [*doc[1:], ""]
    for line, after in zip(doc, following, strict=True):
        if after and set(after) == {"-"} and len(after) == len(line):
            yield f".. rubric:: {line}"
            yield ""
        elif not (line and set(line) == {"-"}):
            yield line


def _parameter_table(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    rows = []
    for each in parameters:
        symbol = f":symbol:`{each.symbol}`" if each.symbol else ""
        default = (f"``{each.default}``" if each.default != "" else "none") + (
            f" {each.unit}" if each.unit and each.default is not None else ""
        )
        source = f" *Source:* {_prose(each.source)}" if each.source else ""
        said = f"{_prose(each.doc)[:1].upper()}{_prose(each.doc)[1:]}."
        rows.append((f"``{each.name}``", symbol, f"{default} in {each.range}", said + source))
    yield from table(("name", "symbol", "default, range", "meaning and source"), rows, widths=(3, 1, 3, 6))


def _presets(name: str, presets: Mapping[str, Preset]) -> Iterator[str]:
    if not presets:
        return
    yield from heading("Presets", "-")
    yield f"A preset is a named set of values: ``{name}:{next(iter(presets))}`` stands wherever a model's name does."
    yield ""
    rows = []
    for label, preset in presets.items():
        values = ", ".join(f"``{key}={value}``" for key, value in preset.values.items())
        rows.append((f"``{name}:{label}``", values, _prose(preset.source)))
    yield from table(("preset", "values", "source"), rows, widths=(2, 4, 4))


def _beside_people(name: str, said: Mapping[str, list[str]]) -> Iterator[str]:
    found = examples_of(name)
    if not found:
        yield "No data set that needs no download is of a task of this model."
        yield ""
    for example in found:
        task = example.name.partition("-")[2]
        people = people_by_task()[task]
        yield from heading(task.replace("_", " ").capitalize(), "~")
        cited = _prose(people.citation.rstrip("."))
        yield f"People: {cited}. {_lists(name)} simulated lists; the defaults of the model."
        yield ""
        yield from code(example.code)
        yield from figure(example.name, example.alt)
        if said.get(example.name):
            yield "memsim says of this run:"
            yield ""
            yield from bullets(_prose(each) for each in said[example.name])


def _prose(text: str) -> str:
    return " ".join(as_rst([text]))


def summary_of(name: str) -> str:
    """The first sentence of the docstring of a model."""
    return _prose(inspect.getdoc(MODELS.get(name)).partition("\n\n")[0].replace("\n", " "))


def index() -> str:
    """The page that lists the models by family."""
    lines = [
        *heading("Models", "="),
        "Every model is described once, by its class: the equations in its docstring, the parameters by their "
        "declarations. These pages are made from them, and ``memsim models NAME`` prints the same. Curves are those of "
        "the defaults, which are fitted to few of the people shown: the table of parameters says to whom.",
        "",
    ]
    for family, names in models_by_family().items():
        lines += [*heading(FAMILIES[family], "-")]
        lines += table(("model", "what it is"), [(f":doc:`{name}`", summary_of(name)) for name in names], widths=(1, 4))
        lines += [".. toctree::", "   :hidden:", "", *(f"   {name}" for name in names), ""]
    return "\n".join(lines)


def pages(said: Mapping[str, list[str]]) -> dict[str, str]:
    """All pages of models by their paths."""
    return {"index.rst": index(), **{f"{name}.rst": page_of(name, said) for name in MODELS.names()}}

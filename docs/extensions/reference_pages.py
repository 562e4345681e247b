"""The reference: a page for everything that memsim and its packages export, and tables of what is registered."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType

import memsim
import memsim.gym
from memsim.analysis.registered import ANALYSES
from memsim.data.registered import DATASETS
from memsim.data.shipped import has_tables
from memsim.models.registered import MODELS
from memsim.reproductions.registered import REPRODUCTIONS

from .docstrings import as_rst
from .rst import heading, table

PACKAGES: Mapping[str, ModuleType] = {
    "memsim": memsim, "memsim.paradigms": memsim.paradigms, "memsim.models": memsim.models,
    "memsim.analysis": memsim.analysis, "memsim.data": memsim.data, "memsim.gym": memsim.gym,
    "memsim.errors": memsim.errors,
}  # fmt: skip
"""What the reference describes, by the name under which it is imported."""


def exports(package: ModuleType) -> list[str]:
    """The names that a package exports, packages aside; of a module without a list, the classes that it defines."""
    names = getattr(package, "__all__", None)
    if names is None:
        of_module = {name: value for name, value in vars(package).items() if inspect.isclass(value)}
        names = [name for name, value in of_module.items() if value.__module__ == package.__name__]
    public = [name for name in names if not name.startswith("__")]
    return [name for name in public if not inspect.ismodule(getattr(package, name))]


def has_own_page(package: ModuleType, name: str) -> bool:
    """Whether the object has a page elsewhere: among the models, or among the analyses."""
    if package is memsim.models:
        return name in MODELS.names()
    return package is memsim.analysis and name in ANALYSES.names()


def index() -> str:
    """The page that lists the packages."""
    return "\n".join(
        [
            *heading("Reference", "="),
            "What memsim exports, by package. Data flow one way: trials, model, responses, analysis, figure.",
            "",
            ".. toctree::",
            "   :maxdepth: 1",
            "",
            *(f"   {public}" for public in PACKAGES),
            "   data_sets",
            "   reproductions",
            "",
        ]
    )


def package_page(public: str) -> str:
    """The table of what a package exports."""
    package = PACKAGES[public]
    doc = as_rst((inspect.getdoc(package) or "").splitlines())
    own = [name for name in exports(package) if not has_own_page(package, name)]
    rows = [(f":obj:`{name} <{public}.{name}>`", _summary(package, name)) for name in exports(package)]
    return "\n".join(
        [
            *heading(public, "="),
            *doc,
            "",
            *table(("name", "what it is"), rows, widths=(2, 5)),
            ".. toctree::",
            "   :hidden:",
            "",
            *(f"   {public}.{name}" for name in own),
            "",
        ]
    )


def _summary(package: ModuleType, name: str) -> str:
    entry = getattr(package, name)
    if not (inspect.isclass(entry) or inspect.isroutine(entry)):
        return f"``{type(entry).__name__}``"
    first = " ".join((inspect.getdoc(entry) or "").partition("\n\n")[0].split())
    return " ".join(as_rst([first]))


def object_page(public: str, name: str) -> str:
    """The page of a class, a function, or a value."""
    entry, dotted = getattr(PACKAGES[public], name), f"{public}.{name}"
    if inspect.isclass(entry):
        directive = [f".. autoclass:: {dotted}", "   :members:"]
    elif inspect.isroutine(entry):
        directive = [f".. autofunction:: {dotted}"]
    else:
        directive = [f".. py:data:: {dotted}", f"   :type: {type(entry).__name__}"]
    return "\n".join([*heading(dotted, "="), *directive, ""])


def data_sets() -> str:
    """The table of the data sets of people."""
    return "\n".join(
        [
            *heading("Data sets", "="),
            "``memsim.load_dataset(name, condition)`` reads one, and ``memsim run --people name:condition`` compares "
            "models with it. What is fetched is fetched once, checked and kept; where it has no stated licence, curves "
            "of it may ship, and nothing else.",
            "",
            *table(
                ("name", "what it holds", "comes", "conditions", "publication"), _rows_of_data(), widths=(2, 4, 2, 2, 4)
            ),
        ]
    )


def _rows_of_data() -> Iterator[tuple[str, ...]]:
    for name in DATASETS.names():
        each = DATASETS.get(name)
        comes = "with memsim, or with psifr" if each.at_hand() else "fetched"
        comes += "; curves ship" if has_tables(name) else ""
        title = " ".join(as_rst([f"{each.title}. {each.notes}"]))
        yield f"``{name}``", title, comes, ", ".join(each.conditions), f"{each.citation} doi:{each.doi}"


def reproductions() -> str:
    """The table of published results that run again."""
    rows = [
        (f"``{name}``", " ".join(as_rst([entry.title])), " ".join(as_rst([entry.citation])))
        for name, entry in ((name, REPRODUCTIONS.get(name)) for name in REPRODUCTIONS.names())
    ]
    return "\n".join(
        [
            *heading("Published results, run again", "="),
            "``memsim reproduce NAME`` runs one, and :func:`memsim.reproduce` does so in Python.",
            "",
            *table(("entry", "what", "publication"), rows, widths=(2, 4, 4)),
        ]
    )


def pages() -> dict[str, str]:
    """All pages of the reference by their paths."""
    found = {"index.rst": index(), "data_sets.rst": data_sets(), "reproductions.rst": reproductions()}
    for public, package in PACKAGES.items():
        found[f"{public}.rst"] = package_page(public)
        for name in exports(package):
            if not has_own_page(package, name):
                found[f"{public}.{name}.rst"] = object_page(public, name)
    return found

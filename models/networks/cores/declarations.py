"""What a core may declare besides its two methods, told apart from attributes of its own that have the same name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, NamedTuple

from memsim.core.errors import ModelError
from memsim.core.listed_options import parts_in
from memsim.core.names import shown


class Declaration(NamedTuple):
    """What an attribute of a core is where it is a declaration."""

    fits: Callable[[Any], bool]
    form: str
    """In words, with an example."""
    default: Any = None


def _words(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(each, str) and each for each in value)


def _by_name(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) and fits(each) for name, each in value.items())


DECLARATIONS: Mapping[str, Declaration] = {
    "parts": Declaration(
        lambda value: _words(value) and not any("," in each for each in value),
        'names of what a lesion may switch off, without commas, as in ("memory",)', (),
    ),
    "roles": Declaration(
        lambda value: _by_name(value, lambda path: isinstance(path, str)),
        'places in the state by role, as in {"memory": "m"}', {},
    ),
    "limits": Declaration(
        lambda value: _by_name(value, lambda each: isinstance(each, tuple | list)),
        'lowest and highest values, or words, by size, as in {"cells": (1, 100), "kind": ("plain", "gated")}', {},
    ),
    "rows": Declaration(
        lambda value: _by_name(value, _words), 'names of cells by weighting, as in {"ways": ("back", "on")}', {},
    ),
    "heads": Declaration(
        lambda value: type(value) is int and value > 0, "how many heads read, a whole number above 0, as in 1", 1,
    ),
    "fused": Declaration(lambda value: isinstance(value, bool), "whether a step may be fused, True or False"),
    "unroll": Declaration(callable, "a method unroll(inputs, state)"),
    "lay_out": Declaration(callable, "a method lay_out(items)"),
}  # fmt: skip
"""By the names of attributes; :class:`memsim.models.networks.cores.core.Core` says what they are for."""


def declared(core: Any, name: str) -> Any:
    """What a core, or a class of cores, declares under this name of :data:`DECLARATIONS`, or the default.

    A module that a user wrote may have an attribute of that name for itself, as ``self.rows = 4``. One that its
    constructor sets, and that does not fit, is such an attribute, unless the core derives from ``Core``.

    Raises
    ------
    ModelError : what the body of the class declares, or a subclass of ``Core``, does not fit.
    """
    declaration = DECLARATIONS[name]
    found = getattr(core, name, None)
    if found is None:
        return declaration.default
    if declaration.fits(found):
        return found
    cls = core if isinstance(core, type) else type(core)
    of_class = inspect.getattr_static(cls, name, None)
    own = of_class is None or isinstance(of_class, property | FunctionType)
    if not own or _derives(cls):
        raise ModelError(
            f"{cls.__name__}: {name}={shown(found)} is no declaration of a core: {name} are {declaration.form}; "
            "declare it so, or rename it"
        )
    return declaration.default


def parts_named(without: str) -> frozenset[str]:
    """The parts of a core in a text such as ``content,backward``."""
    return frozenset(parts_in(without))


def _derives(cls: type) -> bool:
    from memsim.models.networks.cores.core import Core

    return issubclass(cls, Core)

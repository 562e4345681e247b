"""Names of one kind of thing, from memsim itself and from installed plug-ins.

An entry may be a string ``module:attribute`` that is imported when it is first asked for. Plug-ins add theirs
through the entry points ``memsim.models``, ``memsim.paradigms``, ``memsim.datasets``, ``memsim.analyses`` and
``memsim.reproductions``. What memsim itself registers stands in the module ``registered`` of each room.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from memsim.core.errors import ModelError, UnknownNameError
from memsim.core.names import closest, normalized
from memsim.core.parameters import build

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """The things of one kind, by name.

    Parameters
    ----------
    kind : what the entries are, for messages.
    group : the entry point group that plug-ins use.
    builtin : entries by name, or ``module:attribute`` of each, which is imported when it is first asked for.
    """

    def __init__(self, kind: str, group: str, builtin: Mapping[str, str | Entry]) -> None:
        self.kind = kind
        self.group = group
        self._builtin = builtin

    @cached_property
    def _targets(self) -> dict[str, EntryPoint | Entry]:
        found: dict[str, EntryPoint | Entry] = {
            name: EntryPoint(name, target, self.group) if isinstance(target, str) else target
            for name, target in self._builtin.items()
        }
        keys = {normalized(name) for name in found}
        for point in entry_points(group=self.group):
            if normalized(point.name) in keys:
                taken = f"the plug-in {point.value!r} is left out: there is a {self.kind} {point.name!r} already"
                warnings.warn(taken, stacklevel=2)
                continue
            keys.add(normalized(point.name))
            found[point.name] = point
        return found

    def names(self) -> list[str]:
        """All names, memsim's own first."""
        return list(self._targets)

    def canonical(self, name: str) -> str:
        """The name of an entry as it is registered, from one in any case and with ``-`` or ``_``.

        Raises
        ------
        UnknownNameError : no such name; the message offers the closest one and lists the rest.
        """
        for known in self.names():
            if normalized(known) == normalized(name):
                return known
        raise UnknownNameError(
            f"there is no {self.kind} {name!r}{closest(name, self.names())} There are: {', '.join(self.names())}."
        )

    def get(self, name: str) -> Entry:
        """The entry called ``name``, imported if need be.

        Raises
        ------
        UnknownNameError : as :meth:`canonical` does.
        ModelError : a plug-in's entry point leads to something that cannot be imported.
        """
        target = self._targets[self.canonical(name)]
        if not isinstance(target, EntryPoint):
            return target
        try:
            return getattr(importlib.import_module(target.module), target.attr)
        except Exception as error:
            if target.name in self._builtin:
                raise
            raise ModelError(
                f"the plug-in {self.kind} {target.name!r} ({target.value}) cannot be loaded: "
                f"{type(error).__name__}: {error}"
            ) from error

    def build(self, name: str, values: Mapping[str, Any]) -> Any:
        """An instance of the class called ``name``; its parameters not in ``values`` keep their defaults."""
        cls: Any = self.get(name)
        return build(cls, dict(values))

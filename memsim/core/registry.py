"""Registries: models, tasks, data sets, analyses and reproductions by name, from memsim and from plug-ins.

An entry may be given as ``module:attribute``; the module is imported when the entry is first used. Plug-ins register
entries through the entry points ``memsim.models``, ``memsim.paradigms``, ``memsim.datasets``, ``memsim.analyses`` and
``memsim.reproductions``. The entries of memsim itself are in the module ``registered`` of each package.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from memsim.core.errors import MemsimWarning, ModelError, UnknownNameError
from memsim.core.names import closest, normalized
from memsim.core.parameters import build

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """The entries of one kind, by name.

    Parameters
    ----------
    kind : the kind in words, for messages: ``"model"``, ``"data set"``.
    group : the entry point group in which plug-ins register theirs.
    builtin : the entries of memsim by name, each itself or as ``module:attribute``.
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
                taken = (
                    f"the plug-in {point.value!r} is left out: there is a {self.kind} {point.name!r} already; rename it"
                )
                warnings.warn(taken, MemsimWarning, stacklevel=2)
                continue
            keys.add(normalized(point.name))
            found[point.name] = point
        return found

    def names(self) -> list[str]:
        """All names; those of memsim come first."""
        return list(self._targets)

    def canonical(self, name: str) -> str:
        """The registered name for ``name``, which may be in any case and with ``-`` or ``_``.

        Raises
        ------
        UnknownNameError : no such name; the message offers the closest one and lists all.
        """
        for known in self.names():
            if normalized(known) == normalized(name):
                return known
        raise UnknownNameError(
            f"there is no {self.kind} {name!r}{closest(name, self.names())} There are: {', '.join(self.names())}."
        )

    def get(self, name: str) -> Entry:
        """The entry called ``name``.

        Raises
        ------
        UnknownNameError : no such name, as in :meth:`canonical`.
        ModelError : the module of a plug-in cannot be imported.
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
        """An instance of the class called ``name``; parameters that are not in ``values`` have their defaults."""
        cls: Any = self.get(name)
        return build(cls, dict(values))

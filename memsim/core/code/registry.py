"""Registries: models, tasks, data sets, analyses, objectives and reproductions by name, of memsim and of plug-ins.

An entry may be given as ``module:attribute``; the module is imported when the entry is first used. Plug-ins register
entries through the entry points ``memsim.models``, ``memsim.paradigms``, ``memsim.datasets``, ``memsim.analyses``,
``memsim.objectives`` and ``memsim.reproductions``. The entries of memsim itself are in the module ``registered`` of
each package.
"""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from memsim.core.errors import InputError, MemsimWarning, ModelError, UnknownNameError
from memsim.core.names import closest, normalized, require_name
from memsim.core.parameters import build

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """The entries of one kind, by name.

    A plug-in is left out, with a warning, if its name is taken, or cannot be typed as one word on a command line. One
    that turns out to be unusable when it is first asked for is an error for who named it, and left out with a warning
    where all entries are wanted.

    Parameters
    ----------
    kind : the kind in words, for messages: ``"model"``, ``"data set"``.
    group : the entry point group in which plug-ins register theirs.
    builtin : the entries of memsim by name, each itself or as ``module:attribute``.
    base : the class or classes of which an entry is a subclass, or else an instance.
    subclasses : whether an entry is a class.
    """

    def __init__(
        self,
        kind: str,
        group: str,
        builtin: Mapping[str, str | Entry],
        base: type | tuple[type, ...] = object,
        *,
        subclasses: bool = False,
    ) -> None:
        self.kind = kind
        self.group = group
        self.base = base
        self.subclasses = subclasses
        self._builtin = builtin
        self._added: dict[str, Entry] = {}

    @cached_property
    def _targets(self) -> dict[str, EntryPoint | Entry]:
        found: dict[str, EntryPoint | Entry] = {
            name: EntryPoint(name, target, self.group) if isinstance(target, str) else target
            for name, target in self._builtin.items()
        }
        keys = {normalized(name): name for name in found}
        for point in entry_points(group=self.group):
            key = normalized(point.name)
            if key in keys:
                known = found[keys[key]]
                if isinstance(known, EntryPoint) and known.value == point.value:
                    continue  # a package that was found twice, such as in an editable install
                problem = f"there is a {self.kind} {point.name!r} already; rename it"
            elif not re.fullmatch(r"\w[\w.+-]*", point.name) or point.name.endswith((".py", ".safetensors")):
                problem = f"its name {point.name!r} is no name of a {self.kind}, which has letters, digits, - and _"
            else:
                keys[key] = point.name
                found[point.name] = point
                continue
            warnings.warn(f"the plug-in {point.value!r} is left out: {problem}", MemsimWarning, stacklevel=2)
        return found

    def add(self, name: str, entry: Entry) -> None:
        """Register an entry for this session, in place of one of this name that was added before.

        Raises
        ------
        InputError : an entry of another kind, or the name of one of memsim or of a plug-in.
        """
        if problem := self._unfit(entry):
            raise InputError(f"the {self.kind} {name!r} cannot be registered: {problem}")
        if taken := [known for known in self._targets if normalized(known) == normalized(name)]:
            raise InputError(f"there is a {self.kind} {taken[0]!r} already; give the class another name")
        self._added = {known: each for known, each in self._added.items() if normalized(known) != normalized(name)}
        self._added[name] = entry

    def was_added(self, name: str) -> bool:
        """Whether :meth:`add` registered the entry of this name."""
        return self.canonical(name) in self._added

    def names(self) -> list[str]:
        """All names; those of memsim come first, and those that were added last."""
        return [*self._targets, *self._added]

    def usable(self) -> dict[str, Entry]:
        """All entries by name; a plug-in that cannot be used is left out, with a warning."""
        found = {}
        for name in self.names():
            try:
                found[name] = self.get(name)
            except ModelError as error:
                warnings.warn(f"a {self.kind} is left out: {error}", MemsimWarning, stacklevel=2)
        return found

    def canonical(self, name: str) -> str:
        """The registered name for ``name``, which may be in any case and with ``-`` or ``_``.

        Raises
        ------
        InputError : what is no text.
        UnknownNameError : no such name; the message offers the closest one and lists all.
        """
        article = "an" if self.kind[0] in "aeiou" else "a"
        require_name(name, f"{article} {self.kind}", next(iter(self.names()), "name"))
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
        InputError, UnknownNameError : no such name, as in :meth:`canonical`.
        ModelError : the module of a plug-in cannot be imported, or what it names is of another kind.
        """
        known = self.canonical(name)
        if known in self._added:
            return self._added[known]
        target = self._targets[known]
        if not isinstance(target, EntryPoint):
            return target
        if target.name in self._builtin:
            return getattr(importlib.import_module(target.module), target.attr)
        which = f"the plug-in {self.kind} {target.name!r} ({target.value})"
        try:
            found = target.load()
        except BaseException as error:  # an exit, too, is one of the plug-in alone
            if type(error) in (KeyboardInterrupt, MemoryError):
                raise
            raise ModelError(f"{which} cannot be loaded: {type(error).__name__}: {error}") from error
        if problem := self._unfit(found):
            raise ModelError(f"{which} cannot be used: {problem}")
        return found

    def _unfit(self, found: Any) -> str:
        """Why an object is no entry of this kind; empty if it is one."""
        fits = (
            isinstance(found, type) and issubclass(found, self.base)
            if self.subclasses
            else isinstance(found, self.base)
        )
        if fits and not inspect.isabstract(found):
            return ""
        bases = self.base if isinstance(self.base, tuple) else (self.base,)
        wanted = " or ".join(base.__name__ for base in bases)
        return f"{found!r} is no {'complete subclass' if self.subclasses else 'instance'} of {wanted}"

    def left_out(self, name: str, error: Exception | SystemExit) -> None:
        """Warn that the plug-in called ``name`` is left out; raise ``error`` again if it is one of memsim's own."""
        if name in self._builtin:
            raise error
        text = f"a {self.kind} is left out: the plug-in {self.kind} {name!r}: {type(error).__name__}: {error}"
        warnings.warn(text, MemsimWarning, stacklevel=3)

    def build(self, name: str, values: Mapping[str, Any]) -> Any:
        """An instance of the class called ``name``; parameters that are not in ``values`` have their defaults."""
        cls: Any = self.get(name)
        return build(cls, dict(values))

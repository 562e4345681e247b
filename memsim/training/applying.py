"""Which settings have an effect only beside others: one rule for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from memsim.core.errors import NoEffectError
from memsim.core.listed_options import parts_in


class Need(Protocol):
    """What a setting needs of others."""

    def unmet(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[str, ...]:
        """The settings that are not as they have to be."""

    @property
    def words(self) -> str:
        """How they have to be."""


@dataclass(frozen=True)
class Needs:
    """Another setting has one of these values; any but its default if none is given."""

    setting: str
    values: tuple[Any, ...] = ()

    def unmet(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[str, ...]:
        """See :meth:`Need.unmet`."""
        value = values[self.setting]
        met = value in self.values if self.values else value != defaults[self.setting]
        return () if met else (self.setting,)

    @property
    def words(self) -> str:
        """See :attr:`Need.words`."""
        if not self.values:
            return f"settings with {self.setting}"
        if self.values == (None,):
            return f"settings without {self.setting}"
        return f"{self.setting}={' or '.join(map(repr, self.values))}"


@dataclass(frozen=True)
class NeedsNamed:
    """Another setting, names separated by commas, names one of these."""

    setting: str
    names: tuple[str, ...]

    def unmet(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[str, ...]:
        """See :meth:`Need.unmet`."""
        return () if set(parts_in(values[self.setting])) & set(self.names) else (self.setting,)

    @property
    def words(self) -> str:
        """See :attr:`Need.words`."""
        return f"{' or '.join(self.names)} among {self.setting}"


@dataclass(frozen=True)
class NeedsLess:
    """Another setting is below a third."""

    setting: str
    than: str

    def unmet(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[str, ...]:
        """See :meth:`Need.unmet`."""
        return () if values[self.setting] < values[self.than] else (self.setting, self.than)

    @property
    def words(self) -> str:
        """See :attr:`Need.words`."""
        return f"{self.setting} below {self.than}"


@dataclass(frozen=True)
class NeedsAll:
    """All of several needs."""

    needs: tuple[Need, ...]

    def unmet(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[str, ...]:
        """See :meth:`Need.unmet`."""
        return tuple(name for each in self.needs for name in each.unmet(values, defaults))

    @property
    def words(self) -> str:
        """See :attr:`Need.words`."""
        return " with ".join(each.words for each in self.needs)


Rules = Mapping[str, tuple[Need, ...]]
"""By setting, what it needs; one of several is enough."""


def require_applicable(owner: str, values: Mapping[str, Any], defaults: Mapping[str, Any], rules: Rules) -> None:
    """Raise :class:`NoEffectError` for a setting that is not at its default, and has no effect beside the others."""
    for name, needs in rules.items():
        if values[name] == defaults[name]:
            continue
        unmet = [each.unmet(values, defaults) for each in needs]
        if not all(unmet):
            continue
        others = dict.fromkeys(other for each in unmet for other in each)
        beside = ", ".join(f"{other}={values[other]!r}" for other in others if values[other] is not None)
        beside = f"with {beside}" if beside else f"without {' or '.join(others)}"
        raise NoEffectError(
            f"{owner}: {name}={values[name]!r} has no effect {beside}; it is for "
            f"{', or '.join(each.words for each in needs)}"
        )

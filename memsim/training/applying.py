"""Which settings have an effect only beside others: one rule for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from memsim.core.errors import NoEffectError


class Needs(NamedTuple):
    """What a setting needs of another one."""

    setting: str
    """The other one."""
    values: tuple[Any, ...] = ()
    """The values that it may have; any but its default if empty."""

    def met(self, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
        """Whether the other setting is as it has to be."""
        value = values[self.setting]
        return value in self.values if self.values else value != defaults[self.setting]

    @property
    def words(self) -> str:
        """How the other setting has to be."""
        if not self.values:
            return f"settings with {self.setting}"
        if self.values == (None,):
            return f"settings without {self.setting}"
        return f"{self.setting}={' or '.join(map(repr, self.values))}"


Rules = Mapping[str, tuple[Needs, ...]]
"""By setting, what it needs; one of several is enough."""


def require_applicable(owner: str, values: Mapping[str, Any], defaults: Mapping[str, Any], rules: Rules) -> None:
    """Raise :class:`NoEffectError` for a setting that is not at its default, and has no effect beside the others."""
    for name, needs in rules.items():
        if values[name] == defaults[name] or any(each.met(values, defaults) for each in needs):
            continue
        beside = ", ".join(f"{n.setting}={values[n.setting]!r}" for n in needs if values[n.setting] is not None)
        beside = f"with {beside}" if beside else f"without {' or '.join(each.setting for each in needs)}"
        raise NoEffectError(
            f"{owner}: {name}={values[name]!r} has no effect {beside}; it is for "
            f"{', or '.join(each.words for each in needs)}"
        )

"""A data set: its source, its conditions, and how its recalls are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from memsim.core.errors import DataError, InputError
from memsim.core.names import closest, normalized
from memsim.core.origin import Observed, Simulated
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm


@dataclass(frozen=True)
class Dataset:
    """Recalls of people, read on demand.

    Parameters
    ----------
    name, title, authors, citation, doi : what it is and whom to cite; ``authors`` is the short form.
    conditions : the task that people did, by condition.
    read : gives the recalls of one condition, under the paradigm given; the details of their origin are kept.
    at_hand : whether :meth:`load` would succeed without fetching anything.
    default : the condition that is meant when none is named; empty if one must be.
    notes : what a user of the data should know.
    """

    name: str
    title: str
    authors: str
    citation: str
    doi: str
    conditions: Mapping[str, Paradigm]
    read: Callable[[str, Paradigm], Recalls]
    at_hand: Callable[[], bool]
    default: str = ""
    notes: str = ""

    def condition(self, name: str | None) -> str:
        """The condition called ``name`` (any case), or the default; raises :class:`InputError` otherwise."""
        offered = ", ".join(self.conditions)
        if not name:
            if self.default:
                return self.default
            raise InputError(f"{self.name} has the conditions {offered}; name one")
        for known in self.conditions:
            if normalized(known) == normalized(name):
                return known
        raise InputError(f"{self.name} has no condition {name!r}{closest(name, self.conditions)} There are: {offered}.")

    def paradigm(self, condition: str | None = None) -> Paradigm:
        """The task of ``condition``."""
        return self.conditions[self.condition(condition)]

    def origin(self, condition: str) -> Observed:
        """The origin of the recalls of ``condition``: data set, condition and citation."""
        return Observed(self.name, condition, self.citation)

    def load(self, condition: str | None = None) -> Recalls:
        """The recalls of ``condition``, with their origin.

        Raises
        ------
        DataError : the data set gives simulated recalls.
        """
        condition = self.condition(condition)
        recalls = self.read(condition, self.paradigm(condition))
        if isinstance(recalls.origin, Simulated):
            raise DataError(f"{self.name}:{condition} gives recalls of the model {recalls.origin.model}, not of people")
        return replace(recalls, origin=replace(self.origin(condition), details=recalls.origin.details))

"""A data set of recalls or judgments: its publication, its conditions, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from memsim.core.errors import DataError, InputError
from memsim.core.judgments import Responses
from memsim.core.names import closest, normalized
from memsim.core.origin import Observed, Simulated
from memsim.core.trials import Paradigm


@dataclass(frozen=True)
class Dataset:
    """Recalls or judgments of people, which are read when they are needed.

    Parameters
    ----------
    name, title : name in memsim, and what the data are.
    authors, citation, doi : the publication to cite; ``authors`` is the short form, as in ``"Murdock (1962)"``.
    conditions : the task of the participants, by condition.
    read : function of a condition and its paradigm that gives the responses; the details of their origin are kept.
    at_hand : function that says whether :meth:`load` needs no download.
    default : the condition that is read when none is named; empty if a condition must be named.
    notes : what a user of the data should know.
    design : how lists and tests of these people differ from those that their task draws at random, in a sentence; by
        condition, or in all of them.
    """

    name: str
    title: str
    authors: str
    citation: str
    doi: str
    conditions: Mapping[str, Paradigm]
    read: Callable[[str, Paradigm], Responses]
    at_hand: Callable[[], bool]
    default: str = ""
    notes: str = ""
    design: str | Mapping[str, str] = ""

    def design_of(self, condition: str | None = None) -> str:
        """How lists and tests of the people of ``condition`` differ from those that the task draws."""
        return self.design if isinstance(self.design, str) else self.design.get(self.condition(condition), "")

    def condition(self, name: str | None) -> str:
        """The condition called ``name``, in any case, or the default one.

        Raises
        ------
        InputError : no such condition, or no name and no default.
        """
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

    def load(self, condition: str | None = None) -> Responses:
        """The recalls or judgments of ``condition``, with their origin.

        Raises
        ------
        DataError : the data set gives simulated recalls.
        """
        condition = self.condition(condition)
        recalls = self.read(condition, self.paradigm(condition))
        if isinstance(recalls.origin, Simulated):
            raise DataError(f"{self.name}:{condition} gives recalls of the model {recalls.origin.model}, not of people")
        return replace(recalls, origin=replace(self.origin(condition), details=recalls.origin.details))

"""Where the target of a finding is from: print, people, another program, a computation of memsim's authors, or a
prediction.

Each kind is a class with what a reader needs to find the target again. None has a default: an entry says for every
number where it is from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from memsim.core.errors import InputError


class Kind(StrEnum):
    """The kinds of targets."""

    PRINTED = "printed"
    PEOPLE = "human data"
    PROGRAM = "another program"
    OWN = "own computation"
    PREDICTION = "prediction"


PLACE = re.compile(r"\b(p\.|pp\.|page|pages|table|figure)\s*\d", re.IGNORECASE)
PAPER = re.compile(r"\((18|19|20)\d\d\)")


@dataclass(frozen=True)
class Printed:
    """A number that a publication prints, read there.

    A number of a publication that was read elsewhere, as in a port of its model, is of :class:`OtherProgram`.

    Parameters
    ----------
    paper : authors and year, as in ``"Murdock (1962)"``.
    place : the page, table or figure, as in ``"table 1, p. 483"``.

    Raises
    ------
    InputError : the paper has no year, or the place names no page, table or figure by its number.
    """

    paper: str
    place: str
    kind: ClassVar = Kind.PRINTED

    def __post_init__(self) -> None:
        if not PAPER.search(self.paper):
            raise InputError(f"Printed: paper={self.paper!r} has no year; write it as 'Murdock (1962)'")
        if not PLACE.search(self.place):
            raise InputError(
                f"Printed: place={self.place!r} names no page, table or figure; write it as 'table 1, p. 483', or call "
                "the target what it is, such as OtherProgram or OwnComputation"
            )

    def __str__(self) -> str:
        return f"{self.paper}, {self.place}"


@dataclass(frozen=True)
class HumanData:
    """A number computed from recalls or judgments of people.

    Parameters
    ----------
    people : the data set, with its condition.
    measure : what was computed over which people.
    """

    people: str
    measure: str
    kind: ClassVar = Kind.PEOPLE

    def __post_init__(self) -> None:
        _require(self, "people", "measure")

    def __str__(self) -> str:
        return f"{self.people}, {self.measure}"


@dataclass(frozen=True)
class OtherProgram:
    """A number that another program gives.

    Parameters
    ----------
    program : its name, and where it is from.
    version : its version or commit; say so where it is not known.
    """

    program: str
    version: str
    kind: ClassVar = Kind.PROGRAM

    def __post_init__(self) -> None:
        _require(self, "program", "version")

    def __str__(self) -> str:
        return f"{self.program}, {self.version}"


@dataclass(frozen=True)
class OwnComputation:
    """A number that memsim's authors computed independently of the code under test, or by an equation.

    Parameters
    ----------
    what : what was computed, and how.
    """

    what: str
    kind: ClassVar = Kind.OWN

    def __post_init__(self) -> None:
        _require(self, "what")

    def __str__(self) -> str:
        return f"memsim's authors: {self.what}"


@dataclass(frozen=True)
class Prediction:
    """What was said before the result was seen: a law, what a theory predicts, or a mark that was set. Where it is a
    yes or no, the target is 1.

    Parameters
    ----------
    by : the theory, the publication of the finding, or memsim's authors.
    rule : what counts as its coming out, and whose rule that is.
    """

    by: str
    rule: str
    kind: ClassVar = Kind.PREDICTION

    def __post_init__(self) -> None:
        _require(self, "by", "rule")

    def __str__(self) -> str:
        return f"{self.by}; {self.rule}"


TargetOrigin = Printed | HumanData | OtherProgram | OwnComputation | Prediction


def counted_kinds(kinds: Iterable[Kind]) -> dict[str, int]:
    """How many targets are of each kind, by its name; kinds without any are left out."""
    counts = Counter(kinds)
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}


def in_words(counts: Mapping[str, int]) -> str:
    """Counts by the name of a kind in words, such as "12 printed, 40 human data"."""
    return ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts.get(kind)) or "none"


def _require(origin: TargetOrigin, *names: str) -> None:
    for name in names:
        if not getattr(origin, name).strip():
            raise InputError(f"{type(origin).__name__}: {name} is empty; say where the target is from")

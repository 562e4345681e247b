"""A data set: its source, its conditions, and how its recalls are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from memsim.errors import InputError
from memsim.paradigm import Paradigm
from memsim.recalls import Recalls
from memsim.registry import DATASETS, PARADIGMS, closest, normalized


@dataclass(frozen=True)
class Dataset:
    """Recalls of people, read on demand.

    Parameters
    ----------
    name, title, authors, citation, doi : what it is and whom to cite; ``authors`` is the short form.
    conditions : the settings of its paradigm, by condition.
    read : gives the recalls of one condition, under the paradigm given; what it says in their ``provenance``
        is added to :meth:`origin`.
    at_hand : whether :meth:`load` would succeed without fetching anything.
    default : the condition that is meant when none is named; empty if one must be.
    paradigm_name : the task that people did.
    notes : what a user of the data should know.
    """

    name: str
    title: str
    authors: str
    citation: str
    doi: str
    conditions: Mapping[str, Mapping[str, Any]]
    read: Callable[[str, Paradigm], Recalls]
    at_hand: Callable[[], bool]
    default: str = ""
    paradigm_name: str = "free_recall"
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
        """The task, with the settings of ``condition``."""
        return PARADIGMS.build(self.paradigm_name, self.conditions[self.condition(condition)])

    def origin(self, condition: str) -> dict[str, Any]:
        """What every result from these people carries: data set, condition, and whom to cite."""
        return {"dataset": self.name, "condition": condition, "citation": self.citation}

    def load(self, condition: str | None = None) -> Recalls:
        """The recalls of ``condition``, with their source in ``provenance``."""
        condition = self.condition(condition)
        recalls = self.read(condition, self.paradigm(condition))
        return replace(recalls, provenance={**self.origin(condition), **recalls.provenance})


def find_dataset(spec: str, condition: str | None = None) -> tuple[Dataset, str]:
    """The data set and condition that ``spec`` names: ``"name"``, or ``"name:condition"`` in one."""
    name, _, within = spec.partition(":")
    dataset = DATASETS.get(name)
    return dataset, dataset.condition(condition or within)


def load_recalls(spec: str) -> Recalls:
    """The recalls of a data set, ``NAME[:CONDITION]``, or of a CSV file in psifr's long table."""
    if not spec.endswith(".csv"):
        return load_dataset(spec)
    if not Path(spec).is_file():
        raise InputError(f"there is no file {spec}")
    import pandas as pd

    return Recalls.from_frame(pd.read_csv(spec), provenance={"file": spec})


def load_dataset(name: str, condition: str | None = None) -> Recalls:
    """The recalls of a human data set.

    Parameters
    ----------
    name : of the data set, in any case and with ``-`` or ``_``; ``memsim datasets`` lists them.
    condition : one of the data set's conditions, where it has several; ``"name:condition"`` names both.

    Raises
    ------
    UnknownNameError, InputError : no such data set, or no such condition.
    DataError : its files could not be fetched, or are corrupt.

    Examples
    --------
    >>> load_dataset("peers_notask").trials.list_length
    16
    """
    dataset, condition = find_dataset(name, condition)
    return dataset.load(condition)

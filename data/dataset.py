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
    """The recalls of a data set, or of a file, by its suffix.

    ============================  =====================================================================================
    ``NAME[:CONDITION]``          a data set (:func:`load_dataset`)
    ``.csv``, ``.tsv``            psifr's long table; a ``.tsv`` without its columns, but with ``onset`` and
                                  ``trial_type``, is BIDS events (:func:`memsim.data.read_bids_events`)
    ``.mat``                      a struct of matrices (:func:`memsim.data.read_penn_mat`)
    ``.json``, ``.egg``           an egg of quail (:func:`memsim.data.read_egg`)
    folder                        the root of a BIDS data set, with its ``dataset_description.json``
    ============================  =====================================================================================

    Recall matrices need their list length: :func:`memsim.data.read_recall_matrix`.
    """
    if not names_file(spec):
        return load_dataset(spec)
    path = Path(spec)
    if not path.exists():
        raise InputError(f"there is no file {spec}")
    recalls = _read_bids(path) if path.is_dir() else READERS[path.suffix.lower()](path)
    return replace(recalls, provenance={**recalls.provenance, "file": spec})


def names_file(spec: str) -> bool:
    """Whether :func:`load_recalls` takes ``spec`` for a file or folder, rather than a data set."""
    return Path(spec).suffix.lower() in READERS or (Path(spec) / "dataset_description.json").is_file()


def _read_table(path: Path) -> Recalls:
    import pandas as pd

    from memsim.table import COLUMNS

    # "null" and "NA" are words too, so that of items only an empty cell is missing.
    missing = ["", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "<NA>"]
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    names = set(pd.read_csv(path, sep=separator, nrows=0).columns)
    if separator == "\t" and names.issuperset({"onset", "trial_type"}) and not names.issuperset(COLUMNS):
        return _read_bids(path)
    none = {name: [""] if name == "item" else missing for name in names}
    return Recalls.from_frame(pd.read_csv(path, sep=separator, keep_default_na=False, na_values=none))


def _read_bids(path: Path) -> Recalls:
    from memsim.data.bids_events import read_bids_events

    return read_bids_events(path)


def _read_mat(path: Path) -> Recalls:
    from memsim.data.penn_mat import read_penn_mat

    return read_penn_mat(path)


def _read_egg(path: Path) -> Recalls:
    from memsim.data.quail_eggs import read_egg

    return read_egg(path)


READERS: Mapping[str, Callable[[Path], Recalls]] = {
    ".csv": _read_table,
    ".tsv": _read_table,
    ".mat": _read_mat,
    ".json": _read_egg,
    ".egg": _read_egg,
}
"""How a file of recalls is read, by its suffix."""


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

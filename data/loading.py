"""Recalls by name: of a data set, or of a file in any format that memsim reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls
from memsim.data.dataset import Dataset
from memsim.data.registered import DATASETS


def find_dataset(spec: str, condition: str | None = None) -> tuple[Dataset, str]:
    """The data set and condition that ``spec`` names: ``"name"``, or ``"name:condition"`` in one."""
    name, _, within = spec.partition(":")
    dataset = DATASETS.get(name)
    return dataset, dataset.condition(condition or within)


def load_recalls(spec: Recalls | str | Path) -> Recalls:
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
    if isinstance(spec, Recalls):
        return spec
    if not isinstance(spec, str | Path):
        require_recalls(spec)
    spec = str(spec)
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
    from memsim.data.formats.long_tables import read_table

    return read_table(path)


def _read_bids(path: Path) -> Recalls:
    from memsim.data.formats.bids_events import read_bids_events

    return read_bids_events(path)


def _read_mat(path: Path) -> Recalls:
    from memsim.data.formats.penn_mat import read_penn_mat

    return read_penn_mat(path)


def _read_egg(path: Path) -> Recalls:
    from memsim.data.formats.quail_eggs import read_egg

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

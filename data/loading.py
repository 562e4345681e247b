"""Recalls of a data set by its name, or of a file in any format that memsim reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from memsim.core.errors import InputError
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.data.dataset import Dataset
from memsim.data.registered import DATASETS


def find_dataset(spec: str, condition: str | None = None) -> tuple[Dataset, str]:
    """The data set and the condition that ``spec`` (``"name"`` or ``"name:condition"``) and ``condition`` name."""
    name, _, within = spec.partition(":")
    dataset = DATASETS.get(name)
    return dataset, dataset.condition(condition or within)


def load_recalls(spec: Recalls | str | Path, *, model: str | None = None) -> Recalls:
    """Recalls, from whatever names them.

    ============================  =====================================================================================
    :class:`memsim.Recalls`       these recalls themselves
    ``NAME[:CONDITION]``          a data set (see :func:`load_dataset`)
    ``.csv``, ``.tsv``            the long table of psifr; a ``.tsv`` that lacks its columns and has ``onset`` and
                                  ``trial_type`` holds BIDS events (:func:`memsim.data.read_bids_events`)
    ``.mat``                      a struct of matrices (:func:`memsim.data.read_penn_mat`)
    ``.json``, ``.egg``           an egg of quail (:func:`memsim.data.read_egg`)
    folder                        the root of a BIDS data set, with ``dataset_description.json``
    ============================  =====================================================================================

    A recall matrix does not hold the list length: read it with :func:`memsim.data.read_recall_matrix`.

    Parameters
    ----------
    spec : recalls, the name of a data set (``"name"`` or ``"name:condition"``), or the path of a file or folder.
    model : the model whose recalls are read from a long table of several; ``""`` for the recalls of people in it.

    Raises
    ------
    UnknownNameError, InputError : no such file, data set or condition; a file of another format; a table of several
        models without ``model``, or ``model`` without a long table.
    DataError : a file that cannot be read or downloaded.
    """
    if isinstance(spec, Path) or (isinstance(spec, str) and names_file(spec)):
        return _read_file(Path(spec), model)
    if model is not None:
        raise InputError(f"model={model!r} chooses among the models of a table in a .csv or .tsv file; got {spec!r}")
    if isinstance(spec, Recalls):
        return spec
    if not isinstance(spec, str):
        raise InputError(
            f"{spec!r} is neither recalls, nor the name of a data set, nor a file; load_recalls takes memsim.Recalls, "
            "'name', 'name:condition', or a path"
        )
    return load_dataset(spec)


def _read_file(path: Path, model: str | None) -> Recalls:
    if not path.exists():
        raise InputError(f"there is no file {path}")
    suffix = path.suffix.lower()
    if not names_file(path):
        raise InputError(
            f"{path} is in no format of recalls that memsim reads by itself: {', '.join((*TABLES, *READERS))}, or BIDS"
        )
    if path.is_file() and suffix in TABLES:
        recalls = _read_table(path, model)
    elif model is not None:
        raise InputError(f"model={model!r} chooses among the models of a table in a .csv or .tsv file; got {path}")
    else:
        recalls = _read_bids(path) if path.is_dir() else READERS[suffix](path)
    origin = recalls.origin
    if isinstance(origin, Observed):
        origin = replace(origin, details={**origin.details, "file": str(path)})
    return replace(recalls, origin=origin)


def names_file(spec: str | Path) -> bool:
    """Whether :func:`load_recalls` takes ``spec`` as a file or folder, rather than as the name of a data set."""
    suffix = Path(spec).suffix.lower()
    return suffix in TABLES or suffix in READERS or (Path(spec) / "dataset_description.json").is_file()


def _read_table(path: Path, model: str | None) -> Recalls:
    from memsim.data.formats.long_tables import read_table

    return read_table(path, model=model)


def _read_bids(path: Path) -> Recalls:
    from memsim.data.formats.bids_events import read_bids_events

    return read_bids_events(path)


def _read_mat(path: Path) -> Recalls:
    from memsim.data.formats.penn_mat import read_penn_mat

    return read_penn_mat(path)


def _read_egg(path: Path) -> Recalls:
    from memsim.data.formats.quail_eggs import read_egg

    return read_egg(path)


TABLES = (".csv", ".tsv")
"""Suffixes of long tables and of BIDS events."""
READERS: Mapping[str, Callable[[Path], Recalls]] = {
    ".mat": _read_mat,
    ".json": _read_egg,
    ".egg": _read_egg,
}
"""The readers of other files, by the suffix of the file."""


def load_dataset(name: str, condition: str | None = None) -> Recalls:
    """The recalls of a human data set.

    Parameters
    ----------
    name : name of the data set, in any case and with ``-`` or ``_``; ``memsim datasets`` lists all.
    condition : a condition of the data set, if it has several; ``"name:condition"`` names both.

    Raises
    ------
    UnknownNameError, InputError : no such data set, or no such condition.
    DataError : its files could not be downloaded, or are corrupt.

    Examples
    --------
    >>> load_dataset("peers_notask").trials.list_length
    16
    """
    dataset, condition = find_dataset(name, condition)
    return dataset.load(condition)

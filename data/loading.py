"""Recalls of a data set by its name, or of a file in any format that memsim reads."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from memsim.core.errors import DataError, InputError, MemsimError
from memsim.core.judgments import Judgments, Responses
from memsim.core.names import normalized, require_name, shown
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls, require_recalls
from memsim.data.dataset import Dataset
from memsim.data.formats.files import require_file
from memsim.data.reader_options import FORMATS, ReaderOptions
from memsim.data.registered import DATASETS
from memsim.paradigms.registered import PARADIGMS


def find_dataset(spec: str, condition: str | None = None) -> tuple[Dataset, str]:
    """The data set and the condition that ``spec`` (``"name"`` or ``"name:condition"``) and ``condition`` name."""
    require_name(spec, "a data set", "peers_notask")
    if condition is not None:
        require_name(condition, "a condition", "murdock1962:20-1")
    name, _, within = spec.partition(":")
    dataset = DATASETS.get(name)
    return dataset, dataset.condition(condition or within)


def load_recalls(spec: Recalls | str | Path, **options: Any) -> Recalls:
    """Recalls, from whatever names them.

    ============================  =====================================================================================
    :class:`memsim.Recalls`       these recalls themselves
    ``NAME[:CONDITION]``          a data set (see :func:`load_dataset`)
    ``.csv``, ``.tsv``            the long or the scored table of psifr; with ``onset`` and ``trial_type`` instead, BIDS
                                  events (:func:`memsim.data.read_bids_events`); without names, a recall matrix
    ``.txt``, ``.dat``, ``.npy``  a recall matrix (:func:`memsim.data.read_recall_matrix`), with ``list_length``; a text
                                  file with the names of such a table is read as that
    ``.mat``                      matrices (:func:`memsim.data.read_penn_mat`)
    ``.json``, ``.egg``           an egg of quail (:func:`memsim.data.read_egg`)
    folder                        the root of a BIDS data set, with ``dataset_description.json``
    ============================  =====================================================================================

    Parameters
    ----------
    spec : recalls, the name of a data set (``"name"`` or ``"name:condition"``), or the path of a file or folder.
    options : what a file does not say itself, as :class:`memsim.data.ReaderOptions` declares it: ``list_length``,
        ``columns``, ``conditions``, ``paradigm``, ``codes`` and others. ``format`` takes the place of the suffix.

    Raises
    ------
    UnknownNameError, InputError : no such file, data set or condition; a file of another format; an option that does
        not apply to the format, or a value that it does not take; a table of several models without ``model``.
    DataError : a file that cannot be read or downloaded.

    Warns
    -----
    DataWarning : something was left out, or is doubtful; ``origin.details`` counts it.
    """
    responses = load_responses(spec, **options)
    require_recalls(responses)
    assert isinstance(responses, Recalls)
    return responses


def load_responses(spec: Responses | str | Path, **options: Any) -> Responses:
    """Recalls or judgments, from whatever names them, as :func:`load_recalls` does.

    A ``.csv`` or ``.tsv`` file with rows whose ``trial_type`` is "test", and a column ``rating``, holds judgments
    (:meth:`memsim.Judgments.from_frame`): of item recognition, after recall if there are recall rows, of pairs if there
    is a column ``item_2``; unless ``paradigm`` says otherwise.
    """
    chosen = ReaderOptions.of(options)
    if isinstance(spec, Path) or (isinstance(spec, str) and names_file(spec)):
        return _read_file(Path(spec), chosen)
    if given := chosen.given():
        name, value = next(iter(given.items()))
        raise InputError(f"{name}={value!r} says how a file is read, and {spec!r} is none")
    if isinstance(spec, Recalls | Judgments):
        return spec
    if not isinstance(spec, str):
        raise InputError(
            f"{shown(spec)} is neither recalls, nor the name of a data set, nor a file; load_recalls takes "
            "memsim.Recalls, 'name', 'name:condition', or a path; Recalls.from_frame reads a pandas table"
        )
    return load_dataset(spec)


def names_file(spec: str | Path) -> bool:
    """Whether :func:`load_recalls` takes ``spec`` as a file or folder, rather than as the name of a data set."""
    path = Path(spec)
    if path.suffix.lower() in SUFFIXES or os.path.isfile(path / BIDS_ROOT):
        return True
    return not names_dataset(str(spec)) and (os.path.lexists(spec) or path.name != str(spec) or bool(path.suffix))


def names_dataset(spec: str) -> bool:
    """Whether ``spec`` is the name of a data set, or begins with one: ``"name:condition"``."""
    return normalized(spec.partition(":")[0]) in {normalized(each) for each in DATASETS.names()}


def _read_file(path: Path, options: ReaderOptions) -> Responses:
    name = options.format or _format_of(path)
    arguments = options.for_format(name, str(path))
    if isinstance(task := arguments.get("paradigm"), str):
        arguments["paradigm"] = PARADIGMS.get(task)
    try:
        recalls = READERS[name](path, arguments)
    except MemsimError as error:
        if path.name in str(error):
            raise
        raise type(error)(f"{path}: {error}") from error
    except Warning:  # where the user makes errors of warnings
        raise
    except (Exception, RecursionError) as error:  # a file may hold anything; the reader meant another one
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", 200)
        raise DataError(f"{path} cannot be read as {FORMATS[name]} ({reason}); is it one?") from error
    origin = recalls.origin
    if isinstance(origin, Observed):
        details = {**origin.details, "file": str(path)}
        if given := options.given():
            details["reading"] = {key: _recorded(value) for key, value in given.items()}
        origin = replace(origin, details=details)
    if isinstance(recalls, Judgments) and recalls.recalls is not None:
        return replace(recalls, origin=origin, recalls=replace(recalls.recalls, origin=origin))
    return replace(recalls, origin=origin)


def _format_of(path: Path) -> str:
    """The format of a file, by its suffix, and of a text file by its first line."""
    if os.path.isdir(path):
        if not os.path.isfile(path / BIDS_ROOT):
            raise InputError(
                f"{path} is a folder without {BIDS_ROOT}, so it is not the root of a BIDS data set; name the folder "
                "that has it, say format='bids', or name a file"
            )
        return "bids"
    from memsim.core.tables.long_table import COLUMNS
    from memsim.data.formats.text_tables import header_of

    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        require_file(path)
        raise InputError(
            f"{path} is there, but files are read by suffix: {', '.join(SUFFIXES)}, or a BIDS folder; write it in one "
            "of these formats, or say which it has by format="
        )
    if suffix in (".csv", ".tsv", ".txt", ".dat"):
        names = header_of(path)
        if {"onset", "trial_type"} <= set(names) and not set(COLUMNS) <= set(names):
            return "bids"
        if {"subject", "list"} <= set(names) and {"trial_type", "study"} & set(names):
            return "table"
        if all(_is_number(cell) for name in names for cell in name.split()):
            return "matrix"
    return SUFFIXES[suffix]


def _is_number(cell: str) -> bool:
    try:
        float(cell or 0)
    except ValueError:
        return False
    return True


def _recorded(value: Any) -> Any:
    """The value of an option as JSON holds it."""
    if isinstance(value, Mapping):
        return {str(key): _recorded(each) for key, each in value.items()}
    if isinstance(value, type):
        return value.__name__
    return value if isinstance(value, bool | int | str | list | tuple) else str(value)


def _read_table(path: Path, options: Mapping[str, Any]) -> Responses:
    from memsim.data.formats.long_tables import read_table

    return read_table(path, **options)


def _read_bids(path: Path, options: Mapping[str, Any]) -> Recalls:
    from memsim.data.formats.bids_events import read_bids_events

    return read_bids_events(path, **options)


def _read_mat(path: Path, options: Mapping[str, Any]) -> Recalls:
    from memsim.data.formats.penn_mat import read_penn_mat

    return read_penn_mat(path, **options)


def _read_egg(path: Path, options: Mapping[str, Any]) -> Recalls:
    from memsim.data.formats.quail_eggs import read_egg

    return read_egg(path, **options)


def _read_matrix(path: Path, options: Mapping[str, Any]) -> Recalls:
    from memsim.data.formats.matrix_files import TEXT, text_matrix
    from memsim.data.formats.recall_matrices import read_recall_matrix

    if "list_length" not in options:
        raise InputError(f"{path} holds a recall matrix, which does not say how long the lists are; give list_length=")
    known = path.suffix.lower() in (".npy", *TEXT)
    return read_recall_matrix(path if known else text_matrix(path), **_by_columns(path, options))


def _by_columns(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a recall matrix, with the columns of labels as arguments of its reader."""
    columns = options.get("columns", {})
    if wrong := [role for role in columns if role not in ("subject", "list", "session")]:
        raise InputError(f"columns: {wrong[0]!r} is not a role in a recall matrix ({path}): subject, list, session")
    return {**{name: value for name, value in options.items() if name != "columns"}, **columns}


BIDS_ROOT = "dataset_description.json"
"""The file that each root of a BIDS data set has."""
SUFFIXES = {
    ".csv": "table", ".tsv": "table", ".mat": "mat", ".json": "egg", ".egg": "egg", ".txt": "matrix", ".dat": "matrix",
    ".npy": "matrix",
}  # fmt: skip
"""The format of files by their suffix; see :data:`memsim.data.reader_options.FORMATS`."""
READERS: Mapping[str, Callable[[Path, Mapping[str, Any]], Responses]] = {
    "table": _read_table,
    "bids": _read_bids,
    "mat": _read_mat,
    "egg": _read_egg,
    "matrix": _read_matrix,
}
"""The readers of files, by format."""


def load_dataset(name: str, condition: str | None = None) -> Any:
    """The recalls of a human data set, or the judgments of one of recognition.

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

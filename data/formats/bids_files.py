"""Which files of a BIDS data set are read: the events of each session, from ``events.tsv`` or else ``beh.tsv``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from memsim.core.errors import DataError, InputError
from memsim.core.names import shown
from memsim.data.formats.files import require_file
from memsim.data.formats.text_tables import header_of, read_text_table

ASIDE = {"derivatives", "sourcedata", "code", "stimuli"}
"""Folders of a BIDS data set that hold no raw events."""
KINDS = ("_events.tsv", "_beh.tsv")
"""Ends of the names of files with events, in the order in which they are preferred."""


def entity(path: Path, name: str) -> str | None:
    """The value of an entity in the name of a file: ``01`` for ``sub`` in ``sub-01_task-FR_events.tsv``."""
    found = re.search(rf"(?:^|_){name}-([^_]+)", path.name)
    return found[1] if found else None


def find_files(given: str | Path | Sequence[str | Path], details: dict[str, Any]) -> list[Path]:
    """The files that are named, or all files with events in a folder; those aside or hidden are counted in ``details``.

    Raises
    ------
    InputError : no such file, or none in the folder.
    """
    if not isinstance(given, str | Path) or not os.path.isdir(given):
        names = [given] if isinstance(given, str | Path) else given
        if not isinstance(names, Sequence) or not all(isinstance(each, str | Path) for each in names):
            raise InputError(f"{shown(given)} is neither a folder, nor a file of events, nor a list of such files")
        paths = [Path(each) for each in names]
        for path in paths:
            require_file(path)
        if not paths:
            raise InputError("there are no files to read; name a folder, or events files")
        return paths
    root = Path(given)
    found = sorted((path for kind in KINDS for path in root.rglob(f"*{kind}")), key=_natural)
    inside = {path: path.relative_to(root).parts for path in found}
    hidden = [path for path in found if path.name.startswith(".")]
    found = [path for path in found if not any(part.startswith(".") for part in inside[path])]
    aside = [path for path in found if ASIDE & set(inside[path])]
    _count(details, files_hidden=len(hidden), files_in_side_folders=len(aside))
    paths = [path for path in found if path not in set(aside)]
    if not paths:
        raise InputError(f"there is no *{' or *'.join(KINDS)} in {given}")
    return paths


def of_task(paths: Sequence[Path], task: str | None, details: dict[str, Any]) -> list[Path]:
    """The files of ``task``; without one, those of the only task whose files have the columns of events with items.

    Raises
    ------
    InputError : no such task, or several.
    """
    tasks = sorted({entity(path, "task") or "" for path in paths})
    if task is None and len(tasks) > 1:
        with_items = {entity(path, "task") or "" for path in paths if _has_items(path)}
        if len(with_items) == 1:
            task = with_items.pop()
    if task is not None:
        chosen = [path for path in paths if (entity(path, "task") or "") == task]
        _count(details, files_of_other_tasks=len(paths) - len(chosen))
    if (task is None and len(tasks) > 1) or (task is not None and not chosen):
        raise InputError(f"task={task!r}: the files are of the tasks {', '.join(tasks)}; name one")
    return [*paths] if task is None else chosen


def _has_items(path: Path) -> bool:
    """Whether the first line of a file names columns of events with items."""
    try:
        names = set(header_of(path))
    except (InputError, DataError):
        return False
    return {"onset", "trial_type"} <= names and bool(names & {"item_name", "item", "word", "stimulus"})


def read_sessions(
    paths: Sequence[Path], named: bool, read: Callable[[Path], pd.DataFrame], strict: bool, details: dict[str, Any]
) -> list[pd.DataFrame]:
    """The events of every file that is read, each session once.

    A session may have several files: its ``events.tsv`` is read, or its ``beh.tsv`` where the other holds no studied
    item. Files that hold the same are read once.

    Parameters
    ----------
    paths : the files.
    named : whether the user named them, so that each is to be read.
    read : gives the events of a file, with the columns ``kind`` and ``file``, and details of how they were read.
    strict : an unreadable file is an error. It is one in any case if it is the only file.
    details : of the origin, to which counts of what is left out are added.

    Raises
    ------
    InputError, DataError : of ``read``; or two files of one session that differ, of which neither is ``beh.tsv``.
    """
    kept: list[pd.DataFrame] = []
    first_error: InputError | DataError | None = None
    for candidates in _sessions(paths):
        chosen: pd.DataFrame | None = None
        notes: dict[str, Any] = {}
        for path in candidates:
            try:
                events, found = read(path)
            except (InputError, DataError) as error:
                if strict or named:
                    raise
                first_error = first_error or error
                _count(details, files_unreadable=1)
                continue
            if not (events["kind"] == "study").any():
                kept.append(events.iloc[:0])
                _count(details, files_without_studied_items=1)
            elif chosen is None:
                chosen, notes = events, found
            elif not named and _alike(events, chosen):
                details["files_that_repeat"] = details.get("files_that_repeat", 0) + 1
            elif not named and path.name.endswith(KINDS[1]):
                _count(details, files_that_differ=1)
            else:
                first = chosen["file"].iloc[0]
                raise InputError(f"{path} and {first} are of one subject, session and run; give the files to read")
        if chosen is not None:
            kept.append(chosen)
            _add(details, notes)
    if not kept and first_error is not None:
        raise first_error
    return kept


def _alike(events: pd.DataFrame, others: pd.DataFrame) -> bool:
    place = ["file", "line"]
    return events.drop(columns=place).reset_index(drop=True).equals(others.drop(columns=place).reset_index(drop=True))


def missing_subjects(root: Path, subjects: Iterable[str]) -> list[str]:
    """The participants of a data set, by its folders and ``participants.tsv``, who are not among ``subjects``."""
    labels = {folder.name.removeprefix("sub-") for folder in root.glob("sub-*") if folder.is_dir()}
    try:
        table = read_text_table(root / "participants.tsv", missing=["n/a", ""]).astype(object)
        labels |= set(table["participant_id"].dropna().str.removeprefix("sub-"))
    except (InputError, DataError, KeyError):
        pass  # the list of participants is optional
    return sorted(labels - set(subjects))


def missing_sessions(root: Path, events: pd.DataFrame) -> list[str]:
    """The folders of sessions in a data set from which no event is read, but events of other sessions are."""
    read = {folder for file in events["file"].unique() for folder in Path(file).parents}
    folders = [each for each in root.glob("sub-*/ses-*") if each.is_dir() and each.parent in read]
    return [f"{each.parent.name}/{each.name}" for each in sorted(folders, key=_natural) if each not in read]


def _sessions(paths: Sequence[Path]) -> list[list[Path]]:
    """The files of each subject, session, run and task, ``events.tsv`` first."""
    groups: dict[Any, list[Path]] = {}
    for path in paths:
        key = tuple(entity(path, name) for name in ("sub", "ses", "run", "task"))
        groups.setdefault(key if key[:3] != (None,) * 3 else path, []).append(path)
    return [sorted(group, key=lambda path: path.name.endswith(KINDS[1])) for group in groups.values()]


def _count(details: dict[str, Any], **counts: int) -> None:
    for name, count in counts.items():
        if count:
            details[name] = details.get(name, 0) + count


def _add(details: dict[str, Any], notes: Mapping[str, Any]) -> None:
    """Add the notes on one file to those on all: counts by kind are summed."""
    for name, counts in notes.items():
        total = details.setdefault(name, {})
        for key, value in counts.items():
            total[key] = total.get(key, 0) + value if isinstance(value, int) else value


def _natural(path: Path) -> list[Any]:
    """Sorting key that puts session 10 after session 2."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", str(path))]

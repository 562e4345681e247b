"""Free recall in BIDS: the events files (``*_events.tsv``) of a data set, as on OpenNeuro."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, LabelArray
from memsim.core.errors import DataError, InputError
from memsim.core.long_table import COLUMNS as LONG_TABLE
from memsim.core.long_table import lists_through_sessions
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

TRIAL_TYPES: dict[str, tuple[str, ...]] = {
    "study": ("WORD", "study", "encoding"),
    "recall": ("REC_WORD", "recall"),
    "recall_start": ("REC_START", "recall_start"),
    "vocalization": ("REC_WORD_VV",),
    "practice": ("PRACTICE_WORD", "PRACTICE_REC_WORD", "PRACTICE_REC_WORD_VV", "PRACTICE_REC_START"),
}
"""The values of ``trial_type``, in any case, for each kind of event; events with other values are not read."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "item": ("item_name", "item", "word", "stimulus"),
    "list": ("list", "trial", "list_number"),
    "position": ("serialpos", "serial_position", "position"),
    "time": ("response_time",),
}
"""Usual names of the columns; the first name that the file has is read."""
NO_LIST = -999
"""Code of the Computational Memory Lab for an event that belongs to no list."""
EXTRA = "column "
"""Prefix of the columns that the user names, so that they differ from those that this module adds."""
ASIDE = {"derivatives", "sourcedata", "code", "stimuli"}
"""Folders of a BIDS data set that hold no raw events."""


def read_bids_events(
    path: str | Path | Sequence[str | Path],
    *,
    task: str | None = None,
    trial_types: Mapping[str, str | Sequence[str]] | None = None,
    columns: Mapping[str, str] | None = None,
    category: str | None = None,
    conditions: Sequence[str] = (),
    list_length: int | None = None,
    output_limit: int | None = None,
    paradigm: Paradigm | type[Paradigm] | None = None,
) -> Recalls:
    """Recalls from BIDS events files of free recall.

    Subject, session and run are read from the name of the file (``sub-01_ses-2_task-FR1_run-1_events.tsv``), or else
    from its columns. Studied items are ordered by serial position, counted from 0 or 1, or by onset where the file has
    no serial positions. Where list numbers start again at each session or run, they are made consecutive, and the
    condition ``list_in_session`` holds the number in the file.

    Times are seconds from the onset of the recall period of the list; for lists without such an event, the value of
    ``response_time``; otherwise they are unknown (NaN). A time before the recall period is unknown too.

    Parameters
    ----------
    path : the root folder of a data set, an events file, or several events files.
    task : the task to read, where there are several.
    trial_types : the names in these files of the kinds of events in :data:`TRIAL_TYPES`.
    columns : the names in these files of the columns in :data:`COLUMNS`.
    category : the column that holds the category of the item.
    conditions : columns that hold the condition of the list; each is the same in all study rows of a list. ``run`` is a
        condition wherever it is known.
    list_length : only lists of this length are read, where there are several lengths.
    output_limit, paradigm : as in :meth:`memsim.Recalls.from_frame`.

    Returns
    -------
    Recalls : with the lists of which nothing was recalled. ``origin.details`` counts what was skipped: practice lists
        (of number 0 or less, or of practice words), vocalizations that are not words, events without a list, lists
        of other lengths, and lists that were never tested (without a response, and without a recall period in a file
        that has such events). ``times_from`` in it counts where times come from.

    Raises
    ------
    InputError : no such files, tasks, columns or events; lists of several lengths; and as in ``from_frame``.
    DataError : a file that is not a table.

    References
    ----------
    BIDS 1.10, task events; names as in the OpenNeuro data sets ds004395 and ds004789.
    """
    kinds = _kinds(trial_types or {})
    names = {role: (columns or {}).get(role) for role in COLUMNS}
    if unknown := set(columns or {}) - set(COLUMNS):
        raise InputError(f"columns: {sorted(unknown)[0]!r} is not one of {', '.join(COLUMNS)}")
    conditions = [conditions] if isinstance(conditions, str) else [*conditions]
    if hidden := {*conditions} & {*LONG_TABLE, "time", "category"}:
        raise InputError(f"conditions: {min(hidden)!r} is a column of the long table; rename it in the files")
    conditions = [name for name in conditions if name not in ("session", "run")]
    extra = [*conditions, *([category] if category is not None else [])]
    paths = _files(path, task)
    events = pd.concat([_events(path, kinds, names, extra) for path in paths], ignore_index=True)
    details: dict[str, Any] = {"file": str(paths[0])} if len(paths) == 1 else {"files": len(paths)}
    if not (events["kind"] == "study").any():
        raise InputError(
            f"{paths[0]}: no event is a studied item (trial_type {', '.join(kinds['study'])}); see trial_types="
        )
    events = _lists(events, list_length, details)
    study, recall = (events[events["kind"] == kind].copy() for kind in ("study", "recall"))
    if study.empty:
        raise InputError(f"{paths[0]}: no list is left to read; these were skipped: {details}")
    study["position"] += study.groupby("file")["position"].transform("min") == 0
    by_onset = study.groupby("key").cumcount() + 1
    no_position = study["position"].isna().groupby(study["key"]).transform("any")
    study["position"] = study["position"].where(~no_position, by_onset)
    recall["position"] = recall.groupby("key").cumcount() + 1
    start = events[events["kind"] == "recall_start"].groupby("key")["onset"].first()
    recall["time"], details["times_from"] = _times(recall, recall["key"].map(start))

    head = study.drop_duplicates("key").set_index("key")
    number = _labels_of_lists(head)  # unique through sessions and runs
    labels = {name: head[f"{EXTRA}{name}"] for name in conditions}
    labels |= {name: head[name].fillna("unnamed") for name in ("session", "run") if head[name].notna().any()}
    if (number != head["number"]).any():
        labels["list_in_session"] = head["number"].astype(int)
    events = pd.concat([study.assign(trial_type="study", time=np.nan), recall.assign(trial_type="recall")])
    frame = events[["subject", "position", "trial_type", "item", "time"]].assign(list=events["key"].map(number))
    for name, of_list in labels.items():
        of_event = events.get(f"{EXTRA}{name}", pd.Series(index=events.index, dtype=object))
        in_study = (events["trial_type"] == "study") & (f"{EXTRA}{name}" in events)
        frame[name] = of_event.where(in_study, events["key"].map(of_list))
    if category is not None:
        frame["category"] = events[f"{EXTRA}{category}"]
    return Recalls.from_frame(
        frame if recall["time"].notna().any() else frame.drop(columns="time"),
        category=None if category is None else "category",
        conditions=[*labels],
        output_limit=output_limit,
        paradigm=paradigm,
        origin=Observed(details=details),
    )


def _kinds(given: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    if unknown := set(given) - set(TRIAL_TYPES):
        raise InputError(f"trial_types: {sorted(unknown)[0]!r} is not one of {', '.join(TRIAL_TYPES)}")
    return TRIAL_TYPES | {kind: (each,) if isinstance(each, str) else tuple(each) for kind, each in given.items()}


def _entity(path: Path, name: str) -> str | None:
    found = re.search(rf"(?:^|_){name}-([^_]+)", path.name)
    return found[1] if found else None


def _natural(path: Path) -> list[Any]:
    """Sorting key that puts session 10 after session 2."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", str(path))]


def _files(given: str | Path | Sequence[str | Path], task: str | None) -> list[Path]:
    """The events files of ``task``."""
    if isinstance(given, str | Path):
        root = Path(given)
        found = sorted(root.rglob("*_events.tsv"), key=_natural) if root.is_dir() else [root]
        paths = [path for path in found if path == root or not ASIDE & set(path.relative_to(root).parts)]
    else:
        paths = [Path(each) for each in given]
    missing = next((path for path in paths if not path.is_file()), None)
    if missing or not paths:
        raise InputError(f"there is no file {missing}" if missing else f"there is no *_events.tsv in {given}")
    tasks = sorted({_entity(path, "task") or "" for path in paths})
    if task is not None:
        paths = [path for path in paths if _entity(path, "task") == task]
    if not paths or (task is None and len(tasks) > 1):
        raise InputError(f"task={task!r}: the files are of the tasks {', '.join(tasks)}; name one")
    entities = [tuple(_entity(path, name) for name in ("sub", "ses", "run")) for path in paths]
    twice = next((i for i, each in enumerate(entities) if each != (None,) * 3 and each in entities[:i]), None)
    if twice is not None:
        first = paths[entities.index(entities[twice])]
        raise InputError(f"{paths[twice]} and {first} are of one subject, session and run; give the files to read")
    return paths


def _events(
    path: Path, kinds: Mapping[str, Sequence[str]], names: Mapping[str, str | None], extra: Sequence[str]
) -> pd.DataFrame:
    """The events of free recall in one file: kind, item, onset, list number, position, times, subject, session, run."""
    try:
        table = pd.read_csv(
            path, sep="\t", dtype=str, keep_default_na=False, na_values=["n/a", ""], encoding="utf-8-sig"
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{path} is not a table with tabs ({error})") from error
    known = {
        role: name or next((each for each in COLUMNS[role] if each in table), None) for role, name in names.items()
    }
    needed = {"onset": "onset", "trial_type": "trial_type", **{role: known[role] for role in ("item", "list")}}
    needed |= {name: name for name in [*extra, *filter(None, names.values())]}
    for role, name in needed.items():
        if name not in table:
            missing = role if name in (None, role) else f"{role} ({name})"
            raise InputError(f"{path} has no column {missing}; it has {', '.join(table.columns)} (see columns=)")
    kind_of = {each.casefold(): kind for kind, types in kinds.items() for each in types}
    events = pd.DataFrame({"kind": table["trial_type"].str.casefold().map(kind_of)})
    events["item"] = table[known["item"]]
    for name, column in {
        "onset": "onset",
        "number": known["list"],
        "position": known["position"],
        "response_time": known["time"],
    }.items():
        events[name] = np.nan if column is None else pd.to_numeric(table[column], errors="coerce")
        if column is not None and name in ("onset", "number") and (events[name].isna() & table[column].notna()).any():
            wrong = table.loc[events[name].isna() & table[column].notna(), column].iloc[0]
            raise InputError(f"{path}: {column} {wrong!r} is not a number")
    for name, entity in {"subject": "sub", "session": "ses", "run": "run"}.items():
        events[name] = _entity(path, entity) or table.get(name)
    events = events.assign(file=str(path), **{f"{EXTRA}{name}": table[name] for name in extra})
    events = events[events["kind"].notna()]
    if events["subject"].isna().any():
        raise InputError(f"{path}: neither the name (sub-...) nor a column 'subject' names the subject")
    if not events["onset"].isna().any():
        events = events.sort_values("onset", kind="stable")
    events["number"] = events["number"].where(events["number"] != NO_LIST)
    begins = (events["kind"] == "recall_start") & events["number"].isna()
    studied = events["number"].where(events["kind"] == "study").ffill()
    return events.assign(number=events["number"].where(~begins, studied))


def _lists(events: pd.DataFrame, list_length: int | None, details: dict[str, Any]) -> pd.DataFrame:
    """The events of the lists to read, with a ``key`` for each list; the others are counted in ``details``."""
    key = events.groupby(["file", "number"], dropna=False, sort=False).ngroup()
    is_kind = {kind: (events["kind"] == kind).to_numpy() for kind in TRIAL_TYPES}

    def has(kind: str) -> BoolArray:
        return np.isin(key, key[is_kind[kind]])

    numbered = events["number"].notna().to_numpy()
    practice = (events["number"] <= 0).to_numpy() | (has("practice") & ~has("study") & numbered) | is_kind["practice"]
    no_list = ~numbered & ~practice
    noise = is_kind["vocalization"] & ~practice
    starts_known = np.isin(events["file"], events["file"][is_kind["recall_start"]])
    untested = starts_known & ~has("recall_start") & ~has("recall") & ~practice & ~no_list
    length = key.map(key[is_kind["study"]].value_counts()).fillna(0).astype(int).to_numpy()
    listed = ~(practice | no_list | untested)
    found, lists = np.unique(length[listed & ~key.duplicated().to_numpy()], return_counts=True)
    if list_length is None and len(found[found > 0]) > 1:
        counts = ", ".join(f"{n} of {each}" for each, n in zip(found, lists, strict=True) if each)
        rare = events[listed & (length == found[found > 0][np.argmin(lists[found > 0])])].iloc[0]
        where = f"list {rare['number']:g} in {rare['file']}"
        raise InputError(f"lists have different lengths ({counts} items; {where}); give list_length= one of them")
    if list_length is not None and list_length not in found:
        raise InputError(f"there is no list of {list_length} items; the lengths are {found.tolist()}")
    other = (
        listed & (length != list_length) & (length > 0) if list_length is not None else np.zeros(len(key), dtype=bool)
    )
    details["vocalizations_skipped"] = int(noise.sum())
    details["practice_lists_skipped"] = int(key[practice].nunique())
    details["events_without_list"] = int((no_list & (is_kind["study"] | is_kind["recall"])).sum())
    details["lists_not_tested"] = int(key[untested].nunique())
    details["lists_of_other_lengths"] = int(key[other].nunique())
    return events.assign(key=key)[listed & ~other & ~noise]


def _times(recall: pd.DataFrame, start: pd.Series) -> tuple[pd.Series, dict[str, int]]:
    """Seconds from the start of the test, and how many come from each column."""
    since = recall["onset"] - start
    time = since.where(since.notna(), recall["response_time"]).astype(float)
    time = time.where(time >= 0)
    by_onset, known = int((since.notna() & time.notna()).sum()), int(time.notna().sum())
    return time, {"recall_start": by_onset, "response_time": known - by_onset, "unknown": len(time) - known}


def _ordered(labels: pd.Series) -> pd.Series:
    """Labels as numbers where all are whole numbers, else as text."""
    text = labels.fillna("").astype(str)
    return text.astype(int) if text.str.fullmatch(r"\d+").all() else text


def _labels_of_lists(head: pd.DataFrame) -> pd.Series:
    """List labels that are unique within participants."""
    block = pd.DataFrame({name: _ordered(head[name]) for name in ("session", "run")})
    codes = block.groupby(["session", "run"], sort=True).ngroup()
    number: LabelArray = lists_through_sessions(head["subject"].to_numpy(), codes.to_numpy(), head["number"].to_numpy())
    return pd.Series(number.astype(np.int64), index=head.index)

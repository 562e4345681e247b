"""Free recall in BIDS: the events files (``*_events.tsv``, ``*_beh.tsv``) of a data set, as on OpenNeuro."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.flags import require_flags
from memsim.core.names import by_role, column_names
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.tables.long_table import COLUMNS as LONG_TABLE
from memsim.core.tables.long_table import lists_through_sessions
from memsim.data.formats.bids_files import find_files, missing_sessions, missing_subjects, of_task, read_sessions
from memsim.data.formats.bids_tables import COLUMNS, EXTRA, TRIAL_TYPES, read_events
from memsim.data.formats.left_out import warn_left_out

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm


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
    strict: bool = False,
) -> Recalls:
    """Recalls from BIDS events files of free recall.

    Of each session the ``events.tsv`` is read, or the ``beh.tsv`` where there is no other file with studied items. Of
    the columns with a usual name, the one is read that most events have filled in; ``origin.details`` names it where
    another such column stands before it.

    Subject, session and run are read from the name of the file (``sub-01_ses-2_task-FR1_run-1_events.tsv``), or else
    from its columns. Studied items are ordered by serial position, counted from 0 or 1, or by onset where the file has
    no serial positions. Where list numbers start again at each session or run, they are made consecutive, and the
    condition ``list_in_session`` holds the number in the file.

    Times are seconds from the onset of the recall period of the list; for lists without such an event, the value of
    ``response_time``; otherwise they are unknown (NaN). A time before the recall period is unknown too. Where a list
    has several recall periods, they are numbered in :attr:`memsim.Recalls.periods`.

    Parameters
    ----------
    path : the root folder of a data set, an events file, or several events files.
    task : the task to read, where several have events with items.
    trial_types : the names in these files of the kinds of events (``study``, ``recall``, ``recall_start``,
        ``vocalization``, ``practice``).
    columns : the names in these files of the columns ``item``, ``list``, ``position`` and ``time``.
    category : the column that holds the category of the item.
    conditions : columns that hold the condition of the list; each is the same in all study rows of a list. ``run`` is a
        condition wherever it is known.
    list_length : only lists of this length are read, where there are several lengths.
    output_limit, paradigm : as in :meth:`memsim.Recalls.from_frame`.
    strict : a file of the data set that cannot be read is an error; by default it is left out and counted.

    Returns
    -------
    Recalls : with the lists of which nothing was recalled. ``origin.details`` counts what was left out, which is also
        shown by one warning: files, subjects, events of other types, practice lists (of number 0 or less, or of
        practice words), vocalizations that are not words, events without a list, lists of other lengths, and lists that
        were never tested (without a response, and without a recall period in a file that has such events).
        ``times_from`` in it counts where times come from.

    Raises
    ------
    InputError : no such files, tasks, columns or events; lists of several lengths; and as in ``from_frame``.
    DataError : a file that is not a table.

    References
    ----------
    BIDS 1.10, task events; names as in the OpenNeuro data sets ds004395 and ds004789.
    """
    require_flags("read_bids_events", strict=strict)
    kinds = _kinds(by_role(trial_types, "trial_types", several=True))
    columns = by_role(columns, "columns")
    names = {role: columns.get(role) for role in COLUMNS}
    if unknown := set(columns) - set(COLUMNS):
        raise InputError(f"columns: {sorted(unknown)[0]!r} is not one of {', '.join(COLUMNS)}")
    conditions = column_names(conditions, "conditions")
    if hidden := {*conditions} & {*LONG_TABLE, "time", "category"}:
        raise InputError(f"conditions: {min(hidden)!r} is a column of the long table; rename it in the files")
    conditions = [name for name in conditions if name not in ("session", "run")]
    extra = [*conditions, *([category] if category is not None else [])]
    counts: dict[str, Any] = {}
    paths = of_task(find_files(path, counts), task, counts)
    named = not isinstance(path, str | Path) or not Path(path).is_dir()
    read = read_sessions(paths, named, lambda each: read_events(each, kinds, names, extra), strict, counts)
    events = pd.concat(read, ignore_index=True)
    details: dict[str, Any] = {"file": str(paths[0])} if len(paths) == 1 else {"files": events["file"].nunique()}
    details |= counts
    if not (events["kind"] == "study").any():
        raise InputError(
            f"{paths[0]}: no event is a studied item (trial_type {', '.join(kinds['study'])}); see trial_types="
        )
    events = _lists(events, list_length, details)
    study, recall = (events[events["kind"] == kind].copy() for kind in ("study", "recall"))
    if study.empty:
        raise InputError(f"{paths[0]}: no list is left to read; these were skipped: {details}")
    if not named and (lost := missing_subjects(Path(str(path)), study["subject"].unique())):
        details["subjects_without_lists"] = dict.fromkeys(lost, 1)
    if not named and (lost := missing_sessions(Path(str(path)), study)):
        details["sessions_without_lists"] = dict.fromkeys(lost, 1)
    study["position"] += study.groupby("file")["position"].transform("min") == 0
    by_onset = study.groupby("key").cumcount() + 1
    no_position = study["position"].isna().groupby(study["key"]).transform("any")
    study["position"] = study["position"].where(~no_position, by_onset)
    recall["position"] = recall.groupby("key").cumcount() + 1
    start, period = _recall_periods(events)
    recall["recall_period"] = period
    recall["time"], details["times_from"] = _times(recall, start)
    if before := details["times_from"].pop("before_0"):
        details["unknown_times"] = before

    head = study.drop_duplicates("key").set_index("key")
    number = _labels_of_lists(head)  # unique through sessions and runs
    labels = {name: head[f"{EXTRA}{name}"] for name in conditions}
    labels |= {name: head[name].fillna("unnamed") for name in ("session", "run") if head[name].notna().any()}
    if (number != head["number"]).any():
        labels["list_in_session"] = head["number"].astype(int)
    events = pd.concat([study.assign(trial_type="study", time=np.nan), recall.assign(trial_type="recall")])
    frame = events[["subject", "position", "trial_type", "item", "time"]].assign(list=events["key"].map(number))
    frame.index = pd.MultiIndex.from_frame(events[["file", "line"]])
    events.index = frame.index
    for name, of_list in labels.items():
        of_event = events.get(f"{EXTRA}{name}", pd.Series(index=events.index, dtype=object))
        in_study = (events["trial_type"] == "study") & (f"{EXTRA}{name}" in events)
        frame[name] = of_event.where(in_study, events["key"].map(of_list))
    if (recall["recall_period"] > 1).any():
        frame["recall_period"] = events["recall_period"]
    if category is not None:
        frame["category"] = events[f"{EXTRA}{category}"]
    recalls = Recalls.from_frame(
        frame if recall["time"].notna().any() else frame.drop(columns="time"),
        category=None if category is None else "category",
        conditions=[*labels],
        output_limit=output_limit,
        paradigm=paradigm,
        origin=Observed(details=details),
    )
    warn_left_out(str(path) if isinstance(path, str | Path) else f"{len(paths)} files", details)
    return recalls


def _kinds(given: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    if unknown := set(given) - set(TRIAL_TYPES):
        raise InputError(f"trial_types: {sorted(unknown)[0]!r} is not one of {', '.join(TRIAL_TYPES)}")
    return TRIAL_TYPES | {kind: (each,) if isinstance(each, str) else tuple(each) for kind, each in given.items()}


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
    unstudied = ~(practice | no_list | untested) & ~has("study")
    listed = ~(practice | no_list | untested | unstudied)
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
    if lost := int(key[unstudied].nunique()):
        details["lists_without_presentation"] = lost
    details["lists_of_other_lengths"] = int(key[other].nunique())
    return events.assign(key=key)[listed & ~other & ~noise]


def _recall_periods(events: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The onset of the recall period of each recall event, NaN where it is not known, and its number in the list.

    An event before all recall periods of its list belongs to the first.
    """
    listed = events[events["kind"].isin(["recall_start", "recall"])]
    begins = listed["kind"] == "recall_start"
    onset = listed["onset"].where(begins).groupby(listed["key"])
    period = begins.astype(int).groupby(listed["key"]).cumsum().clip(lower=1)
    return onset.ffill().fillna(onset.transform("first"))[~begins], period[~begins]


def _times(recall: pd.DataFrame, start: pd.Series) -> tuple[pd.Series, dict[str, int]]:
    """Seconds from the start of the test, and how many come from each column."""
    since = recall["onset"] - start
    time = since.where(since.notna(), recall["response_time"]).astype(float)
    before = int((time < 0).sum())
    time = time.where(time >= 0)
    by_onset, known = int((since.notna() & time.notna()).sum()), int(time.notna().sum())
    return time, {
        "recall_start": by_onset,
        "response_time": known - by_onset,
        "unknown": len(time) - known,
        "before_0": before,
    }


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

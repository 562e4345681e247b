"""The long table of psifr, written and read: one row for each studied item and for each response.

Columns: ``subject``, ``list``, ``position`` (serial position in study rows, output position in recall
rows), ``trial_type`` ("study" or "recall"), ``item``; ``session`` where sessions are known, ``time`` (seconds) where
times were recorded, ``source``
(a code, in study rows) where trials have sources, ``category`` where the pool has categories, and the conditions.
``model`` names the model in the rows of simulated recalls; rows without it are recalls of people. The attribute
``frame.attrs["memsim_origin"]`` holds the whole origin as JSON; a file keeps only the column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, FloatArray, IntArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.free_recall import free_recall_unless
from memsim.core.items import ItemPool
from memsim.core.names import closest
from memsim.core.origin import Observed, Origin, Simulated, origin_from_json
from memsim.core.trials import Paradigm, Trials

ORIGIN = "memsim_origin"
"""Attribute of a table that holds the whole origin of its recalls, as JSON."""
COLUMNS = ("subject", "list", "position", "trial_type", "item")


def write_long_table(
    trials: Trials, positions: IntArray, times: FloatArray | None, intruders: IntArray | None, origin: Origin
) -> pd.DataFrame:
    """The long table of these responses, list by list, study rows before recall rows.

    The arrays are as in :class:`memsim.Recalls`. An intruding item that was not recorded is labelled ``intrusion@k``
    after its output position k, so that two unknown intrusions of a list are not taken for a repeated word; items
    that are numbers are then written as text, so that all labels are of one type.

    Raises
    ------
    InputError : a condition has the name of a column of the table.
    """
    n_trials, list_length = trials.items.shape
    labels = trials.pool.labels
    row, output = np.nonzero(positions != NONE)
    position = positions[row, output]
    studied = labels[trials.items]
    intruding = position == INTRUSION
    if intruding.any():
        unknown = intruders is None or (intruders[row, output][intruding] < 0).any()
        if unknown and labels.dtype.kind in "iuf":
            labels = labels.astype(str)  # numbers among text would not match when read again
            studied = labels[trials.items]
        studied, labels = studied.astype(object), labels.astype(object)
    given = studied[row, np.where(intruding, 0, position - 1)]
    if intruding.any():
        given[intruding] = [f"intrusion@{k + 1}" for k in output[intruding]]
        if intruders is not None:
            known = intruders[row, output] >= 0
            given[known] = labels[intruders[row[known], output[known]]]
    study_row = np.repeat(np.arange(n_trials), list_length)
    trial = np.concatenate([study_row, row])
    is_recall = np.arange(len(trial)) >= len(study_row)
    order = np.argsort(trial, kind="stable")
    named = {"model": np.full(len(trial), origin.model, dtype=object)} if isinstance(origin, Simulated) else {}
    columns: dict[str, Any] = {
        **named,
        "subject": trials.subject[trial],
        **({} if trials.session is None else {"session": trials.session[trial]}),
        "list": trials.list[trial],
        "position": np.concatenate([np.tile(np.arange(1, list_length + 1), n_trials), output + 1]),
        "trial_type": np.where(is_recall, "recall", "study"),
        "item": np.concatenate([studied.ravel(), given]),
    }
    if times is not None:
        columns["time"] = np.concatenate([np.full(len(study_row), np.nan), times[row, output]])
    if trials.source is not None:
        codes = np.concatenate([trials.source.ravel(), np.zeros(len(row), dtype=np.int32)])
        columns["source"] = pd.arrays.IntegerArray(codes, is_recall)
    if trials.pool.categories is not None:
        kinds = trials.pool.categories.astype(object)
        of_given = kinds[trials.items[row, np.where(intruding, 0, position - 1)]]
        of_given[intruding] = None
        if intruders is not None:
            known = intruding & (intruders[row, output] >= 0)
            of_given[known] = kinds[intruders[row, output][known]]
        columns["category"] = np.concatenate([kinds[trials.items].ravel(), of_given])
    taken = [name for name in trials.conditions if name in ("model", *columns)]
    if taken:
        raise InputError(f"the condition {taken[0]!r} has the name of a column of the long table; give it another name")
    columns |= {name: labels[trial] for name, labels in trials.conditions.items()}
    frame = pd.DataFrame({name: values[order] for name, values in columns.items()})
    frame.attrs[ORIGIN] = origin.to_json()
    return frame


def read_long_table(
    frame: pd.DataFrame,
    *,
    model: str | None = None,
    source: str | None = None,
    category: str | None = None,
    conditions: Sequence[str] = (),
    output_limit: int | None = None,
    paradigm: Paradigm | type[Paradigm] | None = None,
    origin: Origin | None = None,
) -> tuple[Trials, dict[str, Any], Origin]:
    """Trials, responses and their origin, from a long table whose lists all have one length.

    A recalled item that was not on its list is an intrusion; the pool holds all items of the table. Responses are
    ordered by ``position`` within their list. The columns ``time`` and ``session`` are read if there are such columns;
    ``source``, ``category`` and ``conditions`` name the other columns that are read. Where list labels occur again in
    another session of the participant, lists are numbered on through the sessions, and the condition
    ``list_in_session`` holds the label in the table.

    Parameters
    ----------
    frame : the long table, in any order of rows.
    model : the model whose recalls are read, where the column ``model`` names several; ``""`` reads the recalls of
        people, whose rows name none.
    source : the column that holds, in study rows, the source in which the item was studied; its values are numbered
        in sorted order.
    category : the column that holds the category of the item; it is the same in all rows of an item.
    conditions : columns that hold the condition of the list; each is the same in all rows of a list.
    output_limit : the record held no more responses than this; not together with a ``paradigm``.
    paradigm : the task; immediate free recall of that list length if not given.
    origin : takes the place of the origin that the table itself names.

    Raises
    ------
    InputError : recalls of several models, or of models and people, without ``model`` to choose; a model that is not
        in the table; missing columns or values; an unknown ``trial_type``; lists of different lengths; a category or
        condition that differs within an item or list; responses to a list without study rows. The message says which.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"expected a pandas DataFrame, got {type(frame).__name__}")
    conditions = [conditions] if isinstance(conditions, str) else list(conditions)
    if origin is None or model is not None:
        frame, named = _of_one_origin(frame, model, column_is_condition="model" in conditions)
        origin = named if origin is None else origin
    conditions = [name for name in conditions if name != "session"]
    needed = [*COLUMNS, *(name for name in (source, category) if name is not None), *conditions]
    missing = [name for name in needed if name not in frame.columns]
    if {"input", "output", "study", "recall"} <= set(frame.columns):
        raise InputError(
            "this is the scored table of psifr, with a row for each item; give the long table from which it was made"
        )
    if missing:
        raise InputError(
            f"the table lacks the column(s) {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}"
        )
    for name in ("subject", "list", "position", "trial_type"):
        if frame[name].isna().any():
            raise InputError(f"the table has no {name} in row {frame.index[frame[name].isna()][0]}")
    strange = ~frame["trial_type"].isin(["study", "recall"])
    if strange.any():
        value = frame.loc[strange, "trial_type"].iloc[0]
        raise InputError(f"trial_type {value!r} in row {frame.index[strange][0]} is neither 'study' nor 'recall'")
    frame = _sessions(frame)
    by = ["subject", *(["session"] if "session" in frame.columns else []), "list"]
    frame = frame.assign(trial=frame.groupby(by, sort=False).ngroup())
    study = frame[frame["trial_type"] == "study"].sort_values(["trial", "position"], kind="stable")
    recall = frame[frame["trial_type"] == "recall"].sort_values(["trial", "position"], kind="stable")

    n_trials = int(frame["trial"].max()) + 1 if len(frame) else 0
    items, pool, code = _study_lists(study, recall, n_trials, category)
    list_length = items.shape[1]
    trial = recall["trial"].to_numpy()
    task = free_recall_unless(paradigm, list_length, output_limit)
    output = _outputs(recall, task)
    shape = (n_trials, int(output.max(initial=-1)) + 1 if task.silence_ends else task.max_responses)
    given = code[len(study) :]

    # Pairs of trial and item are coded as one integer each; recalled pairs are looked up among studied ones.
    key = study["trial"].to_numpy(np.int64) * len(pool) + items.ravel()
    order = np.argsort(key, kind="stable")
    wanted = trial.astype(np.int64) * len(pool) + given
    at = order[np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)]
    found = (key[at] == wanted) & (given >= 0)
    positions = np.full(shape, NONE, dtype=np.int32)
    positions[trial, output] = np.where(found, at % list_length + 1, INTRUSION)
    intruders = np.full(shape, -1, dtype=np.int32)
    intruders[trial, output] = np.where(found, -1, given)
    times = None
    if "time" in frame.columns:
        times = np.full(shape, np.nan)
        seconds = pd.to_numeric(recall["time"], errors="coerce")
        unread = seconds.isna() & recall["time"].notna()
        if unread.any():
            raise InputError(f"the time {recall.loc[unread, 'time'].iloc[0]!r} is not a number")
        times[trial, output] = seconds.to_numpy(float)
    codes = None
    if source is not None:
        if study[source].isna().any():
            raise InputError(f"the table has no {source} in study row {study.index[study[source].isna()][0]}")
        codes = pd.factorize(study[source], sort=True)[0].reshape(items.shape)
    head = study.iloc[::list_length]
    labels = {name: _constant(frame, name, "trial", "list").to_numpy() for name in conditions}
    number = head["list"].to_numpy()
    session = head["session"].to_numpy() if "session" in frame.columns else None
    if session is not None:
        numbered = lists_through_sessions(head["subject"].to_numpy(), session, number)
        if numbered is not number:
            labels["list_in_session"], number = number, numbered
    trials = Trials(
        items, pool, task, head["subject"].to_numpy(), number, source=codes, conditions=labels, session=session
    )
    return trials, {"positions": positions, "times": times, "intruders": intruders}, origin


def lists_through_sessions(subject: LabelArray, session: LabelArray, label: LabelArray) -> LabelArray:
    """(n_trials,) list labels that are unique within participants, from labels that may start again at each session.

    Labels that occur in one session of a participant only are kept. Otherwise numbers are continued through the
    sessions of each participant, in the order of the sessions, and labels that are not numbers are replaced by numbers.
    Session 10 comes after session 2, also where sessions are text.
    """
    frame = pd.DataFrame({"subject": subject, "session": _in_order(session), "label": label})
    if not frame.drop_duplicates().duplicated(["subject", "label"]).any():
        return label
    if frame["label"].dtype.kind not in "iuf":
        frame["label"] = frame.groupby(["subject", "session"]).cumcount() + 1
    numbers = frame.groupby(["subject", "session"], sort=True)["label"]
    highest = numbers.max() - min(frame["label"].min(), 1) + 1
    before = highest.groupby(level="subject").cumsum() - highest
    numbered = frame["label"] + before.reindex(pd.MultiIndex.from_frame(frame[["subject", "session"]])).to_numpy()
    return numbered.to_numpy()


def _in_order(session: LabelArray) -> LabelArray:
    """Codes of the sessions, in which numbers within text count as numbers."""
    codes, labels = pd.factorize(session)
    parts = [re.split(r"([0-9]+)", str(label)) for label in labels]
    keys = [[(int(part), "") if part.isdecimal() else (-1, part) for part in each] for each in parts]
    if labels.dtype.kind in "iuf":
        keys = labels.tolist()
    rank = np.empty(len(labels), dtype=np.int64)
    rank[sorted(range(len(labels)), key=keys.__getitem__)] = np.arange(len(labels))
    return rank[codes]


def _sessions(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without a column ``session`` that is empty."""
    if "session" not in frame.columns:
        return frame
    missing = frame["session"].isna()
    if missing.all():
        return frame.drop(columns="session")
    if missing.any():
        raise InputError(f"the table has no session in row {frame.index[missing][0]}; fill the column in, or remove it")
    return frame


def _of_one_origin(frame: pd.DataFrame, model: str | None, column_is_condition: bool) -> tuple[pd.DataFrame, Origin]:
    """The rows of one model, or of people, and their origin.

    The column ``model`` counts more than the attribute, which a table keeps when its rows are changed.
    """
    stored = origin_from_json(frame.attrs[ORIGIN]) if ORIGIN in frame.attrs else Observed()
    if column_is_condition or "model" not in frame.columns:
        if model is not None:
            raise InputError(f"model={model!r}: the table has no column 'model' that names the model of each row")
        return frame, stored
    names = frame["model"].astype(object).fillna("").astype(str)
    found = list(names.unique())
    if model is None and len(found) > 1:
        listed = ", ".join(repr(name) if name else "'' (people)" for name in found)
        raise InputError(f"the column 'model' holds {listed}; choose one of them by model=")
    if model is not None and model not in found:
        raise InputError(f"model={model!r} is not in the column 'model'{closest(model, found)}")
    name = model if model is not None else found[0] if found else ""
    rows = frame[names == name]
    if not name:
        return rows, stored if isinstance(stored, Observed) else Observed()
    return rows, stored if isinstance(stored, Simulated) and stored.model == name else Simulated(name)


def _outputs(recall: pd.DataFrame, task: Paradigm) -> IntArray:
    """The output index (0-based) of each recall row; rows are sorted by trial and position."""
    position = pd.to_numeric(recall["position"], errors="coerce")
    wrong = position.isna() | (position < 1) | (position % 1 != 0)
    if not task.silence_ends:
        wrong |= position > task.max_responses
    if wrong.any():
        row = recall[wrong].iloc[0]
        raise InputError(f"{_which(row)}: output position {row['position']} is not one of 1, 2, 3, ...")
    twice = recall.assign(position=position).duplicated(["trial", "position"])
    if twice.any():
        row = recall[twice].iloc[0]
        raise InputError(f"{_which(row)} has two responses at output position {row['position']}")
    # In free recall, gaps in the numbers are closed; in other tasks a gap is an omission.
    index = recall.groupby("trial").cumcount() if task.silence_ends else position - 1
    return index.to_numpy(dtype=np.int32)


def _constant(frame: pd.DataFrame, column: str, by: str, what: str) -> pd.Series:
    """The value of ``column`` in each group of rows, which must be the same in all rows of the group."""
    values = frame.groupby(by, sort=True)[column]
    odd = values.nunique(dropna=False) > 1
    if odd.any():
        group = odd.index[odd.to_numpy()][0]
        found = ", ".join(map(repr, frame.loc[frame[by] == group, column].unique()[:3]))
        name = _which(frame[frame[by] == group].iloc[0]) if by == "trial" else repr(group)
        raise InputError(f"the {column} of one {what} must be the same in all its rows; {name} has {found}")
    return values.first()


def _study_lists(
    study: pd.DataFrame, recall: pd.DataFrame, n_trials: int, category: str | None
) -> tuple[IntArray, ItemPool, LabelArray]:
    """Items (n_trials, list_length), the pool, and the pool index of every row, study rows before recall rows."""
    counts = np.bincount(study["trial"], minlength=n_trials)
    if not len(study):
        raise InputError("the table has no study rows; a Recalls needs the lists that were studied")
    if (counts == 0).any():
        orphan = recall.loc[recall["trial"] == int(np.argmin(counts))].iloc[0]
        raise InputError(f"{_which(orphan)} has responses but no study rows")
    if counts.min() != counts.max():
        lengths, lists = np.unique(counts, return_counts=True)
        found = ", ".join(f"{n} of {length}" for length, n in zip(lengths, lists, strict=True))
        raise InputError(f"lists have different lengths ({found} items); read each length by itself")
    list_length = int(counts[0])
    if study["item"].isna().any():
        raise InputError(f"the table has no item in study row {study.index[study['item'].isna()][0]}")
    wrong = study["position"].to_numpy() != np.tile(np.arange(1, list_length + 1), n_trials)
    if wrong.any():
        row = study[wrong].iloc[0]
        raise InputError(f"{_which(row)}: study positions are not 1 to {list_length}, each once")
    words = pd.concat([study["item"], recall["item"]])
    if pd.api.types.infer_dtype(words, skipna=True).startswith("mixed"):
        raise InputError("items are text in some rows and numbers in others, which cannot match; use one type")
    code, labels = pd.factorize(words)
    items = code[: len(study)].reshape(n_trials, list_length).astype(np.int32)
    kinds = None
    if category is not None:
        # Responses without a category, as intrusions often are, do not count against their item.
        rows = pd.concat([study, recall[recall[category].notna()]])
        kinds = _constant(rows, category, "item", "item").reindex(labels).to_numpy()
    return items, ItemPool(np.asarray(labels), categories=kinds), code


def _which(row: pd.Series) -> str:
    session = f", session {row['session']}" if "session" in row else ""
    return f"subject {row['subject']}{session}, list {row['list']}"

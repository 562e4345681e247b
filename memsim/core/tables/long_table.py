"""The long table of psifr, read: one row for each studied item and for each response.

Columns: ``subject``, ``list``, ``position`` (serial position in study rows, output position in recall
rows), ``trial_type`` ("study" or "recall"), ``item``; ``session`` where sessions are known, ``time`` (seconds) where
times were recorded, ``recall_period`` (a number, in recall rows) where the test has several, ``source`` (a code, in
study rows) where trials have sources, ``category`` where items have categories, and the conditions. ``model`` names the
model in the rows of simulated recalls; rows without it are recalls of people. The attribute
``frame.attrs["memsim_origin"]`` holds the whole origin as JSON; a file keeps only the column.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, IntArray, LabelArray, not_whole
from memsim.core.errors import DataWarning, InputError
from memsim.core.free_recall import free_recall_unless
from memsim.core.items import ItemPool
from memsim.core.names import closest, column_names
from memsim.core.origin import Observed, Origin, Simulated, origin_from_json
from memsim.core.tables.item_text import alike, plain_text, warn_of_near_misses
from memsim.core.tables.long_table_rows import Rows, at_row, factorized, listed
from memsim.core.tables.long_table_writing import ORIGIN
from memsim.core.tables.scored_table import SCORED, long_of_scored
from memsim.core.trials import Paradigm, Trials

COLUMNS = ("subject", "list", "position", "trial_type", "item")
PERIOD = "recall_period"


def read_long_table(
    frame: pd.DataFrame,
    *,
    model: str | None = None,
    source: str | None = None,
    category: str | None = None,
    conditions: Sequence[str] = (),
    list_length: int | None = None,
    output_limit: int | None = None,
    paradigm: Paradigm | type[Paradigm] | None = None,
    origin: Origin | None = None,
) -> tuple[Trials, dict[str, Any], Origin]:
    """Trials, responses and their origin, from a long table whose lists all have one length.

    A recalled item that was not on its list is an intrusion; the pool holds all items of the table. Items are compared
    by the rule of :mod:`memsim.core.tables.item_text`: without case, unless two studied items differ by case only, and
    in one form of Unicode. Responses are ordered by ``position`` within their list. The columns ``time``, ``session``
    and ``recall_period`` (:attr:`memsim.Recalls.periods`) are read if there are such columns; ``source``, ``category``
    and ``conditions`` name the other columns that are read. Where list labels occur again in another session of the
    participant, lists are numbered on through the sessions, and the condition ``list_in_session`` holds the label in
    the table.

    Parameters
    ----------
    frame : the long table, in any order of rows; or the scored table of psifr, which ``merge_free_recall`` makes.
    model : the model whose recalls are read, where the column ``model`` names several; ``""`` reads the recalls of
        people, whose rows name none.
    source : the column that holds, in study rows, the source in which the item was studied; its values are numbered
        in sorted order.
    category : the column that holds, in study rows, the category of the item. Where all lists give an item the same
        category, it is that of the item in the pool, else :attr:`memsim.Trials.categories` holds it for each list.
        Recall rows count for items that were never studied only.
    conditions : columns that hold the condition of the list; each is the same in all rows of a list.
    list_length : only lists of this length are read, where there are several lengths; ``origin.details`` counts the
        others.
    output_limit : the record held no more responses than this; not together with a ``paradigm``.
    paradigm : the task; immediate free recall of that list length if not given.
    origin : takes the place of the origin that the table itself names.

    Raises
    ------
    InputError : recalls of several models, or of models and people, without ``model`` to choose; a model that is not
        in the table; missing columns or values, or two columns of one name; words or complex numbers where numbers
        belong; an unknown ``trial_type``; lists of different lengths; a condition that differs within a list;
        responses to a list without study rows. The message says which.

    Warns
    -----
    DataWarning : responses that differ from a studied item only by accents, case or encoding; times that go back; a
        column whose name differs only by case or spaces from one that would be read.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"expected a pandas DataFrame, got {type(frame).__name__}")
    conditions = [name for name in column_names(conditions, "conditions") if name != "session"]
    extra = [
        *column_names(source, "source", several=False),
        *column_names(category, "category", several=False),
        *conditions,
    ]
    _require_one_column_each(frame, [*COLUMNS, *SCORED, "session", "model", "time", PERIOD, *extra])
    if origin is None or model is not None:
        frame, named = _of_one_origin(frame, model, column_is_condition="model" in conditions)
        origin = named if origin is None else origin
    if set(frame.columns) >= SCORED and not {"position", "trial_type"} <= set(frame.columns):
        frame = long_of_scored(frame)
    missing = [name for name in (*COLUMNS, *extra) if name not in frame.columns]
    if missing:
        raise InputError(
            f"the table lacks the column(s) {listed(missing)}; it has {listed(frame.columns) or 'none'} (where "
            "columns of a file have other names, say so by columns=, as in list=trial)"
        )
    _warn_of_like_names(frame, extra)
    rows = Rows.of(frame)
    rows, other = rows.of_length(list_length)
    if other and isinstance(origin, Observed):
        origin = replace(origin, details={**origin.details, "lists_of_other_lengths": other})
    items, pool, given = _pool(rows)
    task = free_recall_unless(paradigm, items.shape[1], output_limit)
    trial, output = rows.trial[rows.recall], _outputs(rows, task)
    shape = (len(items), int(output.max(initial=-1)) + 1 if task.silence_ends else task.max_responses)
    place = np.full(len(given), INTRUSION, dtype=np.int32)
    for position in reversed(range(items.shape[1])):  # the first presentation of an item counts
        place[(items[trial, position] == given) & (given >= 0)] = position + 1
    positions = np.full(shape, NONE, dtype=np.int32)
    positions[trial, output] = place
    intruders = np.full(shape, -1, dtype=np.int32)
    intruders[trial, output] = np.where(place == INTRUSION, given, -1)
    intruding = (place == INTRUSION) & (given >= 0)
    warn_of_near_misses(pool.labels, items, trial[intruding], given[intruding], "Recalls.from_frame")
    times = None
    if "time" in frame.columns:
        times = np.full(shape, np.nan)
        times[trial, output] = rows.numbers("time", rows.recall)
    periods = None
    if PERIOD in frame.columns and not frame[PERIOD].isna().all():
        periods = np.zeros(shape)
        periods[trial, output] = rows.numbers(PERIOD, rows.recall)
    pool, kinds = (pool, None) if category is None else _categories(rows, items, given, pool, category)
    trials = Trials(
        items,
        pool,
        task,
        **rows.labels(),
        source=None if source is None else _sources(rows, source).reshape(items.shape),
        categories=kinds,
    )
    labels = {name: rows.constant(name) for name in conditions}
    return (
        numbered_through_sessions(trials, labels),
        {"positions": positions, "times": times, "intruders": intruders, "periods": periods},
        origin,
    )


def _require_one_column_each(frame: pd.DataFrame, names: Iterable[str]) -> None:
    twice = set(frame.columns[frame.columns.duplicated()]) & set(names)
    if twice:
        raise InputError(f"the table has two columns {min(twice)!r}; rename or remove one of them")


def _warn_of_like_names(frame: pd.DataFrame, extra: Sequence[str]) -> None:
    """Warn of columns that are not read, but would be by a name that differs by case or spaces only."""
    for name in frame.columns:
        meant = str(name).strip().casefold().replace(" ", "_")
        if meant in ("session", "time", PERIOD) and meant not in frame.columns and name not in extra:
            warnings.warn(
                f"the column {name!r} is not read; if it holds what {meant!r} does, rename it",
                DataWarning,
                stacklevel=4,
            )


def _of_one_origin(frame: pd.DataFrame, model: str | None, column_is_condition: bool) -> tuple[pd.DataFrame, Origin]:
    """The rows of one model, or of people, and their origin.

    The column ``model`` counts more than the attribute, which a table keeps when its rows are changed.
    """
    stored = origin_from_json(frame.attrs[ORIGIN]) if ORIGIN in frame.attrs else Observed()
    if column_is_condition or "model" not in frame.columns:
        if model is not None:
            raise InputError(f"model={model!r}: the table has no column 'model' that names the model of each row")
        return frame, stored
    codes, labels = factorized(frame["model"])
    texts = np.array([*(str(label) for label in labels), ""], dtype=object)
    used = pd.unique(codes)
    found = list(dict.fromkeys(texts[used].tolist()))
    if model is None and len(found) > 1:
        listed = ", ".join(repr(name) if name else "'' (people)" for name in found)
        raise InputError(f"the column 'model' holds {listed}; choose one of them by model=")
    if model is not None and model not in found:
        raise InputError(f"model={model!r} is not in the column 'model'{closest(model, found)}")
    name = model if model is not None else found[0] if found else ""
    rows = frame[(texts == name)[codes]] if len(found) > 1 else frame
    if not name:
        return rows, stored if isinstance(stored, Observed) else Observed()
    return rows, stored if isinstance(stored, Simulated) and stored.model == name else Simulated(name)


def _outputs(rows: Rows, task: Paradigm) -> IntArray:
    """The output index (0-based) of each recall row; rows are sorted by trial and position."""
    position, trial = rows.position[rows.recall], rows.trial[rows.recall]
    wrong = ~((position >= 1) & (np.floor(position) == position) & (position < np.inf))
    if not task.silence_ends:
        wrong |= position > task.max_responses
    if wrong.any():
        at = rows.recall[int(np.argmax(wrong))]
        raise InputError(
            f"{rows.which(at)}: output position {rows.frame['position'].iloc[at]} is not one of 1, 2, 3, ..."
        )
    twice = np.flatnonzero((np.diff(trial) == 0) & (np.diff(position) == 0))
    if len(twice):
        at = rows.recall[twice[0] + 1]
        raise InputError(f"{rows.which(at)} has two responses at output position {rows.frame['position'].iloc[at]}")
    if not task.silence_ends:
        return (position - 1).astype(np.int32)
    # In free recall, gaps in the numbers are closed; in other tasks a gap is an omission.
    counts = np.bincount(trial, minlength=len(rows.head))
    return (np.arange(len(trial)) - (np.cumsum(counts) - counts)[trial]).astype(np.int32)


def _pool(rows: Rows) -> tuple[IntArray, ItemPool, IntArray]:
    """Items (n_trials, list_length), the pool, and the pool index of each response, -1 where it has no item.

    The pool holds items in the order of their first row, study rows before recall rows.
    """
    codes, labels = factorized(rows.frame["item"])
    sequence = np.concatenate([codes[rows.study], codes[rows.recall]])
    n_studied = len(rows.study)
    if (sequence[:n_studied] < 0).any():
        at = rows.study[int(np.argmax(sequence[:n_studied] < 0))]
        raise InputError(f"the table has no item in study {at_row(rows.frame, at)}")
    order = _first_occurrences(sequence, len(labels))
    labels = labels[order]
    if labels.dtype.kind == "c":
        raise InputError("items are complex numbers; labels of items are text or whole numbers")
    if pd.api.types.infer_dtype(labels, skipna=True).startswith("mixed"):
        raise InputError("items are text in some rows and numbers in others, which cannot match; use one type")
    if labels.dtype.kind == "f":
        odd = not_whole(labels)
        if odd.any():
            at = int(np.argmax(codes == order[np.argmax(odd)]))
            raise InputError(f"the item {labels[odd][0]} in {at_row(rows.frame, at)} is not a whole number")
        labels = labels.astype(np.int64) if (np.abs(labels) < 2**53).all() else labels
    renumbered = np.full(int(sequence.max(initial=0)) + 2, -1, dtype=np.int32)
    renumbered[order] = np.arange(len(order))
    if len(labels) and isinstance(labels[0], str):
        studied = np.zeros(len(labels), dtype=bool)
        studied[renumbered[sequence[:n_studied]]] = True
        item, shown = alike(labels, studied)
        renumbered[order] = item
        labels = np.array(shown, dtype=object)
    sequence = renumbered[sequence]
    return sequence[:n_studied].reshape(len(rows.head), -1), ItemPool(labels), sequence[n_studied:]


def _first_occurrences(codes: IntArray, n_codes: int) -> LabelArray:
    """The codes from 0 that occur, in the order of their first occurrence."""
    first = np.full(n_codes + 1, len(codes), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    order = np.argsort(first[:-1], kind="stable")
    return order[first[order] < len(codes)]


def _categories(
    rows: Rows, items: IntArray, given: IntArray, pool: ItemPool, column: str
) -> tuple[ItemPool, LabelArray | None]:
    """The pool with the category of each item, if all lists give an item the same; else the categories by list."""
    codes, found = factorized(rows.frame[column])
    labels = np.empty(len(found) + 1, dtype=object)
    labels[:-1] = [plain_text(each) if isinstance(each, str) else each for each in found.tolist()]
    studied, recalled = codes[rows.study], codes[rows.recall]
    of_item = np.full(len(pool) + 1, -1, dtype=np.int32)
    of_item[given[::-1]] = recalled[::-1]
    of_item[items.ravel()] = studied
    if not np.array_equal(of_item[items.ravel()], studied):
        return pool, labels[studied].reshape(items.shape)
    kinds = labels[of_item[:-1]]
    return replace(pool, categories=kinds if (of_item[:-1] < 0).any() else found[of_item[:-1]]), None


def _sources(rows: Rows, name: str) -> IntArray:
    """The code of the source of each studied item."""
    codes, _ = pd.factorize(np.asarray(rows.frame[name].iloc[rows.study]), sort=True)
    if (codes < 0).any():
        raise InputError(
            f"the table has no {name} in study {at_row(rows.frame, int(rows.study[np.argmax(codes < 0)]))}"
        )
    return codes.astype(np.int32)


def numbered_through_sessions(trials: Trials, conditions: dict[str, LabelArray]) -> Trials:
    """``trials`` with list labels that are unique within participants, and with their conditions."""
    if trials.session is not None:
        numbered = lists_through_sessions(trials.subject, trials.session, trials.list)
        if numbered is not trials.list:
            conditions = {**conditions, "list_in_session": trials.list}
            return replace(trials, list=numbered, conditions=conditions)
    return replace(trials, conditions=conditions) if conditions else trials


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
    keys: Any = [[(int(part), "") if part.isdecimal() else (-1, part) for part in each] for each in parts]
    if labels.dtype.kind in "iuf":
        keys = labels.tolist()
    rank = np.empty(len(labels), dtype=np.int64)
    rank[sorted(range(len(labels)), key=keys.__getitem__)] = np.arange(len(labels))
    return rank[codes]

"""The long table of psifr, read: one row for each studied item and for each response.

Columns: ``subject``, ``list``, ``position`` (serial position in study rows, output position in recall
rows), ``trial_type`` ("study" or "recall"), ``item``; ``session`` where sessions are known, ``time`` (seconds) where
times were recorded, ``recall_period`` (a number, in recall rows) where the test has several, ``source`` (a code, in
study rows) where trials have sources, ``category`` where items have categories, and the conditions. ``model`` names the
model in the rows of simulated recalls; rows without it are recalls of people. The attribute
``frame.attrs["memsim_origin"]`` holds the whole origin as JSON; a file keeps only the column.

Where recall is cued by items, rows with the ``trial_type`` "test" hold the cues, by their order in the test: ``item``
is the first member of the pair, ``item_2`` the second, and the one that is asked for is empty. ``about`` is the number
of the list asked about, from 0, where there are several.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, BoolArray, IntArray, LabelArray
from memsim.core.errors import DataWarning, InputError
from memsim.core.free_recall import free_recall_unless
from memsim.core.items import ItemPool, require_pool
from memsim.core.names import column_names
from memsim.core.origin import Observed, Origin
from memsim.core.tables.item_text import warn_of_near_misses
from memsim.core.tables.long_table_rows import Rows, listed
from memsim.core.tables.scored_table import SCORED, long_of_scored
from memsim.core.tables.table_items import TableItems, categories_in, items_in, sources_in
from memsim.core.tables.table_origin import of_one_origin
from memsim.core.tables.table_probes import OF_PROBES, probes_in
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
    labels: Sequence[str] = (),
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
    labels : columns that hold labels of probes, in test rows, where recall is cued by items.
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
    read = read_lists(
        frame,
        lambda length, *_: free_recall_unless(paradigm, length, output_limit),
        model=model,
        source=source,
        category=category,
        conditions=conditions,
        labels=labels,
        list_length=list_length,
        origin=origin,
    )
    if read.trials.paradigm.judged:
        raise InputError(
            f"{type(read.trials.paradigm).__name__} has judgments; read its table by memsim.Judgments.from_frame"
        )
    return read.trials, read.recalled, read.origin


class Lists(NamedTuple):
    """What a table holds of lists: the rows, the trials, the recalls and their origin."""

    rows: Rows
    trials: Trials
    recalled: dict[str, Any]
    """``positions``, ``times``, ``intruders`` and ``periods``, as in :class:`memsim.Recalls`."""
    origin: Origin


def read_lists(
    frame: pd.DataFrame,
    task_of: Callable[[int, Rows, BoolArray], Paradigm],
    *,
    model: str | None = None,
    source: str | None = None,
    category: str | None = None,
    conditions: Sequence[str] = (),
    labels: Sequence[str] = (),
    list_length: int | None = None,
    origin: Origin | None = None,
    pool: ItemPool | None = None,
) -> Lists:
    """The lists of a table with their probes and recalls; the arguments are those of :func:`read_long_table`.

    Parameters
    ----------
    task_of : the task, from the length of the lists, the rows, and whether each test row has studied items only.
    labels : columns that hold labels of probes, in test rows.
    pool : the items to which those of the table belong; by default, a pool of all items of the table.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"expected a pandas DataFrame, got {type(frame).__name__}")
    conditions = [name for name in column_names(conditions, "conditions") if name != "session"]
    labels = column_names(labels, "labels")
    extra = [
        *column_names(source, "source", several=False),
        *column_names(category, "category", several=False),
        *conditions,
        *labels,
    ]
    _require_one_column_each(frame, [*COLUMNS, *SCORED, *OF_PROBES, "session", "model", "time", PERIOD, *extra])
    if origin is None or model is not None:
        frame, named = of_one_origin(frame, model, column_is_condition="model" in conditions)
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
    found = items_in(rows)
    items = found.items
    task = task_of(items.shape[1], rows, found.tested_were_studied(rows))
    if len(rows.test) and not task.n_probes:
        raise InputError(
            f"{rows.which(rows.test[0])} has test rows, and there are no probes in {type(task).__name__}; say which "
            "task it is, as in --paradigm cued_recall or recognition (paradigm= in Python, where "
            "memsim.Judgments.from_frame reads judgments), and which column holds ratings, as in rating=confidence"
        )
    recalled = _recalled(rows, found, task)
    kinds, pool_here = None, found.pool
    if category is not None:
        pool_here, kinds = categories_in(rows, found, category)
    if pool is not None:
        require_pool(pool)
        place = found.place_in(pool)
        intruders = recalled["intruders"]
        recalled["intruders"] = np.where(intruders >= 0, place[intruders], intruders)
        found, items, pool_here = found.renumbered(place), place[items], pool
    trials = Trials(
        items,
        pool_here,
        task,
        **rows.labels(),
        source=None if source is None else sources_in(rows, source).reshape(items.shape),
        categories=kinds,
        probes=probes_in(rows, found.tested, labels),
    )
    groups = {name: rows.constant(name) for name in conditions}
    return Lists(rows, numbered_through_sessions(trials, groups), recalled, origin)


def _recalled(rows: Rows, found: TableItems, task: Paradigm) -> dict[str, Any]:
    """The recalls of a table as arrays of :class:`memsim.Recalls`."""
    items, given = found.items, found.recalled
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
    warn_of_near_misses(found.pool.labels, items, trial[intruding], given[intruding], "Recalls.from_frame")
    times = None
    if "time" in rows.frame.columns:
        times = np.full(shape, np.nan)
        times[trial, output] = rows.numbers("time", rows.recall)
    periods = None
    if PERIOD in rows.frame.columns and not rows.frame[PERIOD].isna().all():
        periods = np.zeros(shape)
        periods[trial, output] = rows.numbers(PERIOD, rows.recall)
    return {"positions": positions, "times": times, "intruders": intruders, "periods": periods}


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

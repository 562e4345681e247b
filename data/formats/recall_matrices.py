"""The recall matrix of pybeh and EMBAM: one row for each list, serial positions in output order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import NONE, BoolArray, FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.flags import require_flags
from memsim.core.free_recall import free_recall_unless
from memsim.core.limits import STUDIED, require_counts
from memsim.core.names import column_names
from memsim.core.origin import Observed, Origin
from memsim.core.recalls import Recalls
from memsim.core.response_times import warn_of_times_going_back
from memsim.core.tables.item_text import warn_of_near_misses
from memsim.core.tables.long_table import numbered_through_sessions
from memsim.core.trials import Trials
from memsim.data.formats.item_numbers import items_by_number
from memsim.data.formats.left_out import warn_left_out
from memsim.data.formats.matrix_files import matrix_frame, numbers, whole_numbers
from memsim.data.formats.response_codes import contradictions, positions_by_code, positions_by_item, settle
from memsim.data.reader_options import checked_codes

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

SECONDS = {"s": 1.0, "ms": 0.001}


def read_recall_matrix(
    recalls: Any,
    *,
    list_length: int,
    subject: Any = None,
    list: Any = None,
    session: Any = None,
    conditions: Mapping[str, Any] | Sequence[str] = (),
    pres_itemnos: Any = None,
    rec_itemnos: Any = None,
    wordpool: Any = None,
    times: Any = None,
    time_unit: str = "s",
    output_limit: int | None = None,
    paradigm: Paradigm | type[Paradigm] | None = None,
    origin: Origin | None = None,
    codes: Mapping[Any, str] | None = None,
    strict: bool = False,
) -> Recalls:
    """Recalls from a recall matrix and, optionally, matrices of items and times.

    Each matrix is an array, a DataFrame, a list of rows, or a file: ``.csv``, ``.tsv``, ``.txt`` or ``.dat``
    (separated by tabs, commas, semicolons or spaces, with or without a line of names) or ``.npy``. Without names,
    shorter rows are padded.

    Parameters
    ----------
    recalls : (n_trials, n_outputs) serial positions from 1 in output order; 0 or NaN after the last response; -1 for
        an intrusion; other codes as in ``codes``. If columns have names, those of responses are numbered (``r1``, ...).
        ``None``: positions are computed from the item numbers, by the first presentation of each item.
    list_length : items in every list.
    subject, list, session : (n_trials,) labels, or the column of ``recalls`` that holds them: its name, or its number
        from 0. Where numbers of lists start again at each session, they are made consecutive, as in
        :meth:`memsim.Recalls.from_frame`.
    conditions : (n_trials,) labels by name, or names of columns.
    pres_itemnos : (n_trials, list_length) number of each studied item, from 1.
    rec_itemnos : (n_trials, n_outputs) number of each recalled item; 0, -1 or NaN for a word without a number.
    wordpool : the words to which the numbers refer: in order, as a text file with a word on each line, or as a mapping
        from number to word. Without it, the numbers are the labels.
    times : (n_trials, n_outputs) time of each response from the start of the test; 0 or NaN where there is none. A
        negative time is unknown, and counted in ``origin.details``.
    time_unit : ``"s"``, or ``"ms"`` as in pybeh and EMBAM.
    output_limit, paradigm, origin : as in :meth:`memsim.Recalls.from_matrix`; a class of task, such as
        :class:`memsim.paradigms.SerialRecall`, takes the length of the lists.
    codes : what codes other than -1 mean, as in ``{-2: "repetition", 88: "intrusion"}``: ``intrusion``,
        ``repetition``, ``no_response``, or ``unknown`` for a response that nobody could make out, which counts as an
        intrusion of an unknown item. The item of a repetition is that of ``rec_itemnos``. A negative code that is not
        named means what ``rec_itemnos`` says, or else an intrusion.
    strict : refuse item numbers that contradict the serial positions, and times where there is no response. By default
        the positions count, unless half or more of the responses contradict.

    Returns
    -------
    Recalls : ``origin.details`` counts the codes that were read by their item or as intrusions, contradictions and
        unknown times, unless the recalls are simulated. What is doubtful is shown by a warning.

    Raises
    ------
    InputError : values, shapes or names that do not fit, or item numbers that contradict the serial positions.
    DataError : a file that cannot be read.

    References
    ----------
    EMBAM, the Episodic Memory Behavioral Analyses in Matlab of the Polyn and Kahana labs.
    """
    if not isinstance(time_unit, str) or time_unit not in SECONDS:
        raise InputError(f"read_recall_matrix: time_unit={time_unit!r} is neither 's' nor 'ms'")
    require_counts("read_recall_matrix", list_length=list_length)
    require_flags("read_recall_matrix", strict=strict)
    details: dict[str, Any] = {"file": str(recalls)} if isinstance(recalls, str | Path) else {}
    presented, recalled = (
        None if matrix is None else whole_numbers(matrix_frame(matrix, name), name)
        for name, matrix in (("pres_itemnos", pres_itemnos), ("rec_itemnos", rec_itemnos))
    )
    if not isinstance(conditions, Mapping):
        conditions = {name: name for name in column_names(conditions, "conditions")}
    table = pd.DataFrame() if recalls is None else matrix_frame(recalls, "recalls")
    taken = [
        _column(table, name)
        for name in (subject, list, session, *conditions.values())
        if name is not None and not np.ndim(name)
    ]
    subject, list = _label(table, subject, "subject"), _label(table, list, "list")
    session = _label(table, session, "session")
    labels = {str(name): _label(table, each, "condition") for name, each in conditions.items()}
    by_item = None if presented is None or recalled is None else positions_by_item(presented, recalled)
    _require_size(list_length, len(table) if presented is None else len(presented))
    if recalls is not None:
        table = table.drop(columns=taken)
        _require_numbered(table)
        given = whole_numbers(table, "recalls")
        if by_item is not None and by_item.shape != given.shape:
            raise InputError(f"rec_itemnos has shape {by_item.shape}, the recalls {given.shape}")
        positions, unknown = positions_by_code(given, list_length, checked_codes(codes or {}), by_item, details)
        if presented is not None and recalled is not None and by_item is not None:
            recalled = np.where(unknown, 0, recalled)
            recalled = _agreeing(positions, presented, recalled, np.where(unknown, 0, by_item), strict, details)
    elif by_item is not None:
        if codes:
            raise InputError(f"codes={dict(codes)!r} are among serial positions, and there are no recalls")
        positions = by_item
    else:
        raise InputError("read_recall_matrix: without recalls, both pres_itemnos and rec_itemnos are needed")
    if strict and "repetitions_of_unknown_items" in details:
        raise InputError("codes: a repetition has no item number in rec_itemnos, so its item is not known")
    items, pool, intruders = items_by_number(positions, list_length, presented, recalled, wordpool)
    seconds = None if times is None else _seconds(times, positions, SECONDS[time_unit], strict, details)
    trials = Trials(
        items,
        pool,
        free_recall_unless(paradigm, list_length, output_limit),
        subject,
        list,
        session=session,
    )
    trials = numbered_through_sessions(trials, labels)
    twice = pd.DataFrame({"subject": trials.subject, "list": trials.list}).duplicated()
    if twice.any():
        at = int(np.argmax(twice))
        raise InputError(
            f"read_recall_matrix: row {at} is another list {trials.list[at]} of subject {trials.subject[at]}; "
            "number the lists of each subject, or of each session (session=), differently"
        )
    origin = Observed() if origin is None else origin
    if isinstance(origin, Observed):
        origin = replace(origin, details={**details, **origin.details})
        details = dict(origin.details)
    read = Recalls(trials, positions, times=seconds, intruders=intruders, origin=origin)
    warn_left_out(details.get("file", "recalls"), details)
    warn_of_times_going_back(read.times, None, "read_recall_matrix")
    if intruders is not None:
        known = read.is_intrusion & (intruders >= 0)
        row = np.nonzero(known)[0].astype(np.int32)
        warn_of_near_misses(pool.labels, items, row, intruders[known], "read_recall_matrix")
    return read


def _require_size(list_length: int, n_trials: int) -> None:
    if list_length * n_trials > STUDIED:
        raise InputError(
            f"list_length={list_length:,} in {n_trials:,} lists: all lists together hold at most {STUDIED:,} items; "
            "is the length right?"
        )


def _agreeing(
    positions: IntArray,
    presented: IntArray,
    recalled: IntArray,
    by_item: IntArray,
    strict: bool,
    details: dict[str, Any],
) -> IntArray:
    """``recalled`` without the numbers that contradict the positions, which are counted."""
    wrong = contradictions(positions, presented, recalled, by_item)
    row, output = np.argwhere(wrong)[0] if wrong.any() else (0, 0)
    message = (
        f"rec_itemnos: row {row}, output {output + 1} is item {recalled[row, output]}, but the recalls have "
        f"{positions[row, output]} there"
        if wrong.any()
        else ""
    )
    if count := settle(wrong, int(((positions != NONE) | (recalled > 0)).sum()), message, strict):
        details["contradictory_responses"] = count
    return np.where(wrong, 0, recalled)


def _column(table: pd.DataFrame, label: Any) -> Any:
    """The column that ``label`` names; a number may be given as text, as on the command line."""
    if label not in table.columns and isinstance(label, str) and label.isdecimal() and int(label) in table.columns:
        return int(label)
    return label


def _label(table: pd.DataFrame, label: Any, what: str) -> Any:
    """``label`` itself, or the column of ``table`` that it names."""
    if label is None or np.ndim(label):
        return label
    label = _column(table, label)
    if label not in table.columns:
        raise InputError(
            f"read_recall_matrix: {what}={label!r} is not a column of the matrix, which has "
            f"{', '.join(map(str, table.columns)) or 'none'}; name one, or give a label for each list"
        )
    values = pd.to_numeric(table[label], errors="coerce")
    return np.asarray(table[label] if values.isna().any() else values)


def _require_numbered(table: pd.DataFrame) -> None:
    """Require that named columns are numbered output positions, so that no other column is read as one."""
    if all(isinstance(name, int | np.integer) for name in table.columns):
        return
    parts = [re.fullmatch(r"(.*?)(\d+)", str(name)) for name in table.columns]
    numbers = [int(part[2]) for part in parts if part]
    consecutive = numbers == [*range(numbers[0], numbers[0] + len(parts))] if numbers else False
    if not consecutive or len({part[1] for part in parts if part}) > 1:
        raise InputError(
            f"read_recall_matrix: the columns {', '.join(map(str, table.columns))} are not numbered output positions "
            "(r1, r2, ...); name the others by subject=, list=, session= and conditions=, or remove them"
        )


def _seconds(times: Any, positions: IntArray, unit: float, strict: bool, details: dict[str, Any]) -> FloatArray:
    """Seconds, NaN where there is no response or its time is unknown; unknown times are counted."""
    values = numbers(matrix_frame(times, "times"), "times")
    if values.shape != positions.shape:
        raise InputError(f"times have shape {values.shape}, the recalls {positions.shape}")
    if np.isinf(values).any():
        row, output = np.argwhere(np.isinf(values))[0]
        raise InputError(f"times: row {row}, output {output + 1} is infinite; write 0 where the time is unknown")
    negative: BoolArray = (values < 0) & (positions != NONE)
    if negative.any():
        details["unknown_times"] = int(negative.sum())
    alone: BoolArray = (positions == NONE) & (values > 0)
    if alone.any():
        row, output = np.argwhere(alone)[0]
        if strict or alone.sum() >= (positions != NONE).sum():
            raise InputError(
                f"times: row {row} has the time {values[row, output] * unit} at output {output + 1}, where there is no "
                "response; write 0 there"
            )
        details["times_without_response"] = int(alone.sum())
    return np.where(negative | (positions == NONE), np.nan, values * unit)

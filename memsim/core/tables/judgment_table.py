"""The long table of judgments: one row for each studied item, for each probe, and for each recall before the test.

It is the table of :mod:`memsim.core.tables.long_table` with further rows, whose ``trial_type`` is "test":

``position`` number of the probe, from 1; ``item`` the probed item, and ``item_2`` the second one of a pair; ``rating``
from 1, sure new (or no), to the highest, sure old (or yes), empty where there is no answer, and never 0; ``scale`` the
number of ratings of the scale; ``time`` seconds from the probe to the answer; ``kind`` which follows from the items
(:attr:`memsim.Trials.probe_kinds`); ``about`` the number of the list asked about, from 0, where there are several; and
the labels of probes. A pair that is studied has two study rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, FloatArray, IntArray, not_whole
from memsim.core.errors import DataWarning, InputError
from memsim.core.items import ItemPool
from memsim.core.limits import require_counts
from memsim.core.names import column_names
from memsim.core.origin import Observed, Origin
from memsim.core.recalls import Recalls
from memsim.core.tables.long_table import COLUMNS, read_lists
from memsim.core.tables.long_table_rows import Rows, at_row, listed
from memsim.core.tables.long_table_writing import write_long_table
from memsim.core.tables.table_items import SECOND
from memsim.core.tables.table_probes import OF_PROBES, in_probes, numbers_of_probes, probe_numbers
from memsim.core.trials import Paradigm, Trials, require_paradigm

KINDS = {1: ("target", "lure"), 2: ("intact", "rearranged", "half", "new")}
"""Of probes, by their number of sides."""


TAKEN = (*COLUMNS, *OF_PROBES, "time", "model", "session")
"""Columns that are no labels of probes."""


def write_judgment_table(
    trials: Trials, ratings: IntArray, times: FloatArray | None, recalls: Recalls | None, origin: Origin
) -> pd.DataFrame:
    """The long table of these judgments, list by list: study rows, recall rows, test rows.

    Raises
    ------
    InputError : a condition, or a label of probes, has the name of a column of the table.
    """
    recalled: dict[str, Any] = {"positions": np.zeros((len(trials), 0), dtype=np.int32)}
    if recalls is not None:
        recalled = {name: getattr(recalls, name) for name in ("positions", "times", "intruders", "periods")}
    return write_long_table(
        trials,
        recalled["positions"],
        recalled.get("times"),
        recalled.get("intruders"),
        origin,
        periods=recalled.get("periods"),
        ratings=ratings,
        rating_times=times,
    )


def read_judgment_table(
    frame: pd.DataFrame,
    *,
    paradigm: Paradigm | type[Paradigm],
    ratings: int | None = None,
    labels: Sequence[str] = (),
    model: str | None = None,
    source: str | None = None,
    category: str | None = None,
    conditions: Sequence[str] = (),
    list_length: int | None = None,
    origin: Origin | None = None,
    pool: ItemPool | None = None,
) -> tuple[Trials, dict[str, Any], dict[str, Any] | None, Origin]:
    """Trials, ratings and times, recalls and origin, from the long table of judgments.

    Items are compared as in :func:`memsim.core.tables.long_table.read_long_table`: a probe is old if its label is that
    of a studied item. Where the table has a column ``kind``, in the words of memsim, it must agree.

    Parameters
    ----------
    frame : the table, in any order of rows.
    paradigm : the task, or its class, which then takes the numbers of items, probes and ratings from the table.
    ratings : the number of ratings of the scale, where neither the task nor the column ``scale`` says it.
    labels : columns that hold labels of probes, in test rows; an empty cell is an empty label.
    model, source, category, conditions, list_length, origin : as in ``read_long_table``.
    pool : the items to which those of the table belong; by default, a pool of all items of the table.

    Raises
    ------
    InputError : as ``read_long_table``; no test rows; a rating that is no whole number or off the scale, as 0 is; a
        time that is infinite or below 0; a kind of probe that does not agree with the items; a label of probes that is
        a column of its own; a scale that is not known, or differs from that of the task. The message says which.

    Warns
    -----
    DataWarning : kinds of probes in other words than those of memsim, which are not compared with the items.

    Notes
    -----
    ``origin.details`` of people counts the probes without an answer (``answers_left_out``), and the times of such
    probes, which are not taken (``times_without_response``).
    """
    require_paradigm(paradigm)
    if ratings is not None:
        require_counts("reading judgments", ratings=ratings)
    by_class = isinstance(paradigm, type)
    if taken := [name for name in column_names(labels, "labels") if name in TAKEN]:
        raise InputError(
            f"labels={taken[0]!r}: this column of the table is read as what it is, and is no label of probes; copy it "
            "under another name"
        )

    def task_of(length: int, rows: Rows, of_studied: BoolArray) -> Paradigm:
        if not len(rows.test):
            raise InputError(
                "the table has no row with the trial_type 'test'; judgments need one for each probe, and recalls are "
                "read by memsim.Recalls.from_frame"
            )
        _require_judged(paradigm, rows)
        _require_ratings(rows)
        if not isinstance(paradigm, type):
            return paradigm
        n_targets = int(in_probes(rows, of_studied, False).sum(axis=1).max())
        n_probes = int(probe_numbers(rows).max()) + 1
        return paradigm.of_record(length, n_probes, n_targets, _scale(rows, ratings))

    read = read_lists(
        frame,
        task_of,
        model=model,
        source=source,
        category=category,
        conditions=conditions,
        labels=labels,
        list_length=list_length,
        origin=origin,
        pool=pool,
    )
    rows, task = read.rows, read.trials.paradigm
    says_scale = ratings is not None or "scale" in rows.frame.columns
    if not by_class and says_scale and task.n_ratings != (found := _scale(rows, ratings)):
        raise InputError(f"the scale has {found} ratings, and {task!r} has {task.n_ratings}; make them agree")
    _require_kinds(rows, read.trials)
    answers = {"ratings": _ratings(rows, task.n_ratings), "times": _times(rows)}
    recalled = read.recalled if task.cue else None
    if recalled is None and len(rows.recall):
        at = rows.recall[0]
        raise InputError(f"{at_row(rows.frame, at)} is a recall, but there is no recall in {type(task).__name__}")
    if recalled is not None and recalled["times"] is not None and np.isnan(recalled["times"]).all():
        recalled = {**recalled, "times": None}
    return read.trials, answers, recalled, _with_counts(read.origin, rows)


def _require_judged(paradigm: Paradigm | type[Paradigm], rows: Rows) -> None:
    """Raise :class:`InputError` if nothing is judged in the task; the message names one that the rows may be of."""
    if paradigm.judged:
        return
    in_pairs = SECOND in rows.frame.columns and not rows.frame[SECOND].isna().all()
    likely = "associative_recognition" if in_pairs else "recall_then_recognition" if len(rows.recall) else "recognition"
    name = (paradigm if isinstance(paradigm, type) else type(paradigm)).__name__
    raise InputError(
        f"the table holds judgments, and nothing is judged in {name}; say which task they are of, as in "
        f"--paradigm {likely} (paradigm= in Python)"
    )


def _require_ratings(rows: Rows) -> None:
    if "rating" not in rows.frame.columns:
        raise InputError(
            f"the table lacks the column 'rating'; it has {listed(rows.frame.columns)} (where ratings have another "
            "name, say so by columns=, as in rating=confidence)"
        )


def _scale(rows: Rows, given: int | None) -> int:
    """The number of ratings of the scale."""
    if "scale" not in rows.frame.columns or rows.frame["scale"].isna().all():
        if given is None:
            raise InputError(
                "the table does not say how many ratings the scale has; give the number as ratings= (--ratings), a "
                "column 'scale', or a task that has it"
            )
        return given
    found = np.unique(rows.numbers("scale", rows.test))
    if len(found) > 1 or not_whole(found).any() or found[0] < 1:
        raise InputError(f"the column 'scale' holds {listed(found)}; all probes have one number of ratings")
    if given is not None and given != found[0]:
        raise InputError(f"ratings={given}, but the column 'scale' says {found[0]:g}")
    return int(found[0])


def _ratings(rows: Rows, n_ratings: int) -> IntArray:
    rating = rows.numbers("rating", rows.test)
    answered = ~np.isnan(rating)
    uneven = not_whole(rating) & answered
    off = answered & ((rating < 1) | (rating > n_ratings))
    if (wrong := uneven | off).any():
        first = int(np.argmax(wrong))
        at = rows.test[first]
        named = f"the rating {rating[first]:g} in {at_row(rows.frame, at)}"
        if uneven[first]:
            raise InputError(f"{named} is not a whole number")
        if rating[first] == 0:
            raise InputError(
                f"{named}: ratings count from 1, so that of no and yes 1 is no and 2 is yes; add 1 to ratings that "
                "count from 0, and leave the cell empty where there is no answer"
            )
        raise InputError(
            f"{named} is off the scale, which goes from 1 to {n_ratings}; say how many ratings it has, by ratings= or "
            "the column 'scale', and leave the cell empty where there is no answer"
        )
    return np.nan_to_num(numbers_of_probes(rows, "rating")).astype(np.int32)


def _times(rows: Rows) -> FloatArray | None:
    if "time" not in rows.frame.columns:
        return None
    times = numbers_of_probes(rows, "time")
    given = rows.numbers("time", rows.test)
    if (wrong := np.isinf(given) | (given < 0)).any():
        first = int(np.argmax(wrong))
        what = "infinite" if np.isinf(given[first]) else f"{given[first]:g}, and seconds from the probe are at least 0"
        raise InputError(
            f"the time in {at_row(rows.frame, rows.test[first])} is {what}; leave the cell empty where it is unknown"
        )
    times[np.isnan(numbers_of_probes(rows, "rating"))] = np.nan
    return None if np.isnan(times).all() else times


def _with_counts(origin: Origin, rows: Rows) -> Origin:
    """The origin, with the numbers of probes of people that have no answer, and of the times of such probes."""
    if not isinstance(origin, Observed):
        return origin
    silent = np.isnan(rows.numbers("rating", rows.test))
    timed = np.zeros_like(silent) if "time" not in rows.frame.columns else ~np.isnan(rows.numbers("time", rows.test))
    counts = {"answers_left_out": int(silent.sum()), "times_without_response": int((silent & timed).sum())}
    return replace(origin, details={**origin.details, **{name: count for name, count in counts.items() if count}})


def _require_kinds(rows: Rows, trials: Trials) -> None:
    """Compare the column ``kind`` with the items, in the rows that hold a word of memsim for such probes.

    Raises
    ------
    InputError : a word says something else than the items.

    Warns
    -----
    DataWarning : other words, whose rows are counted; empty cells say nothing.
    """
    if "kind" not in rows.frame.columns:
        return
    of_tests = rows.frame["kind"].iloc[rows.test]
    said = np.asarray(of_tests, dtype=object).astype(str)
    words = KINDS[trials.units_of_probes.shape[2]]
    known = np.isin(said, words)
    found = trials.probe_kinds[rows.trial[rows.test], probe_numbers(rows)]
    if (wrong := known & (said != found)).any():
        first = int(np.argmax(wrong))
        raise InputError(
            f"the kind in {at_row(rows.frame, rows.test[first])} is '{said[first]}', but by its items the probe is "
            f"'{found[first]}'; check the items, or leave the column out"
        )
    other = ~known & ~np.asarray(of_tests.isna()) & (said != "")
    if other.any():
        names = listed(dict.fromkeys(said[other].tolist()))
        warnings.warn(
            f"the column 'kind' holds {names} in {int(other.sum()):,} of {len(said):,} test rows, which are not "
            f"compared with the items; it is compared where it holds {listed(words)}",
            DataWarning,
            stacklevel=4,
        )

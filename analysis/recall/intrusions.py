"""What recall brings up that it should not: intrusions, of this list's past and of none, and repetitions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.subjects import counts_per_subject, means_per_subject, subjects
from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls

KINDS = ("prior_list", "extra_list", "unknown", "repetition")


def error_rates(recalls: Recalls, rows: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Intrusions and repetitions per list, by kind.

    Parameters
    ----------
    rows : (n_trials,) true for lists that count. What an intrusion is from is looked for in all lists, so those of one
        condition are to be named here, and not taken out before.

    Returns
    -------
    DataFrame : ``subject, kind, per_list, total, count``: errors of a kind, and lists. The kinds:

        ``prior_list``: intrusions of an item that the participant studied in an earlier list; ``extra_list``: of one
        not studied before, later lists included; ``unknown``: what intruded was not recorded; ``repetition``: an item
        of the list that was recalled before.

    Lists are in the order of their labels where those are numbers, else in that of the trials.
    """
    require_recalls(recalls)
    codes, n_subjects = subjects(recalls)
    counted = _counted(recalls, rows, "error_rates")
    row, _, lag = _list_lags(recalls)
    kind = np.select([lag > 0, lag == 0], [0, 1], default=2)
    total = np.zeros((n_subjects, len(KINDS)))
    np.add.at(total, (codes[row], kind), counted[row])
    total[:, 3] = np.bincount(codes, weights=recalls.is_repeat.sum(axis=1) * counted, minlength=n_subjects)
    lists = np.bincount(codes, weights=counted, minlength=n_subjects).astype(np.int64)[:, None]
    return means_per_subject(recalls, {"kind": KINDS}, "per_list", total, np.broadcast_to(lists, total.shape))


def prior_list_intrusions(recalls: Recalls, max_lag: int = 5, rows: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Intrusions from earlier lists, by how many lists ago their item was last studied.

    Parameters
    ----------
    max_lag : the longest lag. The first ``max_lag`` lists of each participant do not count, so that every
        lag was possible in all that do.
    rows : (n_trials,) true for lists that count; see :func:`error_rates`.

    Returns
    -------
    DataFrame : ``subject, list_lag, prob, actual, possible, per_list, lists``: intrusions at this lag, all intrusions,
        the former per list, and the lists that count.

    Raises
    ------
    InputError : ``max_lag`` is not a whole number from 1, or no word of the intrusions was recorded.

    Source: Zaromb et al. (2006). ``actual`` and ``per_list`` equal psifr's ``pli_list_lag``, but for an item studied in
    several earlier lists, which psifr counts at each of them. Its ``prob`` (as of 0.10.1) is smaller, as the
    intrusions that it divides by hold most of those from earlier lists twice.
    """
    require_recalls(recalls)
    if not isinstance(max_lag, int | np.integer) or isinstance(max_lag, bool) or max_lag < 1:
        raise InputError(f"prior_list_intrusions: max_lag={max_lag!r} is not a whole number from 1")
    if recalls.intruders is None and recalls.is_intrusion.any():
        raise InputError(
            "prior_list_intrusions: these recalls do not say which words intruded; Recalls.from_frame reads them"
        )
    codes, n_subjects = subjects(recalls)
    row, number, lag = _list_lags(recalls)
    counted = (number > max_lag) & _counted(recalls, rows, "prior_list_intrusions")
    at = counted[row] & (lag > 0) & (lag <= max_lag)
    actual = np.zeros((n_subjects, max_lag), dtype=np.int64)
    np.add.at(actual, (codes[row[at]], lag[at] - 1), 1)
    possible = np.bincount(codes[row[counted[row]]], minlength=n_subjects)[:, None]
    lists = np.bincount(codes[counted], minlength=n_subjects)[:, None]
    levels = {"list_lag": range(1, max_lag + 1)}
    frame = counts_per_subject(recalls, levels, actual, np.broadcast_to(possible, actual.shape))
    frame["lists"] = np.broadcast_to(lists, actual.shape).ravel()
    with np.errstate(invalid="ignore"):
        frame.insert(len(frame.columns) - 1, "per_list", frame["actual"] / frame["lists"])
    return frame


def _counted(recalls: Recalls, rows: npt.ArrayLike | None, who: str) -> BoolArray:
    if rows is None:
        return np.ones(len(recalls), dtype=bool)
    counted = np.asarray(rows)
    if counted.shape != (len(recalls),) or counted.dtype != bool:
        raise InputError(f"{who}: rows must be true or false in shape ({len(recalls)},); it is {counted.dtype} in "
                         f"shape {counted.shape}")  # fmt: skip
    return counted


def _list_lags(recalls: Recalls) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The row of each intrusion; the number of every list (n_trials,); and the list lag of each intrusion.

    The lag is 0 for items not studied before, -1 where the item is not known.
    """
    trials = recalls.trials
    number = _list_numbers(recalls)
    row, output = np.nonzero(recalls.is_intrusion)
    if recalls.intruders is None or not len(row):
        return row, number, np.full(len(row), -1)
    item = recalls.intruders[row, output].astype(np.int64)
    # One sorted axis of (participant, item, list); the entry before an intrusion's own is where it was studied last.
    _, rank = np.unique(number, return_inverse=True)
    n_ranks, n_items = int(rank.max()) + 1, len(trials.pool)
    studied = trials.subject_codes[:, None] * n_items + trials.items
    studied, studied_number = (each.ravel() for each in np.broadcast_arrays(studied, number[:, None]))
    key = studied * n_ranks + np.repeat(rank, trials.list_length)
    order = np.argsort(key)
    sought = trials.subject_codes[row] * n_items + item
    before = order[np.maximum(np.searchsorted(key[order], sought * n_ranks + rank[row]) - 1, 0)]
    found = (studied[before] == sought) & (key[before] < sought * n_ranks + rank[row])
    lag = np.where(found, number[row] - studied_number[before], 0)
    return row, number, np.where(item < 0, -1, lag)


def _list_numbers(recalls: Recalls) -> npt.NDArray[np.int64]:
    """(n_trials,) number of each list of a participant, from 1: by its label where that is a number, else by turn."""
    trials = recalls.trials
    if trials.list.dtype.kind in "iu":
        number = pd.Series(trials.list.astype(np.int64))
        first = number.groupby(trials.subject_codes).transform("min")
        return (number - first).to_numpy() + 1
    turn = pd.Series(trials.subject_codes).groupby(trials.subject_codes).cumcount()
    return turn.to_numpy() + 1

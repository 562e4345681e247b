"""Errors of recall: intrusions from earlier lists, from other lists and from elsewhere, and repetitions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.checks import checked_mask
from memsim.analysis.declaration import of_recalls
from memsim.analysis.subjects import count_by_subject, counts_per_subject, means_per_subject
from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.core.recalls import Recalls

KINDS = ("prior_list", "extra_list", "unknown", "repetition")


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def error_rates(recalls: Recalls, rows: npt.ArrayLike | None = None, *, across_sessions: bool = False) -> pd.DataFrame:
    """Intrusions and repetitions per list, by kind.

    Lists are in the order of their labels where those are numbers, and otherwise in the order of the trials.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    rows : (n_trials,) true for lists that count. All lists are searched for the origin of an intrusion, so choose the
        lists of one condition by ``rows`` and do not remove the others before.
    across_sessions : whether lists of earlier sessions count as earlier lists. By default only those of the same
        session do, where sessions are known (:attr:`memsim.Trials.session`).

    Returns
    -------
    DataFrame : ``subject, kind, per_list, total, count``: errors per list, errors of a kind, and lists. The kinds are

        ``prior_list``: intrusions of an item that the participant studied in an earlier list of the session;
        ``extra_list``: intrusions of an item that was not studied before, also if a later list has it;
        ``unknown``: intrusions whose item was not recorded;
        ``repetition``: an item of the list that was recalled before.

    Raises
    ------
    InputError : ``rows`` does not fit the trials.
    """
    counted = _counted_lists(recalls, rows, "error_rates")
    row, _, lag = list_lags(recalls, across_sessions)
    kind = np.select([lag > 0, lag == 0], [0, 1], default=2)
    repeat_row = np.nonzero(recalls.is_repeat)[0]
    row, kind = np.append(row, repeat_row), np.append(kind, np.full(len(repeat_row), KINDS.index("repetition")))
    total = count_by_subject(recalls, row, (kind, len(KINDS)), weights=counted[row])
    lists = count_by_subject(recalls, np.flatnonzero(counted))[:, None]
    return means_per_subject(recalls, {"kind": KINDS}, "per_list", total, lists)


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def prior_list_intrusions(
    recalls: Recalls, max_lag: int = 5, rows: npt.ArrayLike | None = None, *, across_sessions: bool = False
) -> pd.DataFrame:
    """Intrusions from earlier lists, by how many lists ago their item was last studied.

    Earlier lists are those of the same session, where sessions are known. ``actual`` and ``per_list`` equal those of
    psifr's ``pli_list_lag``, which knows no sessions, except that psifr counts an item that was studied in several
    earlier lists at each of them. Its ``prob`` (in version 0.10.1) is smaller, as it divides by a
    number of intrusions that contains most of those from earlier lists twice.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    max_lag : the longest lag. The first ``max_lag`` lists of each session (of each participant, where sessions are not
        known or do not matter) do not count, so that every lag was possible in all lists that do.
    rows, across_sessions : as in :func:`error_rates`.

    Returns
    -------
    DataFrame : ``subject, list_lag, prob, actual, possible, per_list, lists``: the intrusions at this lag, all
        intrusions, intrusions at this lag per list, and the lists that count.

    Raises
    ------
    InputError : ``max_lag`` is not a whole number from 1, ``rows`` does not fit the trials, or the words that intruded
        were not recorded.

    References
    ----------
    Zaromb et al. (2006), Journal of Experimental Psychology: Learning, Memory, and Cognition, 32, 792-804.
    """
    require_counts("prior_list_intrusions", max_lag=max_lag)
    if recalls.intruders is None and recalls.is_intrusion.any():
        raise InputError(
            "prior_list_intrusions: these recalls do not say which words intruded; Recalls.from_frame reads them"
        )
    row, number, lag = list_lags(recalls, across_sessions)
    counted = (number > max_lag) & _counted_lists(recalls, rows, "prior_list_intrusions")
    within = counted[row] & (lag > 0) & (lag <= max_lag)
    actual = count_by_subject(recalls, row[within], (lag[within] - 1, max_lag))
    possible = count_by_subject(recalls, row[counted[row]])[:, None]
    lists = count_by_subject(recalls, np.flatnonzero(counted))
    frame = counts_per_subject(recalls, {"list_lag": range(1, max_lag + 1)}, actual, possible)
    frame["lists"] = np.repeat(lists, max_lag)
    with np.errstate(invalid="ignore"):
        frame.insert(len(frame.columns) - 1, "per_list", frame["actual"] / frame["lists"])
    return frame


def _counted_lists(recalls: Recalls, rows: npt.ArrayLike | None, who: str) -> BoolArray:
    return np.ones(len(recalls), dtype=bool) if rows is None else checked_mask(rows, (len(recalls),), "rows", who)


def list_lags(
    recalls: Recalls, across_sessions: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The row of each intrusion, the number of every list (n_trials,), and the list lag of each intrusion.

    The lag is 0 for an item that was not studied before, and -1 where the item is not known.
    """
    trials = recalls.trials
    group = _groups(recalls, across_sessions)
    number = _list_numbers(recalls, group)
    row, output = np.nonzero(recalls.is_intrusion)
    if recalls.intruders is None or not len(row):
        return row, number, np.full(len(row), -1)
    item = recalls.intruders[row, output].astype(np.int64)
    # Studied items sorted by group, item and list: the entry before an intrusion is where it was studied last.
    _, rank = np.unique(number, return_inverse=True)
    n_ranks, n_items = int(rank.max()) + 1, len(trials.pool)
    studied = group[:, None] * n_items + trials.items
    studied, studied_number = (each.ravel() for each in np.broadcast_arrays(studied, number[:, None]))
    key = studied * n_ranks + np.repeat(rank, trials.list_length)
    order = np.argsort(key)
    sought = group[row] * n_items + item
    before = order[np.maximum(np.searchsorted(key[order], sought * n_ranks + rank[row]) - 1, 0)]
    found = (studied[before] == sought) & (key[before] < sought * n_ranks + rank[row])
    lag = np.where(found, number[row] - studied_number[before], 0)
    return row, number, np.where(item < 0, -1, lag)


def _groups(recalls: Recalls, across_sessions: bool) -> npt.NDArray[np.int64]:
    """(n_trials,) code of the lists among which an intrusion is sought: a participant's, or those of one session."""
    trials = recalls.trials
    subject = trials.subject_codes.astype(np.int64)
    if trials.session is None or across_sessions:
        return subject
    session, _ = pd.factorize(trials.session)
    return pd.factorize(subject * (int(session.max(initial=0)) + 1) + session)[0].astype(np.int64)


def _list_numbers(recalls: Recalls, group: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(n_trials,) number of each list within its group, from 1: its label where that is a number, else its turn."""
    trials = recalls.trials
    if trials.list.dtype.kind in "iu":
        number = pd.Series(trials.list.astype(np.int64))
        return (number - number.groupby(group).transform("min")).to_numpy() + 1
    return pd.Series(group).groupby(group).cumcount().to_numpy() + 1

"""When recall ends: by output, by time, and after which response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from memsim.analysis.bins import checked_edges, with_edges
from memsim.analysis.subjects import counts_per_subject, subjects
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls

RESPONSES = ("correct", "intrusion", "repetition")


def stopping_probability(recalls: Recalls, *, responses: Literal["correct", "all"] = "correct") -> pd.DataFrame:
    """Probability that recall ends after so many responses, where it came so far.

    Parameters
    ----------
    responses : count correct ones only, given for the first time, or all.

    Returns
    -------
    DataFrame : ``subject, recalled, prob, actual, possible``: lists that ended there, and lists that reached it. Lists
        cut short by the record, not by the participant, do not count where they were cut.

    Raises
    ------
    InputError : recall does not end by itself in this task (serial recall).

    Source: the hazard of stopping, as in Dougherty & Harbison (2007) and Miller, Weidemann & Kahana (2012).
    """
    _require_end(recalls, "stopping_probability")
    if responses not in ("correct", "all"):
        raise InputError(f"stopping_probability: responses={responses!r} is neither 'correct' nor 'all'")
    counted = recalls.is_correct if responses == "correct" else recalls.positions != 0
    given = counted.sum(axis=1)
    codes, n_subjects = subjects(recalls)
    width = (recalls.list_length if responses == "correct" else recalls.positions.shape[1]) + 1
    ended = np.zeros((n_subjects, width), dtype=np.int64)
    np.add.at(ended, (codes, given), 1)
    stopped = np.zeros_like(ended)
    np.add.at(stopped, (codes[recalls.stopped], given[recalls.stopped]), 1)
    reached = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]
    return counts_per_subject(recalls, {"recalled": range(width)}, stopped, reached - (ended - stopped))


def stopping_by_time(recalls: Recalls, edges: Sequence[float] | None = None) -> pd.DataFrame:
    """Probability that a response is the last, by the time at which it is given.

    Parameters
    ----------
    edges : of the bins of time, in s from the start of the test, rising; a bin holds its lower edge. By
        default ten that hold equally many responses. Responses outside all bins count for none.

    Returns
    -------
    DataFrame : ``subject, bin, low, high, center, prob, actual, possible``: last responses, and responses. The last
        one of a list that the record cut short does not count.

    Raises
    ------
    InputError : recalls without times, or edges that do not rise.
    """
    _require_end(recalls, "stopping_by_time")
    if recalls.times is None:
        raise InputError("these recalls have no times of response; stopping_by_time takes recalls with times")
    timed = np.isfinite(recalls.times)
    if edges is None:
        cuts = np.unique(np.quantile(recalls.times[timed], np.linspace(0, 1, 11))) if timed.any() else np.zeros(1)
        cuts[-1] = np.nextafter(cuts[-1], np.inf)
        cuts = cuts if len(cuts) > 1 else np.array([cuts[0] - 1, cuts[0]])
    else:
        cuts = checked_edges(edges, "stopping_by_time")
    last, counted = _last(recalls)
    row, output = np.nonzero(counted & timed)
    bin_of = np.searchsorted(cuts, recalls.times[row, output], side="right") - 1
    inside = (bin_of >= 0) & (bin_of < len(cuts) - 1)
    row, output, bin_of = row[inside], output[inside], bin_of[inside]
    codes, n_subjects = subjects(recalls)
    actual = np.zeros((n_subjects, len(cuts) - 1), dtype=np.int64)
    possible = actual.copy()
    np.add.at(possible, (codes[row], bin_of), 1)
    np.add.at(actual, (codes[row], bin_of), last[row, output])
    frame = counts_per_subject(recalls, {"bin": range(1, len(cuts))}, actual, possible)
    return with_edges(frame, cuts)


def stopping_by_response(recalls: Recalls) -> pd.DataFrame:
    """Probability that recall ends after a correct response, an intrusion, or a repetition.

    Returns
    -------
    DataFrame : ``subject, response, prob, actual, possible``: last responses of a kind, and responses of it. The last
        one of a list that the record cut short does not count.

    Source: Miller, Weidemann & Kahana (2012), who found that people stop after errors more than after correct
    responses at the same output.
    """
    _require_end(recalls, "stopping_by_response")
    last, counted = _last(recalls)
    codes, n_subjects = subjects(recalls)
    actual = np.zeros((n_subjects, len(RESPONSES)), dtype=np.int64)
    possible = actual.copy()
    for kind, given in enumerate((recalls.is_correct, recalls.is_intrusion, recalls.is_repeat)):
        np.add.at(actual[:, kind], codes, (given & last).sum(axis=1))
        np.add.at(possible[:, kind], codes, (given & counted).sum(axis=1))
    return counts_per_subject(recalls, {"response": RESPONSES}, actual, possible)


def _last(recalls: Recalls) -> tuple[np.ndarray, np.ndarray]:
    """(n_trials, n_outputs) responses after which recall ended, and all after which it might have been seen to."""
    given = recalls.positions != 0
    at_end = given & (np.cumsum(given, axis=1) == given.sum(axis=1)[:, None])
    stopped = recalls.stopped[:, None]
    return at_end & stopped, given & ~(at_end & ~stopped)


def _require_end(recalls: Recalls, who: str) -> None:
    require_recalls(recalls)
    if not recalls.trials.paradigm.silence_ends:
        raise InputError(f"{who}: recall does not end by itself in {recalls.trials.paradigm!r}; this takes free recall")

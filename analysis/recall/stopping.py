"""When recall ends: by the number of responses, by time, and by the kind of the last response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from memsim.analysis.bins import bins_of, checked_edges, with_edges
from memsim.analysis.checks import require_choice, times_from_start
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls

RESPONSES = ("correct", "intrusion", "repetition")


def stopping_probability(recalls: Recalls, *, responses: Literal["correct", "all"] = "correct") -> pd.DataFrame:
    """Probability that recall ends after a number of responses, given that it reached that number.

    Parameters
    ----------
    recalls : free recall of people or of a model.
    responses : ``"correct"`` counts correct responses only, each item once; ``"all"`` counts every response.

    Returns
    -------
    DataFrame : ``subject, recalled, prob, actual, possible``: the lists that ended after so many responses, and the
        lists that reached them. A list that the record cut short, not the participant, does not count where it was cut.

    Raises
    ------
    InputError : participants do not end recall themselves in this task (serial recall), or ``responses`` is
        neither of the two.

    References
    ----------
    The hazard of stopping as in Dougherty & Harbison (2007), Journal of Experimental Psychology: Learning, Memory, and
    Cognition, 33, 1108-1117, and Miller, Weidemann & Kahana (2012), Memory & Cognition, 40, 540-550.
    """
    _require_free_end(recalls, "stopping_probability")
    require_choice(responses, ("correct", "all"), "responses", "stopping_probability")
    counted = recalls.is_correct if responses == "correct" else recalls.positions != 0
    n_responses = counted.sum(axis=1)
    width = (recalls.list_length if responses == "correct" else recalls.positions.shape[1]) + 1
    ended = count_by_subject(recalls, np.arange(len(recalls)), (n_responses, width))
    stopped = count_by_subject(recalls, np.flatnonzero(recalls.stopped), (n_responses[recalls.stopped], width))
    reached = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]
    return counts_per_subject(recalls, {"recalled": range(width)}, stopped, reached - (ended - stopped))


def stopping_by_time(recalls: Recalls, edges: Sequence[float] | None = None) -> pd.DataFrame:
    """Probability that a response is the last of its list, by the time at which it is given.

    Parameters
    ----------
    recalls : free recall of people or of a model.
    edges : the edges of the bins of time, in s from the start of the test, each larger than the one before. A bin
        contains its lower edge, and responses outside all bins are left out. The default is ten bins with equally many
        responses.

    Returns
    -------
    DataFrame : ``subject, bin, low, high, center, prob, actual, possible``: the last responses, and all responses. The
        last response of a list that the record cut short is left out, and so are lists whose times go back, or that
        have several recall periods.

    Raises
    ------
    InputError : the recalls have no times, the edges do not rise, and as in :func:`stopping_probability`.
    """
    _require_free_end(recalls, "stopping_by_time")
    times = times_from_start(recalls, "stopping_by_time")
    timed = np.isfinite(times)
    if edges is None:
        cuts = np.unique(np.quantile(times[timed], np.linspace(0, 1, 11))) if timed.any() else np.zeros(1)
        cuts[-1] = np.nextafter(cuts[-1], np.inf)
        cuts = cuts if len(cuts) > 1 else np.array([cuts[0] - 1, cuts[0]])
    else:
        cuts = checked_edges(edges, "stopping_by_time")
    last, counted = _last_responses(recalls)
    row, output = np.nonzero(counted & timed)
    bin_of, inside = bins_of(times[row, output], cuts)
    row, output, bin_of = row[inside], output[inside], bin_of[inside]
    ends, n_bins = last[row, output], len(cuts) - 1
    actual = count_by_subject(recalls, row[ends], (bin_of[ends], n_bins))
    possible = count_by_subject(recalls, row, (bin_of, n_bins))
    return with_edges(counts_per_subject(recalls, {"bin": range(1, n_bins + 1)}, actual, possible), cuts)


def stopping_by_response(recalls: Recalls) -> pd.DataFrame:
    """Probability that a response is the last of its list, by whether it is correct, an intrusion or a repetition.

    Parameters
    ----------
    recalls : free recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, response, prob, actual, possible``: the last responses of a kind, and all responses of that
        kind. The last response of a list that the record cut short is left out.

    Raises
    ------
    InputError : as in :func:`stopping_probability`.

    References
    ----------
    Miller, Weidemann & Kahana (2012), Memory & Cognition, 40, 540-550, who found that people stop after errors more
    often than after correct responses at the same output.
    """
    _require_free_end(recalls, "stopping_by_response")
    last, counted = _last_responses(recalls)
    row, output = np.nonzero(counted)
    kinds = [recalls.is_correct[row, output], recalls.is_intrusion[row, output]]
    kind, ends = np.select(kinds, [0, 1], default=2), last[row, output]
    actual = count_by_subject(recalls, row[ends], (kind[ends], len(RESPONSES)))
    possible = count_by_subject(recalls, row, (kind, len(RESPONSES)))
    return counts_per_subject(recalls, {"response": RESPONSES}, actual, possible)


def _last_responses(recalls: Recalls) -> tuple[BoolArray, BoolArray]:
    """(n_trials, n_outputs) responses after which recall ended, and responses of which it is known whether it did."""
    given = recalls.positions != 0
    at_end = given & (np.cumsum(given, axis=1) == given.sum(axis=1)[:, None])
    stopped = recalls.stopped[:, None]
    return at_end & stopped, given & ~(at_end & ~stopped)


def _require_free_end(recalls: Recalls, who: str) -> None:
    require_recalls(recalls)
    if not recalls.trials.paradigm.silence_ends:
        raise InputError(
            f"{who}: recall does not end by itself in {recalls.trials.paradigm!r}; give recalls of free recall"
        )

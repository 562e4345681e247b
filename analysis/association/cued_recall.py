"""Accuracy of cued recall by position, lag and direction, and the kinds of responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.association.cues import Cued, cued, pair_in_list
from memsim.analysis.bins import in_blocks, lag_levels
from memsim.analysis.declaration import of_recalls
from memsim.analysis.recall.intrusions import list_lags
from memsim.analysis.recognition.places import place_in_list
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.arrays import INTRUSION, NONE
from memsim.core.recalls import Recalls

RESPONSES = ("correct", "same_list", "prior_list", "extra_list", "unknown", "cue", "none")


@of_recalls(takes_repeated_items=True, takes_cued_recall=True, by_study_order=True)
def cued_recall_by_position(recalls: Recalls, block: int | None = None) -> pd.DataFrame:
    """Probability that a cue is answered correctly, by the position of its pair in the list.

    A rise at the end is recency, which lasts only if late pairs are also tested early: compare
    :func:`cued_recall_by_lag`. A rise at the start is primacy.

    Parameters
    ----------
    recalls : cued recall of people or of a model.
    block : the number of successive pairs that are counted together; if not given, 1 in lists of up to 24 pairs, and in
        longer ones as many as make about ten blocks.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: the cues answered with the item that was studied with
        them, and all cues; ``position`` is the number of the pair in its list, of a block the middle one. No response
        is an error.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs; ``block`` is not a whole number from 1; or the order of
        study is not known of these people.

    References
    ----------
    Murdock (1967), British Journal of Psychology, 58, 421-433.
    """
    found = cued(recalls, "cued_recall_by_position")
    at = pair_in_list(recalls, found)
    n_pairs = int(place_in_list(recalls.trials.paradigm).max())
    code, _, middle = in_blocks(at, n_pairs, block, "cued_recall_by_position")
    return _accuracy(recalls, found, code, {"position": middle})


@of_recalls(takes_repeated_items=True, takes_cued_recall=True, by_study_order=True)
def cued_recall_by_lag(recalls: Recalls, edges: Sequence[float] | None = None) -> pd.DataFrame:
    """Probability that a cue is answered correctly, by its study-test lag: pairs studied after it, and cues before it.

    A fall is forgetting from study to test. The first steps are the steepest.

    Parameters
    ----------
    recalls : cued recall of people or of a model.
    edges : the edges of bins of lags, each larger than the one before; a bin contains its lower edge. If not given,
        every lag that occurs is a level of its own in tasks whose lags go up to 24; in others, bins widen with the lag,
        and are named by powers of two: 0, 1, 2, 4 (3 to 5), 8 (6 to 11), 16 (12 to 22), and so on.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible``; of a bin between ``edges``, ``lag`` is the mean lag of its
        cues.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs; the edges do not rise; or the order of study is not known
        of these people.

    References
    ----------
    Murdock (1967), British Journal of Psychology, 58, 421-433.
    """
    found = cued(recalls, "cued_recall_by_lag")
    n_pairs, n_cues = recalls.trials.list_length // 2, found.cue.shape[1]
    lag = ((n_pairs - 1 - found.cue // 2) + np.arange(n_cues))[found.given]
    at, inside, levels = lag_levels(lag, n_pairs + n_cues - 2, edges, "cued_recall_by_lag")
    kept, code = found.given.copy(), np.zeros(found.cue.shape, dtype=np.int64)
    kept[found.given], code[found.given] = inside, at
    return _accuracy(recalls, found._replace(given=kept), code, {"lag": levels})


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def cued_recall_by_direction(recalls: Recalls) -> pd.DataFrame:
    """Probability that a cue is answered correctly, by direction: forward if the first item of the pair is the cue.

    Both directions are about equal on average in people. A difference speaks for associations of one direction, or for
    items of different kinds in the two places.

    Parameters
    ----------
    recalls : cued recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, direction, prob, actual, possible``.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs.

    References
    ----------
    Kahana (2002), Memory & Cognition, 30, 823-840.
    """
    found = cued(recalls, "cued_recall_by_direction")
    return _accuracy(recalls, found, (~found.forward).astype(np.int64), {"direction": ("forward", "backward")})


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def cued_recall_responses(recalls: Recalls, *, across_sessions: bool = False) -> pd.DataFrame:
    """Share of cues with each kind of response: correct, an intrusion from here or elsewhere, the cue, none.

    A shift from no response to intrusions is a laxer criterion of answering. More intrusions from the same list are
    confusions of pairs, more from earlier lists proactive interference.

    Parameters
    ----------
    recalls : cued recall of people or of a model.
    across_sessions : whether lists of earlier sessions count as earlier lists; see
        :func:`memsim.analysis.error_rates`.

    Returns
    -------
    DataFrame : ``subject, response, prob, actual, possible``: cues with a response of this kind, and all cues. Kinds:

        ``correct``: the item that was studied with the cue, in the list asked about;
        ``same_list``: another item of that list; ``cue``: the cue itself;
        ``prior_list``: an item of an earlier list of the session, or of another list of the trial;
        ``extra_list``: an item that was not studied before; ``unknown``: an intrusion that was not recorded;
        ``none``: no response.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs.
    """
    found = cued(recalls, "cued_recall_responses")
    kind = response_kinds(recalls, found, across_sessions)
    row, probe = found.given.nonzero()
    actual = count_by_subject(recalls, row, (kind[row, probe], len(RESPONSES)))
    possible = count_by_subject(recalls, row)[:, None]
    return counts_per_subject(recalls, {"response": RESPONSES}, actual, possible)


def response_kinds(recalls: Recalls, found: Cued, across_sessions: bool) -> npt.NDArray[np.int64]:
    """(n_trials, n_probes) the kind of each response, as an index of ``RESPONSES``."""
    number = recalls.trials.paradigm.list_of_position
    given = recalls.positions
    at = np.maximum(given - 1, 0)
    of_cue = np.maximum(found.cue, 0)
    first_of_cue = np.take_along_axis(recalls.trials.first_presentation, of_cue, axis=1)
    in_list = number[at] == number[of_cue]
    _, _, lag = list_lags(recalls, across_sessions)
    intruded = np.full(given.shape, RESPONSES.index("unknown"))
    intruded[given == INTRUSION] = np.select(
        [lag > 0, lag == 0], [RESPONSES.index("prior_list"), RESPONSES.index("extra_list")], RESPONSES.index("unknown")
    )
    return np.select(
        [given == NONE, given == INTRUSION, found.correct, given == first_of_cue + 1, in_list],
        [RESPONSES.index("none"), intruded, RESPONSES.index("correct"), RESPONSES.index("cue"),
         RESPONSES.index("same_list")],
        RESPONSES.index("prior_list"),
    )  # fmt: skip


def _accuracy(recalls: Recalls, found: Cued, level: npt.NDArray[Any], levels: dict[str, Any]) -> pd.DataFrame:
    """Cues answered correctly, and all cues, at each level."""
    [values] = levels.values()
    row, probe = found.given.nonzero()
    at, correct = level[row, probe], found.correct[row, probe]
    possible = count_by_subject(recalls, row, (at, len(values)))
    actual = count_by_subject(recalls, row[correct], (at[correct], len(values)))
    return counts_per_subject(recalls, levels, actual, possible)

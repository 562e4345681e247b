"""From where in the list, and from which list, intrusions in cued recall come."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from memsim.analysis.association.cues import cued, pair_in_list
from memsim.analysis.declaration import of_recalls
from memsim.analysis.recall.intrusions import list_lags
from memsim.analysis.recognition.places import place_in_list
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.core.probes import ABSENT
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=True, takes_cued_recall=True, by_study_order=True)
def cued_intrusions_by_lag(recalls: Recalls, *, per: Literal["intrusion", "cue"] = "intrusion") -> pd.DataFrame:
    """Intrusions from the same list by lag: the position of the intruding pair minus that of the cued pair.

    A peak at lags of ±1 is contiguity between pairs: the cue brings back the context of its neighbours. There is no or
    little asymmetry in people.

    Parameters
    ----------
    recalls : cued recall of people or of a model.
    per : what opens an opportunity at all lags that exist for its cue: ``"intrusion"``, each intrusion from the list,
        so that the curve is conditional on an intrusion; or ``"cue"``, each cue, so that its level is a rate.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible``: intrusions at this lag, and opportunities. The cue itself is
        no intrusion; an item of another list of the trial is none from this list.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs, or ``per`` is not known.

    References
    ----------
    Davis, Geller, Rizzuto and Kahana (2008), Psychonomic Bulletin & Review, 15, 64-69.
    """
    if per not in ("intrusion", "cue"):
        raise InputError(f"cued_intrusions_by_lag: per={per!r} must be intrusion or cue")
    found = cued(recalls, "cued_intrusions_by_lag")
    task = recalls.trials.paradigm
    place, number = place_in_list(task), task.list_of_position
    pair = pair_in_list(recalls, found)
    at = np.maximum(recalls.positions - 1, 0)
    of_cue = np.maximum(found.cue, 0)
    intruded = found.given & (recalls.positions > 0) & (number[at] == number[of_cue]) & (place[at] != pair)
    # The longest lag is that of the longest list.
    size = np.array([place[number == each].max() for each in range(int(number.max()) + 1)])
    most = max(int(size.max()) - 1, 1)
    lags = np.array([lag for lag in range(-most, most + 1) if lag])
    row, probe = intruded.nonzero()
    lag = (place[at] - pair)[row, probe]
    actual = count_by_subject(recalls, row, (np.searchsorted(lags, lag), len(lags)))
    row, probe = (intruded if per == "intrusion" else found.given).nonzero()
    of_case, ends = pair[row, probe], size[number[of_cue]][row, probe]
    possible = np.stack(
        [count_by_subject(recalls, row[(of_case + lag >= 1) & (of_case + lag <= ends)]) for lag in lags], axis=1
    )
    return counts_per_subject(recalls, {"lag": lags}, actual, possible)


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def cued_intrusions_by_list(recalls: Recalls, max_lag: int = 5, *, across_sessions: bool = False) -> pd.DataFrame:
    """Intrusions from earlier lists per cue, by how many lists ago their item was last studied.

    A fall with list lag is recency over lists: the context of recent lists is more alike. A flat curve speaks for
    guesses.

    Parameters
    ----------
    recalls : cued recall of people or of a model, all lists of each session.
    max_lag : the longest lag.
    across_sessions : whether lists of earlier sessions count as earlier lists.

    Returns
    -------
    DataFrame : ``subject, list_lag, prob, actual, possible``: intrusions from so many lists back, and the cues of lists
        that have so many lists before them.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs; ``max_lag`` is not a whole number from 1; or the items
        that intruded were not recorded.

    References
    ----------
    Davis, Geller, Rizzuto and Kahana (2008), Psychonomic Bulletin & Review, 15, 64-69.
    """
    require_counts("cued_intrusions_by_list", max_lag=max_lag)
    found = cued(recalls, "cued_intrusions_by_list")
    if recalls.intruders is None and recalls.is_intrusion.any():
        raise InputError(
            "cued_intrusions_by_list: these recalls do not say which items intruded; give them as intruders="
        )
    row, number, lag = list_lags(recalls, across_sessions)
    within = (lag > 0) & (lag <= max_lag)
    actual = count_by_subject(recalls, row[within], (lag[within] - 1, max_lag))
    row, _ = (found.cue != ABSENT).nonzero()
    possible = np.stack([count_by_subject(recalls, row[number[row] > back]) for back in range(1, max_lag + 1)], axis=1)
    return counts_per_subject(recalls, {"list_lag": range(1, max_lag + 1)}, actual, possible)

"""How recall moves from one item to the next: the lag-CRP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.subjects import counts_per_subject
from memsim.errors import InputError
from memsim.recalls import Recalls, require_recalls


def lag_crp(recalls: Recalls, *, first_output: int = 1) -> pd.DataFrame:
    """Conditional response probability by lag.

    A transition counts when two adjacent responses are both correct and given for the first time; one
    that touches an intrusion or a repeat is dropped, not bridged. At each transition every item that has
    not been recalled yet makes its lag possible. Counts are pooled within a subject, then divided.

    Parameters
    ----------
    first_output : transitions count from this output position on; 4 leaves out the first three outputs, where
        recency shapes transitions.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible`` for lags from -(list_length - 1) to
        list_length - 1; NaN where no transition was possible (always at lag 0).

    Source: Kahana (1996). Equal to psifr's ``lag_crp``.
    """
    require_recalls(recalls)
    if not isinstance(first_output, int | np.integer) or first_output < 1:
        raise InputError(f"lag_crp: first_output={first_output!r} is not an output position: a whole number from 1")
    length = recalls.list_length
    codes, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    # Outputs run along the first axis here, so that one output of all trials is contiguous.
    position = np.ascontiguousarray(recalls.positions.T)
    correct = np.ascontiguousarray(recalls.is_correct.T)
    origin = codes * (2 * length - 1) + length - 1
    size = n_subjects * (2 * length - 1)
    actual = np.zeros(size, dtype=np.int64)
    spent = np.zeros(size, dtype=np.int64)
    departures = np.zeros(n_subjects * length, dtype=np.int64)
    for output in range(first_output - 1, len(position) - 1):
        row = np.flatnonzero(correct[output] & correct[output + 1])
        if not row.size:
            continue
        here, start = position[output, row], origin[row]
        actual += np.bincount(start + position[output + 1, row] - here, minlength=size)
        departures += np.bincount(codes[row] * length + here - 1, minlength=len(departures))
        for earlier in range(output):
            was = position[earlier, row]
            lag = (start + was - here)[correct[earlier, row]]
            spent += np.bincount(lag, minlength=size)
    # Possible: every other item of the list from each item departed from, less the items already recalled.
    offered = np.zeros((n_subjects, 2 * length - 1), dtype=np.int64)
    for item, count in enumerate(departures.reshape(n_subjects, length).T):
        offered[:, length - 1 - item : 2 * length - 1 - item] += count[:, None]
    offered[:, length - 1] = 0
    possible = offered - spent.reshape(offered.shape)
    lags = range(1 - length, length)
    return counts_per_subject(recalls, {"lag": lags}, actual.reshape(offered.shape), possible)

"""Compiled loop of the odds of REM."""

from __future__ import annotations

import math

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.code.compiled import njit


@njit(cache=True)
def log_odds(
    traces: IntArray, counts: IntArray, values: IntArray, units: IntArray, match: FloatArray, mismatch: float
) -> tuple[FloatArray, IntArray]:
    """Log odds that each probe is old, and which trace matches it best.

    Parameters
    ----------
    traces : (n_trials, n_traces, n_features) stored values, 0 for nothing.
    counts : (n_trials,) how many of the traces there are.
    values : (n_trials, n_units, n_features) the features of the items.
    units : (n_trials,) which item is the probe; -1 for none.
    match : (n_values,) logarithm of the factor of a stored feature that matches, by its value.
    mismatch : logarithm of the factor of one that does not.

    Returns
    -------
    (n_trials,) log odds, 0 where there are no traces or no probe; and (n_trials,) number of the trace, else -1.
    """
    n_trials, n_features = len(counts), traces.shape[2]
    odds, best = np.zeros(n_trials), np.full(n_trials, -1, np.int32)
    logs = np.empty(traces.shape[1])
    for row in range(n_trials):
        count, unit = counts[row], units[row]
        if count == 0 or unit < 0:
            continue
        top = -math.inf
        for trace in range(count):
            total, differing = 0.0, 0
            for feature in range(n_features):
                stored = traces[row, trace, feature]
                same = stored == values[row, unit, feature]
                total += match[stored if same else 0]  # the factor of value 0 is that of nothing, so nothing branches
                differing += (stored != 0) and not same
            if differing:
                total += differing * mismatch
            logs[trace] = total
            if total > top or trace == 0:
                top, best[row] = total, trace
        if top == -math.inf:
            odds[row] = -math.inf
            continue
        total = 0.0
        for trace in range(count):
            total += math.exp(logs[trace] - top)
        odds[row] = top + math.log(total / count)
    return odds, best

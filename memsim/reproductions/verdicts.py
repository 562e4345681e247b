"""Whether a number lies in the range of a criterion, by its standard error."""

from __future__ import annotations

import numpy as np

PASS, FAIL, UNDECIDED, ABSENT = "pass", "fail", "undecided", "absent"
PASSES = {PASS: True, FAIL: False}
"""What figures mark; what is undecided or absent has no mark of either kind."""


def verdict_of(value: float, sem: float, low: float, high: float = np.inf) -> str:
    """``pass`` within the range and ``fail`` outside; ``undecided`` within two standard errors of an end of the range;
    ``absent`` where there is no value.
    """
    if np.isnan(value):
        return ABSENT
    if min(abs(value - low), abs(value - high)) < 2 * sem:
        return UNDECIDED
    return PASS if low <= value <= high else FAIL

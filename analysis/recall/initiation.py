"""Where recall begins and goes: the probability of nth recall."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from memsim.analysis.subjects import counts_per_subject, lists_per_subject, subjects
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls


def probability_of_nth_recall(
    recalls: Recalls, n: int | None = 1, *, responses: Literal["correct", "all"] = "correct"
) -> pd.DataFrame:
    """Probability that each serial position is the nth to be recalled; ``n=1`` is the first recall.

    Two conventions are in use, and they differ where people intrude or repeat:

    - ``responses="correct"`` (psifr's ``pnr``): the nth correct response, intrusions and repeats skipped;
      possible are the lists that reach it with the item not yet recalled.
    - ``responses="all"``: the nth response whatever it is; an intrusion or a repeat counts for no
      position; possible are all lists.

    Parameters
    ----------
    n : the output position, from 1; ``None`` for all of them.

    Returns
    -------
    DataFrame : ``subject, output, position, prob, actual, possible``.

    Source: Hogan (1975); Laming (1999), Howard & Kahana (1999) for the first recall.
    """
    require_recalls(recalls)
    recalls.trials.require_different_items("probability_of_nth_recall")
    length = recalls.list_length
    if n is not None and not (isinstance(n, int | np.integer) and 1 <= n <= length):
        raise InputError(f"probability_of_nth_recall: n={n!r} is not a whole number in 1..{length}, the list length")
    if responses not in ("correct", "all"):
        raise InputError(f"probability_of_nth_recall: responses={responses!r} is neither 'correct' nor 'all'")
    from memsim.analysis.recall.kernels import count_nth  # numba

    every = responses == "all"
    actual, possible = count_nth(recalls.positions, *subjects(recalls), length, every)
    if every:
        possible = np.broadcast_to(lists_per_subject(recalls)[:, None, None], actual.shape)
    outputs = range(1, length + 1)
    if n is not None:
        outputs, actual, possible = range(n, n + 1), actual[:, n - 1 : n], possible[:, n - 1 : n]
    return counts_per_subject(recalls, {"output": outputs, "position": range(1, length + 1)}, actual, possible)

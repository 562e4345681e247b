"""Where recall begins and goes: the probability of nth recall."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from memsim.analysis.subjects import counts_per_subject, lists_per_subject
from memsim.errors import InputError
from memsim.recalls import Recalls, require_recalls


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
    length = recalls.list_length
    if n is not None and not (isinstance(n, int | np.integer) and 1 <= n <= length):
        raise InputError(f"probability_of_nth_recall: n={n!r} is not a whole number in 1..{length}, the list length")
    if responses not in ("correct", "all"):
        raise InputError(f"probability_of_nth_recall: responses={responses!r} is neither 'correct' nor 'all'")
    outputs = range(1, length + 1) if n is None else range(n, n + 1)
    codes, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    if responses == "correct":
        # Output position among the correct responses, 0-based, of each item; -1 if never recalled.
        rank = np.cumsum(recalls.is_correct, axis=1, dtype=np.int32) - 1
        at = recalls.output_of_item
        reached = np.take_along_axis(rank, np.maximum(at, 0), axis=1) if rank.shape[1] else at
        order = np.where(at >= 0, reached, -1)
    else:
        order = recalls.output_of_item
    actual = np.empty((n_subjects, len(outputs), length), dtype=np.int64)
    possible = np.empty_like(actual)
    for k, output in enumerate(outputs):
        now = order == output - 1
        actual[:, k] = _count(now, codes, n_subjects)
        if responses == "correct":
            open_to = now.any(axis=1)[:, None] & ~((order >= 0) & (order < output - 1))
            possible[:, k] = _count(open_to, codes, n_subjects)
        else:
            possible[:, k] = lists_per_subject(recalls)[:, None]
    return counts_per_subject(recalls, {"output": outputs, "position": range(1, length + 1)}, actual, possible)


def _count(where: np.ndarray, codes: np.ndarray, n_subjects: int) -> np.ndarray:
    row, item = np.nonzero(where)
    length = where.shape[1]
    return np.bincount(codes[row] * length + item, minlength=n_subjects * length).reshape(n_subjects, length)

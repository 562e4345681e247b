"""Where recall begins and goes: the probability of nth recall."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
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
    subjects, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    row, item = np.nonzero(recalls.output_of_item >= 0)
    output = recalls.output_of_item[row, item].astype(np.int64)
    if responses == "correct":
        output = (np.cumsum(recalls.is_correct, axis=1) - 1)[row, output]

    def count(at_output: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n_subjects, length + 1, length) recalled items, each counted at its entry of ``at_output``."""
        shape = (n_subjects, length + 1, length)
        kept = at_output <= length
        cell = np.ravel_multi_index((subjects[row[kept]], at_output[kept], item[kept]), shape)
        return np.bincount(cell, minlength=np.prod(shape)).reshape(shape)

    actual = count(output)[:, :length]
    if responses == "correct":
        n_correct = recalls.is_correct.sum(axis=1)
        size = length + 1
        ended = np.bincount(subjects * size + n_correct, minlength=n_subjects * size).reshape(n_subjects, size)
        reached = lists_per_subject(recalls)[:, None] - np.cumsum(ended, axis=1)
        # An item is out of reach from the output after its own to the last correct one of its list.
        gone = np.cumsum(count(output + 1) - count(n_correct[row]), axis=1)
        possible = (reached[:, :, None] - gone)[:, :length]
    else:
        possible = np.broadcast_to(lists_per_subject(recalls)[:, None, None], actual.shape)
    outputs = range(1, length + 1)
    if n is not None:
        outputs, actual, possible = range(n, n + 1), actual[:, n - 1 : n], possible[:, n - 1 : n]
    return counts_per_subject(recalls, {"output": outputs, "position": range(1, length + 1)}, actual, possible)

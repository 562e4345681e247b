"""How well order is recalled: accuracy by position in serial recall."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.subjects import counts_per_subject, lists_per_subject
from memsim.core.arrays import BoolArray, IntArray
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls


def serial_accuracy(recalls: Recalls) -> pd.DataFrame:
    """Probability that each item is given at its own place.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``; ``position`` is the serial position of the item. Items
        given anywhere are those of :func:`memsim.analysis.serial_position_curve`.

    In backward recall an item's place is counted from the end of the list (Conrad, 1965; Madigan, 1971).

    Raises
    ------
    InputError : the recalls are not from serial recall.
    """
    due = due_positions(recalls)
    right = in_place(recalls)
    n_subjects, length = len(recalls.trials.subjects), recalls.list_length
    actual = np.zeros((n_subjects, length), dtype=np.int64)
    for output, item in enumerate(due):
        actual[:, item] = np.bincount(recalls.trials.subject_codes[right[:, output]], minlength=n_subjects)
    possible = np.broadcast_to(lists_per_subject(recalls)[:, None], actual.shape)
    return counts_per_subject(recalls, {"position": range(1, length + 1)}, actual, possible)


def in_place(recalls: Recalls) -> BoolArray:
    """(n_trials, n_outputs) whether the response at each output is the item that is due."""
    return recalls.positions == due_positions(recalls) + 1


def due_positions(recalls: Recalls) -> IntArray:
    """(n_outputs,) 0-based serial position that is right at each output; for serial recall only."""
    require_recalls(recalls)
    due = getattr(recalls.trials.paradigm, "due", None)
    if due is None:
        raise InputError(
            f"{recalls.trials.paradigm!r} asks for no order; this analysis takes serial recall, as of SerialRecall"
        )
    return due

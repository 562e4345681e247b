"""Accuracy of serial recall: which items are recalled in their place."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.declaration import of_recalls
from memsim.analysis.subjects import count_by_subject, counts_per_subject, lists_per_subject
from memsim.core.arrays import BoolArray, IntArray
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=True, by_study_order=True)
def serial_accuracy(recalls: Recalls) -> pd.DataFrame:
    """Probability that the item at each serial position is recalled in its place (strict scoring).

    An item that was presented several times is due at each of its places. In backward recall the place of an item is
    counted from the end of the list (Conrad, 1965; Madigan, 1971). Items recalled in any place are counted by
    :func:`memsim.analysis.serial_position_curve`.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: the lists in which the item was in its place, and all
        lists; ``position`` is the serial position of the item.

    Raises
    ------
    InputError : the recalls are not of serial recall.

    References
    ----------
    Conrad (1965), Journal of Verbal Learning and Verbal Behavior, 4, 161-169; Madigan (1971), Journal of Experimental
    Psychology, 87, 294-296.
    """
    due = due_positions(recalls)
    row, output = in_place(recalls).nonzero()
    length = recalls.list_length
    actual = count_by_subject(recalls, row, (due[output], length))
    possible = lists_per_subject(recalls)[:, None]
    return counts_per_subject(recalls, {"position": range(1, length + 1)}, actual, possible)


def in_place(recalls: Recalls) -> BoolArray:
    """(n_trials, n_outputs) whether the response at each output is the item that is due."""
    due = due_positions(recalls)
    if recalls.trials.repeated_items.any():  # responses have the position of the first presentation
        return recalls.positions == recalls.trials.first_presentation[:, due] + 1
    return recalls.positions == due + 1


def due_positions(recalls: Recalls) -> IntArray:
    """(n_outputs,) the serial position, from 0, that is due at each output.

    Raises
    ------
    InputError : the recalls are not of serial recall.
    """
    due = recalls.trials.paradigm.due
    if due is None:
        raise InputError(
            f"{recalls.trials.paradigm!r} asks for no order; give recalls of serial recall, as from SerialRecall"
        )
    return due

"""Errors of serial recall: their types, how far items move, and what follows an error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.declaration import of_recalls
from memsim.analysis.serial.accuracy import due_positions, in_place
from memsim.analysis.subjects import count_by_subject, counts_per_subject, lists_per_subject
from memsim.core.arrays import INTRUSION, NONE, BoolArray, IntArray
from memsim.core.recalls import Recalls

TYPES = ("correct", "transposition", "repetition", "omission", "intrusion")


@of_recalls(takes_repeated_items=True, by_study_order=True)
def error_types(recalls: Recalls) -> pd.DataFrame:
    """Share of each type of response at each output.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, output, type, prob, actual, possible``: responses of the type, and lists. The types exclude
        one another:

        ``correct``: the item that is due, whether or not it was given before;
        ``transposition``: another item of the list, given for the first time;
        ``repetition``: another item of the list that was given before (an item that was presented several times: that
        was given as often before);
        ``omission``: no response;
        ``intrusion``: an item that is not on the list.

    Raises
    ------
    InputError : the recalls are not of serial recall.

    References
    ----------
    The scheme is that of Henson (1998), Cognitive Psychology, 36, 73-137, among others.
    """
    correct, repeated = in_place(recalls), recalls.is_repeat
    positions = recalls.positions
    wrong = (positions > 0) & ~correct
    of_type = (correct, wrong & ~repeated, wrong & repeated, positions == NONE, positions == INTRUSION)
    length = recalls.list_length
    row, output = np.indices((len(recalls), length)).reshape(2, -1)
    code = np.select([chosen[:, :length].ravel() for chosen in of_type], range(len(TYPES)))
    actual = count_by_subject(recalls, row, (output, length), (code, len(TYPES)))
    levels: dict[str, Any] = {"output": range(1, length + 1), "type": np.array(TYPES, dtype=object)}
    return counts_per_subject(recalls, levels, actual, lists_per_subject(recalls)[:, None, None])


@of_recalls(takes_repeated_items=False, by_study_order=True)
def transposition_gradient(recalls: Recalls) -> pd.DataFrame:
    """Probability of a response by its displacement, given that the displacement was possible.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, displacement, prob, actual, possible``. ``displacement`` is the place of the item, in the
        order asked for, minus the output: -1 is an item that comes one output late, 0 an item in its place.
        ``possible`` counts the outputs at which an item of the list was given for the first time and at which an item
        with this displacement exists.

    Raises
    ------
    InputError : the recalls are not of serial recall, or a list holds an item twice, which has no single place.
    """
    place = _places(recalls)
    length = recalls.list_length
    row, output = np.nonzero(_first_responses(recalls))
    displacement = place[recalls.positions[row, output]] - output
    width = 2 * length - 1
    actual = count_by_subject(recalls, row, (displacement + length - 1, width))
    outputs = count_by_subject(recalls, row, (output, length))
    possible = np.zeros_like(actual)
    for each in range(length):
        possible[:, length - 1 - each : width - each] += outputs[:, each, None]
    return counts_per_subject(recalls, {"displacement": range(1 - length, length)}, actual, possible)


@of_recalls(takes_repeated_items=False, by_study_order=True)
def fill_in(recalls: Recalls) -> pd.DataFrame:
    """Probability of a fill-in after the first item out of place, if that was one place early.

    After A C people mostly continue with the skipped B, a fill-in; chaining predicts D, an infill. Skipping to the last
    item counts too, although no item remains for an infill.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, prob, actual, possible``: fill-ins, and fill-ins and infills together; ``prob`` is NaN for a
        subject who made neither. The ratio of fill-ins to infills is ``actual / (possible - actual)``.

    Raises
    ------
    InputError : the recalls are not of serial recall, or a list holds an item twice.

    References
    ----------
    Henson, Norris, Page & Baddeley (1996), Quarterly Journal of Experimental Psychology, 49A, 80-115; Surprenant,
    Kelley, Farley & Neath (2005), Memory, 13, 267-273.
    """
    due = np.append(due_positions(recalls) + 1, -2)  # -2 is no response, so the end of the list has no infill
    misplaced = (recalls.positions > 0) & ~in_place(recalls)
    first = np.where(misplaced.any(axis=1), misplaced.argmax(axis=1), recalls.list_length)
    row = np.flatnonzero(first < recalls.list_length - 1)
    at = first[row]
    skipped = recalls.positions[row, at] == due[at + 1]
    row, at = row[skipped], at[skipped]
    after = recalls.positions[row, at + 1]
    filled, infilled = after == due[at], after == due[at + 2]
    actual, possible = count_by_subject(recalls, row[filled]), count_by_subject(recalls, row[filled | infilled])
    return counts_per_subject(recalls, {}, actual, possible)


@of_recalls(takes_repeated_items=True, by_study_order=True)
def repetition_distance(recalls: Recalls) -> pd.DataFrame:
    """Share of repetitions by the number of outputs since the item was last given.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, distance, prob, actual, possible``: repetitions of an item of the list at this distance, and
        all of them. An item that was presented several times is repeated where it is given more often.

    Raises
    ------
    InputError : the recalls are not of serial recall.
    """
    due_positions(recalls)
    length = recalls.list_length
    row, output = np.nonzero(recalls.is_repeat)
    same = recalls.positions[row] == recalls.positions[row, output][:, None]
    before = same & (np.arange(length) < output[:, None])
    latest = length - 1 - before[:, ::-1].argmax(axis=1)
    longest = max(length - 1, 1)
    actual = count_by_subject(recalls, row, (output - latest - 1, longest))
    levels = {"distance": range(1, longest + 1)}
    return counts_per_subject(recalls, levels, actual, actual.sum(axis=1, keepdims=True))


@of_recalls(takes_repeated_items=False, by_study_order=True)
def relative_order(recalls: Recalls) -> pd.DataFrame:
    """Probability that two adjacent responses are in the order asked for, wherever they are given.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``subject, prob, actual, possible``: pairs in order, and all pairs of adjacent responses that are both
        of the list and given for the first time.

    Raises
    ------
    InputError : the recalls are not of serial recall, or a list holds an item twice, which has no single place.
    """
    place = _places(recalls)
    counted = _first_responses(recalls)
    pair = counted[:, :-1] & counted[:, 1:]
    ordered = pair & (np.diff(place[recalls.positions], axis=1) > 0)
    actual, possible = (count_by_subject(recalls, np.nonzero(chosen)[0]) for chosen in (ordered, pair))
    return counts_per_subject(recalls, {}, actual, possible)


def _first_responses(recalls: Recalls) -> BoolArray:
    """(n_trials, n_outputs) whether a response is an item of the list that was not given before."""
    return (recalls.positions > 0) & ~recalls.is_repeat


def _places(recalls: Recalls) -> IntArray:
    """(list_length + 2,) the place, from 0, of each serial position, from 1, in the order asked for.

    The entries of no response (0) and of an intrusion (-1) are 0.
    """
    due = due_positions(recalls)
    place = np.zeros(recalls.list_length + 2, dtype=np.int32)
    place[due + 1] = np.arange(recalls.list_length)
    return place

"""Errors of serial recall: their types, how far items move, and what follows an error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.serial.accuracy import due_positions, in_place
from memsim.analysis.subjects import counts_per_subject, lists_per_subject
from memsim.core.arrays import INTRUSION, NONE, IntArray
from memsim.core.recalls import Recalls

TYPES = ("correct", "transposition", "repetition", "omission", "intrusion")


def error_types(recalls: Recalls) -> pd.DataFrame:
    """What each output was.

    Returns
    -------
    DataFrame : ``subject, output, type, prob, actual, possible``; the types of an output exclude one another:

        ``correct``: the item that is due, given before or not; ``transposition``: another item of the list, for the
        first time; ``repetition``: another item of the list that was given before; ``omission``; ``intrusion``.

    Source: the scheme of Henson (1998), among others.
    """
    right, repeated = in_place(recalls), recalls.is_repeat
    positions = recalls.positions
    wrong = (positions > 0) & ~right
    which = (right, wrong & ~repeated, wrong & repeated, positions == NONE, positions == INTRUSION)
    codes, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    length = recalls.list_length
    actual = np.zeros((n_subjects, length, len(TYPES)), dtype=np.int64)
    for kind, found in enumerate(which):
        for output in range(length):
            actual[:, output, kind] = np.bincount(codes[found[:, output]], minlength=n_subjects)
    possible = np.broadcast_to(lists_per_subject(recalls)[:, None, None], actual.shape)
    frame = counts_per_subject(recalls, {"output": range(1, length + 1), "type": range(len(TYPES))}, actual, possible)
    frame["type"] = np.array(TYPES, dtype=object)[frame["type"]]
    return frame


def transposition_gradient(recalls: Recalls) -> pd.DataFrame:
    """How far items move: probability of a response by its displacement, where that displacement was possible.

    Returns
    -------
    DataFrame : ``subject, displacement, prob, actual, possible``; ``displacement`` is the place of the item in the
        order asked for less the output, so -1 is an item one output late, 0 one in place. ``possible`` counts outputs
        at which an item of the list was given for the first time and that have an item at this displacement.
    """
    due = due_positions(recalls)
    length = recalls.list_length
    place = np.empty(length + 1, dtype=np.int64)
    place[due + 1] = np.arange(length)
    counted = (recalls.positions > 0) & ~recalls.is_repeat
    row, output = np.nonzero(counted)
    subject = recalls.trials.subject_codes[row]
    displacement = place[recalls.positions[row, output]] - output
    n_subjects, width = len(recalls.trials.subjects), 2 * length - 1
    cell = subject * width + displacement + length - 1
    actual = np.bincount(cell, minlength=n_subjects * width).reshape(n_subjects, width)
    outputs = np.bincount(subject * length + output, minlength=n_subjects * length).reshape(n_subjects, length)
    possible = np.zeros((n_subjects, width), dtype=np.int64)
    for at in range(length):
        possible[:, length - 1 - at : width - at] += outputs[:, at, None]
    return counts_per_subject(recalls, {"displacement": range(1 - length, length)}, actual, possible)


def fill_in(recalls: Recalls) -> pd.DataFrame:
    """What follows the first item out of place, where that was to skip one item: the item skipped, or the next.

    After A C people mostly say B, which fills in; chaining predicts D, infill (Henson, Norris, Page & Baddeley, 1996;
    Surprenant, Kelley, Farley & Neath, 2005). Skipping to the last item counts too, though nothing is left to infill.

    Returns
    -------
    DataFrame : ``subject, prob, actual, possible``: fill-ins, and fill-ins and infills together; ``prob`` is NaN for
        who made neither. The ratio of fill-in to infill is ``actual`` over the rest of ``possible``.
    """
    due = np.append(due_positions(recalls) + 1, -2)  # which no response is
    misplaced = (recalls.positions > 0) & ~in_place(recalls)
    first = np.where(misplaced.any(axis=1), misplaced.argmax(axis=1), recalls.list_length)
    row = np.flatnonzero(first < recalls.list_length - 1)
    at = first[row]
    skipped = recalls.positions[row, at] == due[at + 1]
    row, at = row[skipped], at[skipped]
    after = recalls.positions[row, at + 1]
    filled, infilled = after == due[at], after == due[at + 2]
    return _counts(recalls, row[filled], row[filled | infilled])


def repetition_distance(recalls: Recalls) -> pd.DataFrame:
    """How many outputs lie between the two times an item was given.

    Returns
    -------
    DataFrame : ``subject, distance, prob, actual, possible``: repeats of items of the list, and all repeats.
    """
    due_positions(recalls)
    length = recalls.list_length
    row, output = np.nonzero(recalls.is_repeat)
    same = recalls.positions[row] == recalls.positions[row, output][:, None]
    before = same & (np.arange(length) < output[:, None])
    latest = length - 1 - before[:, ::-1].argmax(axis=1)
    n_subjects = len(recalls.trials.subjects)
    subject = recalls.trials.subject_codes[row]
    cell = subject * (length - 1) + (output - latest) - 1
    actual = np.bincount(cell, minlength=n_subjects * (length - 1)).reshape(n_subjects, length - 1)
    possible = np.broadcast_to(actual.sum(axis=1, keepdims=True), actual.shape)
    return counts_per_subject(recalls, {"distance": range(1, length)}, actual, possible)


def relative_order(recalls: Recalls) -> pd.DataFrame:
    """Whether adjacent responses, both of the list and not given before, are in the order asked for.

    Returns
    -------
    DataFrame : ``subject, prob, actual, possible``: pairs in order, and pairs.
    """
    place = _places(recalls)
    counted = (recalls.positions > 0) & ~recalls.is_repeat
    pair = counted[:, :-1] & counted[:, 1:]
    ordered = pair & (np.diff(place[recalls.positions], axis=1) > 0)
    return _counts(recalls, np.nonzero(ordered)[0], np.nonzero(pair)[0])


def _places(recalls: Recalls) -> IntArray:
    """(L + 1,) place of each serial position, from 1, in the order asked for."""
    due = due_positions(recalls)
    place = np.zeros(recalls.list_length + 2, dtype=np.int32)
    place[due + 1] = np.arange(recalls.list_length)
    return place


def _counts(recalls: Recalls, actual: np.ndarray, possible: np.ndarray) -> pd.DataFrame:
    """Rows of ``actual`` and ``possible`` by subject."""
    n_subjects, codes = len(recalls.trials.subjects), recalls.trials.subject_codes
    return counts_per_subject(
        recalls,
        {},
        np.bincount(codes[actual], minlength=n_subjects),
        np.bincount(codes[possible], minlength=n_subjects),
    )

"""Cued recall, serial recall and recognition as answers among options, with what may matter for each option."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.core.cued_items import answers_cue
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.evaluation.ranking.option_tables import Answers, Feature

_Whole = npt.NDArray[np.int64]
LISTS_BACK, TEST_THIRDS = 16, 3
"""Into how many parts the study and the test of recognition are divided."""
OMITTED, OTHER, CORRECT, CUE = range(4)


def answers_of(responses: Any) -> Answers:
    """The answers to probes, or the responses to each cue or output position, that all models can give.

    Of judgments, options are ratings. Of recall, options are the items of the list by serial position, and last no
    response.
    """
    if isinstance(responses, Judgments):
        return _of_recognition(responses)
    return _of_cued_recall(responses) if responses.trials.paradigm.cued_by_item else _of_serial_recall(responses)


def _of_recognition(judgments: Judgments) -> Answers:
    """Ratings by whether the probe was studied, of each person; by when it was studied, and by when it is tested."""
    rows, probes = np.nonzero(judgments.ratings != UNANSWERED)
    chosen = judgments.ratings[rows, probes].astype(np.int64) - 1
    n = judgments.n_ratings
    studied = _studied(judgments)[rows, probes]
    rating = np.arange(n)[None, :]
    old = (studied >= 0).astype(np.int64)
    part = np.where(studied >= 0, studied * LISTS_BACK // judgments.list_length, 0)
    third = probes * TEST_THIRDS // judgments.ratings.shape[1]
    features = (
        Feature(old[:, None] * n + rating, 2 * n, of_person=True),
        Feature(np.where(old[:, None] > 0, part[:, None] * n + rating, -1), LISTS_BACK * n, of_person=False),
        Feature((third * 2 + old)[:, None] * n + rating, 2 * TEST_THIRDS * n, of_person=False),
    )
    return Answers(rows.astype(np.int64), judgments.trials.subject[rows].astype(str), chosen,
                   np.ones((len(rows), n), dtype=bool), features)  # fmt: skip


def _studied(judgments: Judgments) -> _Whole:
    """(n_trials, n_probes) 0-based position of the last presentation of each probe's (first) item; -1 for lures."""
    probes = judgments.trials.probes
    assert probes is not None
    found = np.full(judgments.ratings.shape, -1, dtype=np.int64)
    for row, (items, asked) in enumerate(zip(judgments.trials.items, probes.items[:, :, 0], strict=True)):
        place = {int(item): position for position, item in enumerate(items)}
        found[row] = [place.get(int(item), -1) for item in asked]
    return found


def _of_cued_recall(recalls: Recalls) -> Answers:
    """No response, the right item, the cue or another one: of each person, by place in study and in the test."""
    columns = scored_outcomes(recalls, True).columns
    rows, outputs = np.nonzero(columns != NO_EVENT)
    length = recalls.list_length
    kind = np.full((*columns.shape, length + 1), OTHER, dtype=np.int64)
    kind[:, :, length] = OMITTED
    for position in range(length):
        right = answers_cue(recalls.trials, np.full(columns.shape, position + 1))
        kind[:, :, position] = np.where(right, CORRECT, kind[:, :, position])
    probes = recalls.trials.probes
    assert probes is not None
    asked = probes.items[:, : columns.shape[1]].max(axis=2)
    kind[:, :, :length] = np.where(recalls.trials.items[:, None, :] == asked[:, :, None], CUE, kind[:, :, :length])
    of_answer = kind[rows, outputs]
    pair = (of_answer == CORRECT).argmax(axis=1) // 2
    within = np.abs(np.arange(length + 1)[None, :] // 2 - pair[:, None])
    features = (
        Feature(of_answer, 4, of_person=True),
        Feature(pair[:, None] * 4 + of_answer, 2 * length, of_person=False),
        Feature(outputs[:, None] * 4 + of_answer, 4 * columns.shape[1], of_person=False),
        Feature(np.where(of_answer == OTHER, within, -1), length, of_person=False),
    )
    possible = np.ones((len(rows), length + 1), dtype=bool)
    chosen = columns[rows, outputs].astype(np.int64)
    return Answers(rows.astype(np.int64), recalls.trials.subject[rows].astype(str), chosen, possible, features)


def _of_serial_recall(recalls: Recalls) -> Answers:
    """Displacement from the place that is due, of each person; the place itself; and the step from the last item."""
    columns = scored_outcomes(recalls, False).columns
    length = recalls.list_length
    rows, outputs = np.nonzero(columns != NO_EVENT)
    given = np.zeros((len(columns), length), dtype=bool)
    left, last = np.empty((*columns.shape, length), dtype=bool), np.full(columns.shape, -1, dtype=np.int64)
    before = np.full(len(columns), -1, dtype=np.int64)
    for output in range(columns.shape[1]):
        left[:, output], last[:, output] = ~given, before
        item = np.flatnonzero((columns[:, output] >= 0) & (columns[:, output] < length))
        given[item, columns[item, output]] = True
        before[item] = columns[item, output]
    due = recalls.trials.paradigm.due
    assert due is not None
    place = np.asarray(due, dtype=np.int64)[np.minimum(outputs, len(due) - 1)]
    option = np.arange(length + 1)[None, :]
    width = 2 * length
    displaced = np.where(option == length, width - 1, option - place[:, None] + length - 1)
    step = option - last[rows, outputs][:, None] + length - 1
    step = np.where((option == length) | (last[rows, outputs] < 0)[:, None], -1, step)
    n_outputs = columns.shape[1]
    features = (
        Feature(displaced, width, of_person=True),
        Feature(outputs[:, None] * (length + 1) + option, n_outputs * (length + 1), of_person=False),
        Feature(step, width, of_person=False),
    )
    may_omit = not recalls.trials.paradigm.forced
    possible = np.concatenate((left[rows, outputs], np.full((len(rows), 1), may_omit)), axis=1)
    possible[np.arange(len(rows)), columns[rows, outputs]] = True
    return Answers(rows.astype(np.int64), recalls.trials.subject[rows].astype(str),
                   columns[rows, outputs].astype(np.int64), possible, features)  # fmt: skip

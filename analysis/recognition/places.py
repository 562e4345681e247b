"""Where probed items were studied, and where in the test they are probed."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import IntArray, LabelArray
from memsim.core.events import Probe, Study, StudyPair
from memsim.core.judgments import Judgments
from memsim.core.probes import ABSENT
from memsim.core.trials import Paradigm


def events_before(paradigm: Paradigm) -> tuple[IntArray, IntArray, IntArray]:
    """How many events of a trial came before its probes and presentations; items of a pair are one event.

    Returns
    -------
    studied : (n_probes,) presentations before each probe, as serial positions.
    of_probe, of_position : (n_probes,), (list_length,) studied or probed events before each probe, each presentation.
    """
    studied = np.zeros(paradigm.n_probes, dtype=np.int32)
    of_probe, of_position = studied.copy(), np.zeros(paradigm.list_length, dtype=np.int32)
    at = n_studied = 0
    for event in paradigm.events():
        if isinstance(event, Probe):
            of_probe[event.number], studied[event.number] = at, n_studied
        elif isinstance(event, Study | StudyPair):
            of_position[list(event)] = at
            n_studied += len(event)
        else:
            continue
        at += 1
    return studied, of_probe, of_position


def studied_positions(judgments: Judgments) -> IntArray:
    """(n_trials, n_probes) serial position, from 0, of the last presentation of the item, or of a pair's first one.

    In a probe about one list it is the last in that list; -1 where there is none.
    """
    trials = judgments.trials
    found = trials.last_presentations.min(axis=2)
    probes = trials.probes
    if probes is None or probes.about is None or not (probes.about != ABSENT).any():
        return found
    in_list = trials.paradigm.list_of_position == probes.about[:, :, None]
    same = (trials.items[:, None, :] == probes.items[:, :, :1]) & in_list
    last = trials.list_length - 1 - np.argmax(same[:, :, ::-1], axis=2)
    return np.where(probes.about == ABSENT, found, np.where(same.any(axis=2), last, ABSENT))


def place_in_list(paradigm: Paradigm) -> IntArray:
    """(list_length,) serial position of each item in its list, from 1; in tasks of pairs the number of its pair."""
    number = paradigm.list_of_position
    starts = np.searchsorted(number, number)  # lists of a trial follow one another
    place = np.arange(paradigm.list_length) - starts
    return np.asarray(place // (2 if paradigm.studies_pairs else 1) + 1)


def lists_of_probes(judgments: Judgments) -> LabelArray:
    """(n_trials, n_probes) the list in which the item was studied: the number within the trial, or the trial's label.

    Where a trial has one list, it is the label of the trial (:attr:`memsim.Trials.list`).
    """
    trials = judgments.trials
    number = trials.paradigm.list_of_position
    positions = studied_positions(judgments)
    if len(np.unique(number)) == 1:
        return np.broadcast_to(trials.list[:, None], positions.shape)
    return np.asarray(number[np.maximum(positions, 0)] + 1)


def presentations_before(judgments: Judgments) -> IntArray:
    """(n_trials, n_probes) how often the item, or the pair, was presented before the probe; in the list asked about."""
    trials = judgments.trials
    probes = trials.probes
    assert probes is not None
    studied, _, _ = events_before(trials.paradigm)
    number = trials.paradigm.list_of_position
    found = np.zeros(probes.items.shape[:2], dtype=np.int32)
    for index, n_before in enumerate(studied):
        items = trials.items[:, :n_before]
        counted = np.ones(items.shape, dtype=bool)
        if probes.about is not None:
            about = probes.about[:, index, None]
            counted = (about == ABSENT) | (number[:n_before] == about)
        first = probes.items[:, index, :1]
        if probes.items.shape[2] == 1:
            same = items == first
        else:
            second = probes.items[:, index, 1:]
            pairs = items.reshape(len(items), items.shape[1] // 2, 2)
            together = ((pairs[:, :, 0] == first) & (pairs[:, :, 1] == second)) | (
                (pairs[:, :, 0] == second) & (pairs[:, :, 1] == first)
            )
            same, counted = together, counted[:, ::2]
        found[:, index] = (same & counted).sum(axis=1)
    return np.where(probes.given, found, 0)


def presentation_levels(times: IntArray, judgments: Judgments) -> tuple[IntArray, IntArray]:
    """The numbers of presentations that probes have, and (n_trials, n_probes) which of them each has."""
    probes = judgments.trials.probes
    assert probes is not None
    levels = np.unique(times[probes.given])
    return levels, np.searchsorted(levels, times).astype(np.int32)

"""Hits by where, how often and how long ago targets were studied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.bins import in_blocks, lag_levels
from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.counts import answered, targets_of
from memsim.analysis.recognition.places import (
    events_before,
    lists_of_probes,
    place_in_list,
    presentation_levels,
    presentations_before,
    studied_positions,
)
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments


@of_judgments(by_study_order=True)
def hits_by_serial_position(
    judgments: Judgments, block: int | None = None, *, recalled: bool | None = None
) -> pd.DataFrame:
    """Hit rate by serial position in the study list.

    A rise at the end is recency, which a filled delay removes; a rise at the start is primacy. Both are smaller than in
    recall, since each item is its own cue. After a test of recall the curve is that of items which were recalled there
    and of items which were not, whose last positions are poor: choose them by ``recalled``.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    block : the number of successive positions, or pairs, that are counted together; if not given, 1 in lists of up to
        24, and in longer ones as many as make about ten blocks.
    recalled : counts only targets that were recalled before, or that were not, where the task has recall; all by
        default.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: targets called old, and all that were answered.
        ``position`` is that of the last presentation in its list; of intact pairs, the number of the pair; of a block,
        the middle one.

    Raises
    ------
    InputError : nothing was recalled in this task, and ``recalled`` is given; ``block`` is not a whole number from 1;
        or the order of study is not known of these people.

    References
    ----------
    Murdock and Anderson (1975), in Solso (Ed.), Information processing and cognition: The Loyola Symposium.
    """
    place = place_in_list(judgments.trials.paradigm)
    at = place[np.maximum(studied_positions(judgments), 0)]
    which = targets_of(judgments) & _recalled(judgments, recalled, "hits_by_serial_position")
    code, _, middle = in_blocks(at, int(place.max()), block, "hits_by_serial_position")
    return _hits(judgments, which, code, {"position": middle})


@of_judgments()
def hits_by_list(judgments: Judgments, *, recalled: bool | None = None) -> pd.DataFrame:
    """Hit rate by the list in which targets were studied.

    In a test after several lists a rise over lists is recency over minutes; a fall over lists that are each tested at
    once is interference from earlier ones, or fatigue.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    recalled : as in :func:`hits_by_serial_position`.

    Returns
    -------
    DataFrame : ``subject, list, prob, actual, possible``. ``list`` is the number of the list within the trial, or the
        label of the trial where each has one list.
    """
    which = targets_of(judgments) & _recalled(judgments, recalled, "hits_by_list")
    lists = lists_of_probes(judgments)
    labels, codes = np.unique(lists, return_inverse=True)
    codes = codes.reshape(lists.shape)
    return _hits(judgments, which, codes, {"list": labels})


@of_judgments(by_study_order=True)
def hits_by_lag(judgments: Judgments, edges: Sequence[float] | None = None) -> pd.DataFrame:
    """Hit rate by the lag from the last presentation: the items, or pairs, studied in between.

    This is the lag of continuous recognition, where an immediate repetition has lag 0. A fall is forgetting, by decay,
    interference or change of context; false alarms do not depend on lag, so that the fall is one of discrimination.
    Some authors count lag from 1.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    edges : the edges of bins of lags, each larger than the one before; a bin contains its lower edge. If not given,
        every lag that occurs is a level of its own in tasks whose lags go up to 24; in others, bins widen with the lag,
        and are named by powers of two: 0, 1, 2, 4 (3 to 5), 8 (6 to 11), 16 (12 to 22), and so on.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible``; of a bin between ``edges``, ``lag`` is the mean lag of its
        targets.

    Raises
    ------
    InputError : the edges do not rise, or the order of study is not known of these people.

    References
    ----------
    Shepard and Teghtsoonian (1961), Journal of Experimental Psychology, 62, 302-309; Hockley (1992), Journal of
    Experimental Psychology: Learning, Memory, and Cognition, 18, 1321-1330.
    """
    studied, _, _ = events_before(judgments.trials.paradigm)
    per_event = 2 if judgments.trials.paradigm.studies_pairs else 1  # of the pair's second item there is none between
    between = (studied - 1 - studied_positions(judgments)) // per_event
    return _by_lag(judgments, between, int(studied.max(initial=1) - 1) // per_event, edges, "hits_by_lag")


@of_judgments(by_study_order=True)
def hits_by_study_test_lag(judgments: Judgments, edges: Sequence[float] | None = None) -> pd.DataFrame:
    """Hit rate by study-test lag: the items studied after the target, and the probes before it.

    It separates the recency of study from the place in the test. A fall that goes on through the test is output
    interference or forgetting. In continuous recognition an item is both probed and studied, and counts twice here: use
    :func:`hits_by_lag`.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    edges : as in :func:`hits_by_lag`.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible``, as of :func:`hits_by_lag`; a pair counts once.

    Raises
    ------
    InputError : as of :func:`hits_by_lag`.

    References
    ----------
    Murdock and Anderson (1975), in Solso (Ed.), Information processing and cognition: The Loyola Symposium.
    """
    _, of_probe, of_position = events_before(judgments.trials.paradigm)
    between = of_probe - 1 - of_position[np.maximum(studied_positions(judgments), 0)]
    return _by_lag(judgments, between, int(of_probe.max(initial=1) - 1), edges, "hits_by_study_test_lag")


@of_judgments()
def hits_by_presentations(judgments: Judgments) -> pd.DataFrame:
    """Rate of calling old by the number of presentations: false alarms at 0, hits above.

    Hits rise with presentations. Where false alarms fall at the same time in lists of repeated items, there is a mirror
    effect of strength; compare lists with ``analyze(..., by=...)``.

    Parameters
    ----------
    judgments : judgments of people or of a model.

    Returns
    -------
    DataFrame : ``subject, presentations, prob, actual, possible``; presentations before the probe, and in the list
        asked about if the probe is about one.

    References
    ----------
    Stretch and Wixted (1998), Journal of Experimental Psychology: Learning, Memory, and Cognition, 24, 1379-1396.
    """
    times = presentations_before(judgments)
    levels, code = presentation_levels(times, judgments)
    kinds = judgments.trials.probe_kinds
    counted = np.isin(kinds, ("target", "lure", "intact", "new"))
    return _hits(judgments, counted, code, {"presentations": levels})


@of_judgments()
def hits_by_list_length(judgments: Judgments) -> pd.DataFrame:
    """Hit rate by the length of the list in which targets were studied, where lists of a trial differ in length.

    A fall with length is the list-length effect: interference between items of a list. In many experiments longer lists
    also have longer delays and tests, which must be equated first. Where all lists of a trial are of one length there
    is one point; compare sets of trials by giving :func:`memsim.analysis.analyze` several.

    Parameters
    ----------
    judgments : judgments of people or of a model.

    Returns
    -------
    DataFrame : ``subject, length, prob, actual, possible``; lengths in items, or pairs.

    References
    ----------
    Strong (1912), Psychological Review, 19, 447-462; Dennis and Humphreys (2001), same journal, 108, 452-478 (for the
    confounds).
    """
    number = judgments.trials.paradigm.list_of_position
    sizes = np.bincount(number)[number] // (2 if judgments.trials.paradigm.studies_pairs else 1)
    levels, code = np.unique(sizes, return_inverse=True)
    at = code[np.maximum(studied_positions(judgments), 0)]
    return _hits(judgments, targets_of(judgments), at, {"length": levels})


def _recalled(judgments: Judgments, wanted: bool | None, who: str) -> BoolArray:
    """(n_trials, n_probes) whether the item was recalled before, or was not, as wanted; all if ``None``."""
    if wanted is None:
        return np.ones(judgments.ratings.shape, dtype=bool)
    return recalled_before(judgments, who) == wanted


def recalled_before(judgments: Judgments, who: str) -> BoolArray:
    """(n_trials, n_probes) whether the probed item was recalled in the test of recall before.

    Raises
    ------
    InputError : the task has no recall, or its probes are pairs.
    """
    trials = judgments.trials
    if judgments.recalls is None or trials.paradigm.judged != "item":
        raise InputError(
            f"{who}: {type(trials.paradigm).__name__} has no recall of items before they are judged; give judgments "
            "with recalls="
        )
    unit = trials.units_of_probes[:, :, 0]
    in_list = (unit >= 0) & (unit < trials.list_length)
    output = np.take_along_axis(judgments.recalls.output_of_item, np.where(in_list, unit, 0), axis=1)
    return np.asarray(in_list & (output >= 0))


def _by_lag(judgments: Judgments, lag: Any, longest: int, edges: Sequence[float] | None, who: str) -> pd.DataFrame:
    row, probe, old = answered(judgments, targets_of(judgments))
    code, inside, levels = lag_levels(np.asarray(lag)[row, probe].astype(np.int64), longest, edges, who)
    row, old, code = row[inside], old[inside], code[inside]
    possible = count_by_subject(judgments, row, (code, len(levels)))
    actual = count_by_subject(judgments, row[old], (code[old], len(levels)))
    return counts_per_subject(judgments, {"lag": levels}, actual, possible)


def _hits(judgments: Judgments, which: BoolArray, level: Any, levels: dict[str, Any]) -> pd.DataFrame:
    """Probes ``which`` that were called old, and all that were answered, at each level."""
    row, probe, old = answered(judgments, which)
    [values] = levels.values()
    at = np.asarray(level)[row, probe]
    possible = count_by_subject(judgments, row, (at, len(values)))
    actual = count_by_subject(judgments, row[old], (at[old], len(values)))
    return counts_per_subject(judgments, levels, actual, possible)

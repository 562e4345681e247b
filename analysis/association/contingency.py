"""Contingency of two tests of the same item: recall and recognition, or recall in two directions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.association.cues import cued
from memsim.analysis.declaration import of_judgments, of_recalls
from memsim.analysis.recognition.counts import answered, targets_of
from memsim.analysis.recognition.hits import recalled_before
from memsim.analysis.subjects import count_by_subject
from memsim.core.arrays import FloatArray, float_array
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.recalls import Recalls

TESTS = ("same direction", "reversed")
DEPENDENCE = 0.5
"""The constant of Tulving and Wiseman (1975)."""


def yules_q(table: npt.ArrayLike, added: float = 0.0) -> FloatArray:
    """Yule's Q = (ad - bc) / (ad + bc), from -1 to 1: 0 where two tests are independent; NaN for 0 / 0.

    Parameters
    ----------
    table : (..., 4) frequencies a both, b only the first, c only the second, d neither.
    added : to each frequency before; .5 keeps Q from ±1 and defines it everywhere, and draws it to 0.

    Raises
    ------
    InputError : no numbers, or a table of another shape.

    References
    ----------
    Yule (1900), Philosophical Transactions of the Royal Society A, 194, 257-319; Kahana (2002), Memory & Cognition,
    30, 823-840 (its use here).
    """
    frequencies = float_array(table, "yules_q: table")
    if frequencies.ndim < 1 or frequencies.shape[-1] != 4:
        raise InputError(f"yules_q: table has shape {frequencies.shape}, expected (..., 4) frequencies")
    a, b, c, d = np.moveaxis(frequencies + added, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((a * d - b * c) / (a * d + b * c))


def tulving_wiseman(recognised: npt.ArrayLike, dependence: float = DEPENDENCE) -> FloatArray:
    """P(recognised | recalled) that the Tulving-Wiseman function predicts: p + c (p - p²), p = P(recognised).

    Raises
    ------
    InputError : ``recognised`` are no numbers.

    References
    ----------
    Tulving and Wiseman (1975), Bulletin of the Psychonomic Society, 6, 79-82.
    """
    p = float_array(recognised, "tulving_wiseman: recognised")
    return np.asarray(p + dependence * (p - p**2))


@of_judgments()
def recall_recognition_contingency(judgments: Judgments) -> pd.DataFrame:
    """Dependence between recall of an item and its later recognition, as Yule's Q of each subject.

    Q is 1 if whatever was recalled is recognised, 0 if the tests are independent. Moderate dependence is usual, about
    .6; more means that one process serves both tests. A Q over items also rises with differences between items, and a
    first test changes the second. Where more is recalled than recognised, dependence is bounded: look at both rates.

    Parameters
    ----------
    judgments : judgments of items that were recalled before, with recalls. Targets without an answer do not count.

    Returns
    -------
    DataFrame : ``subject, q, q_raw, both, recalled_only, recognised_only, neither, p_recalled, p_recognised,
        p_recognised_given_recalled, tulving_wiseman``. ``q`` has .5 added to each frequency, ``q_raw`` has not;
        ``tulving_wiseman`` is the ``p_recognised_given_recalled`` that the function with c = .5 predicts. NaN for 0/0.

    Raises
    ------
    InputError : the task has no recall of items before they are judged.

    References
    ----------
    Tulving and Wiseman (1975), Bulletin of the Psychonomic Society, 6, 79-82; Kahana, Rizzuto and Schneider (2005),
    Journal of Experimental Psychology: Learning, Memory, and Cognition, 31, 933-953.
    """
    recalled = recalled_before(judgments, "recall_recognition_contingency")
    row, probe, recognised = answered(judgments, targets_of(judgments))
    cell = np.where(recalled[row, probe], 0, 2) + np.where(recognised, 0, 1)
    # In the order both, only recalled, only recognised, neither.
    table = count_by_subject(judgments, row, (cell, 4))
    total, both = table.sum(axis=1), table[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = {
            "p_recalled": table[:, :2].sum(axis=1) / total,
            "p_recognised": (both + table[:, 2]) / total,
            "p_recognised_given_recalled": both / table[:, :2].sum(axis=1),
        }
    return pd.DataFrame(
        {
            "subject": judgments.trials.subjects,
            "q": np.where(total > 0, yules_q(table, 0.5), np.nan),
            "q_raw": yules_q(table),
            **dict(zip(("both", "recalled_only", "recognised_only", "neither"), table.T, strict=True)),
            **rates,
            "tulving_wiseman": tulving_wiseman(rates["p_recognised"]),
        }
    )


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def associative_symmetry(recalls: Recalls) -> pd.DataFrame:
    """Dependence between two tests of the same pair: in the same direction, and in reversed directions, as Yule's Q.

    If Q of reversed tests is about as high as that of two tests in the same direction, which is the ceiling that
    reliability sets, one association serves both directions. Independent forward and backward associations give 0.

    Parameters
    ----------
    recalls : cued recall of pairs that are tested twice; of more tests, the first two count.

    Returns
    -------
    DataFrame : ``subject, tests, q, q_raw, both, first_only, second_only, neither``, by ``tests`` in the ``same
        direction`` or ``reversed``. ``q`` has .5 added to each frequency, ``q_raw`` has not; NaN where no pair was
        tested so.

    Raises
    ------
    InputError : the recalls are not of cued recall of pairs.

    References
    ----------
    Kahana (2002), Memory & Cognition, 30, 823-840; Rizzuto and Kahana (2001), Neural Computation, 13, 2075-2092.
    """
    found = cued(recalls, "associative_symmetry")
    row, probe = found.given.nonzero()
    # A stable sort puts the tests of each pair in a row, in their order.
    pair = row * recalls.trials.list_length + found.cue[row, probe] // 2
    order = np.argsort(pair, kind="stable")
    pair, row, probe = pair[order], row[order], probe[order]
    starts = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1]))) if len(pair) else np.zeros(0, np.int64)
    starts = starts[np.diff(np.append(starts, len(pair))) > 1]
    first, second = (row[starts], probe[starts]), (row[starts + 1], probe[starts + 1])
    turned = (found.forward[first] != found.forward[second]).astype(np.int64)
    cell = np.where(found.correct[first], 0, 2) + np.where(found.correct[second], 0, 1)
    table = count_by_subject(recalls, row[starts], (turned, 2), (cell, 4))
    flat = table.reshape(-1, 4)
    return pd.DataFrame(
        {
            "subject": np.repeat(recalls.trials.subjects, 2),
            "tests": np.tile(np.array(TESTS, dtype=object), len(recalls.trials.subjects)),
            "q": np.where(flat.sum(axis=1) > 0, yules_q(flat, 0.5), np.nan),
            "q_raw": yules_q(flat),
            **dict(zip(("both", "first_only", "second_only", "neither"), flat.T, strict=True)),
        }
    )

"""Receiver operating characteristics: hits against false alarms over all criteria of a scale of ratings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.counts import Kinds, rating_counts
from memsim.analysis.recognition.formulas import corrected_rate
from memsim.analysis.subjects import counts_per_subject
from memsim.core.arrays import FloatArray
from memsim.core.judgments import Judgments


@of_judgments()
def roc(judgments: Judgments, lures: Kinds = ()) -> pd.DataFrame:
    """ROC: how often targets and lures are rated at least k, for each rating k.

    The further the curve lies above the diagonal, the better targets are told from lures; the area under it is the
    probability that a target is rated above a lure, ties counting half; see
    :func:`memsim.analysis.detection_measures`. Criteria move points along the curve. Normal strengths of unequal
    variance make it asymmetric, pushed out at the left; a high threshold makes it straight. The point with the smallest
    rating, (1, 1), is left out.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    lures : the kinds of lures to count; if not given, all.

    Returns
    -------
    DataFrame : ``subject, rating, prob, actual, possible, false_alarms``: the targets rated at least ``rating``, and
        all that were answered; ``false_alarms`` is the rate of lures. Rates are averaged over subjects rating by
        rating: pooling answers instead makes a ROC that nobody has.

    References
    ----------
    Egan (1958), Technical Note AFCRC-TN-58-51, Indiana University; Macmillan and Creelman (2005), Detection theory.
    """
    counts = rating_counts(judgments, lures)
    at_least = _at_least(counts)
    total = counts.sum(axis=2)
    ratings = range(judgments.n_ratings, 1, -1)
    frame = counts_per_subject(judgments, {"rating": ratings}, at_least[:, 1], total[:, 1, None])
    return frame.assign(false_alarms=corrected_rate(at_least[:, 0], total[:, 0, None], "none").ravel())


@of_judgments()
def zroc(judgments: Judgments, lures: Kinds = ()) -> pd.DataFrame:
    """z-ROC: the z-transformed ROC, a straight line where strengths are normal.

    Its slope is then the standard deviation of the strength of lures over that of targets: below 1 where targets vary
    more, as is usual. A curve that bends upward is evidence against normal strengths, as from recollection or chance
    answers. Do not fit a line to these points, which are not independent: :func:`memsim.analysis.zroc_slope` has the
    slope by maximum likelihood.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    lures : the kinds of lures to count; if not given, all.

    Returns
    -------
    DataFrame : ``subject, rating, z_hits, z_false_alarms``, for ratings of at least ``rating``, with the log-linear
        correction of all rates; NaN without answers.

    References
    ----------
    Macmillan and Creelman (2005), Detection theory; Hautus (1995), Behavior Research Methods, Instruments, &
    Computers, 27, 46-51.
    """
    counts = rating_counts(judgments, lures)
    z = ndtri(corrected_rate(_at_least(counts), counts.sum(axis=2)[:, :, None]))
    subjects, ratings = judgments.trials.subjects, np.arange(judgments.n_ratings, 1, -1)
    return pd.DataFrame(
        {
            "subject": np.repeat(subjects, len(ratings)),
            "rating": np.tile(ratings, len(subjects)),
            "z_hits": z[:, 1].ravel(),
            "z_false_alarms": z[:, 0].ravel(),
        }
    )


def area_of_counts(counts: np.ndarray) -> FloatArray:
    """(n_subjects,) area under the ROC by trapezoids, of counts of ratings (n_subjects, 2, n_ratings); NaN if empty."""
    new, old = counts[:, 0].astype(float), counts[:, 1].astype(float)
    pairs = new.sum(axis=1) * old.sum(axis=1)
    lower = np.cumsum(new, axis=1) - new / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((old * lower).sum(axis=1) / np.where(pairs > 0, pairs, np.nan))


def _at_least(counts: np.ndarray) -> np.ndarray:
    """(n_subjects, 2, n_ratings - 1) how often a rating is at least k, from the highest rating down to 2."""
    return np.cumsum(counts[:, :, ::-1], axis=2)[:, :, :-1]

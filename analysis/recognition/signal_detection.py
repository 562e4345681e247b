"""What models of signal detection say of each person's ratings: the slope of the z-ROC, and recollection."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.counts import Kinds, rating_counts
from memsim.analysis.recognition.rating_fits import FINE, RatingFits, fit_ratings
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments


@of_judgments()
def zroc_slope(judgments: Judgments, lures: Kinds = ()) -> pd.DataFrame:
    """Slope of the z-ROC of each subject, from the unequal-variance model fitted by maximum likelihood.

    The slope is 1/σ. It is 1 where the strengths of targets and lures vary alike, and below 1 where targets vary more:
    about .8 in many experiments and lower in others. Strength of memory changes it little, so a model in which it
    moves with list length or study time is at fault.

    Parameters
    ----------
    judgments : ratings on a scale of three or more.
    lures : the kinds of lures to count; if not given, all.

    Returns
    -------
    DataFrame : ``subject, slope, mu, sigma, d_a, a_z, log_likelihood, answers, merged, fit``. d_a = μ √(2/(1+σ²)) is
        the distance in units of the mean variance, A_z = Φ(d_a/√2) the area under the ROC of the model. ``merged`` is
        the number of ratings that the subject never gave; ``fit`` is ``fine``, ``at a bound`` (σ of .2 or 5, or ratings
        of targets and lures that do not overlap) or ``not identified``. Only a fine fit gives ``slope``, ``d_a`` and
        ``a_z``, and only these enter means: count the others, which are extreme people. See
        :func:`memsim.analysis.recognition.rating_fits.fit_ratings`.

    Raises
    ------
    InputError : the scale has only two ratings, which do not identify a variance.

    References
    ----------
    Ratcliff, McKoon and Tindall (1994), Journal of Experimental Psychology: Learning, Memory, and Cognition, 20,
    763-785; Simpson and Fitter (1973), Psychological Bulletin, 80, 481-488 (d_a).
    """
    counts, fits = _fitted(judgments, lures, "unequal variance", "zroc_slope")
    mean, sd = fits.parameters["mu"], fits.parameters["sigma"]
    distance = np.where(fits.status == FINE, mean * np.sqrt(2 / (1 + sd**2)), np.nan)
    own = {
        "slope": np.where(fits.status == FINE, 1 / sd, np.nan),
        "mu": mean,
        "sigma": sd,
        "d_a": distance,
        "a_z": ndtr(distance / np.sqrt(2)),
    }
    return _table(judgments, own, counts, fits)


@of_judgments()
def recollection(judgments: Judgments, lures: Kinds = ()) -> pd.DataFrame:
    """Recollection R of each subject, from the dual-process model fitted by maximum likelihood.

    R is the share of targets that are recollected, and so rated highest whatever their familiarity; the others have the
    strength N(d', 1). R pushes the ROC up at its left end. It is as good as the model: where strengths are normal with
    unequal variance, R only stands for the variance. Compare ``log_likelihood`` with that of :func:`zroc_slope`, which
    has as many parameters.

    Parameters
    ----------
    judgments : ratings on a scale of three or more.
    lures : the kinds of lures to count; if not given, all.

    Returns
    -------
    DataFrame : ``subject, recollection, d_prime, log_likelihood, answers, merged, fit``; ``d_prime`` is that of
        familiarity, and the last four are as for :func:`zroc_slope`. ``fit`` is ``at a bound`` where R is 0, which is
        an estimate like any other.

    Raises
    ------
    InputError : the scale has only two ratings, which do not identify R.

    References
    ----------
    Yonelinas (1994), Journal of Experimental Psychology: Learning, Memory, and Cognition, 20, 1341-1354.
    """
    counts, fits = _fitted(judgments, lures, "dual process", "recollection")
    return _table(judgments, dict(fits.parameters), counts, fits)


def _fitted(judgments: Judgments, lures: Kinds, model: str, who: str) -> tuple[np.ndarray, RatingFits]:
    if judgments.n_ratings < 3:
        raise InputError(
            f"{who}: answers are old or new, and {judgments.n_ratings} ratings do not identify the {model} model; give "
            "ratings on a scale of three or more, or use d' (detection_measures)"
        )
    counts = rating_counts(judgments, lures)
    return counts, fit_ratings(counts, model)  # type: ignore[arg-type]


def _table(judgments: Judgments, own: dict[str, np.ndarray], counts: np.ndarray, fits: RatingFits) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "subject": judgments.trials.subjects,
            **own,
            "log_likelihood": fits.log_likelihood,
            "answers": counts.sum(axis=(1, 2)),
            "merged": fits.merged,
            "fit": fits.status,
        }
    )

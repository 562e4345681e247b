"""The list-strength effect: whether strong items of a list harm its weak ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.checks import checked_confidence
from memsim.analysis.declaration import of_judgments
from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.recognition.counts import answered, lures_of, targets_of
from memsim.analysis.recognition.formulas import corrected_rate, d_prime, shows_nothing
from memsim.analysis.recognition.mirror import probes_labelled
from memsim.analysis.recognition.places import presentations_before
from memsim.analysis.statistics.tables import require_columns
from memsim.analysis.subjects import count_by_subject
from memsim.core.judgments import Judgments
from memsim.core.limits import require_counts
from memsim.core.seeding import stream
from memsim.core.tables.given_tables import require_table

CELLS = ("mixed_strong", "mixed_weak", "pure_strong", "pure_weak")


@of_judgments()
def ratio_of_ratios(judgments: Judgments, label: str = "", strong: str = "strong", weak: str = "weak") -> pd.DataFrame:
    """Ratio of ratios of the list-strength effect: d' of strong to weak items, in mixed against pure lists.

    Above 1, strong items harm the weak ones of their list, as in free recall. In recognition the ratio is near or a
    little below 1, which is the null list-strength effect: models in which stronger traces add noise give more.

    Parameters
    ----------
    judgments : judgments of people or of a model, of lists with targets of two strengths (mixed) and of one (pure).
    label : the label of probes that has the strengths, or a condition of trials for pure lists. If not given, targets
        that were presented more than once are strong, and others weak.
    strong, weak : the values of the label.

    Returns
    -------
    DataFrame : ``subject, ratio, mixed_strong, mixed_weak, pure_strong, pure_weak``: the ratio, NaN unless all d' are
        above 0, and d' with the log-linear correction. Lures of mixed lists serve both strengths.

    Raises
    ------
    InputError : there is no such label, or it never has one of the values.

    References
    ----------
    Ratcliff, Clark and Shiffrin (1990), Journal of Experimental Psychology: Learning, Memory, and Cognition, 16,
    163-178.
    """
    targets, lures = targets_of(judgments), lures_of(judgments)
    if label:
        is_strong = targets & probes_labelled(judgments, label, strong, "ratio_of_ratios")
        is_weak = targets & probes_labelled(judgments, label, weak, "ratio_of_ratios")
    else:
        repeated = presentations_before(judgments) > 1
        is_strong, is_weak = targets & repeated, targets & ~repeated
    has_strong, has_weak = (each.any(axis=1, keepdims=True) for each in (is_strong, is_weak))
    lists = {"mixed": has_strong & has_weak, "pure_strong": has_strong & ~has_weak, "pure_weak": has_weak & ~has_strong}

    def counts(which: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        row, _, old = answered(judgments, which)
        return count_by_subject(judgments, row[old]), count_by_subject(judgments, row)

    def distance(targets: npt.NDArray[np.bool_], lures: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        hits, false_alarms = counts(targets), counts(lures)
        silent = shows_nothing(corrected_rate(*hits, "none"), corrected_rate(*false_alarms, "none"))
        return np.where(silent, np.nan, d_prime(corrected_rate(*hits), corrected_rate(*false_alarms)))

    d = {
        cell: distance(
            (is_strong if cell.endswith("strong") else is_weak) & lists.get(cell, lists["mixed"]),
            lures & lists.get(cell, lists["mixed"]),
        )
        for cell in CELLS
    }
    return pd.DataFrame({"subject": judgments.trials.subjects, "ratio": _ratio(*d.values()), **d})


def ratio_of_mean_ratios(
    frame: pd.DataFrame, *, n_resamples: int = 2000, confidence: float = 0.95, seed: int = 0
) -> dict[str, float]:
    """The ratio of ratios of the mean d' over people, with a bootstrap interval over people.

    A person with a small d' has an extreme ratio, or none; the ratio of means uses everybody.

    Parameters
    ----------
    frame : from :func:`ratio_of_ratios`.
    n_resamples, confidence, seed : of the percentile bootstrap, which draws people.

    Returns
    -------
    dict : ``ratio, low, high, n_subjects``; people without one of the d' are left out.

    References
    ----------
    Efron and Tibshirani (1993), An introduction to the bootstrap.
    """
    require_table(frame, "ratio_of_mean_ratios")
    require_counts("ratio_of_mean_ratios", n_resamples=n_resamples)
    tail = (1 - checked_confidence(confidence, "ratio_of_mean_ratios")) / 2
    if len(frame):
        require_columns(frame, (), CELLS, "ratio_of_mean_ratios")
    d = with_numbers(frame, CELLS, "ratio_of_mean_ratios", infinite=True)[list(CELLS)].dropna().to_numpy(dtype=float)
    if not len(d):
        return {"ratio": np.nan, "low": np.nan, "high": np.nan, "n_subjects": 0}
    drawn = stream(seed, "bootstrap").integers(0, len(d), size=(n_resamples, len(d)))
    resampled = _ratio(*d[drawn].mean(axis=1).T)
    low, high = np.nanquantile(resampled, [tail, 1 - tail]) if np.isfinite(resampled).any() else (np.nan, np.nan)
    return {"ratio": float(_ratio(*d.mean(axis=0))), "low": float(low), "high": float(high), "n_subjects": len(d)}


def _ratio(
    mixed_strong: npt.ArrayLike, mixed_weak: npt.ArrayLike, pure_strong: npt.ArrayLike, pure_weak: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    d = np.array([mixed_strong, mixed_weak, pure_strong, pure_weak])
    d = np.where((d > 0) & np.isfinite(d), d, np.nan)
    return np.asarray((d[0] / d[1]) / (d[2] / d[3]))

"""How recall moves by category: the category CRP, and the clustering of recall."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.recall.transitions import Counted, item_codes
from memsim.analysis.subjects import coded_subjects, count_by_subject, counts_per_subject
from memsim.core.arrays import frozen
from memsim.core.recalls import Recalls, require_recalls


def category_crp(
    recalls: Recalls,
    category: str | npt.ArrayLike = "category",
    *,
    first_output: int = 1,
    last_output: int | None = None,
    items: npt.ArrayLike | None = None,
    transitions: npt.ArrayLike | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Probability that a transition stays within the category, given that an item of it remains.

    Transitions are those of :func:`memsim.analysis.lag_crp`. Counts equal those of psifr's ``category_crp``.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    category : ``"category"``, that of each item in its list (:attr:`memsim.Trials.item_categories`), or labels
        (n_trials, list_length).
    first_output, last_output, items, transitions, bridge : as in :func:`memsim.analysis.lag_crp`.

    Returns
    -------
    DataFrame : ``subject, prob, actual, possible``.

    Raises
    ------
    InputError : an item has no category, and as in :func:`memsim.analysis.lag_crp`.

    References
    ----------
    Polyn, Erlikhman & Kahana (2011), Journal of Experimental Psychology: Learning, Memory, and Cognition, 37, 766-775.
    """
    from memsim.analysis.recall.kernels import count_bins  # numba

    counted = Counted.of(recalls, "category_crp", first_output, last_output, items, transitions, None, None, bridge)
    codes, n_codes = item_codes(recalls, category, "category_crp")
    same = frozen(np.where(np.eye(n_codes, dtype=bool), 0, -1).astype(np.int32))
    actual, possible = count_bins(
        counted.positions, *coded_subjects(recalls), frozen(codes), same, 1, *counted[1:], True
    )
    return counts_per_subject(recalls, {}, actual, possible)


def category_clustering(recalls: Recalls, category: str | npt.ArrayLike = "category") -> pd.DataFrame:
    """Clustering of recall by category beyond chance: ARC and LBC, each a mean over lists.

    Intrusions and repetitions are removed first, so that the responses before and after become adjacent. With r items
    recalled, n_c of them of category c, and o adjacent pairs of the same category:

    - ARC = (o - E) / (M - E), with E = sum of n_c (n_c - 1) / r and M = r - the number of categories recalled: 1 is
      perfect clustering, 0 is chance;
    - LBC = o - (r - 1)(m - 1) / (L - 1), in a list of L items with m of each category (where categories differ in size,
      m is L over their number).

    Values equal those of psifr's ``category_clustering``, except that psifr gives a list without recalls an LBC above
    0.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    category : as in :func:`category_crp`.

    Returns
    -------
    DataFrame : ``subject, arc, arc_lists, lbc, lbc_lists``: the means, and the lists in which each is defined. ARC is
        not defined where M = E, as with one category recalled, and LBC not where nothing was recalled.

    Raises
    ------
    InputError : an item has no category.

    References
    ----------
    ARC: Roenker, Thompson & Brown (1971), Psychological Bulletin, 76, 45-48. LBC: Stricker, Brown, Wixted, Baldo &
    Delis (2002), Journal of the International Neuropsychological Society, 8, 425-435.
    """
    require_recalls(recalls)
    codes, n_codes = item_codes(recalls, category, "category_clustering")
    n_trials, length = codes.shape
    trial, output = np.nonzero(recalls.is_correct)
    given = codes[trial, recalls.positions[trial, output] - 1]
    pair = (trial[1:] == trial[:-1]) & (given[1:] == given[:-1])
    observed = np.bincount(trial[1:][pair], minlength=n_trials)
    recalled = _by_category(trial, given, n_trials, n_codes)
    studied = _by_category(np.repeat(np.arange(n_trials), length), codes.ravel(), n_trials, n_codes)
    r = recalled.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = (recalled * (recalled - 1)).sum(axis=1) / r
        most = r - np.count_nonzero(recalled, axis=1)
        arc = np.where(most == expected, np.nan, (observed - expected) / (most - expected))
        in_each = length / np.count_nonzero(studied, axis=1)
        lbc = np.where(r > 0, observed - (r - 1) * (in_each - 1) / (length - 1), np.nan)
    columns: dict[str, Any] = {"subject": recalls.trials.subjects}
    for name, values in (("arc", arc), ("lbc", lbc)):
        defined = np.flatnonzero(np.isfinite(values))
        lists = count_by_subject(recalls, defined)
        with np.errstate(invalid="ignore"):
            columns[name] = count_by_subject(recalls, defined, weights=values[defined]) / lists
        columns[f"{name}_lists"] = lists
    return pd.DataFrame(columns)


def _by_category(trial: npt.NDArray[Any], code: npt.NDArray[Any], n_trials: int, n_codes: int) -> npt.NDArray[np.int64]:
    """(n_trials, n_codes) number of items of each category."""
    return np.bincount(trial * n_codes + code, minlength=n_trials * n_codes).reshape(n_trials, n_codes)

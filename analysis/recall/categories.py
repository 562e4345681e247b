"""How recall moves by category: the category CRP, and the clustering of recall."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.recall.transitions import Counted, item_codes
from memsim.analysis.subjects import counts_per_subject, subjects
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
    """Probability of going on within the category, where an item of it is left.

    Parameters
    ----------
    category : of the pool's items, or labels (n_trials, list_length).
    first_output, last_output, items, transitions, bridge : see :func:`memsim.analysis.lag_crp`.

    Returns
    -------
    DataFrame : ``subject, prob, actual, possible``.

    Source: Polyn, Erlikhman & Kahana (2011). Equal to psifr's ``category_crp``.
    """
    from memsim.analysis.recall.kernels import count_bins  # numba

    counted = Counted.of(recalls, "category_crp", first_output, last_output, items, transitions, None, None, bridge)
    codes, n_codes = item_codes(recalls, category, "category_crp")
    same = frozen(np.where(np.eye(n_codes, dtype=bool), 0, -1).astype(np.int32))
    actual, possible = count_bins(counted.positions, *subjects(recalls), frozen(codes), same, 1, *counted[1:], True)
    return counts_per_subject(recalls, {}, actual, possible)


def category_clustering(recalls: Recalls, category: str | npt.ArrayLike = "category") -> pd.DataFrame:
    """How far recall runs in categories, beyond chance: ARC and LBC, each a mean over lists.

    Intrusions and repeats are taken out first, which joins the responses before and after. With r items recalled, n_c
    of them of category c, and o adjacent pairs of one category:

    - ARC = (o - E) / (M - E), E = sum of n_c (n_c - 1) / r, M = r less the categories recalled: 1 is perfect, 0 chance;
    - LBC = o - (r - 1)(m - 1) / (L - 1), in a list of L items, m of each category (L over the categories, where
      they differ in size).

    Returns
    -------
    DataFrame : ``subject, arc, arc_lists, lbc, lbc_lists``: the means and the lists in which each is defined. ARC is
        not where M = E, as with one category recalled; LBC not where nothing was recalled (psifr's
        ``category_clustering``, otherwise equal, gives such a list an LBC above 0).

    Source: Roenker, Thompson & Brown (1971) for ARC; Stricker, Brown, Wixted, Baldo & Delis (2002) for LBC.
    """
    require_recalls(recalls)
    codes, n_codes = item_codes(recalls, category, "category_clustering")
    n_trials, length = codes.shape
    trial, output = np.nonzero(recalls.is_correct)
    given = codes[trial, recalls.positions[trial, output] - 1]
    pair = (trial[1:] == trial[:-1]) & (given[1:] == given[:-1])
    observed = np.bincount(trial[1:][pair], minlength=n_trials)
    recalled, studied = _by_category(trial, given, n_trials, n_codes), _studied(codes, n_codes)
    r = recalled.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = (recalled * (recalled - 1)).sum(axis=1) / r
        most = r - np.count_nonzero(recalled, axis=1)
        arc = np.where(most == expected, np.nan, (observed - expected) / (most - expected))
        in_each = length / np.count_nonzero(studied, axis=1)
        lbc = np.where(r > 0, observed - (r - 1) * (in_each - 1) / (length - 1), np.nan)
    columns: dict[str, Any] = {"subject": recalls.trials.subjects}
    for name, values in (("arc", arc), ("lbc", lbc)):
        defined = np.isfinite(values)
        of, n_subjects = recalls.trials.subject_codes[defined], len(recalls.trials.subjects)
        lists = np.bincount(of, minlength=n_subjects)
        with np.errstate(invalid="ignore"):
            columns[name] = np.bincount(of, weights=values[defined], minlength=n_subjects) / lists
        columns[f"{name}_lists"] = lists
    return pd.DataFrame(columns)


def _by_category(trial: npt.NDArray[Any], code: npt.NDArray[Any], n_trials: int, n_codes: int) -> npt.NDArray[np.int64]:
    return np.bincount(trial * n_codes + code, minlength=n_trials * n_codes).reshape(n_trials, n_codes)


def _studied(codes: npt.NDArray[Any], n_codes: int) -> npt.NDArray[np.int64]:
    n_trials, length = codes.shape
    return _by_category(np.repeat(np.arange(n_trials), length), codes.ravel(), n_trials, n_codes)

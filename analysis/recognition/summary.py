"""Summary statistics of recognition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.subjects import mean_over_subjects
from memsim.core.judgments import Judgments


def recognition_summary(judgments: Judgments) -> pd.DataFrame:
    """Summary statistics of recognition, as means over subjects: the rates of calling targets and lures old.

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``.
    """
    codes, subjects = judgments.trials.subject_codes, judgments.trials.subjects
    n = len(subjects)
    kinds = judgments.trials.probe_kinds
    parts = []
    for name in sorted(set(np.unique(kinds).tolist()) - {""}):
        counted = judgments.answered & (kinds == name)
        old = np.bincount(codes, (counted & judgments.called_old).sum(axis=1), minlength=n)
        with np.errstate(invalid="ignore"):
            rate = old / np.bincount(codes, counted.sum(axis=1), minlength=n)
        parts.append(pd.DataFrame({"subject": subjects, "statistic": f"{name} called old", "prob": rate}))
    return mean_over_subjects(pd.concat(parts, ignore_index=True), "statistic")

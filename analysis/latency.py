"""How long responses take."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.errors import InputError
from memsim.recalls import Recalls, require_recalls


def response_latency(recalls: Recalls) -> pd.DataFrame:
    """Mean time of right responses by output position, from the response before, or from the start of recall.

    A response is right where it is of the list, given for the first time and, in serial recall, in its place.

    Returns
    -------
    DataFrame : ``subject, output, prob, count``: ``prob`` is the mean in seconds (named as in other analyses, so that
        :func:`memsim.analysis.mean_over_subjects` takes it), ``count`` the responses it is of. A response after one
        without a time has no latency.

    Raises
    ------
    InputError : the recalls have no times.
    """
    require_recalls(recalls)
    if recalls.times is None:
        raise InputError("these recalls have no times of response; response_latency takes recalls with times")
    due = recalls.trials.paradigm.due
    right = recalls.is_correct if due is None else recalls.is_correct & (recalls.positions == due + 1)
    latency = np.diff(recalls.times, axis=1, prepend=0.0)
    codes, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    rows = []
    for output in range(latency.shape[1]):
        counted = right[:, output] & np.isfinite(latency[:, output])
        count = np.bincount(codes[counted], minlength=n_subjects)
        total = np.bincount(codes[counted], weights=latency[counted, output], minlength=n_subjects)
        with np.errstate(invalid="ignore"):
            mean = total / count
        rows.append(
            pd.DataFrame({"subject": recalls.trials.subjects, "output": output + 1, "prob": mean, "count": count})
        )
    return pd.concat(rows, ignore_index=True)

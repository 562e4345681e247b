"""Summary statistics of cued recall."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.association.cued_recall import cued_recall_by_direction, cued_recall_responses
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.recalls import Recalls

NAMES = {"correct": "correct", "none": "no response", "cue": "cue as response"}
"""Names of the shares of responses; of the others, which are intrusions, the kind and the word intrusion."""


def cued_recall_summary(recalls: Recalls) -> pd.DataFrame:
    """Summary statistics of cued recall, as means over subjects.

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``, with the statistics:

        ``correct``: the share of cues that are answered correctly;
        ``same list intrusion``, ``prior list intrusion``, ``extra list intrusion``, ``unknown intrusion``, ``cue as
        response``, ``no response``: shares of cues; see :func:`memsim.analysis.cued_recall_responses`;
        ``forward correct``, ``backward correct``: the share that is correct of the cues in this direction, only where
        there are both.
    """
    responses, directions = cued_recall_responses(recalls), cued_recall_by_direction(recalls)
    named = [NAMES.get(kind, f"{kind.replace('_', ' ')} intrusion") for kind in responses["response"]]
    parts = [responses.assign(statistic=named)]
    asked = directions.groupby("direction")["possible"].sum()
    if (asked > 0).all():
        parts.append(directions.assign(statistic=directions["direction"] + " correct"))
    tidy = pd.concat(parts, ignore_index=True)
    table = mean_over_subjects(tidy, "statistic", "prob")
    return table.set_index("statistic").reindex(tidy["statistic"].unique()).reset_index()

"""Contiguity in recognition: whether a target is helped by the target that was probed before it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from memsim.analysis.bins import bins_of, checked_edges
from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.counts import answered, targets_of
from memsim.analysis.recognition.places import lists_of_probes, place_in_list, studied_positions
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.judgments import Judgments

PRECEDING = ("rated highest", "rated lower")


@of_judgments(by_study_order=True)
def recognition_contiguity(judgments: Judgments, edges: Sequence[float] = (1, 2, 4, 9, np.inf)) -> pd.DataFrame:
    """Hit rate of a target right after a target of its list, by the distance of the two in the list.

    Hits are more frequent after a neighbour, distance 1, than after a remote item if that item was rated highest: its
    recollection brings back the context of study, which the neighbour shares. After another rating there is little
    effect of distance. A curve that is as steep there is no such retrieval, but similarity of neighbours or a drift of
    alertness.

    Parameters
    ----------
    judgments : judgments of people or of a model; of yes and no, "old" is the highest rating.
    edges : the edges of bins of absolute distances, each larger than the one before; a bin contains its lower edge.

    Returns
    -------
    DataFrame : ``subject, preceding, distance, prob, actual, possible``: targets called old, and all that were
        answered right after an answered target of the same list; ``preceding`` says how that was rated, and
        ``distance`` is the first distance of the bin, or the range, as text.

    References
    ----------
    Schwartz, Howard, Jing and Kahana (2005), Psychological Science, 16, 898-904.
    """
    cuts = checked_edges(edges, "recognition_contiguity")
    which = targets_of(judgments)
    place = place_in_list(judgments.trials.paradigm)[np.maximum(studied_positions(judgments), 0)]
    lists = lists_of_probes(judgments)
    follows = np.zeros(which.shape, dtype=bool)
    follows[:, 1:] = (which & judgments.answered)[:, :-1] & (lists[:, 1:] == lists[:, :-1])
    row, probe, old = answered(judgments, which & follows)
    distance = np.abs(place[row, probe].astype(np.int64) - place[row, probe - 1])
    code, inside = bins_of(distance.astype(float), cuts)
    lower = (judgments.ratings[row, probe - 1] < judgments.n_ratings).astype(np.int64)
    levels = {"preceding": PRECEDING, "distance": [_range(*ends) for ends in pairwise(cuts)]}

    def counted(some: np.ndarray) -> np.ndarray:
        some = some & inside
        return count_by_subject(judgments, row[some], (lower[some], 2), (code[some], len(cuts) - 1))

    return counts_per_subject(judgments, levels, counted(old), counted(np.ones_like(old)))


def _range(low: float, high: float) -> str:
    """The whole numbers of a bin, as text."""
    first = int(np.ceil(low))
    if np.isinf(high):
        return f"{first}+"
    last = int(np.ceil(high)) - 1
    return f"{first}" if last <= first else f"{first}-{last}"

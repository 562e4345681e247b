"""Which items are recalled: the serial position curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.subjects import counts_per_subject, lists_per_subject, subjects
from memsim.core.recalls import Recalls, require_recalls


def serial_position_curve(recalls: Recalls) -> pd.DataFrame:
    """Probability that the item at each serial position is recalled at all.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: lists in which the item was recalled, and
        lists. A word given twice counts once; intrusions do not count; one that was studied more than once is
        recalled at each of its positions.

    Source: Murdock (1962). Equal to psifr's ``spc``.
    """
    require_recalls(recalls)
    length = recalls.list_length
    actual = count_recalled_at(recalls, *subjects(recalls))
    possible = np.broadcast_to(lists_per_subject(recalls)[:, None], actual.shape)
    return counts_per_subject(recalls, {"position": range(1, length + 1)}, actual, possible)


def count_recalled_at(recalls: Recalls, cell: npt.NDArray[np.int64], n_cells: int) -> npt.NDArray[np.int64]:
    """(n_cells, list_length) lists in which the item of each position was recalled; ``cell`` (n_trials,) their rows."""
    from memsim.analysis.recall.kernels import count_recalled  # numba

    if not recalls.trials.repeated_items.any():
        return count_recalled(recalls.positions, cell, n_cells, recalls.list_length)
    recalled = np.take_along_axis(recalls.output_of_item, recalls.trials.first_presentation, axis=1) >= 0
    counts = np.zeros((n_cells, recalls.list_length), dtype=np.int64)
    np.add.at(counts, cell, recalled)
    return counts

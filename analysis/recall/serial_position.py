"""Which items are recalled: the serial position curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.declaration import of_recalls
from memsim.analysis.subjects import coded_subjects, counts_per_subject, lists_per_subject
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=True, by_study_order=True)
def serial_position_curve(recalls: Recalls) -> pd.DataFrame:
    """Probability that the item at each serial position is recalled, at any output.

    An item that is given twice counts once, and intrusions do not count. An item that was studied at several positions
    is recalled at each of them. Counts equal those of psifr's ``spc``.

    Parameters
    ----------
    recalls : recalls of people or of a model.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: the lists in which the item was recalled, and all lists.

    References
    ----------
    Murdock (1962), Journal of Experimental Psychology, 64, 482-488.
    """
    length = recalls.list_length
    actual = count_recalled_at(recalls, *coded_subjects(recalls))
    return counts_per_subject(recalls, {"position": range(1, length + 1)}, actual, lists_per_subject(recalls)[:, None])


def count_recalled_at(recalls: Recalls, cell: npt.NDArray[np.int64], n_cells: int) -> npt.NDArray[np.int64]:
    """(n_cells, list_length) number of lists in which the item at each position was recalled.

    ``cell`` (n_trials,) is the row of the result that each list is counted in.
    """
    from memsim.analysis.recall.kernels import count_recalled  # numba

    if not recalls.trials.repeated_items.any():
        return count_recalled(recalls.positions, cell, n_cells, recalls.list_length)
    recalled = np.take_along_axis(recalls.output_of_item, recalls.trials.first_presentation, axis=1) >= 0
    counts = np.zeros((n_cells, recalls.list_length), dtype=np.int64)
    np.add.at(counts, cell, recalled)
    return counts

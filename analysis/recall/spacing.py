"""Lists that present items more than once: recall by the number of presentations and by their spacing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.bins import bins_of, checked_edges
from memsim.analysis.declaration import of_recalls
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=True)
def repetition_effect(recalls: Recalls) -> pd.DataFrame:
    """Probability of recall by the number of times that an item was presented in its list.

    Parameters
    ----------
    recalls : recalls of people or of a model.

    Returns
    -------
    DataFrame : ``subject, presentations, prob, actual, possible``: the items recalled, and all items. There is a row
        for every number of presentations from 1 to the largest.
    """
    row, first, times, _ = _different_items(recalls)
    most = int(times.max(initial=1))
    return _recalled_by_level(recalls, row, first, times - 1, {"presentations": range(1, most + 1)})


@of_recalls(takes_repeated_items=True, by_study_order=True)
def spacing_effect(
    recalls: Recalls, edges: Sequence[float] | None = None, *, presentations: int | None = None
) -> pd.DataFrame:
    """Probability of recall by the spacing of an item's presentations.

    Spacing is the mean number of other presentations between one presentation of the item and the next; it is 0 where
    presentations are massed.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    edges : the edges of the bins of spacing, each larger than the one before. A bin contains its lower edge, and items
        outside all bins are left out. If not given, every spacing that occurs is a level of its own.
    presentations : counts only items that were presented so many times; if not given, all items that were presented
        more than once.

    Returns
    -------
    DataFrame : ``subject, spacing, prob, actual, possible``: the items recalled, and all items. ``spacing`` is the
        spacing itself, or the mean spacing of all items in the bin (NaN for an empty bin).

    Raises
    ------
    InputError : no item was presented so many times, or the edges do not rise.

    References
    ----------
    Madigan (1969), Journal of Verbal Learning and Verbal Behavior, 8, 828-835; Melton (1970), Journal of Verbal
    Learning and Verbal Behavior, 9, 596-606.
    """
    if presentations is not None:
        require_counts("spacing_effect", presentations=presentations)
    row, first, times, spacing = _different_items(recalls)
    kept = times > 1 if presentations is None else times == presentations
    if not kept.any() or presentations == 1:
        wanted = "more than once" if presentations is None else f"{presentations} times"
        raise InputError(f"spacing_effect: no item is presented {wanted}; give lists that repeat items")
    row, first, spacing = row[kept], first[kept], spacing[kept]
    if edges is None:
        levels, code = np.unique(spacing, return_inverse=True)
    else:
        cuts = checked_edges(edges, "spacing_effect")
        code, inside = bins_of(spacing, cuts)
        row, first, spacing, code = row[inside], first[inside], spacing[inside], code[inside]
        with np.errstate(invalid="ignore"):
            n_bins = len(cuts) - 1
            levels = np.bincount(code, weights=spacing, minlength=n_bins) / np.bincount(code, minlength=n_bins)
    return _recalled_by_level(recalls, row, first, code, {"spacing": levels})


def _different_items(recalls: Recalls) -> tuple[npt.NDArray[Any], ...]:
    """The row, first position, number of presentations and mean spacing of each different item of each list."""
    n_trials, length = recalls.trials.items.shape
    cell = np.arange(n_trials)[:, None] * length + recalls.trials.first_presentation
    times = np.bincount(cell.ravel(), minlength=n_trials * length)
    last = np.zeros(n_trials * length, dtype=np.int64)
    for position in range(length):
        last[cell[:, position]] = position
    row, first = np.divmod(np.flatnonzero(times), length)
    times, last = times[row * length + first], last[row * length + first]
    with np.errstate(invalid="ignore", divide="ignore"):
        spacing = (last - first) / (times - 1) - 1
    return row, first, times, spacing


def _recalled_by_level(
    recalls: Recalls,
    row: npt.NDArray[Any],
    first: npt.NDArray[Any],
    code: npt.NDArray[Any],
    levels: Mapping[str, Any],
) -> pd.DataFrame:
    """Probability of recall of the items first presented at ``first`` of list ``row``, by the level with ``code``."""
    (values,) = levels.values()
    recalled = recalls.output_of_item[row, first] >= 0
    actual = count_by_subject(recalls, row[recalled], (code[recalled], len(values)))
    possible = count_by_subject(recalls, row, (code, len(values)))
    return counts_per_subject(recalls, levels, actual, possible)

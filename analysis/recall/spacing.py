"""Lists that present items more than once: recall by how often an item was shown, and how far apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.bins import checked_edges
from memsim.analysis.subjects import counts_per_subject, subjects
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls


def repetition_effect(recalls: Recalls) -> pd.DataFrame:
    """Probability of recall by the number of times that an item was presented in its list.

    Returns
    -------
    DataFrame : ``subject, presentations, prob, actual, possible``: items recalled, and items; every number of
        presentations from 1 to the largest.
    """
    require_recalls(recalls)
    row, first, times, _ = _items(recalls)
    most = int(times.max(initial=1))
    return _counts(recalls, row, first, times - 1, {"presentations": range(1, most + 1)})


def spacing_effect(
    recalls: Recalls, edges: Sequence[float] | None = None, *, presentations: int | None = None
) -> pd.DataFrame:
    """Probability of recall by the spacing of an item's presentations.

    Spacing is the mean number of other presentations between one of the item and the next: 0 if massed.

    Parameters
    ----------
    edges : of the bins of spacing, rising; a bin holds its lower edge. If not given, every spacing that
        occurs is by itself. Items outside all bins count for none.
    presentations : only items presented so often; if not given, all that were presented more than once.

    Returns
    -------
    DataFrame : ``subject, spacing, prob, actual, possible``: items recalled, and items; ``spacing`` is the value, or
        the mean spacing of all items in the bin (NaN where there are none).

    Raises
    ------
    InputError : no such item, or edges that do not rise.

    Source: Madigan (1969); Melton (1970).
    """
    require_recalls(recalls)
    row, first, times, spacing = _items(recalls)
    kept = times > 1 if presentations is None else times == presentations
    if not kept.any() or presentations == 1:
        wanted = "more than once" if presentations is None else f"{presentations} times"
        raise InputError(f"spacing_effect: no item is presented {wanted}; this takes lists that repeat items")
    row, first, spacing = row[kept], first[kept], spacing[kept]
    if edges is None:
        levels, code = np.unique(spacing, return_inverse=True)
    else:
        cuts = checked_edges(edges, "spacing_effect")
        code = np.searchsorted(cuts, spacing, side="right") - 1
        inside = (code >= 0) & (code < len(cuts) - 1)
        row, first, spacing, code = row[inside], first[inside], spacing[inside], code[inside]
        with np.errstate(invalid="ignore"):
            n_bins = len(cuts) - 1
            levels = np.bincount(code, weights=spacing, minlength=n_bins) / np.bincount(code, minlength=n_bins)
    return _counts(recalls, row, first, code, {"spacing": levels})


def _items(recalls: Recalls) -> tuple[npt.NDArray[np.int64], ...]:
    """Of each different item of each list: its row, first position, number of presentations, and mean spacing."""
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


def _counts(
    recalls: Recalls,
    row: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    code: npt.NDArray[np.int64],
    levels: Mapping[str, Any],
) -> pd.DataFrame:
    codes, n_subjects = subjects(recalls)
    (values,) = levels.values()
    shape = (n_subjects, len(values))
    cell = np.ravel_multi_index((codes[row], code), shape)
    recalled = recalls.output_of_item[row, first] >= 0
    actual = np.bincount(cell[recalled], minlength=shape[0] * shape[1]).reshape(shape)
    possible = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    return counts_per_subject(recalls, levels, actual, possible)

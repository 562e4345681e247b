"""Signatures of serial recall that distinguish chaining from a code of positions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.serial.accuracy import in_place, serial_accuracy
from memsim.analysis.serial.errors import fill_in, transposition_gradient
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.recalls import Recalls


class Signatures(NamedTuple):
    """The numbers in which chaining and a code of positions differ, for one model or for people."""

    accuracy: float
    recency: float
    """Accuracy at the last position minus accuracy at the one before."""
    near: float
    """Share of transpositions that move an item by one place."""
    fill_in_ratio: float
    """After a skipped item, the number of fill-ins (the skipped item comes next) divided by the number of infills (the
    item after next comes next). Chaining predicts infills, so a ratio below 1."""
    fill_in_low: float
    fill_in_high: float
    """The 95% interval of the ratio, from the variance of the logarithm of a ratio of two independent counts."""
    after_error: float
    """Accuracy right after an error divided by accuracy right after a correct response. In a chain an error breaks the
    next link."""
    same_place: float
    """Transpositions by three places, which keep the place in a group of three, in grouped lists divided by those in
    ungrouped lists. Only a code of the place in the group predicts a ratio above 1."""


def signatures(recalls: Recalls, grouped: Recalls | None = None) -> Signatures:
    """The signatures of recalls of ungrouped lists; ``same_place`` also needs the recalls of ``grouped`` lists."""
    accuracy = mean_over_subjects(serial_accuracy(recalls), "position")["mean"].to_numpy()
    moved = _moved(recalls)
    filled = fill_in(recalls)
    n_filled, n_infilled = filled["actual"].sum(), filled["possible"].sum() - filled["actual"].sum()
    ratio = float(n_filled / n_infilled) if n_infilled else np.inf
    factor = np.exp(1.96 * np.sqrt(1 / n_filled + 1 / n_infilled)) if n_filled and n_infilled else np.inf
    correct = in_place(recalls)
    before, now = correct[:, :-1], correct[:, 1:]
    after = [now[before == was].mean() if (before == was).any() else np.nan for was in (False, True)]
    return Signatures(
        accuracy=float(accuracy.mean()),
        recency=float(accuracy[-1] - accuracy[-2]),
        near=float(moved[[-1, 1]].sum() / moved.drop(0).sum()),
        fill_in_ratio=ratio,
        fill_in_low=float(ratio / factor) if np.isfinite(factor) else np.nan,
        fill_in_high=float(ratio * factor) if np.isfinite(factor) else np.nan,
        after_error=float(after[0] / after[1]),
        same_place=np.nan if grouped is None else _share(_moved(grouped)) / _share(moved),
    )


def _moved(recalls: Recalls) -> pd.Series:
    """The number of responses by displacement."""
    return transposition_gradient(recalls).groupby("displacement")["actual"].sum()


def _share(moved: pd.Series) -> float:
    """The share of displacements by three places, with one added to both counts, so that none is 0."""
    return float((moved[[-3, 3]].sum() + 1) / (moved.sum() + 1))


class Steps(NamedTuple):
    """Where recall starts, and whether it proceeds from item to item."""

    starts_first: float
    """Share of lists whose recall begins with the first item."""
    starts_second: float
    """Share of lists whose recall begins with the second item."""
    proceeds: float
    """Share of pairs of adjacent responses, both of the list, in which the second is the next item after the first."""


def steps(recalls: Recalls) -> Steps:
    """Where recall starts, and whether it proceeds from item to item."""
    position = recalls.positions
    pair = (position[:, :-1] > 0) & (position[:, 1:] > 0)
    first = position[:, 0]
    return Steps(float((first == 1).mean()), float((first == 2).mean()), float((np.diff(position)[pair] == 1).mean()))

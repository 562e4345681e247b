"""Seeds as the random factor: medians and ranges of cores, and exact permutation tests between them."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.reproductions.network_table.options import CRITERION

MOST_SPLITS = 20_000
"""Splits that are all counted; of more, as many are drawn at random."""
SIGNIFICANT = 0.05
GROUP = ["at", "task", "core"]
MEASURES = ["accuracy", "longer", "cost_of_lesion", "primacy", "recency", "crp_forward", "crp_backward",
            "shuffled_crp_forward", "shuffled_crp_backward", "rmsd", "seconds"]  # fmt: skip
"""Columns of the scores of which the summary has the median over seeds."""


def summary_of(scores: pd.DataFrame) -> pd.DataFrame:
    """A row for each core in each part of the table: medians over seeds, the range of accuracy, and ``reached``.

    ``reached`` is the share of seeds that came to the criterion of their task; ``diverged`` are seeds whose training
    did, which count with the accuracy before it.
    """
    rows = []
    for key, rows_of in scores.groupby(GROUP, sort=False):
        named = dict(zip(GROUP, key, strict=True))
        accuracy = rows_of["accuracy"]
        rows.append({
            **named,
            **{name: rows_of[name].iloc[0] for name in ("parameters", "state_at_start", "state_at_end", "rate")},
            **{name: float(rows_of[name].median()) for name in MEASURES},
            "lowest": float(accuracy.min()), "highest": float(accuracy.max()),
            "reached": float((accuracy >= CRITERION[named["task"]]).mean()),
            "floor": float(rows_of["floor"].median()), "seeds": len(rows_of),
            "diverged": int(rows_of["diverged"].sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)


class Difference(NamedTuple):
    """Two groups of independent values."""

    p: float
    """The share of all splits of the values into groups of these sizes whose means differ at least as much."""
    apart: bool
    """Whether their ranges do not overlap."""

    @property
    def claimed(self) -> bool:
        """Whether they are said to differ."""
        return self.apart or self.p < SIGNIFICANT


def difference_of(one: npt.ArrayLike, other: npt.ArrayLike) -> Difference:
    """Compare two groups by a permutation test of the difference between their means, two-sided.

    It is exact where there are at most 20,000 splits, as of eight and eight values; else as many are drawn.
    """
    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    values, n = np.concatenate((first, second)), len(first)
    total, k = values.sum(), len(values)
    splits = _splits(k, n)
    sums = values[splits].sum(axis=1)
    gaps = np.abs(sums / n - (total - sums) / (k - n))
    gap = abs(first.mean() - second.mean())
    at_least = int((gaps >= gap - 1e-12).sum())
    exact = comb(k, n) <= MOST_SPLITS
    p = at_least / len(gaps) if exact else (at_least + 1) / (len(gaps) + 1)
    return Difference(p, bool(first.min() > second.max() or second.min() > first.max()))


def _splits(k: int, n: int) -> npt.NDArray[np.int64]:
    """(n_splits, n) which of ``k`` values are in the first group."""
    if comb(k, n) <= MOST_SPLITS:
        return np.array(list(combinations(range(k), n)), dtype=np.int64)
    return stream(0, "splits", k, n).permuted(np.tile(np.arange(k), (MOST_SPLITS, 1)), axis=1)[:, :n]


def comparisons_of(scores: pd.DataFrame) -> pd.DataFrame:
    """Tests of accuracy between all pairs of cores in each part of the table.

    Columns are ``at, task, one, other, difference`` of medians, ``p``, ``apart`` and ``claimed``. Values of p are not
    corrected for the number of pairs; of two groups of five seeds, the smallest is .008.
    """
    rows = []
    for (at, task), part in scores.groupby(["at", "task"], sort=False):
        groups: dict[str, FloatArray] = {
            str(core): rows_of["accuracy"].to_numpy(float) for core, rows_of in part.groupby("core", sort=False)
        }
        for one, other in combinations(groups, 2):
            found = difference_of(groups[one], groups[other])
            gap = float(np.median(groups[one]) - np.median(groups[other]))
            rows.append([at, task, one, other, gap, found.p, found.apart, found.claimed])
    return pd.DataFrame(rows, columns=["at", "task", "one", "other", "difference", "p", "apart", "claimed"])

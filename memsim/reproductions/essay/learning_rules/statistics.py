"""Seeds as the random factor: ladders with intervals, and whether curves differ beyond seeds."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.reproductions.essay.learning_rules.options import CONTROL, FIXED
from memsim.reproductions.intervals import Interval, over_trainings

MOST_SPLITS = 20_000
SIGNIFICANT = 0.05


def ladder_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """``at, condition, mean, low, high, n``, and the columns of two differences: the longest lists learned, over seeds.

    ``less, less_low, less_high`` are by how much backpropagation exceeds the condition, with the same seeds, and
    ``more, more_low, more_high`` by how much the condition exceeds a trained read-out of a network whose recurrent
    weights stay as they start; limits are of 95% t intervals. NaN stands where that control was not run.
    """
    rows: list[dict[str, Any]] = []
    for at, part in scores.groupby("at", sort=False):
        ladders = {str(name): each.set_index("seed")["longest"] for name, each in part.groupby("condition", sort=False)}
        for name, ladder in ladders.items():
            less = over_trainings((ladders[CONTROL] - ladder).to_numpy(float))
            more = over_trainings((ladder - ladders.get(FIXED, np.nan)).to_numpy(float))
            rows.append({
                "at": at, "condition": name, **over_trainings(ladder.to_numpy(float))._asdict(),
                "less": less.mean, "less_low": less.low, "less_high": less.high,
                "more": more.mean, "more_low": more.low, "more_high": more.high,
            })  # fmt: skip
    return pd.DataFrame(rows)


def curve_tests(curves: pd.DataFrame) -> pd.DataFrame:
    """Each condition beside backpropagation, at equal accuracy, a row for each that has curves of two seeds or more.

    Columns are ``condition, seeds``; ``distance``, the root mean squared difference of the mean serial position curves,
    each less its own mean; ``p``, the share of all splits of the seeds into two groups of these sizes in which it is at
    least as large; and the differences in ``primacy`` and ``recency``, the first and the last position less those
    between, with 95% intervals (Welch).
    """
    columns = ["condition", "seeds", "distance", "p", *_named("primacy"), *_named("recency")]
    tables = {
        str(name): each.pivot_table(index="seed", columns="position", values="prob").to_numpy(float)
        for name, each in curves.groupby("condition", sort=False)
    }
    known = tables.pop(CONTROL, np.empty((0, 0)))
    rows = []
    for name, table in tables.items():
        if min(len(known), len(table)) < 2:
            continue
        ends = [_difference(edges_of(table)[i], edges_of(known)[i]) for i in range(2)]
        limits = [value for each in ends for value in (each.mean, each.low, each.high)]
        rows.append([name, len(table), *split_test(table, known), *limits])
    return pd.DataFrame(rows, columns=columns)


def _named(measure: str) -> list[str]:
    return [measure, f"{measure}_low", f"{measure}_high"]


def edges_of(curves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """By seed, the first and the last position of ``curves`` (seeds, positions) less the mean of those between."""
    between = curves[:, 1:-1].mean(axis=1)
    return curves[:, 0] - between, curves[:, -1] - between


def split_test(one: FloatArray, other: FloatArray) -> tuple[float, float]:
    """The distance between the mean shapes of two groups of curves (seeds, positions), and its p by permutation.

    All splits are counted, or 20,000 random ones where there are more.
    """
    shapes = np.concatenate((one, other))
    shapes = shapes - shapes.mean(axis=1, keepdims=True)
    n, k = len(one), len(shapes)

    def distance(first: FloatArray) -> FloatArray:
        apart = first @ shapes / n - (1 - first) @ shapes / (k - n)
        found: FloatArray = np.sqrt((apart**2).mean(axis=-1))
        return found

    exact = comb(k, n) <= MOST_SPLITS
    if exact:
        chosen = np.array(list(combinations(range(k), n)))
    else:
        chosen = stream(0, "splits", k, n).permuted(np.tile(np.arange(k), (MOST_SPLITS, 1)), axis=1)[:, :n]
    members = np.zeros((len(chosen), k))
    np.put_along_axis(members, chosen, 1.0, axis=1)
    observed = distance((np.arange(k) < n).astype(float))
    at_least = int((distance(members) >= observed - 1e-12).sum())
    return float(observed), (at_least + (not exact)) / (len(chosen) + (not exact))


def _difference(one: FloatArray, other: FloatArray) -> Interval:
    """The difference of two means, with its 95% interval by Welch's t."""
    from scipy import stats

    errors = [values.var(ddof=1) / len(values) for values in (one, other)]
    gap, error = float(one.mean() - other.mean()), float(sum(errors))
    if error == 0:
        return Interval(gap, gap, gap, len(one))
    freedom = error**2 / sum(e**2 / (len(v) - 1) for e, v in zip(errors, (one, other), strict=True))
    half = float(stats.t.ppf(0.975, freedom) * np.sqrt(error))
    return Interval(gap, gap - half, gap + half, len(one))

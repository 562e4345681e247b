"""Differences between conditions, or between people and models: t tests, effect sizes, and tests of equivalence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import gammaln, nctdtr, stdtr, stdtrit

from memsim.analysis.checks import checked_confidence, is_real, require_choice
from memsim.analysis.statistics.tables import Cells
from memsim.analysis.summaries import read_summaries
from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.names import shown

Correction = Literal["holm", "bonferroni", "fdr_bh", "none"]
CORRECTIONS = ("holm", "bonferroni", "fdr_bh", "none")


def contrast(
    frame: pd.DataFrame,
    column: str,
    value: str = "prob",
    *,
    paired: bool,
    baseline: Any = None,
    correction: Correction = "holm",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Differences of ``value`` between the levels of a column, with t tests and effect sizes.

    Parameters
    ----------
    frame : a row for each subject and level, as the indices return it; of a curve take one point, or a mean.
    column : the column whose levels are compared, such as a condition, or the label of people and models.
    value : the column of values; NaN where undefined.
    paired : whether equal subject labels in two levels are the same subject. If so, levels that share subjects get a
        paired t test, without subjects who have one value only, and levels that share none get a Welch test. If not,
        all get a Welch test: the subjects of a model are numbered from 1, as people may be.
    baseline : the level that each other level is compared with; all pairs are compared if it is not given.
    correction : of p for the number of tests, over the rows of the table: ``"holm"``, ``"bonferroni"``, ``"fdr_bh"`` or
        ``"none"``. Rows without a test do not count.
    confidence : of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame : one row for each pair, in the order in which levels appear, with ``a, b, mean_a, mean_b``;
        ``difference`` a - b with its uncorrected interval ``low, high``; ``statistic, df, p, p_corrected``;
        ``effect, effect_low, effect_high, effect_kind``: Cohen's ``d_z`` (mean difference divided by the standard
        deviation of differences) or Hedges' ``g`` (divided by the pooled standard deviation, corrected for small
        samples); ``n_a, n_b``, the subjects in the test, and ``dropped``, the subjects left out for a missing value;
        and the arguments ``value, correction, confidence``. Where a level has one subject or values do not vary, there
        is no test: NaN.

    Raises
    ------
    InputError : a column or the baseline does not exist, the column has one level, a subject has two values in one
        level, or a setting is out of range.

    References
    ----------
    Welch (1947), Biometrika, 34, 28-35; Cohen (1988), Statistical Power Analysis for the Behavioral Sciences; Hedges
    (1981), Journal of Educational Statistics, 6, 107-128. Intervals of effect sizes by the noncentral t distribution:
    Steiger & Fouladi (1997), in What if there were no significance tests?; that of g assumes equal variances, although
    the test does not.
    """
    pairs = _pairs(frame, column, value, paired, baseline, correction, confidence, "contrast")
    return _contrasts(pairs, correction, confidence).assign(value=value, correction=correction, confidence=confidence)


def summary_contrast(
    summaries: Mapping[str, pd.DataFrame],
    baseline: str,
    *,
    correction: Correction = "holm",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Differences of every statistic from that of a baseline, by Welch tests from means and standard errors alone.

    Parameters
    ----------
    summaries : tables of :func:`memsim.analysis.summary_table` by label.
    baseline : the label that the others are compared with, such as that of people.
    correction, confidence : as in :func:`contrast`; p is corrected over all rows.

    Returns
    -------
    DataFrame : as from :func:`contrast`, a row for each other label and each statistic that both have; ``value`` is
        the statistic. Ratios of means, which have no standard error, are left out. A summary without subjects, such as
        one of predicted probabilities, has no test: NaN.

    Raises
    ------
    InputError : the baseline does not exist, or there is no other summary.
    """
    require_choice(correction, CORRECTIONS, "correction", "summary_contrast")
    checked_confidence(confidence, "summary_contrast")
    summaries, baseline = read_summaries(summaries, "summary_contrast"), str(baseline)
    if baseline not in summaries or len(summaries) < 2:
        raise InputError(
            f"summary_contrast: baseline={baseline!r} must be one of two or more labels, but there are "
            f"{', '.join(summaries)}"
        )
    tables = {label: summary.set_index("statistic") for label, summary in summaries.items()}
    other = tables.pop(baseline)
    other = other[other["sem"].notna() | (other["n_subjects"] < 2)]
    other = other[~other.index.str.endswith(("_contrast", "_asymmetry", "_ratio"))]
    pairs, values = [], []
    for label, table in tables.items():
        for statistic in other.index.intersection(table.index[table["mean"].notna()]):
            pairs.append(_Pair.of_summaries(label, baseline, table.loc[statistic], other.loc[statistic]))
            values.append(statistic)
    return _contrasts(pairs, correction, confidence).assign(value=values, correction=correction, confidence=confidence)


def _contrasts(pairs: Sequence[_Pair], correction: str, confidence: float) -> pd.DataFrame:
    rows = []
    for pair in pairs:
        t = pair.statistic(0.0)
        half = stdtrit(pair.df, (1 + confidence) / 2) * pair.error
        effect, effect_low, effect_high = pair.effect(confidence)
        rows.append({
            **pair.first_columns(),
            "low": pair.difference - half,
            "high": pair.difference + half,
            "statistic": t,
            "df": pair.df,
            "p": 2 * stdtr(pair.df, -abs(t)),
            "effect": effect,
            "effect_low": effect_low,
            "effect_high": effect_high,
            "effect_kind": "d_z" if pair.paired else "g",
            **pair.counts(),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    table.insert(list(table).index("p") + 1, "p_corrected", _corrected(table["p"], correction))
    return table


def equivalence(
    frame: pd.DataFrame,
    column: str,
    value: str = "prob",
    *,
    margin: float | tuple[float, float],
    paired: bool,
    baseline: Any = None,
    correction: Correction = "holm",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Tests of equivalence within a margin for the levels of a column: two one-sided t tests (TOST) for each pair.

    Parameters
    ----------
    margin : the smallest difference that would matter, in the unit of ``value``; two numbers for a margin that is not
        symmetric, such as ``(-0.05, 0.1)``. It has to be chosen before one sees the data.
    frame, column, value, paired, baseline, correction : as in :func:`contrast`.
    confidence : one minus the significance level of each test.

    Returns
    -------
    DataFrame : one row for each pair, with ``a, b, mean_a, mean_b, difference``; ``low, high``, the uncorrected
        interval that corresponds to the tests (90% at a confidence of 95%: it lies within the margin if both tests are
        significant); ``margin_low, margin_high``; ``t_low, p_low`` against a difference of ``margin_low`` or less,
        ``t_high, p_high`` against ``margin_high`` or more, ``df``; ``p``, the larger of the two, and ``p_corrected``;
        ``p_difference``, two-sided against no difference, corrected likewise;
        ``verdict``: ``equivalent`` (within the margin, even if it differs from zero), else ``different`` from zero,
        else ``undecided``; ``n_a, n_b, dropped, value, correction, confidence`` as in :func:`contrast`.

    Raises
    ------
    InputError : the margin does not enclose zero, and as in :func:`contrast`.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics, 15, 657-680; Lakens (2017), Social
    Psychological and Personality Science, 8, 355-362.
    """
    pairs = _pairs(frame, column, value, paired, baseline, correction, confidence, "equivalence")
    given = list(margin) if isinstance(margin, Iterable) else [margin]
    ends = [float(end) for end in given if is_real(end)]
    ends = [-ends[0], ends[0]] if len(given) == 1 and ends else ends
    if len(ends) != 2 or len(given) > 2 or not ends[0] < 0 < ends[1]:
        raise InputError(
            f"equivalence: margin={shown(margin)} must be a positive number in the unit of {value}, or a negative "
            "and a positive number"
        )
    rows = []
    for pair in pairs:
        half = stdtrit(pair.df, confidence) * pair.error
        t_low, t_high = pair.statistic(ends[0]), pair.statistic(ends[1])
        rows.append({
            **pair.first_columns(),
            "low": pair.difference - half,
            "high": pair.difference + half,
            "margin_low": ends[0],
            "margin_high": ends[1],
            "t_low": t_low,
            "p_low": stdtr(pair.df, -t_low),
            "t_high": t_high,
            "p_high": stdtr(pair.df, t_high),
            "df": pair.df,
            "p_difference": 2 * stdtr(pair.df, -abs(pair.statistic(0.0))),
            **pair.counts(),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    at = list(table).index("df") + 1
    larger = table[["p_low", "p_high"]].max(axis=1, skipna=False)
    table["p_difference"] = _corrected(table["p_difference"], correction)
    table.insert(at, "p", larger)
    table.insert(at + 1, "p_corrected", _corrected(larger, correction))
    level = 1 - confidence
    verdict = np.where(table["p_difference"] < level, "different", "undecided")
    table.insert(at + 3, "verdict", np.where(table["p_corrected"] < level, "equivalent", verdict))
    return table.assign(value=value, correction=correction, confidence=confidence)


class _Pair(NamedTuple):
    """Two levels with the means, errors and numbers of a t test; NaN where there is no test."""

    a: Any
    b: Any
    means: tuple[float, float]
    difference: float
    error: float
    df: float
    spread: float
    """The standard deviation by which the effect size divides."""
    n: tuple[int, int]
    dropped: int
    paired: bool

    @classmethod
    def of(cls, a: Any, b: Any, values: FloatArray, present: BoolArray, paired: bool) -> _Pair:
        """From ``values`` and ``present`` (n_subjects, 2) of :class:`Cells`."""
        known = ~np.isnan(values)
        paired = bool(paired and present.all(axis=1).any())
        counted = known.copy()
        if paired:
            counted[~known.all(axis=1)] = False
        left_out = present & ~counted
        x, y = values[counted[:, 0], 0], values[counted[:, 1], 1]
        n, m = len(x), len(y)
        means = (x.mean() if n else np.nan, y.mean() if m else np.nan)
        dropped = int(left_out.any(axis=1).sum() if paired else left_out.sum())
        # Equal values may differ in their last bits, which must not give a test with a tiny error.
        least = 1e-10 * max(np.abs(x).max(initial=0), np.abs(y).max(initial=0))
        error = df = spread = np.nan
        if min(n, m) >= 2 and paired:
            sd = np.std(x - y, ddof=1)
            if sd > least:
                spread, error, df = sd, sd / np.sqrt(n), n - 1
        elif min(n, m) >= 2:
            error, df, spread = _welch(np.var(x, ddof=1), np.var(y, ddof=1), n, m, least)
        return cls(a, b, means, means[0] - means[1], error, df, spread, (n, m), dropped, paired)

    @classmethod
    def of_summaries(cls, a: Any, b: Any, x: pd.Series, y: pd.Series) -> _Pair:
        """From ``mean``, ``sem`` and ``n_subjects`` of both."""
        n, m = int(x["n_subjects"]), int(y["n_subjects"])
        error = df = spread = np.nan
        if min(n, m) >= 2:
            least = 1e-10 * max(abs(x["mean"]), abs(y["mean"]))
            error, df, spread = _welch(x["sem"] ** 2 * n, y["sem"] ** 2 * m, n, m, least)
        means = (float(x["mean"]), float(y["mean"]))
        return cls(a, b, means, means[0] - means[1], error, df, spread, (n, m), 0, paired=False)

    def statistic(self, null: float) -> float:
        """Value of t for the difference from ``null``."""
        return float((self.difference - null) / self.error)

    def effect(self, confidence: float) -> tuple[float, float, float]:
        """The standardised difference and its interval."""
        n, m = self.n
        df = n - 1 if self.paired else n + m - 2
        if not self.spread > 0:
            return np.nan, np.nan, np.nan
        scale = 1 / np.sqrt(n) if self.paired else np.sqrt(1 / n + 1 / m)
        # By convention the bias of the estimate is corrected in g and not in d_z.
        small = 1.0 if self.paired else np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2)
        t = self.difference / self.spread / scale
        low, high = (_noncentral(t, df, tail) * scale * small for tail in ((1 + confidence) / 2, (1 - confidence) / 2))
        return float(t * scale * small), low, high

    def first_columns(self) -> dict[str, Any]:
        """The first columns of a table."""
        mean_a, mean_b = self.means
        return {"a": self.a, "b": self.b, "mean_a": mean_a, "mean_b": mean_b, "difference": self.difference}

    def counts(self) -> dict[str, int]:
        """The subjects in the test, and those left out."""
        return {"n_a": self.n[0], "n_b": self.n[1], "dropped": self.dropped}


def _noncentral(t: float, df: int, tail: float) -> float:
    """The noncentrality at which values up to ``t`` have the probability ``tail``."""
    reach = 10 * np.sqrt(1 + t**2 / (2 * df))

    def above(centre: float) -> float:
        probability = nctdtr(df, centre, t)
        if np.isnan(probability):  # so far out that it is 0 or 1
            probability = float(centre < t)
        return float(probability - tail)

    return float(brentq(above, t - reach, t + reach))


def _welch(v: float, w: float, n: int, m: int, least: float) -> tuple[float, float, float]:
    """Error, degrees of freedom and pooled spread from variances; NaN where values vary no more than ``least``."""
    if not np.sqrt((v + w) / 2) > least:
        return np.nan, np.nan, np.nan
    df = (v / n + w / m) ** 2 / ((v / n) ** 2 / (n - 1) + (w / m) ** 2 / (m - 1))
    return float(np.sqrt(v / n + w / m)), float(df), float(np.sqrt(((n - 1) * v + (m - 1) * w) / (n + m - 2)))


def _pairs(
    frame: pd.DataFrame,
    column: str,
    value: str,
    paired: bool,
    baseline: Any,
    correction: str,
    confidence: float,
    who: str,
) -> list[_Pair]:
    """The pairs that are compared, in order, from the checked arguments of :func:`contrast`."""
    require_choice(correction, CORRECTIONS, "correction", who)
    if not isinstance(paired, bool | np.bool_):
        raise InputError(f"{who}: paired={shown(paired)} must be True (equal labels are the same subject) or False")
    checked_confidence(confidence, who)
    cells = Cells.of(frame, column, value, (), who)
    order = list(frame[column].unique())
    at = {level: i for i, level in enumerate(cells.levels[column])}
    if len(order) < 2:
        raise InputError(f"{who}: {column} has one level, {order[0]}, and a difference needs two")
    if baseline is None:
        chosen = list(combinations(order, 2))
    elif baseline in at:
        chosen = [(level, baseline) for level in order if level != baseline]
    else:
        raise InputError(
            f"{who}: baseline={baseline!r} is not a level of {column}, which has {', '.join(map(str, order))}"
        )
    both = [(a, b, [at[a], at[b]]) for a, b in chosen]
    return [_Pair.of(a, b, cells.values[:, columns], cells.present[:, columns], paired) for a, b, columns in both]


def _corrected(p: pd.Series, correction: str) -> FloatArray:
    """(n_tests,) p corrected over those that are not NaN."""
    from statsmodels.stats.multitest import multipletests

    values = p.to_numpy(dtype=float).copy()
    tested = ~np.isnan(values)
    if np.count_nonzero(tested) > 1 and correction != "none":
        values[tested] = multipletests(values[tested], method=correction)[1]
    return values

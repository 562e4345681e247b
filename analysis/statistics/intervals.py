"""Confidence intervals of means over subjects: by the bootstrap, and within subjects."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri, stdtrit

from memsim.analysis.checks import checked_confidence, list_of_names, require_choice, require_whole
from memsim.analysis.statistics.tables import Cells, nan_mean
from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import DataWarning, InputError
from memsim.core.seeding import stream
from memsim.core.tables.given_tables import require_table

FEWEST = 20
"""The smallest number of subjects for which bootstrap intervals are given without a warning."""


def bootstrap_interval(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    value: str = "prob",
    *,
    method: Literal["bca", "percentile"] = "bca",
    between: str | Sequence[str] = (),
    n_resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean of ``value`` over subjects, each of whom counts once, with a bootstrap interval.

    Subjects are resampled as a whole: the values of a subject at all levels of ``by`` stay together. With few of them
    the interval is too narrow: of 10 simulated subjects a 95% interval covered the mean in .90 of samples, of 20 in
    .93, where Student's t (:func:`memsim.analysis.mean_over_subjects`) covered it in .95 (values from 0 to 1 that are
    not skewed; of strongly skewed values all cover less, and t never less than the bootstrap). Below 20 a warning says
    so.

    Parameters
    ----------
    frame : a row for each subject and level of ``by``, as analyses return it.
    by : the column, or columns, whose levels have a mean each.
    value : the column of values; NaN where undefined.
    method : ``"bca"``, corrected for bias and skew (acceleration from the jackknife), or ``"percentile"``.
    between : columns that vary between subjects, such as the label of people or model. Equal subject labels in two of
        these groups are then two subjects, and each group is resampled by itself.
    n_resamples : the number of resamples, at least 100.
    confidence : of the interval, between 0 and 1.
    seed : of the resamples.

    Returns
    -------
    DataFrame : ``by, mean, low, high, n_subjects``, over the subjects with a defined value. With fewer than two of
        them ``low`` and ``high`` are NaN. Resamples in which no value is defined do not count.

    Raises
    ------
    InputError : a column is not in the frame, a subject has two values at one level, or a setting is out of range.

    Notes
    -----
    Intervals equal those of ``scipy.stats.bootstrap`` on the same resamples. That function is not used here, for three
    reasons: one resample without a defined value makes its interval NaN; it returns NaN where all subjects have the
    same value; and it holds every resample of every level at once, which takes 1.4 GB and 40 times as long for 1,000
    subjects and 40 levels. It also compares resampled means with the mean exactly, so that ties which differ in their
    last bits shift the bias correction.

    Warns
    -----
    DataWarning : an interval is over fewer than 20 subjects; one warning for all.

    References
    ----------
    Efron (1987), Journal of the American Statistical Association, 82, 171-185. For several groups: Davison & Hinkley
    (1997), Bootstrap Methods and their Application.
    """
    require_table(frame, "bootstrap_interval")
    table, n = resampled_interval(frame, by, value, method, between, n_resamples, confidence, seed)
    warn_of_few(n[table["low"].notna()], method)
    return table


def resampled_interval(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    value: str = "prob",
    method: str = "bca",
    between: str | Sequence[str] = (),
    n_resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """:func:`bootstrap_interval` without its warning, and the subjects in the smallest group of each interval."""
    require_choice(method, ("bca", "percentile"), "method", "bootstrap_interval")
    require_whole(n_resamples, "n_resamples", "bootstrap_interval", least=100)
    tail = (1 - checked_confidence(confidence, "bootstrap_interval")) / 2
    cells = Cells.of(frame, by, value, between, "bootstrap_interval")
    defined = ~np.isnan(cells.values)
    count = defined.sum(axis=0)
    mean = cells.mean()
    deviations = cells.values - mean
    # Equal values may differ from their mean in the last bits.
    deviations = np.where(np.abs(deviations) > 1e-12 * np.abs(mean), deviations, 0.0)
    resampled = resampled_deviations(deviations, defined, cells.group, n_resamples, stream(seed, "bootstrap"))
    in_groups = np.stack([defined[cells.group == group].sum(axis=0) for group in np.unique(cells.group)])
    known = in_groups.max(axis=0) >= 2
    low, high = np.full((2, len(count)), np.nan)
    for cell in np.flatnonzero(known):
        replicates = resampled[:, cell][~np.isnan(resampled[:, cell])]
        levels = np.array([tail, 1 - tail])
        if method == "bca":
            levels = _bca_levels(levels, replicates, deviations[:, cell], defined[:, cell], cells.group)
        low[cell], high[cell] = mean[cell] + np.quantile(replicates, levels)
    fewest = np.min(np.where(in_groups, in_groups, count), axis=0)
    return cells.levels.assign(mean=mean, low=low, high=high, n_subjects=count), fewest


def warn_of_few(subjects: npt.NDArray[np.int64], method: str = "bca") -> None:
    """Warn, once, of bootstrap intervals that are over so few ``subjects`` (n_intervals,) that they are too narrow."""
    few = subjects[subjects < FEWEST]
    if len(few):
        which = "the interval is" if len(subjects) == 1 else f"{len(few):,} of {len(subjects):,} intervals are"
        name = {"bca": "BCa", "percentile": "percentile"}[method]
        warnings.warn(
            f"bootstrap: {which} over fewer than {FEWEST} subjects (at least {few.min()}), where {name} intervals are "
            "too narrow; use Student's t (mean_over_subjects, or interval='t' in a figure)",
            DataWarning,
            stacklevel=3,
        )


def resampled_deviations(
    deviations: FloatArray,
    defined: BoolArray,
    group: npt.NDArray[np.int64],
    n_resamples: int,
    rng: np.random.Generator,
) -> FloatArray:
    """(n_resamples, n_cells) means of ``deviations`` (n_subjects, n_cells) over subjects drawn with replacement.

    Undefined deviations are 0 and do not count; a resample without a defined deviation is NaN.
    """
    total = np.zeros((n_resamples, deviations.shape[1]))
    number = np.zeros_like(total)
    for stratum in np.unique(group):
        rows = np.flatnonzero(group == stratum)
        drawn = rng.integers(len(rows), size=(n_resamples, len(rows))) + np.arange(n_resamples)[:, None] * len(rows)
        times = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(float)
        total += times @ deviations[rows]
        number += times @ defined[rows]
    with np.errstate(invalid="ignore"):
        return total / number


def _bca_levels(
    levels: FloatArray,
    replicates: FloatArray,
    deviations: FloatArray,
    defined: BoolArray,
    group: npt.NDArray[np.int64],
) -> FloatArray:
    """``levels`` of the quantiles of ``replicates``, corrected for bias and acceleration about a mean of 0."""
    # Equal means may differ in their last bits after summing; such ties count half on either side.
    tie = 1e-12 * np.abs(deviations).max()
    share = (np.mean(replicates < -tie) + np.mean(replicates <= tie)) / 2
    cubes = squares = 0.0
    total, number = deviations.sum(), defined.sum()
    for stratum in np.unique(group):
        here = group == stratum
        n = np.count_nonzero(here)
        if np.count_nonzero(here & defined) < 2:
            continue
        without = (total - deviations[here]) / (number - defined[here])
        influence = (n - 1) / n * (without.mean() - without)
        cubes, squares = cubes + (influence**3).sum(), squares + (influence**2).sum()
    acceleration = cubes / (6 * squares**1.5) if squares > tie**2 else 0.0
    bias = ndtri(share)
    shifted = bias + ndtri(levels)
    return ndtr(bias + shifted / (1 - acceleration * shifted))


def within_subject_interval(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    value: str = "prob",
    *,
    between: str | Sequence[str] = (),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Mean of ``value`` over subjects, with an interval for differences between levels within subjects.

    The mean of each subject over the levels with a defined value is subtracted from its values, and the variance of
    the rest is corrected for the number of levels. A subject with fewer than two defined levels counts for the mean
    only. This is not an interval of a mean by itself, for which see :func:`memsim.analysis.mean_over_subjects`.

    Parameters
    ----------
    frame, by, value, confidence : as in :func:`bootstrap_interval`; the levels of ``by`` are within subjects.
    between : columns that vary between subjects; each group is then normalised by itself.

    Returns
    -------
    DataFrame : ``by, mean, sem, low, high, n_subjects, n_incomplete``, with the columns of ``between`` first.
        ``n_incomplete`` is the number of subjects (of the group) who lack a level that others have. Levels that no
        subject has are NaN and do not count.

    Raises
    ------
    InputError : fewer than two levels are defined, and as in :func:`bootstrap_interval`.

    References
    ----------
    Cousineau (2005), Tutorials in Quantitative Methods for Psychology, 1, 42-45, with the correction of Morey (2008),
    Tutorials in Quantitative Methods for Psychology, 4, 61-64.
    """
    require_table(frame, "within_subject_interval")
    confidence = checked_confidence(confidence, "within_subject_interval")
    groups = list_of_names(between, "between", "within_subject_interval")
    within = [name for name in list_of_names(by, "by", "within_subject_interval") if name not in groups]
    cells = Cells.of(frame, [*groups, *within], value, between, "within_subject_interval")
    cell_group = cells.levels.groupby(groups, sort=True).ngroup().to_numpy() if groups else np.zeros(len(cells.levels))
    parts = []
    for group in np.unique(cells.group):
        at = np.flatnonzero(cell_group == group)
        values = cells.values[np.ix_(cells.group == group, at)]
        defined = ~np.isnan(values)
        used = defined.any(axis=0)
        n_levels = np.count_nonzero(used)
        if n_levels < 2:
            raise InputError(
                f"within_subject_interval: {value} is defined at {n_levels} level of {', '.join(within)}, and "
                "intervals within subjects need two; use mean_over_subjects for the interval of a mean"
            )
        count, levels_of = defined.sum(axis=0), defined.sum(axis=1)
        several = levels_of >= 2
        own = np.where(defined, values, 0.0).sum(axis=1) / np.maximum(levels_of, 1)
        rest = np.where(defined & several[:, None], values - own[:, None], np.nan)
        n = np.count_nonzero(~np.isnan(rest), axis=0)
        mean = nan_mean(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = np.nansum((rest - nan_mean(rest)) ** 2, axis=0) / np.where(n > 1, n - 1, np.nan)
            sem = np.sqrt(variance * n_levels / (n_levels - 1) / count)
        half = stdtrit(np.maximum(n - 1, 1), (1 + confidence) / 2) * sem
        table = cells.levels.iloc[at].assign(mean=mean, sem=sem, low=mean - half, high=mean + half, n_subjects=count)
        parts.append(table.assign(n_incomplete=np.count_nonzero(levels_of < n_levels)))
    return pd.concat(parts, ignore_index=True)

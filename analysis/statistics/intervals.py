"""How sure a mean over subjects is: bootstrap intervals, and intervals within subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri, stdtrit

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.seeding import stream


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
    """Mean of ``value`` over subjects, each counting once, with a bootstrap interval.

    Subjects are resampled whole: the values of one at all levels of ``by`` stay together.

    Parameters
    ----------
    frame : one row per subject and level of ``by``, as analyses give it.
    by : columns whose levels have a mean each.
    value : the column of values; NaN where undefined.
    method : ``"bca"``, corrected for bias and skew (acceleration from the jackknife), or ``"percentile"``.
    between : columns of what varies between subjects, such as ``source``. Equal labels in two groups are then two
        subjects, and each group is resampled by itself.

    Returns
    -------
    DataFrame : ``by, mean, low, high, n_subjects``, by the subjects with a defined value. With fewer than two of
        them ``low`` and ``high`` are NaN. The resamples in which none is defined do not count.

    Raises
    ------
    InputError : columns that are not there, two values of a subject at one level, settings out of range.

    Source: Efron (1987); for several groups Davison & Hinkley (1997).
    """
    if method not in ("bca", "percentile"):
        raise InputError(f"bootstrap_interval: method={method!r} is neither 'bca' nor 'percentile'")
    if isinstance(n_resamples, bool) or not isinstance(n_resamples, int | np.integer) or n_resamples < 100:
        raise InputError(f"bootstrap_interval: n_resamples={n_resamples!r} must be a whole number of at least 100")
    tail = (1 - checked_confidence(confidence, "bootstrap_interval")) / 2
    cells = Cells.of(frame, by, value, between, "bootstrap_interval")
    defined = ~np.isnan(cells.values)
    count = defined.sum(axis=0)
    mean = cells.mean()
    deviations = cells.values - mean
    # Equal values may miss their mean by the last bits.
    deviations = np.where(np.abs(deviations) > 1e-12 * np.abs(mean), deviations, 0.0)
    resampled = resampled_deviations(deviations, defined, cells.group, n_resamples, stream(seed, "bootstrap"))
    in_groups = [defined[cells.group == group].sum(axis=0) for group in np.unique(cells.group)]
    known = np.max(in_groups, axis=0) >= 2
    low, high = np.full((2, len(count)), np.nan)
    for cell in np.flatnonzero(known):
        replicates = resampled[:, cell][~np.isnan(resampled[:, cell])]
        levels = np.array([tail, 1 - tail])
        if method == "bca":
            levels = _bca_levels(levels, replicates, deviations[:, cell], defined[:, cell], cells.group)
        low[cell], high[cell] = mean[cell] + np.quantile(replicates, levels)
    return cells.levels.assign(mean=mean, low=low, high=high, n_subjects=count)


def resampled_deviations(
    deviations: FloatArray,
    defined: npt.NDArray[np.bool_],
    group: npt.NDArray[np.int64],
    n_resamples: int,
    rng: np.random.Generator,
) -> FloatArray:
    """(n_resamples, n_cells) means of ``deviations`` (n_subjects, n_cells) over subjects drawn with replacement.

    Undefined deviations are 0 and do not count; a resample without a defined one is NaN.
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
    defined: npt.NDArray[np.bool_],
    group: npt.NDArray[np.int64],
) -> FloatArray:
    """The quantiles of ``replicates`` that bias correction and acceleration make of ``levels``, about a mean of 0."""
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

    What subjects differ by on the whole is taken out: from each value the mean of its subject over its defined levels
    is taken, and the spread of what is left is corrected for the number of levels. A subject with fewer than two
    defined levels tells nothing of that spread, and counts for the mean alone.

    Parameters
    ----------
    frame, by, value : as in :func:`bootstrap_interval`; the levels of ``by`` are within subjects.
    between : columns of what varies between subjects; each group is then normalised by itself.

    Returns
    -------
    DataFrame : ``by, mean, sem, low, high, n_subjects, n_incomplete``, with ``between`` before ``by`` if it is not in
        there; the last column counts subjects (of the group) who lack a level that others have. Levels that nobody has
        are NaN and count nowhere.

    Raises
    ------
    InputError : fewer than two levels, and as in :func:`bootstrap_interval`.

    Source: Cousineau (2005), with the correction of Morey (2008). Not an interval for a mean by itself: for that
    see :func:`memsim.analysis.mean_over_subjects`.
    """
    confidence = checked_confidence(confidence, "within_subject_interval")
    groups = columns_of(between)
    within = [name for name in columns_of(by) if name not in groups]
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
                f"within_subject_interval: {value} has {n_levels} defined level of {within}; intervals within "
                "subjects need two; mean_over_subjects gives the interval of a mean"
            )
        count, levels_of = defined.sum(axis=0), defined.sum(axis=1)
        informative = levels_of >= 2
        own = np.where(defined, values, 0.0).sum(axis=1) / np.maximum(levels_of, 1)
        left = np.where(defined & informative[:, None], values - own[:, None], np.nan)
        n = np.count_nonzero(~np.isnan(left), axis=0)
        mean = _nan_mean(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = np.nansum((left - _nan_mean(left)) ** 2, axis=0) / np.where(n > 1, n - 1, np.nan)
            sem = np.sqrt(variance * n_levels / (n_levels - 1) / count)
        half = stdtrit(np.maximum(n - 1, 1), (1 + confidence) / 2) * sem
        table = cells.levels.iloc[at].assign(mean=mean, sem=sem, low=mean - half, high=mean + half, n_subjects=count)
        parts.append(table.assign(n_incomplete=np.count_nonzero(levels_of < n_levels)))
    return pd.concat(parts, ignore_index=True)


class Cells(NamedTuple):
    """A tidy frame as a matrix of subjects by levels."""

    levels: pd.DataFrame
    """The levels, one row each, sorted."""
    values: FloatArray
    """(n_subjects, n_levels) NaN where undefined."""
    present: npt.NDArray[np.bool_]
    """(n_subjects, n_levels) whether the frame has a row, be its value defined or not."""
    group: npt.NDArray[np.int64]
    """(n_subjects,) code of the group that the subject belongs to."""

    @classmethod
    def of(
        cls, frame: pd.DataFrame, by: str | Sequence[str], value: str, between: str | Sequence[str], who: str
    ) -> Cells:
        """From ``frame``, checked in the name of the analysis ``who``."""
        names, groups = columns_of(by), columns_of(between)
        require_columns(frame, [*names, *groups, "subject"], value, who)
        if not names:
            raise InputError(f"{who}: by is empty; name the columns whose levels have a mean each")
        cell = frame.groupby(names, sort=True, observed=True).ngroup().to_numpy()
        unit = frame.groupby([*groups, "subject"], sort=True, observed=True).ngroup().to_numpy()
        again = pd.DataFrame({"unit": unit, "cell": cell}).duplicated().to_numpy()
        if again.any():
            row = frame.iloc[int(np.argmax(again))]
            at = ", ".join(f"{name}={row[name]}" for name in names)
            raise InputError(
                f"{who}: subject {row['subject']} has more than one value at {at}; columns of conditions belong in "
                "by, or in between where they vary between subjects"
            )
        values = np.full((unit.max() + 1, cell.max() + 1), np.nan)
        values[unit, cell] = frame[value].to_numpy(dtype=float)
        present = np.zeros(values.shape, dtype=bool)
        present[unit, cell] = True
        group = np.zeros(len(values), dtype=np.int64)
        if groups:
            group[unit] = frame.groupby(groups, sort=True, observed=True).ngroup().to_numpy()
        levels = frame[names].drop_duplicates().sort_values(names).reset_index(drop=True)
        return cls(levels, values, present, group)

    def mean(self) -> FloatArray:
        """(n_levels,) mean over subjects with a defined value; NaN where nobody has one."""
        return _nan_mean(self.values)


def _nan_mean(values: FloatArray) -> FloatArray:
    """``np.nanmean`` over the rows, silent where there is nothing."""
    with np.errstate(invalid="ignore"):
        return np.nansum(values, axis=0) / np.count_nonzero(~np.isnan(values), axis=0)


def columns_of(names: str | Sequence[str]) -> list[str]:
    """One name or several, as a list."""
    return [names] if isinstance(names, str) else list(names)


def require_columns(frame: Any, names: Sequence[str], value: str, who: str) -> None:
    """Raise :class:`InputError` unless ``frame`` has rows, labels without gaps, and finite or undefined values."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{who}: expected the frame of an analysis, got {type(frame).__name__}")
    missing = [name for name in [*names, value] if name not in frame.columns]
    if missing:
        raise InputError(f"{who}: no column {', '.join(missing)}; the frame has {', '.join(map(str, frame.columns))}")
    if frame.empty:
        raise InputError(f"{who}: the frame has no rows")
    for name in names:
        if frame[name].isna().any():
            raise InputError(f"{who}: column {name} has no label in row {int(np.argmax(frame[name].isna()))}")
    numbers = pd.to_numeric(frame[value], errors="coerce")
    unfit = (numbers.isna() & frame[value].notna()) | np.isinf(numbers)
    if unfit.any():
        bad = frame[value].iloc[int(np.argmax(unfit))]
        raise InputError(f"{who}: {value} is {bad} in some row; values are numbers, or NaN where undefined")


def checked_confidence(confidence: float, who: str) -> float:
    """``confidence`` if it lies between 0 and 1."""
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 < confidence < 1:
        raise InputError(f"{who}: confidence={confidence!r} must lie between 0 and 1, as 0.95 does")
    return float(confidence)

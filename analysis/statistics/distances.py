"""How far two curves are apart, how near a perfect model could come, and where a model stands in between."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import rel_entr

from memsim.analysis.statistics.intervals import Cells
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.seeding import stream

Metric = Literal["rmsd", "jsd"]


def curve_distance(a: pd.DataFrame, b: pd.DataFrame, x: str, value: str = "prob", metric: Metric = "rmsd") -> float:
    """Distance between two mean curves, over the points at which both are defined.

    Parameters
    ----------
    a, b : frames with one row per subject and point; each subject counts once in a mean.
    x : the column along the curve, such as ``position`` or ``lag``.
    value : the column of values.
    metric : ``"rmsd"``, the root mean squared difference, in the unit of the value; or ``"jsd"``, the Jensen-Shannon
        divergence in bits, from 0 (equal) to 1 (disjoint), of curves that are distributions, as that of first recall;
        each is first made to sum to 1 over these points.

    Raises
    ------
    InputError : no common point; with ``"jsd"`` a curve with negative values or a sum of zero.

    Source: Lin (1991) for the Jensen-Shannon divergence.
    """
    _require_metric(metric, "curve_distance")
    mean_a, mean_b = (_mean_curve(frame, x, value, "curve_distance") for frame in (a, b))
    points = _shared(mean_a, mean_b)
    return float(_distances(mean_a[points].to_numpy(), mean_b[points].to_numpy(), metric, "curve_distance"))


def noise_ceiling(
    people: pd.DataFrame,
    x: str,
    value: str = "prob",
    metric: Metric = "rmsd",
    *,
    n_splits: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How near to a sample of people a perfect model could come: the noise of their mean curve, from random halves.

    A half of n/2 people misses the true mean by a variance of sigma²/(n/2) at a point, two halves differ by twice as
    much, 4 sigma²/n, and the mean of all n misses it by sigma²/n. So the squared distance of a perfect
    model from all is a quarter of that between halves. In general, with halves of h and k people who have a value at
    the point, it is 1/(h + k) over 1/h + 1/k, and that is what is taken, point by point. The Jensen-Shannon divergence
    is to second order a weighted sum of squared differences, so it shrinks by the same ratio, of whole halves; where
    few people make a distribution of many points, that is an approximation.

    Parameters
    ----------
    people : one row per subject and point.
    x, value, metric : as in :func:`curve_distance`.
    n_splits : random halves; of an odd number one half has one more.

    Returns
    -------
    DataFrame : one row with ``metric``; ``split_half``, the distance between halves (root mean square over splits, or
        mean divergence); ``expected``, that of a perfect model without noise of its own from all people;
        ``n_subjects, n_splits``.

    Raises
    ------
    InputError : fewer than two subjects, no point with two of them, and as :func:`curve_distance`.

    Source: split halves as in Spearman (1910) and Brown (1910); the ratio is derived above.
    """
    _require_metric(metric, "noise_ceiling")
    if isinstance(n_splits, bool) or not isinstance(n_splits, int | np.integer) or n_splits < 1:
        raise InputError(f"noise_ceiling: n_splits={n_splits!r} must be a whole number of at least 1")
    values = Cells.of(people, x, value, (), "noise_ceiling").values
    values = values[(~np.isnan(values)).any(axis=1)]
    n = len(values)
    if n < 2:
        raise InputError(f"noise_ceiling: {n} subject has values of {value}; halves need two, better ten or more")
    draws = stream(seed, "split halves").random((n_splits, n))
    first = np.argsort(np.argsort(draws, axis=1), axis=1) < n // 2
    (mean_a, h), (mean_b, k) = (_half_means(values, half) for half in (first, ~first))
    defined = ~np.isnan(mean_a) & ~np.isnan(mean_b)
    if not defined.any(axis=1).all():
        raise InputError(
            f"noise_ceiling: some halves have no defined value of {value} in common; more people are needed"
        )
    if metric == "jsd":
        distances = np.array([
            _distances(a[at], b[at], metric, "noise_ceiling") for a, b, at in zip(mean_a, mean_b, defined, strict=True)
        ])  # fmt: skip
        split_half = distances.mean()
        expected = split_half * (n // 2) * (n - n // 2) / n**2
    else:
        squared = (mean_a - mean_b) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            of_all = squared * (1 / (h + k)) / (1 / h + 1 / k)
        split_half = np.sqrt(np.nanmean(squared, axis=1).mean())
        expected = np.sqrt(np.nanmean(of_all, axis=1).mean())
    row = {"metric": metric, "split_half": split_half, "expected": expected, "n_subjects": n, "n_splits": n_splits}
    return pd.DataFrame([row])


def share_of_attainable(distance: float, ceiling: float, baseline: float, metric: Metric = "rmsd") -> float:
    """Where a distance lies between that of a baseline, 0, and that of a perfect model, 1.

    (baseline - distance) / (baseline - ceiling), of squared distances for ``"rmsd"``, since it is those
    that noise adds to: then it is the share of the explainable variance. Not clipped: above 1 is nearer than noise
    usually permits, below 0 farther than the baseline. NaN where the baseline is no farther than the ceiling,
    so that there is nothing to explain.
    """
    _require_metric(metric, "share_of_attainable")
    for name, number in (("distance", distance), ("ceiling", ceiling), ("baseline", baseline)):
        if number < 0:
            raise InputError(f"share_of_attainable: {name}={number!r} is negative; distances start at 0")
    power = 2 if metric == "rmsd" else 1
    attainable = baseline**power - ceiling**power
    return float((baseline**power - distance**power) / attainable) if attainable > 0 else float("nan")


def attainment(
    model: pd.DataFrame,
    people: pd.DataFrame,
    x: str,
    value: str = "prob",
    metric: Metric = "rmsd",
    *,
    n_splits: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How near a model's curve comes to people's, of how near it could come.

    All three distances are over the points at which both are defined. The model's curve is taken to be without noise
    of its own: simulate many lists.

    Returns
    -------
    DataFrame : one row with ``metric``; ``distance`` of the model from people; ``ceiling``, that of a perfect
        model (:func:`noise_ceiling`); ``baseline``, that of a flat curve at people's mean over the points; and
        ``share`` (:func:`share_of_attainable`).

    Raises
    ------
    InputError : as in :func:`curve_distance` and :func:`noise_ceiling`.
    """
    distance = curve_distance(model, people, x, value, metric)
    target = _mean_curve(people, x, value, "attainment")
    points = _shared(_mean_curve(model, x, value, "attainment"), target)
    mean = target[points].to_numpy()
    baseline = float(_distances(np.full_like(mean, mean.mean()), mean, metric, "attainment"))
    among = people[people[x].isin(points)]
    ceiling = noise_ceiling(among, x, value, metric, n_splits=n_splits, seed=seed)["expected"].item()
    share = share_of_attainable(distance, ceiling, baseline, metric)
    row = {"metric": metric, "distance": distance, "ceiling": ceiling, "baseline": baseline, "share": share}
    return pd.DataFrame([row])


def _require_metric(metric: str, who: str) -> None:
    if metric not in ("rmsd", "jsd"):
        raise InputError(f"{who}: metric={metric!r} is neither 'rmsd' nor 'jsd'")


def _mean_curve(frame: pd.DataFrame, x: str, value: str, who: str) -> pd.Series:
    """Mean over subjects at each point where someone has a value."""
    cells = Cells.of(frame, x, value, (), who)
    return pd.Series(cells.mean(), index=pd.Index(cells.levels[x])).dropna()


def _shared(a: pd.Series, b: pd.Series) -> pd.Index:
    points = a.index.intersection(b.index)
    if points.empty:
        raise InputError(f"these curves have no defined point of {a.index.name} in common; do lists differ?")
    return points


def _half_means(values: FloatArray, half: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """(n_splits, n_points) means over subjects in a half (n_splits, n_subjects), and how many have a value there."""
    defined = ~np.isnan(values)
    number = half.astype(float) @ defined.astype(float)
    with np.errstate(invalid="ignore"):
        return half.astype(float) @ np.where(defined, values, 0.0) / number, number


def _distances(a: FloatArray, b: FloatArray, metric: Metric, who: str) -> float:
    if metric == "rmsd":
        return float(np.sqrt(np.mean((a - b) ** 2)))
    for curve in (a, b):
        if (curve < 0).any() or not curve.sum() > 0:
            raise InputError(
                f"{who}: the Jensen-Shannon divergence is of distributions, but a curve has "
                f"{'negative values' if (curve < 0).any() else 'a sum of zero'}; use metric='rmsd'"
            )
    p, q = a / a.sum(), b / b.sum()
    middle = (p + q) / 2
    bits = (rel_entr(p, middle) + rel_entr(q, middle)).sum() / (2 * np.log(2))
    return float(np.clip(bits, 0, 1))

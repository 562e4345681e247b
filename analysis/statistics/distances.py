"""Distances between curves: of a model from people, of a perfect model from people, and the share attained."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import rel_entr

from memsim.analysis.checks import is_real, require_choice, require_whole
from memsim.analysis.numeric_columns import plain_numbers, with_plain_numbers
from memsim.analysis.statistics.tables import Cells
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.names import shown
from memsim.core.seeding import stream
from memsim.core.tables.given_tables import require_table

Metric = Literal["rmsd", "jsd"]


def curve_distance(
    a: pd.DataFrame, b: pd.DataFrame, x: str, value: str = "prob", metric: Metric = "rmsd", *, across: str = ""
) -> float:
    """Distance between two mean curves, over the points at which both are defined.

    Parameters
    ----------
    a, b : frames with a row for each subject and point; each subject counts once in the mean.
    x : the column along the curve, such as ``position`` or ``lag``.
    value : the column of values.
    metric : ``"rmsd"``, the root mean squared difference, in the unit of the value; or ``"jsd"``, the Jensen-Shannon
        divergence in bits, from 0 (equal) to 1 (disjoint), of curves that are distributions, such as the probability of
        first recall; each curve is first scaled to sum to 1 over these points.
    across : a second column of values, where points have two: of a ROC ``x="rating", across="false_alarms"``. Both
        count alike, over points at which both are defined; with ``"rmsd"`` alone.

    Returns
    -------
    float : the distance, in the unit of the metric.

    Raises
    ------
    InputError : the curves have no common point; with ``"jsd"``, a curve has negative values or a sum of zero, or
        points have two values.

    References
    ----------
    Jensen-Shannon divergence: Lin (1991), IEEE Transactions on Information Theory, 37, 145-151.
    """
    require_table(a, "curve_distance")
    require_table(b, "curve_distance")
    _require_metric(metric, "curve_distance", across)
    mean_a, mean_b = (_mean_curve(frame, x, value, "curve_distance", across) for frame in (a, b))
    points = _shared(mean_a, mean_b)
    return float(_distances(mean_a.loc[points].to_numpy(), mean_b.loc[points].to_numpy(), metric, "curve_distance"))


def noise_ceiling(
    people: pd.DataFrame,
    x: str,
    value: str = "prob",
    metric: Metric = "rmsd",
    *,
    n_splits: int = 1000,
    seed: int = 0,
    across: str = "",
) -> pd.DataFrame:
    """Distance of a perfect model from the mean curve of a sample of people, estimated from random halves.

    Parameters
    ----------
    people : a row for each subject and point.
    x, value, metric, across : as in :func:`curve_distance`.
    n_splits : the number of random halves; of an odd number of people one half has one more.
    seed : of the halves.

    Returns
    -------
    DataFrame : one row with ``metric``; ``split_half``, the distance between halves (root mean square over splits, or
        mean divergence); ``expected``, the distance from all people of a perfect model without noise of its own;
        ``n_subjects, n_splits``.

    Raises
    ------
    InputError : there are fewer than two subjects, or halves have no defined point in common, and as in
        :func:`curve_distance`.

    Notes
    -----
    With a variance of sigma² between people at a point, the mean of n/2 people has an error variance of sigma²/(n/2)
    and two halves differ by twice as much, 4 sigma²/n, whereas the mean of all n has an error variance of sigma²/n. The
    squared distance of a perfect model from all people is therefore a quarter of that between halves. In general, with
    halves of h and k people who have a value at the point, the ratio is 1/(h + k) over 1/h + 1/k, which is applied
    point by point. The Jensen-Shannon divergence is to second order a weighted sum of squared differences, so that it
    shrinks by the same ratio, here of whole halves; with few people and a distribution of many points this is an
    approximation.

    References
    ----------
    Split halves: Spearman (1910), British Journal of Psychology, 3, 271-295; Brown (1910), British Journal of
    Psychology, 3, 296-322.
    """
    require_table(people, "noise_ceiling")
    _require_metric(metric, "noise_ceiling", across)
    require_whole(n_splits, "n_splits", "noise_ceiling")
    columns = [value, *([across] if across else [])]
    values = np.hstack([Cells.of(people, x, name, (), "noise_ceiling").values for name in columns])
    values = values[(~np.isnan(values)).any(axis=1)]
    n = len(values)
    if n < 2:
        raise InputError(f"noise_ceiling: {n} subject has values of {value}; halves need at least two, better ten")
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
    """Share of the attainable improvement on a baseline: 0 at the distance of the baseline, 1 at that of the ceiling.

    It is (baseline - distance) / (baseline - ceiling), of squared distances for ``"rmsd"``, to which noise adds: it is
    then the share of explainable variance. It is not clipped: above 1 the distance is smaller than noise usually
    permits, below 0 it is larger than that of the baseline.

    Parameters
    ----------
    distance, ceiling, baseline : distances from people of the model, of a perfect model, and of the baseline.
    metric : that of all three.

    Returns
    -------
    float : the share; NaN where the baseline is not farther than the ceiling, so that nothing is to be explained.

    Raises
    ------
    InputError : a distance is negative.
    """
    _require_metric(metric, "share_of_attainable")
    for name, number in (("distance", distance), ("ceiling", ceiling), ("baseline", baseline)):
        if not is_real(number) or number < 0:
            raise InputError(f"share_of_attainable: {name}={shown(number)} must be a number of at least 0, a distance")
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
    across: str = "",
) -> pd.DataFrame:
    """Distance of a model's curve from people's, and its share of what a perfect model would attain.

    All three distances are over the points at which both curves are defined. The model's curve is assumed to be without
    noise of its own, so simulate many lists.

    Parameters
    ----------
    model, people : frames with a row for each subject and point.
    x, value, metric, across : as in :func:`curve_distance`.
    n_splits, seed : as in :func:`noise_ceiling`.

    Returns
    -------
    DataFrame : one row with ``metric``; ``distance`` of the model from people; ``ceiling``, that of a perfect
        model (:func:`noise_ceiling`); ``baseline``, that of a flat curve at people's mean over the points, which
        with ``across`` is one point; and ``share`` (:func:`share_of_attainable`).

    Raises
    ------
    InputError : as in :func:`curve_distance` and :func:`noise_ceiling`.
    """
    require_table(model, "attainment")
    require_table(people, "attainment")
    distance = curve_distance(model, people, x, value, metric, across=across)
    target = _mean_curve(people, x, value, "attainment", across)
    points = _shared(_mean_curve(model, x, value, "attainment", across), target)
    mean = target.loc[points].to_numpy()
    baseline = float(_distances(np.broadcast_to(mean.mean(axis=0), mean.shape), mean, metric, "attainment"))
    among = people[plain_numbers(people[x]).isin(points)]
    ceiling = noise_ceiling(among, x, value, metric, n_splits=n_splits, seed=seed, across=across)["expected"].item()
    share = share_of_attainable(distance, ceiling, baseline, metric)
    row = {"metric": metric, "distance": distance, "ceiling": ceiling, "baseline": baseline, "share": share}
    return pd.DataFrame([row])


def _require_metric(metric: str, who: str, across: str = "") -> None:
    require_choice(metric, ("rmsd", "jsd"), "metric", who)
    if across and metric == "jsd":
        raise InputError(f"{who}: the Jensen-Shannon divergence compares distributions; with across use metric='rmsd'")


def _mean_curve(frame: pd.DataFrame, x: str, value: str, who: str, across: str = "") -> pd.DataFrame:
    """Mean over subjects of each value at each point where a subject has all of them."""
    if not isinstance(x, str):
        raise InputError(f"{who}: x={shown(x)} must be the name of a column")
    frame = with_plain_numbers(frame, [x]) if isinstance(frame, pd.DataFrame) else frame
    cells = {name: Cells.of(frame, x, name, (), who) for name in [value, *([across] if across else [])]}
    index = pd.Index(cells[value].levels[x])
    return pd.DataFrame({name: each.mean() for name, each in cells.items()}, index=index).dropna()


def _shared(a: pd.DataFrame, b: pd.DataFrame) -> pd.Index:
    points = a.index.intersection(b.index)
    if points.empty:
        raise InputError(
            f"these curves have no defined point of {a.index.name} in common; compare curves of the same task"
        )
    return points


def _half_means(values: FloatArray, half: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """(n_splits, n_points) means over subjects in a half (n_splits, n_subjects), and the number with a value."""
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
                f"{who}: the Jensen-Shannon divergence compares distributions, but a curve has "
                f"{'negative values' if (curve < 0).any() else 'a sum of zero'}; use metric='rmsd'"
            )
    p, q = a / a.sum(), b / b.sum()
    middle = (p + q) / 2
    bits = (rel_entr(p, middle) + rel_entr(q, middle)).sum() / (2 * np.log(2))
    return float(np.clip(bits, 0, 1))

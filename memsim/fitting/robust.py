"""Intervals that treat subjects, and not lists, as the unit: the cluster-robust sandwich of a group fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import stdtrit

from memsim.analysis.statistics.estimating_equations import symmetric_power
from memsim.core.arrays import FloatArray
from memsim.fitting.objectives import LikelihoodObjective

STEP = 1e-4
"""Half the width of the differences of gradients that give the curvature, in a space of width one."""


def robust_ends(objective: LikelihoodObjective, places: FloatArray) -> list[tuple[float, float]]:
    """95% intervals of the free parameters, over people whose parameters may differ.

    The covariance of the estimates is H⁻¹ (Σ g g') H⁻¹ (White, 1982; Liang & Zeger, 1986): H the curvature of minus the
    log-likelihood, g the gradient of the lists of one of the G subjects, corrected for that subject's leverage N_i, its
    share in H: H^(-1/2) (I - N_i)^(-1/2) H^(-1/2) g (Kauermann & Carroll, 2001). The interval of a place has the
    quantiles of Student's t with the degrees of freedom of Bell & McCaffrey (2002), from the subjects that decide this
    place: G - 1 where all do alike, and fewer for a level with few people. Its ends are those places' values.

    Returns
    -------
    list : two ends for each parameter; NaN for one at a bound of its range, which has no such interval, and for all
        where the curvature has no inverse, or one person alone decides a parameter.
    """
    inside = np.flatnonzero((places > STEP) & (places < 1 - STEP))
    reach = np.full(len(places), np.nan)
    if len(inside):
        curvatures = curvatures_at(objective, places)[:, inside[:, None], inside]
        reach[inside] = _reach(curvatures, objective.by_subject(places)[:, inside])
    axes = objective.space.axes
    return [
        (np.nan, np.nan) if np.isnan(half) else (float(axis.value(place - half)), float(axis.value(place + half)))
        for axis, place, half in zip(axes, places, reach, strict=True)
    ]


def _reach(curvatures: FloatArray, scores: FloatArray) -> FloatArray:
    """(n,) half widths of intervals, from (n_subjects, n, n) curvatures and (n_subjects, n) gradients of subjects."""
    root = symmetric_power(curvatures.sum(axis=0), -0.5)
    inverse = root @ root
    if np.isnan(inverse).any():
        return np.full(len(root), np.nan)
    scores = scores - curvatures @ inverse @ scores.sum(axis=0)  # the search ends where their sum is nearly 0
    left = np.eye(len(root)) - root @ curvatures @ root
    weights = np.array([root @ symmetric_power(each, -0.5) @ root for each in left])
    variance = (np.einsum("ikl,il->ik", weights, scores) ** 2).sum(axis=0)
    df = np.empty(len(root))
    for place in range(len(root)):
        seen = np.einsum("il,ilm->im", weights[:, place], curvatures)
        spread = np.diag(np.einsum("im,im->i", seen, weights[:, place])) - seen @ inverse @ seen.T
        df[place] = np.trace(spread) ** 2 / (spread**2).sum()
    return np.asarray(stdtrit(df, 0.975) * np.sqrt(variance))


def curvatures_at(objective: LikelihoodObjective, places: FloatArray) -> FloatArray:
    """(n_subjects, n_free, n_free) second derivatives of each subject's part, from differences of its gradient."""
    return _second_derivatives(objective.by_subject, places)


def curvature_at(objective: LikelihoodObjective, places: FloatArray) -> FloatArray:
    """(n_free, n_free) second derivatives of the objective by the places, from differences of its gradient."""
    return _second_derivatives(lambda at: objective.value_and_gradient(at)[1], places)


def _second_derivatives(gradient: Callable[[FloatArray], FloatArray], places: FloatArray) -> FloatArray:
    rows = []
    for at in range(len(places)):
        above, below = places.copy(), places.copy()
        above[at], below[at] = min(places[at] + STEP, 1.0), max(places[at] - STEP, 0.0)
        rows.append((gradient(above) - gradient(below)) / (above[at] - below[at]))
    matrix = np.stack(rows, axis=-2)
    return (matrix + np.swapaxes(matrix, -1, -2)) / 2

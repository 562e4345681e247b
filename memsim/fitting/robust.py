"""Intervals that treat subjects, and not lists, as the unit: the cluster-robust sandwich of a group fit."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from memsim.core.arrays import FloatArray
from memsim.fitting.objectives import LikelihoodObjective

STEP = 1e-4
"""Half the width of the differences of gradients that give the curvature, in a space of width one."""


def robust_ends(objective: LikelihoodObjective, places: FloatArray) -> list[tuple[float, float]]:
    """95% intervals of the free parameters, over people whose parameters may differ.

    The covariance of the estimates is H⁻¹ B H⁻¹ (White, 1982; Liang & Zeger, 1986): H the curvature of minus the
    log-likelihood, B = G / (G - 1) Σ g g', over the gradients g of the G subjects' lists. The interval of a place has
    the quantiles of Student's t with G - 1 degrees of freedom; its ends are those places' values.

    Returns
    -------
    list : two ends for each parameter; NaN for one at a bound of its range, which has no such interval, and for all
        where the curvature has no inverse.
    """
    n_subjects = len(objective.recalls.trials.subjects)
    inside = np.flatnonzero((places > STEP) & (places < 1 - STEP))
    error = np.full(len(places), np.nan)
    if len(inside):
        curvature = curvature_at(objective, places)[np.ix_(inside, inside)]
        scores = objective.by_subject(places)[:, inside]
        scores = scores - scores.mean(axis=0)  # their sum is 0 at the best place, up to the search's tolerance
        spread = n_subjects / (n_subjects - 1) * scores.T @ scores
        if np.linalg.eigvalsh(curvature).min() > 0:
            half = np.linalg.solve(curvature, np.linalg.solve(curvature, spread).T)
            error[inside] = np.sqrt(np.diag(half))
    reach = stdtrit(n_subjects - 1, 0.975) * error
    axes = objective.space.axes
    return [
        (np.nan, np.nan) if np.isnan(half) else (float(axis.value(place - half)), float(axis.value(place + half)))
        for axis, place, half in zip(axes, places, reach, strict=True)
    ]


def curvature_at(objective: LikelihoodObjective, places: FloatArray) -> FloatArray:
    """(n_free, n_free) second derivatives of the objective by the places, from differences of its gradient."""
    rows = []
    for at in range(len(places)):
        above, below = places.copy(), places.copy()
        above[at], below[at] = min(places[at] + STEP, 1.0), max(places[at] - STEP, 0.0)
        slopes = [objective.value_and_gradient(each)[1] for each in (above, below)]
        rows.append((slopes[0] - slopes[1]) / (above[at] - below[at]))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2

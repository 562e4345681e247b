"""Models of signal detection fitted to counts of ratings by maximum likelihood, many people at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from memsim.core.arrays import FloatArray, LabelArray, as_array
from memsim.core.errors import InputError
from memsim.core.names import require_one_of

Counts: TypeAlias = npt.NDArray[np.int64]
RatingModel: TypeAlias = Literal["equal variance", "unequal variance", "dual process"]
FINE, AT_BOUND, NOT_IDENTIFIED = "fine", "at a bound", "not identified"
MOST_STEPS = 300
LEAST_DAMPING = 1e-9
LARGEST_MEAN = 20.0
"""Bound of the mean of old items, which is infinite where all of them are rated above all new ones."""


class RatingFits(NamedTuple):
    """Fits of one model to the ratings of many people; arrays of (n_people,)."""

    parameters: Mapping[str, FloatArray]
    """By name; NaN where the model is not identified."""
    criteria: FloatArray
    """(n_people, n_ratings - 1); NaN at the end of a rating that nobody used, which has no criterion of its own."""
    log_likelihood: FloatArray
    """The sum of counts times log probabilities, without the multinomial constant."""
    merged: Counts
    """How many ratings were given neither to new nor to old items, and so were merged with a neighbour."""
    status: LabelArray
    """``fine``; ``at a bound`` of a parameter, also where ratings of new and old do not overlap; ``not identified``."""


class _Form(NamedTuple):
    """The parameters of a model, their bounds and start, and P(rating <= k) for old items with its derivatives."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    start: Callable[[FloatArray], FloatArray]
    below: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def fit_ratings(counts: npt.ArrayLike, model: RatingModel = "unequal variance") -> RatingFits:
    """Fit a model of signal detection to counts of ratings, person by person, by maximum likelihood.

    New items have the strength N(0, 1) and a rating is at most k if strength is below the criterion c_k. Old items have
    N(d', 1) with ``"equal variance"``, N(μ, σ²) with ``"unequal variance"``; with ``"dual process"`` they are
    recollected and rated highest with the probability R, and else have N(d', 1). All criteria are free. σ lies in [.2,
    5], R in [0, .999] and means in [-20, 20].

    Ratings that a person never used have no criterion of their own and are merged with a neighbour, which changes no
    likelihood. A model with m parameters besides criteria needs m + 1 ratings in use, and answers to both kinds of
    items; a person who has fewer is not identified. Yes and no identify only the model of equal variance. Where no new
    item is rated above any old one, the maximum lies at an infinite mean, and what is given is only near it.

    Parameters
    ----------
    counts : (n_people, 2, n_ratings) counts of ratings for new items, then for old ones, from sure new to sure old.
    model : which model.

    Raises
    ------
    InputError : counts of another shape, no numbers or below 0, or an unknown model.

    References
    ----------
    Dorfman and Alf (1969), Journal of Mathematical Psychology, 6, 487-496 (maximum likelihood); Yonelinas (1994),
    Journal of Experimental Psychology: Learning, Memory, and Cognition, 20, 1341-1354 (dual process).
    """
    require_one_of(model, _FORMS, "fit_ratings: model")
    table: Counts = np.asarray(as_array(counts, "fit_ratings: counts"))
    shaped = table.ndim == 3 and table.shape[1] == 2 and table.shape[2] >= 2
    if not shaped or table.dtype.kind not in "biuf" or not (table >= 0).all():
        raise InputError(
            f"fit_ratings: counts have shape {table.shape} and type {table.dtype}, expected (n_people, 2, n_ratings) "
            "of numbers from 0"
        )
    form, n_people, n_ratings = _FORMS[model], len(table), table.shape[2]
    used = table.sum(axis=1) > 0
    n_used = used.sum(axis=1)
    possible = (table.sum(axis=2) > 0).all(axis=1) & (n_used > len(form.names))
    parameters = np.full((n_people, len(form.names)), np.nan)
    criteria = np.full((n_people, n_ratings - 1), np.nan)
    likelihood = np.full(n_people, np.nan)
    for width in np.unique(n_used[possible]):
        rows = np.flatnonzero(np.logical_and(possible, n_used == width))
        # Columns of the ratings in use, in order; each row has as many.
        kept = np.nonzero(used[rows])[1].reshape(len(rows), width)
        narrow = np.take_along_axis(table[rows], kept[:, None], axis=2).astype(float)
        theta, likelihood[rows] = _maximum(form, narrow)
        parameters[rows] = theta[:, : len(form.names)]
        np.put_along_axis(criteria_of := criteria[rows], kept[:, :-1], theta[:, len(form.names) :], axis=1)
        criteria[rows] = criteria_of
    bound = ((parameters <= np.array(form.low)) | (parameters >= np.array(form.high))).any(axis=1) | _separated(table)
    status = np.where(possible, np.where(bound, AT_BOUND, FINE), NOT_IDENTIFIED)
    named = dict(zip(form.names, parameters.T, strict=True))
    return RatingFits(named, criteria, likelihood, n_ratings - n_used, status)


def _separated(table: Counts) -> npt.NDArray[np.bool_]:
    """(n_people,) whether no new item is rated above any old one, or no old one above any new: a mean is infinite."""
    rating = np.arange(table.shape[2])
    lowest = np.where(table > 0, rating, table.shape[2]).min(axis=2)
    highest = np.where(table > 0, rating, -1).max(axis=2)
    return (highest[:, 0] <= lowest[:, 1]) | (highest[:, 1] <= lowest[:, 0])


def _maximum(form: _Form, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(n_people, n_parameters) and (n_people,): the parameters at the maximum, and the log likelihood there.

    Fisher scoring with damping, in the box of the parameters: one that a step would push through its bound is held.
    """
    n_people, n_own = len(counts), len(form.names)
    smoothed = np.cumsum(counts[:, 0] + 0.5, axis=1)
    criteria = ndtri(smoothed[:, :-1] / smoothed[:, -1:])
    of_old = np.cumsum(counts[:, 1] + 0.5, axis=1)
    mean = (criteria - ndtri(of_old[:, :-1] / of_old[:, -1:])).mean(axis=1)
    theta = np.concatenate((form.start(mean), criteria), axis=1)
    low = np.array([*form.low, *[-np.inf] * criteria.shape[1]])
    high = np.array([*form.high, *[np.inf] * criteria.shape[1]])
    value, score, information = _scored(form, theta, counts, n_own)
    damping = np.full(n_people, 1e-3)
    running = np.ones(n_people, dtype=bool)
    for _ in range(MOST_STEPS):
        at = np.flatnonzero(running)
        if not len(at):
            break
        held = ((theta[at] <= low) & (score[at] < 0)) | ((theta[at] >= high) & (score[at] > 0))
        slope = np.where(held, 0.0, score[at])
        matrix = np.where(held[:, :, None] | held[:, None, :], 0.0, information[at])
        # With a diagonal of ones, damping keeps away from a singular matrix however far apart the scales are.
        scale = np.sqrt(np.einsum("nii->ni", matrix))
        scale = np.where(scale > 0, scale, 1.0)
        matrix = matrix / (scale[:, :, None] * scale[:, None])
        np.einsum("nii->ni", matrix)[:] += np.where(held, 1.0, damping[at, None])
        step = np.linalg.solve(matrix, (slope / scale)[:, :, None])[:, :, 0] / scale
        moved = np.clip(theta[at] + step, low, high)
        new_value, new_score, new_information = _scored(form, moved, counts[at], n_own)
        gain = (slope * step).sum(axis=1)
        better = new_value >= value[at] - 1e-9
        into = at[better]
        theta[into], value[into] = moved[better], new_value[better]
        score[into], information[into] = new_score[better], new_information[better]
        damping[at] = np.maximum(damping[at] * np.where(better, 0.1, 10.0), LEAST_DAMPING)
        running[at] = ~((better & (gain < 1e-13)) | (damping[at] > 1e12))
    return theta, value


def _scored(
    form: _Form, theta: FloatArray, counts: FloatArray, n_own: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log likelihood, its derivatives and the expected information; -inf where criteria are out of order."""
    n_people, n_criteria = len(theta), theta.shape[1] - n_own
    criteria = theta[:, n_own:]
    below = np.zeros((n_people, 2, n_criteria + 2))
    below[:, :, -1] = 1.0
    slopes = np.zeros((n_people, 2, n_criteria + 2, theta.shape[1]))
    index = np.arange(n_criteria)
    below[:, 0, 1:-1] = ndtr(criteria)
    slopes[:, 0, 1 + index, n_own + index] = _density(criteria)
    below[:, 1, 1:-1], by = form.below(theta[:, :n_own], criteria)
    slopes[:, 1, 1:-1, :n_own] = by[:, :, :n_own]
    slopes[:, 1, 1 + index, n_own + index] = by[:, :, n_own]
    cells, by_cell = np.diff(below, axis=2), np.diff(slopes, axis=2)
    # A criterion may go to infinity, where a rating in use has no probability for the kind that never has it.
    sound = ((cells > 0) | ((cells == 0) & (counts == 0))).all(axis=(1, 2)) & (np.diff(criteria) > 0).all(axis=1)
    cells = np.maximum(cells, 1e-300)
    value = np.where(sound, (counts * np.log(cells)).sum(axis=(1, 2)), -np.inf)
    score = np.einsum("nik,nikp->np", counts / cells, by_cell)
    weight = np.sqrt(counts.sum(axis=2)[:, :, None] / cells)
    scaled = (weight[..., None] * by_cell).reshape(n_people, -1, theta.shape[1])
    return value, score, np.matmul(scaled.transpose(0, 2, 1), scaled)


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _equal(own: FloatArray, criteria: FloatArray) -> tuple[FloatArray, FloatArray]:
    away = criteria - own[:, :1]
    density = _density(away)
    return ndtr(away), np.stack((-density, density), axis=2)


def _unequal(own: FloatArray, criteria: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, sd = own[:, :1], own[:, 1:2]
    away = (criteria - mean) / sd
    density = _density(away) / sd
    return ndtr(away), np.stack((-density, -density * away, density), axis=2)


def _dual(own: FloatArray, criteria: FloatArray) -> tuple[FloatArray, FloatArray]:
    recollected, away = own[:, :1], criteria - own[:, 1:2]
    density = (1 - recollected) * _density(away)
    below = ndtr(away)
    return (1 - recollected) * below, np.stack((-below, -density, density), axis=2)


def _clipped(mean: FloatArray) -> FloatArray:
    return np.clip(mean, -LARGEST_MEAN / 2, LARGEST_MEAN / 2)


_FORMS: Mapping[str, _Form] = {
    "equal variance": _Form(
        ("d_prime",), (-LARGEST_MEAN,), (LARGEST_MEAN,), lambda mean: _clipped(mean)[:, None], _equal
    ),
    "unequal variance": _Form(
        ("mu", "sigma"), (-LARGEST_MEAN, 0.2), (LARGEST_MEAN, 5.0),
        lambda mean: np.stack((_clipped(mean), np.ones(len(mean))), axis=1), _unequal,
    ),
    "dual process": _Form(
        ("recollection", "d_prime"), (0.0, -LARGEST_MEAN), (0.999, LARGEST_MEAN),
        lambda mean: np.stack((np.full(len(mean), 0.2), 0.8 * _clipped(mean)), axis=1), _dual,
    ),
}  # fmt: skip

"""Free criteria: those between the ratings of a scale that maximise the likelihood, for given evidence.

The evidence of a probe does not depend on criteria, because the model's state follows the ratings that were given. So
the criteria are found inside a fit of the other parameters, by Newton's method; and by the envelope theorem the
derivatives of the fit are those with the criteria held where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.encodings import encoding_to_score
from memsim.core.evidence import Evidence, rating_shares
from memsim.core.judgment_loop import evidence_of
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.model import MemoryModel

EDGE = 1e9
"""A criterion beyond all evidence, where the lowest or the highest ratings were never given."""
WIDEST = 1e6
"""The farthest criterion at which a search begins. What lies beyond is as good as infinite, such as recollection."""
STEP = 3e-5
"""Of the differences that give the density of evidence, relative to the spread of the criteria."""
ROUNDS, HALVINGS, GAIN, RIDGE = 60, 20, 1e-9, 1e-6
"""Of Newton's method: the most steps and halvings of a step, the gain, relative to the value, at which it ends, and
what is added to a curvature of which rounding left nothing, relative to its trace."""
POINTS, FEWER, REFINEMENTS, NEAR, BEGIN = 61, 17, 9, 0.02, 0.25
"""Of the grids on which criteria are matched: points of the first and of others, the most of these, and the share of
evidence between two points that is small enough, where Newton's method does not go on and where it does."""


class Answers(NamedTuple):
    """Answers to probes, each row one kind of evidence."""

    evidence: Evidence
    noise: float
    """Standard deviation of the criteria."""
    lapse: float
    counts: FloatArray
    """(n_rows, n_ratings) how often each rating was given."""

    def below(self, criteria: FloatArray) -> FloatArray:
        """(n_rows, n_criteria) probability of evidence below each criterion."""
        found, shape = self.evidence.below(criteria, self.noise), (len(self.counts), len(criteria))
        return found if found.shape == shape else np.broadcast_to(found, shape)

    def cells(self, criteria: FloatArray, n_ratings: int) -> FloatArray:
        """(n_rows, n_criteria + 1) probabilities of the ratings that were given, of ``n_ratings`` that there are."""
        shares = rating_shares(self.evidence, criteria, self.noise, len(self.counts))
        return (1 - self.lapse) * shares + self.lapse / n_ratings

    def normal_parts(self) -> list[FloatArray] | None:
        """Weights, means and spreads, (n_rows, n_parts) each, where evidence is a mixture of normal distributions."""
        make = getattr(self.evidence, "normal_parts", None)
        if make is None:
            return None
        parts = np.broadcast_arrays(*make(self.noise), np.empty((len(self.counts), 1)))[:3]
        return None if (parts[2] <= 0).any() else [np.ascontiguousarray(each, dtype=float) for each in parts]


class Slopes(NamedTuple):
    """The derivatives of the log-likelihood by the criteria; the second ones with the other sign."""

    first: FloatArray
    bend: FloatArray
    """The part of the second derivatives by each criterion that may be negative."""
    safe: FloatArray
    """The part that is not."""
    beside: FloatArray
    """(n_criteria - 1,) second derivatives by a criterion and the next; others are 0."""


class _Place(NamedTuple):
    """Criteria, and what follows from them."""

    criteria: FloatArray
    value: float
    """The log-likelihood."""
    slopes: Callable[[], Slopes]


Likelihood = Callable[[FloatArray], tuple[float, Callable[[], Slopes]]]
"""From criteria to the log-likelihood of answers, and what computes its derivatives."""


def answers_of(model: MemoryModel[Any], judgments: Judgments, rng: np.random.Generator | None = None) -> list[Answers]:
    """The evidence that a model has of all probes, and how they were rated.

    Each row is one kind of probe; or the probes of all trials in turn; or those of one place in the test, by trial.
    ``rng`` : of the encoding, where it is random.
    """
    rng = encoding_to_score(0) if rng is None else rng
    noise, n_ratings = getattr(model, "criterion_noise", 0.0), judgments.n_ratings
    table = model.rating_table(judgments, np.asarray(model.criteria(n_ratings))) if judgments.recalls is None else None
    if table is not None and table.evidence is not None:
        return [Answers(table.evidence, noise, model.lapse, table.counts(judgments))]
    every = model.fast_evidence(judgments.trials, rng) if judgments.recalls is None else None
    if every is not None:
        given = judgments.ratings.reshape(-1, 1) == np.arange(UNANSWERED + 1, n_ratings + 1)
        return [Answers(every, noise, model.lapse, given.astype(float))]
    found = []
    for number, evidence in enumerate(evidence_of(model, judgments, rng)):
        ratings = judgments.ratings[:, number]
        given = ratings[:, None] == np.arange(UNANSWERED + 1, n_ratings + 1)
        found.append(Answers(evidence, noise, model.lapse, given.astype(float)))
    return found


def used_ratings(judgments: Judgments) -> BoolArray:
    """(n_ratings,) whether each rating was given at all."""
    return np.asarray(np.bincount(judgments.ratings.ravel(), minlength=judgments.n_ratings + 1)[1:] > 0)


def n_criteria(judgments: Judgments) -> int:
    """The number of criteria that these answers decide."""
    return max(int(used_ratings(judgments).sum()) - 1, 0)


def fitted_criteria(answers: Sequence[Answers]) -> FloatArray:
    """(n_ratings - 1,) the criteria with the highest likelihood of the answers.

    A rating that was never given is merged with its neighbour: its two criteria are equal, or lie beyond all evidence
    (at -1e9 or 1e9) at an end of the scale.
    """
    used = np.sum([each.counts.sum(axis=0) for each in answers], axis=0) > 0
    merged = [each._replace(counts=each.counts[:, used]) for each in answers]
    return with_unused(used, lambda: _newton(merged, matching_criteria(merged, BEGIN), len(used)))


def with_unused(used: BoolArray, between: Callable[[], FloatArray]) -> FloatArray:
    """(n_ratings - 1,) criteria, by those ``between`` the ratings that are ``used``; see :func:`fitted_criteria`."""
    place = np.cumsum(used)[:-1]  # of each criterion among those between ratings that were given
    if used.sum() < 2:
        return np.where(place > 0, EDGE, -EDGE)
    return np.concatenate(([-EDGE], between(), [EDGE]))[place]


def matching_criteria(answers: Sequence[Answers], near: float = NEAR) -> FloatArray:
    """Criteria between which evidence lies about as often as the ratings were given, by interpolation between points
    that have less than ``near`` of the evidence between them.
    """
    total = np.sum([each.counts.sum(axis=0) for each in answers], axis=0)
    weights = [each.counts.sum(axis=1) / total.sum() for each in answers]

    def share(criteria: FloatArray) -> FloatArray:
        below = [weight @ one.below(criteria.ravel()) for weight, one in zip(weights, answers, strict=True)]
        return np.maximum.accumulate(np.sum(below, axis=0).reshape(criteria.shape), axis=-1)

    points = np.sinh(np.linspace(-1, 1, POINTS) * np.arcsinh(WIDEST))
    shares = share(points)
    wanted = shares[0] + (shares[-1] - shares[0]) * np.cumsum(total)[:-1] / total.sum()
    grid, of_grid = np.tile(points, (len(wanted), 1)), np.tile(shares, (len(wanted), 1))
    row, parts = np.arange(len(wanted)), np.linspace(0, 1, FEWER)
    for _ in range(REFINEMENTS):
        after = np.clip((of_grid < wanted[:, None]).sum(axis=1), 1, grid.shape[1] - 1)
        if (of_grid[row, after] - of_grid[row, after - 1] < near).all():
            break
        low, high = grid[row, after - 1, None], grid[row, after, None]
        grid = low + (high - low) * parts
        of_grid = share(grid)
    after = np.clip((of_grid < wanted[:, None]).sum(axis=1), 1, grid.shape[1] - 1)
    low, high = of_grid[row, after - 1], of_grid[row, after]
    part = np.where(high > low, (wanted - low) / np.where(high > low, high - low, 1), 0.5)
    found = np.maximum.accumulate(grid[row, after - 1] + part * (grid[row, after] - grid[row, after - 1]))
    spread = max(found[-1] - found[0], abs(found[0]), 1e-9)
    return np.asarray(found + np.arange(len(found)) * 1e-6 * spread)


def _newton(answers: Sequence[Answers], criteria: FloatArray, n_ratings: int) -> FloatArray:
    """The criteria at the maximum near these, or as near to it as is possible."""
    likelihoods = [_normal_likelihood(each, n_ratings) or _likelihood(each, n_ratings) for each in answers]
    at = _place(likelihoods, criteria)
    for _ in range(ROUNDS):
        slopes = at.slopes()
        step = ascent(slopes)
        if step is None or not np.isfinite(at.value):
            break
        apart, closer = at.criteria[1:] - at.criteria[:-1], step[:-1] - step[1:]
        room = (apart[closer > 0] / closer[closer > 0]).min(initial=np.inf)
        step = step * min(1.0, 0.9 * room)  # the step that would let two criteria meet is not taken in full
        if slopes.first @ step <= GAIN * max(abs(at.value), 1.0):
            return at.criteria + step
        for _ in range(HALVINGS):
            better = _place(likelihoods, at.criteria + step)
            if better.value > at.value:
                break
            step = step / 2
        else:
            break
        at = better
    return at.criteria


def ascent(slopes: Slopes) -> FloatArray | None:
    """Newton's step, or one by a curvature that is certainly positive."""
    from scipy.linalg.lapack import dptsv  # imported here, since the command line starts without it

    if not all(np.isfinite(each).all() for each in slopes):
        return None
    for diagonal in slopes.safe + slopes.bend, slopes.safe, slopes.safe + RIDGE * slopes.safe.sum():
        if len(diagonal) == 1:
            failed = diagonal[0] <= 0
            step = slopes.first / (1.0 if failed else diagonal)
        else:
            *_, step, failed = dptsv(diagonal, slopes.beside, slopes.first)
        if not failed:
            return np.asarray(step)
    return None


def _place(likelihoods: Sequence[Likelihood], criteria: FloatArray) -> _Place:
    """What follows from these criteria."""
    values, makes = zip(*(each(criteria) for each in likelihoods), strict=True)
    value = float(sum(values))

    def slopes() -> Slopes:
        return Slopes(*(sum(part) for part in zip(*(make() for make in makes), strict=True)))

    return _Place(criteria, value if np.isfinite(value) else -np.inf, slopes)


def _likelihood(answers: Answers, n_ratings: int) -> Likelihood:
    """That of any evidence."""
    counts = answers.counts

    def at(criteria: FloatArray) -> tuple[float, Callable[[], Slopes]]:
        cells = answers.cells(criteria, n_ratings)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(np.where(counts > 0, counts * np.log(cells), 0.0).sum())
        return value, lambda: Slopes(*(each.sum(axis=0) for each in slopes_of_rows(answers, cells, criteria)))

    return at


def _normal_likelihood(answers: Answers, n_ratings: int) -> Likelihood | None:
    """That of a mixture of normal distributions, by exact derivatives; ``None`` of other evidence."""
    parts, counts = answers.normal_parts(), np.ascontiguousarray(answers.counts)
    if parts is None:
        return None
    # imported here, since fits of other models start without numba
    from memsim.fitting.normal_mixture_kernel import likelihood_and_slopes

    def at(criteria: FloatArray) -> tuple[float, Callable[[], Slopes]]:
        value, slopes = likelihood_and_slopes(*parts, counts, criteria, float(answers.lapse), 1 / n_ratings)
        return value, lambda: Slopes(slopes[0], slopes[1], slopes[2], slopes[3, :-1])

    return at


def slopes_of_rows(answers: Answers, cells: FloatArray, criteria: FloatArray) -> Slopes:
    """The derivatives of the log-likelihood of each row of answers: of each part, (n_rows, ...)."""
    n = len(criteria)
    spread = criteria[-1] - criteria[0] if n > 1 else 1.0
    step = STEP * max(spread, 1e-3 * np.abs(criteria).max())
    with np.errstate(all="ignore"):  # cells that are nearly empty; the sums are checked by those who use them
        three = answers.below(np.concatenate((criteria, criteria + step, criteria - step)))
        middle, up, down = three[:, :n], three[:, n : 2 * n], three[:, 2 * n :]
        density = (up - down) * ((1 - answers.lapse) / (2 * step))
        rise = (up - 2 * middle + down) * ((1 - answers.lapse) / step**2)
        # Of the lower and the upper cell beside each criterion. Ratios of small numbers come before their products.
        counts, below, above = answers.counts, slice(None, -1), slice(1, None)
        low, high = (np.where(counts[:, at] > 0, density / cells[:, at], 0.0) for at in (below, above))
        up, down = (np.where(counts[:, at] > 0, counts[:, at] * (rise / cells[:, at]), 0.0) for at in (below, above))
        return Slopes(
            counts[:, below] * low - counts[:, above] * high,
            down - up,
            counts[:, below] * low**2 + counts[:, above] * high**2,
            -counts[:, 1:-1] * high[:, :-1] * low[:, 1:],
        )

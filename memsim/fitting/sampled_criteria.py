"""Free criteria of a model whose encoding is random, where a likelihood is a mean over drawn encodings.

The likelihood of a trial is the mean, over encodings r, of the probability p_r(c) of all its answers. Encodings are
drawn from the same streams at every place of a search, so that the mean is a smooth function of the criteria c; the
criteria are those with the highest mean likelihood. With the posterior weights w_r = p_r / Σ p_r of the encodings, the
slopes of the log-likelihood of a trial are Σ_r w_r s_r, where s_r are those of log p_r; and its curvature is that of
the single encodings less the variance of s_r over them (Louis, 1982). The search is Newton's, or where that curvature
has the wrong sign it takes the step without the variance, which always leads upwards (Lange, 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.encodings import SCORING, list_log_likelihood
from memsim.core.judgment_likelihood import lapsing_answers
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream
from memsim.fitting.free_criteria import (
    GAIN,
    HALVINGS,
    ROUNDS,
    Answers,
    Slopes,
    ascent,
    matching_criteria,
    slopes_of_rows,
    used_ratings,
    with_unused,
)
from memsim.fitting.free_criteria import answers_of as answers_given

AT_FIRST = 8
"""Encodings that give the criteria at which the search begins."""


class Drawn(NamedTuple):
    """The answers to some trials, given one encoding of each."""

    answers: list[Answers]
    before: FloatArray
    """(n_trials,) log-likelihood of the recall before the test; 0 without recall."""

    @property
    def trials(self) -> list[IntArray]:
        """Of each of the answers, (n_rows,) the trials to which the rows belong."""
        n_trials, rows = len(self.before), [len(each.counts) for each in self.answers]
        return [np.repeat(np.arange(n_trials, dtype=np.int32), n // n_trials) for n in rows]


Encodings = Sequence[Drawn]
"""Several encodings of the same trials."""


def encodings_of(model: MemoryModel[Any], judgments: Judgments, samples: int, seed: int) -> list[Drawn]:
    """The evidence of all probes under the encodings over which a likelihood with ``samples`` and ``seed`` averages."""
    found = []
    for sample in range(samples):
        answers = answers_given(model, judgments, stream(seed, *SCORING, sample))
        before = np.zeros(len(judgments))
        if judgments.recalls is not None:
            cuts = np.asarray(model.criteria(judgments.n_ratings))
            recall = lapsing_answers(model, judgments, stream(seed, *SCORING, sample), cuts, False)[1]
            assert recall is not None
            before = list_log_likelihood(recall)
        found.append(Drawn(answers, before))
    return found


def is_certain(encodings: Encodings) -> bool:
    """Whether each encoding decides each answer for certain: evidence is one number, and criteria do not vary."""
    every = [one for drawn in encodings for one in drawn.answers]
    criteria = matching_criteria(every)
    return all(one.noise == 0 and bool(np.isin(one.below(criteria), (0, 1)).all()) for one in every)


def criteria_over_encodings(parts: Sequence[Encodings], judgments: Judgments) -> FloatArray:
    """(n_ratings - 1,) the criteria with the highest mean likelihood.

    Ratings that were never given are merged as in :func:`memsim.fitting.free_criteria.fitted_criteria`.

    Parameters
    ----------
    parts : encodings of the trials of ``judgments``; several where the trials are under several models. Where they
        decide each answer for certain, the likelihood jumps as criteria move, and the criteria are those between which
        evidence lies as often as the ratings were given.
    """
    used = used_ratings(judgments)
    merged = [[_merged(drawn, used) for drawn in encodings] for encodings in parts]
    return with_unused(used, lambda: _newton(merged, len(used)))


def _merged(drawn: Drawn, used: BoolArray) -> Drawn:
    return drawn._replace(answers=[each._replace(counts=each.counts[:, used]) for each in drawn.answers])


def _newton(parts: Sequence[Encodings], n_ratings: int) -> FloatArray:
    criteria = matching_criteria([one for part in parts for drawn in part[:AT_FIRST] for one in drawn.answers])
    at = _place(parts, criteria, n_ratings)
    for _ in range(ROUNDS):
        slopes, variance = _slopes(parts, at)
        steps = _steps(slopes, variance) if np.isfinite(at.value) else []
        better = None
        for step in steps:
            apart, closer = at.criteria[1:] - at.criteria[:-1], step[:-1] - step[1:]
            step *= min(1.0, 0.9 * (apart[closer > 0] / closer[closer > 0]).min(initial=np.inf))
            if slopes.first @ step <= GAIN * max(abs(at.value), 1.0):
                return at.criteria + step
            for _ in range(HALVINGS):
                better = _place(parts, at.criteria + step, n_ratings)
                if better.value > at.value:
                    break
                step, better = step / 2, None
            if better is not None:
                break
        if better is None:
            break
        at = better
    return at.criteria


class _Place(NamedTuple):
    """Criteria, and what follows from them."""

    criteria: FloatArray
    cells: list[list[list[FloatArray]]]
    """Of each part, each encoding and each of its answers, :meth:`Answers.cells`."""
    shares: list[FloatArray]
    """Of each part, (n_encodings, n_trials) posterior weights of the encodings."""
    value: float
    """The log-likelihood."""


def _place(parts: Sequence[Encodings], criteria: FloatArray, n_ratings: int) -> _Place:
    all_cells, shares, value = [], [], 0.0
    for encodings in parts:
        likelihood = np.array([drawn.before for drawn in encodings])
        all_cells.append([[each.cells(criteria, n_ratings) for each in drawn.answers] for drawn in encodings])
        with np.errstate(divide="ignore", invalid="ignore"):
            for row, drawn, cells in zip(likelihood, encodings, all_cells[-1], strict=True):
                for each, of_each, trial in zip(drawn.answers, cells, drawn.trials, strict=True):
                    logs = np.where(each.counts > 0, each.counts * np.log(of_each), 0.0).sum(axis=1)
                    row += np.bincount(trial, logs, len(row))
            highest = np.maximum(likelihood.max(axis=0), -1e300)  # a trial that no encoding allows
            relative = np.exp(likelihood - highest)
            value += float((highest + np.log(relative.mean(axis=0))).sum())
            shares.append(relative / relative.sum(axis=0))
    return _Place(criteria, all_cells, shares, value)


def _slopes(parts: Sequence[Encodings], at: _Place) -> tuple[Slopes, FloatArray]:
    """The slopes, with the posterior weights of encodings, and the variance of slopes over encodings."""
    n = len(at.criteria)
    total, variance = Slopes(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n - 1)), np.zeros((n, n))
    with np.errstate(all="ignore"):  # as in slopes_of_rows
        for encodings, shares, all_cells in zip(parts, at.shares, at.cells, strict=True):
            mean = np.zeros((shares.shape[1], n))
            for share, drawn, cells in zip(shares, encodings, all_cells, strict=True):
                own = np.zeros_like(mean)
                for each, of_each, trial in zip(drawn.answers, cells, drawn.trials, strict=True):
                    rows, weight = slopes_of_rows(each, of_each, at.criteria), share[trial, None]
                    for part, found in zip(total, rows, strict=True):
                        part += np.where(weight > 0, weight * found, 0.0).sum(axis=0)
                    np.add.at(own, trial, rows.first)
                own = np.where(share[:, None] > 0, own, 0.0)
                mean += share[:, None] * own
                variance += (share[:, None] * own).T @ own
            variance -= mean.T @ mean
    return total, variance


def _steps(slopes: Slopes, variance: FloatArray) -> list[FloatArray]:
    """Newton's step, where the curvature is negative in all directions, and the step without the variance."""
    upwards = ascent(slopes)
    if upwards is None or not np.isfinite(variance).all():
        return []
    bend = np.diag(slopes.safe + slopes.bend) + np.diag(slopes.beside, 1) + np.diag(slopes.beside, -1) - variance
    try:
        np.linalg.cholesky(bend)
    except np.linalg.LinAlgError:
        return [upwards]
    return [np.asarray(np.linalg.solve(bend, slopes.first), dtype=float), upwards]

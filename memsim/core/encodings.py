"""Likelihoods of lists over the random encodings of a model, and over lapses of whole lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.event_probabilities import Events
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream

SCORING = ("encoding", "for scoring")
"""Purpose of the random stream of encodings that are drawn to score. It differs from that of simulation: with the same
encodings, a model would score its own responses too high."""


def is_sampled(model: Any) -> bool:
    """Whether the likelihood of a model is a mean over drawn encodings."""
    return getattr(model, "likelihood", None) == "sampled"


def is_integrated(model: Any) -> bool:
    """Whether each judgment of a model averages over encodings already, so that it draws none for judgments."""
    return getattr(model, "encoding", None) == "integrated"


@lru_cache(maxsize=16)
def encoding_to_score(seed: int) -> np.random.Generator:
    """The stream for the encoding of a model with an exact likelihood, which draws nothing from it."""
    return stream(seed, *SCORING, 0)


def list_log_likelihood(events: Events) -> FloatArray:
    """(n_trials,) log-likelihood of lists whose events have these probabilities."""
    with np.errstate(divide="ignore"):
        return np.log(events.outcome).sum(axis=1)


class Averaged(NamedTuple):
    """Mean likelihoods over draws of the encoding, of whatever is averaged."""

    likelihood: FloatArray
    """Their logarithms."""
    error: FloatArray
    """Standard errors of these."""
    effective: FloatArray
    """The effective number of samples, (Σ p)² / Σ p² with p the likelihood in each: 0 where it is 0 in all, 1 where one
    sample decides; NaN where the likelihood is exact."""


def averaged(
    model: MemoryModel[Any],
    samples: int,
    seed: int,
    given_one: Callable[[np.random.Generator], FloatArray],
    guessed: Callable[[], FloatArray],
) -> Averaged:
    """Logarithms of the mean likelihood over draws of the encoding, their standard errors, and effective samples.

    The errors are of first order. They are NaN for a single sample and where no sample could produce the list, and 0
    where the likelihood is exact, which takes a single draw. It is so as well where a model that samples draws nothing
    in this task.

    Parameters
    ----------
    given_one : log-likelihoods given the encoding that is drawn from a stream, of lists or of whatever is averaged.
    guessed : log-likelihoods if all responses are guesses.
    """
    require_samples(samples)
    if model.likelihood != "sampled":
        likelihood = given_one(encoding_to_score(seed))
        found = Averaged(likelihood, np.zeros_like(likelihood), np.full(likelihood.shape, np.nan))
    else:
        found = _mean_over_samples(samples, seed, given_one)
    if not model.list_lapse:
        return found
    with np.errstate(divide="ignore"):
        own = np.log1p(-model.list_lapse) + found.likelihood
        together = np.logaddexp(own, np.log(model.list_lapse) + guessed())
    return Averaged(together, found.error * np.exp(own - together), found.effective)


def _mean_over_samples(samples: int, seed: int, given_one: Callable[[np.random.Generator], FloatArray]) -> Averaged:
    total = squares = np.array(-np.inf)
    for sample in range(samples):
        rng = stream(seed, *SCORING, sample)
        before = rng.bit_generator.state
        each = given_one(rng)
        if rng.bit_generator.state == before:  # nothing was drawn: in this task the likelihood is exact
            return Averaged(each, np.zeros_like(each), np.full(each.shape, np.nan))
        total, squares = np.logaddexp(total, each), np.logaddexp(squares, 2 * each)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative_variance = np.maximum(samples * np.exp(squares - 2 * total) - 1, 0)
        effective = np.where(np.isneginf(total), 0.0, np.exp(2 * total - squares))
        return Averaged(total - np.log(samples), np.sqrt(relative_variance / (samples - 1)), effective)


def require_samples(samples: int) -> None:
    """Raise :class:`InputError` unless this is a number of draws."""
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 1:
        raise InputError(f"samples={samples!r} must be a whole number of at least 1")

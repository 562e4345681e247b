"""The likelihood of judgments under a model, trial by trial."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from memsim.core.abilities import require_ability
from memsim.core.arrays import FloatArray
from memsim.core.encodings import SCORING, Averaged, averaged, encoding_to_score, list_log_likelihood
from memsim.core.errors import InputError
from memsim.core.event_probabilities import Events
from memsim.core.histories import Histories
from memsim.core.judgment_loop import checked_criteria, guessed_ratings, judgment_events
from memsim.core.judgments import Judgments
from memsim.core.lapses import guessed_events, mixed
from memsim.core.model import MemoryModel
from memsim.core.names import require_one_of
from memsim.core.seeding import stream

Average: TypeAlias = Literal["joint", "marginal"]
"""How answers of a trial are averaged over random encodings; see :func:`memsim.log_likelihood`."""


def judgment_likelihood(
    model: MemoryModel[Any],
    judgments: Judgments,
    samples: int,
    seed: int,
    criteria: FloatArray | None = None,
    average: Average = "joint",
    *,
    by_steps: bool = False,
) -> Averaged:
    """(n_trials,) log-likelihoods of the answers, and of the recall before them; errors; and effective samples.

    With a marginal average, the effective samples are the fewest of any answer.

    Raises
    ------
    InputError : criteria of another number, or that do not rise; another average; lapses of whole lists with a marginal
        average, in which there are no whole lists.
    """
    require_one_of(average, ("joint", "marginal"), "average")
    if average == "marginal" and (model.list_lapse or judgments.recalls is not None):
        what = "whole lists do not lapse" if model.list_lapse else "lists are not recalled"
        raise InputError(f"average='marginal' is for answers that are independent, so {what}; use average='joint'")
    cuts = checked_criteria(model, judgments.n_ratings, criteria)

    is_certain = []

    def given_one(rng: np.random.Generator) -> FloatArray:
        ratings, recall = lapsing_answers(model, judgments, rng, cuts, by_steps)
        if average == "marginal":
            is_certain.append(bool(np.isin(ratings.outcome, (0.0, 1.0)).all()))
            with np.errstate(divide="ignore"):
                return np.log(ratings.outcome)
        return list_log_likelihood(ratings) + (0 if recall is None else list_log_likelihood(recall))

    def guessed() -> FloatArray:
        of_ratings = list_log_likelihood(guessed_ratings(judgments))
        if judgments.recalls is None:
            return of_ratings
        of_recall = guessed_events(judgments.recalls, model.repeats, model.intrusions)
        return of_ratings + list_log_likelihood(of_recall)

    likelihood, error, effective = found = averaged(model, samples, seed, given_one, guessed)
    if average == "joint":
        return found
    if len(is_certain) > 1 and all(is_certain):
        # Of n encodings, k give the answer for certain: (k + 1/2) / (n + 1), as for hit rates of 0 and 1.
        counted = np.log((np.exp(likelihood) * len(is_certain) + 0.5) / (len(is_certain) + 1))
        likelihood = np.where(judgments.answered, counted, 0.0)
        error = np.nan_to_num(error)
    return Averaged(likelihood.sum(axis=1), np.sqrt((error**2).sum(axis=1)), effective.min(axis=1))


def answer_log_probabilities(model: MemoryModel[Any], judgments: Judgments, seed: int) -> FloatArray:
    """(n_trials, n_probes) log-probability of each answer, given those before it and one encoding.

    NaN where there is no answer.
    """
    rng = stream(seed, *SCORING, 0) if model.likelihood == "sampled" else encoding_to_score(seed)
    ratings, recall = lapsing_answers(model, judgments, rng, checked_criteria(model, judgments.n_ratings, None), False)
    if model.list_lapse:
        own, guess = np.ones((len(judgments), 1)), np.ones((len(judgments), 1))
        if recall is not None and judgments.recalls is not None:
            guessed = guessed_events(judgments.recalls, model.repeats, model.intrusions)
            both = list_log_likelihood(recall), list_log_likelihood(guessed)
            own, guess = (np.exp(each - np.maximum(*both))[:, None] for each in both)
        histories = Histories()
        histories.add((1 - model.list_lapse) * own, ratings)
        histories.add(model.list_lapse * guess, guessed_ratings(judgments))
        ratings = histories.predicted()
    with np.errstate(divide="ignore"):
        return np.where(judgments.answered, np.log(ratings.outcome), np.nan)


def lapsing_answers(
    model: MemoryModel[Any], judgments: Judgments, rng: np.random.Generator, criteria: FloatArray, by_steps: bool
) -> tuple[Events, Events | None]:
    """The probabilities of the answers and of the events of recall, given one encoding and with single lapses."""
    fast = None
    if judgments.recalls is None and not by_steps and model.likelihood != "none":
        require_ability(model, judgments.trials)
        table = model.rating_table(judgments, criteria)
        fast = model.fast_ratings(judgments, rng, criteria) if table is None else table.outcome(judgments)
    if fast is None:
        ratings, recall = judgment_events(model, judgments, rng, criteria)
    else:
        ratings, recall = Events(fast, np.zeros_like(fast)), None
    if model.mixes_lapses or not np.any(model.lapse):
        return ratings, recall
    ratings = mixed(ratings, guessed_ratings(judgments), model.lapse)
    if recall is not None and judgments.recalls is not None:
        recall = mixed(recall, guessed_events(judgments.recalls, model.repeats, model.intrusions), model.lapse)
    return ratings, recall

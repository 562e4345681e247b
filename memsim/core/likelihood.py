"""The likelihood of responses under a model, list by list, and its parts: of recalls, and of judgments."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from memsim.core.abilities import require_lists_and_time
from memsim.core.arrays import FloatArray
from memsim.core.encodings import SCORING, Averaged, averaged, list_log_likelihood, require_samples
from memsim.core.errors import DataWarning, InputError
from memsim.core.event_probabilities import Events, Parts, answered
from memsim.core.histories import Histories
from memsim.core.judgment_likelihood import Average, answer_log_probabilities, judgment_likelihood
from memsim.core.judgments import Judgments, Responses, require_responses
from memsim.core.lapses import guessed_events, mixed
from memsim.core.loop import event_probabilities, require_model
from memsim.core.model import MemoryModel
from memsim.core.named_models import by_name
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.scored_counts import scored_counts
from memsim.core.seeding import stream
from memsim.core.study_order import warn_of_order

if TYPE_CHECKING:
    import pandas as pd

FEW = 2
"""Effective samples below which :func:`score` warns of judgments."""
EventsOf: TypeAlias = Callable[[MemoryModel[Any], Recalls, np.random.Generator], Events]
"""How the probabilities of events are computed, given one encoding and without lapses."""


def log_likelihood(
    model: MemoryModel[Any] | str,
    recalls: Responses,
    *,
    samples: int = 200,
    seed: int = 0,
    stopping: FloatArray | None = None,
    criteria: FloatArray | None = None,
    average: Average = "joint",
) -> FloatArray:
    """The log-likelihood of each list of responses under ``model``: (n_trials,) natural logarithms.

    Responses that the model cannot produce are left out by the rule of
    :func:`memsim.core.outcomes.scored_outcomes`; :func:`score` also gives their number. Stopping is an event where
    recall ended by itself, and not where the record was cut short.

    Of judgments, each answer is an event; where lists were recalled before they were judged, their recall is scored as
    well, and the model judges in the state in which that recall has left it.

    Parameters
    ----------
    model : the model, or its name, as ``"TCM"``.
    recalls : recalls, or judgments.
    samples, seed : for a model with ``likelihood = "sampled"``, the number of draws of its random encoding over which
        the likelihood is averaged, and their seed; other models do not use them. The mean likelihood is unbiased, but
        its logarithm is too low on average, the more so the fewer the samples, and a list that no draw can produce
        scores -inf; :func:`score` gives the standard error. Raise ``samples`` until the total no longer rises.
    stopping : (n_outputs,) probabilities of no response by output position, which replace those of the model, so that
        models with one stopping rule differ in their choices alone. The responses keep their probabilities given that
        there is one, and a lapse is then a guess among the responses that remain.
    criteria : of judgments, (n_ratings - 1,) criteria on the evidence, which replace those of the model.
    average : of judgments by a model whose encoding is random. ``"joint"``, the mean over encodings of the probability
        of all answers of a trial; or ``"marginal"``, the product of the mean probabilities of single answers, which is
        a composite likelihood: its sampling error is small for any number of probes, but answers to one list count as
        independent. The two are not comparable. Where an encoding decides answers for certain (no ``criterion_noise``),
        an answer that k of n encodings give has the marginal probability (k + 1/2) / (n + 1); the joint one is often 0.

    Raises
    ------
    InputError : a list that holds an item twice, which the model does not take; too few probabilities of stopping; an
        option of recalls for judgments, or of judgments for recalls.
    LikelihoodError : the model only simulates, or does not predict the order of recall.
    """
    model = by_name(model)
    require_model_and_responses(model, recalls)
    if isinstance(recalls, Judgments):
        if stopping is not None:
            raise InputError("log_likelihood: stopping is for recalls; these are judgments")
        return judgment_likelihood(model, recalls, samples, seed, criteria, average)[0]
    if criteria is not None or average != "joint":
        raise InputError("log_likelihood: criteria and average are for judgments; these are recalls")
    if stopping is None:
        return _over_encodings(model, recalls, samples, seed, events_given_encoding)[0]
    return sum_of(likelihood_parts(model, recalls, samples=samples, seed=seed, stopping=stopping))


def likelihood_parts(
    model: MemoryModel[Any] | str,
    recalls: Responses,
    *,
    samples: int = 200,
    seed: int = 0,
    stopping: FloatArray | None = None,
    common: bool = False,
    criteria: FloatArray | None = None,
) -> Parts:
    """The parts of :func:`log_likelihood`: which item, when to stop, intrusions and repeats.

    ``common`` : of those events alone that all models can produce; see
    :meth:`memsim.core.event_probabilities.Parts.of`. ``criteria`` : of judgments, as for :func:`log_likelihood`.

    Of judgments, ``choice`` is which ratings were given, and the other parts are 0. Where lists were recalled before
    they were judged, the parts are those of the recall, and ``choice`` holds the ratings as well.
    """
    model = by_name(model)
    require_model_and_responses(model, recalls)
    if isinstance(recalls, Judgments):
        if stopping is not None:
            raise InputError("likelihood_parts: stopping is for recalls; these are judgments")
        total = judgment_likelihood(model, recalls, samples, seed, criteria)[0]
        if recalls.recalls is None:
            return Parts(total, *np.zeros((3, len(total))))
        of_recall = likelihood_parts(model, recalls.recalls, samples=samples, seed=seed)
        with np.errstate(invalid="ignore"):
            rating = np.nan_to_num(total - sum_of(of_recall), neginf=-np.inf)
        return of_recall._replace(choice=of_recall.choice + rating)
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    return Parts.of(
        _predicted(model, recalls, samples, seed, stopping is not None), columns, recalls.list_length, stopping, common,
        repeats=not recalls.trials.paradigm.cued_by_item,
    )  # fmt: skip


def sum_of(parts: Parts) -> FloatArray:
    """(n_trials,) the sum of the parts, -inf where one is."""
    return np.sum(parts, axis=0)


def score(model: MemoryModel[Any] | str, recalls: Responses, *, samples: int = 200, seed: int = 0) -> pd.DataFrame:
    """The log-likelihood of each list and its parts, with the numbers of events scored and of responses left out.

    Returns
    -------
    DataFrame : ``subject, list, log_likelihood, choice, termination, intrusion, repeat, standard_error,
        effective_samples, events, intrusions_left_out, repeats_left_out``, one row per trial. The four parts sum to the
        log-likelihood (see :class:`memsim.core.event_probabilities.Parts`). ``standard_error`` is that of sampling: 0
        for an exact likelihood, NaN where no sample could produce the list. ``effective_samples`` is how many samples
        bear the mean (:class:`memsim.core.encodings.Averaged`), at most ``samples``; near 1 a single one decides, and
        the standard error then means little; NaN for an exact likelihood. ``events`` is the number of responses scored,
        plus one where recall stopped by itself, plus the number of answers to probes. The attributes of the frame
        (``attrs``) hold the model with its parameters and, for a sampled likelihood, the number of samples and seed.

    Warns
    -----
    DataWarning : judgments whose likelihood rests on fewer than two effective samples.
    """
    import pandas as pd

    model = by_name(model)
    require_model_and_responses(model, recalls)
    if isinstance(recalls, Judgments):
        likelihood, error, effective = judgment_likelihood(model, recalls, samples, seed)
        _warn_of_few(effective, samples)
    else:
        likelihood, error, effective = _over_encodings(model, recalls, samples, seed, events_given_encoding)
    counts = scored_counts(recalls, model.repeats, model.intrusions)
    sampled = {"samples": samples, "seed": seed} if model.likelihood == "sampled" else {}
    frame = pd.DataFrame(
        {
            "subject": recalls.trials.subject,
            "list": recalls.trials.list,
            "log_likelihood": likelihood,
            **likelihood_parts(model, recalls, samples=samples, seed=seed)._asdict(),
            "standard_error": error,
            "effective_samples": effective,
            "events": counts.events.astype(int),
            "intrusions_left_out": counts.intrusions,
            "repeats_left_out": counts.repeats,
        }
    )
    frame.attrs = {"model": type(model).__name__, "parameters": model.values(), **sampled}
    return frame


def _warn_of_few(effective: FloatArray, samples: int) -> None:
    few = int((effective < FEW).sum())
    if few and samples >= FEW:
        warnings.warn(
            f"the joint likelihood of {few:,} of {len(effective):,} trials rests on fewer than {FEW} effective samples "
            f"of {samples:,}: it is too low, and its standard error means little; give more samples, a model with "
            "criterion_noise (or more of it), or use log_likelihood(..., average='marginal')",
            DataWarning,
            stacklevel=3,
        )


def event_log_probabilities(model: MemoryModel[Any] | str, recalls: Responses, *, seed: int = 0) -> FloatArray:
    """The log-probability of each event: (n_trials, n_events), responses in order, then stopping; or of each answer.

    NaN where there was no event. For a model whose encoding is random, the encoding is drawn once, with ``seed``.
    """
    model = by_name(model)
    require_model_and_responses(model, recalls)
    if isinstance(recalls, Judgments):
        return answer_log_probabilities(model, recalls, seed)
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    with np.errstate(divide="ignore"):
        return np.where(columns == NO_EVENT, np.nan, np.log(_predicted(model, recalls, 1, seed).outcome))


def log_likelihood_steps(model: MemoryModel[Any], recalls: Responses, samples: int, seed: int) -> FloatArray:
    """:func:`log_likelihood` by the model's steps alone."""
    if isinstance(recalls, Judgments):
        return judgment_likelihood(model, recalls, samples, seed, by_steps=True)[0]
    return _over_encodings(model, recalls, samples, seed, event_probabilities)[0]


def events_given_encoding(model: MemoryModel[Any], recalls: Recalls, rng: np.random.Generator) -> Events:
    """The probabilities of events given one encoding drawn from ``rng``, without lapses, in the fastest way."""
    plain = model.likelihood != "none" and recalls.trials.probes is None
    fast = model.fast_events(recalls, rng) if plain else None
    return event_probabilities(model, recalls, rng) if fast is None else fast


def _lapsing(model: MemoryModel[Any], recalls: Recalls, events: Events, choices: bool = False) -> Events:
    """Events into which the model's lapses of single responses are mixed; of ``choices`` alone, or of all events."""
    if choices:
        columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
        events = answered(events, columns, recalls.list_length)
    if model.mixes_lapses or not model.lapse:
        return events
    return mixed(events, _guesses(model, recalls, choices), model.lapse)


def _guesses(model: MemoryModel[Any], recalls: Recalls, choices: bool = False) -> Events:
    guesses = guessed_events(recalls, model.repeats, model.intrusions)
    if not choices:
        return guesses
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    return answered(guesses, columns, recalls.list_length)


def _over_encodings(
    model: MemoryModel[Any], recalls: Recalls, samples: int, seed: int, events_of: EventsOf
) -> Averaged:
    """(n_trials,) logarithms of the mean likelihood over draws of the encoding, with errors and effective samples."""

    def given_one(rng: np.random.Generator) -> FloatArray:
        return list_log_likelihood(_lapsing(model, recalls, events_of(model, recalls, rng)))

    def guessed() -> FloatArray:
        return list_log_likelihood(guessed_events(recalls, model.repeats, model.intrusions))

    return averaged(model, samples, seed, given_one, guessed)


def _predicted(model: MemoryModel[Any], recalls: Recalls, samples: int, seed: int, choices: bool = False) -> Events:
    """The probabilities of events given the events before them, over all encodings and over lapses of lists.

    ``choices`` : given that there is a response.
    """
    require_samples(samples)
    n_draws = samples if model.likelihood == "sampled" else 1
    drawn = (
        _lapsing(model, recalls, events_given_encoding(model, recalls, stream(seed, *SCORING, sample)), choices)
        for sample in range(n_draws)
    )
    if n_draws == 1 and not model.list_lapse:
        return next(drawn)
    histories = Histories()
    for events in drawn:
        histories.add((1 - model.list_lapse) / n_draws, events)
    if model.list_lapse:
        histories.add(model.list_lapse, _guesses(model, recalls, choices))
    return histories.predicted()


def require_model_and_responses(model: Any, responses: Any) -> None:
    """Raise an error of memsim unless ``model`` can score these recalls or judgments."""
    require_model(model)
    require_responses(responses)
    require_taken(model, responses.trials)
    require_lists_and_time(model, responses.trials)
    warn_of_order(model, responses)

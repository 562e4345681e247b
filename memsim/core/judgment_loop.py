"""The loop of judgments: a model is led through all events of a trial, and rates probes where they occur."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from memsim.core.abilities import require_ability
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.event_probabilities import Events
from memsim.core.events import Probe, Recall
from memsim.core.evidence import Evidence
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.lapses import is_lapsing, lapses_of_lists
from memsim.core.loop import (
    TOLERANCE,
    begin_recall,
    encoding_stream,
    given_recalls,
    given_state,
    origin_of,
    recall_period,
    step,
)
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.seeding import stream
from memsim.core.trials import Trials


def checked_criteria(model: MemoryModel[Any], n_ratings: int, given: FloatArray | None) -> FloatArray:
    """(n_ratings - 1,) the criteria of the model, or those that are given, checked."""
    if given is None:
        return np.asarray(model.criteria(n_ratings), dtype=float)
    criteria = np.asarray(given, dtype=float)
    if criteria.shape != (n_ratings - 1,) or np.isnan(criteria).any() or (np.diff(criteria) < 0).any():
        raise InputError(
            f"criteria={given!r}: expected {n_ratings - 1} numbers in rising order, one between each two successive of "
            f"{n_ratings} ratings"
        )
    return criteria


def simulate_judgments(
    model: MemoryModel[Any],
    trials: Trials,
    seed: int,
    criteria: FloatArray | None = None,
    *,
    by_steps: bool = False,
) -> Judgments:
    """Simulated ratings of all probes, and recalls of the same trials where the task has recall as well.

    ``criteria`` (n_ratings - 1,) replace those of the model; ``by_steps`` : by the steps of the model alone.
    """
    n_ratings = trials.paradigm.n_ratings
    ratings = np.zeros((len(trials), trials.paradigm.n_probes), dtype=np.int32)
    given = trials.probes.given if trials.probes else ratings > 0
    chance = stream(seed, "judgments", model.stream_name)
    lapses = lapses_of_lists(model, len(trials), seed)[:, None]
    cuts = checked_criteria(model, n_ratings, criteria)
    recalled: list[Recalls] = []
    fast = None
    if not trials.paradigm.cue and not by_steps:
        _require_able(model, trials)
        fast = model.fast_judgments(trials, encoding_stream(seed), cuts)

    def recall(state: Any) -> Any:
        recalls, state = recall_period(model, state, trials, seed)
        recalled.append(recalls)
        return state

    def judge(state: Any, index: int) -> Any:
        probe = trials.probe(index)
        probabilities = _rating_probabilities(model, state, probe, cuts, given[:, index], n_ratings)
        chosen = _chosen(probabilities + lapses * (1 / n_ratings - probabilities), chance.random(len(trials)))
        ratings[:, index] = np.where(given[:, index], chosen, UNANSWERED)
        return given_state(model.judged(state, probe, ratings[:, index]), model, "judged")

    if fast is None:
        _run(model, trials, encoding_stream(seed), recall, judge)
    else:
        if is_lapsing(model):
            fast = fast + lapses[:, None] * (1 / n_ratings - fast)
        draws = chance.random(ratings.shape[::-1]).T  # those of the steps, probe by probe
        ratings = np.where(given, _chosen(fast, draws), UNANSWERED)
    origin = origin_of(model, trials, seed)
    if criteria is not None:
        origin = replace(origin, parameters={**origin.parameters, "criteria": cuts.tolist()})
    return Judgments(trials, ratings, None, recalled[0] if recalled else None, origin)


def judgment_events(
    model: MemoryModel[Any], judgments: Judgments, rng: np.random.Generator, criteria: FloatArray | None = None
) -> tuple[Events, Events | None]:
    """The probabilities of the ratings given one encoding drawn from ``rng``, and of the events of recall, if any.

    Without lapses. ``criteria`` (n_ratings - 1,) replace those of the model.

    Raises
    ------
    LikelihoodError : the model only simulates.
    """
    if model.likelihood == "none":
        raise LikelihoodError(
            f"{type(model).__name__} only simulates: it has no likelihood of judgments. Compare it by its curves"
        )
    trials, ratings = judgments.trials, judgments.ratings
    outcome = np.ones(ratings.shape)
    cuts = model.criteria(judgments.n_ratings) if criteria is None else criteria
    of_recall: list[Events] = []

    def recall(state: Any) -> Any:
        assert judgments.recalls is not None
        events, state = given_recalls(model, state, judgments.recalls)
        of_recall.append(events)
        return state

    def judge(state: Any, index: int) -> Any:
        probe, rating = trials.probe(index), ratings[:, index]
        answered = rating != UNANSWERED
        probabilities = _rating_probabilities(model, state, probe, cuts, answered, judgments.n_ratings)
        row = np.flatnonzero(answered)
        outcome[row, index] = probabilities[row, rating[row] - 1]
        return given_state(model.judged(state, probe, rating), model, "judged")

    _run(model, trials, rng, recall, judge)
    return Events(outcome, np.zeros_like(outcome)), of_recall[0] if of_recall else None


def evidence_of(model: MemoryModel[Any], judgments: Judgments, rng: np.random.Generator) -> list[Evidence]:
    """The evidence of each probe, given the answers and the recall before it and one encoding drawn from ``rng``."""
    found: list[Evidence] = []

    def recall(state: Any) -> Any:
        assert judgments.recalls is not None
        return given_recalls(model, state, judgments.recalls)[1]

    def judge(state: Any, index: int) -> Any:
        probe = judgments.trials.probe(index)
        found.append(copy.deepcopy(model.familiarity(state, probe)))  # the model may change its state in place
        return given_state(model.judged(state, probe, judgments.ratings[:, index]), model, "judged")

    _run(model, judgments.trials, rng, recall, judge)
    return found


def _run(
    model: MemoryModel[Any],
    trials: Trials,
    rng: np.random.Generator,
    recall: Callable[[Any], Any],
    judge: Callable[[Any, int], Any],
) -> None:
    _require_able(model, trials)
    state = given_state(model.begin(trials, rng), model, "begin")
    for event in trials.paradigm.events():
        if isinstance(event, Probe):
            state = judge(state, event.number)
        elif isinstance(event, Recall):
            state = recall(begin_recall(model, state, event.cue))
        else:
            state = step(model, state, event)


def _chosen(probabilities: FloatArray, draw: FloatArray) -> IntArray:
    """(...) ratings that the (...) random numbers ``draw`` choose with these (..., n_ratings) probabilities."""
    upper = np.zeros(draw.shape)
    for rating in range(probabilities.shape[-1]):
        upper += probabilities[..., rating]
    draw, below = draw * upper, np.zeros(draw.shape)
    chosen = np.ones(draw.shape, dtype=np.int32)
    for rating in range(probabilities.shape[-1] - 1):
        below += probabilities[..., rating]
        chosen += below <= draw
    return chosen


def _require_able(model: MemoryModel[Any], trials: Trials) -> None:
    require_ability(model, trials)
    require_taken(model, trials)


def _rating_probabilities(
    model: MemoryModel[Any], state: Any, probe: Any, criteria: FloatArray, matters: Any, n_ratings: int
) -> FloatArray:
    """The probabilities of the ratings, checked in the rows that matter and scaled to sum to one exactly."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        probabilities = np.asarray(model.rating_probabilities(state, probe, criteria), dtype=np.float64)
    name, shape = type(model).__name__, (len(probe.items), n_ratings)
    if probabilities.shape != shape:
        raise ModelError(
            f"{name}.rating_probabilities gave shape {probabilities.shape}, expected (n_trials, n_ratings) = {shape}"
        )
    total = probabilities.sum(axis=1)
    sound = (np.abs(total - 1) <= TOLERANCE) & (probabilities.min(axis=1) >= -TOLERANCE)
    if not sound[matters].all():
        row = int(np.flatnonzero(matters & ~sound)[0])
        raise ModelError(
            f"{name}: the probabilities of ratings in trial {row} are "
            f"{np.array2string(probabilities[row], precision=4, threshold=12)} with sum {total[row]:.6g}; they must be "
            "at least 0 and sum to 1; evidence must be a number, and criteria must rise"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        probabilities = np.maximum(probabilities, 0)
        return probabilities / probabilities.sum(axis=1, keepdims=True)


def guessed_ratings(judgments: Judgments) -> Events:
    """The probabilities of the ratings if all of them are guesses, uniform over the scale."""
    outcome = np.where(judgments.answered, 1 / judgments.n_ratings, 1.0)
    return Events(outcome, np.zeros_like(outcome))

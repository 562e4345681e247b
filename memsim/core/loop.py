"""The recall loop: the only place where a model and a trial meet.

``simulate`` draws each outcome and gives it back to the model; ``event_probabilities`` runs the same steps and gives
the model the responses that people gave. Simulation and likelihood therefore follow from the same steps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import INTRUSION, NONE, FloatArray, IntArray
from memsim.core.code.provenance import versions
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.event_probabilities import Events
from memsim.core.events import Study
from memsim.core.lapses import guess_probabilities, is_lapsing, lapses_of_lists
from memsim.core.model import MemoryModel
from memsim.core.origin import Simulated
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.position_model import PositionModel
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.repeated_items import require_taken
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials

TOLERANCE = 1e-6
"""How far the probabilities of one step may be from summing to one."""


def simulate(model: MemoryModel[Any], trials: Trials, seed: int = 0) -> Recalls:
    """Simulate the recalls of ``model`` in ``trials``.

    Parameters
    ----------
    model : an instance of :class:`memsim.MemoryModel`.
    trials : study lists, from a paradigm or a data set.
    seed : the same seed gives the same recalls.

    Returns
    -------
    Recalls : their ``origin`` holds the model, its parameters, the seeds and the versions of libraries.

    Raises
    ------
    InputError : a list that holds an item twice, which the model does not take.
    LikelihoodError : the model is a :class:`memsim.PositionModel`, which does not predict the order of recall.
    ModelError : the probabilities of a step are negative, not finite or do not sum to one; a step returned no state;
        or the model gave an item twice without declaring ``repeats``.
    """
    require_model(model)
    if not isinstance(trials, Trials):
        raise InputError(f"{trials!r} is not a memsim.Trials; a paradigm makes them: FreeRecall().trials(1000, seed=0)")
    require_taken(model, trials)
    recalls = model.fast_simulation(trials, seed) if model.simulates_lapses or not is_lapsing(model) else None
    if recalls is None:
        recalls = simulate_steps(model, trials, seed)
    require_recalls(recalls)
    if not isinstance(recalls.origin, Simulated):
        recalls = replace(recalls, origin=origin_of(model, trials, seed))
    if not model.repeats and recalls.is_repeat.any():
        row = int(np.argmax(recalls.is_repeat.any(axis=1)))
        raise ModelError(
            f"{type(model).__name__} gave an item twice, {recalls.positions[row][recalls.positions[row] != NONE]}; "
            "set the probability of a recalled item to 0 in recalled(), or declare repeats = True"
        )
    return recalls


def simulate_steps(model: MemoryModel[Any], trials: Trials, seed: int) -> Recalls:
    """:func:`simulate` by the model's steps alone."""
    n_trials, length = len(trials), trials.list_length
    paradigm = trials.paradigm
    limit = paradigm.max_responses
    chance = response_stream(model, seed)
    state = study(model, trials, encoding_stream(seed))
    positions = np.zeros((n_trials, limit), dtype=np.int32)
    times: FloatArray | None = None
    going = np.ones(n_trials, dtype=bool)
    lapses = lapses_of_lists(model, n_trials, seed)[:, None]
    for output in range(limit):
        given = positions[:, :output] - 1
        probabilities = _outcome_probabilities(model, state, going, trials, given)
        if is_lapsing(model):
            probabilities += lapses * (guess_probabilities(model, trials, given) - probabilities)
        cumulated = np.cumsum(probabilities, axis=1)
        draw = chance.random(n_trials)
        # Scaled by the row's own total, a draw can never reach an outcome of probability zero.
        outcome = (cumulated[:, :-1] <= (draw * cumulated[:, -1])[:, None]).sum(axis=1, dtype=np.int32)
        outcome[~going] = length
        answered = outcome != length
        positions[answered, output] = np.where(outcome < length, outcome + 1, INTRUSION)[answered]
        if paradigm.silence_ends:
            going &= answered
            if not going.any():
                break
        state = _given(model.recalled(state, outcome), model, "recalled")
        seconds = model.response_times(state)
        if seconds is not None:
            times = np.full((n_trials, limit), np.nan) if times is None else times
            times[answered, output] = seconds[answered]
    stopped = ~going if paradigm.silence_ends else np.zeros(n_trials, dtype=bool)
    return simulated(model, trials, positions, stopped, seed, times)


def simulated(
    model: MemoryModel[Any],
    trials: Trials,
    positions: IntArray,
    stopped: npt.NDArray[np.bool_],
    seed: int,
    times: FloatArray | None = None,
) -> Recalls:
    """The recalls of a simulation, with their origin; output positions that no trial reached are cut off."""
    width = positions.shape[1]
    if trials.paradigm.silence_ends:
        width = int(np.flatnonzero(positions.any(axis=0)).max(initial=-1)) + 1
    if times is not None:
        times = times[:, :width]
    return Recalls(trials, positions[:, :width], stopped, times, origin=origin_of(model, trials, seed))


def origin_of(model: MemoryModel[Any], trials: Trials, seed: int) -> Simulated:
    """The origin of recalls that ``model`` simulates in ``trials`` with ``seed``."""
    return Simulated(type(model).__name__, model.values(), seed, trials.seed, versions())


def encoding_stream(seed: int) -> np.random.Generator:
    """The random stream from which a simulation draws encodings."""
    return stream(seed, "encoding", 0)


def response_stream(model: MemoryModel[Any], seed: int) -> np.random.Generator:
    """The random stream from which a simulation draws responses.

    Models of one class share it, so that they differ by their parameters only; models of different classes do not.
    """
    return stream(seed, "responses", model.stream_name)


def study(model: MemoryModel[Any], trials: Trials, rng: np.random.Generator) -> Any:
    """The state of the model after study, just before its first response."""
    require_taken(model, trials)
    return present(model, model.begin(trials, rng), trials.paradigm)


def present(model: MemoryModel[Any], state: Any, paradigm: Paradigm) -> Any:
    """Lead the model through the events of a trial, from its state before study to just before its first response."""
    state = _given(state, model, "begin")
    for event in paradigm.presentation():
        if isinstance(event, Study):
            state = _given(model.study(state, event.position), model, "study")
        else:
            state = _given(model.distract(state, event.seconds), model, "distract")
    return _given(model.cue(state, paradigm.cue), model, "cue")


def _given(state: Any, model: MemoryModel[Any], step: str) -> Any:
    if state is None:
        raise ModelError(f"{type(model).__name__}.{step} returned None; every step returns the state")
    return state


def event_probabilities(model: MemoryModel[Any], recalls: Recalls, rng: np.random.Generator) -> Events:
    """The probabilities of the scored events given one encoding drawn from ``rng``, without lapses, by the steps.

    Raises
    ------
    LikelihoodError : the model only simulates.
    """
    if model.likelihood == "none":
        raise LikelihoodError(
            f"{type(model).__name__} only simulates: it has no likelihood of a recall sequence. "
            "Compare it by its curves instead"
        )
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    trials, length = recalls.trials, recalls.list_length
    state = study(model, trials, rng)
    outcome, silence = np.ones(columns.shape), np.zeros(columns.shape)
    intrusion = np.zeros(columns.shape) if model.intrusions else None
    repeat = np.zeros(columns.shape) if model.repeats else None
    given = np.zeros((len(columns), length), dtype=bool)
    for output in range(columns.shape[1]):
        column = columns[:, output]
        scored = column != NO_EVENT
        if trials.paradigm.silence_ends and not scored.any():
            break
        probabilities = _outcome_probabilities(model, state, scored, trials, columns[:, :output])
        row = np.flatnonzero(scored)
        outcome[row, output] = probabilities[row, column[row]]
        silence[row, output] = probabilities[row, length]
        if intrusion is not None:
            intrusion[row, output] = probabilities[row, length + 1]
        if repeat is not None:
            repeat[row, output] = np.where(given, probabilities[:, :length], 0).sum(axis=1)[row]
            item = np.flatnonzero(scored & (column < length))
            given[item, column[item]] = True
        state = _given(model.recalled(state, np.where(scored, column, length)), model, "recalled")
    return Events(outcome, silence, intrusion, repeat)


def _outcome_probabilities(
    model: MemoryModel[Any], state: Any, going: npt.NDArray[np.bool_], trials: Trials, given: IntArray
) -> FloatArray:
    """The outcome probabilities of the next response in this task, without lapses; ``given`` are the earlier ones."""
    probabilities = _probabilities(model, state, going, trials.list_length)
    return _among_those_left(probabilities, given, trials.list_length) if trials.paradigm.forced else probabilities


def _probabilities(model: MemoryModel[Any], state: Any, going: npt.NDArray[np.bool_], length: int) -> FloatArray:
    """The outcome probabilities, checked in the rows that are still going and scaled to sum to one exactly."""
    # Rows of trials that have ended may hold anything, so numpy's warnings are off; the check below says more.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        probabilities = np.asarray(model.outcome_probabilities(state), dtype=np.float64)
        name = type(model).__name__
        width = length + 2 if model.intrusions else length + 1
        if probabilities.shape != (len(going), width):
            last = (
                "the last columns are no further response, and an intrusion"
                if model.intrusions
                else ("the last column is no further response")
            )
            raise ModelError(
                f"{name}.outcome_probabilities gave shape {probabilities.shape}, expected (n_trials, "
                f"list_length + {width - length}) = {(len(going), width)}; {last}"
            )
        total = probabilities.sum(axis=1)
        lowest = probabilities.min(axis=1)
        sound = (np.abs(total - 1) <= TOLERANCE) & (lowest >= -TOLERANCE)
    if not sound[going].all():
        row = int(np.flatnonzero(going & ~sound)[0])
        raise ModelError(
            f"{name}.outcome_probabilities are not probabilities: trial {row} has the row "
            f"{np.array2string(probabilities[row], precision=4, threshold=12)} with sum "
            f"{total[row]:.6g}; they must be at least 0 and sum to 1 (by {TOLERANCE:g})"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        if (lowest < 0).any():  # rounding, as in 1 - sum
            probabilities = np.maximum(probabilities, 0)
            total = probabilities.sum(axis=1)
        return probabilities / total[:, None]


def _among_those_left(probabilities: FloatArray, given: IntArray, length: int) -> FloatArray:
    """The probabilities given that the response is an item not yet recalled; equal if all of those are 0."""
    left = probabilities.copy()
    left[:, length:] = 0
    rows, outputs = np.nonzero((given >= 0) & (given < length))
    left[rows, given[rows, outputs]] = 0
    total = left.sum(axis=1, keepdims=True)
    lost = np.flatnonzero(total[:, 0] <= 0)
    if len(lost):
        left[lost, :length] = 1
        left[rows, given[rows, outputs]] = 0
        total = left.sum(axis=1, keepdims=True)
    return left / total


def require_model_and_recalls(model: Any, recalls: Any) -> None:
    """Raise an error of memsim unless ``model`` can score ``recalls``."""
    require_model(model)
    require_recalls(recalls)
    require_taken(model, recalls.trials)


def require_model(model: Any) -> None:
    """Raise an error of memsim unless this is a :class:`memsim.MemoryModel`."""
    if isinstance(model, type) and issubclass(model, PositionModel):
        raise InputError(f"{model.__name__} is a class; pass an instance, {model.__name__}()")
    if isinstance(model, PositionModel):
        raise LikelihoodError(
            f"{type(model).__name__} says which items are recalled and not in what order: it gives neither "
            "simulated recalls nor a likelihood of order; use recall_probability() and position_log_likelihood()"
        )
    if isinstance(model, type) and issubclass(model, MemoryModel):
        raise InputError(f"{model.__name__} is a class; pass an instance, {model.__name__}()")
    if not isinstance(model, MemoryModel):
        raise InputError(f"{model!r} is not a memsim.MemoryModel")

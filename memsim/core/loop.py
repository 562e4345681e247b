"""The recall loop: where a model and a trial meet.

``simulate_steps`` draws each outcome and gives it back to the model; ``event_probabilities`` runs the same steps and
gives the model the responses that people gave. Simulation and likelihood therefore follow from the same steps. The loop
of judgments is in :mod:`memsim.core.judgment_loop`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.core.abilities import require_lists_and_time
from memsim.core.arrays import INTRUSION, FloatArray, IntArray
from memsim.core.code.provenance import versions
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.event_probabilities import Events
from memsim.core.events import BY_ITEM, Distract, Study, StudyPair
from memsim.core.lapses import guess_probabilities, is_lapsing, lapses_of_lists
from memsim.core.model import MemoryModel
from memsim.core.names import shown
from memsim.core.origin import Simulated
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.position_model import PositionModel
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials

TOLERANCE = 1e-6
"""How far the probabilities of one step may be from summing to one."""


def simulate_steps(model: MemoryModel[Any], trials: Trials, seed: int) -> Recalls:
    """:func:`memsim.simulate` of recalls by the model's steps alone."""
    return recall_period(model, study(model, trials, encoding_stream(seed)), trials, seed)[0]


def recall_period(model: MemoryModel[Any], state: Any, trials: Trials, seed: int) -> tuple[Recalls, Any]:
    """Simulated recalls, from the state of the model just before its first response, and the state after the last."""
    n_trials, length = len(trials), trials.list_length
    paradigm = trials.paradigm
    limit = paradigm.max_responses
    chance = response_stream(model, seed)
    positions = np.zeros((n_trials, limit), dtype=np.int32)
    times: FloatArray | None = None
    going = np.ones(n_trials, dtype=bool)
    cued = trials.cues_given
    lapses = lapses_of_lists(model, n_trials, seed)[:, None]
    for output in range(limit):
        given = positions[:, :output] - 1
        if cued is not None:
            going &= cued[:, output]
        state = _cued(model, state, trials, output)
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
        state = given_state(model.recalled(state, outcome), model, "recalled")
        seconds = model.response_times(state)
        if seconds is not None:
            times = np.full((n_trials, limit), np.nan) if times is None else times
            times[answered, output] = seconds[answered]
    stopped = ~going & paradigm.silence_ends
    return simulated(model, trials, positions, stopped, seed, times), state


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
    require_lists_and_time(model, trials)
    return present(model, model.begin(trials, rng), trials.paradigm)


def present(model: MemoryModel[Any], state: Any, paradigm: Paradigm) -> Any:
    """Lead the model through the events of a trial, from its state before study to just before its first response."""
    state = given_state(state, model, "begin")
    for event in paradigm.presentation():
        state = step(model, state, event)
    return begin_recall(model, state, paradigm.cue)


def step(model: MemoryModel[Any], state: Any, event: Study | StudyPair | Distract) -> Any:
    """The state after an event of study."""
    if isinstance(event, Study):
        return given_state(model.study(state, event.position), model, "study")
    if isinstance(event, StudyPair):
        return given_state(model.study_pair(state, event.first, event.second), model, "study_pair")
    return given_state(model.distract(state, event.seconds), model, "distract")


def begin_recall(model: MemoryModel[Any], state: Any, cue: str) -> Any:
    """The state after the cue with which recall begins; where each response has its own cue, nothing happens yet."""
    if cue == BY_ITEM and cue in model.cues:
        return state
    return given_state(model.cue(state, cue), model, "cue")


def _cued(model: MemoryModel[Any], state: Any, trials: Trials, output: int) -> Any:
    """The state after the cue of this response, where each response has its own."""
    if not trials.paradigm.cued_by_item:
        return state
    return given_state(model.cue_item(state, trials.probe(output)), model, "cue_item")


def given_state(state: Any, model: MemoryModel[Any], step: str) -> Any:
    """The state, unless a step returned none."""
    if state is None:
        raise ModelError(f"{type(model).__name__}.{step} returned None; every step returns the state")
    return state


def event_probabilities(model: MemoryModel[Any], recalls: Recalls, rng: np.random.Generator) -> Events:
    """The probabilities of the scored events given one encoding drawn from ``rng``, without lapses, by the steps.

    Raises
    ------
    LikelihoodError : the model only simulates.
    """
    return given_recalls(model, study(model, recalls.trials, rng), recalls)[0]


def given_recalls(model: MemoryModel[Any], state: Any, recalls: Recalls) -> tuple[Events, Any]:
    """:func:`event_probabilities` from the state just before the first response, and the state after the last."""
    if model.likelihood == "none":
        raise LikelihoodError(
            f"{type(model).__name__} only simulates: it has no likelihood of a recall sequence. "
            "Compare it by its curves instead"
        )
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    trials, length = recalls.trials, recalls.list_length
    outcome, silence = np.ones(columns.shape), np.zeros(columns.shape)
    intrusion = np.zeros(columns.shape) if model.intrusions else None
    repeat = np.zeros(columns.shape) if model.repeats and not trials.paradigm.cued_by_item else None
    given = np.zeros((len(columns), length), dtype=bool)
    for output in range(columns.shape[1]):
        column = columns[:, output]
        scored = column != NO_EVENT
        if trials.paradigm.silence_ends and not scored.any():
            break
        state = _cued(model, state, trials, output)
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
        state = given_state(model.recalled(state, np.where(scored, column, length)), model, "recalled")
    return Events(outcome, silence, intrusion, repeat), state


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
        raise InputError(f"{shown(model)} is not a memsim.MemoryModel; pass an instance, as TCM(), or a name, as 'TCM'")

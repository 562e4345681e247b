"""The likelihood of a network's choices, and its derivatives by the parameters of the choice.

The responses of people are fed back, and not those of the network; so its output does not depend on these parameters,
and the softmax over outcomes is all that they act on. Fits change nothing else, so that recalls keep the output of the
network, unless it is large. Derivatives by the weights belong to training.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.loop import study
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls

PARAMETERS = ("choice_strength", "stop_bias")
MOST_KEPT = 2**24
"""Numbers of output that recalls keep: 128 megabytes."""
_KEPT: WeakKeyDictionary[Recalls, dict[tuple[Hashable, ...], list[FloatArray]]] = WeakKeyDictionary()


def choice_probabilities(logits: FloatArray) -> FloatArray:
    """The softmax of ``logits`` (n_trials, n_outcomes), of which none that is finite becomes impossible.

    It is at least the smallest number that floats hold with all digits, 2.2e-308, whose logarithm is -708: below it a
    response would cost infinitely much where it is only very unlikely.
    """
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    probability: FloatArray = weight / weight.sum(axis=1, keepdims=True)
    return np.where(np.isneginf(logits), 0, np.maximum(probability, np.finfo(np.float64).tiny))


def events_and_pullback(model: Any, recalls: Recalls, rng: np.random.Generator) -> tuple[Events, Pullback]:
    """The probabilities of events of a network model as from the steps, and the pullback to :data:`PARAMETERS`."""
    length = recalls.list_length
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    # Of each field of the events: its value, and its derivatives by the parameters.
    shape = (1 + len(PARAMETERS), *columns.shape)
    outcome, silence, strange, again = (np.zeros(shape) for _ in range(4))
    outcome[0] = 1
    given = np.zeros((len(columns), length), dtype=bool)
    for output, (column, logits) in enumerate(zip(columns.T, _outputs(model, recalls, columns, rng), strict=False)):
        row = np.flatnonzero(column != NO_EVENT)
        found = _probabilities(*logits, length)[:, row]
        outcome[:, row, output] = found[:, np.arange(len(row)), column[row]]
        silence[:, row, output] = found[:, :, length]
        if model.intrusions:
            strange[:, row, output] = found[:, :, length + 1]
        again[:, row, output] = (found[:, :, :length] * given[row]).sum(axis=2)
        item = row[column[row] < length]
        given[item, column[item]] = True
    fields = (outcome, silence, strange if model.intrusions else None, again if model.repeats else None)

    def pullback(by: Events) -> dict[str, float]:
        pairs = [(one, each) for one, each in zip(by, fields, strict=True) if one is not None and each is not None]
        return {
            name: float(sum((one * each[index]).sum() for one, each in pairs))
            for index, name in enumerate(PARAMETERS, start=1)
        }

    return Events(outcome[0], silence[0], *(None if each is None else each[0] for each in fields[2:])), pullback


def _outputs(
    model: Any, recalls: Recalls, columns: IntArray, rng: np.random.Generator
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """At each output, until nothing happens any more, logits and their derivatives as ``model.logits`` gives them."""
    states = _states(model, recalls, columns, rng)
    if model.intrusions or columns.size * (recalls.list_length + 1) > MOST_KEPT:
        return map(model.logits, states)
    kept, key = _KEPT.setdefault(recalls, {}), model.outputs_of
    if key not in kept:
        kept[key] = [np.concatenate([episode.logits.numpy() for episode in state]) for state in states]
    return map(model.scaled, kept[key])


def _states(model: Any, recalls: Recalls, columns: IntArray, rng: np.random.Generator) -> Iterator[Any]:
    """The state of the network before each output."""
    state = study(model, recalls.trials, rng)
    for output, column in enumerate(columns.T):
        happens = column != NO_EVENT
        if recalls.trials.paradigm.silence_ends and not happens.any():
            return
        yield state
        if output + 1 < columns.shape[1]:
            state = model.recalled(state, np.where(happens, column, recalls.list_length))


def _probabilities(logits: FloatArray, by_strength: FloatArray, length: int) -> FloatArray:
    """(3, n_trials, n_outcomes) probabilities, and their derivatives by :data:`PARAMETERS`."""
    by_bias = np.zeros_like(logits)
    by_bias[:, length] = 1
    probability = choice_probabilities(logits)
    slopes = [probability * (each - (probability * each).sum(axis=1, keepdims=True)) for each in (by_strength, by_bias)]
    return np.stack((probability, *slopes))

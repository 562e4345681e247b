"""The probabilities of the events of lists, and how a log-likelihood parts into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.outcomes import NO_EVENT


class Events(NamedTuple):
    """The probability of each event of lists, given the events before it; (n_trials, n_events) arrays.

    The events are those of :func:`memsim.core.outcomes.scored_outcomes`. Where there is none, ``outcome`` is 1 and the
    others are 0.
    """

    outcome: FloatArray
    """Of what happened."""
    silence: FloatArray
    """Of no response at that moment."""
    intrusion: FloatArray | None = None
    """Of an intrusion, where the model produces them."""
    repeat: FloatArray | None = None
    """Of an item that was already recalled, where the model recalls items again."""

    def combined(self, rule: Callable[..., FloatArray], *others: Events) -> Events:
        """``rule`` of each field of this and of ``others``."""
        fields: list[Any] = [None if each[0] is None else rule(*each) for each in zip(self, *others, strict=True)]
        return Events(*fields)


Pullback: TypeAlias = Callable[[Events], Mapping[str, Any]]
"""From the derivatives of a number by the entries of :class:`Events` to those by the parameters, by name: a number
each, or (n_models,) for many models. A parameter that is missing has no influence."""


class Parts(NamedTuple):
    """The log-likelihood of lists, (n_trials,) each; the four sum to it."""

    choice: FloatArray
    """Which item was recalled, given that a new item of the list was."""
    termination: FloatArray
    """Whether there was a response. In serial recall, where no response is an omission, this is when to omit."""
    intrusion: FloatArray
    """Whether the response was an intrusion; 0 for models that produce none."""
    repeat: FloatArray
    """Whether the response was an item already recalled; 0 for models that recall no item again."""

    @classmethod
    def of(
        cls,
        events: Events,
        columns: IntArray,
        list_length: int,
        stopping: FloatArray | None = None,
        common: bool = False,
        repeats: bool = True,
    ) -> Parts:
        """The parts of ``events`` at the outcomes ``columns``.

        Parameters
        ----------
        stopping : (n_outputs,) replaces the model's probabilities of no response, by output position; see
            :func:`memsim.log_likelihood`.
        common : leave out what some models cannot produce: intrusions and repeats do not count, and the others count
            given that they are neither.
        repeats : whether an item that was already given is a repeat, as it is not in cued recall.
        """
        happened = columns != NO_EVENT
        silent, response = columns == list_length, happened & (columns != list_length)
        with np.errstate(divide="ignore", invalid="ignore"):
            # An event is no more probable than those of its kind together, which rounding may make 0.
            rest = np.where(response, np.maximum(1 - events.silence, events.outcome), 1)
            ends = np.log(np.where(silent, events.silence, rest))
            strange, again = np.zeros_like(ends), np.zeros_like(ends)
            if events.intrusion is not None:
                intruded = columns == list_length + 1
                mass = np.where(intruded, events.intrusion, np.maximum(rest - events.intrusion, events.outcome))
                strange = np.where(response, np.log(mass / rest), 0)
                rest = np.where(response, mass, 1)
            if events.repeat is not None:
                is_repeat = repeated(columns, list_length)
                mass = np.where(is_repeat, events.repeat, np.maximum(rest - events.repeat, events.outcome))
                again = np.where(response & (columns < list_length), np.log(mass / rest), 0)
                rest = np.where(response & (columns < list_length), mass, rest)
            chosen = np.where(response, np.log(events.outcome / rest), 0)
            # What is impossible counts once, in the first part that makes it so.
            chosen = np.where(np.isnan(chosen), 0, chosen)
            again, strange = (np.where(np.isnan(part), 0, part) for part in (again, strange))
            if stopping is not None:
                shared = hazards(stopping, columns)
                ends = np.log(np.where(silent, shared, np.where(response, 1 - shared, 1)))
        if common:
            counts = silent | (response & (columns < list_length))
            counts &= ~(repeats & repeated(columns, list_length))
            chosen, ends = np.where(counts, chosen, 0), np.where(counts, ends, 0)
            strange, again = np.zeros_like(ends), np.zeros_like(ends)
        return cls(*(part.sum(axis=1) for part in (chosen, ends, strange, again)))


def answered(events: Events, columns: IntArray, list_length: int) -> Events:
    """The events given that there is a response: choices alone. Where there is none, the outcome has probability 1."""
    rest = np.where((columns != NO_EVENT) & (columns != list_length), 1 - events.silence, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = events.combined(lambda each: np.where(rest > 0, each / rest, 0))
    outcome = np.where(columns == list_length, 1, found.outcome)
    return found._replace(outcome=outcome, silence=np.zeros_like(outcome))


def repeated(columns: IntArray, list_length: int) -> BoolArray:
    """(n_trials, n_events) whether the response is an item that was already recalled."""
    earlier = np.tril(np.ones((columns.shape[1],) * 2, dtype=bool), -1)
    same = columns[:, :, None] == columns[:, None, :]
    return (same & earlier).any(axis=2) & (columns >= 0) & (columns < list_length)


def hazards(stopping: FloatArray, columns: IntArray) -> FloatArray:
    """(n_trials, n_events) the shared probability of no response at each event."""
    stopping = np.asarray(stopping, dtype=float)
    if stopping.ndim != 1 or len(stopping) < columns.shape[1] or not ((stopping >= 0) & (stopping <= 1)).all():
        raise InputError(
            f"stopping has shape {stopping.shape}; give a probability of no response for each of the "
            f"{columns.shape[1]} output positions"
        )
    return np.broadcast_to(stopping[: columns.shape[1]], columns.shape)

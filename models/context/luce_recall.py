"""Retrieved-context models in which a Luce choice selects the next item, with a compiled loop for free recall."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.event_probabilities import Events
from memsim.core.loop import encoding_stream, response_stream, simulated, study
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState
from memsim.models.context.retrieved_context import RetrievedContextModel
from memsim.models.stopping import exponential_stopping

SMALL = 100_000
"""Number of studied items (5,000 lists of 20) up to which the steps finish before the compiled loop has loaded."""
BLOCK = 500
"""Trials that the compiled loops take at a time where study differs between trials, which bounds memory."""


class RecallRule(NamedTuple):
    """How items are chosen and when recall ends, as a model's parameters set it."""

    exponential: bool
    """Whether the weight of an item with support a is exp(sensitivity a); otherwise it is a ** sensitivity."""
    sensitivity: float
    floor: float
    """Supports below it are raised to it; above 0 where weights are powers."""
    stop_base: float
    stop_growth: float

    def scores(self, support: FloatArray) -> FloatArray:
        """The logarithms of the weights."""
        support = np.maximum(support, self.floor)
        return self.sensitivity * (support if self.exponential else np.log(support))


@dataclass(frozen=True)
class LuceRecallModel(RetrievedContextModel):
    """A retrieved-context model that chooses by a Luce rule and stops by :func:`exponential_stopping`.

    A subclass defines study and the numbers of the rule. The compiled loop for free recall takes the steps
    ``outcome_probabilities`` and ``recalled`` to be those of this class, so a subclass leaves both as they are. In
    serial recall the stopping rule gives the omissions.
    """

    @abstractmethod
    def rule(self) -> RecallRule:
        """The choice and stopping rule, from the model's parameters."""

    @property
    def trials_are_alike(self) -> bool:
        """Whether lists without sources are all studied alike: unless the meaning of items plays a part."""
        return True

    @final
    def outcome_probabilities(self, state: ContextState) -> FloatArray:
        search, rule = state.searching, self.rule()
        n_trials, length = search.remaining.shape
        stop = exponential_stopping(search.n_recalled, length, rule.stop_base, rule.stop_growth)
        scores = np.where(search.remaining, rule.scores(search.support), -np.inf)
        best = scores.max(axis=1, keepdims=True)
        weight = np.exp(scores - np.where(np.isfinite(best), best, 0))
        total = weight.sum(axis=1, keepdims=True)
        outcome = np.empty((n_trials, length + 1))
        outcome[:, :length] = weight * ((1 - stop)[:, None] / np.where(total > 0, total, 1))
        outcome[:, length] = stop
        return outcome

    def fast_simulation(self, trials: Trials, seed: int) -> Recalls | None:
        """Large simulations of free recall, by the compiled loop; they give the same recalls as the steps."""
        if not trials.paradigm.silence_ends or trials.items.size <= SMALL:
            return None
        from memsim.models.context import recall_kernels

        limit, length = trials.paradigm.max_responses, trials.list_length
        draws = response_stream(self, seed).random((min(limit, length), len(trials)))
        positions, stopped = np.zeros((len(trials), limit), dtype=np.int32), np.zeros(len(trials), dtype=bool)
        for rows, *search in self._searches(trials, encoding_stream(seed)):
            positions[rows], stopped[rows] = recall_kernels.simulate_search(
                *search, np.ascontiguousarray(draws[:, rows]), limit
            )
        return simulated(self, trials, positions, stopped, seed)

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        """Probabilities of the events of free recall, by the compiled loop."""
        if not recalls.trials.paradigm.silence_ends or len(recalls) == 0:
            return None
        from memsim.models.context import recall_kernels

        columns = scored_outcomes(recalls, self.repeats).columns
        outcome, silence = np.ones(columns.shape), np.zeros(columns.shape)
        for rows, *search in self._searches(recalls.trials, rng):
            recall_kernels.events_of_search(*search, columns[rows], outcome[rows], silence[rows])
        return Events(outcome, silence)

    def _searches(self, trials: Trials, rng: np.random.Generator) -> Iterator[tuple[slice, *tuple[Any, ...]]]:
        """Blocks of trials: their rows, and the arguments of the kernels that describe their search."""
        rule = self.rule()
        length = trials.list_length
        counts = np.arange(length + 1, dtype=np.int32)
        stop = exponential_stopping(counts, length, rule.stop_base, rule.stop_growth)
        alike = trials.source is None and self.trials_are_alike
        size = len(trials) if alike else BLOCK
        for first in range(0, len(trials), size):
            rows = slice(first, first + size)
            start, gain = self._kernel_arrays(trials if size >= len(trials) else trials[rows], rng)
            yield rows, start, gain, self.recall_rates[: start.shape[1]], *rule[:3], stop

    def _kernel_arrays(self, trials: Trials, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """The state after study as the kernels take it; a subclass may compute it faster than by its steps."""
        return study(self, trials, rng).searching.kernel_arrays()

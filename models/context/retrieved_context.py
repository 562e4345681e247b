"""What all retrieved-context models share: context drifts, items are bound to it, and it cues recall."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.events import Distract
from memsim.core.loop import encoding_stream, response_stream, simulated, study
from memsim.core.model import MemoryModel
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState, Region, Search
from memsim.models.stopping import exponential_stopping

SMALL = 100_000
"""Items studied in a simulation (5,000 lists of 20) up to which the steps are done before the loop is compiled."""
BLOCK = 500
"""Trials that the compiled loops take at a time where trials differ in study, so that memory stays small."""


class RecallRule(NamedTuple):
    """How items are chosen and recall ends: what the recall kernels need to know of a model's parameters."""

    rates: FloatArray
    """Rate at which a recalled item's context comes into temporal context, and into source context."""
    exponential: bool
    """Weights are exp(sensitivity a) if true, a ** sensitivity otherwise, of the supports a."""
    sensitivity: float
    floor: float
    """Supports below this count as this; above 0 where weights are powers."""
    stop_base: float
    stop_growth: float

    def scores(self, support: FloatArray) -> FloatArray:
        """The logarithms of the weights."""
        support = np.maximum(support, self.floor)
        return self.sensitivity * (support if self.exponential else np.log(support))


@dataclass(frozen=True)
class RetrievedContextModel(MemoryModel[ContextState]):
    """Recall by a drifting context; a subclass says how context drifts and binds during study.

    Forward serial recall begins in the context of the start of the list, reinstated whole (as in the context retrieval
    and updating model of Logan, 2021); backward recall in that of its end. The stopping rule then gives omissions.
    """

    cues: ClassVar = ("free", "forward", "backward")

    @abstractmethod
    def rule(self) -> RecallRule:
        """The choice and stopping rule, from the model's parameters."""

    @property
    def knows_meaning(self) -> bool:
        """Whether items of similar meaning support one another, so that lists differ by their items."""
        return False

    @property
    @abstractmethod
    def distraction_drift(self) -> float:
        """The rate at which context drifts in each second of distraction: a parameter of the subclass."""

    def begin(self, trials: Trials, rng: np.random.Generator) -> ContextState:
        return self.state_at_start(trials)

    def state_at_start(self, trials: Trials, n_alike: int = 1, n_unrelated: int = 0) -> ContextState:
        """Context in the unit of the start of the list, with nothing bound.

        ``n_alike`` is 1 if temporal context is the same in all trials, else their number; ``n_unrelated`` the number
        of unrelated units that study lets in beside those of distraction.
        """
        trials.require_different_items(type(self).__name__)
        length = trials.list_length
        n_unrelated += sum(isinstance(event, Distract) for event in trials.paradigm.presentation())
        return ContextState(len(trials), Region.starting(n_alike, length, length + 1 + n_unrelated, start=length))

    def distract(self, state: ContextState, seconds: float) -> ContextState:
        kept = (1 - self.distraction_drift**2) ** (seconds / 2)
        if state.search is None:
            state.drift_away(kept)
        else:
            products = state.search.products.copy()
            products[:, 0] *= kept
            state.search.products = products
        return state

    def cue(self, state: ContextState, cue: str) -> ContextState:
        super().cue(state, cue)
        if cue == "forward":
            state.start_again(1.0)
        state.begin_search()
        return state

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

    def recalled(self, state: ContextState, position: IntArray) -> ContextState:
        search = state.searching
        search.bring_back(position, self._rates(search))
        return state

    def fast_simulation(self, trials: Trials, seed: int) -> Recalls | None:
        """As :func:`memsim.simulate`; large simulations of free recall run in a compiled loop, to the same recalls."""
        if not self._compiled(trials) or trials.items.size <= SMALL:
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

    def fast_log_likelihood(self, recalls: Recalls, rng: np.random.Generator) -> FloatArray | None:
        """As the steps; in free recall in a compiled loop."""
        if not self._compiled(recalls.trials):
            return None
        from memsim.models.context import recall_kernels

        columns = scored_outcomes(recalls, self.repeats).columns
        result = np.empty(len(recalls))
        for rows, *search in self._searches(recalls.trials, rng):
            result[rows] = recall_kernels.log_likelihood_search(*search, columns[rows])
        return result

    def _searches(self, trials: Trials, rng: np.random.Generator) -> Iterator[tuple[slice, *tuple[Any, ...]]]:
        """Rows of trials, and what the kernels need to know of their search."""
        rule = self.rule()
        length = trials.list_length
        counts = np.arange(length + 1, dtype=np.int32)
        stop = exponential_stopping(counts, length, rule.stop_base, rule.stop_growth)
        alike = trials.source is None and not self.knows_meaning
        size = len(trials) if alike else BLOCK
        for first in range(0, len(trials), size):
            rows = slice(first, first + size)
            start, gain = self._kernel_arrays(trials if size >= len(trials) else trials[rows], rng)
            yield rows, start, gain, rule.rates[: start.shape[1]], *rule[1:4], stop

    def _kernel_arrays(self, trials: Trials, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """What the kernels need to know of study; a subclass may have a faster way than its steps."""
        return study(self, trials, rng).searching.kernel_arrays()

    def _rates(self, search: Search) -> FloatArray:
        return self.rule().rates[: search.products.shape[1]]

    def _compiled(self, trials: Trials) -> bool:
        """Whether the compiled loop does what the steps do: in free recall, unless a subclass has steps of its own."""
        here, own = RetrievedContextModel, type(self)
        same = own.outcome_probabilities is here.outcome_probabilities and own.recalled is here.recalled
        return same and own.likelihood == "exact" and trials.paradigm.silence_ends and len(trials) > 0

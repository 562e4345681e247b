"""What all retrieved-context models share: context drifts, items are bound to it, and it cues recall.

Context c has unit length. Whatever comes in, x of unit length, comes in at a rate B: c <- ρ c + B x, with
ρ = sqrt(1 + B² ((c·x)² - 1)) - B (c·x), which keeps the length at one (Howard & Kahana, 2002).

During recall nothing is learned, so context need not be held: each item's support (the product of context with
what the item was bound to) and its overlap (the product of context with what the item brings back) move
linearly with it. One recall costs O(list_length) per trial.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from memsim.arrays import BoolArray, FloatArray, IntArray
from memsim.errors import InputError
from memsim.model import MemoryModel
from memsim.models.stopping import exponential_stopping
from memsim.paradigm import Distract
from memsim.recall_loop import encoding_stream, response_stream, scored_outcomes, simulated, study
from memsim.recalls import Recalls
from memsim.trials import Trials

SMALL = 200_000
"""Items studied in a simulation (10,000 lists of 20) up to which the steps are done before the loop is compiled."""


def kept_context(overlap: Any, rate: float) -> Any:
    """ρ: the share of context that stays when one that overlaps with it comes in at ``rate``."""
    return np.sqrt(1 + rate**2 * (overlap**2 - 1)) - rate * overlap


def unit(vectors: FloatArray) -> FloatArray:
    """``vectors`` (..., n_units) scaled to length one; a vector of zeros stays as it is."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


@dataclass
class ContextState:
    """Study is the same in every trial of localist items, so context has no trial axis.

    Units of context: one per item, the start of the list, and one per interval of distraction.
    """

    n_trials: int
    context: FloatArray
    """(n_units,) current context."""
    bound: FloatArray
    """(list_length, n_units) the context that each item was bound to, W_cf: what supports its recall."""
    brought: FloatArray
    """(list_length, n_units) the context that each item brings back, W_fc; not normalised."""
    n_intervals: int = 0
    """Intervals of distraction so far."""
    semantic: FloatArray | None = None
    """(n_trials, list_length, list_length) support of item j by the unit of item i, where items have meaning."""
    search: Search | None = None
    """Begins with the cue."""

    @property
    def searching(self) -> Search:
        """The search, which must have begun."""
        assert self.search is not None, "the test begins with a cue"
        return self.search

    @property
    def start_unit(self) -> int:
        """The unit of the start of the list."""
        return len(self.bound)

    def let_in(self, incoming: FloatArray, rate: float) -> None:
        """Update context with ``incoming`` (n_units,), of unit length, at ``rate``."""
        self.context = kept_context(incoming @ self.context, rate) * self.context + rate * incoming


@dataclass
class Search:
    """Recall, in products with context; (1 or n_trials, ...) where trials may differ."""

    support: FloatArray
    """(n_trials, list_length) support of each item by the current context."""
    overlap: FloatArray
    """(n_trials, list_length) product of the current context with the context that each item brings back."""
    support_gain: FloatArray
    """(1 or n_trials, list_length + 1, list_length) support of each item by what item r brings back; last row 0."""
    overlap_gain: FloatArray
    """(list_length + 1, list_length) product of what two items bring back; last row 0."""
    remaining: BoolArray
    """(n_trials, list_length) items not yet recalled."""
    n_recalled: IntArray
    """(n_trials,) items recalled so far."""

    def kernel_arrays(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Support and overlap at the start, and their gains, without the trials that are all alike."""
        distinct = len(self.support_gain)
        return np.ascontiguousarray(self.support[:distinct]), self.overlap[0], self.support_gain, self.overlap_gain


class RecallRule(NamedTuple):
    """How items are chosen and recall ends: what the recall kernels need to know of a model's parameters."""

    rate: float
    """Rate at which a recalled item's context comes in."""
    exponential: bool
    """Weights are exp(sensitivity a) if true, a ** sensitivity otherwise, of the supports a."""
    sensitivity: float
    floor: float
    """Supports below this count as this."""
    stop_base: float
    stop_growth: float

    def scores(self, support: FloatArray) -> FloatArray:
        """The logarithms of the weights."""
        support = np.maximum(support, self.floor)
        return self.sensitivity * (support if self.exponential else np.log(support))


@dataclass(frozen=True)
class RetrievedContextModel(MemoryModel[ContextState]):
    """Recall by a drifting context; a subclass says how context drifts and binds during study."""

    @abstractmethod
    def rule(self) -> RecallRule:
        """The choice and stopping rule, from the model's parameters."""

    @property
    @abstractmethod
    def distraction_drift(self) -> float:
        """The rate at which context drifts in each second of distraction: a parameter of the subclass."""

    def begin(self, trials: Trials, rng: np.random.Generator) -> ContextState:
        if trials.repeated_items.any():
            row = int(np.argmax(trials.repeated_items))
            name = type(self).__name__
            raise InputError(f"{name}: list {row} holds an item twice; this form takes lists of different items")
        length = trials.list_length
        intervals = sum(isinstance(event, Distract) for event in trials.paradigm.presentation())
        shape = (length, length + 1 + intervals)
        context = np.zeros(shape[1])
        context[length] = 1
        return ContextState(len(trials), context, np.zeros(shape), np.zeros(shape))

    def distract(self, state: ContextState, seconds: float) -> ContextState:
        kept = (1 - self.distraction_drift**2) ** (seconds / 2)
        if state.search is None:
            state.n_intervals += 1
            state.context = kept * state.context
            state.context[state.start_unit + state.n_intervals] = np.sqrt(1 - kept**2)
        else:
            state.search.support = kept * state.search.support
            state.search.overlap = kept * state.search.overlap
        return state

    def cue(self, state: ContextState, cue: str) -> ContextState:
        super().cue(state, cue)
        n, length = state.n_trials, len(state.bound)
        brought = unit(state.brought)
        support = (state.bound @ state.context)[None]
        support_gain = (brought @ state.bound.T)[None]
        if state.semantic is not None:
            support = support + state.context[:length] @ state.semantic
            support_gain = support_gain + brought[:, :length] @ state.semantic
        state.search = Search(
            support=np.broadcast_to(support, (n, length)),
            overlap=np.broadcast_to(brought @ state.context, (n, length)),
            support_gain=np.pad(support_gain, ((0, 0), (0, 1), (0, 0))),
            overlap_gain=np.pad(brought @ brought.T, ((0, 1), (0, 0))),
            remaining=np.ones((n, length), dtype=bool),
            n_recalled=np.zeros(n, dtype=np.int32),
        )
        return state

    def outcome_probabilities(self, state: ContextState) -> FloatArray:
        search, rule = state.searching, self.rule()
        n_trials, length = search.support.shape
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
        search, rate = state.searching, self.rule().rate
        trial = np.arange(len(position)) if len(search.support_gain) > 1 else 0
        row = np.flatnonzero(position < search.support.shape[1])
        kept = np.ones((len(position), 1))
        kept[row, 0] = kept_context(search.overlap[row, position[row]], rate)
        search.support = kept * search.support + rate * search.support_gain[trial, position]
        search.overlap = kept * search.overlap + rate * search.overlap_gain[position]
        search.remaining[row, position[row]] = False
        search.n_recalled[row] += 1
        return state

    def simulate(self, trials: Trials, seed: int) -> Recalls:
        """As :func:`memsim.simulate`; large simulations of free recall run in a compiled loop, to the same recalls."""
        if not self._compiled(trials) or trials.items.size <= SMALL:
            return super().simulate(trials, seed)
        from memsim.models import recall_kernels

        search = study(self, trials, encoding_stream(seed)).searching
        limit, length = trials.paradigm.max_responses, trials.list_length
        draws = response_stream(self, seed).random((min(limit, length), len(trials)))
        arrays, rule = search.kernel_arrays(), self.rule()[:4]
        positions, stopped = recall_kernels.simulate_search(*arrays, *rule, self._stop(length), draws, limit)
        return simulated(self, trials, positions, stopped, seed)

    def trial_log_likelihood(self, recalls: Recalls, samples: int, seed: int) -> FloatArray:
        """As :func:`memsim.log_likelihood`; in free recall the steps run in a compiled loop."""
        trials = recalls.trials
        if not self._compiled(trials):
            return super().trial_log_likelihood(recalls, samples, seed)
        from memsim.models import recall_kernels

        search = study(self, trials, encoding_stream(seed)).searching
        columns = scored_outcomes(recalls, self.repeats).columns
        arrays, rule = search.kernel_arrays(), self.rule()[:4]
        return recall_kernels.log_likelihood_search(*arrays, *rule, self._stop(trials.list_length), columns)

    def _compiled(self, trials: Trials) -> bool:
        """Whether the compiled loop does what the steps do: in free recall, unless a subclass has steps of its own."""
        here, own = RetrievedContextModel, type(self)
        same = own.outcome_probabilities is here.outcome_probabilities and own.recalled is here.recalled
        return same and trials.paradigm.silence_ends and len(trials) > 0

    def _stop(self, list_length: int) -> FloatArray:
        """(list_length + 1,) probability of stopping by the number of items recalled."""
        rule = self.rule()
        return exponential_stopping(
            np.arange(list_length + 1, dtype=np.int32), list_length, rule.stop_base, rule.stop_growth
        )

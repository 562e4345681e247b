"""Retrieved-context models in which a Luce choice selects the next item, with compiled loops and derivatives."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.lapses import lapses_of_lists
from memsim.core.loop import response_stream, simulated
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState
from memsim.models.context.probed_context import ProbedContextModel
from memsim.models.stopping import exponential_stopping

if TYPE_CHECKING:
    from memsim.models.context.compiled_recall import CompiledRecall

SMALL = 100_000
"""Number of studied items (5,000 lists of 20) up to which the steps finish before the compiled loop has loaded."""


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


class KernelForm(NamedTuple):
    """How the compiled loops take a model."""

    numbers: Mapping[str, str | float]
    """The names of parameters, or constants, by the names of the kernels' numbers (``STUDY_NUMBERS`` of
    :mod:`memsim.models.context.study_kernels`, ``RECALL_NUMBERS`` of :mod:`memsim.models.context.recall_kernels`);
    what is not named is 0."""
    pre: bool = False
    """Whether items are bound to context before its update."""
    has_sources: bool = False
    """Whether sources, where lists have them, are a region of context."""


@dataclass(frozen=True)
class LuceRecallModel(ProbedContextModel):
    """A retrieved-context model that chooses by a Luce rule and stops by :func:`exponential_stopping`.

    A subclass defines study by its steps, and for the compiled loops as a special case of what they study. In serial
    recall the stopping rule gives the omissions.
    """

    simulates_lapses: ClassVar = True
    termination_parameters: ClassVar = ("stop_base", "stop_growth")

    @abstractmethod
    def rule(self) -> RecallRule:
        """The choice and stopping rule, from the model's parameters."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The parameters that are words; models are computed together if they differ in numbers only."""

    @property
    @abstractmethod
    def kernel_form(self) -> KernelForm:
        """How the compiled loops take the model; it depends on :attr:`words` only."""

    @property
    def compiles(self) -> bool:
        """Whether the compiled loops know this form of the model."""
        return True

    def meaning_counts(self, trials: Trials) -> bool:
        """Whether the similarity of items plays a part in recall."""
        return False

    @final
    def outcome_probabilities(self, state: ContextState) -> FloatArray:
        if state.search is None and state.probing is not None:
            return self._partner_probabilities(state)
        search, rule = state.searching, self.rule()
        n_trials, length = search.remaining.shape
        stop = exponential_stopping(search.n_recalled, length, rule.stop_base, rule.stop_growth)
        scores = np.where(search.remaining, rule.scores(search.support), -np.inf)
        best = scores.max(axis=1, keepdims=True)
        weight = np.exp(scores - np.where(np.isfinite(best), best, 0))
        total = weight.sum(axis=1, keepdims=True)
        if state.first is not None:
            stop = np.where(search.remaining.any(axis=1), stop, 1)
        outcome = np.empty((n_trials, length + 1))
        outcome[:, :length] = weight * ((1 - stop)[:, None] / np.where(total > 0, total, 1))
        outcome[:, length] = stop
        return outcome

    def _partner_probabilities(self, state: ContextState) -> FloatArray:
        """The outcome probabilities of the response to the latest cue, of cued recall."""
        probing, rule, length = state.probing, self.rule(), state.start_unit
        assert probing is not None and probing.cue is not None, "an item is the cue"
        context = np.broadcast_to(state.temporal.context, (state.n_trials, state.temporal.context.shape[1]))
        support = state.temporal.support(context)
        if probing.meaning is not None:
            new = context[:, probing.first_new :]
            support = support + (np.hstack((context[:, :length], new))[:, None] @ probing.meaning)[:, 0]
        if state.source is not None:
            support = support + state.source.support(state.source.context)
        possible = probing.studied & state.different & (np.arange(length) != probing.cue[:, None])
        scores = np.empty((state.n_trials, length + 1))
        scores[:, :length] = np.where(possible, rule.scores(support), -np.inf)
        scores[:, length] = rule.scores(np.array([self.response_threshold]))[0]
        best = scores.max(axis=1, keepdims=True)
        weight = np.exp(scores - np.where(np.isfinite(best), best, 0))
        weight[~np.isfinite(best[:, 0]), length] = 1
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def fast_simulation(self, trials: Trials, seed: int) -> Recalls | None:
        """Large simulations of free recall, by the compiled loop; they give the same recalls as the steps."""
        if not trials.paradigm.silence_ends or trials.items.size <= SMALL:
            return None
        compiled = self._compiled([self], trials, np.zeros(len(trials), dtype=np.int32))
        if compiled is None:
            return None
        from memsim.models.context.recall_kernels import simulate_search

        limit, length = trials.paradigm.max_responses, trials.list_length
        draws = response_stream(self, seed).random((min(limit, length), len(trials)))
        positions, stopped = np.zeros((len(trials), limit), dtype=np.int32), np.zeros(len(trials), dtype=bool)
        lapse = lapses_of_lists(self, len(trials), seed)
        for block in compiled.blocks():
            simulate_search(*compiled.search(block), lapse, draws, positions, stopped)
        return simulated(self, trials, positions, stopped, seed)

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        """Probabilities of events by the compiled loops."""
        if len(recalls) == 0:
            return None
        compiled = self._compiled([self], recalls.trials, np.zeros(len(recalls), dtype=np.int32))
        return None if compiled is None else compiled.events(recalls)

    @classmethod
    def fast_gradients(
        cls, models: Sequence[Self], recalls: Recalls, owner: IntArray, names: Collection[str] | None = None
    ) -> tuple[Events, Pullback] | None:
        """Probabilities of events and their derivatives, by the compiled loops."""
        if len(recalls) == 0:
            return None
        compiled = cls._compiled(models, recalls.trials, np.asarray(owner, dtype=np.int32), names)
        return None if compiled is None else compiled.events_and_pullback(recalls)

    @classmethod
    def _compiled(
        cls, models: Sequence[LuceRecallModel], trials: Trials, owner: IntArray, names: Collection[str] | None = ()
    ) -> CompiledRecall | None:
        """The lists as the compiled loops take them, for derivatives by ``names``; ``None`` where they do not."""
        from memsim.models.context.compiled_recall import CompiledRecall, schedule_of

        if schedule_of(trials) is None or len({model.words for model in models}) > 1:
            return None
        if trials.repeated_items.any() or not all(model.compiles for model in models):
            return None
        by_meaning = any(model.meaning_counts(trials) for model in models)
        if trials.pool.similarity is not None and (names is None or "semantic_support" in names):
            by_meaning |= isinstance(models[0].kernel_form.numbers.get("semantic_support"), str)
        return CompiledRecall(models, trials, owner, by_meaning)

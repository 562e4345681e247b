"""Context retrieval and updating (CRU; Logan, 2021), and the model of which CRU and CMR are settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray, frozen
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.events import Distract, Study
from memsim.core.model import MemoryModel
from memsim.core.outcomes import scored_outcomes
from memsim.core.parameters import choice, parameter
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials
from memsim.models.context.cru_variants import PRESETS, VARIANTS
from memsim.models.context.drift import kept_context
from memsim.models.stopping import CERTAIN, exponential_stopping

SERIAL = (
    "fitted here to serial recall of Farrell & Lewandowsky (2003), dissimilar letters, all subjects pooled, by maximum "
    "likelihood"
)
EQUATION = "the published equation"
OFF = "not part of CRU"
EPSILON = 2.0**-23
"""The smallest difference from 1 of numbers in single precision, which a ``floor`` adds."""


@dataclass
class CRUState:
    """Context, what items bring back, and what supports them. Study is the same in all trials.

    Units of context: one for each item, one for the start of the list, then one for each interval of distraction.
    """

    context: FloatArray
    """(n_trials or 1, n_units) current context."""
    brought: FloatArray
    """(list_length, n_units) the input to context that each item brings; not scaled to length one."""
    bound: FloatArray
    """(list_length + 1, n_units) the support of each item by each unit, and in the last row that of the list's end."""
    remaining: BoolArray
    """(n_trials, list_length) items not yet recalled."""


def drifted(context: FloatArray, incoming: FloatArray, rate: float, elementwise: bool, epsilon: float) -> FloatArray:
    """``context`` (n, n_units) after ``incoming`` (n or 1, n_units) has entered it at ``rate``."""
    incoming = _unit(incoming, epsilon)
    overlap = context * incoming
    if not elementwise:
        overlap = overlap.sum(axis=1, keepdims=True)
    return _unit(kept_context(overlap, rate) * context + rate * incoming, epsilon)


def _unit(vectors: FloatArray, epsilon: float) -> FloatArray:
    """``vectors`` divided by the root of their squared length plus ``epsilon``; a vector of zeros stays as it is."""
    square = np.einsum("ij,ij->i", vectors, vectors) + epsilon
    return vectors / np.sqrt(square + (square == 0))[:, None]


@final
@dataclass(frozen=True)
class CRU(MemoryModel[CRUState]):
    """Each item is stored with the context in which it was studied; current context retrieves the most similar ones.

    Context c has one unit e_i for each item and one, e_0, for the start of the list, and unit length. CRU (Logan,
    2021) is the model without the terms in S, A, λ, P1 and d, with B_start = 1. With those terms and d = 1 it is CMR
    in the form of Morton & Polyn (2016): :data:`memsim.models.context.cru_variants.VARIANTS` names the models
    between the two of Gunn & Polyn (2025).

    1. Before the list, c = e_0. Item i brings the input x_i = (1 - λ) e_i into context, and is supported by its own
       unit with M_i = A, by those of other items with S.
    2. Study of item i: c <- ρ c + B x with x = x_i at unit length, B = B_enc d^(i - 1) and
       ρ = sqrt(1 + B² ((c·x)² - 1)) - B (c·x). Then x_i <- x_i + λ c and M_i <- M_i + (1 + P1 exp(-P2 (i - 1))) c.
    3. Distraction for t seconds puts unrelated units into context: c <- ρ_D c + sqrt(1 - ρ_D²) n, with
       ρ_D = (1 - B_D²)^(t / 2). Neither publication has distraction; this is the rule of CMR.
    4. The test begins: c <- ρ c + B_start e_0; in forward serial recall with B_start = 1.
    5. Choice among the items not yet recalled: P(i) is proportional to (M_i·c)^τ; all are equally likely where none
       has support. Before it, recall stops with probability X1 exp(X2 j) after j recalls
       (``stop_rule="exponential"``). With ``"context"``, the end of the list is stored with c after the last item, as
       an item that competes with the others: recall stops when it is chosen.
    6. Item r recalled: c <- ρ c + B_rec x with x = x_r at unit length. Nothing is learned during recall.

    Two options are not part of the equations. They are conventions of the program with which Gunn & Polyn (2025) fitted
    people, and their likelihoods depend on them (:data:`memsim.models.context.cru_variants.CONVENTIONS`):

    - ``drift_rule="elementwise"``: each unit k has a ρ of its own, with c_k x_k in place of c·x, and c is then scaled
      to unit length.
    - ``floor``: 2^-23 is added to each strength (M_i·c)^τ, of which the largest is scaled to 1, and to the squared
      lengths by whose roots vectors are divided; and with n items left, recall stops with a probability of at most
      1 - 2^-23 n. ``"left"`` scales by the strongest of the items left, ``"all"`` by the strongest of all items, of
      which one that was recalled just before is often by far the strongest. All others are then about equally likely:
      this floor acts as a lapse.

    In their program, with ``stop_rule="context"`` the probabilities of one response sum to less than one: each item has
    (1 - P(stop)) times its share of the strengths of items *and* end. Here they sum to one: each has its share.
    """

    citation: ClassVar = (
        "Logan, G. D. (2021). Serial order in perception, memory, and action. Psychological Review, 128, 1-44. As a "
        "setting of the model of Gunn, J. B., & Polyn, S. M. (2025), of which the context maintenance and retrieval "
        "model is another."
    )
    cues: ClassVar = ("free", "forward")

    termination_parameters: ClassVar = ("stop_base", "stop_growth")
    presets: ClassVar = PRESETS
    fitted: ClassVar = dict.fromkeys(VARIANTS["BaseCRU"].free)

    encoding_drift: float = parameter(
        0.8221, 0, 1, symbol="B_enc", doc="drift of context with the first item studied", source=SERIAL
    )
    encoding_drift_decrease: float = parameter(
        1.0, 0, 1, symbol="d", doc="factor of the drift from each studied item to the next", source=OFF
    )
    start_drift: float = parameter(
        1.0, 0, 1, symbol="B_start", doc="return to the start of the list at test", source="Logan (2021): whole"
    )
    recall_drift: float = parameter(
        0.5164, 0, 1, symbol="B_rec", doc="drift of context with each item recalled", source=SERIAL
    )
    distraction_drift: float = parameter(
        0.373, 0, 1, symbol="B_D", doc="drift in each second of distraction",
        source="unverified; leaves 30% of context after 16 s",
    )  # fmt: skip
    item_to_context_learning: float = parameter(
        0.0, 0, 1, symbol="λ", doc="share of learned context in what an item brings back", source=OFF
    )
    shared_support: float = parameter(0.0, 0, 100, symbol="S", doc="support of any item by any other", source=OFF)
    item_support: float = parameter(0.0, 0, 100, symbol="A", doc="support of an item by its own unit", source=OFF)
    primacy_scale: float = parameter(0.0, 0, 100, symbol="P1", doc="extra learning of the first item", source=OFF)
    primacy_decay: float = parameter(0.0, 0, 100, symbol="P2", doc="how fast that extra falls off", source=OFF)
    choice_exponent: float = parameter(3.407, 0, 100, symbol="τ", doc="exponent of the choice", source=SERIAL)
    stop_rule: str = choice("exponential", ("exponential", "context"), "what ends recall", EQUATION)
    stop_base: float = parameter(
        0.00085, 0, 1, symbol="X1", doc="probability of stopping before any recall", source=SERIAL
    )
    stop_growth: float = parameter(
        0.6895, 0, 10, symbol="X2", doc="log growth of stopping with each recall", source=SERIAL
    )
    drift_rule: str = choice("vector", ("vector", "elementwise"), "how overlap with context enters ρ", EQUATION)
    floor: str = choice("none", ("none", "left", "all"), "what a floor under strengths is relative to", EQUATION)

    @property
    def epsilon(self) -> float:
        """What the floor adds; 0 if there is none."""
        return 0.0 if self.floor == "none" else EPSILON

    def begin(self, trials: Trials, rng: np.random.Generator) -> CRUState:
        length = trials.list_length
        own = np.eye(length, length + 1)
        bound = np.zeros((length + 1, length + 1))
        bound[:, :length] = self.shared_support
        bound[:length] += (self.item_support - self.shared_support) * own
        start = np.eye(1, length + 1, length)
        learned = self.item_to_context_learning
        return CRUState(start, (1 - learned) * own, bound, np.ones((len(trials), length), dtype=bool))

    def study(self, state: CRUState, position: int) -> CRUState:
        brought, bound = state.brought, state.bound
        rate = self.encoding_drift * self.encoding_drift_decrease**position
        state.context = self._drifted(state.context, brought[position : position + 1], rate)
        context = state.context[0]
        learning = 1 + self.primacy_scale * np.exp(-self.primacy_decay * position)
        brought[position] += self.item_to_context_learning * context
        bound[position] += learning * context
        if position == len(brought) - 1:
            bound[-1] += learning * context
        return state

    def distract(self, state: CRUState, seconds: float) -> CRUState:
        kept = (1 - self.distraction_drift**2) ** (seconds / 2)
        fresh = np.full((len(state.context), 1), np.sqrt(1 - kept**2))
        context = np.hstack([kept * state.context, fresh])
        return replace(state, context=context, brought=_widened(state.brought), bound=_widened(state.bound))

    def cue(self, state: CRUState, cue: str) -> CRUState:
        start = np.eye(1, state.context.shape[1], len(state.brought))
        context = self._drifted(state.context, start, 1.0 if cue == "forward" else self.start_drift)
        state.context = np.repeat(context, len(state.remaining), axis=0)
        return super().cue(state, cue)

    def outcome_probabilities(self, state: CRUState) -> FloatArray:
        length, left = len(state.brought), state.remaining
        n_left = left.sum(axis=1)
        strength = self._strengths(state)
        if self.stop_rule == "context":
            stop = strength[:, length] / strength.sum(axis=1)
        else:
            stop = exponential_stopping(length - n_left, length, self.stop_base, self.stop_growth)
        stop = np.where(n_left > 0, np.minimum(stop, np.minimum(CERTAIN, 1 - self.epsilon * n_left)), 1.0)
        weight = strength[:, :length]
        weight = np.where(weight.any(axis=1, keepdims=True), weight, left)
        total = weight.sum(axis=1)
        return np.column_stack([weight * ((1 - stop) / np.where(total > 0, total, 1))[:, None], stop])

    def _strengths(self, state: CRUState) -> FloatArray:
        """(n_trials, list_length + 1) relative strengths in the choice: of items, 0 once recalled, and of the end."""
        support = state.context @ state.bound.T
        competes = np.full((len(support), 1), self.stop_rule == "context")
        left = np.hstack([state.remaining, competes])
        counted = left
        if self.floor == "all":
            counted = np.hstack([np.ones_like(state.remaining), competes])
        best = np.where(counted, support, 0).max(axis=1, keepdims=True)
        relative = np.where(left & (best > 0), support / np.where(best > 0, best, 1), 1)
        return np.where(left, relative**self.choice_exponent + self.epsilon, 0)

    def recalled(self, state: CRUState, position: IntArray) -> CRUState:
        row = np.flatnonzero(position < len(state.brought))
        state.context[row] = self._drifted(state.context[row], state.brought[position[row]], self.recall_drift)
        state.remaining[row, position[row]] = False
        return state

    def _drifted(self, context: FloatArray, incoming: FloatArray, rate: float) -> FloatArray:
        return drifted(context, incoming, rate, self.drift_rule == "elementwise", self.epsilon)

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        """Probabilities of the events, by the compiled loop."""
        if recalls.trials.paradigm.forced:
            return None
        from memsim.models.context.cru_kernels import recall_lists, study_list

        contexts, _, brought, bound = study_list(*self._before_test(recalls.trials.paradigm))
        columns = scored_outcomes(recalls, self.repeats).columns
        return Events(*recall_lists(contexts[-1], brought, bound, *self._at_test(recalls.list_length), columns))

    def fast_gradient(self, recalls: Recalls, rng: np.random.Generator) -> tuple[Events, Pullback] | None:
        """:meth:`fast_events`, and their derivatives by the parameters."""
        if recalls.trials.paradigm.forced:
            return None
        return self._with_gradient(recalls.trials.paradigm, scored_outcomes(recalls, self.repeats).columns)

    @classmethod
    def fast_gradients(
        cls, models: Sequence[CRU], recalls: Recalls, owner: IntArray, names: Collection[str] | None = None
    ) -> tuple[Events, Pullback] | None:
        """:meth:`fast_gradient` of many models, each of its own lists."""
        if recalls.trials.paradigm.forced:
            return None
        columns = scored_outcomes(recalls, cls.repeats).columns
        outcome, silence = np.ones(columns.shape), np.zeros(columns.shape)
        parts: list[tuple[Any, Pullback]] = []
        for index, model in enumerate(models):
            rows = np.flatnonzero(owner == index)
            (outcome[rows], silence[rows], *_), pullback = model._with_gradient(recalls.trials.paradigm, columns[rows])
            parts.append((rows, pullback))

        def pullback_of_all(bar: Events) -> dict[str, FloatArray]:
            found = [pullback(Events(bar.outcome[rows], bar.silence[rows])) for rows, pullback in parts]
            return {name: np.array([each[name] for each in found]) for name in found[0]}

        return Events(outcome, silence), pullback_of_all

    def _with_gradient(self, paradigm: Paradigm, columns: IntArray) -> tuple[Events, Pullback]:
        """The events ``columns`` (n_trials, n_events) and their derivatives."""
        from memsim.models.context import cru_kernels

        studied, recall = self._before_test(paradigm), self._at_test(paradigm.list_length)
        contexts, lengths, brought, bound = cru_kernels.study_list(*studied)
        found = Events(*cru_kernels.recall_lists(contexts[-1], brought, bound, *recall, columns))

        def pullback(bar: Events) -> dict[str, float]:
            start, to_brought, to_bound, recall_drift, exponent, stop = cru_kernels.recall_lists_adjoint(
                contexts[-1], brought, bound, *recall, columns, bar.outcome, bar.silence
            )
            order, kept, rates, start_rate, learned, _, _, learning, *options = studied
            by_study = cru_kernels.study_list_adjoint(
                order, kept, rates, start_rate, learned, learning, *options, contexts, lengths, brought, start,
                to_brought, to_bound,
            )  # fmt: skip
            return {
                "recall_drift": recall_drift, "choice_exponent": exponent,
                **self._by_study(paradigm, *by_study), **self._by_stopping(stop),
            }  # fmt: skip

        return found, pullback

    def _before_test(self, paradigm: Paradigm) -> tuple[Any, ...]:
        """The arguments of :func:`memsim.models.context.cru_kernels.study_list`."""
        order, seconds = _order(paradigm)
        position = np.arange(paradigm.list_length)
        return (
            order, (1 - self.distraction_drift**2) ** (seconds / 2),
            self.encoding_drift * self.encoding_drift_decrease**position,
            1.0 if paradigm.cue == "forward" else self.start_drift, self.item_to_context_learning,
            self.shared_support, self.item_support, 1 + self.primacy_scale * np.exp(-self.primacy_decay * position),
            self.drift_rule == "elementwise", self.epsilon,
        )  # fmt: skip

    def _at_test(self, length: int) -> tuple[Any, ...]:
        """The arguments of :func:`memsim.models.context.cru_kernels.recall_lists` between study and recalls."""
        count = np.arange(length + 1, dtype=np.int32)
        highest = np.minimum(CERTAIN, 1 - self.epsilon * (length - count))
        stop = np.minimum(exponential_stopping(count, length, self.stop_base, self.stop_growth), highest)
        return (
            self.recall_drift, self.choice_exponent, self.stop_rule == "context", stop, highest,
            self.drift_rule == "elementwise", self.epsilon, self.floor == "all",
        )  # fmt: skip

    def _by_study(
        self,
        paradigm: Paradigm,
        kept: FloatArray,
        rates: FloatArray,
        start: float,
        learned: float,
        shared: float,
        own: float,
        learning: FloatArray,
    ) -> dict[str, float]:
        """Derivatives by parameters from those by the arguments of :meth:`_before_test`."""
        position, seconds, left = np.arange(len(rates)), _order(paradigm)[1], 1 - self.distraction_drift**2
        factor, fading = self.encoding_drift_decrease**position, np.exp(-self.primacy_decay * position)
        slope = position * self.encoding_drift_decrease ** np.maximum(position - 1, 0)
        by_distraction = -seconds * self.distraction_drift * left ** (seconds / 2 - 1) if left else np.zeros(len(kept))
        return {
            "encoding_drift": float(rates @ factor),
            "encoding_drift_decrease": float(rates @ slope) * self.encoding_drift,
            "start_drift": 0.0 if paradigm.cue == "forward" else start,
            "distraction_drift": float(kept @ by_distraction),
            "item_to_context_learning": learned, "shared_support": shared, "item_support": own,
            "primacy_scale": float(learning @ fading),
            "primacy_decay": -float(learning @ (position * fading)) * self.primacy_scale,
        }  # fmt: skip

    def _by_stopping(self, stop: FloatArray) -> dict[str, float]:
        """Derivatives by the parameters of the stopping rule from those by ``stop`` of :meth:`_at_test`."""
        length = len(stop) - 1
        count = np.arange(length + 1)
        growing = np.exp(np.minimum(self.stop_growth * count, 700))
        rising = self.stop_base * growing
        free = np.where(rising < np.minimum(CERTAIN, 1 - self.epsilon * (length - count)), stop, 0)
        free[length] = 0
        return {"stop_base": float(free @ growing), "stop_growth": float(free @ (count * rising))}


@lru_cache(maxsize=64)
def _order(paradigm: Paradigm) -> tuple[IntArray, FloatArray]:
    """(n_events,) the position that is studied, -1 for distraction; and the seconds of distraction, 0 for study."""
    events = list(paradigm.presentation())
    position = np.array([event.position if isinstance(event, Study) else -1 for event in events], dtype=np.int32)
    seconds = np.array([event.seconds if isinstance(event, Distract) else 0.0 for event in events])
    return frozen(position), frozen(seconds)


def _widened(matrix: FloatArray) -> FloatArray:
    """``matrix`` with a further unit, of zeros."""
    return np.hstack([matrix, np.zeros((len(matrix), 1))])

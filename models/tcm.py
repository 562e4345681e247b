"""The temporal context model (TCM; Howard & Kahana, 2002)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsim.arrays import BoolArray, FloatArray, IntArray
from memsim.errors import InputError
from memsim.model import MemoryModel
from memsim.models.stopping import exponential_stopping
from memsim.paradigm import Distract
from memsim.parameters import choice, parameter
from memsim.trials import Trials

FITTED = (
    "fitted here to the first recalls and lag-CRP of Healey & Kahana (2014), no-task lists; "
    "the values published in 2002 are not at hand"
)

STOPPING = "stopping rule added here; fitted here to Murdock (1962) 20-1 by maximum likelihood"


@dataclass
class TCMState:
    """Study is the same in every trial, so it has no trial axis; ``search`` begins with the cue."""

    n_trials: int
    context: FloatArray
    """(n_units,) current context: one unit per item, one for the start, one per interval of distraction."""
    bound: FloatArray
    """(list_length, n_units) the context that each studied item was bound to."""
    n_intervals: int = 0
    """Intervals of distraction so far."""
    search: TCMSearch | None = None


@dataclass
class TCMSearch:
    """Recall, in terms of what context supports and not of context itself.

    Context moves linearly, t <- ρ t + β x_r, so its products with the stored contexts and with the contexts
    that items retrieve move linearly too; one recall costs O(list_length).
    """

    support: FloatArray
    """(n_trials, list_length) activation a of each item by the current context, at most 1."""
    overlap: FloatArray
    """(n_trials, list_length) product of the current context with the context that each item retrieves."""
    support_gain: FloatArray
    """(list_length + 1, list_length) support of each item by the context that item r retrieves; the last row is 0."""
    overlap_gain: FloatArray
    """(list_length + 1, list_length) product of the contexts that two items retrieve; the last row is 0."""
    remaining: BoolArray
    """(n_trials, list_length) items not yet recalled."""
    n_recalled: IntArray
    """(n_trials,) items recalled so far."""


@dataclass(frozen=True)
class TCM(MemoryModel[TCMState]):
    """Context drifts with what is studied, items are bound to it, and it cues recall.

    Items f_i are orthonormal and context t has unit length. Equations as in Howard & Kahana (2002):

    1. Evolution. t_i = ρ t_{i-1} + β t_i^IN, where ρ keeps t_i at unit length:
       ρ = sqrt(1 + β² ((t_{i-1}·t_i^IN)² - 1)) - β (t_{i-1}·t_i^IN). An item studied for the first time
       retrieves its pre-experimental context, one unit of its own.
    2. Binding. M^TF <- M^TF + f_i t_i', with the context after its update (``association="post"``, 2002)
       or before it (``"pre"``, as in later models of the family).
    3. Retrieved context. A recalled item brings back t^IN = α_O t^pre + α_N t_i, with α_O / α_N = γ and
       unit length: the old part asymmetric in time, the new part symmetric.
    4. Choice. P(i) = exp(2 a_i / τ) / Σ_j exp(2 a_j / τ) over the items not yet recalled, a = M^TF t.
    5. Distraction for s seconds puts unrelated units into context: t <- ρ_D t + sqrt(1 - ρ_D²) n, with
       ρ_D = (1 - β_D²)^(s / 2).

    The 2002 model has no stopping rule and no primacy. The stopping rule here is added by memsim:
    P(stop | j recalled) = θ_s exp(θ_r j). Items are localist: one that stands twice in a list is refused.
    """

    context_drift: float = parameter(0.625, 0, 1, symbol="β", doc="rate of context drift", source=FITTED)
    choice_noise: float = parameter(
        0.441, 0.01, 100, symbol="τ", doc="noise of the choice; low is deterministic", source=FITTED
    )
    old_to_new_context: float = parameter(
        1.0, 0, 1e6, symbol="γ", doc="weight of pre-experimental to newly bound context at recall", source=FITTED
    )
    distraction_drift: float = parameter(
        0.373,
        0,
        1,
        symbol="β_D",
        doc="context drift in each second of distraction",
        source="unverified; leaves 30% of context after 16 s",
    )
    association: str = choice(
        "post", ("post", "pre"), "bind items to context after or before its update", "Howard & Kahana (2002): post"
    )
    stop_base: float = parameter(
        0.0346,
        0,
        1,
        symbol="θ_s",
        doc="probability of stopping before any recall",
        source=STOPPING,
    )
    stop_growth: float = parameter(
        0.2574,
        0,
        10,
        symbol="θ_r",
        doc="log growth of stopping with each word recalled",
        source=STOPPING,
    )

    def begin(self, trials: Trials, rng: np.random.Generator) -> TCMState:
        if trials.repeated_items.any():
            row = int(np.argmax(trials.repeated_items))
            raise InputError(f"TCM: list {row} holds an item twice; this form of TCM takes lists of different items")
        length = trials.list_length
        intervals = sum(isinstance(event, Distract) for event in trials.paradigm.presentation())
        context = np.zeros(length + 1 + intervals)
        context[length] = 1
        return TCMState(len(trials), context, np.zeros((length, len(context))))

    def study(self, state: TCMState, position: int) -> TCMState:
        before = state.context
        own = np.zeros_like(before)
        own[position] = 1
        state.context = self._kept(before[position], self.context_drift) * before + self.context_drift * own
        state.bound[position] = state.context if self.association == "post" else before
        return state

    def distract(self, state: TCMState, seconds: float) -> TCMState:
        kept = (1 - self.distraction_drift**2) ** (seconds / 2)
        if state.search is None:
            state.n_intervals += 1
            state.context = kept * state.context
            state.context[len(state.bound) + state.n_intervals] = np.sqrt(1 - kept**2)
        else:
            state.search.support *= kept
            state.search.overlap *= kept
        return state

    def cue(self, state: TCMState, cue: str) -> TCMState:
        super().cue(state, cue)
        bound, length = state.bound, len(state.bound)
        retrieved = self.old_to_new_context * np.eye(*bound.shape) + bound
        retrieved /= np.linalg.norm(retrieved, axis=1, keepdims=True)
        state.search = TCMSearch(
            support=np.tile(bound @ state.context, (state.n_trials, 1)),
            overlap=np.tile(retrieved @ state.context, (state.n_trials, 1)),
            support_gain=np.pad(retrieved @ bound.T, ((0, 1), (0, 0))),
            overlap_gain=np.pad(retrieved @ retrieved.T, ((0, 1), (0, 0))),
            remaining=np.ones((state.n_trials, length), dtype=bool),
            n_recalled=np.zeros(state.n_trials, dtype=np.int32),
        )
        return state

    def outcome_probabilities(self, state: TCMState) -> FloatArray:
        search = state.search
        assert search is not None
        n_trials, length = search.support.shape
        stop = exponential_stopping(search.n_recalled, length, self.stop_base, self.stop_growth)
        outcome = np.empty((n_trials, length + 1))
        weight = outcome[:, :length]
        # Supports are products of unit vectors, so measured from 1 no exponential can overflow or all vanish.
        np.subtract(search.support, 1, out=weight)
        weight *= 2 / self.choice_noise
        np.exp(weight, out=weight)
        weight *= search.remaining
        total = weight.sum(axis=1)
        weight *= ((1 - stop) / np.where(total > 0, total, 1))[:, None]
        outcome[:, length] = stop
        return outcome

    def recalled(self, state: TCMState, position: IntArray) -> TCMState:
        search = state.search
        assert search is not None
        length = search.support.shape[1]
        row = np.flatnonzero(position < length)
        item = position[row]
        kept = np.ones(len(position))
        kept[row] = self._kept(search.overlap[row, item], self.context_drift)
        search.support *= kept[:, None]
        search.support += self.context_drift * search.support_gain[position]
        search.overlap *= kept[:, None]
        search.overlap += self.context_drift * search.overlap_gain[position]
        search.remaining[row, item] = False
        search.n_recalled[row] += 1
        return state

    @staticmethod
    def _kept(overlap: FloatArray, drift: float) -> FloatArray:
        """ρ, the share of context kept when one that overlaps with it comes in at rate ``drift``."""
        return np.sqrt(1 + drift**2 * (overlap**2 - 1)) - drift * overlap

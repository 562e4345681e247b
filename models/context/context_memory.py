"""Drifting context in the rows of a memory matrix: what a network needs to recall as TCM does, without training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.events import Distract
from memsim.core.model import MemoryModel
from memsim.core.parameters import choice, parameter
from memsim.core.seeding import stream
from memsim.core.trials import Trials
from memsim.models.context.drift import is_any, unit, with_input
from memsim.models.context.tcm import FITTED, STOPPING
from memsim.models.stopping import exponential_stopping

AS_TCM = "0: as in TCM, whose units are orthogonal"


@dataclass
class Rows:
    """A memory matrix, and the context that is its key; arrays have 1 row where all trials are alike, as in study."""

    items: FloatArray
    """(list_length, list_length) the item half of each row: the units f of the items."""
    contexts: FloatArray
    """(n_alike, list_length, C) the context half of each row; zeros before the item was studied."""
    own: FloatArray
    """(n_alike, list_length, C) the pre-experimental context of each item."""
    strange: FloatArray
    """(n_distractions, C) what each interval of distraction lets in."""
    context: FloatArray
    """(n_alike, C) present context c."""
    left: BoolArray
    """(n_trials, list_length) rows that may still be read."""
    n_distracted: int = 0


@final
@dataclass(frozen=True)
class ContextMemory(MemoryModel[Rows]):
    """TCM in a memory matrix: rows hold an item and a context, and the key of reading is the context alone.

    1. Context c of unit length drifts with each item studied: c <- ρ c + β x, ρ keeping the length at one, x being the
       pre-experimental context of the item (Howard & Kahana, 2002). With ``context_units`` of 0 these contexts, that of
       the start and those of distraction are orthogonal, so that context is as large as the list is long; else they are
       random unit vectors of so many numbers, as a network of fixed size must have them.
    2. Study writes a row [f | c]: the item and, beside it, the context after its update, or before (``association``).
    3. Reading is by content, with the key [0 | c]: w = softmax(2 / τ times the products of key and rows), over the rows
       that were not read. What is read, Σ w f, is the probability of each item.
    4. The row of the item recalled, [f | t], gives context back: c <- ρ c + β x, where x is γ times the item's own
       context plus t, at unit length. The next key is the new context.
    5. Distraction of s seconds: c <- ρ_D c + sqrt(1 - ρ_D²) n, with ρ_D = (1 - β_D²)^(s / 2).

    There are no weights and no training: writing, one read by content for each response, and a key that drifts. With
    ``context_units`` of 0 the probabilities are those of :class:`memsim.models.TCM` with the same parameters. In a
    DNC, ``context=16`` gives the same contexts to a network that is trained.
    """

    baseline: ClassVar = True  # it equals TCM
    citation: ClassVar = (
        "Howard, M. W., & Kahana, M. J. (2002). A distributed representation of temporal context. Journal of "
        "Mathematical Psychology, 46, 269-299; its form as a memory matrix is ours."
    )
    termination_parameters: ClassVar = ("stop_base", "stop_growth")
    fitted: ClassVar[Mapping[str, tuple[float, float] | None]] = {
        "context_drift": None, "choice_noise": None, "stop_base": None, "stop_growth": None,
    }  # fmt: skip

    context_drift: float = parameter(0.625, 0, 1, symbol="β", doc="rate of context drift", source=FITTED)
    choice_noise: float = parameter(
        0.441, 0.01, 100, symbol="τ", doc="noise of the choice; low is deterministic", source=FITTED
    )
    old_to_new_context: float = parameter(
        1.0, 0, 1e6, symbol="γ", doc="weight of pre-experimental to newly bound context at recall", source=FITTED
    )
    distraction_drift: float = parameter(
        0.373, 0, 1, symbol="β_D", doc="context drift in each second of distraction",
        source="unverified; leaves 30% of context after 16 s",
    )  # fmt: skip
    association: str = choice(
        "post", ("post", "pre"), "bind items to context after or before its update", "Howard & Kahana (2002): post"
    )
    context_units: int = parameter(
        0, 0, 4096, symbol="C", doc="numbers of context; 0: as many as there are items and distractions", source=AS_TCM
    )
    stop_base: float = parameter(
        0.0346, 0, 1, symbol="θ_s", doc="probability of stopping before any recall", source=STOPPING
    )
    stop_growth: float = parameter(
        0.2574, 0, 10, symbol="θ_r", doc="log growth of stopping with each word recalled", source=STOPPING
    )

    def begin(self, trials: Trials, rng: np.random.Generator) -> Rows:
        length = trials.list_length
        n_distractions = sum(isinstance(event, Distract) for event in trials.paradigm.events())
        if self.context_units:
            own = random_contexts(len(trials.pool), self.context_units)[trials.items]
            others = random_contexts(1 + n_distractions, self.context_units, "others")
        else:
            units = np.eye(length + 1 + n_distractions)
            own, others = units[None, :length], units[length:]
        return Rows(
            items=np.eye(length), contexts=np.zeros_like(own), own=own, strange=others[1:],
            context=np.repeat(others[:1], len(own), axis=0), left=np.ones((len(trials), length), dtype=bool),
        )  # fmt: skip

    def study(self, state: Rows, position: int) -> Rows:
        before = state.context
        state.context = with_input(before, state.own[:, position], self.context_drift)
        state.contexts[:, position] = state.context if self.association == "post" else before
        return state

    def distract(self, state: Rows, seconds: float) -> Rows:
        kept = (1 - self.distraction_drift**2) ** (seconds / 2)
        strange = state.strange[state.n_distracted][None]
        state.context = with_input(state.context, np.repeat(strange, len(state.context), axis=0), np.sqrt(1 - kept**2))
        state.n_distracted += 1
        return state

    def outcome_probabilities(self, state: Rows) -> FloatArray:
        length = state.left.shape[1]
        stop = exponential_stopping(length - state.left.sum(axis=1), length, self.stop_base, self.stop_growth)
        read = self.read(state) @ state.items
        return np.concatenate((read * (1 - stop)[:, None], stop[:, None]), axis=1)

    def read(self, state: Rows) -> FloatArray:
        """(n_trials, list_length) the weighting of the rows, by the key [0 | c]; zeros where none is left."""
        match = (state.contexts @ state.context[:, :, None])[:, :, 0]
        scores = np.where(state.left, 2 / self.choice_noise * match, -np.inf)
        best = scores.max(axis=1, keepdims=True)
        weighting = np.exp(scores - np.where(np.isfinite(best), best, 0))
        total = weighting.sum(axis=1, keepdims=True)
        return np.asarray(weighting / np.where(total > 0, total, 1))

    def recalled(self, state: Rows, position: IntArray) -> Rows:
        responded = np.flatnonzero(position < state.left.shape[1])
        chosen = position[responded]
        context = np.array(np.broadcast_to(state.context, (len(position), state.context.shape[1])))
        alike = 0 if len(state.contexts) == 1 else responded
        incoming = unit(self.old_to_new_context * state.own[alike, chosen] + state.contexts[alike, chosen])
        context[responded] = with_input(context[responded], incoming, self.context_drift * is_any(incoming))
        left = state.left.copy()
        left[responded, chosen] = False
        state.context, state.left = context, left
        return state


def random_contexts(n: int, units: int, whose: str = "items") -> FloatArray:
    """(n, units) random vectors of unit length; the same for the same item of a pool, whatever else there is."""
    return unit(stream(0, "contexts", whose, units).standard_normal((n, units)))

"""TCM-A: the temporal context model with competing accumulators (Sederberg, Howard & Kahana, 2008)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.parameters import parameter
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState
from memsim.models.context.retrieved_context import RetrievedContextModel

SEDERBERG = "Sederberg, Howard & Kahana (2008), as cited by the code of Ji-An et al. (2024)"
POLYN = "Polyn, Norman & Kahana (2009), parameter file of their CMR; TCM-A's own are not at hand"
FITTED = "unverified: fitted here to the curves of Murdock (1962) 20-1; the values of 2008 are not at hand"
STEP = 0.1


@dataclass(kw_only=True)
class RaceState(ContextState):
    """The state of a retrieved-context model, and that of its races."""

    rng: np.random.Generator
    elapsed: FloatArray
    """(n_trials,) seconds since the test began."""
    done: BoolArray


@final
@dataclass(frozen=True)
class TCMA(RetrievedContextModel):
    """TCM whose items race to be recalled, with a primacy gradient, and a clock.

    1. Evolution of context as in :class:`memsim.models.TCM`, at the rate β.
    2. Binding, to the context before its update: an item brings back (1 - γ_FT) t^pre + γ_FT t_{i-1} (at unit length),
       and context supports it by (1 - γ_TF) t^pre + γ_TF φ_i t_{i-1}, with the primacy gradient
       φ_i = φ_s exp(-φ_d (i - 1)) + 1.
    3. Choice. Each item of the list has an accumulator x, at first 0. In each step of 0.1 s
       x_i <- max(0, x_i + τ (a_i - κ x_i - λ Σ_{j≠i} x_j) + η ε), with the support a_i of current context and ε from a
       standard normal (Usher & McClelland, 2001). The first item to reach 1 is recalled. A word recalled before still
       competes; when it reaches 1 it is set back to .95 and not given again.
    4. A recalled item updates context, and a new race begins. Recall ends after ``recall_time``.
    5. Distraction is as in TCM.

    A race has no closed form: the model simulates, with times of recall, and has no likelihood.
    """

    citation: ClassVar = (
        "Sederberg, P. B., Howard, M. W., & Kahana, M. J. (2008). A context-based theory of recency and contiguity "
        "in free recall. Psychological Review, 115, 893-912."
    )
    likelihood: ClassVar = "none"

    context_drift: float = parameter(0.62676, 0, 1, symbol="β", doc="rate of context drift", source=SEDERBERG)
    distraction_drift: float = parameter(
        0.373, 0, 1, symbol="β_D", doc="context drift in each second of distraction",
        source="unverified; leaves 30% of context after 16 s",
    )  # fmt: skip
    new_brought: float = parameter(
        0.11, 0, 1, symbol="γ_FT", doc="share of new context in what an item brings back", source=FITTED
    )
    new_support: float = parameter(
        0.78, 0, 1, symbol="γ_TF", doc="share of new context in what supports an item", source=FITTED
    )
    primacy_scale: float = parameter(19.0, 0, 100, symbol="φ_s", doc="extra binding of the first item", source=FITTED)
    primacy_decay: float = parameter(3.3, 0, 100, symbol="φ_d", doc="how fast that extra falls off", source=FITTED)
    accumulator_rate: float = parameter(
        0.174, 0, 1, unit="1/step", symbol="τ", doc="rate of accumulation", source=POLYN
    )
    accumulator_decay: float = parameter(0.111, 0, 5, symbol="κ", doc="leak of an accumulator", source=POLYN)
    accumulator_inhibition: float = parameter(
        0.338, 0, 5, symbol="λ", doc="inhibition by other accumulators", source=POLYN
    )
    accumulator_noise: float = parameter(
        0.159, 0, 5, unit="1/step", symbol="η", doc="noise of accumulation", source=POLYN
    )
    recall_time: float = parameter(90.0, 0, 3600, unit="s", doc="duration of recall", source=POLYN)

    def begin(self, trials: Trials, rng: np.random.Generator) -> RaceState:
        n = len(trials)
        done = np.zeros(n, dtype=bool)
        return RaceState(**vars(super().begin(trials, rng)), rng=rng, elapsed=np.zeros(n), done=done)

    def study(self, state: ContextState, position: int) -> ContextState:
        temporal = state.temporal
        before = temporal.context
        own = np.eye(1, before.shape[1], position)
        temporal.let_in(own, self.context_drift)
        primacy = 1 + self.primacy_scale * np.exp(-self.primacy_decay * position)
        temporal.brought[:, position] = (1 - self.new_brought) * own + self.new_brought * before
        temporal.bound[:, position] = (1 - self.new_support) * own + self.new_support * primacy * before
        return state

    @property
    def recall_rates(self) -> FloatArray:
        return np.array([self.context_drift])

    def outcome_probabilities(self, state: ContextState) -> FloatArray:
        """One for the winner of the race, which is run here with the generator given to ``begin``."""
        from memsim.models.context.race_kernels import Race, run_race

        assert isinstance(state, RaceState)
        search = state.searching
        race = Race(
            STEP, self.accumulator_rate, self.accumulator_decay, self.accumulator_inhibition, self.accumulator_noise,
            self.recall_time,
        )  # fmt: skip
        support = search.support
        n_trials, length = support.shape
        winner = np.empty(n_trials, dtype=np.intp)
        state.done |= ~search.remaining.any(axis=1)
        run_race(state.rng, race, support, ~search.remaining, state.done, state.elapsed, winner)
        outcome = np.zeros((n_trials, length + 1))
        outcome[np.arange(n_trials), winner] = 1
        return outcome

    def recalled(self, state: ContextState, position: IntArray) -> ContextState:
        assert isinstance(state, RaceState)
        state.done |= position == state.start_unit
        return super().recalled(state, position)

    def response_times(self, state: ContextState) -> FloatArray:
        assert isinstance(state, RaceState)
        return state.elapsed

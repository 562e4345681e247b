"""The temporal context model (TCM; Howard & Kahana, 2002)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.parameters import choice, parameter
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState, unit
from memsim.models.context.luce_recall import KernelForm, LuceRecallModel, RecallRule

FITTED = (
    "fitted here to the first recalls and lag-CRP of Healey & Kahana (2014), no-task lists; "
    "the values published in 2002 are not at hand"
)
STOPPING = "stopping rule added here; fitted here to Murdock (1962) 20-1 by maximum likelihood"

KERNEL_NUMBERS: Mapping[str, str | float] = {
    "encoding_drift": "context_drift", "incoming_own": 1.0, "brought_own": "old_to_new_context",
    "brought_learning": 1.0, "bound_learning": 1.0, "distraction_drift": "distraction_drift",
    "recall_drift": "context_drift", "choice": "choice_noise", "stop_base": "stop_base", "stop_growth": "stop_growth",
}  # fmt: skip
"""TCM as a case of what the compiled loops study."""


@final
@dataclass(frozen=True)
class TCM(LuceRecallModel):
    """Context drifts with each studied item, items are bound to it, and it cues recall.

    Items f_i are orthonormal and context t has unit length. Equations as in Howard & Kahana (2002):

    1. Evolution. t_i = ρ t_{i-1} + β t_i^IN, where ρ keeps t_i at unit length:
       ρ = sqrt(1 + β² ((t_{i-1}·t_i^IN)² - 1)) - β (t_{i-1}·t_i^IN). An item studied for the first time
       retrieves its pre-experimental context, one unit of its own; the two items of a pair, the sum of theirs.
    2. Binding. M^TF <- M^TF + f_i t_i', with the context after its update (``association="post"``, 2002)
       or before it (``"pre"``, as in later models of the family).
    3. Retrieved context. A recalled item brings back t^IN = α_O t^pre + α_N t_i, with α_O / α_N = γ and
       unit length: the old part asymmetric in time, the new part symmetric.
    4. Choice. P(i) = exp(2 a_i / τ) / Σ_j exp(2 a_j / τ) over the items not yet recalled, a = M^TF t.
    5. Distraction for s seconds puts unrelated units into context: t <- ρ_D t + sqrt(1 - ρ_D²) n, with
       ρ_D = (1 - β_D²)^(s / 2).

    The 2002 model has no stopping rule and no primacy. The stopping rule here is added by memsim:
    P(stop | j recalled) = θ_s exp(θ_r j). Items are localist.
    """

    citation: ClassVar = (
        "Howard, M. W., & Kahana, M. J. (2002). A distributed representation of temporal context. Journal of "
        "Mathematical Psychology, 46, 269-299."
    )

    # A hundred lists do not distinguish γ from drift and noise, so it is not fitted.
    fitted: ClassVar = {"context_drift": None, "choice_noise": None, "stop_base": None, "stop_growth": None}
    fitted_judgments: ClassVar = {"context_drift": None, "context_drift_cue": None, "criterion_noise": (0.001, 5.0)}

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
    stop_base: float = parameter(
        0.0346, 0, 1, symbol="θ_s", doc="probability of stopping before any recall", source=STOPPING
    )
    stop_growth: float = parameter(
        0.2574, 0, 10, symbol="θ_r", doc="log growth of stopping with each word recalled", source=STOPPING
    )

    def begin(self, trials: Trials, rng: np.random.Generator) -> ContextState:
        state = super().begin(trials, rng)
        state.temporal.brought += np.eye(*state.temporal.brought.shape[1:])
        return state

    def study_together(self, state: ContextState, positions: tuple[int, ...]) -> ContextState:
        temporal = state.temporal
        before = temporal.context
        places = [state.place(position) for position in positions]
        temporal.let_in(unit(np.sum([temporal.brought[place] for place in places], axis=0)), self.context_drift)
        for place in places:
            temporal.bound[place] += temporal.context if self.association == "post" else before
            temporal.brought[place] = temporal.bound[place]
            temporal.brought[*place, place[1]] += self.old_to_new_context
        state.studied(positions)
        return state

    @property
    def recall_rates(self) -> FloatArray:
        return np.array([self.context_drift])

    def rule(self) -> RecallRule:
        return RecallRule(True, 2 / self.choice_noise, 0.0, self.stop_base, self.stop_growth)

    @property
    def words(self) -> str:
        return self.association

    @property
    def kernel_form(self) -> KernelForm:
        return KernelForm(KERNEL_NUMBERS, pre=self.association == "pre")

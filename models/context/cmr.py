"""Context maintenance and retrieval (CMR; Polyn, Norman & Kahana, 2009) with a likelihood (Morton & Polyn, 2016)."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.parameters import Preset, choice, parameter
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState, Region, unit
from memsim.models.context.luce_recall import KernelForm, LuceRecallModel, RecallRule
from memsim.models.context.probed_context import SET_HERE
from memsim.models.context.probing import items_of_units

FITTED = "fitted here to Murdock (1962) 20-1, all subjects pooled, by maximum likelihood"
POOLED = {
    "20-1": (0.2162, 0.0, 0.7344, 0.0, 0.0, 0.4725, 0.37, 0.5851, 0.03456, 0.2574, 10.656),
    "30-1": (0.6075, 0.0835, 0.8277, 0.1766, 4.4557, 0.05352, 17.766, 3.1055, 0.01783, 0.2719, 2.8918),
    "40-1": (0.7201, 0.0241, 0.882, 0.0706, 29.817, 0.01009, 100.0, 4.31, 0.01978, 0.2786, 1.4047),
}
"""B_enc, B_start, B_rec, support by other items, what an item's own context adds, share of learned context, P1, P2, X1,
X2, τ: the maximum of likelihood over all subjects of a condition of Murdock (1962). Of 40-1, P1 is at its bound."""
UNUSED = "0: not part of that fit"
SCALE = "1: the unit of support, of which only ratios count under the power choice"
SHIFTS = (
    "Polyn, Norman & Kahana (2009), Table 1, as in their parameter file: a fit with another choice rule, "
    "and with binding to context before its update; no effect on lists without sources"
)

KERNEL_NUMBERS = {
    "incoming_shared": "item_to_context_shared", "incoming_own": "item_to_context_own",
    "brought_shared": "item_to_context_shared", "brought_own": "item_to_context_own",
    "brought_learning": "item_to_context_learning", "bound_shared": "context_to_item_shared",
    "bound_own": "context_to_item_own", "bound_learning": "context_to_item_learning",
    **{name: name for name in (
        "encoding_drift", "start_drift", "semantic_support", "primacy_scale", "primacy_decay", "distraction_drift",
        "source_drift", "source_learning", "shift_drift", "recall_drift", "stop_base", "stop_growth",
    )},
}  # fmt: skip
"""The parameters by the names that they have in the compiled loops."""


def pooled_fit(condition: str) -> Preset:
    """The fit to a condition of Murdock (1962), as parameters of CMR."""
    enc, start, rec, shared, added, learned, p1, p2, x1, x2, exponent = POOLED[condition]
    values = {
        "encoding_drift": enc, "start_drift": start, "recall_drift": rec, "context_to_item_shared": shared,
        "context_to_item_own": added, "item_to_context_own": round(1 - learned, 5),
        "item_to_context_learning": learned, "primacy_scale": p1, "primacy_decay": p2, "stop_base": x1,
        "stop_growth": x2, "choice_exponent": exponent,
    }  # fmt: skip
    source = f"fitted here to Murdock (1962) {condition}, all subjects pooled, by maximum likelihood"
    return Preset(values, source, (int(condition[:2]),))


@final
@dataclass(frozen=True)
class CMR(LuceRecallModel):
    """Items are bound to drifting context both ways, early items more strongly; context cues recall.

    Temporal context c has one unit per item, one for the start of the list and one per interval of distraction or
    change of source, and unit length. Source context c_S, where trials say in which source (task, modality, ...)
    each item was studied, has one unit per source and one for its own start, and unit length of its own. The choice
    among items is a Luce rule, which gives recall sequences an exact likelihood.

    1. Before the list, item i brings back W_fc[i] = A_fc + D_fc e_i (over the units of items), and the unit of
       item j supports item i by W_cf[i, j] = A_cf + D_cf (i = j) + s sim(i, j) (i ≠ j), sim being the pool's
       semantic similarity. Both contexts are the unit of their start. Nothing is bound to sources yet.
    2. Study of item i: c <- ρ c + B_enc x with x = W_fc[i] at unit length; then W_fc[i] += L_fc c and
       W_cf[i] += (L_cf + P1 exp(-P2 (i - 1))) c, with c after its update (before it if ``association="pre"``; without
       its units of the start and of distraction if ``learned_units="items"``). With the source's unit e_s, likewise
       c_S <- ρ_S c_S + B_source e_s; then W_fc,S[i] += c_S and W_cf,S[i] += L_sw (L_cf + P1 exp(-P2 (i - 1))) c_S,
       always with c_S after its update. The two items of a pair let in the sum of what they bring back, at unit length,
       and are bound to the same context; i - 1 is then the number of pairs before.
    3. Distraction for t seconds puts unrelated units into temporal context: c <- ρ_D c + sqrt(1 - ρ_D²) n, with
       ρ_D = (1 - B_D²)^(t / 2). With distraction between the items this is CMR-D. Before an item whose source is not
       that of the item before it, c <- sqrt(1 - d²) c + d n.
    4. The test begins: c <- ρ c + B_start times the unit of the start. Source context stays as it was.
    5. Choice among the items not yet recalled, with support a_i = max(W_cf[i]·c + W_cf,S[i]·c_S, 10^-6): P(i) is
       proportional to exp(2 a_i / T) (``choice_rule="exponential"``) or to a_i^τ (``"power"``). Before it, recall
       stops with probability X1 exp(X2 j) after j recalls. The power rule depends only on ratios of support, so a
       delay, which scales all temporal support alike, hardly changes its choices in lists without sources; use the
       exponential rule for delays.
    6. Item r recalled: c <- ρ c + B_rec x with x = W_fc[r] at unit length, and c_S <- ρ_S c_S + B_source x_S with
       x_S = W_fc,S[r]. Nothing is learned during recall.

    Equations: Polyn, Norman & Kahana (2009) for context and binding; Kragel, Morton & Polyn (2015) and Morton &
    Polyn (2016) for the choice and stopping rules. Sources are :attr:`memsim.Trials.source`.
    """

    citation: ClassVar = (
        "Polyn, S. M., Norman, K. A., & Kahana, M. J. (2009). A context maintenance and retrieval model of "
        "organizational processes in free recall. Psychological Review, 116, 129-156. In the form of Morton, N. W., "
        "& Polyn, S. M. (2016). A predictive framework for evaluating models of semantic organization in free "
        "recall. Journal of Memory and Language, 86, 119-140."
    )
    presets: ClassVar = {
        **{f"murdock1962:{condition}": pooled_fit(condition) for condition in POOLED},
        "demonstration": Preset(
            {
                "encoding_drift": 0.7, "start_drift": 0.3, "recall_drift": 0.9, "item_to_context_own": 0.85,
                "item_to_context_learning": 0.15, "context_to_item_shared": 0.0, "context_to_item_own": 0.85,
                "context_to_item_learning": 0.15, "primacy_scale": 0.2, "primacy_decay": 2.0,
                "choice_rule": "exponential", "choice_noise": 0.1, "stop_base": 0.001, "stop_growth": 0.25,
            },
            "demonstration of the package cymr 0.14.3, not a fit",
        ),
    }  # fmt: skip

    fitted: ClassVar = {
        "encoding_drift": None, "start_drift": None, "recall_drift": None, "item_to_context_learning": (0.0, 1.0),
        "context_to_item_shared": None, "context_to_item_own": None, "primacy_scale": None, "primacy_decay": None,
        "choice_exponent": None, "stop_base": None, "stop_growth": None,
    }  # fmt: skip
    fitted_judgments: ClassVar = {
        "encoding_drift": None, "item_to_context_learning": (0.0, 1.0), "context_drift_cue": None,
        "criterion_noise": (0.001, 5.0),
    }  # fmt: skip
    ties: ClassVar = {"item_to_context_own": "1 - item_to_context_learning"}

    encoding_drift: float = parameter(
        0.2162, 0, 1, symbol="B_enc", doc="drift of context with each item studied", source=FITTED
    )
    start_drift: float = parameter(
        0.0, 0, 1, symbol="B_start", doc="return to the start of the list at test", source=FITTED, prior=(0.3, 1.5)
    )
    recall_drift: float = parameter(
        0.7344, 0, 1, symbol="B_rec", doc="drift of context with each item recalled", source=FITTED
    )
    distraction_drift: float = parameter(
        0.373,
        0,
        1,
        symbol="B_D",
        doc="drift in each second of distraction",
        source="unverified; leaves 30% of context after 16 s",
    )
    source_drift: float = parameter(
        0.59, 0, 1, symbol="B_source", doc="drift of source context, at study and recall", source=SHIFTS
    )
    source_learning: float = parameter(
        0.129, 0, 100, symbol="L_sw", doc="support by source context, to temporal", source=SHIFTS
    )
    shift_drift: float = parameter(
        0.77, 0, 1, symbol="d", doc="drift of temporal context where the source changes", source=SHIFTS
    )
    item_to_context_shared: float = parameter(
        0.0, 0, 100, symbol="A_fc", doc="context that any item brings back", source=UNUSED
    )
    item_to_context_own: float = parameter(
        0.5275, 0, 100, symbol="D_fc", doc="an item's own context before the list", source=FITTED
    )
    item_to_context_learning: float = parameter(
        0.4725, 0, 100, symbol="L_fc", doc="learning of an item's context", source=FITTED
    )
    context_to_item_shared: float = parameter(
        0.0, 0, 100, symbol="A_cf", doc="support of any item by any other", source=FITTED, prior=(0.1, 1.5)
    )
    context_to_item_own: float = parameter(
        0.0, 0, 100, symbol="D_cf", doc="support by an item's own context", source=FITTED
    )
    context_to_item_learning: float = parameter(
        1.0, 0, 100, symbol="L_cf", doc="learning of support by context", source=SCALE
    )
    semantic_support: float = parameter(
        0.0, 0, 100, symbol="s", doc="support by items of similar meaning", source=UNUSED
    )
    primacy_scale: float = parameter(0.37, 0, 100, symbol="P1", doc="extra learning of the first item", source=FITTED)
    primacy_decay: float = parameter(0.5851, 0, 100, symbol="P2", doc="how fast that extra falls off", source=FITTED)
    choice_rule: str = choice("power", ("power", "exponential"), "how support becomes probability", FITTED)
    choice_exponent: float = parameter(10.656, 0, 100, symbol="τ", doc="exponent of the power choice", source=FITTED)
    choice_noise: float = parameter(
        0.1,
        0.001,
        100,
        symbol="T",
        doc="noise of the exponential choice",
        source="demonstration of the package cymr, not a fit",
    )
    stop_base: float = parameter(
        0.03456, 0, 1, symbol="X1", doc="probability of stopping before any recall", source=FITTED
    )
    stop_growth: float = parameter(
        0.2574, 0, 10, symbol="X2", doc="log growth of stopping with each recall", source=FITTED
    )

    association: str = choice(
        "post", ("post", "pre"), "bind items to temporal context after or before its update",
        "Morton & Polyn (2016): post; Polyn, Norman & Kahana (2009): pre",
    )  # fmt: skip
    learned_units: str = choice(
        "all", ("all", "items"), "learn all of temporal context, or its units of items only",
        "Morton & Polyn (2016): all; the public code of CMR-IA: items",
    )  # fmt: skip

    _: KW_ONLY
    criterion: float = parameter(0.19, -2, 2, symbol="C", doc="boundary between new and old", source=SET_HERE)
    criterion_noise: float = parameter(
        0.22, 0, 10, symbol="σ_c", doc="standard deviation of criteria from probe to probe", source=SET_HERE
    )

    @property
    def recall_rates(self) -> FloatArray:
        return np.array([self.recall_drift, self.source_drift])

    def meaning_counts(self, trials: Trials) -> bool:
        if self.semantic_support and trials.pool.similarity is None:
            raise InputError(
                f"CMR: semantic_support={self.semantic_support} needs the items' similarity; "
                "give the ItemPool one, or set it to 0"
            )
        return self.semantic_support != 0

    def begin(self, trials: Trials, rng: np.random.Generator) -> ContextState:
        length, sources = trials.list_length, trials.source
        shifts = 0
        if sources is not None and self.shift_drift:
            shifts = int((np.diff(sources, axis=1) != 0).any(axis=0).sum())
        state = self.state_at_start(trials, len(trials) if shifts else 1, shifts)
        temporal = state.temporal
        own = np.eye(*temporal.bound.shape[1:])
        temporal.brought += self.item_to_context_own * own
        temporal.bound += self.context_to_item_own * own
        alike = state.different[:, None, :]
        temporal.brought[:, :, :length] += self.item_to_context_shared * alike
        temporal.bound[:, :, :length] += self.context_to_item_shared * alike
        state.semantic = self._semantic(trials)
        if state.probing is not None:
            state.probing.new_own = self.item_to_context_own
            state.probing.new_shared = np.zeros((len(alike), own.shape[1]))
            state.probing.new_shared[:, :length] = self.item_to_context_shared * alike[:, 0]
            if trials.paradigm.cue == "item":
                state.probing.meaning = self._meaning_of_units(trials)
        if sources is not None:
            start = int(sources.max(initial=-1)) + 1
            state.sources = sources
            state.source = Region.starting(len(trials), length, start + 1, start)
        return state

    def _semantic(self, trials: Trials) -> FloatArray | None:
        if not self.meaning_counts(trials) or trials.pool.similarity is None:
            return None
        similarity = trials.pool.similarity[trials.items[:, :, None], trials.items[:, None, :]]
        return self.semantic_support * similarity * (1 - np.eye(trials.list_length))

    def _meaning_of_units(self, trials: Trials) -> FloatArray | None:
        if not self.meaning_counts(trials) or trials.pool.similarity is None:
            return None
        similarity = trials.pool.similarity[items_of_units(trials)[:, :, None], trials.items[:, None, :]]
        return self.semantic_support * similarity * (1 - np.eye(*similarity.shape[1:]))

    def study_together(self, state: ContextState, positions: tuple[int, ...]) -> ContextState:
        temporal, source, sources, position = state.temporal, state.source, state.sources, positions[0]
        if sources is not None and self.shift_drift and position:
            shifted = sources[:, position] != sources[:, position - 1]
            if shifted.any():
                state.drift_away(np.where(shifted, np.sqrt(1 - self.shift_drift**2), 1)[:, None])
        places = [state.place(each) for each in positions]
        event = position // len(positions)
        learning = self.context_to_item_learning + self.primacy_scale * np.exp(-self.primacy_decay * event)
        learned = temporal.context
        temporal.let_in(unit(np.sum([temporal.brought[place] for place in places], axis=0)), self.encoding_drift)
        if self.association == "post":
            learned = temporal.context
        if self.learned_units == "items":
            learned = learned.copy()
            learned[:, state.units_of_no_item] = 0
        for place in places:
            temporal.brought[place] += self.item_to_context_learning * learned
            temporal.bound[place] += learning * learned
        if source is not None and sources is not None:
            units = np.eye(source.context.shape[1])
            together = np.sum([units[sources[:, each]] for each in positions], axis=0)
            source.let_in(unit(together), self.source_drift)
            for place in places:
                source.brought[place] += source.context
                source.bound[place] += self.source_learning * learning * source.context
        state.studied(positions)
        return state

    def cue(self, state: ContextState, cue: str) -> ContextState:
        if cue == "free":
            state.start_again(self.start_drift)
        return super().cue(state, cue)

    @property
    def words(self) -> str:
        return f"{self.choice_rule} {self.association}"

    @property
    def compiles(self) -> bool:
        return self.learned_units == "all"

    @property
    def kernel_form(self) -> KernelForm:
        choice = "choice_noise" if self.choice_rule == "exponential" else "choice_exponent"
        return KernelForm({**KERNEL_NUMBERS, "choice": choice}, pre=self.association == "pre", has_sources=True)

    def rule(self) -> RecallRule:
        exponential = self.choice_rule == "exponential"
        sensitivity = 2 / self.choice_noise if exponential else self.choice_exponent
        return RecallRule(exponential, sensitivity, 1e-6, self.stop_base, self.stop_growth)

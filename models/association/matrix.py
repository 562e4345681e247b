"""The matrix model (Humphreys, Bain, & Pike, 1989)."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.evidence import Evidence, Normal
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.trials import Trials
from memsim.models.association.cued_choice import CuedChoice, candidates, cue_of
from memsim.models.association.pairs import StudiedPairs, require_different

UNSURE = "unverified; the published values are not at hand"


@dataclass
class Tensors:
    """What the tensors hold, as strengths of items and pairs; and in cued recall the dot products of the items."""

    item_weights: FloatArray
    """(n_trials, n_units)"""
    pairs: StudiedPairs
    first_presentation: IntArray
    products: FloatArray
    """(n_trials, n_units, n_units) dot products of the items, only in cued recall."""
    context: FloatArray
    """(n_trials,) dot product of the contexts of study and test, only in cued recall."""
    cue: IntArray
    side: IntArray
    """(n_trials,) the item that is the cue, and its side of the pair, 0 or 1."""


@final
@dataclass(frozen=True)
class Matrix(CuedChoice):
    """Context, first and second item of a pair are stored as products of all three: one tensor for all pairs.

    1. Items a and the context x of a list have N features, drawn from N(0, 1/N). The context at test is that of study.
    2. Study. A pair adds ω x ⊗ a ⊗ b to the tensor of pairs, and each item, alone or in a pair, adds γ x ⊗ a to the
       matrix of items; the latter is an assumption where items are in pairs.
    3. Recognition is a match with all cues: Σ γ (x · x)(a · a_i) of an item, Σ ω (x · x)(a · a_i)(b · b_i) of a pair
       in this order. Its mean and variance over all items and contexts are exact, and it is taken as normal: encoding
       is integrated, and the likelihood exact under normality.
    4. Cued recall retrieves a vector with some of the cues: context and first item bring back
       Σ ω (x · x)(a · a_i) b_i, context and second item Σ ω (x · x)(b · b_i) a_i. The response is chosen by Luce's
       rule from its dot products with the items of the list. Here vectors are drawn, and the likelihood is averaged
       over draws. The tensors themselves are not needed, since all this follows from dot products.
    """

    citation: ClassVar = (
        "Humphreys, M. S., Bain, J. D., & Pike, R. (1989). Different ways to cue a coherent memory system: A theory "
        "for episodic, semantic, and procedural tasks. Psychological Review, 96, 208-233."
    )
    depends_on_order: ClassVar = False
    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "sampled"
    encoding: ClassVar[Literal["realised", "integrated"]] = "integrated"
    cues: ClassVar[tuple[str, ...]] = ("item",)
    probes: ClassVar[tuple[str, ...]] = ("item", "pair")
    fitted: ClassVar = {"item_weight": (0.01, 10), "association_weight": (0.01, 10), "criterion": (-10, 10)}

    feature_count: int = parameter(100, 1, 10_000, symbol="N", doc="features of items and contexts", source=UNSURE)
    item_weight: float = parameter(1.0, 0, 1e6, symbol="γ", doc="weight of a studied item", source=UNSURE)
    association_weight: float = parameter(1.0, 0, 1e6, symbol="ω", doc="weight of a studied pair", source=UNSURE)
    _: KW_ONLY
    criterion: float = parameter(
        0.5, None, None, symbol="C", doc="boundary between new and old",
        source="unverified; half the mean evidence of old items",
    )  # fmt: skip
    criterion_spacing: float = parameter(
        0.2, 0, None, symbol="Δ", doc="distance between the criteria of successive ratings",
        source="unverified; set to the scale of the evidence",
    )  # fmt: skip

    def begin(self, trials: Trials, rng: np.random.Generator) -> Tensors:
        n, n_units, width = len(trials), trials.n_units, self.feature_count
        products, context = np.zeros((n, 0, 0)), np.zeros(n)
        if trials.paradigm.cue == "item":
            vectors = rng.standard_normal((n, n_units, width)) / np.sqrt(width)
            products = vectors @ vectors.transpose(0, 2, 1)
            context = rng.chisquare(width, n) / width
        none = np.full(n, -1, np.int32)
        return Tensors(
            np.zeros((n, n_units)), StudiedPairs.none(trials), trials.first_presentation, products, context, none, none
        )

    def study(self, state: Tensors, position: int) -> Tensors:
        units = state.first_presentation[:, position]
        state.item_weights[np.arange(len(units)), units] += self.item_weight
        return state

    def study_pair(self, state: Tensors, first: int, second: int) -> Tensors:
        for position in (first, second):
            state = self.study(state, position)
        units = state.first_presentation[:, first], state.first_presentation[:, second]
        state.pairs.add(*units, self.association_weight)
        return state

    def familiarity(self, state: Tensors, probe: ProbeBatch) -> Evidence:
        n, first = self.feature_count, probe.units[:, 0]
        of_self, of_other = 1 + 2 / n, 1 / n  # means of (a · a)² and (a · b)²
        if probe.units.shape[1] == 1:
            mean = state.item_weights[np.arange(len(first)), first]
            others = (state.item_weights**2).sum(axis=1) - mean**2
            return _scaled(mean, mean**2 * of_self + others * of_other, of_self)
        second = probe.units[:, 1]
        require_different(first, second)
        (first_here, first_there), (second_there, second_here) = state.pairs.holds(first), state.pairs.holds(second)
        in_order, reversed_ = first_here + second_here, first_there + second_there
        own, half = in_order + reversed_ == 2, in_order + reversed_ == 1
        # The pair as it was stored first may be the probe, or the probe in reverse order.
        turned = reversed_ > in_order
        along = np.where(turned, state.pairs.backward, state.pairs.forward)
        against = np.where(turned, state.pairs.forward, state.pairs.backward)
        mean = (own * (along + against / n)).sum(axis=1)
        same = np.select([own, half], [of_self**2, of_self / n], of_other**2)
        other = np.select([own, half], [3 * of_self * of_other**2, of_self * of_other**2], of_other**2)
        both = np.select([own, half], [of_self**2 / n, of_self * of_other**2], of_other**3)
        square = along**2 * same + against**2 * other + 2 * along * against * both
        return _scaled(mean, square.sum(axis=1), of_self)

    def cue_item(self, state: Tensors, probe: ProbeBatch) -> Tensors:
        state.cue, state.side = cue_of(probe)
        return state

    def outcome_probabilities(self, state: Tensors) -> FloatArray:
        return self.choice(self.matches(state), candidates(state.first_presentation, state.cue))

    def matches(self, state: Tensors) -> FloatArray:
        """(n_trials, list_length) match of each studied item with what the cue brings back."""
        pairs, rows, length = state.pairs, np.arange(len(state.cue))[:, None], state.first_presentation.shape[1]
        n_done = pairs.n_events
        match = np.zeros((len(rows), length))
        # Stored as (a, b), a pair answers to a on its side 0 with b; studied in reverse as well, it is also (b, a).
        for strength, sides in ((pairs.forward, (0, 1)), (pairs.backward, (1, 0))):
            first, second = (pairs.units[:, :n_done, side] for side in sides)
            cued = np.where(state.side[:, None] == 0, first, second)
            brought = np.where(state.side[:, None] == 0, second, first)
            weight = strength[:, :n_done] * state.products[rows, state.cue[:, None], cued]
            match += np.einsum("np,npu->nu", weight, state.products[rows, brought][:, :, :length])
        return match * state.context[:, None]


def _scaled(mean: FloatArray, square: FloatArray, of_context: float) -> Normal:
    """The evidence of a match with this mean and mean square, times that of the context with itself."""
    return Normal(mean, np.sqrt(np.maximum(of_context * square - mean**2, 0)))

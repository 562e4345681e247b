"""The theory of distributed associative memory (TODAM; Murdock, 1982)."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.evidence import Evidence, Normal
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.trials import Trials
from memsim.models.association.convolution import ProductMoments, convolution, correlation, padded
from memsim.models.association.cued_choice import CuedChoice, candidates, cue_of
from memsim.models.association.pairs import StudiedPairs, require_different

UNSURE = "unverified; the published values are not at hand"


@dataclass
class Composite:
    """What the one memory vector holds: in strengths, and in cued recall as the vector itself."""

    item_weights: FloatArray
    """(n_trials, n_units) strength of each item."""
    pairs: StudiedPairs
    first_presentation: IntArray
    vectors: FloatArray
    """(n_trials, n_units, n_features) the items, only in cued recall."""
    memory: FloatArray
    """(n_trials, 2 n_features - 1) the memory vector, only in cued recall."""
    cue: IntArray
    """(n_trials,) the item that is the cue."""


@final
@dataclass(frozen=True)
class TODAM(CuedChoice):
    """One vector holds all items, and all pairs as convolutions of their items.

    1. Items f have N features, N odd, drawn from N(0, 1/N).
    2. Study. M_j = α M_(j-1) + γ f for an item; M_j = α M_(j-1) + γ (f + g) + ω f * g for a pair, where
       (f * g)_m = Σ_i f_i g_(m-i) and items are padded with zeros.
    3. Recognition. The evidence of an item is f · M and that of a pair (f * g) · M. Its mean and variance over all
       items are exact, and it is taken as normal: encoding is integrated, and the likelihood exact under normality.
    4. Cued recall. The cue f brings back f # M, (f # M)_m = Σ_i f_i M_(m+i), of which the middle N values count; the
       response is chosen by Luce's rule from the matches (f # M) · g with the items of the list. Here the items are
       drawn, and the likelihood is averaged over draws. (f # M) · g = (f * g) · M = (g # M) · f, so that the match is
       the same in both directions: associations are symmetric.
    """

    citation: ClassVar = (
        "Murdock, B. B. (1982). A theory for the storage and retrieval of item and associative information. "
        "Psychological Review, 89, 609-626."
    )
    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "sampled"
    encoding: ClassVar[Literal["realised", "integrated"]] = "integrated"
    cues: ClassVar[tuple[str, ...]] = ("item",)
    probes: ClassVar[tuple[str, ...]] = ("item", "pair")
    fitted: ClassVar = {"memory_decay": (0.5, 1), "item_weight": (0.01, 10), "criterion": (-10, 10)}

    feature_count: int = parameter(199, 1, 9999, symbol="N", doc="features of an item, an odd number", source=UNSURE)
    memory_decay: float = parameter(
        0.95, 0, 1, symbol="α", doc="share of memory that is left after each study event", source=UNSURE
    )
    item_weight: float = parameter(0.7, 0, 1e6, symbol="γ", doc="weight of a studied item", source=UNSURE)
    association_weight: float = parameter(0.7, 0, 1e6, symbol="ω", doc="weight of a studied pair", source=UNSURE)
    _: KW_ONLY
    criterion: float = parameter(
        0.3, None, None, symbol="C", doc="boundary between new and old",
        source="unverified; about half the mean evidence of old items",
    )  # fmt: skip
    criterion_spacing: float = parameter(
        0.15, 0, None, symbol="Δ", doc="distance between the criteria of successive ratings",
        source="unverified; set to the scale of the evidence",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.feature_count % 2 == 0:
            raise InputError(
                f"TODAM: feature_count={self.feature_count} must be odd, so that vectors have a middle; take "
                f"{self.feature_count + 1}"
            )

    def begin(self, trials: Trials, rng: np.random.Generator) -> Composite:
        n, n_units = len(trials), trials.n_units
        realised = trials.paradigm.cue == "item"
        shape = (n, n_units if realised else 0, self.feature_count)
        vectors = rng.standard_normal(shape) / np.sqrt(self.feature_count) if realised else np.zeros(shape)
        memory = np.zeros((n if realised else 0, 2 * self.feature_count - 1))
        return Composite(
            np.zeros((n, n_units)), StudiedPairs.none(trials), trials.first_presentation, vectors, memory,
            np.full(n, -1, np.int32),
        )  # fmt: skip

    def study(self, state: Composite, position: int) -> Composite:
        self._decay(state)
        self._add_item(state, state.first_presentation[:, position])
        return state

    def study_pair(self, state: Composite, first: int, second: int) -> Composite:
        self._decay(state)
        units = state.first_presentation[:, first], state.first_presentation[:, second]
        for each in units:
            self._add_item(state, each)
        state.pairs.add(*units, self.association_weight)
        if len(state.memory):
            rows = np.arange(len(state.memory))
            state.memory += self.association_weight * convolution(*(state.vectors[rows, each] for each in units))
        return state

    def _decay(self, state: Composite) -> None:
        state.item_weights *= self.memory_decay
        state.pairs.decay(self.memory_decay)
        state.memory *= self.memory_decay

    def _add_item(self, state: Composite, units: IntArray) -> None:
        rows = np.arange(len(units))
        state.item_weights[rows, units] += self.item_weight
        if len(state.memory):
            state.memory += self.item_weight * padded(state.vectors[rows, units])

    def familiarity(self, state: Composite, probe: ProbeBatch) -> Evidence:
        moments = ProductMoments.of(self.feature_count)
        squares = (state.item_weights**2).sum(axis=1)
        strength = state.pairs.forward + state.pairs.backward  # convolution has no direction
        rows, first = np.arange(len(probe.units)), probe.units[:, 0]
        own = state.item_weights[rows, first]
        holds_first = sum(state.pairs.holds(first))
        if probe.units.shape[1] == 1:
            variances = np.where(holds_first, moments.item_own_pair, moments.item_other_pair)
            variance = own**2 * moments.item_self + (squares - own**2) * moments.item_other
            variance = variance + (strength**2 * variances).sum(axis=1)
            return Normal(own, np.sqrt(np.maximum(variance, 0)))
        second = probe.units[:, 1]
        require_different(first, second)
        n_shared = holds_first + sum(state.pairs.holds(second))
        mean = (strength * (n_shared == 2)).sum(axis=1)
        kinds = np.array([moments.pair_other, moments.pair_half, moments.pair_self])
        variance = (strength**2 * kinds[n_shared]).sum(axis=1)
        own_squares = own**2 + state.item_weights[rows, second] ** 2
        variance += own_squares * moments.item_own_pair + (squares - own_squares) * moments.item_other_pair
        return Normal(mean, np.sqrt(np.maximum(variance, 0)))

    def cue_item(self, state: Composite, probe: ProbeBatch) -> Composite:
        state.cue, _ = cue_of(probe)
        return state

    def outcome_probabilities(self, state: Composite) -> FloatArray:
        return self.choice(self.matches(state), candidates(state.first_presentation, state.cue))

    def matches(self, state: Composite) -> FloatArray:
        """(n_trials, list_length) match of each studied item with what the cue brings back."""
        rows, length = np.arange(len(state.cue)), state.first_presentation.shape[1]
        brought = correlation(state.vectors[rows, state.cue], state.memory)
        return np.asarray(np.einsum("nf,nuf->nu", brought, state.vectors[:, :length]))

"""A Hopfield network that stores pairs (Rizzuto & Kahana, 2001)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, final

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.events import StudyPair
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.trials import Trials
from memsim.models.association.cued_choice import CuedChoice, candidates, cue_of
from memsim.models.association.pairs import require_different

UNSURE = "unverified; the published values are not at hand"
MOST_SWEEPS = 50
"""Updates of all features after which the network is read even if it has not settled."""


SingleArray: TypeAlias = npt.NDArray[np.float32]
"""Weights in single precision, which suffices for sums of signs."""


@dataclass
class Network:
    """The weights between the two halves of a pattern and within them, and what is drawn for a trial."""

    items: SingleArray
    """(n_trials, n_units, n_features) the items, -1 or 1."""
    stored: BoolArray
    """(n_trials, n_pairs, 2, n_features, n_features) which weights to the second half (0) and to the first (1) each
    pair adds; rows are the features to which a weight leads."""
    start: SingleArray
    """(n_trials, n_features) the value of a feature that receives nothing."""
    within: SingleArray
    """(n_trials, 2, n_features, n_features) weights within the first half and within the second."""
    across: SingleArray
    """(n_trials, 2, n_features, n_features) weights to the second half from the first (0), and to the first (1)."""
    first_presentation: IntArray
    n_pairs: int
    cue: IntArray
    side: IntArray
    """(n_trials,) the item that is the cue, and its side of the pair, 0 or 1."""


@final
@dataclass(frozen=True)
class Hopfield(CuedChoice):
    """Each pair is one pattern of a network, whose weights complete it from either half.

    1. Items have n features, -1 or 1 with the same probability; a pair is the pattern p = [a | b] of N = 2 n features.
    2. Study adds p_i p_j / N to the weight of features i and j, and nothing to the diagonal. Of the weights from the
       first half to the second the pair stores each with probability φ_f, of those back each with φ_b. φ_f and φ_b are
       drawn for the pair, with mean φ, standard deviation σ_φ and correlation ρ, and cut off at 0 and 1. The weights
       between two features in the two directions share the draw that decides with probability ρ. So with ρ = 1 there is
       one symmetric association, and with ρ = 0 there are two independent ones. Weights within a half are all stored.
    3. Cued recall. The half of the cue is clamped, and the other starts empty. Its features are updated one after the
       other, each to the sign of its input (if that is 0 to what it was, at first a random sign), until none changes.
    4. The response is chosen by Luce's rule from the overlaps of the settled half with the items of the list, which are
       their dot products over n; for large κ it is the nearest item whose overlap is above θ.

    Encoding is realised. Sharing draws, and no response and κ, are assumptions of memsim.
    """

    citation: ClassVar = (
        "Rizzuto, D. S., & Kahana, M. J. (2001). An autoassociative neural network model of paired-associate "
        "learning. Neural Computation, 13, 2075-2092."
    )
    depends_on_order: ClassVar = False
    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "sampled"
    cues: ClassVar[tuple[str, ...]] = ("item",)
    probes: ClassVar[tuple[str, ...]] = ()
    fitted: ClassVar = {
        "storage_probability": (0.01, 1), "storage_spread": (0.01, 0.5), "direction_correlation": (0, 1),
        "choice_sensitivity": (1, 100), "response_threshold": (0, 1),
    }  # fmt: skip

    feature_count: int = parameter(50, 1, 1000, symbol="n", doc="features of an item", source=UNSURE)
    storage_probability: float = parameter(
        0.5, 0, 1, symbol="φ", doc="mean probability that a weight between halves is stored", source=UNSURE
    )
    storage_spread: float = parameter(
        0.2, 0, 1, symbol="σ_φ", doc="standard deviation of that probability between pairs", source=UNSURE
    )
    direction_correlation: float = parameter(
        1.0, 0, 1, symbol="ρ", doc="correlation of the storage of forward and backward weights",
        source="unverified; 1: one symmetric association",
    )  # fmt: skip

    def begin(self, trials: Trials, rng: np.random.Generator) -> Network:
        n, n_units, width = len(trials), trials.n_units, self.feature_count
        n_pairs = sum(isinstance(event, StudyPair) for event in trials.paradigm.events())
        items = _signs(rng, (n, n_units, width))
        stored = np.empty((n, n_pairs, 2, width, width), bool)
        z = rng.standard_normal((2, n, n_pairs))
        rho = self.direction_correlation
        z[1] = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
        share = np.clip(self.storage_probability + self.storage_spread * z, 0, 1)[..., None, None]
        for pair in range(n_pairs):
            draw = rng.random((n, width, width), np.float32)
            stored[:, pair, 0] = draw < share[0, :, pair]
            if rho < 1:
                anew = rng.random((n, width, width), np.float32) >= rho
                draw = np.where(anew, rng.random((n, width, width), np.float32), draw)
            stored[:, pair, 1] = (draw < share[1, :, pair]).transpose(0, 2, 1)
        start = _signs(rng, (n, width))
        zeros = np.zeros((n, 2, width, width), np.float32)
        none = np.full(n, -1, np.int32)
        return Network(items, stored, start, zeros, zeros.copy(), trials.first_presentation, 0, none, none)

    def study(self, state: Network, position: int) -> Network:
        raise self._without("items that are studied alone; it stores pairs")

    def study_pair(self, state: Network, first: int, second: int) -> Network:
        units = state.first_presentation[:, first], state.first_presentation[:, second]
        require_different(*units)
        a, b = (state.items[np.arange(len(each)), each] / np.sqrt(2 * self.feature_count) for each in units)
        diagonal = np.arange(self.feature_count)
        for half, each in enumerate((a, b)):
            product = each[:, :, None] * each[:, None, :]
            product[:, diagonal, diagonal] = 0
            state.within[:, half] += product
        product = b[:, :, None] * a[:, None, :]
        state.across[:, 0] += product * state.stored[:, state.n_pairs, 0]
        state.across[:, 1] += product.transpose(0, 2, 1) * state.stored[:, state.n_pairs, 1]
        state.n_pairs += 1
        return state

    def cue_item(self, state: Network, probe: ProbeBatch) -> Network:
        state.cue, state.side = cue_of(probe)
        return state

    def outcome_probabilities(self, state: Network) -> FloatArray:
        length = state.first_presentation.shape[1]
        overlap = np.einsum("nuf,nf->nu", state.items[:, :length], self.settled(state)) / self.feature_count
        return self.choice(overlap, candidates(state.first_presentation, state.cue))

    def field(self, state: Network) -> FloatArray:
        """(n_trials, n_features) input from the cue to the features of the other half."""
        rows = np.arange(len(state.cue))
        return np.asarray(np.einsum("nij,nj->ni", state.across[rows, state.side], state.items[rows, state.cue]))

    def settled(self, state: Network) -> FloatArray:
        """(n_trials, n_features) the other half after updates with the half of the cue clamped."""
        rows = np.arange(len(state.cue))
        field, weights = self.field(state), state.within[rows, 1 - state.side]
        half = np.zeros_like(field)
        for _ in range(MOST_SWEEPS):
            before = half.copy()
            for feature in range(self.feature_count):
                received = field[:, feature] + np.einsum("nj,nj->n", weights[:, feature], half)
                kept = np.where(half[:, feature] == 0, state.start[:, feature], half[:, feature])
                half[:, feature] = np.where(received == 0, kept, np.sign(received))
            if (half == before).all():
                break
        return half


def _signs(rng: np.random.Generator, shape: Any) -> SingleArray:
    """Numbers -1 or 1 with the same probability."""
    return np.asarray(2 * rng.integers(2, size=shape, dtype=np.int8) - 1, dtype=np.float32)

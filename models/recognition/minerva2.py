"""MINERVA 2 (Hintzman, 1984, 1986, 1988): every experience leaves a trace, and a probe wakes all of them at once."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal, Self, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.evidence import Evidence, Normal
from memsim.core.judgments import n_new
from memsim.core.parameters import choice, parameter
from memsim.core.probes import ABSENT, ProbeBatch
from memsim.core.trials import Trials
from memsim.models.recognition.fixed_memory import FixedMemory, ManyProbes, one_probe
from memsim.models.recognition.intensity_distribution import (
    Intensities,
    Meeting,
    intensity_distribution,
    intensity_moments,
)
from memsim.models.recognition.minerva_traces import EncodedTraces, Layout, ListOfTraces, encoded_traces

HINTZMAN = "Hintzman (1988), as in public implementations"
UNVERIFIED = "unverified"
FITS_SIZE = "unverified; fits lists of 16 items with the other defaults"


@final
@dataclass(frozen=True)
class MINERVA2(FixedMemory):
    """MINERVA 2: recognition, judgment of frequency, lists and pairs from an echo of all traces.

    An item is a vector of N features, each -1, 0 or 1 with equal probability; in each trial items are drawn anew. Each
    presentation lays down a trace T_i of its own, in which each feature is stored with probability L and is otherwise
    0. For the probe P, with N_i the number of features that are not 0 in both P and T_i,

        S_i = Σ_j P_j T_ij / N_i,   A_i = S_i³,   I = Σ_i A_i,   C_j = Σ_i A_i T_ij.

    The evidence is the intensity I. Judgments of frequency are the number of criteria below I
    (:meth:`judging_frequency`). Where probes ask about lists, each list has a vector of context features, which traces
    and probes hold as well. A pair is a trace [A|B], and is probed with [A|B]; a single item of it, with [A|0].

    In cued recall the probe is [A|0] or [0|B], and the content C of its empty half is compared with the items of the
    list. Item i has the probability exp(κ cos_i) / (Σ_j exp(κ cos_j) + exp(κ θ)), the cue left out; the last term is
    no response. Only the items of the list compete.

    ``evidence="realised"`` draws items and encodings, which all probes of a trial see; its likelihood is sampled, and
    needs ``criterion_noise`` above 0. ``evidence="integrated"`` gives each probe the exact distribution of I over items
    and encodings (within 1/8192 in I), so that probes count as independent. It takes lists of different items, does
    not take probes about lists, and has no account of cued recall. The two likelihoods are not comparable.

    References
    ----------
    Hintzman (1984, 1986); Hintzman (1988) for frequency; Hintzman & Block (1971) for judgments by list.
    """

    citation: ClassVar = (
        "Hintzman, D. L. (1988). Judgments of frequency and recognition memory in a multiple-trace memory model. "
        "Psychological Review, 95, 528-551."
    )
    depends_on_order: ClassVar = False
    probes: ClassVar = ("item", "pair")
    repeats: ClassVar = True
    fitted: ClassVar = {
        "encoding_probability": (0.01, 1), "criterion": (-1, 5), "criterion_noise": (0.001, 2),
    }  # fmt: skip

    feature_count: int = parameter(20, 1, 1000, symbol="N", doc="features of an item", source=HINTZMAN)
    encoding_probability: float = parameter(
        0.5, 0, 1, symbol="L", doc="probability that a feature is stored", source=HINTZMAN
    )
    activation_power: int = parameter(3, 1, 99, doc="power of similarity, its sign kept", source="Hintzman (1984)")
    evidence: str = choice(
        "realised", ("realised", "integrated"), "one encoding for all probes, or a distribution over encodings",
        UNVERIFIED,
    )  # fmt: skip
    context_count: int = parameter(
        20, 1, 1000, symbol="N_c", doc="features of the context of a list, where probes ask about lists",
        source=UNVERIFIED,
    )  # fmt: skip
    choice_sensitivity: float = parameter(
        10.0, 0, 1000, symbol="κ", doc="how much the most similar item is preferred in cued recall", source=UNVERIFIED
    )
    response_threshold: float = parameter(
        0.5, -1, 2, symbol="θ", doc="similarity to the echo at which no response is as likely", source=UNVERIFIED
    )
    _: KW_ONLY
    criterion: float = parameter(0.1, None, None, symbol="C", doc="boundary between new and old", source=FITS_SIZE)
    criterion_spacing: float = parameter(
        0.05, 0, None, symbol="Δ", doc="distance between the criteria of successive ratings", source=FITS_SIZE
    )
    criterion_noise: float = parameter(
        0.05, 0, None, symbol="σ_c", doc="standard deviation of criteria from probe to probe",
        source="unverified; the original has none, but a likelihood of realised evidence needs it",
    )  # fmt: skip

    @property
    def cues(self) -> tuple[str, ...]:  # type: ignore[override]
        """Cued recall where evidence is realised: integrated evidence has no content to recall."""
        return ("item",) if self.evidence == "realised" else ()

    @property
    def answers_about_lists(self) -> bool:  # type: ignore[override]
        """Whether evidence is realised: integrated evidence has no context of lists."""
        return self.evidence == "realised"

    @property
    def likelihood(self) -> Literal["exact", "sampled", "none"]:  # type: ignore[override]
        """``"exact"`` with integrated evidence, else ``"sampled"``."""
        return "exact" if self.evidence == "integrated" else "sampled"

    @property
    def encoding(self) -> Literal["realised", "integrated"]:  # type: ignore[override]
        """The setting ``evidence``."""
        return "integrated" if self.evidence == "integrated" else "realised"

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        if self.evidence == "realised":
            return encoded_traces(trials, rng, self.feature_count, self.context_count, self.encoding_probability)
        realised = "set evidence='realised'"
        if trials.repeated_items.any():
            raise InputError(
                trials.first_repeat("MINERVA2 with evidence='integrated'")
                + f": copies of an item are not independent; {realised}"
            )
        return ListOfTraces(layout=Layout.of(trials))

    def study_pair(self, state: Any, first: int, second: int) -> Any:
        return self.study(state, first)

    def evidence_of(self, state: Any, probes: ManyProbes) -> Evidence:
        if isinstance(state, ListOfTraces):
            meetings, which = state.meetings(probes)
            return Intensities(tuple(self._distribution(*each) for each in meetings.tolist()), which)
        return Normal(self.intensity(state, probes).ravel())

    def intensity(self, state: EncodedTraces, probes: ManyProbes) -> FloatArray:
        """(n_trials, n_probes) echo intensity I, with realised evidence."""
        from memsim.models.recognition.echo_kernels import echo_intensity

        return np.asarray(echo_intensity(*state.probed(probes), self.activation_power))

    def _distribution(self, n_items: int, n_empty: int, both: int, first: int, second: int, other: int) -> Any:
        size = self.feature_count
        meeting = Meeting(size, max(n_items, 1), n_empty * size, both, first, second, other)
        return intensity_distribution(meeting, self.encoding_probability, self.activation_power)

    def frequency_criteria(self, n_ratings: int) -> FloatArray:
        """(n_ratings - 1,) criteria of a judgment of frequency, in which rating 1 is no presentation.

        They are at (j - 1/2) m, with m = E[(k/n)³] the mean contribution of one presentation.
        """
        return np.asarray((np.arange(1, n_ratings) - 0.5) * self.presentation_intensity)

    def judging_frequency(self, n_ratings: int) -> Self:
        """The model with :meth:`frequency_criteria` as its criteria on a scale of ``n_ratings``."""
        size = self.presentation_intensity
        return self.replace(criterion=(n_new(n_ratings) - 0.5) * size, criterion_spacing=size)

    @property
    def presentation_intensity(self) -> float:
        """The mean intensity that one presentation of an item adds to its echo; that of a new item is 0."""
        meeting = Meeting(self.feature_count, 1, 0, 0, 1, 0, 0)
        return float(intensity_moments(meeting, self.encoding_probability, self.activation_power)[0])

    def cue_item(self, state: Any, probe: ProbeBatch) -> Any:
        from memsim.models.recognition.echo_kernels import echo_content

        units, size = probe.units, self.feature_count
        content = echo_content(*state.probed(one_probe(state, probe)), self.activation_power)[:, 0]
        halves = content[:, : 2 * size].reshape(len(units), 2, size)
        asked = halves[np.arange(len(units)), np.argmax(units == ABSENT, axis=1)]
        state.outcomes = self._choice(state, asked, units)
        return state

    def _choice(self, state: EncodedTraces, content: FloatArray, units: IntArray) -> FloatArray:
        """(n_trials, list_length + 1) probability of each response to an echo with this content."""
        from scipy.special import softmax

        dots = np.einsum("nf,nlf->nl", content, state.lexicon)
        sizes = np.linalg.norm(content, axis=1)[:, None] * np.linalg.norm(state.lexicon.astype(float), axis=2)
        cosines = np.divide(dots, sizes, out=np.zeros_like(dots), where=sizes > 0)
        first = state.first_presentation
        barred = (first != np.arange(first.shape[1])) | (first[:, :, None] == units[:, None, :]).any(axis=2)
        support = np.where(barred, -np.inf, self.choice_sensitivity * cosines)
        none = np.full((len(content), 1), self.choice_sensitivity * self.response_threshold)
        return np.asarray(softmax(np.concatenate((support, none), axis=1), axis=1))

    def outcome_probabilities(self, state: Any) -> Any:
        return state.outcomes

    def recalled(self, state: Any, position: IntArray) -> Any:
        return state

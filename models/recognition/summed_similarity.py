"""Attribute theory: the summed similarity of a probe to the traces of all that was studied."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal, NamedTuple, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.evidence import Evidence, Normal, over_noise
from memsim.core.parameters import choice, parameter
from memsim.core.probes import ProbeBatch
from memsim.core.trials import Trials
from memsim.models.recognition.drifting_context import DriftingContext, drifting_context
from memsim.models.recognition.fixed_memory import FixedMemory, ManyProbes, Stored, one_probe, studied_vectors

UNVERIFIED = "unverified"
FITS_SIZE = "unverified; fits lists of 16 items with the other defaults"


class Ratio(NamedTuple):
    """Evidence x of the ratio rule: P(x < c) = c / (Ψ + c), with Ψ (n_trials,) at least 0."""

    similarity: FloatArray

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`memsim.core.evidence.Evidence`."""
        similarity = self.similarity[:, None]

        def sharp(cut: FloatArray) -> FloatArray:
            cut = np.maximum(cut, 0)
            return np.divide(cut, similarity + cut, out=np.zeros(np.broadcast_shapes(cut.shape, similarity.shape)),
                             where=cut > 0)  # fmt: skip

        return over_noise(sharp, criteria, noise)


@dataclass(kw_only=True)
class Traces(Stored):
    """The traces of all that will be studied, and the items of the trials."""

    vectors: FloatArray
    """(n_trials, n_units, n_features) attributes of the units of each trial; or (1, n_items, n_features) of a pool."""
    by_unit: bool
    """Whether they are those of units."""
    context: DriftingContext
    traces: FloatArray
    """(n_trials, n_features + n_context, list_length) attributes of traces; NaN where one was not stored."""


@final
@dataclass(frozen=True)
class SummedSimilarity(FixedMemory):
    """Attribute theory, with the generalised context model and NEMO as cases.

    An item is a vector g of attributes, and its context another, which drifts. Study of item i appends the trace
    m_i = g_i + N(0, σ²), with the context of that moment; of each trace, an attribute is stored with probability p, and
    others leave the distance. A probe g, with the context of the test or of the list asked about, has the evidence

        Ψ = Σ_i α^(age of i) exp(-τ d(g, m_i)) + β (mean similarity of two traces),
        d = (Σ_k |g_k - m_ik|^r + w_c Σ_context |...|^r)^(1/r),

    with r = 2 (Euclidean) or 1 (city block). It is old if Ψ > C; or, by the ratio rule of the generalised context
    model, with probability Ψ / (Ψ + C). β < 0 makes people stricter in homogeneous lists (NEMO). With
    ``similarity="cosine"`` the evidence is the smooth maximum log Σ_i α^(age) exp(κ cos(g, m_i)) / κ.

    The items of the pool have its features; without them, and with ``item_features="drawn"``, each trial draws new
    items from N(0, 1). Ψ grows with the list, so that a fixed C gives more hits and more false alarms in longer lists.
    The likelihood is exact where nothing is random: ``item_features="pool"``, no noise, all attributes stored, and a
    context that does not drift; otherwise encodings are drawn, which takes ``criterion_noise`` above 0.

    References
    ----------
    Bower (1967); Nosofsky (1986, 1991) for the generalised context model; Kahana & Sekuler (2002) for NEMO; Hintzman &
    Block (1971) for the judgment of frequency by list.
    """

    citation: ClassVar = (
        "Kahana, M. J., & Sekuler, R. (2002). Recognizing spatial patterns: A noisy exemplar approach. Vision "
        "Research, 42, 2177-2192."
    )
    fitted: ClassVar = {
        "similarity_decay": (0.0, 10), "encoding_noise": (0.0, 5), "recency": (0.1, 1), "criterion": (0, 10),
        "criterion_noise": (0.001, 5),
    }  # fmt: skip

    similarity_decay: float = parameter(
        1.0, 0, 1e4, symbol="τ", doc="decay of similarity with distance", source=UNVERIFIED
    )
    encoding_noise: float = parameter(
        0.6, 0, 1e4, symbol="σ", doc="standard deviation of noise on stored attributes", source=UNVERIFIED
    )
    storage_probability: float = parameter(
        1.0, 0, 1, symbol="p", doc="probability that an attribute is stored", source="1: all attributes are stored"
    )
    recency: float = parameter(
        1.0, 0, 1, symbol="α", doc="weight of a trace relative to the next", source="1: no recency but by context"
    )
    homogeneity: float = parameter(
        0.0, -1e4, 1e4, symbol="β", doc="weight of the mean similarity of two traces", source="0: it has no effect"
    )
    similarity: str = choice("exponential", ("exponential", "cosine"), "how similarity is measured", UNVERIFIED)
    cosine_focus: float = parameter(
        4.0, 1e-3, 1e3, symbol="κ", doc="weight of the most similar traces, for the cosine", source=UNVERIFIED
    )
    distance: str = choice("euclidean", ("euclidean", "city-block"), "distance of attributes", UNVERIFIED)
    rule: str = choice("criterion", ("criterion", "ratio"), "how evidence becomes a response", UNVERIFIED)
    item_features: str = choice(
        "any", ("any", "pool", "drawn"), "attributes of items: of the pool, drawn, or drawn if the pool has none",
        UNVERIFIED,
    )  # fmt: skip
    n_drawn: int = parameter(10, 1, 10_000, symbol="D", doc="number of attributes of drawn items", source=UNVERIFIED)
    n_context: int = parameter(1, 0, 1000, doc="number of context attributes", source=UNVERIFIED)
    attention_context: float = parameter(
        1.0, 0, 1e6, symbol="w_c", doc="weight of context attributes in the distance", source=UNVERIFIED
    )
    context_drift: float = parameter(
        0.1, 0, 1e4, doc="standard deviation of the step of each context attribute from item to item",
        source=UNVERIFIED,
    )  # fmt: skip
    distraction_drift: float = parameter(
        1.0, 0, 1e4, unit="1/s", doc="items that drift as far as one second of distraction", source=UNVERIFIED
    )
    list_shift: float = parameter(
        2.0, 0, 1e4, symbol="Δ", doc="distance in context between one list and the next", source=UNVERIFIED
    )
    _: KW_ONLY
    criterion: float = parameter(
        0.3, None, None, symbol="C", doc="boundary between new and old; k of the ratio rule", source=FITS_SIZE
    )
    criterion_spacing: float = parameter(
        0.1, 0, None, symbol="Δ_c", doc="distance between the criteria of successive ratings", source=FITS_SIZE
    )
    criterion_noise: float = parameter(
        0.1, 0, None, symbol="σ_c", doc="standard deviation of criteria from probe to probe", source=FITS_SIZE
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.similarity == "cosine" and self.homogeneity:
            raise InputError(
                f"SummedSimilarity: homogeneity={self.homogeneity} is a sum of exponential similarities; set it to 0 "
                "for similarity='cosine'"
            )
        if self.rule == "ratio" and (self.homogeneity < 0 or self.similarity == "cosine"):
            raise InputError(
                "SummedSimilarity: rule='ratio' needs evidence of at least 0; use exponential similarity and a "
                "homogeneity of at least 0"
            )

    @property
    def answers_about_lists(self) -> bool:  # type: ignore[override]
        """Whether items have context, by which lists differ: ``n_context`` above 0."""
        return self.n_context > 0

    @property
    def likelihood(self) -> Literal["exact", "sampled", "none"]:  # type: ignore[override]
        """``"exact"`` where nothing is random at encoding, else ``"sampled"``."""
        noisy = self.encoding_noise > 0 or self.storage_probability < 1 or self.item_features != "pool"
        return "sampled" if noisy or (self.n_context and self.context_drift > 0) else "exact"

    def begin(self, trials: Trials, rng: np.random.Generator) -> Traces:
        features = None if self.item_features == "drawn" else trials.pool.features
        if features is None and self.item_features == "pool":
            raise InputError(
                "SummedSimilarity: item_features='pool', but the pool has no features; give ItemPool(labels, features)"
            )
        if features is None:
            vectors = rng.standard_normal((len(trials), trials.n_units, self.n_drawn))
            studied = studied_vectors(vectors, trials)
        else:
            vectors, studied = np.ascontiguousarray(features[None], dtype=float), features[trials.items]
        context = drifting_context(
            trials, rng, self.n_context, self.context_drift, self.distraction_drift, self.list_shift
        )
        return Traces(
            vectors=vectors, by_unit=features is None, context=context,
            traces=self._stored(studied, context, trials, rng),
        )  # fmt: skip

    def _stored(
        self, studied: FloatArray, context: DriftingContext, trials: Trials, rng: np.random.Generator
    ) -> FloatArray:
        """(n_trials, n_attributes, list_length) traces in the order of study."""
        n_trials, length, n_features = studied.shape
        traces = np.empty((n_trials, n_features + self.n_context, length))
        order = np.argsort(context.traces)
        traces[:, :n_features] = studied.transpose(0, 2, 1)[:, :, order]
        if self.encoding_noise:
            traces[:, :n_features] += self.encoding_noise * rng.standard_normal((n_trials, n_features, length))
        traces[:, n_features:] = context.walk[:, context.traces[order]].transpose(0, 2, 1)
        if self.storage_probability < 1:
            traces[rng.random(traces.shape) >= self.storage_probability] = np.nan
        return traces

    def evidence_of(self, state: Traces, probes: ManyProbes) -> Evidence:
        strength = self.strength(state, probes).ravel()
        return Ratio(np.maximum(strength, 0)) if self.rule == "ratio" else Normal(strength)

    def strength(self, state: Traces, probes: ManyProbes) -> FloatArray:
        """(n_trials, n_probes) the evidence Ψ."""
        from memsim.models.recognition.similarity_kernels import (
            similarity_of_pairs,
            smooth_maximum,
            summed_exponential,
        )

        given = self._compared(state, probes)
        ages = self.recency ** np.arange(state.traces.shape[2], dtype=float)
        if self.similarity == "cosine":
            return np.asarray(smooth_maximum(*given, ages, probes.stored, self.cosine_focus))
        decay, city_block = self.similarity_decay, self.distance == "city-block"
        found = np.asarray(summed_exponential(*given, ages, probes.stored, decay, city_block))
        if self.homogeneity:
            found += self.homogeneity * similarity_of_pairs(*given[-2:], decay, city_block)[:, probes.stored]
        return found

    def position_judgments(self, state: Traces, probe: ProbeBatch) -> FloatArray:
        """(n_trials, n_stored) probability of judging the probe to be from each position of study so far.

        It is the share of each trace in the summed similarity of the item, without its context; so an item that was
        studied twice has two peaks. Positions count in the order of study.
        """
        from memsim.models.recognition.similarity_kernels import summed_exponential

        vectors, index, contexts, traces, weights = self._compared(state, one_probe(state, probe))
        weights[vectors.shape[2] :] = 0
        each = [
            summed_exponential(
                vectors, index, contexts, np.ascontiguousarray(traces[:, :, [position]]), weights, np.ones(1),
                np.ones(1, dtype=np.int64), self.similarity_decay, self.distance == "city-block",
            )
            for position in range(state.stored)
        ]  # fmt: skip
        shares = np.concatenate(each, axis=1)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def _compared(
        self, state: Traces, probes: ManyProbes
    ) -> tuple[FloatArray, IntArray, FloatArray, FloatArray, FloatArray]:
        """What the kernels compare: vectors, index, contexts, traces and weights of attributes."""
        index = (probes.units if state.by_unit else probes.items)[:, :, 0]
        contexts = np.ascontiguousarray(state.context.of_probes(probes.about, probes.moment))
        weights = np.ones(state.traces.shape[1])
        weights[state.vectors.shape[2] :] = self.attention_context
        return state.vectors, np.ascontiguousarray(index), contexts, state.traces, weights

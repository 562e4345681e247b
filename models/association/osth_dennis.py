"""The global matching model with item, context and background noise of Osth and Dennis (2015)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, LabelArray
from memsim.core.evidence import Evidence, over_noise
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recognition_model import RecognitionModel
from memsim.core.tested_at_end import every_probe, studied_state
from memsim.core.trials import Trials

PORT = "unverified: the value of one implementation"


class LogRatio(NamedTuple):
    """The logarithm of the ratio of two normal densities, of a match that is itself normal; all are (n_trials,).

    The ratio is quadratic in the match, A x² + B x + C. So it is below a criterion between two values of the match, or
    outside them if A < 0.
    """

    mean: FloatArray
    variance: FloatArray
    """Of the match of the probe."""
    old_mean: FloatArray
    old_variance: FloatArray
    new_variance: FloatArray
    """Of the match as it is expected of old and of new items; the mean of new ones is 0."""

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`memsim.core.evidence.Evidence`."""
        criteria = np.asarray(criteria, dtype=float)
        if criteria.ndim == 1 and np.ndim(noise) == 0:  # probes that are alike are computed once
            alike, row = np.unique(np.column_stack(self), axis=0, return_inverse=True)
            return over_noise(LogRatio(*alike.T)._below, criteria, noise)[row.ravel()]
        return over_noise(self._below, criteria, noise)

    def _below(self, criteria: FloatArray) -> FloatArray:
        from scipy.special import ndtr

        mean, variance, old_mean, old, new = (np.asarray(each, dtype=float)[:, None] for each in self)
        a, b = (1 / new - 1 / old) / 2, old_mean / old
        c = -(old_mean**2) / (2 * old) + np.log(new / old) / 2 - criteria

        def under(match: FloatArray) -> FloatArray:
            with np.errstate(invalid="ignore"):
                return np.asarray(ndtr((match - mean) / np.sqrt(variance)))

        with np.errstate(divide="ignore", invalid="ignore"):
            linear = np.where(b > 0, under(-c / b), np.where(c < 0, 1.0, 0.0))
            inside = b**2 - 4 * a * c
            # The root without cancellation, and the other from the product of both.
            far = -(b + np.sqrt(np.maximum(inside, 0))) / 2
            roots = np.sort(np.stack(np.broadcast_arrays(far / a, np.where(far == 0, 0.0, c / far))), axis=0)
            between = under(roots[1]) - under(roots[0])
        convex = np.where(inside > 0, between, 0.0)
        concave = np.where(inside > 0, 1 - between, 1.0)
        found = np.select([a > 0, a < 0], [convex, concave], linear)
        return np.where(np.isinf(criteria), np.where(criteria > 0, 1.0, 0.0), found)


@dataclass
class Strengths:
    """How strongly each item of a trial was studied."""

    weights: FloatArray
    """(n_trials, n_units)"""
    first_presentation: IntArray


@final
@dataclass(frozen=True)
class OsthDennis(RecognitionModel):
    """A probe matches memory in item and context; the decision is on the log likelihood ratio of the match.

    The match of an item with itself has mean M_tt and variance V_tt, and with another item 0 and V_ti; that of the
    context with the context of study M_ss and V_ss. Items studied with the strength w, r for each presentation, and
    others with w_i, have the moments

    mean, old: w M_ss M_tt; new: 0.
    variance: w² (M_ss² V_tt + M_tt² V_ss + V_ss V_tt) + Σ_i w_i² (M_ss² + V_ss) V_ti + p (M_tt² + V_tt) + b,

    with the first term of old items only and the sum over the other items of the list. Both are taken as normal. p is
    the noise from other contexts of the word, and b that from all other memories. The evidence is the logarithm of the
    ratio of the two densities, old over new, where an old item is expected to have the mean strength of those studied;
    this expectation is an assumption where strengths differ. Encoding is integrated, and the likelihood exact.
    """

    citation: ClassVar = (
        "Osth, A. F., & Dennis, S. (2015). Sources of interference in item and associative recognition memory. "
        "Psychological Review, 122, 260-311."
    )
    depends_on_order: ClassVar = False
    encoding: ClassVar[Literal["realised", "integrated"]] = "integrated"
    fitted: ClassVar = {
        "learning_rate": (0.01, 10), "item_noise": (0, 1), "context_noise": (0.0001, 10), "criterion": (-10, 10),
    }  # fmt: skip

    learning_rate: float = parameter(0.6, 0, 1000, symbol="r", doc="strength of one presentation", source=PORT)
    context_match: float = parameter(
        1.0, 0, 1000, symbol="M_ss", doc="mean match of the context with that of study", source=PORT
    )
    item_match: float = parameter(1.0, 0, 1000, symbol="M_tt", doc="mean match of an item with itself", source=PORT)
    context_variance: float = parameter(
        0.1, 0, 1000, symbol="V_ss", doc="variance of the match of contexts", source=PORT
    )
    item_variance: float = parameter(
        0.01, 0, 1000, symbol="V_tt", doc="variance of the match of an item with itself", source=PORT
    )
    item_noise: float = parameter(
        0.0005, 0, 1000, symbol="V_ti", doc="variance of the match of an item with another", source=PORT
    )
    context_noise: float = parameter(
        0.05, 0, 1000, symbol="p", doc="variance from other contexts of a word", source=PORT
    )
    background: float = parameter(0.05, 1e-9, 1000, symbol="b", doc="variance from all other memories", source=PORT)

    def moments(self, weight: FloatArray, others: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and variance of the match of an item of this strength, and of this sum of squares over other items."""
        m_s, m_t, v_s, v_t = self.context_match, self.item_match, self.context_variance, self.item_variance
        own = weight**2 * (m_s**2 * v_t + m_t**2 * v_s + v_s * v_t)
        noise = others * (m_s**2 + v_s) * self.item_noise + self.context_noise * (m_t**2 + v_t) + self.background
        return weight * m_s * m_t, own + noise

    def begin(self, trials: Trials, rng: np.random.Generator) -> Strengths:
        return Strengths(np.zeros((len(trials), trials.n_units)), trials.first_presentation)

    def study(self, state: Strengths, position: int) -> Strengths:
        units = state.first_presentation[:, position]
        state.weights[np.arange(len(units)), units] += self.learning_rate
        return state

    def familiarity(self, state: Strengths, probe: ProbeBatch) -> Evidence:
        return self._evidence(state, probe, np.arange(len(probe.units)))

    def fast_evidence(self, trials: Trials, rng: np.random.Generator) -> Evidence | None:
        state = studied_state(self, trials, rng)
        if state is None:
            return None
        return self._evidence(state, every_probe(trials), np.repeat(np.arange(len(trials)), trials.paradigm.n_probes))

    def _evidence(self, state: Strengths, probe: ProbeBatch, trial: LabelArray) -> Evidence:
        """The evidence of probes (n,), each of the ``trial`` (n,) with this number."""
        weight = state.weights[trial, probe.units[:, 0]]
        squares, n_studied = (state.weights**2).sum(axis=1)[trial], (state.weights > 0).sum(axis=1)[trial]
        expected = state.weights.sum(axis=1)[trial] / np.maximum(n_studied, 1)
        mean, variance = self.moments(weight, squares - weight**2)
        # An expected old item is one of the list, so that its own square is not among the others.
        old_mean, old_variance = self.moments(expected, np.maximum(squares - expected**2, 0))
        _, new_variance = self.moments(np.zeros_like(expected), squares)
        return LogRatio(mean, variance, old_mean, old_variance, new_variance)

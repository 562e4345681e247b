"""The bind, cue, decide model of episodic memory (BCDMEM; Dennis & Humphreys, 2001)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal, NamedTuple, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.evidence import Discrete, Evidence
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recognition_model import RecognitionModel
from memsim.core.tested_at_end import every_probe, studied_state
from memsim.core.trials import Trials
from memsim.models.recognition.ties import ROUNDING
from memsim.models.recognition.units import by_frequency

UNSURE = "unverified"
LEAST = 1e-30
"""Probabilities below this are left out of the distribution."""
MOST_CELLS = 20_000_000
"""Combinations of counts that are enumerated at most."""
NOISE_BLOCK = 1_000_000


class LogRatios(NamedTuple):
    """The distribution of log likelihood ratios; all are (n_values,), with values in rising order."""

    values: FloatArray
    old: FloatArray
    """Probabilities if the item is old."""
    new: FloatArray
    """Probabilities if it is new."""


class OfKinds(NamedTuple):
    """Evidence of a few kinds, each a distribution over many values; a value equal to a criterion is below it."""

    kinds: IntArray
    """(n_trials,) which of the parts is that of the probe."""
    values: tuple[FloatArray, ...]
    """For each kind (n_values,), in rising order."""
    probabilities: tuple[FloatArray, ...]

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`memsim.core.evidence.Evidence`."""
        criteria = np.asarray(criteria) + ROUNDING
        found = np.empty((len(self.kinds), criteria.shape[-1]))
        for kind, (values, weights) in enumerate(zip(self.values, self.probabilities, strict=True)):
            rows = np.flatnonzero(self.kinds == kind)
            if not len(rows):
                continue
            cuts = criteria[rows] if criteria.ndim == 2 and len(criteria) > 1 else criteria
            if not np.any(noise):
                cumulated = np.concatenate(([0.0], np.cumsum(weights)))
                found[rows] = cumulated[np.searchsorted(values, cuts)]
                continue
            spread = noise if np.ndim(noise) == 0 else np.asarray(noise)[rows]
            step = max(1, NOISE_BLOCK // max(1, np.size(cuts)))
            parts = range(0, len(values), step)
            found[rows] = sum(
                Discrete(values[first : first + step], weights[first : first + step]).below(cuts, spread)
                for first in parts
            )
        return found


@final
@dataclass(frozen=True)
class BCDMEM(RecognitionModel):
    """A word brings back the contexts in which it occurred, which are compared with the context of the list.

    There is no noise from other items of the list; it comes from other contexts of the same word.

    1. Context has v nodes, each active with s. In study each active node of the list's context is bound to the word
       with r. Each node is bound to the word from earlier contexts with p, which rises with the frequency of the word:
       p_L and p_H if its category in the pool is ``"low"`` or ``"high"``.
    2. At test the context is reinstated, and each active node is lost with d. Let n_ij be the number of nodes with
       value i in the reinstated context and j in what the word retrieves, and q = r + p - r p.
    3. The evidence is the logarithm of the likelihood ratio
       [(1 - s + d s (1 - r)) / (1 - s + d s)]^n_00 [(p (1 - s) + d s q) / (p (1 - s) + d s p)]^n_01
       (1 - r)^n_10 (q / p)^n_11. Called old if it exceeds the criterion, log 1 = 0; ties are new.

    The counts are multinomial, of old items with (1 - s)(1 - p) + s d (1 - p)(1 - r), (1 - s) p + s d q,
    s (1 - d)(1 - p)(1 - r) and s (1 - d) q; of new items the same with r = 0. All combinations whose probability is
    above 1e-30 are enumerated, so that the likelihood is exact. Encoding is integrated: probes are independent.
    The length of the list and the strength of other items change nothing, and neither do repetitions.
    """

    citation: ClassVar = (
        "Dennis, S., & Humphreys, M. S. (2001). A context noise model of episodic word recognition. Psychological "
        "Review, 108, 452-478."
    )
    depends_on_order: ClassVar = False
    encoding: ClassVar[Literal["realised", "integrated"]] = "integrated"
    fitted: ClassVar = {
        "learning_rate": (0.01, 0.99), "context_noise": (0.001, 0.5), "reinstatement_loss": (0.0, 0.9),
        "criterion": (-10, 10),
    }  # fmt: skip

    context_size: int = parameter(200, 1, 1000, symbol="v", doc="nodes of a context", source=UNSURE)
    sparsity: float = parameter(0.02, 0.001, 0.999, symbol="s", doc="probability that a node is active", source=UNSURE)
    learning_rate: float = parameter(
        0.5, 0, 0.999, symbol="r", doc="probability that an active node is bound to a studied word", source=UNSURE
    )
    context_noise: float = parameter(
        0.045, 0.0001, 0.999, symbol="p", doc="probability that a node is bound to a word by earlier contexts",
        source="unverified; between those of low and high frequency",
    )  # fmt: skip
    context_noise_low: float = parameter(
        0.03, 0.0001, 0.999, symbol="p_L", doc="the same for words of low frequency", source=UNSURE
    )
    context_noise_high: float = parameter(
        0.06, 0.0001, 0.999, symbol="p_H", doc="the same for words of high frequency", source=UNSURE
    )
    reinstatement_loss: float = parameter(
        0.3, 0, 1, symbol="d", doc="probability that an active node is lost when the context is reinstated",
        source=UNSURE,
    )  # fmt: skip

    def log_ratios(self, context_noise: float) -> LogRatios:
        """The distribution of evidence of words with this context noise.

        Raises
        ------
        InputError : so many combinations of counts that they cannot be enumerated.
        """
        return _log_ratios(self.context_size, self.sparsity, self.learning_rate, context_noise, self.reinstatement_loss)

    def begin(self, trials: Trials, rng: np.random.Generator) -> IntArray:
        """(n_items,) the frequency of each item of the pool: 0 for low, 1 for high, 2 for neither."""
        return by_frequency(trials.pool, 2, 0, 1).astype(np.int64)

    def study(self, state: IntArray, position: int) -> IntArray:
        return state

    def familiarity(self, state: IntArray, probe: ProbeBatch) -> Evidence:
        noises = self.context_noise_low, self.context_noise_high, self.context_noise
        frequency = state[probe.items[:, 0]]
        kinds = 2 * frequency + (probe.positions[:, 0] >= 0)
        values, probabilities = [], []
        for number, noise in enumerate(noises):
            if (frequency == number).any():
                found = self.log_ratios(noise)
                values += [found.values, found.values]
                probabilities += [found.new, found.old]
            else:  # no probe has this kind
                values += [np.empty(0)] * 2
                probabilities += [np.empty(0)] * 2
        return OfKinds(kinds, tuple(values), tuple(probabilities))

    def fast_evidence(self, trials: Trials, rng: np.random.Generator) -> Evidence | None:
        state = studied_state(self, trials, rng)
        return None if state is None else self.familiarity(state, every_probe(trials))


@lru_cache(maxsize=32)
def _log_ratios(v: int, s: float, r: float, p: float, d: float) -> LogRatios:
    from scipy.special import gammaln, xlogy

    q = r + p - r * p
    old = np.array([
        (1 - s) * (1 - p) + s * d * (1 - p) * (1 - r), (1 - s) * p + s * d * q, s * (1 - d) * (1 - p) * (1 - r),
        s * (1 - d) * q,
    ])  # fmt: skip
    new = np.array([(1 - s + s * d) * (1 - p), (1 - s + s * d) * p, s * (1 - d) * (1 - p), s * (1 - d) * p])
    ratios = np.log([
        (1 - s + d * s * (1 - r)) / (1 - s + d * s), (p * (1 - s) + d * s * q) / (p * (1 - s) + d * s * p),
        1 - r, q / p,
    ])  # fmt: skip
    counts = [_possible_counts(v, old[cell], new[cell]) for cell in (1, 2, 3)]
    if np.prod([float(len(each)) for each in counts]) > MOST_CELLS:
        raise InputError(
            f"BCDMEM: context_size={v} with sparsity={s:g} and context_noise={p:g} leaves more than {MOST_CELLS:,} "
            "combinations of counts to enumerate; take fewer nodes, or sparser contexts"
        )
    n01, n10, n11 = (each.ravel() for each in np.meshgrid(*counts, indexing="ij"))
    n00 = v - n01 - n10 - n11
    fit = n00 >= 0
    cells = np.stack((n00[fit], n01[fit], n10[fit], n11[fit])).astype(float)
    ways = gammaln(v + 1) - gammaln(cells + 1).sum(axis=0)
    of_old, of_new = (np.exp(ways + xlogy(cells, each[:, None]).sum(axis=0)) for each in (old, new))
    matters = np.maximum(of_old, of_new) > LEAST
    evidence = ratios @ cells[:, matters]
    order = np.argsort(evidence, kind="stable")
    return LogRatios(evidence[order], of_old[matters][order], of_new[matters][order])


def _possible_counts(v: int, old: float, new: float) -> IntArray:
    """The counts of a cell that old or new items have with a probability above the least."""
    from scipy.stats import binom

    counts = np.arange(v + 1)
    likely = np.maximum(binom.pmf(counts, v, old), binom.pmf(counts, v, new)) > LEAST
    return counts[likely]

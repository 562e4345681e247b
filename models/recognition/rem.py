"""Retrieving effectively from memory (REM; Shiffrin & Steyvers, 1997)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, final

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.evidence import Evidence, Normal
from memsim.core.judgments import is_old
from memsim.core.parameters import flag, parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recognition_model import RecognitionModel
from memsim.core.trials import Trials
from memsim.models.recognition.ties import Exceeding
from memsim.models.recognition.units import by_frequency, items_of_units

PORTS = "the default of 1997 according to two implementations"
NOTHING = 0
"""The value of a feature that is not stored."""
LARGEST = np.iinfo(np.int16).max
Rows: TypeAlias = npt.NDArray[np.integer[Any]]
BLOCK = 4096
"""Trials whose features are drawn at once."""


@dataclass
class Images:
    """Items and their images in memory."""

    values: IntArray
    """(n_trials, n_units, n_features) the features of the items, lures included."""
    offered: IntArray
    """(n_trials, n_occasions, n_features) what each presentation, then each probe, would store in an empty image."""
    traces: IntArray
    """(n_trials, n_occasions, n_features) the images, 0 for nothing."""
    counts: IntArray
    """(n_trials,) how many images there are."""
    trace_of_unit: IntArray
    """(n_trials, n_units) which image is that of each item, -1 for none."""
    unit_of_position: IntArray
    just_judged: IntArray
    """(n_trials,) the item whose probe was the last event and was stored, -1 for none."""
    match: FloatArray
    """(n_values,) logarithm of the factor of a stored feature that matches, by its value."""
    n_ratings: int = 2
    n_judged: int = 0

    def store(self, rows: Rows, units: IntArray, traces: IntArray, occasion: int) -> None:
        """Fill what is empty in these images of items, or in a new one where the number of the image is -1."""
        is_new = traces < 0
        traces = np.where(is_new, self.counts[rows], traces)
        self.counts[rows] += is_new
        self.trace_of_unit[rows, units] = traces
        stored = self.traces[rows, traces]
        self.traces[rows, traces] = np.where(stored == NOTHING, self.offered[rows, occasion], stored)


@final
@dataclass(frozen=True)
class REM(RecognitionModel):
    """Images of items are compared with a probe, and the odds that it is old are those of Bayes' rule.

    1. Items. A word has w features with values 1, 2, ..., P(v) = g (1 - g)^(v - 1); its g is g_H or g_L if its category
       in the pool is ``"high"`` or ``"low"`` (word frequency), and that of the system otherwise.
    2. Study. In the s seconds of a presentation there are t s attempts to store each feature, of which one suffices:
       it is stored with u = 1 - (1 - u*)^(t s). A stored value is that of the word with c, and
       otherwise drawn from the system's g. A repetition fills what is empty in the image of its own item; this assumes
       that it is recognised as one.
    3. Test. Image j has the likelihood ratio λ_j, a product over its stored features: (c + (1 - c) b) / b with
       b = g (1 - g)^(v - 1) where the value v matches the probe, and 1 - c where it does not. The evidence is log Φ,
       Φ = Σ_j λ_j / n; without images it is 0. Called old if log Φ exceeds the criterion, log 1 = 0; ties are new.
    4. With ``learning_at_test``, a probe is stored with the answer, as if studied for the time of an item: called new,
       it makes an image; called old, it fills what is empty in its own image, the latest, and without one in the image
       with the largest λ. A probe that is then studied at once, as in continuous recognition, is stored once,
       in this way; without learning at test it is stored as a presentation in 2.

    Encoding is realised: the features of words, lures included, and of images are drawn for each trial. Given an
    encoding the answers are certain unless σ_c > 0, so that a likelihood takes many samples without it. The mean of λ
    on an item's own image is infinite, so that means of Φ are not to be used. With g, c and u free the model is not
    identified (Montenegro et al., 2014), so that c and w are fixed in fits.
    """

    citation: ClassVar = (
        "Shiffrin, R. M., & Steyvers, M. (1997). A model for recognition memory: REM - retrieving effectively from "
        "memory. Psychonomic Bulletin & Review, 4, 145-166."
    )
    depends_on_order: ClassVar = False
    reads_study_time: ClassVar = True
    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "sampled"
    encoding: ClassVar[Literal["realised", "integrated"]] = "realised"
    fitted: ClassVar = {
        "base_rate": (0.05, 0.95), "storage_attempts": (0.5, 100), "criterion": (-10, 10), "criterion_noise": (0.05, 5),
    }  # fmt: skip

    feature_count: int = parameter(20, 1, 1000, symbol="w", doc="features of an item", source=PORTS)
    base_rate: float = parameter(0.4, 0.01, 0.99, symbol="g", doc="geometric rate of values of features", source=PORTS)
    storage_probability: float = parameter(
        0.04, 0, 1, symbol="u*", doc="probability that an attempt stores a feature", source=PORTS
    )
    copy_probability: float = parameter(
        0.7, 0, 1, symbol="c", doc="probability that a stored value is that of the item", source=PORTS
    )
    storage_attempts: float = parameter(
        10.0, 0, 1000, unit="1/s", symbol="t", doc="attempts to store a feature in each second of study",
        source="unverified: ten attempts for an item according to one implementation",
    )  # fmt: skip
    frequency_high: float = parameter(
        0.45, 0.01, 0.99, symbol="g_H", doc="geometric rate of words of high frequency",
        source="unverified: an example of one implementation",
    )  # fmt: skip
    frequency_low: float = parameter(
        0.325, 0.01, 0.99, symbol="g_L", doc="geometric rate of words of low frequency", source="unverified"
    )
    learning_at_test: bool = flag(False, "probes are stored, by the answers", "off: what is tested is not changed")

    def stored(self, seconds: Any) -> Any:
        """The probability that a feature is stored in a study of this many seconds, a number or an array."""
        attempts = self.storage_attempts * seconds
        return 1 - (1 - self.storage_probability) ** attempts

    def match_factors(self, largest: int) -> FloatArray:
        """(largest + 1,) logarithm of the factor of a stored feature that matches, by its value; 0 at value 0."""
        log_base = np.log(self.base_rate) + np.arange(largest) * np.log1p(-self.base_rate)
        with np.errstate(divide="ignore"):
            copied, other = np.log(self.copy_probability), np.log1p(-self.copy_probability)
        return np.concatenate(([0.0], np.logaddexp(copied - log_base, other)))

    def begin(self, trials: Trials, rng: np.random.Generator) -> Images:
        items, n = items_of_units(trials), len(trials)
        units = trials.first_presentation
        if self.learning_at_test and trials.probes is not None:
            units = np.concatenate((units, trials.units_of_probes[:, :, 0]), axis=1)
        rates = by_frequency(trials.pool, self.base_rate, self.frequency_low, self.frequency_high)[items]
        values = np.empty((*items.shape, self.feature_count), np.int16)
        offered = np.empty((*units.shape, self.feature_count), np.int16)
        seconds = np.full(units.shape[1], trials.paradigm.presentation_time)
        seconds[: trials.list_length] = trials.paradigm.presentation_times
        stored = self.stored(seconds)[:, None]
        for start in range(0, n, BLOCK):
            rows = slice(start, start + BLOCK)
            values[rows] = _geometric(rng, rates[rows, :, None], values[rows].shape)
            own = values[rows][np.arange(len(units[rows]))[:, None], units[rows]]
            junk = _geometric(rng, np.array(self.base_rate), own.shape)
            copied = rng.random(own.shape, np.float32) < self.copy_probability
            is_stored = rng.random(own.shape, np.float32) < stored
            offered[rows] = np.where(is_stored, np.where(copied, own, junk), NOTHING)
        none = np.full(n, -1, np.int32)
        largest = int(max(values.max(initial=0), offered.max(initial=0)))
        return Images(
            values, offered, np.zeros_like(offered), np.zeros(n, np.int32), np.full(items.shape, -1, np.int32),
            trials.first_presentation, none, self.match_factors(largest),
            trials.paradigm.n_ratings,
        )  # fmt: skip

    def study(self, state: Images, position: int) -> Images:
        units = state.unit_of_position[:, position]
        rows = np.flatnonzero(units != state.just_judged)
        state.store(rows, units[rows], state.trace_of_unit[rows, units[rows]], position)
        state.just_judged[:] = -1
        return state

    def distract(self, state: Images, seconds: float) -> Images:
        state.just_judged[:] = -1
        return state

    def familiarity(self, state: Images, probe: ProbeBatch) -> Evidence:
        return Exceeding(Normal(self.log_odds(state, probe.units[:, 0], state.counts)[0]))

    def log_odds(self, state: Images, units: IntArray, counts: IntArray) -> tuple[FloatArray, IntArray]:
        """(n_trials,) log Φ of items, and the number of the image with the largest λ, -1 if there is none.

        ``counts`` (n_trials,) is the number of images with which the item is compared, from the first.
        """
        from memsim.models.recognition.rem_kernels import log_odds  # takes long to import

        with np.errstate(divide="ignore"):
            mismatch = float(np.log1p(-self.copy_probability))
        return log_odds(state.traces, counts, state.values, units, state.match, mismatch)

    def judged(self, state: Images, probe: ProbeBatch, rating: IntArray) -> Images:
        if not self.learning_at_test:
            return state
        occasion = state.unit_of_position.shape[1] + state.n_judged
        state.n_judged += 1
        rows = np.flatnonzero(rating > 0)
        units = probe.units[:, 0]
        own = state.trace_of_unit[np.arange(len(units)), units]
        called_old = is_old(rating, state.n_ratings)
        compared = np.where(called_old & (own < 0), state.counts, 0)
        filled = np.where(own >= 0, own, self.log_odds(state, units, compared)[1])
        state.store(rows, units[rows], np.where(called_old, filled, -1)[rows], occasion)
        state.just_judged = np.where(rating > 0, units, -1).astype(np.int32)
        return state


def _geometric(rng: np.random.Generator, rate: FloatArray, shape: tuple[int, ...]) -> IntArray:
    """Numbers 1, 2, ... with P(v) = rate (1 - rate)^(v - 1): whole parts of exponential ones."""
    scale = (-1 / np.log1p(-rate)).astype(np.float32)
    return np.minimum(1 + np.floor(rng.standard_exponential(shape, np.float32) * scale), LARGEST).astype(np.int16)

"""Scale-independent memory, perception, and learning (SIMPLE; Brown, Neath & Chater, 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.parameters import Preset, choice, parameter
from memsim.core.position_model import PositionModel
from memsim.core.trials import Paradigm

FITS = "Brown, Neath & Chater (2007), fit to Murdock (1962) {}, as in a public script that cites them"
TIMING = "published delay (Brown, Neath & Chater, 2007, as in a public script); how it enters T is chosen here"
MURDOCK = {
    "10-2": (12.10, 0.53, 8.98, 15.0),
    "15-2": (10.82, 0.42, 12.09, 20.0),
    "20-1": (10.45, 0.40, 16.01, 10.0),
    "20-2": (9.69, 0.35, 16.19, 25.0),
    "30-1": (9.41, 0.30, 21.12, 15.0),
    "40-1": (12.03, 0.30, 22.83, 20.0),
}
"""Distinctiveness c, threshold t, slope s, and the seconds from the end of the list to recall."""
PUBLISHED = FITS.format("20-1")


@final
@dataclass(frozen=True)
class SIMPLE(PositionModel):
    """Items lie on the logarithm of elapsed time, and are recalled the better the more distinct they are there.

    1. T_i is the time from item i to its recall: the sum of ``recall_delay``, the retention interval, and for each
       later item its presentation and the distraction before it. What precedes the first item does not count.
    2. Similarity. η_ij = exp(-c |ln T_i - ln T_j|): only ratios of times matter, so recent items are more distinct.
    3. Discriminability. The place of item i as a cue retrieves item j with D_ij = η_ij / Σ_k η_ik.
    4. Threshold. A retrieved item is given with probability 1 / (1 + exp(-s (D_ij - t))).
    5. Free recall. Every place is a cue for every item: P_j = min(1, Σ_i 1 / (1 + exp(-s (D_ij - t)))). With
       ``cueing="own"`` only an item's own place is, as where positions are asked for one by one.

    It predicts which items are recalled, not their order: it does not simulate recalls, nor score their order.
    Defaults and presets are the fits to the six conditions of Murdock (1962).
    """

    citation: ClassVar = (
        "Brown, G. D. A., Neath, I., & Chater, N. (2007). A temporal ratio model of memory. Psychological Review, "
        "114, 539-576."
    )
    reads_study_time: ClassVar = True
    presets: ClassVar = {
        f"murdock1962:{condition}": Preset(
            dict(zip(("distinctiveness", "threshold", "threshold_slope", "recall_delay"), values, strict=True)),
            FITS.format(condition),
            (int(condition[:2]),),
        )
        for condition, values in MURDOCK.items()
    }

    distinctiveness: float = parameter(
        10.45, 0, 100, symbol="c", doc="how fast similarity falls with distance", source=PUBLISHED
    )
    threshold: float = parameter(
        0.40, 0, 1, symbol="t", doc="discriminability that is recalled half the time", source=PUBLISHED
    )
    threshold_slope: float = parameter(16.01, 0, 1000, symbol="s", doc="steepness of the threshold", source=PUBLISHED)
    recall_delay: float = parameter(
        10.0,
        0.01,
        None,
        unit="s",
        doc="mean time from the last item, or the end of distraction, to recall",
        source=TIMING,
    )
    cueing: str = choice(
        "any", ("any", "own"), "which places serve as cues for an item",
        "chosen here: it reproduces the published curves, own does not",
    )  # fmt: skip

    def times(self, paradigm: Paradigm) -> FloatArray:
        """(list_length,) T: seconds from each item to its recall."""
        # Each later item takes its own time, so times are summed from the end of the list.
        between = paradigm.presentation_times[:0:-1] + paradigm.inter_item_distraction
        later = np.concatenate(([0.0], np.cumsum(between)))[::-1]
        return self.recall_delay + paradigm.retention_interval + later

    def discriminability(self, paradigm: Paradigm) -> FloatArray:
        """(list_length, list_length) D: how well the place of item i (row) retrieves item j."""
        place = np.log(self.times(paradigm))
        similarity = np.exp(-self.distinctiveness * np.abs(place[:, None] - place))
        return similarity / similarity.sum(axis=1, keepdims=True)

    def recall_probability(self, paradigm: Paradigm) -> FloatArray:
        from scipy.special import expit  # takes long to import

        given = expit(self.threshold_slope * (self.discriminability(paradigm) - self.threshold))
        recalled: FloatArray = given.sum(axis=0) if self.cueing == "any" else np.diag(given)
        return recalled.clip(max=1)

"""MINERVA 2's z-ROC slope by list length, from the exact moments of its evidence: a known failure of the model."""

from __future__ import annotations

import numpy as np

from memsim.models import MINERVA2
from memsim.models.recognition.intensity_distribution import Meeting, intensity_moments
from memsim.reproductions.entry import Finding
from memsim.reproductions.kinds import OwnComputation, Prediction

SLOPES = {10: 0.264391, 20: 0.361485, 40: 0.480770, 80: 0.612771}
"""By list length, the standard deviation of lures divided by that of targets."""
MOMENTS = OwnComputation("exact moments of the evidence, by an independent program")
CONSTANT = Prediction(
    "Ratcliff, McKoon & Tindall (1994): the slope is constant",
    "1 where it changes by .1 at most from 10 to 40 items, the choice of memsim's authors",
)
RISES = "every trace adds noise to lures and targets alike, which hides that targets vary more: the slope rises"


def exact_slope(n: int) -> float:
    """The standard deviation of lures over that of targets, in a list of n items."""
    model = MINERVA2()

    def variance(own: int, others: int) -> float:
        meeting = Meeting(model.feature_count, 1, 0, 0, own, 0, others)
        return intensity_moments(meeting, model.encoding_probability, model.activation_power)[1]

    return float(np.sqrt(variance(0, n) / variance(1, n - 1)))


def minerva_findings() -> list[Finding]:
    """The slopes, and whether they change with length by at most .1."""
    slopes = {n: exact_slope(n) for n in SLOPES}
    change = slopes[40] - slopes[10]
    exact = [
        Finding(f"MINERVA2: ratio of SDs, {n} items", SLOPES[n], slope, 1e-5, MOMENTS) for n, slope in slopes.items()
    ]
    is_constant = float(abs(change) <= 0.1)
    return [*exact, Finding("MINERVA2: ratio of SDs constant over length", 1.0, is_constant, 0.0, CONSTANT, RISES)]

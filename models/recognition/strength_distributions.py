"""Mixtures of normal distributions of strength, of lures and of targets: ratings and their derivatives."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.evidence import Evidence, rating_shares
from memsim.core.judgments import Judgments, n_new
from memsim.core.oldness import OldnessScale
from memsim.core.parameters import parameter
from memsim.core.probes import ProbeBatch
from memsim.core.rating_table import RatingTable
from memsim.models.recognition.measurement_model import MeasurementModel, rows_of, rows_of_all

SIZE = "unverified; of the order of magnitude that people show"


class NormalParts(NamedTuple):
    """The parts of mixtures; each field is (2, n_parts), lures first. Also a derivative of these numbers."""

    weight: FloatArray
    mean: FloatArray
    sd: FloatArray

    @classmethod
    def of(cls, new: Any, old: Any) -> NormalParts:
        """From a list of (weight, mean, standard deviation) for lures, and one for targets."""
        return cls(*np.array([new, old], dtype=float).transpose(2, 0, 1))

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """Of mixtures, (n, n_parts) each: see :class:`memsim.core.evidence.Evidence`."""
        from scipy.special import ndtr  # imported here, since the command line starts without it

        spread = np.sqrt(self.sd**2 + np.asarray(noise) ** 2)[:, :, None]
        away = (np.atleast_2d(criteria)[:, None, :] - self.mean[:, :, None]) / spread
        return np.asarray((self.weight[:, :, None] * ndtr(away)).sum(axis=1))

    def mirrored(self) -> NormalParts:
        """As in :class:`memsim.core.evidence.Evidence`."""
        return self._replace(mean=-self.mean)

    def normal_parts(self, noise: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
        """As in :class:`memsim.core.evidence.Evidence`."""
        return self.weight, self.mean, np.hypot(self.sd, noise)


@dataclass(frozen=True)
class StrengthDistributions(MeasurementModel, OldnessScale):
    """A measurement model whose ratings follow from criteria on a strength, which has a mixture of normals.

    Lures have the mean 0 and the standard deviation 1, which sets the scale. A subclass defines :meth:`parts` and
    :meth:`part_slopes`.
    """

    fitted_criteria: ClassVar = {"criterion": (-5, 10), "criterion_spacing": (0.001, 5)}

    _: KW_ONLY
    criterion: float = parameter(0.5, -100, 100, symbol="C", doc="boundary between new and old", source=SIZE)
    criterion_spacing: float = parameter(
        0.5, 0, 100, symbol="Δ", doc="distance between the criteria of successive ratings", source=SIZE
    )
    criterion_noise: float = parameter(
        0.0, 0, 100, symbol="σ_c", doc="standard deviation of criteria from probe to probe", source="0: no noise"
    )

    @abstractmethod
    def parts(self) -> NormalParts:
        """The parts of the mixtures."""

    @abstractmethod
    def part_slopes(self) -> Mapping[str, NormalParts]:
        """The derivatives of :meth:`parts` by the parameters."""

    def familiarity(self, state: Any, probe: ProbeBatch) -> Evidence:
        """The mixture of a target, or that of a lure."""
        return NormalParts(*(each[rows_of(probe)] for each in self.parts()))

    def rating_table(self, judgments: Judgments, criteria: FloatArray) -> RatingTable:
        """See :meth:`memsim.MemoryModel.rating_table`."""
        from scipy.special import ndtr  # imported here, since the command line starts without it

        weight, mean, sd = (each[:, :, None] for each in self.parts())
        spread = np.sqrt(sd**2 + self.criterion_noise**2)
        away = (criteria - mean) / spread
        below = ndtr(away)
        density = np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi)
        by_spread = -density * away / spread
        slopes = {
            name: (by.weight[:, :, None] * below
                   + weight * (by_spread * sd / spread * by.sd[:, :, None] - density / spread * by.mean[:, :, None]))
            for name, by in self.part_slopes().items()
        }  # fmt: skip
        slopes["criterion_noise"] = weight * by_spread * self.criterion_noise / spread
        slopes["criterion"] = weight * density / spread
        n_ratings = len(criteria) + 1
        slopes["criterion_spacing"] = slopes["criterion"] * (np.arange(1, n_ratings) - n_new(n_ratings))
        bounds = np.zeros((len(slopes), 2, n_ratings + 1))  # of ratings; at the ends of the scale nothing changes
        bounds[:, :, 1:-1] = [each.sum(axis=1) for each in slopes.values()]
        shares = rating_shares(self.parts(), criteria, self.criterion_noise, 2)
        changes = dict(zip(slopes, bounds[:, :, 1:] - bounds[:, :, :-1], strict=True))
        return RatingTable(rows_of_all(judgments), shares, changes, self.parts())

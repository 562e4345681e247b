"""The tasks of the findings of recognition, and the numbers of a model in them, in blocks of simulated lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from memsim.analysis.recognition.contiguity import recognition_contiguity
from memsim.analysis.recognition.counts import answered, lures_of, targets_of
from memsim.analysis.recognition.hits import hits_by_lag
from memsim.analysis.recognition.rating_fits import FINE, fit_ratings
from memsim.analysis.recognition.roc import area_of_counts
from memsim.analysis.subjects import count_by_subject
from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.evidence import Evidence
from memsim.core.frequency_criteria import crossing, share_below
from memsim.core.items import ItemPool
from memsim.core.judgment_loop import evidence_of
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.model import MemoryModel
from memsim.core.oldness import OldnessScale
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm
from memsim.models.networks.network_steps import NetworkModel
from memsim.paradigms import ContinuousRecognition, Recognition

BLOCKS = 20
"""Blocks of lists, from the spread of which standard errors are."""
TESTED = 10
"""Targets, and as many lures, in a test."""
SHORT, LONG, WEAK, STRONG, MIXED = "10 items", "40 items", "weak", "strong", "mixed"
SIMILAR, FREQUENCY, CONTINUOUS, WHOLE = "similar lures", "word frequency", "continuous", "whole list"


def _recognition(length: int, **settings: Any) -> Recognition:
    return Recognition(list_length=length, n_targets=TESTED, **{"n_lures": TESTED, **settings})


TASKS: dict[str, Paradigm] = {
    SHORT: _recognition(10),
    LONG: _recognition(40),
    WEAK: _recognition(20),
    STRONG: _recognition(60, strength="strong"),
    MIXED: _recognition(40, strength="mixed"),
    SIMILAR: _recognition(20, n_lures=2 * TESTED, n_similar_lures=TESTED),
    FREQUENCY: _recognition(20),
    CONTINUOUS: ContinuousRecognition(list_length=60, lags=(1, 4, 16)),
    WHOLE: Recognition(list_length=20, n_lures=TESTED, ratings=6),
}
"""Lists of 20 items are weak (once each), strong (three times, spaced) or half and half."""
RATINGS, LURE_STEPS, BINS = 40, 10, 8
"""Ratings of the fine scale, how many of its steps hold nearly all lures, and the ratings that are left for a z-ROC."""
SETTLED = 30
"""Items of continuous recognition before hits count: evidence that grows with the sequence is not taken for lag."""
SCALED = (SHORT, LONG, WEAK, STRONG, MIXED, SIMILAR, FREQUENCY)
"""The tasks that are rated on the fine scale."""
FEATURES = 10
"""Of items that may be similar; networks take as many as they were trained on."""
PILOT = 20
"""Lists from which the scale of the evidence is taken."""


@dataclass(frozen=True)
class Rated:
    """Ratings of a task, and the rating above which answers are "old" by the criterion that the model ships with."""

    judgments: Judgments
    new: int

    def counts(self, which: BoolArray) -> npt.NDArray[np.int64]:
        """(n_blocks, n_ratings) how often these probes (n_trials, n_probes) have each rating."""
        row, probe, _ = answered(self.judgments, which)
        rating = self.judgments.ratings[row, probe] - 1
        return count_by_subject(self.judgments, row, (rating, self.judgments.n_ratings))

    def labelled(self, label: str, value: str) -> BoolArray:
        """(n_trials, n_probes) whether a label of the probes has this value."""
        assert self.judgments.trials.probes is not None
        return np.asarray(self.judgments.trials.probes.labels[label] == value)

    def called_old(self, kind: str = "target", label: str = "", value: str = "") -> FloatArray:
        """(n_blocks,) rate of calling targets or lures old."""
        which = targets_of(self.judgments) if kind == "target" else lures_of(self.judgments)
        counts = self.counts(which & self.labelled(label, value) if label else which)
        return np.asarray(counts[:, self.new :].sum(axis=1) / counts.sum(axis=1))

    def distance(self, strength: str = "") -> FloatArray:
        """(n_blocks,) √2 z(A), with A the area under the ROC: d' whatever the criterion; NaN where A is 1."""
        from scipy.special import ndtri

        which = targets_of(self.judgments)
        targets = self.counts(which & self.labelled("strength", strength) if strength else which)
        area = area_of_counts(np.stack((self.counts(lures_of(self.judgments)), targets), axis=1))
        return np.asarray(np.sqrt(2) * ndtri(np.where(area < 1, area, np.nan)))

    def slope(self) -> FloatArray:
        """(n_blocks,) slope of the z-ROC: 1/σ of the unequal-variance model, fitted to ``BINS`` ratings."""
        counts = np.stack([self.counts(of(self.judgments)) for of in (lures_of, targets_of)], axis=1)
        share = np.cumsum(counts.sum(axis=(0, 1))) / counts.sum()
        starts = np.unique(np.concatenate(([0], 1 + np.searchsorted(share, np.arange(1, BINS) / BINS))))
        merged = np.add.reduceat(counts, starts[starts < counts.shape[-1]], axis=-1)
        fits = fit_ratings(merged, "unequal variance")
        return np.where(fits.status == FINE, 1 / fits.parameters["sigma"], np.nan)

    def fall_with_lag(self) -> FloatArray:
        """(n_blocks,) hits at the shortest lag minus those at the longest, in the second half of the sequence."""
        ratings = self.judgments.ratings
        late = replace(self.judgments, ratings=np.where(np.arange(ratings.shape[1]) >= SETTLED, ratings, UNANSWERED))
        hits = hits_by_lag(late).pivot(index="subject", columns="lag", values="prob")
        return np.asarray(hits[1] - hits[16])

    def contiguity(self, preceding: str) -> FloatArray:
        """(n_blocks,) hits after a neighbour minus hits after a remote target, which was rated so."""
        table = recognition_contiguity(self.judgments, edges=(1, 2, 5, np.inf))
        hits = table[table["preceding"] == preceding].pivot(index="subject", columns="distance", values="prob")
        return np.asarray(hits["1"] - hits["5+"])


def similar_pool(seed: int, n_features: int = FEATURES) -> ItemPool:
    """Half of the items are drawn at random, and each of the others is near one of them."""
    rng = stream(seed, "similar")
    first = rng.standard_normal((500, n_features))
    near = first + 0.3 * rng.standard_normal(first.shape)
    return ItemPool(ItemPool.numbered(1000).labels, features=np.concatenate((first, near)))


def frequency_pool() -> ItemPool:
    """Items of low and high word frequency, in halves."""
    return ItemPool(ItemPool.numbered(1000).labels, categories=np.repeat(["low", "high"], 500))


def rated(
    model: MemoryModel[Any], name: str, n_trials: int, seed: int, settings: dict[str, Any] | None = None
) -> Rated:
    """The ratings of a model in one of the ``TASKS``; ``settings`` change the task.

    Evidence has another unit in every model. So in ``SCALED`` tasks criteria are equally spaced over the evidence of
    lures and beyond, of which one is the model's own criterion. In other tasks the criterion lies where hits and
    correct rejections are equally frequent. Measurement models keep their six ratings.
    """
    task = TASKS[name].replace(**(settings or {}))
    if not isinstance(model, OldnessScale):
        return Rated(_simulated(model, name, task.replace(ratings=6), n_trials, seed), 3)
    pilot = _simulated(model, name, task, PILOT, seed, blocks=1)
    evidence = evidence_of(model, pilot, stream(seed, "pilot"))
    if name not in SCALED:
        neutral = model.replace(criterion=_neutral(evidence, pilot, model))
        return Rated(_simulated(neutral, name, task, n_trials, seed), task.n_ratings // 2)
    low, high = (_quantile(evidence, pilot, share, lures_of, model) for share in (0.005, 0.995))
    own = model.criterion
    step = max((high - low) / LURE_STEPS, (own - low) / (RATINGS - 6), 1e-9)
    shift = round((low - own) / step) + RATINGS // 2 - 2
    scaled = model.replace(criterion=own + shift * step, criterion_spacing=step)
    judgments = _simulated(scaled, name, task.replace(ratings=RATINGS), n_trials, seed)
    return Rated(judgments, int(np.clip(RATINGS // 2 - shift, 0, RATINGS)))


def _simulated(
    model: MemoryModel[Any], name: str, task: Paradigm, n_trials: int, seed: int, blocks: int = BLOCKS
) -> Judgments:
    size = model.n_features if isinstance(model, NetworkModel) else FEATURES
    pool = similar_pool(seed, size) if name == SIMILAR else frequency_pool() if name == FREQUENCY else None
    trials = task.trials(n_trials, seed, pool=pool, subjects=blocks)
    if name == FREQUENCY:
        assert trials.probes is not None and pool is not None and pool.categories is not None
        frequency = pool.categories[trials.probes.items[:, :, 0]]
        labels = {**trials.probes.labels, "frequency": frequency}
        trials = replace(trials, probes=replace(trials.probes, labels=labels))
    found: Judgments = simulate(model, trials, seed)
    return found


def _quantile(
    evidence: list[Evidence], pilot: Judgments, share: float, kind: Callable[[Judgments], BoolArray], model: Any
) -> float:
    which = kind(pilot)
    return crossing(partial(share_below, evidence, which, model.criterion_noise), share)


def _neutral(evidence: list[Evidence], pilot: Judgments, model: Any) -> float:
    """The criterion at which as many targets as lures are called wrongly, as a share."""
    old, new = targets_of(pilot), lures_of(pilot)
    noise = model.criterion_noise
    return crossing(
        lambda cut: (share_below(evidence, old, noise, cut) + share_below(evidence, new, noise, cut)) / 2, 0.5
    )

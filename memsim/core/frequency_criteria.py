"""Criteria for judgments of frequency, which are on the scale of the evidence that lists of the task give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.evidence import Evidence
from memsim.core.items import ItemPool
from memsim.core.judgment_loop import evidence_of
from memsim.core.judgments import Judgments, n_new
from memsim.core.oldness import OldnessScale
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials

PILOT = 40
"""Lists from which the scale of the evidence is taken."""
STEPS = 60
"""Of a bisection."""

Scaled = TypeVar("Scaled", bound=OldnessScale)


def judging_frequency(model: Scaled, task: Paradigm, seed: int = 0, pool: ItemPool | None = None) -> Scaled:
    """The model with criteria for a task of judgments of frequency, in place of those of recognition.

    A line is fitted to the medians of the evidence of items after each number of presentations, in the list asked about
    if probes ask about one, over 40 simulated lists of the task. The criteria are the line half-way between successive
    numbers of presentations: someone who knows the task and this memory could set them so. Where evidence does not
    rise with presentations, all criteria are the same.

    Parameters
    ----------
    model : a model whose criteria are ``criterion`` and ``criterion_spacing``.
    task : judgments of frequency; its trials are drawn with ``seed`` and ``pool``.

    Raises
    ------
    InputError : a task of another kind, or of items with the same number of presentations each; a model that has no
        account of the task.
    """
    if task.rates != "frequency":
        raise InputError(
            f"judging_frequency: {type(task).__name__} asks for no judgments of frequency; give a FrequencyJudgment"
        )
    trials = task.trials(PILOT, seed, pool=pool)
    own, _ = presentations_of_probes(trials)
    levels = np.unique(own)
    if len(levels) < 2:
        raise InputError(
            f"judging_frequency: all probes were presented {levels[0]} times, which sets no scale; give the task "
            "frequencies that differ, as in frequencies='0 2 5'"
        )
    any_rating = Judgments(trials, np.ones(own.shape, dtype=np.int32))
    evidence = evidence_of(model, any_rating, stream(seed, "pilot"))
    medians = [median_of(evidence, own == level, model.criterion_noise) for level in levels]
    slope, start = np.polyfit(levels, medians, 1)
    unit = max(float(slope), 0.0)
    start = float(np.mean(medians)) - unit * float(np.mean(levels))
    return replace(model, criterion=start + (n_new(task.n_ratings) - 0.5) * unit, criterion_spacing=unit)


def presentations_of_probes(trials: Trials) -> tuple[IntArray, IntArray]:
    """(n_trials, n_probes) presentations of probed items in the list asked about, and in other lists.

    Where a probe asks about no list, all presentations count as of its list.
    """
    assert trials.probes is not None
    number, about = trials.paradigm.list_of_position, trials.probes.about
    own, other = np.zeros((2, *trials.probes.items.shape[:2]), dtype=np.int32)
    for index in range(own.shape[1]):
        same = trials.items == trials.probes.items[:, index, :1]
        asked = np.ones(same.shape, dtype=bool)
        if about is not None:
            asked = (number == about[:, index, None]) | (about[:, index, None] < 0)
        own[:, index], other[:, index] = (same & asked).sum(axis=1), (same & ~asked).sum(axis=1)
    return own, other


def median_of(evidence: list[Evidence], which: BoolArray, noise: float) -> float:
    """The median of the evidence of these probes (n_trials, n_probes), with the noise of criteria."""
    return crossing(partial(share_below, evidence, which, noise), 0.5)


def share_below(evidence: list[Evidence], which: BoolArray, noise: Any, criterion: float) -> float:
    """The share of these probes (n_trials, n_probes) whose evidence is below a criterion."""
    cut: FloatArray = np.array([criterion])
    chance = np.stack([np.broadcast_to(each.below(cut, noise), (len(which), 1))[:, 0] for each in evidence], axis=1)
    return float(chance[which].mean())


def crossing(rises: Callable[[float], float], target: float) -> float:
    """Where a function that rises from 0 to 1 reaches a value, by bisection."""
    low, high = -1e3, 1e3
    while rises(low) > target and low > -1e15:
        low *= 10
    while rises(high) < target and high < 1e15:
        high *= 10
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rises(middle) < target else (low, middle)
    return (low + high) / 2

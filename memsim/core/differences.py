"""Differences of the log-likelihood by the parameters, for models without a gradient.

All points run as one batch if possible. There, every parameter is a column (n_trials, 1), so that each block of trials
has its own values. Most models are written in numpy such that their steps take columns as well as numbers. Whether a
model does is found out by comparing the batch with single points: all of them the first time that these parameters vary
beside these options, and the parameters themselves on every call. After a difference or an error, points are taken one
by one.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.encodings import list_log_likelihood
from memsim.core.errors import InputError
from memsim.core.event_probabilities import Parts, answered
from memsim.core.judgment_likelihood import lapsing_answers
from memsim.core.judgment_loop import guessed_ratings
from memsim.core.judgments import Judgments, Responses
from memsim.core.lapses import guessed_events, mixed
from memsim.core.likelihood import log_likelihood, sum_of
from memsim.core.loop import event_probabilities
from memsim.core.model import MemoryModel
from memsim.core.outcomes import scored_outcomes
from memsim.core.recall_parts import resampled
from memsim.core.seeding import stream

STEP = 6e-6
"""Of a difference, relative to the parameter: near the cube root of the precision of numbers."""
LARGEST_BATCH = 200_000
"""Studied items that a batch holds at most, which bounds memory."""
_TAKES_COLUMNS: WeakKeyDictionary[type, dict[Hashable, bool]] = WeakKeyDictionary()
"""What was found out for each class, by what varied and what did not."""


def difference_gradient(
    model: MemoryModel[Any],
    recalls: Responses,
    names: Sequence[str],
    samples: int,
    seed: int,
    stopping: FloatArray | None,
    criteria: FloatArray | None = None,
    single: bool = False,
) -> tuple[FloatArray, dict[str, float]]:
    """(n_trials,) log-likelihoods, and the derivative of their sum by each parameter, from central differences.

    At a bound of a parameter's range the difference is one-sided. A derivative is NaN where a point next to the
    parameters makes a list impossible or cannot be evaluated. With ``single``, points are taken one by one.
    """
    points: list[dict[str, float]] = [{}]
    points += [{name: value} for name in names for value in _around(float(getattr(model, name)), *_range(model, name))]
    replaced = {"stopping": stopping, "criteria": criteria}
    found = None if single else _in_one_batch(model, recalls, points, seed, replaced)
    if found is None:
        found = np.array([_one_by_one(model, recalls, point, samples, seed, replaced) for point in points])
    gradient = {}
    with np.errstate(invalid="ignore"):
        totals = found.sum(axis=1)
        for index, name in enumerate(names):
            low, high = 2 * index + 1, 2 * index + 2
            step = points[high][name] - points[low][name]
            gradient[name] = float((totals[high] - totals[low]) / step)
    return found[0], gradient


def _range(model: MemoryModel[Any], name: str) -> tuple[float, float]:
    declared = next(each for each in model.parameters() if each.name == name)
    low = -np.inf if declared.low is None else declared.low
    return low, np.inf if declared.high is None else declared.high


def _around(value: float, low: float, high: float) -> tuple[float, float]:
    step = STEP * max(abs(value), 1e-2)
    return max(value - step, low), min(value + step, high)


def _one_by_one(
    model: MemoryModel[Any],
    recalls: Responses,
    point: dict[str, float],
    samples: int,
    seed: int,
    replaced: Mapping[str, FloatArray | None],
) -> FloatArray:
    try:
        return log_likelihood(
            model.replace(**point),
            recalls,
            samples=samples,
            seed=seed,
            stopping=replaced["stopping"],
            criteria=replaced["criteria"],
        )
    except InputError:
        if not point:
            raise
        return np.full(len(recalls), np.nan)  # a parameter that cannot vary here, such as one that needs features


def _in_one_batch(
    model: MemoryModel[Any],
    recalls: Responses,
    points: Sequence[dict[str, float]],
    seed: int,
    replaced: Mapping[str, FloatArray | None],
) -> FloatArray | None:
    """(n_points, n_trials) log-likelihoods by the steps of one batch; ``None`` if the model does not take columns."""
    cls, stopping = type(model), replaced["stopping"]
    if isinstance(recalls, Judgments):
        own = cls.fast_ratings, cls.fast_judgments, cls.rating_table
        has_fast_events = own != (MemoryModel.fast_ratings, MemoryModel.fast_judgments, MemoryModel.rating_table)
    else:
        has_fast_events = cls.fast_events is not MemoryModel.fast_events and recalls.trials.probes is None
    mixes_lists = stopping is not None and (model.list_lapse or any("list_lapse" in point for point in points))
    varied = {name for point in points for name in point}
    known, circumstances = _TAKES_COLUMNS.setdefault(cls, {}), _circumstances(model, recalls, varied, stopping)
    if model.likelihood != "exact" or has_fast_events or mixes_lists or not known.get(circumstances, True):
        return None
    n_points, n_trials = len(points), len(recalls)
    if n_points * recalls.trials.items.size > LARGEST_BATCH:
        return None
    rows = np.tile(np.arange(n_trials), n_points)
    batch = recalls[rows] if isinstance(recalls, Judgments) else resampled(recalls, rows)
    columns = copy.copy(model)
    values = {name: np.array([point.get(name, getattr(model, name)) for point in points]) for name in varied}
    values = {name: np.repeat(each, n_trials)[:, None] for name, each in values.items()}
    for name in varied:
        object.__setattr__(columns, name, values[name])
    try:
        found = _lists(columns, batch, seed, replaced).reshape(n_points, n_trials)
        same = all(
            np.allclose(found[at], _one_by_one(model, recalls, points[at], 1, seed, replaced), rtol=1e-9, atol=1e-12)
            for at in range(1 if circumstances in known else n_points)
        )
    except Exception:  # whatever a model does with columns that it was not written for
        same = False
    known[circumstances] = same
    return found if same else None


def _circumstances(
    model: MemoryModel[Any], recalls: Responses, varied: set[str], stopping: FloatArray | None
) -> Hashable:
    """What may decide whether the steps of a model take columns: which parameters vary, and the options beside them."""
    options = [
        (each.name, getattr(model, each.name))
        for each in model.parameters()
        if each.options or each.text or each.flag or each.integer or getattr(model, each.name) is None
    ]
    return (frozenset(varied), type(recalls), stopping is None, *options)


def _lists(
    model: MemoryModel[Any], recalls: Responses, seed: int, replaced: Mapping[str, FloatArray | None]
) -> FloatArray:
    """(n_trials,) log-likelihoods of a model whose parameters are columns."""
    stopping = replaced["stopping"]
    if isinstance(recalls, Judgments):
        return _judged_lists(model, recalls, seed, replaced["criteria"])
    events = event_probabilities(model, recalls, stream(seed, "columns"))
    guesses = guessed_events(recalls, model.repeats, model.intrusions)
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    if stopping is not None:
        events, guesses = (answered(each, columns, recalls.list_length) for each in (events, guesses))
    if not model.mixes_lapses:
        events = mixed(events, guesses, model.lapse)
    if stopping is not None:
        return sum_of(Parts.of(events, columns, recalls.list_length, stopping))
    share = np.ravel(model.list_lapse)
    with np.errstate(divide="ignore"):
        return np.logaddexp(
            np.log1p(-share) + list_log_likelihood(events), np.log(share) + list_log_likelihood(guesses)
        )


def _judged_lists(model: MemoryModel[Any], judgments: Judgments, seed: int, criteria: FloatArray | None) -> FloatArray:
    """:func:`_lists` of judgments."""
    criteria = np.asarray(model.criteria(judgments.n_ratings), dtype=float) if criteria is None else criteria
    ratings, recall = lapsing_answers(model, judgments, stream(seed, "columns"), criteria, by_steps=True)
    own, guessed = list_log_likelihood(ratings), list_log_likelihood(guessed_ratings(judgments))
    if recall is not None and judgments.recalls is not None:
        own = own + list_log_likelihood(recall)
        guessed = guessed + list_log_likelihood(guessed_events(judgments.recalls, model.repeats, model.intrusions))
    share = np.ravel(model.list_lapse)
    with np.errstate(divide="ignore"):
        return np.logaddexp(np.log1p(-share) + own, np.log(share) + guessed)

"""Simulation of what a model answers in trials of any task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from memsim.core.abilities import require_lists_and_time
from memsim.core.arrays import NONE, FloatArray
from memsim.core.errors import InputError, ModelError
from memsim.core.judgment_loop import simulate_judgments
from memsim.core.lapses import is_lapsing
from memsim.core.loop import origin_of, require_model, simulate_steps
from memsim.core.model import MemoryModel
from memsim.core.named_models import by_name
from memsim.core.names import shown
from memsim.core.origin import Simulated
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.repeated_items import require_taken
from memsim.core.trials import Trials


def simulate(
    model: MemoryModel[Any] | str,
    trials: Trials,
    seed: int = 0,
    *,
    criteria: FloatArray | Sequence[float] | None = None,
) -> Any:
    """Simulate what ``model`` answers in ``trials``.

    Parameters
    ----------
    model : an instance of :class:`memsim.MemoryModel`, or its name, as ``"TCM"`` or ``"CMR:demonstration"``.
    trials : study lists, from a paradigm or a data set.
    seed : the same seed gives the same responses.
    criteria : (n_ratings - 1,) of judgments, criteria that replace those of the model, such as the free ones of a fit
        (:attr:`memsim.fitting.result.UnitFit.criteria`); ``origin.parameters`` then holds them as ``criteria``.

    Returns
    -------
    Recalls or Judgments : judgments where the task has probes that are judged, which hold the recalls as well if the
        task has both; else recalls. Their ``origin`` holds the model, its parameters, the seeds and the versions of
        libraries.

    Raises
    ------
    InputError : a list that holds an item twice, which the model does not take; criteria where nothing is judged, of
        another number, or that do not rise.
    LikelihoodError : the model is a :class:`memsim.PositionModel`, which does not predict the order of recall.
    ModelError : the model has no account of the task; the probabilities of a step are negative, not finite or do not
        sum to one; a step returned no state; or the model gave an item twice without declaring ``repeats``.
    """
    model = by_name(model)
    require_model(model)
    if not isinstance(trials, Trials):
        raise InputError(
            f"{shown(trials)} is not a memsim.Trials; a paradigm makes them: FreeRecall().trials(1000, seed=0)"
        )
    require_taken(model, trials)
    require_lists_and_time(model, trials)
    if trials.paradigm.judged:
        judgments = simulate_judgments(model, trials, seed, None if criteria is None else np.asarray(criteria))
        if judgments.recalls is not None:
            _require_no_repeat(model, judgments.recalls)
        return judgments
    if criteria is not None:
        raise InputError(f"criteria= are of judgments, and nothing is judged in {type(trials.paradigm).__name__}")
    plain = trials.probes is None and (model.simulates_lapses or not is_lapsing(model))
    recalls = model.fast_simulation(trials, seed) if plain else None
    if recalls is None:
        recalls = simulate_steps(model, trials, seed)
    require_recalls(recalls)
    if not isinstance(recalls.origin, Simulated):
        recalls = replace(recalls, origin=origin_of(model, trials, seed))
    _require_no_repeat(model, recalls)
    return recalls


def _require_no_repeat(model: MemoryModel[Any], recalls: Recalls) -> None:
    if not model.repeats and recalls.is_repeat.any():
        row = int(np.argmax(recalls.is_repeat.any(axis=1)))
        raise ModelError(
            f"{type(model).__name__} gave an item twice, {recalls.positions[row][recalls.positions[row] != NONE]}; "
            "set the probability of a recalled item to 0 in recalled(), or declare repeats = True"
        )

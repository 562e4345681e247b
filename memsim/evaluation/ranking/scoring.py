"""One model in one task: fitted to the training people by the budget, and scored on the others."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.model import MemoryModel
from memsim.evaluation.ranking.budget import Fitted, fitted_within
from memsim.evaluation.ranking.findings import measured, of_simulated_lists
from memsim.evaluation.ranking.pinned_set import BenchmarkSet, RankedTask
from memsim.evaluation.ranking.split import Split, split_of
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.spec import FitSpec

PARTS = ("choice", "termination")


class FitToTraining(NamedTuple):
    """A fit, and how it was made."""

    spec: FitSpec
    found: Fitted

    @property
    def model(self) -> MemoryModel[Any]:
        """The fitted model."""
        model = self.spec.space.at(self.found.places)
        assert isinstance(model, MemoryModel)
        return model


def fit_to(model: MemoryModel[Any], split: Split, ranked: BenchmarkSet, task: RankedTask) -> FitToTraining:
    """The fit of a model to the training people of a task, by the budget of the set."""
    recalls = split.to_fit
    spec = FitSpec.of(model, recalls=recalls, seed=ranked.seed)
    if spec.kind == "sampled":
        spec = replace(spec, samples=task.samples)
    return FitToTraining(spec, fitted_within(spec, recalls, ranked.evaluations))


def scored_parts(fit: FitToTraining, split: Split, ranked: BenchmarkSet) -> dict[str, dict[str, FloatArray]]:
    """Log-likelihoods of the scored lists, by condition: ``choice`` and ``termination``, (n_lists,) each.

    Only those events count that all models can produce: no intrusions and no repeats.
    """
    objective = fit.spec.objective(split.to_fit)
    assert isinstance(objective, LikelihoodObjective)
    samples = ranked.scoring_samples if fit.spec.kind == "sampled" else fit.spec.samples
    parts = replace(objective, recalls=split.to_score, samples=samples).parts_of_lists(fit.found.places, common=True)
    found, start = {}, 0
    for condition, scored in split.scored.items():
        rows = slice(start, start + len(scored))
        found[condition] = {name: getattr(parts, name)[rows] for name in PARTS}
        start += len(scored)
    return found


def model_cell(model: MemoryModel[Any], ranked: BenchmarkSet, task: RankedTask) -> dict[str, Any]:
    """Fit, score and simulate a model in a task, as a cell.

    Returns
    -------
    dict : ``parts`` of the log-likelihood of each scored list by condition, ``findings``, ``estimates``, ``value`` of
        the fit, ``evaluations``, ``gradient``, and ``fit_seconds`` and ``score_seconds`` of processor time, the latter
        for each 100 lists. What compiles when a model is first run is done before.
    """
    split = split_of(task, ranked.seed)
    few = Split(_first(split.training), _first(split.scored), split.everyone, split.rows)
    warm = fit_to(model, few, replace(ranked, evaluations=1), task)
    scored_parts(warm, few, ranked)
    began = time.process_time()
    fit = fit_to(model, split, ranked, task)
    fitted = time.process_time()
    parts = scored_parts(fit, split, ranked)
    scored = time.process_time()
    n_scored = sum(map(len, split.scored.values()))
    return {
        "parts": {label: {name: each.tolist() for name, each in own.items()} for label, own in parts.items()},
        "findings": findings_of(fit.model, split, ranked),
        "estimates": fit.spec.space.values(fit.found.places),
        "value": fit.found.value,
        "n_training": sum(map(len, split.training.values())),
        "evaluations": fit.found.evaluations,
        "gradient": fit.found.smooth,
        "fit_seconds": fitted - began,
        "score_seconds": (scored - fitted) * 100 / n_scored,
    }


def findings_cell(model: Any, ranked: BenchmarkSet, task: RankedTask) -> dict[str, Any]:
    """The qualitative findings of a model without a likelihood, at its own parameters, as a cell."""
    return {"findings": findings_of(model, split_of(task, ranked.seed), ranked)}


def findings_of(model: Any, split: Split, ranked: BenchmarkSet) -> dict[str, float]:
    """The numbers of the findings, by name, of what a model recalls of the scored lists."""
    return measured(of_simulated_lists(model, split.scored, ranked.simulated, ranked.seed))


def _first(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Two lists of each condition: enough to compile what runs."""
    return {label: each[np.arange(min(2, len(each)))] for label, each in parts.items()}

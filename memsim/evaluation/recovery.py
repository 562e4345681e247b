"""Whether fits find what made the data: recovery of parameters, and of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.loop import simulate
from memsim.core.model import MemoryModel
from memsim.core.parameters import require_counts
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.search import best_of
from memsim.fitting.space import Space
from memsim.running.execution import Cell, Running, digest, run_with

SPREAD = 0.15
"""Half the width of the range from which true values are drawn, around the model's own, in a space of width one."""


def recover_parameters(
    model: MemoryModel[Any],
    paradigm: Paradigm,
    free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
    *,
    ties: Mapping[str, str] | None = None,
    simulations: int = 50,
    lists: int = 100,
    starts: int = 1,
    generations: int = 25,
    samples: int = 50,
    seed: int = 0,
    **running: Unpack[Running],
) -> pd.DataFrame:
    """Simulate people with known parameters, fit each, and set estimates beside the truth.

    Parameters
    ----------
    model, free, ties : as in :func:`memsim.fitting.estimation.fit`. True values are drawn evenly within the bounds,
    where ``free``
        gives any, else around the model's own values, .15 to either side on the scale of the search.
    simulations, lists : simulated people, and lists of each.
    starts, generations, samples, seed : of each fit.
    running : ``workers, backend, scheduler, cache, progress``; see :func:`memsim.running.execution.run_cells`.

    Returns
    -------
    DataFrame : ``simulation, parameter, true, estimate, log_likelihood, log_likelihood_of_truth``. A fit that is below
        the truth in log-likelihood has not found the best.
    """
    counts = {"simulations": simulations, "lists": lists, "starts": starts, "generations": generations}
    require_counts("recover_parameters", **counts, samples=samples)
    space = Space.of(model, free, ties)
    _require_likelihood(model)
    own, rng = space.default, stream(seed, "recovery")
    given = free if isinstance(free, Mapping) else {}
    bounded = np.array([bool(given.get(axis.name)) for axis in space.axes])
    middle, spread = np.where(bounded, 0.5, own), np.where(bounded, 0.5, SPREAD)
    places = np.array([feasible(space, middle, spread, rng) for _ in range(simulations)])
    settings = {"lists": lists, "starts": starts, "generations": generations, "samples": samples}
    shared = {"space": space, "paradigm": paradigm, **settings}
    key = {**space.key(), "paradigm": digest(paradigm), **settings}
    cells = [
        Cell("memsim.evaluation.recovery:recovery_cell", {**shared, "places": place.tolist(), "seed": seed + i},
             {**key, "places": place.tolist(), "seed": seed + i}, f"{type(model).__name__}, simulation {i + 1}")
        for i, place in enumerate(places)
    ]  # fmt: skip
    found = run_with(running, cells, "recovery")
    rows = [
        {"simulation": i + 1, "parameter": axis.name, "true": space.values(places[i])[axis.name],
         "estimate": each["estimates"][axis.name], "log_likelihood": each["log_likelihood"],
         "log_likelihood_of_truth": each["log_likelihood_of_truth"]}
        for i, each in enumerate(found) for axis in space.axes
    ]  # fmt: skip
    return pd.DataFrame(rows)


def recovery_cell(
    space: Space,
    paradigm: Paradigm,
    lists: int,
    starts: int,
    generations: int,
    samples: int,
    places: list[float],
    seed: int,
) -> dict[str, Any]:
    """One simulated person, and the fit, as a piece of work."""
    truth = space.at(np.array(places))
    assert isinstance(truth, MemoryModel)
    recalls = simulate(truth, paradigm.trials(lists, seed), seed)
    objective = LikelihoodObjective(space, recalls, samples, seed)
    found, value = best_of(objective, starts, generations=generations, seed=seed)
    of_truth = objective(np.array(places))
    return {"estimates": space.values(found), "log_likelihood": -value, "log_likelihood_of_truth": -of_truth}


def recovery_summary(table: pd.DataFrame) -> pd.DataFrame:
    """How well each parameter came back.

    Returns
    -------
    DataFrame : ``parameter, r, spearman, bias, rmse, simulations``: Pearson's and Spearman's correlation of truth and
        estimate, and mean and root mean square of the error.
    """
    rows = []
    for name, part in table.groupby("parameter", sort=False):
        error = part["estimate"] - part["true"]
        varies = part["true"].nunique() > 1 and part["estimate"].nunique() > 1
        rows.append({
            "parameter": name, "r": part["true"].corr(part["estimate"]) if varies else np.nan,
            "spearman": part["true"].corr(part["estimate"], method="spearman") if varies else np.nan,
            "bias": error.mean(), "rmse": np.sqrt((error**2).mean()), "simulations": len(part),
        })  # fmt: skip
    return pd.DataFrame(rows)


def recover_models(
    models: Mapping[str, MemoryModel[Any]],
    paradigm: Paradigm,
    *,
    replications: int = 10,
    subjects: int = 15,
    lists: int = 80,
    criterion: Literal["bic", "aic"] = "bic",
    starts: int = 1,
    generations: int = 25,
    samples: int = 20,
    seed: int = 0,
    **running: Unpack[Running],
) -> pd.DataFrame:
    """Simulate groups of people with each model, fit all models to each group, and see which is chosen.

    The parameters of every subject are drawn around the model's own as in :func:`recover_parameters`, but a third as
    widely; one set is fitted to the whole group.

    Returns
    -------
    DataFrame : ``simulated, replication, fitted, log_likelihood, n_parameters, n_events, aic, bic, chosen``.
    """
    if len(models) < 2:
        raise InputError("recover_models: a choice takes at least two models")
    counts = {"replications": replications, "subjects": subjects, "lists": lists, "starts": starts}
    require_counts("recover_models", **counts, generations=generations, samples=samples)
    for model in models.values():
        _require_likelihood(model)
    spaces = {name: Space.of(model) for name, model in models.items()}
    cells, labels = [], []
    for name, space in spaces.items():
        for replication in range(replications):
            for other, candidate in spaces.items():
                arguments = {
                    "made_by": space, "fitted": candidate, "paradigm": paradigm, "subjects": subjects, "lists": lists,
                    "starts": starts, "generations": generations, "samples": samples, "seed": seed + replication,
                }  # fmt: skip
                key = {**arguments, "made_by": space.key(), "fitted": candidate.key(),
                       "paradigm": digest(paradigm)}  # fmt: skip
                cells.append(
                    Cell(
                        "memsim.evaluation.recovery:model_cell", arguments, key, f"{name} {replication + 1} by {other}"
                    )
                )
                labels.append({"simulated": name, "replication": replication + 1, "fitted": other})
    found = run_with(running, cells, "model recovery")
    table = pd.DataFrame([{**label, **each} for label, each in zip(labels, found, strict=True)])
    table["aic"] = 2 * table["n_parameters"] - 2 * table["log_likelihood"]
    table["bic"] = table["n_parameters"] * np.log(table["n_events"]) - 2 * table["log_likelihood"]
    least = table.groupby(["simulated", "replication"])[criterion].transform("min")
    return table.assign(chosen=table[criterion] == least)


def model_cell(
    made_by: Space,
    fitted: Space,
    paradigm: Paradigm,
    subjects: int,
    lists: int,
    starts: int,
    generations: int,
    samples: int,
    seed: int,
) -> dict[str, Any]:
    """One group simulated by one model and fitted by another, as a piece of work."""
    recalls = _group(made_by, paradigm, subjects, lists, seed)
    objective = LikelihoodObjective(fitted, recalls, samples, seed)
    _, value = best_of(objective, starts, generations=generations, seed=seed)
    counts = objective.counts()
    return {"log_likelihood": -value, "n_parameters": len(fitted.axes), "n_events": counts["n_events"]}


def confusion(table: pd.DataFrame) -> pd.DataFrame:
    """Simulated models by chosen ones: the share of replications."""
    chosen = table[table["chosen"]]
    counts = pd.crosstab(chosen["simulated"], chosen["fitted"], normalize="index")
    order = list(table["simulated"].unique())
    return counts.reindex(index=order, columns=order, fill_value=0.0)


def _group(space: Space, paradigm: Paradigm, subjects: int, lists: int, seed: int) -> Recalls:
    """Recalls of subjects who differ in their parameters, and share no random numbers with those of other seeds."""
    trials = paradigm.trials(subjects * lists, seed, subjects=subjects)
    own, rng = space.default, stream(seed, "group")
    parts = []
    for subject in trials.subjects:
        model = space.at(feasible(space, own, SPREAD / 3, rng))
        assert isinstance(model, MemoryModel)
        parts.append(simulate(model, trials[trials.subject == subject], int(rng.integers(2**63))))
    return joined(parts)


def feasible(space: Space, middle: FloatArray, spread: FloatArray | float, rng: np.random.Generator) -> FloatArray:
    """A random place within ``spread`` of ``middle`` where ties lead to values within their ranges."""
    for _ in range(1000):
        place = middle + spread * (2 * rng.random(len(middle)) - 1)
        # Not to the very edge of a range, where parameters beside it lose their meaning.
        inner = np.where(np.asarray(spread) < 0.5, 0.5, 0.0)
        place = np.clip(place, inner * middle, 1 - inner * (1 - middle))
        try:
            space.at(place)
        except InputError:
            continue
        return place
    raise InputError(f"the ties {dict(space.ties)} lead out of range nearly everywhere; narrow the bounds of `free`")


def _require_likelihood(model: Any) -> None:
    if not isinstance(model, MemoryModel) or model.likelihood == "none":
        raise InputError(f"{model!r} has no likelihood of a recall sequence, so it cannot be recovered by one")

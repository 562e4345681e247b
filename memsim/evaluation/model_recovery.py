"""Model recovery: simulate groups of subjects with each of several models, fit all models, and see which is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Unpack

import pandas as pd

from memsim.analysis.figures.page import Drawing
from memsim.analysis.selection.criteria import aic, bic
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import html_of
from memsim.core.limits import require_cells, require_counts
from memsim.core.model import MemoryModel
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm
from memsim.evaluation.figures import confusion_figure
from memsim.evaluation.likelihood_kinds import require_one_kind
from memsim.evaluation.parameter_recovery import LISTS, SPREAD, feasible_place
from memsim.fitting.estimation import best_places
from memsim.fitting.space import Space
from memsim.fitting.spec import GENERATIONS, SAMPLES, STARTS, FitSpec, specs_of
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@says_what_it_has
@dataclass(frozen=True)
class ModelRecovery:
    """Which model was chosen for groups that each of several models simulated."""

    table: pd.DataFrame
    """``simulated, replication, fitted, log_likelihood, n_parameters, n_events, aic, bic, chosen``, a row for each
    simulated group and fitted model."""
    title: str

    def __repr__(self) -> str:
        return f"ModelRecovery({self.title})"

    def _repr_html_(self) -> str:
        return html_of(self.title, {}, self.summary)

    @property
    def summary(self) -> pd.DataFrame:
        """Shares of replications: a row for each model that simulated, a column for each that was chosen."""
        return confusion(self.table).rename_axis(columns=None).reset_index()

    def figure(self, **drawing: Unpack[Drawing]) -> Figure:
        """Draw the shares."""
        return confusion_figure(confusion(self.table), self.title, **drawing)


def recover_models(
    models: Mapping[str, MemoryModel[Any]],
    paradigm: Paradigm,
    *,
    replications: int = 10,
    subjects: int = 15,
    n_trials: int = LISTS,
    criterion: Literal["bic", "aic"] = "bic",
    samples: int = SAMPLES,
    starts: int = STARTS,
    generations: int | None = GENERATIONS,
    seed: int = 0,
    **running: Unpack[Running],
) -> ModelRecovery:
    """Simulate groups with each model, fit all models to each group, and choose one; see :func:`memsim.recover`."""
    if len(models) < 2:
        raise InputError(
            "recover: choosing takes at least two models; for the parameters of one, give the model itself"
        )
    if criterion not in ("bic", "aic"):
        raise InputError(f"recover: criterion={criterion!r} is neither 'bic' nor 'aic'")
    require_counts("recover", replications=replications, subjects=subjects, n_trials=n_trials)
    specs = specs_of("recover", models, samples=samples, starts=starts, generations=generations)
    require_one_kind("recover", {name: spec.model for name, spec in specs.items()}, bool(paradigm.judged))
    n_cells = len(specs) ** 2 * replications
    require_cells("recover", n_cells, f"{len(specs)} models and {replications:,} replications")
    cells, labels = [], []
    for name in specs:
        for replication in range(replications):
            for fitted, spec in specs.items():
                arguments = {
                    "simulated": specs[name].space, "spec": replace(spec, seed=seed + replication),
                    "paradigm": paradigm, "subjects": subjects, "n_trials": n_trials,
                }  # fmt: skip
                cells.append(Cell(model_cell, arguments, f"{name}, group {replication + 1}, fitted by {fitted}"))
                labels.append({"simulated": name, "replication": replication + 1, "fitted": fitted})
    found = run_cells(cells, title="model recovery", **running)
    table = pd.DataFrame([{**label, **each} for label, each in zip(labels, found, strict=True)])
    table["aic"] = aic(table["log_likelihood"], table["n_parameters"])
    table["bic"] = bic(table["log_likelihood"], table["n_parameters"], table["n_events"])
    lowest = table.groupby(["simulated", "replication"])[criterion].transform("min")
    title = f"{replications} groups of {subjects} with {n_trials} lists each, by {criterion.upper()}"
    return ModelRecovery(table.assign(chosen=table[criterion] == lowest), title)


def model_cell(
    simulated: Space, spec: FitSpec, paradigm: Paradigm, subjects: int, n_trials: int
) -> dict[str, float | int]:
    """Simulate one group with one model, and fit another model to it; a cell."""
    recalls = simulated_group(simulated, paradigm, subjects, n_trials, spec.seed)
    _, value = best_places(spec, recalls)
    n_events = spec.objective(recalls).counts()["n_events"]
    return {"log_likelihood": -value, "n_parameters": len(spec.free), "n_events": n_events}


def confusion(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of replications: models that simulated as the index, chosen models as columns.

    Parameters
    ----------
    table : ``simulated, fitted, chosen``, as in :attr:`ModelRecovery.table`.
    """
    chosen = table[table["chosen"]]
    counts = pd.crosstab(chosen["simulated"], chosen["fitted"], normalize="index")
    order = list(table["simulated"].unique())
    return counts.reindex(index=order, columns=order, fill_value=0.0)


def simulated_group(space: Space, paradigm: Paradigm, subjects: int, n_trials: int, seed: int) -> Recalls:
    """Recalls of simulated subjects who differ in their parameters.

    Parameters are drawn around the model's own as in parameter recovery, but from a range a third as wide. Groups of
    different seeds share no random numbers.
    """
    trials = paradigm.trials(subjects * n_trials, seed, subjects=subjects)
    own, rng = space.default, stream(seed, "group")
    parts = []
    for subject in trials.subjects:
        model = space.at(feasible_place(space, own, SPREAD / 3, rng))
        assert isinstance(model, MemoryModel)
        parts.append(simulate(model, trials[trials.subject == subject], int(rng.integers(2**63))))
    return joined(parts)

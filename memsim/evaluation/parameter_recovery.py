"""Parameter recovery: simulate subjects with known parameters, fit them, and compare estimates with the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from memsim.analysis.figures.page import Drawing
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import html_of
from memsim.core.limits import require_counts
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm
from memsim.evaluation.figures import recovery_figure
from memsim.fitting.estimation import best_places
from memsim.fitting.space import Space
from memsim.fitting.spec import GENERATIONS, SAMPLES, STARTS, FitSpec
from memsim.fitting.terms import require_constant
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SPREAD = 0.15
"""Half the width of the range from which true values are drawn around the model's own, on the scale of the search."""
LISTS = 100
"""Default number of lists of each simulated subject."""


@says_what_it_has
@dataclass(frozen=True)
class ParameterRecovery:
    """True values and estimates of parameters."""

    table: pd.DataFrame
    """``simulation, parameter, true, estimate, log_likelihood, log_likelihood_of_truth``, a row for each simulated
    subject and parameter. A fit with a lower log-likelihood than the truth has not found the best parameters."""
    title: str

    def __repr__(self) -> str:
        return f"ParameterRecovery({self.title})"

    def _repr_html_(self) -> str:
        return html_of(self.title, {}, self.summary)

    @property
    def summary(self) -> pd.DataFrame:
        """How well each parameter was recovered; see :func:`recovery_summary`."""
        return recovery_summary(self.table)

    def figure(self, **drawing: Unpack[Drawing]) -> Figure:
        """Draw estimates against true values."""
        return recovery_figure(self.table, self.summary, self.title, **drawing)


def recover_parameters(
    model: MemoryModel[Any],
    paradigm: Paradigm,
    free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
    *,
    ties: Mapping[str, str] | None = None,
    simulations: int = 50,
    n_trials: int = LISTS,
    samples: int = SAMPLES,
    starts: int = STARTS,
    generations: int | None = GENERATIONS,
    seed: int = 0,
    **running: Unpack[Running],
) -> ParameterRecovery:
    """Simulate subjects with known parameters and fit each; see :func:`memsim.recover`."""
    require_counts("recover", simulations=simulations, n_trials=n_trials)
    require_constant("recover", free)
    spec = FitSpec.of(model, free, ties, samples=samples, starts=starts, generations=generations, seed=seed)
    space = spec.space
    rng = stream(seed, "recovery")
    given = free if isinstance(free, Mapping) else {}
    bounded = np.array([bool(given.get(axis.name)) for axis in space.axes])
    middle, spread = np.where(bounded, 0.5, space.default), np.where(bounded, 0.5, SPREAD)
    places = np.array([feasible_place(space, middle, spread, rng) for _ in range(simulations)])
    cells = [
        Cell(
            recovery_cell,
            {
                "spec": replace(spec, seed=seed + i),
                "paradigm": paradigm,
                "n_trials": n_trials,
                "places": place.tolist(),
            },
            f"{type(model).__name__}, simulation {i + 1}",
        )
        for i, place in enumerate(places)
    ]
    found = run_cells(cells, title="parameter recovery", **running)
    rows = [
        {"simulation": i + 1, "parameter": axis.name, "true": space.values(places[i])[axis.name],
         "estimate": each["estimates"][axis.name], "log_likelihood": each["log_likelihood"],
         "log_likelihood_of_truth": each["log_likelihood_of_truth"]}
        for i, each in enumerate(found) for axis in space.axes
    ]  # fmt: skip
    title = f"{type(model).__name__}: {simulations} simulated subjects with {n_trials} lists each"
    return ParameterRecovery(pd.DataFrame(rows), title)


def recovery_cell(spec: FitSpec, paradigm: Paradigm, n_trials: int, places: list[float]) -> dict[str, Any]:
    """Simulate one subject with the parameters at ``places``, and fit it; a cell."""
    truth = spec.space.at(np.array(places))
    assert isinstance(truth, MemoryModel)
    recalls = simulate(truth, paradigm.trials(n_trials, spec.seed), spec.seed)
    found, value = best_places(spec, recalls)
    value_of_truth = spec.objective(recalls)(np.array(places))
    return {
        "estimates": spec.space.values(found),
        "log_likelihood": -value,
        "log_likelihood_of_truth": -value_of_truth,
    }


def recovery_summary(table: pd.DataFrame) -> pd.DataFrame:
    """How well each parameter was recovered.

    Parameters
    ----------
    table : ``parameter, true, estimate``, as in :attr:`ParameterRecovery.table`.

    Returns
    -------
    DataFrame : ``parameter, r, spearman, bias, rmse, simulations``: Pearson's and Spearman's correlation of true value
        and estimate (NaN where either is constant), and mean and root mean square of the error.
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


def feasible_place(
    space: Space, middle: FloatArray, spread: FloatArray | float, rng: np.random.Generator
) -> FloatArray:
    """Draw a place within ``spread`` of ``middle`` where every tie gives a value within its range.

    Raises
    ------
    InputError : no such place in 1,000 draws.
    """
    for _ in range(1000):
        place = middle + spread * (2 * rng.random(len(middle)) - 1)
        # Not up to the very bound of a range, where other parameters may lose their meaning.
        inner = np.where(np.asarray(spread) < 0.5, 0.5, 0.0)
        place = np.clip(place, inner * middle, 1 - inner * (1 - middle))
        try:
            space.at(place)
        except InputError:
            continue
        return place
    raise InputError(f"the ties {dict(space.ties)} leave their ranges nearly everywhere; narrow the bounds of `free`")

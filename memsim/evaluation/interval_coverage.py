"""Coverage: how often the intervals of a fit hold the mean of the people whose parameters made the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.limits import require_counts, require_seed
from memsim.core.model import MemoryModel
from memsim.core.names import closest, require_mapping
from memsim.core.recall_parts import by_subject, joined
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm
from memsim.fitting.axes import Axis
from memsim.fitting.estimation import best_places
from memsim.fitting.intervals import INTERVALS, bootstrap_cell, checked_intervals, profile_cell
from memsim.fitting.population_means import mean_of_estimates
from memsim.fitting.robust import robust_ends
from memsim.fitting.spec import GENERATIONS, FitSpec
from memsim.paradigms.lookup import given_paradigm
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running

KINDS = (*INTERVALS, "subjects")
"""The intervals of a fit to the group, and that of the mean of fits to single subjects."""
RESAMPLES = 100
"""Of a bootstrap in each simulated experiment."""


@says_what_it_has
@dataclass(frozen=True)
class Coverage:
    """Intervals from simulated experiments, beside the population means that they should hold."""

    table: pd.DataFrame
    """``simulation, interval, parameter, true, estimate, low, high``, a row for each interval. An interval that a fit
    could not give is NaN, and holds nothing."""
    redrawn: int
    """Parameters of simulated people that fell outside their range and were drawn again."""
    title: str

    @property
    def summary(self) -> pd.DataFrame:
        """The share of experiments in which an interval holds the truth.

        ``interval, parameter, coverage, low, high, bias, width, undefined, simulations``; ``low`` and ``high`` are the
        95% interval of the share (Wilson, 1927), ``width`` the mean width of the intervals.
        """
        from statsmodels.stats.proportion import proportion_confint

        rows = []
        for (kind, name), part in self.table.groupby(["interval", "parameter"], sort=False):
            holds = int(((part["low"] <= part["true"]) & (part["true"] <= part["high"])).sum())
            low, high = proportion_confint(holds, len(part), method="wilson")
            rows.append({
                "interval": kind, "parameter": name, "coverage": holds / len(part), "low": low, "high": high,
                "bias": (part["estimate"] - part["true"]).mean(), "width": (part["high"] - part["low"]).mean(),
                "undefined": int(part["low"].isna().sum()), "simulations": len(part),
            })  # fmt: skip
        return pd.DataFrame(rows)


@with_running
def coverage(
    model: MemoryModel[Any] | str,
    spread: Mapping[str, float],
    paradigm: Paradigm | str | None = None,
    *,
    people: int = 15,
    n_trials: int = 40,
    simulations: int = 200,
    intervals: Sequence[str] = ("robust", "subjects"),
    starts: int = 1,
    generations: int | None = GENERATIONS,
    seed: int = 0,
    **running: Unpack[Running],
) -> Coverage:
    """Simulate experiments of people who differ, fit each, and see how often the intervals hold the population mean.

    Parameters
    ----------
    model : its values are the population means, but for what the ranges of parameters cut off; its ties hold.
    spread : the standard deviation between people of each free parameter, by name; 0 where people are alike. Values
        are drawn from a normal distribution, again where one falls outside the range of its parameter.
    paradigm : the task, or its name; free recall if not given.
    people, n_trials : in an experiment, and lists of each of them.
    simulations : the number of experiments.
    intervals : ``"profile"``, ``"robust"`` or ``"bootstrap"`` of a fit to the group (see :func:`memsim.fit`), and
        ``"subjects"``: Student's t over the estimates of single subjects
        (:func:`memsim.fitting.population_means.population`).
    starts, generations, seed : of the fits; see :func:`memsim.fit`.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`.

    Raises
    ------
    InputError : an unknown parameter or kind of interval, a negative spread, no parameter, or fewer than two people.
    LikelihoodError : a model without a likelihood.
    """
    require_counts("coverage", people=people, n_trials=n_trials, simulations=simulations)
    require_seed(seed)
    if people < 2:
        raise InputError("coverage: people=1 do not differ; give two or more")
    require_mapping(spread, "coverage: spread", "{'retention': 0.1}")
    if not spread:
        raise InputError("coverage: spread names no parameter; give the standard deviation of one or more, or 0")
    for name, value in spread.items():
        if isinstance(value, bool | str) or not 0 <= value < np.inf:
            raise InputError(f"coverage: the spread of {name} is {value!r}, and must be a finite number of at least 0")
    for kind in intervals:
        if kind not in KINDS:
            raise InputError(
                f"coverage: no intervals are called {kind!r}{closest(kind, KINDS)} There are: {', '.join(KINDS)}."
            )
    if not intervals:
        raise InputError(f"coverage: intervals={list(intervals)} names no kind; there are {', '.join(KINDS)}")
    spec = FitSpec.of(model, list(spread), starts=starts, generations=generations, seed=seed)
    for kind in intervals:
        checked_intervals(spec, kind if kind in INTERVALS else None)
    means = {
        axis.name: _mean_within(getattr(spec.model, axis.name), spread[axis.name], axis) for axis in spec.space.axes
    }
    task = given_paradigm(paradigm)
    settings = {"paradigm": task, "people": people, "n_trials": n_trials, "intervals": list(intervals)}
    cells = [
        Cell(
            coverage_cell,
            {"spec": replace(spec, seed=seed + number), "spread": dict(spread), **settings},
            f"{type(spec.model).__name__}, experiment {number + 1}",
        )
        for number in range(simulations)
    ]
    found = run_cells(cells, title="coverage", **running)
    rows = [
        {"simulation": number + 1, "interval": kind, "parameter": name, "true": means[name],
         "estimate": middle, "low": low, "high": high}
        for number, each in enumerate(found) for kind, name, middle, low, high in each["rows"]
    ]  # fmt: skip
    title = f"{type(spec.model).__name__}: {simulations} experiments of {people} people with {n_trials} lists each"
    return Coverage(pd.DataFrame(rows), sum(each["redrawn"] for each in found), title)


def coverage_cell(
    spec: FitSpec, spread: dict[str, float], paradigm: Paradigm, people: int, n_trials: int, intervals: list[str]
) -> dict[str, Any]:
    """One experiment: its intervals as kind, parameter, estimate, low and high; a cell."""
    recalls, redrawn = _experiment(spec, spread, paradigm, people, n_trials)
    names = [axis.name for axis in spec.space.axes]
    rows: list[tuple[str, str, float, float, float]] = []
    group = [kind for kind in intervals if kind in INTERVALS]
    if group:
        objective: Any = spec.objective(recalls)
        places, value = best_places(spec, recalls)
        estimates = spec.space.values(places)
        for kind in group:
            ends: Any
            if kind == "robust":
                ends = robust_ends(objective, places)
            elif kind == "profile":
                each = [profile_cell(objective, places.tolist(), value, at) for at in range(len(names))]
                ends = [(one["low"], one["high"]) for one in each]
            else:
                drawn = [bootstrap_cell(objective, places.tolist(), number, spec.seed) for number in range(RESAMPLES)]
                ends = np.percentile(drawn, [2.5, 97.5], axis=0).T.tolist()
            rows += [(kind, name, estimates[name], *pair) for name, pair in zip(names, ends, strict=True)]
    if "subjects" in intervals:
        own = []
        for subject, part in by_subject(recalls).items():
            values = spec.space.values(best_places(spec, part)[0])
            own += [{"subject": subject, "parameter": name, "estimate": values[name]} for name in names]
        means = mean_of_estimates(pd.DataFrame(own)).set_index("parameter")
        rows += [("subjects", name, *means.loc[name, ["mean", "low", "high"]].tolist()) for name in names]
    return {"rows": rows, "redrawn": redrawn}


def _mean_within(mean: float, spread: float, axis: Axis) -> float:
    """The mean of a normal distribution within the range of a parameter, outside which values are drawn again."""
    from scipy.stats import truncnorm

    if not spread:
        return float(mean)
    ends = [(end - mean) / spread for end in (axis.low, axis.high)]
    return float(truncnorm.mean(*ends, loc=mean, scale=spread))


def _experiment(
    spec: FitSpec, spread: Mapping[str, float], paradigm: Paradigm, people: int, n_trials: int
) -> tuple[Recalls, int]:
    """Recalls of people who differ, and the number of parameters that were drawn again."""
    rng, model, redrawn = stream(spec.seed, "people"), spec.model, 0
    trials = paradigm.trials(people * n_trials, spec.seed, subjects=people)
    parts = []
    for code in range(people):
        values = {}
        for axis in spec.space.axes:
            mean = getattr(model, axis.name)
            values[axis.name] = rng.normal(mean, spread[axis.name])
            while not axis.low <= values[axis.name] <= axis.high:
                values[axis.name], redrawn = rng.normal(mean, spread[axis.name]), redrawn + 1
        one: Any = spec.space.at(spec.space.places(values))
        lists = trials[np.flatnonzero(trials.subject_codes == code)]
        parts.append(simulate(one, lists, seed=int(rng.integers(2**62))))
    return joined(parts), redrawn

"""Intervals of estimates: profiles of the likelihood, the robust sandwich, and fits to resampled people or lists."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Unpack

import numpy as np
from scipy.stats import chi2

from memsim.analysis.statistics.intervals import FEWEST
from memsim.core.arrays import BoolArray, IntArray
from memsim.core.errors import DataWarning, InputError
from memsim.core.joint_recalls import AnyRecalls
from memsim.core.recall_parts import resampled, units_of
from memsim.core.seeding import stream
from memsim.fitting.objectives import LikelihoodObjective, Objective
from memsim.fitting.result import Fit
from memsim.fitting.robust import robust_ends
from memsim.fitting.search import polish
from memsim.fitting.spec import FitSpec
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running

INTERVALS = ("profile", "robust", "bootstrap")
"""How intervals can be had; the first takes all lists as independent, the others people."""
FALL = float(chi2.ppf(0.95, 1)) / 2
"""How far the log-likelihood has fallen at the ends of a 95% interval: 1.92."""


def checked_intervals(spec: FitSpec, how: str | None) -> None:
    """Raise :class:`InputError` unless these intervals exist for this kind of fit."""
    if how not in (None, *INTERVALS):
        raise InputError(f"fit: intervals={how!r} must be None, {', '.join(map(repr, INTERVALS))}")
    if how == "profile" and spec.by == "summary":
        raise InputError("fit: a distance of curves has no profile likelihood; intervals='bootstrap' resamples people")
    if how == "robust" and (spec.by == "summary" or spec.kind == "sampled"):
        raise InputError("fit: robust intervals need the gradient of an exact likelihood; use intervals='bootstrap'")
    if how == "robust" and spec.criteria == "free":
        raise InputError(
            "fit: robust intervals do not know how free criteria vary over people; use intervals='bootstrap'"
        )


def with_intervals(
    fitted: Fit,
    recalls: AnyRecalls,
    how: Literal["profile", "robust", "bootstrap"],
    *,
    resamples: int = 100,
    **running: Unpack[Running],
) -> Fit:
    """The same fit with 95% intervals of its free parameters.

    Parameters
    ----------
    recalls : those that were fitted.
    how : ``"profile"``, ``"robust"`` or ``"bootstrap"``; see :func:`memsim.fit`.
    resamples : of the bootstrap: people are drawn with replacement, or lists where there is one person.

    Raises
    ------
    InputError : the profile likelihood of a fit to curves; robust intervals of one person's lists; intervals over
        people, or over the lists of one, of a parameter that a single one of them decides.
    """
    spec = fitted.spec
    checked_intervals(spec, how)
    axes = spec.space.axes
    parts = units_of(recalls, spec.per)
    n_people = max(len(part.trials.subjects) for part in parts.values())
    if how == "robust" and n_people < 2:
        raise InputError(
            "fit: robust intervals are over people, and each fit is to the lists of one; use intervals='profile'"
        )
    if how == "profile" and n_people > 1:
        warnings.warn(
            f"fit: profile intervals take all lists as independent, and those of {n_people} people are not: where "
            "people differ, the intervals are too narrow; intervals='robust' takes people as the unit",
            DataWarning,
            stacklevel=2,
        )
    cells = []
    objectives = {unit.unit: spec.objective(parts[unit.unit]) for unit in fitted.units}
    if how != "profile":
        require_several(objectives, how)
    for unit in fitted.units:
        shared = {"objective": objectives[unit.unit], "places": spec.space.places(unit.estimates).tolist()}
        if how == "profile":
            cells += [
                Cell(profile_cell, {**shared, "value": unit.value, "at": at}, f"{unit.unit}, profile of {axis.name}")
                for at, axis in enumerate(axes)
            ]
        elif how == "robust":
            cells.append(Cell(robust_cell, shared, f"{unit.unit}, robust intervals"))
        else:
            cells += [
                Cell(bootstrap_cell, {**shared, "resample": i, "seed": spec.seed}, f"{unit.unit}, resample {i + 1}")
                for i in range(resamples)
            ]
    found = run_cells(cells, title=how, **running)
    cells_per_unit = len(cells) // len(fitted.units)
    units = []
    for i, unit in enumerate(fitted.units):
        results = found[i * cells_per_unit : (i + 1) * cells_per_unit]
        profiles: dict[str, list[tuple[float, float]]] = {}
        if how == "profile":
            ends = [(result["low"], result["high"]) for result in results]
            profiles = {
                axis.name: [tuple(pair) for pair in result["curve"]] for axis, result in zip(axes, results, strict=True)
            }
        elif how == "robust":
            ends = [tuple(pair) for pair in results[0]]
        else:
            ends = [tuple(pair) for pair in np.percentile(np.array(results), [2.5, 97.5], axis=0).T.tolist()]
        named = {axis.name: (float(low), float(high)) for axis, (low, high) in zip(axes, ends, strict=True)}
        units.append(replace(unit, intervals=named, profiles=profiles))
    return replace(fitted, units=tuple(units), intervals=how)


def require_several(objectives: Mapping[str, Objective], how: str) -> None:
    """Raise :class:`InputError` where a single person, or list of one person, decides a parameter.

    Warns
    -----
    DataWarning : a bootstrap over so few that its intervals are too narrow.
    """
    fewest: list[tuple[int, str]] = []
    for unit, objective in objectives.items():
        codes, bearing = _drawn(objective)
        whose = "" if unit == "group" else f" of subject {unit}"
        kind = "person" if len(objective.recalls.trials.subjects) > 1 else "list"
        numbers = {
            axis.name: len(np.unique(codes[bears])) for axis, bears in zip(objective.space.axes, bearing.T, strict=True)
        }
        for name, number in numbers.items():
            if number < 2:
                raise InputError(
                    f"fit: {number} {kind}{whose} decides {name}, and intervals={how!r} are from how several differ; "
                    f"use intervals='profile', or let {name.partition('[')[0]} be the same in more of them"
                )
        fewest += [(number, "people" if kind == "person" else "lists") for number in numbers.values()]
    if how == "bootstrap" and min(fewest)[0] < FEWEST:
        number, kind = min(fewest)
        warnings.warn(
            f"fit: bootstrap intervals are over {number} {kind}, fewer than {FEWEST}, where percentiles are too "
            "narrow; use intervals='robust' for people, or 'profile' for the lists of one",
            DataWarning,
            stacklevel=4,
        )


def _drawn(objective: Objective) -> tuple[IntArray, BoolArray]:
    """(n_trials,) codes of what a bootstrap draws, people or one person's lists; and the objective's bearing."""
    recalls = objective.recalls
    codes = recalls.trials.subject_codes
    return (codes if codes.any() else np.arange(len(recalls))).astype(np.int32), objective.bearing


def profile_cell(objective: Objective, places: list[float], value: float, at: int) -> dict[str, Any]:
    """How far one parameter can move, the others being optimised, until the log-likelihood has fallen by 1.92; a cell.

    Parameters
    ----------
    places : of the estimates.
    value : of the objective there.
    at : the index of the parameter.

    Returns
    -------
    dict : ``low`` and ``high``, the values of the parameter at the two ends, or the bound of its range where the fall
        is smaller: then the data do not identify it on that side. ``curve``, the pairs of value and fall that were
        evaluated.
    """
    axis = objective.space.axes[at]
    curve: list[tuple[float, float]] = [(float(axis.value(places[at])), 0.0)]
    ends = {}
    for side, edge in (("low", 0.0), ("high", 1.0)):
        # Growing steps outwards until the fall is large enough, then bisection between the last two places.
        inside, outside, others, step = places[at], None, np.array(places), 0.005
        while inside != edge and outside is None:
            place = min(max(inside + (step if edge else -step), 0.0), 1.0)
            fall, others_there = _profiled(objective, others, at, place, value)
            curve.append((float(axis.value(place)), fall))
            if fall > FALL:
                outside = place
            else:
                inside, others, step = place, others_there, step * 2
        while outside is not None and abs(outside - inside) > max(0.02 * abs(outside - places[at]), 1e-9):
            place = (inside + outside) / 2
            fall, others_there = _profiled(objective, others, at, place, value)
            curve.append((float(axis.value(place)), fall))
            if fall > FALL:
                outside = place
            else:
                inside, others = place, others_there
        ends[side] = float(axis.value(edge if outside is None else inside))
    return {**ends, "curve": sorted(curve)}


def _profiled(
    objective: Objective, others: np.ndarray, at: int, place: float, value: float
) -> tuple[float, np.ndarray]:
    """The fall of the log-likelihood with one parameter held at ``place``, and the optimal places of the others."""
    start = np.delete(others, at)
    if not len(start):
        return objective(np.array([place])) - value, np.array([place])

    held = _Held(objective, at, place)
    found, best, _ = polish(held, start, smooth=objective.smooth)
    if objective.smooth and best - value > 2 * FALL:
        # The likelihood has cliffs where stopping would be certain, and no gradient leads back over them.
        for radius in (0.005, 0.1):
            over, _, _ = polish(held, start, smooth=False, radius=radius)
            over, there, _ = polish(held, over, smooth=True)
            if there < best:
                found, best = over, there
    return best - value, np.insert(found, at, place)


def robust_cell(objective: LikelihoodObjective, places: list[float]) -> list[tuple[float, float]]:
    """The ends of :func:`memsim.fitting.robust.robust_ends`; a cell."""
    return robust_ends(objective, np.array(places))


@dataclass(frozen=True)
class _Held:
    """An objective with one parameter held, as a function of the others."""

    objective: Objective
    at: int
    place: float

    def __call__(self, rest: np.ndarray) -> float:
        return self.objective(np.insert(rest, self.at, self.place))

    def value_and_gradient(self, rest: np.ndarray) -> tuple[float, np.ndarray]:
        assert isinstance(self.objective, LikelihoodObjective)
        value, slopes = self.objective.value_and_gradient(np.insert(rest, self.at, self.place))
        return value, np.delete(slopes, self.at)


def bootstrap_cell(objective: Objective, places: list[float], resample: int, seed: int) -> list[float]:
    """Estimates from people, or one person's lists, drawn with replacement, searched locally from the estimates.

    Where parameters vary between them, such as by a condition, those on whom the same numbers bear are drawn among
    themselves, so that no resample lacks a level.
    """
    codes, bearing = _drawn(objective)
    rng = stream(seed, "bootstrap", resample)
    own = np.zeros((codes.max() + 1, bearing.shape[1]), dtype=bool)
    np.logical_or.at(own, codes, bearing)
    alike = np.unique(own, axis=0, return_inverse=True)[1].ravel()
    strata = [np.flatnonzero(alike == stratum) for stratum in np.unique(alike)]
    drawn = np.concatenate([stratum[rng.integers(0, len(stratum), len(stratum))] for stratum in strata])
    rows = np.concatenate([np.flatnonzero(codes == code) for code in drawn])
    changed: dict[str, Any] = {"recalls": resampled(objective.recalls, rows)}
    again = replace(objective, **changed)
    found, _, _ = polish(again, np.array(places), smooth=again.smooth)
    values = objective.space.values(found)
    return [float(values[axis.name]) for axis in objective.space.axes]

"""How sure estimates are: profiles of the likelihood, and fits to lists drawn anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, Unpack

import numpy as np
from scipy.stats import chi2

from memsim.core.errors import InputError
from memsim.core.recall_parts import resampled, units_of
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.fitting.objectives import Objective
from memsim.fitting.result import Fit, objective_of, space_of
from memsim.fitting.search import polish
from memsim.running.execution import Cell, Running, run_with

FALL = float(chi2.ppf(0.95, 1)) / 2
"""How far the log-likelihood falls to the ends of a 95% interval: 1.92."""


def with_intervals(
    fitted: Fit,
    recalls: Recalls,
    how: Literal["profile", "bootstrap"],
    *,
    resamples: int = 100,
    **running: Unpack[Running],
) -> Fit:
    """The same fit with 95% intervals of its free parameters; see :func:`memsim.fit`."""
    if fitted.kind == "summary" and how == "profile":
        raise InputError("a distance of curves has no profile likelihood; intervals='bootstrap' resamples lists")
    space = space_of(fitted)
    parts = units_of(recalls, fitted.settings["per"])
    cells = []
    for unit in fitted.units:
        objective = objective_of(fitted, space, parts[unit.unit])
        places = space.places(unit.estimates).tolist()
        key = {**objective.key(), "places": places}
        shared = {"objective": objective, "places": places}
        if how == "profile":
            cells += [
                Cell("memsim.fitting.intervals:profile_cell", {**shared, "value": unit.value, "at": at},
                     {**key, "profile": axis.name}, f"{unit.unit}, profile of {axis.name}")
                for at, axis in enumerate(space.axes)
            ]  # fmt: skip
        else:
            cells += [
                Cell("memsim.fitting.intervals:bootstrap_cell",
                     {**shared, "resample": i, "seed": fitted.settings["seed"]},
                     {**key, "resample": i, "seed": fitted.settings["seed"]}, f"{unit.unit}, resample {i + 1}")
                for i in range(resamples)
            ]  # fmt: skip
    found = run_with(running, cells, how)
    each = len(cells) // len(fitted.units)
    units = []
    for i, unit in enumerate(fitted.units):
        results = found[i * each : (i + 1) * each]
        profiles: dict[str, list[tuple[float, float]]] = {}
        if how == "profile":
            ends = [(result["low"], result["high"]) for result in results]
            profiles = {
                axis.name: [tuple(pair) for pair in result["curve"]]
                for axis, result in zip(space.axes, results, strict=True)
            }
        else:
            draws = np.array(results)
            ends = [tuple(pair) for pair in np.percentile(draws, [2.5, 97.5], axis=0).T.tolist()]
        named = {axis.name: (float(low), float(high)) for axis, (low, high) in zip(space.axes, ends, strict=True)}
        units.append(replace(unit, intervals=named, profiles=profiles))
    return replace(fitted, units=tuple(units), settings={**fitted.settings, "intervals": how})


def profile_cell(objective: Objective, places: list[float], value: float, at: int) -> dict[str, Any]:
    """How far a parameter may move, the others following, before the log-likelihood has fallen by 1.92.

    ``low`` and ``high`` are its values there, or the ends of its range where the fall is less: then the data do not
    identify it on that side. ``curve`` holds the pairs of value and fall that were looked at.
    """
    axis = objective.space.axes[at]
    curve: list[tuple[float, float]] = [(float(axis.value(places[at])), 0.0)]
    ends = {}
    for side, edge in (("low", 0.0), ("high", 1.0)):
        # The fall is followed outwards in growing steps, then the crossing sought between the last two.
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
    """The fall of the log-likelihood with one parameter held at a place, and where the others went."""
    start = np.delete(others, at)
    if not len(start):
        return objective(np.array([place])) - value, np.array([place])

    def held(rest: np.ndarray) -> float:
        return objective(np.insert(rest, at, place))

    found, best, _ = polish(held, start, smooth=objective.smooth)
    if objective.smooth and best - value > 2 * FALL:
        # Where recall would stop for certain the likelihood has cliffs, and no gradient leads back over them.
        for radius in (0.005, 0.1):
            over, _, _ = polish(held, start, smooth=False, radius=radius)
            over, there, _ = polish(held, over, smooth=True)
            if there < best:
                found, best = over, there
    return best - value, np.insert(found, at, place)


def bootstrap_cell(objective: Objective, places: list[float], resample: int, seed: int) -> list[float]:
    """Estimates from lists drawn with replacement, sought from the estimates on."""
    recalls = objective.recalls
    rows = stream(seed, "bootstrap", resample).integers(0, len(recalls), len(recalls))
    again = replace(objective, recalls=resampled(recalls, rows))
    found, _, _ = polish(again, np.array(places), smooth=again.smooth)
    values = objective.space.values(found)
    return [float(values[axis.name]) for axis in objective.space.axes]

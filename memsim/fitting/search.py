"""Searches for the lowest value: differential evolution over the whole space, then local searches."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult, differential_evolution, minimize

from memsim.core.arrays import FloatArray
from memsim.core.errors import DataError, MemsimWarning
from memsim.core.files.partial_files import sweep, whole_file
from memsim.core.seeding import stream
from memsim.fitting.objectives import IMPOSSIBLE, Objective
from memsim.running.sealed import sealed, unsealed

Function = Callable[[FloatArray], float]
STEP = 1e-5
"""Half the width of the central differences that approximate a gradient, in a space of width one."""
AROUND = 0.15
"""Standard deviation of the first places around a model's usual values."""
SHORT, KEPT, NEAR = 12, 4, 0.05
"""Steps of the first local searches where there is a gradient, how many go on, and how near two ends are the same."""
AGREEING = 3
"""First local searches with a gradient that ended at the best place, after which no further one is begun."""
RESTARTS, PROGRESS = 6, 0.002
"""A local search with a gradient is begun again from its end while that improves it: its picture of the curvature may
be wrong on a ridge."""
ROUND = 5
"""Generations between two records of the state of a search."""


@dataclass
class Search:
    """The state of a search: what it continues from, and in the end what it found. It can be kept as JSON."""

    population: list[list[float]] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    generations: int = 0
    polished: list[tuple[list[float], float]] = field(default_factory=list)
    """Place and value that each finished local search found."""
    evaluations: int = 0

    @property
    def best(self) -> tuple[FloatArray, float]:
        """Place and value of the best found so far."""
        found = [*self.polished, *zip(self.population, self.values, strict=True)]
        place, value = min(found, key=lambda each: each[1])
        return np.array(place), value


def search(
    objective: Function,
    n_free: int,
    *,
    smooth: bool,
    begin: FloatArray | None = None,
    usual: FloatArray | None = None,
    generations: int = 25,
    members: int = 6,
    local: int = 8,
    seed: int = 0,
    start: int = 0,
    record: Path | None = None,
) -> Search:
    """Minimise ``objective`` over the unit cube of ``n_free`` dimensions.

    Differential evolution (Storn & Price, 1997) begins with a Sobol sequence, half of it replaced by places around
    ``usual``, and with ``begin``, if these are given. Local searches then start from its best member and from others of
    its better half that lie far from one another, because such surfaces have several minima. Where the objective is
    smooth, they are sequential quadratic programming (SLSQP), with its own gradient or else central differences: short
    at first, until three of them have ended at the best place, and the best of them go on. Elsewhere they are quadratic
    models within a trust region (COBYQA; Ragonneau, 2022), which take far fewer evaluations than a simplex.

    Parameters
    ----------
    objective : a function of (n_free,) numbers in [0, 1]; one with a method ``value_and_gradient`` gives the gradient.
    smooth : whether the objective has a gradient.
    members : of the population, for each dimension.
    local : the most local searches, before the best of them go on.
    usual : the places of a model's own values, near which half of the first places lie.
    start : the number of this search among several independent ones with the same ``seed``.
    record : a file for the state of the search. A search that finds one continues from it, to the same result.
    """
    state = _recorded(record)
    counted = _Counted(objective)
    bounds = [(0.0, 1.0)] * n_free
    while state.generations < generations:
        rng = stream(seed, "fit", start, state.generations)
        first: Any = np.array(state.population) if state.population else _first(n_free, members, rng, begin, usual)
        rounds = min(ROUND, generations - state.generations)
        with counted.own_errors():
            found: OptimizeResult = differential_evolution(
                counted, bounds, init=first, maxiter=rounds, rng=rng, polish=False, tol=0, atol=0
            )
        state.population, state.values = found.population.tolist(), found.population_energies.tolist()
        state.generations += rounds
        _keep(record, state, counted)
    places = _apart(np.array(state.population), np.array(state.values), local)
    if not smooth:
        _polish_all(state, counted, places, record, smooth=False)
        return state
    while (n_first := _n_enough(state.polished, len(places))) is None:
        _polish_all(state, counted, places[: len(state.polished) + 1], record, steps=SHORT, smooth=True)
    kept = _different(state.polished[:n_first], KEPT)
    _polish_all(state, counted, [*places[:n_first], *kept], record, smooth=True)
    return state


def _n_enough(found: Sequence[tuple[list[float], float]], most: int) -> int | None:
    """How many of the first local searches were enough, ``most`` if they do not agree; ``None`` while they are not."""
    for n in range(1, min(len(found), most) + 1):
        place, value = min(found[:n], key=lambda each: each[1])
        near = (np.linalg.norm(np.subtract(at, place)) < NEAR for at, own in found[:n] if own < value + PROGRESS)
        if n == most or sum(near) >= AGREEING:
            return n
    return None


def _polish_all(
    state: Search,
    counted: _Counted,
    places: Sequence[FloatArray],
    record: Path | None,
    *,
    smooth: bool,
    steps: int | None = None,
) -> None:
    """Search locally from those places from which no search has been recorded yet."""
    for place in places[len(state.polished) :]:
        with counted.own_errors():
            improved = _descend(counted, place, smooth, steps=steps)
        state.polished.append((np.clip(improved.x, 0, 1).tolist(), float(improved.fun)))
        _keep(record, state, counted)


def search_space(
    objective: Objective, *, generations: int | None = None, seed: int = 0, start: int = 0, record: Path | None = None
) -> Search:
    """:func:`search` of the space of an objective. The first start begins with the model's own values, too.

    Generations are 25 if not given, and 1 where the objective has a gradient, which leaves the work to local searches.
    """
    space, smooth = objective.space, objective.smooth
    begin = space.default if start == 0 else None
    if generations is None:
        generations = 1 if smooth else 25
    return search(
        objective, len(space.axes), smooth=smooth, begin=begin, usual=space.default, generations=generations,
        local=min(max(2 * len(space.axes), 8), 16) if smooth else 6, seed=seed, start=start, record=record,
    )  # fmt: skip


def polish(
    objective: Function, place: FloatArray, *, smooth: bool, radius: float = 0.1
) -> tuple[FloatArray, float, int]:
    """Search locally from one place; return the place found, its value, and the number of evaluations.

    ``radius`` is the first trust region, where the objective is not smooth.
    """
    counted = _Counted(objective)
    with counted.own_errors():
        found = _descend(counted, place, smooth, radius)
    value = counted(place)
    if found.fun > value:
        return place, value, counted.n
    return np.clip(found.x, 0, 1), float(found.fun), counted.n


def _descend(
    objective: _Counted, place: FloatArray, smooth: bool, radius: float = 0.1, steps: int | None = None
) -> OptimizeResult:
    """One local search; a smooth one takes at most ``steps``, or else starts again until it finds nothing better."""
    bounds = [(0.0, 1.0)] * len(place)
    if not smooth:
        options = {"initial_tr_radius": radius, "final_tr_radius": 1e-4, "maxfev": 200 * len(place)}
        return minimize(objective, place, method="COBYQA", bounds=bounds, options=options)
    found: OptimizeResult | None = None
    for _ in range(RESTARTS if steps is None else 1):
        before = found
        found = minimize(
            objective.value_and_gradient, place, jac=True, method="SLSQP", bounds=bounds,
            options={"maxiter": steps or 500, "ftol": 1e-7},
        )  # fmt: skip
        if before is not None and found.fun > before.fun - PROGRESS:
            return found if found.fun < before.fun else before
        place = np.clip(found.x, 0, 1)
    assert found is not None
    return found


def differences(objective: Function, place: FloatArray) -> FloatArray:
    """Central differences within [0, 1], with slope 0 where one side is impossible.

    SciPy's ``jac="3-point"`` takes such a side for a slope of 1e15, from which SLSQP does not recover.
    """
    slopes = np.zeros(len(place))
    for i in range(len(place)):
        above, below = place.copy(), place.copy()
        above[i], below[i] = min(place[i] + STEP, 1.0), max(place[i] - STEP, 0.0)
        high, low = objective(above), objective(below)
        if max(high, low) < IMPOSSIBLE:
            slopes[i] = (high - low) / (above[i] - below[i])
    return slopes


def _first(
    n_free: int, members: int, rng: np.random.Generator, begin: FloatArray | None, usual: FloatArray | None
) -> FloatArray:
    """The first population: a Sobol sequence, whose length is a power of two, with ``begin`` as its first member.

    The second half lies around ``usual``: ranges are wide, and people are mostly near the values of a model.
    """
    from scipy.stats import qmc

    size = max(8, 2 ** int(np.ceil(np.log2(members * n_free))))
    population = qmc.Sobol(n_free, rng=rng).random(size)
    if usual is not None:
        half = size // 2
        population[half:] = np.clip(usual + AROUND * rng.standard_normal((size - half, n_free)), 0, 1)
    if begin is not None:
        population[0] = begin
    return population


def _apart(population: FloatArray, values: FloatArray, n: int) -> list[FloatArray]:
    """The best member, then members of the better half, each the farthest from those chosen before."""
    order = np.argsort(values, kind="stable")
    half = order[: max(1, len(order) // 2)]
    chosen = [half[0]]
    while len(chosen) < min(n, len(half)):
        apart = np.linalg.norm(population[half][:, None] - population[chosen], axis=2).min(axis=1)
        chosen.append(half[int(np.argmax(apart))])
    return [population[i] for i in chosen]


def _different(found: Sequence[tuple[list[float], float]], n: int) -> list[FloatArray]:
    """The best places of which no two are nearly the same."""
    chosen: list[FloatArray] = []
    for place, _ in sorted(found, key=lambda each: each[1]):
        at = np.array(place)
        if len(chosen) < n and all(np.linalg.norm(at - other) > NEAR for other in chosen):
            chosen.append(at)
    return chosen


class _Counted:
    """An objective that counts its evaluations."""

    def __init__(self, objective: Function) -> None:
        self.objective = objective
        self.n = 0
        self._error: Exception | None = None

    def __call__(self, place: FloatArray) -> float:
        self.n += 1
        try:
            return self.objective(np.clip(place, 0.0, 1.0))
        except Exception as error:
            self._error = error
            raise

    def value_and_gradient(self, place: FloatArray) -> tuple[float, FloatArray]:
        """The objective and its slopes: its own, or central differences."""
        place = np.clip(place, 0.0, 1.0)
        own = getattr(self.objective, "value_and_gradient", None)
        if own is None:
            return self(place), differences(self, place)
        self.n += 1
        try:
            value, slopes = own(place)
        except Exception as error:
            self._error = error
            raise
        return float(value), np.asarray(slopes)

    @contextmanager
    def own_errors(self) -> Iterator[None]:
        """Within this, an error of the objective is raised itself, and not what an optimiser makes of it."""
        try:
            yield
        except Exception as error:
            if self._error is None or self._error is error:
                raise
            raise self._error from None


def _recorded(record: Path | None) -> Search:
    if record is None:
        return Search()
    sweep(record.parent)
    try:
        state = unsealed(record.read_bytes())
        return Search(**{**state, "polished": [(place, value) for place, value in state["polished"]]})
    except (FileNotFoundError, NotADirectoryError):
        return Search()
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        warnings.warn(
            f"{record} is damaged or cannot be read ({error}); the search starts again from the beginning",
            MemsimWarning,
            stacklevel=3,
        )
        return Search()


def _keep(record: Path | None, state: Search, counted: _Counted) -> None:
    state.evaluations, counted.n = state.evaluations + counted.n, 0
    if record is None:
        return
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(record) as partial:
            partial.write_text(sealed(asdict(state)), encoding="utf-8")
    except OSError as error:
        raise DataError(f"the state of the search cannot be kept in {record}: {error}") from error

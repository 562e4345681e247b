"""Fitting a model to people: estimates of its free parameters, how sure they are, and how well the fit went."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import pandas as pd
from scipy.stats import chi2

from memsim.arrays import NOT_GIVEN
from memsim.errors import DataError, InputError
from memsim.execution import Cell, Running, digest, run_with
from memsim.fit_objectives import IMPOSSIBLE, LikelihoodObjective, Objective, SummaryObjective
from memsim.fit_search import polish, search_space
from memsim.fit_space import Axis, Space
from memsim.provenance import versions
from memsim.recalls import Recalls, require_recalls

if TYPE_CHECKING:
    from memsim.positions import Model

AGREE = 0.05
"""How near the two best starts must come to each other, in log-likelihood, for a fit to count as converged."""


@dataclass(frozen=True)
class UnitFit:
    """The fit to one subject, or to a group."""

    unit: str
    """Label of the subject, or ``group``."""
    estimates: dict[str, float]
    """Free parameters, then tied ones."""
    value: float
    """What was made small: minus the log-likelihood, or the distance of curves."""
    counts: dict[str, int]
    """Lists and events (or points of curves) that were fitted, and what was left out."""
    starts: list[float]
    """The best value of each independent search."""
    evaluations: int
    at_bound: list[str]
    """Estimates at the edge of their range."""
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def spread(self) -> float:
        """How far the second-best start is from the best; NaN where there was one."""
        return float(np.diff(sorted(self.starts)[:2])[0]) if len(self.starts) > 1 else float("nan")


@dataclass(frozen=True)
class Fit:
    """What :func:`fit` found. Saved as JSON by :meth:`save`, and read again by :meth:`load`."""

    model: Model
    """With the values of the parameters that were not free."""
    free: dict[str, tuple[float, float]]
    """Bounds of the free parameters."""
    ties: dict[str, str]
    kind: Literal["exact", "sampled", "summary"]
    """An exact likelihood, one sampled over study histories, or a distance of curves."""
    units: tuple[UnitFit, ...]
    settings: dict[str, Any]
    provenance: dict[str, Any]

    @property
    def log_likelihood(self) -> float:
        """Summed over units; NaN for a fit to curves."""
        return -sum(unit.value for unit in self.units) if self.kind != "summary" else float("nan")

    @property
    def n_events(self) -> int:
        """Responses and stops that were scored, over units; 0 for a fit to curves."""
        return sum(unit.counts.get("n_events", 0) for unit in self.units)

    @property
    def n_parameters(self) -> int:
        """Free parameters of all units together."""
        return len(self.free) * len(self.units)

    @property
    def aic(self) -> float:
        """2 k - 2 log L, with k the free parameters of all units."""
        return 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """The sum of k log n - 2 log L, taken over units, with n the events of a unit."""
        if self.kind == "summary":
            return float("nan")
        return sum(len(self.free) * np.log(unit.counts["n_events"]) + 2 * unit.value for unit in self.units)

    @property
    def converged(self) -> bool:
        """Whether in every unit the two best starts agree, within .05 in log-likelihood (.001 in distance)."""
        return all(self._agree(unit) for unit in self.units)

    def _agree(self, unit: UnitFit) -> bool:
        return unit.spread <= (AGREE if self.kind != "summary" else 1e-3)

    def of(self, unit: str | None = None) -> Model:
        """The model with the estimates of a unit; of the only one if none is named."""
        chosen = [each for each in self.units if unit is None or each.unit == str(unit)]
        if len(chosen) != 1:
            known = ", ".join(each.unit for each in self.units)
            raise InputError(f"Fit.of: unit={unit!r} must name one of {known}")
        return self.model.replace(**chosen[0].estimates)

    def to_frame(self) -> pd.DataFrame:
        """A row per unit: ``model, unit``, the estimates (with ``_low, _high``), and how well it went.

        ``log_likelihood, n_parameters, n_events, n_lists, aic, bic`` are NaN for a fit to curves, of which ``distance``
        is given; ``spread`` and ``converged`` are explained at :class:`UnitFit` and :class:`Fit`.
        """
        rows = []
        for unit in self.units:
            likely = self.kind != "summary"
            k, n = len(self.free), unit.counts.get("n_events", 0)
            bounds = {f"{name}_{end}": at for name, ends in unit.intervals.items()
                      for end, at in zip(("low", "high"), ends, strict=True)}  # fmt: skip
            rows.append({
                "model": type(self.model).__name__, "unit": unit.unit, **unit.estimates, **bounds, "kind": self.kind,
                "log_likelihood": -unit.value if likely else np.nan, "distance": np.nan if likely else unit.value,
                "n_parameters": k, **unit.counts, "aic": 2 * k + 2 * unit.value if likely else np.nan,
                "bic": k * np.log(n) + 2 * unit.value if likely else np.nan, "spread": unit.spread,
                "converged": self._agree(unit), "at_bound": ", ".join(unit.at_bound),
                "evaluations": unit.evaluations,
            })  # fmt: skip
        return pd.DataFrame(rows)

    def save(self, path: str | Path) -> None:
        """Write it as JSON."""
        told = {
            "memsim": "fit", "model": model_to_json(self.model), "free": self.free, "ties": self.ties,
            "kind": self.kind, "units": [asdict(unit) for unit in self.units], "settings": self.settings,
            "provenance": self.provenance,
        }  # fmt: skip
        Path(path).write_text(json.dumps(told, indent=1, default=str), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Fit:
        """Read what :meth:`save` wrote; raises :class:`DataError` for another file."""
        try:
            told = json.loads(Path(path).read_text(encoding="utf-8"))
            if told.pop("memsim") != "fit":
                raise KeyError("memsim")
            units = [{**unit, "intervals": {name: tuple(ends) for name, ends in unit["intervals"].items()}}
                     for unit in told.pop("units")]  # fmt: skip
            free = {name: tuple(bounds) for name, bounds in told.pop("free").items()}
            model = model_from_json(told.pop("model"))
            return cls(model=model, free=free, units=tuple(UnitFit(**unit) for unit in units), **told)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is no fit that memsim wrote: {type(error).__name__}: {error}") from error


def fit(
    model: Model,
    recalls: Recalls,
    free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
    per: Literal["group", "subject"] = "group",
    *,
    ties: Mapping[str, str] | None = None,
    by: Literal["likelihood", "summary"] = "likelihood",
    weights: Mapping[str, float] | None = None,
    lists: int = 1000,
    samples: int = 200,
    starts: int = 3,
    generations: int = 25,
    intervals: Literal["profile", "bootstrap"] | None = None,
    seed: int = 0,
    **running: Unpack[Running],
) -> Fit:
    """Find the parameters under which ``model`` agrees best with ``recalls``.

    Each of several independent starts searches the whole range of the parameters (see
    :func:`memsim.fit_search.search`). That they agree says that the best was found.

    Parameters
    ----------
    model : an instance; parameters that are not free keep its values.
    free : names, or bounds by name (``None``: the declared range); what the class names as ``fitted`` if not given.
    per : one fit to all lists, or one to each subject.
    ties : expressions of other parameters, ``{"item_to_context_own": "1 - item_to_context_learning"}``.
    by : ``"likelihood"`` of every list; or ``"summary"``, the distance of curves, which any model that simulates has.
    weights : of the curves, for ``by="summary"``; each 1 if not given.
    lists : simulated at each place, for ``by="summary"``.
    samples : study histories that a sampled likelihood is averaged over, the same at all places.
    starts, generations, seed : of the search; see there.
    intervals : of the estimates, at 95%: where the profile likelihood falls by 1.92, or percentiles of 100 fits to
        lists drawn with replacement, each from the estimates on.
    running : ``workers, backend, scheduler, cache, progress``; see :func:`memsim.execution.run_cells`. With a
        ``cache`` an interrupted fit goes on where it stopped.

    Lists that the record cut short contribute their responses and no stop.

    Raises
    ------
    InputError : no lists, parameters or options that are none.
    LikelihoodError : the likelihood of a model that has none.
    """
    require_recalls(recalls)
    if not len(recalls):
        raise InputError("fit: there are no lists to fit")
    for name, value, options in (("per", per, ("group", "subject")), ("by", by, ("likelihood", "summary")),
                                 ("intervals", intervals, (None, "profile", "bootstrap"))):  # fmt: skip
        if value not in options:
            raise InputError(f"fit: {name}={value!r} is none of {', '.join(map(repr, options))}")
    if isinstance(starts, bool) or not isinstance(starts, int) or starts < 1:
        raise InputError(f"fit: starts={starts!r} must be a whole number above 0")
    space = Space.of(model, free, ties)
    parts = {"group": recalls} if per == "group" else by_subject(recalls)
    kind: Any = "summary" if by == "summary" else model.likelihood
    if by == "summary" and weights is None:
        from memsim.analysis.curves import curves_of

        weights = dict.fromkeys(curves_of(recalls.trials.paradigm), 1.0)
    objectives: dict[str, Objective] = {
        unit: SummaryObjective(space, part, weights or {}, lists, seed) if by == "summary"
        else LikelihoodObjective(space, part, samples, seed)
        for unit, part in parts.items()
    }  # fmt: skip
    cache = running.get("cache")
    records = str(cache / "searches") if cache is not None else None
    cells = [
        Cell(
            "memsim.fitting:search_cell",
            {"objective": objective, "seed": seed, "start": start, "generations": generations, "records": records},
            {**objective.key(), "seed": seed, "start": start, "generations": generations},
            f"{type(model).__name__}, {unit}, start {start + 1}",
        )
        for unit, objective in objectives.items()
        for start in range(starts)
    ]
    found = run_with(running, cells, "fit")
    units = []
    for i, (unit, objective) in enumerate(objectives.items()):
        results = found[i * starts : (i + 1) * starts]
        best = min(results, key=lambda each: each["value"])
        if best["value"] >= IMPOSSIBLE:
            raise InputError(
                f"fit: {type(model).__name__} holds the lists of {unit} impossible wherever the search looked; free "
                "more parameters, such as a lapse, or fit another form of the model"
            )
        values = space.values(np.array(best["places"]))
        bounds = [axis.name for axis in space.axes if axis.at_bound(values[axis.name])]
        units.append(
            UnitFit(
                unit,
                values,
                best["value"],
                objective.counts(),
                [each["value"] for each in results],
                sum(each["evaluations"] for each in results),
                bounds,
            )
        )
    settings = {
        "per": per, "by": by, "weights": weights, "lists": lists if by == "summary" else None,
        "samples": samples if kind == "sampled" else None, "starts": starts, "generations": generations,
        "seed": seed, "intervals": intervals,
    }  # fmt: skip
    provenance = {"versions": versions(), "recalls": dict(recalls.provenance), "digest": digest(recalls)}
    bounds_of = {axis.name: (axis.low, axis.high) for axis in space.axes}
    result = Fit(model, bounds_of, dict(space.ties), kind, tuple(units), settings, provenance)
    return result if intervals is None else with_intervals(result, recalls, intervals, **running)


def search_cell(objective: Objective, seed: int, start: int, generations: int, records: str | None) -> dict[str, Any]:
    """One independent search, as a piece of work."""
    record = None
    if records is not None:
        key = digest({**objective.key(), "seed": seed, "start": start, "generations": generations})
        record = Path(records) / f"{key}.json"
    found = search_space(objective, generations=generations, seed=seed, start=start, record=record)
    places, value = found.best
    return {"places": places.tolist(), "value": value, "evaluations": found.evaluations}


def with_intervals(
    fitted: Fit,
    recalls: Recalls,
    how: Literal["profile", "bootstrap"],
    *,
    resamples: int = 100,
    **running: Unpack[Running],
) -> Fit:
    """The same fit with 95% intervals of its free parameters; see :func:`fit`."""
    if fitted.kind == "summary" and how == "profile":
        raise InputError("a distance of curves has no profile likelihood; intervals='bootstrap' resamples lists")
    space = space_of(fitted)
    parts = by_subject(recalls) if fitted.settings["per"] == "subject" else {"group": recalls}
    cells = []
    for unit in fitted.units:
        objective = objective_of(fitted, space, parts[unit.unit])
        places = space.places(unit.estimates).tolist()
        key = {**objective.key(), "places": places}
        shared = {"objective": objective, "places": places}
        if how == "profile":
            cells += [
                Cell("memsim.fitting:profile_cell", {**shared, "value": unit.value, "at": at},
                     {**key, "profile": axis.name}, f"{unit.unit}, profile of {axis.name}")
                for at, axis in enumerate(space.axes)
            ]  # fmt: skip
        else:
            cells += [
                Cell("memsim.fitting:bootstrap_cell", {**shared, "resample": i, "seed": fitted.settings["seed"]},
                     {**key, "resample": i, "seed": fitted.settings["seed"]}, f"{unit.unit}, resample {i + 1}")
                for i in range(resamples)
            ]  # fmt: skip
    found = run_with(running, cells, how)
    each = len(cells) // len(fitted.units)
    units = []
    for i, unit in enumerate(fitted.units):
        results = found[i * each : (i + 1) * each]
        if how == "profile":
            ends = [(result["low"], result["high"]) for result in results]
        else:
            draws = np.array(results)
            ends = [tuple(pair) for pair in np.percentile(draws, [2.5, 97.5], axis=0).T.tolist()]
        named = {axis.name: (float(low), float(high)) for axis, (low, high) in zip(space.axes, ends, strict=True)}
        units.append(replace(unit, intervals=named))
    return replace(fitted, units=tuple(units), settings={**fitted.settings, "intervals": how})


def profile_cell(objective: Objective, places: list[float], value: float, at: int) -> dict[str, Any]:
    """How far a parameter may move, the others following, before the log-likelihood has fallen by 1.92.

    ``low`` and ``high`` are its values there, or the ends of its range where the fall is less: then the data do not
    identify it on that side. ``curve`` holds the pairs of value and fall that were looked at.
    """
    limit = float(chi2.ppf(0.95, 1)) / 2
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
            if fall > limit:
                outside = place
            else:
                inside, others, step = place, others_there, step * 2
        while outside is not None and abs(outside - inside) > max(0.02 * abs(outside - places[at]), 1e-9):
            place = (inside + outside) / 2
            fall, others_there = _profiled(objective, others, at, place, value)
            curve.append((float(axis.value(place)), fall))
            if fall > limit:
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
    found, best, _ = polish(lambda rest: objective(np.insert(rest, at, place)), start, smooth=objective.smooth)
    return best - value, np.insert(found, at, place)


def bootstrap_cell(objective: Objective, places: list[float], resample: int, seed: int) -> list[float]:
    """Estimates from lists drawn with replacement, sought from the estimates on."""
    from memsim.seeding import stream

    recalls = objective.recalls
    rows = stream(seed, "bootstrap", resample).integers(0, len(recalls), len(recalls))
    again = replace(objective, recalls=resampled(recalls, rows))
    found, _, _ = polish(again, np.array(places), smooth=again.smooth)
    values = objective.space.values(found)
    return [float(values[axis.name]) for axis in objective.space.axes]


def resampled(recalls: Recalls, rows: np.ndarray) -> Recalls:
    """The lists at ``rows``, which may name one several times; they are numbered anew."""
    part = recalls[rows]
    return replace(part, trials=replace(part.trials, list=NOT_GIVEN))


def by_subject(recalls: Recalls) -> dict[str, Recalls]:
    """The recalls of each subject, by its label."""
    return {str(subject): recalls[recalls.trials.subject == subject] for subject in recalls.trials.subjects}


def space_of(fitted: Fit) -> Space:
    """The space that a fit searched."""
    declared = {parameter.name: parameter for parameter in fitted.model.parameters()}
    axes = tuple(Axis.of(declared[name], bounds) for name, bounds in fitted.free.items())
    return Space(fitted.model, axes, fitted.ties)


def objective_of(fitted: Fit, space: Space, recalls: Recalls) -> Objective:
    """What a fit made small, on these recalls."""
    settings = fitted.settings
    if fitted.kind == "summary":
        return SummaryObjective(space, recalls, settings["weights"], settings["lists"], settings["seed"])
    return LikelihoodObjective(space, recalls, settings["samples"] or 1, settings["seed"])


def model_to_json(model: Model) -> dict[str, Any]:
    """A model as its class and its fields, for a file."""
    return {"module": type(model).__module__, "class": type(model).__name__, "values": model.values()}


def model_from_json(told: Mapping[str, Any]) -> Model:
    """The model again; its class must be one of memsim's, or registered by a plug-in."""
    from memsim.plugin import find_model

    _, found = find_model(told["class"])
    if not isinstance(found, type):
        raise InputError(f"{told['class']} is a preset and not a model")
    return found(**told["values"])

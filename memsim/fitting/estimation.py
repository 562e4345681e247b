"""Fitting a model to people: the search for the parameters under which it agrees with them best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np

from memsim.core.errors import InputError
from memsim.core.parameters import require_counts
from memsim.core.provenance import versions
from memsim.core.recall_parts import units_of
from memsim.core.recalls import Recalls, require_recalls
from memsim.fitting.intervals import with_intervals
from memsim.fitting.objectives import IMPOSSIBLE, LikelihoodObjective, Objective, SummaryObjective
from memsim.fitting.result import Fit, UnitFit
from memsim.fitting.search import search_space
from memsim.fitting.space import Space
from memsim.running.digests import digest, source_digest
from memsim.running.execution import Cell, Running, run_with

if TYPE_CHECKING:
    from memsim.core.position_model import Model


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
    :func:`memsim.fitting.search.search`). That they agree says that the best was found.

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
    running : ``workers, backend, scheduler, cache, progress``; see :func:`memsim.running.execution.run_cells`. With a
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
    require_counts("fit", starts=starts, generations=generations, samples=samples, lists=lists)
    if by == "summary" and intervals == "profile":
        raise InputError("fit: a distance of curves has no profile likelihood; intervals='bootstrap' resamples lists")
    if by == "likelihood" and weights is not None:
        raise InputError("fit: weights are of curves, and count with by='summary' only")
    space = Space.of(model, free, ties)
    parts = units_of(recalls, per)
    kind: Any = "summary" if by == "summary" else model.likelihood
    if by == "summary" and weights is None:
        from memsim.analysis.registered import curves_of

        weights = dict.fromkeys(curves_of(recalls.trials.paradigm), 1.0)
    objectives: dict[str, Objective] = {
        unit: SummaryObjective(space, part, weights or {}, lists, seed) if by == "summary"
        else LikelihoodObjective(space, part, samples, seed)
        for unit, part in parts.items()
    }  # fmt: skip
    cache = running.get("cache")
    records = None if cache is None else str(Path(cache).absolute() / "searches")
    cells = [
        Cell(
            "memsim.fitting.estimation:search_cell",
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
    provenance = {"versions": versions(), "recalls": recalls.origin.to_json(), "digest": digest(recalls)}
    bounds_of = {axis.name: (axis.low, axis.high) for axis in space.axes}
    result = Fit(model, bounds_of, dict(space.ties), kind, tuple(units), settings, provenance)
    return result if intervals is None else with_intervals(result, recalls, intervals, **running)


def search_cell(objective: Objective, seed: int, start: int, generations: int, records: str | None) -> dict[str, Any]:
    """One independent search, as a piece of work."""
    record = None
    if records is not None:
        how = {"seed": seed, "start": start, "generations": generations, "source": source_digest()}
        record = Path(records) / f"{digest({**objective.key(), **how})}.json"
    found = search_space(objective, generations=generations, seed=seed, start=start, record=record)
    if record is not None:
        record.unlink(missing_ok=True)  # the cell that holds what was found takes its place
    places, value = found.best
    return {"places": places.tolist(), "value": value, "evaluations": found.evaluations}

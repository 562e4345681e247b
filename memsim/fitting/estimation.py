"""Fit a model to recalls: find the parameters under which the two agree best."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np

from memsim.core.abilities import require_ability
from memsim.core.arrays import FloatArray
from memsim.core.code.provenance import versions
from memsim.core.errors import DataWarning, InputError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls, parts_of, warn_of_shared_labels
from memsim.core.limits import require_cells
from memsim.core.names import by_label
from memsim.core.recall_parts import units_of
from memsim.core.recalls import Recalls
from memsim.data.loading import load_responses
from memsim.fitting.cautions import warn_of_units, whose
from memsim.fitting.intervals import checked_intervals, with_intervals
from memsim.fitting.labels import with_covariates
from memsim.fitting.objectives import IMPOSSIBLE, LikelihoodObjective, Objective
from memsim.fitting.result import Fit, UnitFit
from memsim.fitting.search import search_space
from memsim.fitting.separation import not_identified
from memsim.fitting.space import Free, Space
from memsim.fitting.spec import GENERATIONS, N_TRIALS, SAMPLES, STARTS, FitSpec
from memsim.running.digests import digest, source_digest
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running

if TYPE_CHECKING:
    import pandas as pd

    from memsim.core.position_model import Model


@with_running
def fit(
    model: Model | str | FitSpec,
    people: AnyRecalls | str | Path | Mapping[str, Recalls | str | Path] | Sequence[Recalls | str | Path],
    free: Free | None = None,
    per: Literal["group", "subject"] = "group",
    *,
    ties: Mapping[str, str] | None = None,
    lapse: Literal["response", "list", "none"] | None = None,
    stopping: Literal["own", "shared"] = "own",
    criteria: Literal["spaced", "free"] = "spaced",
    covariates: pd.DataFrame | Sequence[pd.DataFrame] | None = None,
    by: Literal["likelihood", "summary"] = "likelihood",
    weights: Mapping[str, float] | None = None,
    n_trials: int = N_TRIALS,
    samples: int = SAMPLES,
    starts: int = STARTS,
    generations: int | None = GENERATIONS,
    intervals: Literal["profile", "robust", "bootstrap"] | None = None,
    seed: int = 0,
    **running: Unpack[Running],
) -> Fit:
    """Find the parameters under which ``model`` agrees best with recalls.

    Each of several independent starts searches the whole range of the parameters (see
    :func:`memsim.fitting.search.search`). If they agree, the best fit was probably found.

    Parameters
    ----------
    model : an instance, or a name as on the command line; parameters that are not free keep its values. Or a
        :class:`memsim.FitSpec`, which says all that the other arguments say, but for people and intervals.
    people : recalls, the name of a data set (``"name"`` or ``"name:condition"``), or a file of recalls. Or several of
        these, by name or in a list: then list length, timing and distraction are those of each data set.
    free : names of parameters, or bounds by name (``None``: the declared range). If not given: what the model's class
        lists as ``fitted``, or else all numbers; and a lapse, see below. A parameter can vary between lists:
        ``{"stop_base": "by list_type"}`` gives it a value for each level of a condition (or of ``session``,
        ``subject``, ``data set``), named ``stop_base[delayed]``; and ``{"encoding_drift": "~ 1 + age"}`` makes it
        follow covariates, with weights named ``encoding_drift:age`` (:class:`memsim.fitting.terms.Regression`).
    per : one fit to all lists, or one to the lists of each subject.
    ties : expressions of other parameters by name, ``{"item_to_context_own": "1 - item_to_context_learning"}``.
    lapse : which lapses are free, between .0001 and .25: of a ``"response"``, of a whole ``"list"``, or ``"none"``. If
        not given, those of a response where ``free`` is not given and the recalls are of people. A lapse is a guess, so
        that no list is impossible; see :mod:`memsim.core.lapses`.
    stopping : the ``"own"`` stopping rule of the model, or a ``"shared"`` descriptive one, the hazard of no response by
        output position in these lists, under which models differ in their choices of items alone
        (:mod:`memsim.fitting.shared_stopping`).
    criteria : of judgments, ``"spaced"``, those of the model, of which two parameters decide all; or ``"free"``, one
        between each two successive ratings, fitted to the same answers, one set for each unit and data set
        (:mod:`memsim.fitting.free_criteria`).
    covariates : for formulas, of subjects, lists or items: a frame, or several, with the index ``subject``, ``subject``
        and ``list``, or ``item`` (whose mean over the items of a list counts). Conditions of lists are covariates too,
        and so are the numbers of the task, such as ``retention_interval``.
    by : ``"likelihood"`` of every list; or ``"summary"``, the distance of curves, for any model that can simulate.
    weights : of the curves, for ``by="summary"``; 1 for every curve of the task if not given.
    n_trials : lists that the model recalls at every place, for ``by="summary"``.
    samples : study histories over which a sampled likelihood is averaged, the same at every place.
    starts, generations, seed : of the search.
    intervals : 95% intervals of the estimates. ``"profile"``: the ends at which the profile likelihood has fallen by
        1.92. ``"robust"``: over people, by the cluster-robust sandwich, for fits to several of them.
        ``"bootstrap"``: percentiles of 100 fits to people drawn with replacement (to lists, of one person), each from
        the estimates on.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`. With a
        ``cache`` an interrupted fit continues where it stopped.

    Returns
    -------
    Fit : the estimates, the specification of the fit, and how well it went. Of lists whose record was cut short the
        responses count, and no stop.

    Raises
    ------
    InputError : there are no lists; an unknown parameter or option, or an option that does not apply.
    LikelihoodError : the model has no likelihood, and ``by`` is ``"likelihood"``.

    Examples
    --------
    >>> from memsim import load_dataset
    >>> from memsim.models import Uniform
    >>> found = fit(Uniform(), load_dataset("peers_notask")[:50], ["stop_base"], starts=1, generations=2)
    >>> found.units[0].estimates["stop_base"] < 0.1
    True
    """
    settings: dict[str, Any] = {
        "free": free, "ties": ties, "lapse": lapse, "stopping": stopping, "criteria": criteria, "per": per, "by": by,
        "weights": weights, "n_trials": n_trials, "samples": samples, "starts": starts,
        "generations": generations, "seed": seed,
    }  # fmt: skip
    recalls = load_people(people)
    for frame in () if covariates is None else (covariates,) if not isinstance(covariates, Sequence) else covariates:
        recalls = with_covariates(recalls, frame)
    if isinstance(model, FitSpec):
        defaults = inspect.signature(fit).parameters
        changed = [name for name, value in settings.items() if value != defaults[name].default]
        if changed:
            raise InputError(f"fit: {changed[0]}={settings[changed[0]]!r} stands beside a FitSpec; say it there")
        spec = model
    else:
        spec = FitSpec.of(model, recalls=recalls, **settings)
    return fit_spec(spec, recalls, intervals, **running)


def load_people(people: Any, **options: Any) -> AnyRecalls:
    """Recalls from whatever names them, or of several data sets, by name or in a list.

    ``options`` are those of :func:`memsim.load_recalls`, for all of them.
    """
    if isinstance(people, JointRecalls):
        warn_of_shared_labels(people)
        return people
    if isinstance(people, Sequence) and not isinstance(people, str):
        labels = [each if isinstance(each, str | Path) else i + 1 for i, each in enumerate(people)]
        if len({str(label) for label in labels}) < len(labels):
            raise InputError(f"people: {', '.join(map(str, labels))} name a data set twice; give different ones")
        people = {str(label): each for label, each in zip(labels, people, strict=True)}
    if isinstance(people, Mapping):
        named = by_label(people, "people")
        return load_people(JointRecalls({name: load_responses(each, **options) for name, each in named.items()}))
    return load_responses(people, **options)


def fit_spec(
    spec: FitSpec,
    recalls: AnyRecalls,
    intervals: Literal["profile", "robust", "bootstrap"] | None = None,
    **running: Unpack[Running],
) -> Fit:
    """:func:`fit` of a specification."""
    if not len(recalls):
        raise InputError("fit: there are no lists to fit")
    for each in parts_of(recalls).values():
        require_ability(spec.model, each.trials.paradigm)
    checked_intervals(spec, intervals)
    parts = units_of(recalls, spec.per)
    for unit, part in parts.items() if spec.per == "subject" and spec.space.variables else ():
        require_determined(spec.space, unit, part)
    objectives = _defined(spec, {unit: spec.objective(part) for unit, part in parts.items()})
    require_cells("fit", len(objectives) * spec.starts, f"{len(objectives):,} units of {spec.starts:,} starts")
    cache = running.get("cache")
    records = None if cache is None else Path(cache).absolute() / "searches"
    cells = [
        _cell(spec, unit, objective, start, records)
        for unit, objective in objectives.items()
        for start in range(spec.starts)
    ]
    found = iter(run_cells(cells, title="fit", **running))
    units, impossible = [], list[str]()
    for unit, objective in objectives.items():
        results = [next(found) for _ in range(spec.starts)]
        best = min(results, key=lambda each: each["value"])
        if best["value"] >= IMPOSSIBLE:
            impossible.append(unit)
            continue
        places = np.array(best["places"])
        values = spec.space.values(places)
        units.append(
            UnitFit(
                unit,
                values,
                best["value"],
                objective.counts(),
                [each["value"] for each in results],
                sum(each["evaluations"] for each in results),
                [axis.name for axis in spec.space.axes if axis.at_bound(values[axis.name])],
                objective.parts(places) if isinstance(objective, LikelihoodObjective) else {},
                _free_criteria(objective, places),
                not_identified=not_identified(objective, places) if isinstance(objective, LikelihoodObjective) else [],
            )
        )
    warn_of_units(spec, parts, units)
    if impossible:
        problem = (
            f"fit: {type(spec.model).__name__} gives some lists{whose('of', spec, impossible)} no probability wherever "
            "the search looked; free more parameters, such as a lapse, or fit another form of the model"
        )
        if not units:
            raise InputError(problem)
        warnings.warn(f"{problem}; the others are fitted", DataWarning, stacklevel=2)
    result = Fit(spec, tuple(units), None, digest(recalls), recalls.origin, versions())
    return result if intervals is None else with_intervals(result, recalls, intervals, **running)


def _free_criteria(objective: Objective, places: FloatArray) -> dict[str, list[float]]:
    """The criteria found inside a fit, by the name of the data set."""
    if not isinstance(objective, LikelihoodObjective) or objective.criteria != "free":
        return {}
    return {name: each.tolist() for name, each in objective.criteria_at(places).items()}


def _defined(spec: FitSpec, objectives: Mapping[str, Objective]) -> dict[str, Objective]:
    """The objectives of units of which there is something to fit; others are left out, with a warning."""
    lost = [unit for unit, objective in objectives.items() if objective.counts().get("n_points") == 0]
    if len(lost) == len(objectives):
        raise InputError(
            f"fit: none of the curves can be computed from these lists{whose('of', spec, lost)}; give weights of "
            "curves that these recalls define, or fit by likelihood"
        )
    for unit in lost:
        warnings.warn(f"fit: subject {unit} is left out: its lists define no curve to fit", DataWarning, stacklevel=3)
    return {unit: objective for unit, objective in objectives.items() if unit not in lost}


def require_determined(space: Space, unit: str, recalls: AnyRecalls) -> None:
    """Raise :class:`InputError` unless the lists of one subject decide all numbers of a space."""
    cells = [space.cells(part, name) for name, part in parts_of(recalls).items()]
    for index, term in enumerate(space.terms):
        design = np.concatenate([each.designs[index] for each in cells])
        if np.linalg.matrix_rank(design) < design.shape[1]:
            lost = [axis.name for axis, column in zip(term.axes, design.T, strict=True) if not column.any()]
            names = ", ".join(lost or [axis.name for axis in term.axes])
            raise InputError(
                f"fit: the lists of subject {unit} do not decide {names}; fit the group, or the subjects who have such "
                "lists"
            )


def undecided(space: Space, fitted: AnyRecalls, others: AnyRecalls) -> list[str]:
    """The numbers of a space that predict the lists of ``others`` and that no list of ``fitted`` decides, by name."""
    if not space.variables:
        return []
    known, wanted = (
        [space.cells(part, name).designs for name, part in parts_of(recalls).items()] for recalls in (fitted, others)
    )
    names = []
    for index, term in enumerate(space.terms):
        decided, needed = (np.concatenate([each[index] for each in designs]) for designs in (known, wanted))
        if np.linalg.matrix_rank(np.concatenate((decided, needed))) > np.linalg.matrix_rank(decided):
            lost = [
                axis.name
                for axis, own, new in zip(term.axes, decided.T, needed.T, strict=True)
                if new.any() and not own.any()
            ]
            names += lost or [axis.name for axis in term.axes]
    return names


def best_places(spec: FitSpec, recalls: AnyRecalls) -> tuple[FloatArray, float]:
    """Place and value of the best that all starts find for one fit to these recalls, in this process."""
    objective = spec.objective(recalls)
    if not spec.space.axes:
        return np.zeros(0), objective(np.zeros(0))
    found = [
        search_space(objective, generations=spec.generations, seed=spec.seed, start=start).best
        for start in range(spec.starts)
    ]
    return min(found, key=lambda each: each[1])


def _cell(spec: FitSpec, unit: str, objective: Objective, start: int, records: Path | None) -> Cell:
    """One search as a cell; its record is named here, since workers do not have the source of the user's models."""
    file = None
    if records is not None:
        content = [objective, spec.seed, start, spec.generations, source_digest()]
        file = str(records / f"{digest(content)}.json")
    return Cell(
        search_cell,
        {"objective": objective, "seed": spec.seed, "start": start, "generations": spec.generations},
        f"{type(spec.model).__name__}, {unit}, start {start + 1}",
        {"file": file},
    )


def search_cell(
    objective: Objective, seed: int, start: int, generations: int | None, file: str | None
) -> dict[str, Any]:
    """One independent search, as a cell; ``file`` holds its state until it is finished."""
    if not objective.space.axes:
        return {"places": [], "value": objective(np.zeros(0)), "evaluations": 1}
    record = None if file is None else Path(file)
    found = search_space(objective, generations=generations, seed=seed, start=start, record=record)
    if record is not None:
        record.unlink(missing_ok=True)  # the finished cell replaces it
    places, value = found.best
    return {"places": places.tolist(), "value": value, "evaluations": found.evaluations}

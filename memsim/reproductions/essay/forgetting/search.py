"""A search of the levers of the shipped network for the curves of people, and how well it then predicts others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.models import CMR, TCM
from memsim.models.baselines.uniform import Uniform
from memsim.reproductions.essay.forgetting.measures import behaviour, nats
from memsim.reproductions.essay.forgetting.options import (
    CHOICE,
    CHOICE_ALONE,
    FURTHEST,
    LEVERS,
    SEARCHED,
    SHIPPED,
    ForgettingOptions,
)
from memsim.running.execution import Cell, run_cells

MEMBERS, FEWEST = 3, 8
"""Of the population, for each lever; and of that of a single one."""
OFF = 0.5
"""The share of levers that are off in a member of the first population: with all at once nothing is recalled."""
LISTS = 100
"""Simulated lists at every place of a search, the same ones."""
UNWORN = "shipped, no wear"
SEARCHES: Mapping[str, Mapping[str, tuple[float, float]]] = {LEVERS: SEARCHED, CHOICE_ALONE: CHOICE}
"""What each search varies."""


def searches(options: ForgettingOptions, seed: int) -> dict[str, list[dict[str, Any]]]:
    """What :func:`searched` gives for each seed, of all levers and of the choice alone; nothing without generations."""
    if not options.generations:
        return {}
    todo = [(kind, seed + number) for kind in SEARCHES for number in range(options.seeds)]
    cells = [
        Cell(
            searched,
            {"kind": kind, "seed": each, "generations": options.generations, "lists": options.lists,
             "people_lists": options.people_lists, "samples": options.samples},
            f"search of {kind}, seed {each}",
        )
        for kind, each in todo
    ]  # fmt: skip
    found = run_cells(cells, title="searches")
    return {kind: [one for (of, _), one in zip(todo, found, strict=True) if of == kind] for kind in SEARCHES}


def searched(kind: str, seed: int, generations: int, lists: int, people_lists: int, samples: int) -> dict[str, Any]:
    """The levers with the least distance from the curves of Murdock (1962) 20-1, by differential evolution.

    The distance is that of fits by curves, sqrt(Σ d² / 3) over three curves. What is found is measured on other lists
    than those of the search.
    """
    from scipy.optimize import differential_evolution

    space = SEARCHES[kind]

    def distance(place: FloatArray) -> float:
        return float(behaviour(worn(place, kind), LISTS, seed)["rmsd"])

    found = differential_evolution(
        distance, list(space.values()), maxiter=generations - 1, polish=False, init=first_population(kind, seed),
        rng=stream(seed, "search of levers"), tol=0,
    )  # fmt: skip
    best = worn(found.x, kind)
    return {
        "levers": levers(found.x, kind), "behaviour": behaviour(best, lists, seed + 1), "evaluations": int(found.nfev),
        "nats": nats(best, people_lists, samples),
    }  # fmt: skip


def first_population(kind: str, seed: int) -> FloatArray:
    """(members, levers) where a search begins: the network as it is, and random places at which some levers are off."""
    space = SEARCHES[kind]
    rng = stream(seed, "first population", kind)
    low, high = np.array(list(space.values())).T
    places: FloatArray = low + (high - low) * rng.random((max(FEWEST, MEMBERS * len(space)), len(space)))
    off = (rng.random(places.shape) < OFF) & np.isin(list(space), list(FURTHEST))
    places = np.where(off, 0.0, places)
    own = as_it_is()
    places[0] = [own[name] for name in space]
    return places


def as_it_is() -> dict[str, float]:
    """What is searched, as it is in the network that ships."""
    model = worn_by({})
    return {
        "choice_strength": model.choice_strength,
        "slots": model.record["config"]["slots"],
        **dict.fromkeys(FURTHEST, 0.0),
    }


def levers(place: FloatArray, kind: str = LEVERS) -> dict[str, float | int]:
    """The levers at a place; slots are whole."""
    named: dict[str, float | int] = {name: float(each) for name, each in zip(SEARCHES[kind], place, strict=True)}
    return {name: round(value) if name == "slots" else value for name, value in named.items()}


def worn(place: FloatArray, kind: str = LEVERS) -> Any:
    """The shipped network with the levers at a place."""
    return worn_by(levers(place, kind))


def worn_by(given: Mapping[str, Any]) -> Any:
    """The shipped network with these levers."""
    from memsim.models.networks.network_models import DNC

    return DNC(weights=SHIPPED, **given)


def references(options: ForgettingOptions, seed: int) -> dict[str, dict[str, Any]]:
    """The behaviour, and the score on people, of TCM, CMR, the shipped network without wear and uniform choice."""
    models: Mapping[str, Any] = {
        "CMR": CMR(), "TCM": TCM(), UNWORN: worn_by({}), "uniform choice": Uniform(),
    }  # fmt: skip
    cells = [
        Cell(
            scored,
            {"model": model, "seed": seed, "lists": options.lists, "people_lists": options.people_lists,
             "samples": options.samples},
            name,
        )
        for name, model in models.items()
    ]  # fmt: skip
    return dict(zip(models, run_cells(cells, title="references"), strict=True))


def scored(model: Any, seed: int, lists: int, people_lists: int, samples: int) -> dict[str, Any]:
    """The behaviour of a model as it is, and its score on people."""
    return {"behaviour": behaviour(model, lists, seed), "nats": nats(model, people_lists, samples)}

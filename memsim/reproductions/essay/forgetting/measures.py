"""What a network recalls of lists like those of people, how far that is from them, and how well it predicts people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from memsim.analysis.curves import curve_table, root_mean_squared_difference
from memsim.analysis.recall.indices import edges
from memsim.core.arrays import INTRUSION, NONE, FloatArray, IntArray
from memsim.core.free_recall import FreeRecall
from memsim.core.items import ItemPool
from memsim.core.likelihood import likelihood_parts
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.data import load_curves, load_dataset
from memsim.reproductions.essay.forgetting.options import LENGTH, LURES
from memsim.reproductions.network_table.behaviour import shuffled
from memsim.reproductions.simulated_lists import curves_by_name

TARGET = ("murdock1962", "20-1")
PEOPLE = ("peers_notask", "peers_experiment1")
"""Whose lists are scored; no lever is chosen by them. Of the second those people are left out who are in the first."""
LAPSE = 0.02
"""With which lists are scored, so that none is impossible."""
DELAY = 16.0
"""Seconds of distraction in delayed recall."""


@cache
def people_curves() -> Any:
    """The curves of Murdock (1962) 20-1, as a table."""
    return load_curves(*TARGET)


def curve_of_people(name: str = "serial_position_curve") -> FloatArray:
    """One of them, in the order of its places."""
    return curves_by_name(people_curves())[name].sort_index().to_numpy(float)


def recalled(model: Any, n_lists: int, seed: int, length: int = LENGTH, delay: float = 0.0) -> Recalls:
    """Simulated recalls, with lures among the candidates."""
    task = FreeRecall(list_length=length, retention_interval=delay)
    trials = task.trials(n_lists, seed, pool=ItemPool.numbered(length + LURES))
    changed = model.replace(response_set="pool") if hasattr(model, "response_set") else model
    return simulate(changed, trials, seed)


def behaviour(model: Any, n_lists: int, seed: int, delay: float = 0.0) -> dict[str, Any]:
    """Curves and measures of a model: see :func:`of_recalls`."""
    return of_recalls(recalled(model, n_lists, seed, delay=delay), seed)


def of_recalls(recalls: Recalls, seed: int) -> dict[str, Any]:
    """``curve``, by position; ``primacy, recency``; ``recalled`` items, each once, and ``intrusions``; the temporal
    factor, and that of the same responses in random order; ``rmsd`` from people, over all curves, and of each.
    """
    table = curve_table(recalls)
    curves = curves_by_name(table)
    curve = curves["serial_position_curve"].sort_index().to_numpy(float)
    primacy, recency = edges(curve)
    apart = root_mean_squared_difference(table, people_curves())
    each = {f"rmsd_{name}": float(apart.get(name, np.nan)) for name in apart}
    return {
        "curve": curve.tolist(), "primacy": primacy, "recency": recency,
        "recalled": float(((recalls.positions > 0) & ~recalls.is_repeat).sum(1).mean()),
        "intrusions": float((recalls.positions == INTRUSION).sum(1).mean()),
        "temporal_factor": temporal_factor(recalls), "shuffled_factor": temporal_factor(shuffled(recalls, seed)),
        "rmsd": float(np.sqrt(np.nanmean(np.square(list(each.values()))))), **each,
    }  # fmt: skip


def temporal_factor(recalls: Recalls) -> float:
    """Mean rank of the distance of each transition among those that were possible; .5 by chance, 1 to the nearest.

    Ties share their rank. Transitions from or to intrusions and repeats do not count (Polyn, Norman & Kahana, 2009).
    """
    length = recalls.list_length
    scores: list[float] = []
    for row in recalls.positions:
        left = set(range(1, length + 1))
        before = NONE
        for given in row.tolist():
            if before > 0 and given in left and len(left) > 1:
                others = np.abs(np.array([each for each in left if each != given]) - before)
                own = abs(given - before)
                scores.append(float((others > own).mean() + (others == own).mean() / 2))
            before = given if given in left else NONE
            left.discard(given)
    return float(np.mean(scores)) if scores else float("nan")


@cache
def lists_of(name: str, n_lists: int) -> Recalls:
    """Lists of one of :data:`PEOPLE`, drawn at random with one seed; nobody's lists are in both."""
    people: Recalls = load_dataset(name)
    for earlier in PEOPLE[: PEOPLE.index(name)]:
        known = numbers_of(load_dataset(earlier))
        people = people[~np.isin(numbers_of(people), known)]
    rows = stream(0, "lists that are scored", name).choice(len(people), min(n_lists, len(people)), replace=False)
    return people[np.sort(rows)]


def numbers_of(people: Recalls) -> IntArray:
    """(n_lists,) the number of each participant of PEERS, who is 65 in one data set and LTP065 in another."""
    return np.array([int(str(code).removeprefix("LTP")) for code in people.trials.subject], dtype=np.int32)


def nats(model: MemoryModel[Any], n_lists: int, samples: int) -> dict[str, dict[str, float]]:
    """By data set, log-likelihood per list: ``choice``, of which item given that a new one of the list was recalled,
    and ``total``, with when recall stopped. Intrusions and repeats do not count for any model.
    """
    found = {}
    lapsing = model.replace(lapse=LAPSE)
    for name in PEOPLE:
        parts = likelihood_parts(lapsing, lists_of(name, n_lists), samples=samples, common=True)
        choice, stop = float(parts.choice.mean()), float(parts.termination.mean())
        found[name] = {"choice": choice, "total": choice + stop}
    return found


def flat(found: Mapping[str, Any]) -> dict[str, float]:
    """Numbers of a measured behaviour without its curve."""
    return {name: value for name, value in found.items() if name != "curve"}

"""What agents do: which values they store and recall, in what order they recall, and what their choices rest on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table, root_mean_squared_difference
from memsim.analysis.recall.indices import edges
from memsim.core.arrays import FloatArray
from memsim.core.recalls import Recalls
from memsim.data import load_curves
from memsim.gym.lists_for_reward import ListTask
from memsim.gym.task import State
from memsim.gym.two_stages import NEW

PEOPLE, CONDITION = "murdock1962", "10-2"
"""The people with whom recall is compared: lists of ten words, two seconds each."""
CURVES = ("serial_position_curve", "probability_of_nth_recall", "lag_crp")


def selectivity_index(values: FloatArray, recalled: FloatArray) -> FloatArray:
    """(B,) how far the recalled items are those of highest value: 1 for the best, 0 for items taken at random.

    With n recalled items, (score - n m) / (best score of n items - n m), m the mean value of the list; NaN where
    nothing or everything is recalled (Castel et al., 2002).

    Parameters
    ----------
    values, recalled : (B, L) the values of lists, and whether each item is recalled.
    """
    recalled = recalled.astype(bool)
    n = recalled.sum(axis=1)
    expected = n * values.mean(axis=1)
    best = np.cumsum(-np.sort(-values, axis=1), axis=1)[np.arange(len(n)), np.maximum(n, 1) - 1]
    score = (values * recalled).sum(axis=1)
    room = np.where((n > 0) & (n < values.shape[1]) & (best > expected), best - expected, np.nan)
    found: FloatArray = (score - expected) / room
    return found


def by_value(values: FloatArray, found: FloatArray) -> list[float]:
    """The mean of ``found`` (B, L) for items of value 1, 2, ... L."""
    return [float(np.nanmean(found[values == value])) for value in range(1, values.shape[1] + 1)]


def list_measures(task: ListTask, state: State, storing: FloatArray) -> dict[str, Any]:
    """``recalled``, ``reported`` and ``wrong`` items of a list, and by value: ``store``, ``recall``, ``selectivity``.

    ``storing`` (T, B) are the chances of storing. Without values by rank, nothing is by value.
    """
    earned, values = state["earned"], state["values"]
    reported = (state["reports"] >= 0).sum(axis=1)
    found: dict[str, Any] = {
        "recalled": float(earned.sum(axis=1).mean()),
        "reported": float(reported.mean()),
        "wrong": float((reported - earned.sum(axis=1)).mean()),
    }
    if task.worth == "ranks":
        index = selectivity_index(values, earned)
        study = storing[: task.list_length].T
        # Where storing was no choice, what happened is known.
        chances = np.where(np.isfinite(study), study, state["stored"])
        found |= {
            "selectivity": float(np.nanmean(index)) if np.isfinite(index).any() else float("nan"),
            "stored": float(chances.sum(axis=1).mean()),
            "store": by_value(values, chances),
            "recall": by_value(values, earned.astype(float)),
        }
    return found


def recalls_of_episodes(state: State, list_length: int) -> Recalls:
    """The reports as recalls of lists: items of the pool that were not studied are intrusions."""
    reports, items = state["reports"], state["items"]
    matches = reports[:, :, None] == items[:, None, :]
    positions = np.where(matches.any(axis=2), matches.argmax(axis=2) + 1, np.where(reports >= 0, -1, 0))
    # Steps in which nothing was reported leave a gap, which recalls do not have.
    order = np.argsort(positions == 0, axis=1, kind="stable")
    return Recalls.from_matrix(np.take_along_axis(positions, order, axis=1), list_length=list_length)


def order_measures(state: State, list_length: int) -> dict[str, Any]:
    """``primacy, recency`` of recall and of first responses, lag-CRP at +1 and -1, curves, and distances to people.

    Distances are root mean squared differences from each curve of :data:`PEOPLE`, and their mean, where lists are of
    the same length; NaN where a curve is not defined.
    """
    recalls = recalls_of_episodes(state, list_length)
    table = curve_table(recalls)
    curves = {name: rows.set_index("x")["mean"] for name, rows in table.groupby("curve")}
    spc, first = (curves[name].to_numpy(float) for name in CURVES[:2])
    crp = curves["lag_crp"]
    known = load_curves(PEOPLE, CONDITION)
    distances: Any = {}
    if len(known[known["curve"] == CURVES[0]]) == list_length:
        distances = root_mean_squared_difference(table, known)
    (primacy, recency), (early, late) = edges(spc), edges(first)
    rmsd = {f"rmsd_{name}": float(distances.get(name, np.nan)) for name in CURVES}
    return {
        "primacy": primacy, "recency": recency, "first_primacy": early, "first_recency": late,
        "crp_forward": float(crp.get(1, np.nan)), "crp_backward": float(crp.get(-1, np.nan)),
        **rmsd, "rmsd": float(np.mean(list(rmsd.values()))),
        "curves": [[name, float(x), float(y)] for name in CURVES for x, y in curves[name].items()],
    }  # fmt: skip


def step_measures(state: State) -> dict[str, float]:
    """The share of choices of the better side: with ``new`` cues, with ``old`` ones, and with old ones in ``conflict``.

    In conflict the side that was better in the trial of the cue is not the one that has been of late, so that
    incremental value is wrong. ``planning`` is how much more staying with a choice depends on reward after common than
    after rare transitions, from one new trial to the next (Daw et al., 2011): above 0 where transitions are known.
    """
    right = state["choices"] == state["better"]
    old = state["first"] != NEW
    conflict = old & (state["better"] != state["lately"])
    pairs = ~old[:, 1:] & ~old[:, :-1]
    stays = state["choices"][:, 1:] == state["choices"][:, :-1]
    rewarded, common = state["rewards"][:, :-1] > 0, (state["places"] == state["choices"])[:, :-1]

    def staying(won: bool, usual: bool) -> float:
        chosen = pairs & (rewarded == won) & (common == usual)
        return float(stays[chosen].mean()) if chosen.any() else float("nan")

    planning = staying(True, True) - staying(False, True) - staying(True, False) + staying(False, False)
    found = {"new": ~old, "old": old, "conflict": conflict}
    shares = {name: float(right[where].mean()) if where.any() else float("nan") for name, where in found.items()}
    return {**shares, "planning": planning}


def people_curves() -> pd.DataFrame:
    """The curves of the people with whom recall is compared."""
    return load_curves(PEOPLE, CONDITION)

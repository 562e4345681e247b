"""Whether storage that pays best brings primacy or recency: the best decisions, exactly, and what agents learn."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.recall.indices import edges
from memsim.core.arrays import FloatArray
from memsim.gym import play
from memsim.gym.best_storage import best_policy, storing_gains
from memsim.gym.limited_store import NEVER
from memsim.gym.task import State
from memsim.reproductions.entry import Finding
from memsim.reproductions.essay.reward.circumstances import CIRCUMSTANCES, LENGTH, SLOTS, WHEN, task_of
from memsim.reproductions.essay.reward.scores import series
from memsim.reproductions.hypotheses import Claim, Measure, measured
from memsim.reproductions.intervals import over_trainings
from memsim.reproductions.kinds import OwnComputation

EPISODES = 20_000
"""From which the curves of the best decisions are."""
SHARE = 0.5
"""The share of the edges of the best decisions that an agent is predicted to exceed."""
TOLERANCE = 0.1


def held_by_position(state: State) -> FloatArray:
    """(L,) of the items that were shown, the share that is held at the test."""
    shown = np.arange(state["since"].shape[1]) < state["length"][:, None]
    found: FloatArray = (state["since"] > NEVER).sum(axis=0) / shown.sum(axis=0)
    return found


def position_measures(state: State, storing: FloatArray) -> dict[str, Any]:
    """``held_primacy, held_recency`` and, as ``curves``, chances of storing and what is held, by position.

    ``storing`` (T, B) are the chances of storing, NaN where it was no choice.
    """
    held, length = held_by_position(state), state["since"].shape[1]
    choices = np.isfinite(storing[:length])
    chances = np.where(choices, storing[:length], 0).sum(axis=1) / np.maximum(choices.sum(axis=1), 1)
    primacy, recency = edges(held)
    places = range(1, length + 1)
    curves = [["stored", x, float(y)] for x, y in zip(places, chances, strict=True) if choices[x - 1].any()]
    curves += [["held", x, float(y)] for x, y in zip(places, held, strict=True)]
    return {"held_primacy": primacy, "held_recency": recency, "curves": curves}


@cache
def best_held(name: str) -> tuple[float, ...]:
    """What the best decisions hold at the test, by position: in these circumstances, no two of them earn the same."""
    task = task_of(name)
    return tuple(held_by_position(play(task, best_policy(task), EPISODES).state).tolist())


def best_edges(name: str) -> dict[str, float]:
    """Primacy and recency of what the best decisions hold."""
    return dict(zip(("primacy", "recency"), edges(np.array(best_held(name))), strict=True))


def best_table() -> pd.DataFrame:
    """``condition, x, y``: what the best decisions hold, by position."""
    return pd.DataFrame(
        [(name, x, y) for name in CIRCUMSTANCES for x, y in enumerate(best_held(name), 1)],
        columns=["condition", "x", "y"],
    )


def claims_on_storing(scores: pd.DataFrame) -> list[Claim]:
    """For each circumstance that was run: do agents hold at the test what the best decisions hold?

    Parameters
    ----------
    scores : ``part, condition, seed, at, score, held_primacy, held_recency``.
    """
    found = []
    for name, (_, brought, words) in CIRCUMSTANCES.items():
        if not len(series(scores, WHEN, name, "score")):
            continue
        best = best_edges(name)
        measures = [
            Measure(edge, over_trainings(series(scores, WHEN, name, f"held_{edge}")), SHARE * best[edge], np.inf)
            for edge in brought
        ]
        found.append(
            measured(
                f"R3 Storing ({name})", f"reward for storage brings {' and '.join(brought)}",
                f"{SLOTS} slots for {LENGTH} items of the same worth; {words}",
                " and ".join(f"{edge} of what is held at the test above {SHARE * best[edge]:.2f}" for edge in brought)
                + ", half of what the best decisions bring",
                "less than that", measures,
            )
        )  # fmt: skip
    return found


def findings_on_storing(scores: pd.DataFrame) -> list[Finding]:
    """How near the best score agents come."""
    found = []
    for name in CIRCUMSTANCES:
        reached = series(scores, WHEN, name, "score") / storing_gains(task_of(name))[1]
        if len(reached):
            found.append(
                Finding(f"when to store, {name}: share of the best score", 1.0, float(np.mean(reached)), TOLERANCE,
                        OwnComputation("the best decisions, by dynamic programming"))
            )  # fmt: skip
    return found


def statement_on_storing(scores: pd.DataFrame) -> list[str]:
    """What the best decisions bring, in words; nothing where the part was not run."""
    run = [name for name in CIRCUMSTANCES if (scores["condition"] == name).any()] if len(scores) else []
    if not run:
        return []
    words = [
        f"{name}: primacy {best_edges(name)['primacy']:.2f}, recency {best_edges(name)['recency']:.2f}" for name in run
    ]
    return [
        f"The best storage in {SLOTS} slots of {LENGTH} items of the same worth, computed exactly, brings in what is "
        f"held ({'; '.join(words)}). Where nothing is lost and the end is known, any {SLOTS} items earn the same."
    ]

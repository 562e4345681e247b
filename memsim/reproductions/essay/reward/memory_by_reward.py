"""Memory as a reinforcement-learning problem: the entry."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.essay.reward.circumstances import WHEN
from memsim.reproductions.essay.reward.claims import claims_of, statement
from memsim.reproductions.essay.reward.options import (
    ORDER,
    SLOT_NUMBERS,
    SLOTS,
    STORAGE,
    VALUE,
    Condition,
    RewardOptions,
)
from memsim.reproductions.essay.reward.scores import AFTER, BEFORE, LESIONED, series
from memsim.reproductions.essay.reward.trainings import condition_cell
from memsim.reproductions.essay.reward.when_to_store import best_table, findings_on_storing
from memsim.reproductions.hypotheses import measures_table
from memsim.reproductions.kinds import Kind, OwnComputation
from memsim.running.execution import run_cells

NAMED = ["part", "condition", "seed"]
LISTED = ("store", "recall", "curves")
"""Measures that are lists, and have tables of their own."""


def memory_by_reward(seed: int, options: RewardOptions) -> Outcome:
    """The entry: all trainings, their tables, claims and figures."""
    from memsim.reproductions.essay.reward.figures import order_figure, storing_figure, value_figure
    from memsim.reproductions.essay.reward.measures import people_curves

    conditions = options.conditions()
    seeds = [seed + number for number in range(options.seeds)]
    todo = [(condition, own) for own in seeds for condition in conditions]
    cells = [condition_cell(condition, own, options.n_trials) for condition, own in todo]
    found = run_cells(cells, title="trainings by reward")
    scores, values, curves, learning = tables_of(todo, found)
    claims = claims_of(scores, values)
    order, storing = (curves[curves["part"] == part] for part in (ORDER, WHEN))
    further: dict[str, Any] = {}
    if len(order):
        further["reward-order"] = partial(order_figure, order, people_curves())
    if len(storing):
        further["reward-storing"] = partial(storing_figure, storing, best_table())
    return Outcome(
        findings_of(scores),
        partial(value_figure, values, scores),
        {**options.values(), "seeds": seeds,
         "trainings": {f"{each.part}: {each.name}": each.training.values() for each in conditions}},
        {"scores": scores, "values": values, "order": order, "storing": storing, "learning": learning},
        shown=shown(scores, measures_table(claims)),
        further=further,
        statement=" ".join([statement(claims, scores), how_much(options), *diverged(todo, found)]),
        claims=claims,
    )  # fmt: skip


def how_much(options: RewardOptions) -> str:
    """How much was trained, and what seeds share, in words."""
    begun = ""
    if {VALUE, SLOTS, ORDER} & set(options.part_names):
        first = (
            "start anew with each seed"
            if options.start == "none"
            else f"begin with the weights {options.start}: seeds differ in what came after"
        )
        begun = f"All trainings of recall {first}. "
    return (
        f"{begun}Trainings had {options.iterations:,} (recall), {options.storage_iterations:,} (storage) and "
        f"{options.step_iterations:,} (two-step) iterations of {options.batch} episodes: what is refuted here may be "
        "learned with more."
    )


def diverged(todo: list[tuple[Condition, int]], found: list[dict[str, Any]]) -> list[str]:
    """Which trainings diverged and are left out, in words; nothing if none did."""
    lost = [
        f"{condition.part}, {condition.name}, seed {own}"
        for (condition, own), result in zip(todo, found, strict=True)
        if "diverged" in result
    ]
    return [f"Diverged, and left out after reward: {'; '.join(lost)}."] if lost else []


def tables_of(
    todo: list[tuple[Condition, int]], found: list[dict[str, Any]]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Scores of every training by when they were measured; by value, and curves, after reward; and learning curves."""
    scores, values, curves, learning = [], [], [], []
    for (condition, own), result in zip(todo, found, strict=True):
        named = dict(zip(NAMED, (condition.part, condition.name, own), strict=True))
        learning += [{**named, "iteration": iteration, "score": score} for iteration, score in result["log"]]
        for at in (BEFORE, AFTER, LESIONED):
            if at not in result:
                continue
            measured = result[at]
            plain = {name: value for name, value in measured.items() if name not in LISTED}
            scores.append({**named, "at": at, **plain, "seconds": result["seconds"]})
            if at != LESIONED:
                curves += [{**named, "at": at, "curve": c, "x": x, "y": y} for c, x, y in measured.get("curves", [])]
            if at == AFTER and "store" in measured:
                values += [
                    {**named, "value": value, "store": store, "recall": recall}
                    for value, (store, recall) in enumerate(zip(measured["store"], measured["recall"], strict=True), 1)
                ]
    return (
        pd.DataFrame(scores),
        pd.DataFrame(values, columns=[*NAMED, "value", "store", "recall"]),
        pd.DataFrame(curves, columns=[*NAMED, "at", "curve", "x", "y"]),
        pd.DataFrame(learning, columns=[*NAMED, "iteration", "score"]),
    )


def findings_of(scores: pd.DataFrame) -> list[Finding]:
    """How near the best score the agents come where it is known: where the environment holds the slots."""
    found = []
    for slots in SLOT_NUMBERS:
        best = sum(range(13 - min(slots, 12), 13))
        reached = series(scores, STORAGE, f"{slots} slots", "score") / best
        if len(reached):
            found.append(
                Finding(f"value-directed storage, {slots} slots: share of the best score", 1.0, float(np.mean(reached)),
                        0.15, OwnComputation(f"the {slots} highest values are stored and reported"))
            )  # fmt: skip
    return found + findings_on_storing(scores)


def shown(scores: pd.DataFrame, claims: pd.DataFrame) -> str:
    """The means over seeds, and the verdicts, for a terminal."""
    numbers = scores.drop(columns=["seed"]).groupby(["part", "condition", "at"], sort=False).mean(numeric_only=True)
    columns = ["score", "recalled", "wrong", "selectivity", "stored", "held_primacy", "held_recency", "primacy",
               "recency", "rmsd", "new", "old", "conflict", "seconds"]  # fmt: skip
    means = numbers.reindex(columns=[name for name in columns if name in numbers])
    parts = [means.to_string(float_format="{:.2f}".format, na_rep="")]
    if len(claims):
        parts.append(
            claims[["claim", "mean", "low", "high", "verdict"]].to_string(index=False, float_format="{:.2f}".format)
        )
    return "\n\n".join(parts)


REWARD = Reproduction(
    "reward",
    "memory as a reinforcement-learning problem: storing by value, the order of recall, single episodes",
    "Castel et al. (2002); Gershman & Daw (2017); after Greydanus (2017), who hoped for it",
    memory_by_reward,
    RewardOptions(),
    kinds=(Kind.OWN, Kind.PREDICTION),
)

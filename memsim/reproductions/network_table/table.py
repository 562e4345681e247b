"""All cores under equal conditions: what they learn from equally many lists, what they do, and what they lean on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Unpack

import numpy as np
import pandas as pd

from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OwnComputation, Prediction
from memsim.reproductions.network_table.behaviour import CURVES
from memsim.reproductions.network_table.options import (
    BEYOND_CONTROLLERS,
    NOISE,
    PARAMETERS,
    RECALL,
    TUNING,
    TableOptions,
)
from memsim.reproductions.network_table.shipped import lost_without_reading
from memsim.reproductions.network_table.statistics import comparisons_of, summary_of
from memsim.running.execution import run_cells

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.analysis.figures.page import Drawing
    from memsim.reproductions.network_table.sizes import Sized

SHOWN = ["task", "core", "parameters", "state_at_end", "rate", "accuracy", "lowest", "highest", "reached", "longer",
         "cost_of_lesion", "diverged", "seconds"]  # fmt: skip
SHOWN_OF_RECALL = ["core", "primacy", "recency", "crp_forward", "crp_backward", "shuffled_crp_forward",
                   "shuffled_crp_backward", "rmsd"]  # fmt: skip


def network_table(seed: int, options: TableOptions) -> Outcome:
    """The entry: sizes, learning rates, trainings, statistics."""
    from memsim.reproductions.network_table.imitation import imitation_table

    sizes = sizes_of_table(options)
    rates = rates_of(sizes, options, seed)
    scores, curves, positions, weights = trainings_of(sizes, rates, options, seed)
    summary, tests = summary_of(scores), comparisons_of(scores)
    if (PARAMETERS, RECALL) not in options.conditions:
        weights = learned_recall(options, seed)
    people = imitation_table(options, seed, weights)
    draws = {at: partial(_figure, scores, curves, at) for at in dict.fromkeys(scores["at"])}
    first, *further = draws.values()
    return Outcome(
        findings_of(scores, tests, options, seed),
        first,
        {**options.values(), "seeds": [seed + number for number in range(options.seeds)], "tuned on": seed + TUNING},
        {"sizes": sizes_frame(sizes), "rates": rates, "scores": scores, "learning": curves, "positions": positions,
         "summary": summary, "tests": tests, "imitation": people},
        shown=shown(summary, people),
        further={f"network-table-{at}": draw for at, draw in zip(list(draws)[1:], further, strict=True)},
        statement=" ".join([statement(summary, tests), *diverged(scores, people)]),
    )  # fmt: skip


def sizes_of_table(options: TableOptions) -> list[Sized]:
    """Every core in every part of the table; with noise on controllers, those that have one."""
    from memsim.models.networks.cores.named_cores import find_core
    from memsim.reproductions.network_table.noise import has_controller
    from memsim.reproductions.network_table.sizes import sized

    return [
        sized(at, task, core, options.parameters_target)
        for at, task in options.conditions
        for core in options.core_names
        if task not in NOISE or has_controller(find_core(core).cls)
    ]


def sizes_frame(sizes: list[Sized]) -> pd.DataFrame:
    """``at, task, core, sizes, parameters, state_at_start, state_at_end``."""
    rows = [
        {
            "at": each.at, "task": each.task, **each.matched._asdict(),
            "sizes": ", ".join(f"{name}={value}" for name, value in each.matched.sizes.items()),
        }
        for each in sizes
    ]  # fmt: skip
    return pd.DataFrame(rows)


def rates_of(sizes: list[Sized], options: TableOptions, seed: int) -> pd.DataFrame:
    """``at, task, core, rate, iterations, loss, accuracy, chosen``: every rate, on a seed that is not reported.

    Trainings are as short as ``options.tuning`` says. The rate with the smallest loss of lists held out is chosen.
    """
    from memsim.reproductions.network_table.trainings import training_cell, training_of

    short = options.replace(iterations=options.tuned_for(options.iterations))
    tuned = [(each, rate) for each in sizes for rate in options.rate_values]
    cells = [
        training_cell(
            each.task,
            training_of(each.matched.core, each.matched.sizes, each.task, rate, seed + TUNING, short),
            0,
        )
        for each, rate in tuned
    ]
    found = run_cells(cells, title="learning rates")
    rows = [
        [each.at, each.task, each.matched.core, rate, short.iterations, result["loss"], result["accuracy"]]
        for (each, rate), result in zip(tuned, found, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["at", "task", "core", "rate", "iterations", "loss", "accuracy"])
    best = table.groupby(["at", "task", "core"])["loss"].transform("min")
    first = ~table[table["loss"] == best].duplicated(["at", "task", "core"])
    return table.assign(chosen=first.reindex(table.index, fill_value=False))


class Trainings(NamedTuple):
    """What every seed of every core came to."""

    scores: pd.DataFrame
    curves: pd.DataFrame
    """Learning curves."""
    positions: pd.DataFrame
    """Curves by serial position."""
    weights: dict[tuple[str, int], str]
    """By core and seed, those of free recall at equal parameters, from which the imitation of people begins."""


def learned_recall(options: TableOptions, seed: int) -> dict[tuple[str, int], str]:
    """The weights with which imitation begins, where free recall is not in the table; none without imitation."""
    if not options.imitation:
        return {}
    recall = options.replace(tasks=RECALL, at=PARAMETERS)
    sizes = sizes_of_table(recall)
    return trainings_of(sizes, rates_of(sizes, recall, seed), recall, seed).weights


def trainings_of(sizes: list[Sized], rates: pd.DataFrame, options: TableOptions, seed: int) -> Trainings:
    """All trainings that are reported, each core with its learning rate."""
    from memsim.reproductions.network_table.trainings import training_cell, training_of

    kept = rates[rates["chosen"]]
    chosen = dict(zip(zip(kept["at"], kept["task"], kept["core"], strict=True), kept["rate"], strict=True))
    todo = [
        (each, float(chosen[each.at, each.task, each.matched.core]), seed + number)
        for each in sizes
        for number in range(options.seeds)
    ]
    cells = [
        training_cell(
            each.task,
            training_of(each.matched.core, each.matched.sizes, each.task, rate, own, options),
            options.lists,
            keep=bool(options.imitation) and (each.at, each.task) == (PARAMETERS, RECALL),
        )
        for each, rate, own in todo
    ]
    rows, curves, positions = [], [], []
    weights = {}
    for (each, rate, own), found in zip(todo, run_cells(cells, title="trainings"), strict=True):
        named = {"at": each.at, "task": each.task, "core": each.matched.core, "seed": own}
        behaviour = dict(found["behaviour"])
        positions += [{**named, "position": i, "prob": p} for i, p in enumerate(behaviour.pop("curve", []), start=1)]
        if found["weights"]:
            weights[each.matched.core, own] = found["weights"]
        curves += [{**named, "lists": lists, "loss": loss, "accuracy": right} for lists, loss, right in found["log"]]
        distances = [behaviour.get(f"rmsd_{name}", np.nan) for name in CURVES]
        rows.append({
            **named, "parameters": each.matched.parameters, "state_at_start": each.matched.state_at_start,
            "state_at_end": each.matched.state_at_end, "rate": rate,
            **{name: found[name] for name in LEARNED}, "cost_of_lesion": found["accuracy"] - found["lesioned"],
            **{name: behaviour.get(name, np.nan) for name in BEHAVIOUR}, "rmsd": float(np.mean(distances)),
        })  # fmt: skip
    return Trainings(pd.DataFrame(rows), pd.DataFrame(curves), pd.DataFrame(positions), weights)


LSTM = "LSTM"
NEEDS_MEMORY = Prediction("memsim's authors: the task needs external memory", "1 where it does")
EQUAL_SIZE = OwnComputation("all cores are of the size that is asked for")
LEARNED = ("floor", "loss", "accuracy", "longer", "lesioned", "seconds", "diverged")
BEHAVIOUR = ("primacy", "recency", "crp_forward", "crp_backward", "shuffled_crp_forward", "shuffled_crp_backward",
             *(f"rmsd_{name}" for name in CURVES))  # fmt: skip
"""Columns of scores that simulated lists give; ``rmsd`` is the mean over the curves."""


def findings_of(scores: pd.DataFrame, tests: pd.DataFrame, options: TableOptions, seed: int) -> list[Finding]:
    """How equal the cores are, whether some tasks are beyond a controller, and whether the network that ships needs
    its memory.
    """
    at = scores[scores["at"] == PARAMETERS]
    worst = (at["parameters"] / options.parameters_target - 1).abs().max() if len(at) else np.nan
    found = [] if np.isnan(worst) else [
        Finding("largest difference from equal parameters", 0.0, float(worst), 0.02, EQUAL_SIZE)
    ]  # fmt: skip
    lost = lost_without_reading("dnc-recall", seed)
    return [
        *found,
        *(
            Finding(f"{task}: a core with memory has more right than the LSTM", 1.0, beyond, 0.0, NEEDS_MEMORY)
            for task in BEYOND_CONTROLLERS
            if not np.isnan(beyond := beyond_the_lstm(scores, tests, task))
        ),
        Finding(
            "dnc-recall without reading loses at least half of its recall", 1.0, float(lost >= 0.5), 0.0,
            Prediction("memsim's authors: the network that ships needs its memory", "1 where it loses half or more"),
        ),
    ]  # fmt: skip


def beyond_the_lstm(scores: pd.DataFrame, tests: pd.DataFrame, task: str) -> float:
    """1 where, at equal parameters, a core with memory is said to differ from the LSTM and has more right, else 0.

    NaN where the LSTM or a core with memory was not run.
    """
    own = scores[(scores["task"] == task) & (scores["at"] == PARAMETERS)]
    with_memory = set(own.loc[own["lesioned"].notna(), "core"])
    pairs = tests[(tests["task"] == task) & (tests["at"] == PARAMETERS)]
    signs = pairs["one"].map({LSTM: -1.0}).fillna(pairs["other"].map({LSTM: 1.0}))
    beside = pairs["one"].where(pairs["other"] == LSTM, pairs["other"]).isin(with_memory) & signs.notna()
    if not beside.any():
        return float("nan")
    return float((pairs["claimed"] & (signs * pairs["difference"] > 0))[beside].any())


def shown(summary: pd.DataFrame, people: pd.DataFrame) -> str:
    """The tables for a terminal."""
    parts = []
    number: Callable[[float], str] = "{:.3g}".format
    for at, rows in summary.groupby("at", sort=False):
        parts.append(f"equal {at}\n" + rows[SHOWN].to_string(index=False, float_format=number))
        recall = rows[rows["task"] == RECALL]
        if len(recall):
            parts.append(
                f"free recall, equal {at}\n" + recall[SHOWN_OF_RECALL].to_string(index=False, float_format=number)
            )
    if len(people):
        mean = people.groupby("core", sort=False).agg(
            nats_per_list=("nats_per_list", "mean"), diverged=("diverged", "sum")
        ).sort_values("nats_per_list", ascending=False)  # fmt: skip
        parts.append("people's lists held out, nats per list\n" + mean.to_string(float_format="{:.2f}".format))
    return "\n\n".join(parts)


def statement(summary: pd.DataFrame, tests: pd.DataFrame) -> str:
    """Best and worst of each part of the table, and what is claimed."""
    sentences = []
    for (at, task), rows in summary.groupby(["at", "task"], sort=False):
        order = rows.sort_values("accuracy", ascending=False)
        best, worst = order.iloc[0], order.iloc[-1]
        pairs = tests[(tests["at"] == at) & (tests["task"] == task)]
        n_claimed = int(pairs["claimed"].sum())
        sentences.append(
            f"At equal {at}, {task}: {best['core']} has the most right outputs ({best['accuracy']:.2f}), "
            f"{worst['core']} the fewest ({worst['accuracy']:.2f}); {n_claimed} of {len(pairs)} pairs of cores differ, "
            "by ranges that do not overlap or p < .05, without correction."
        )
    left_out = sorted(set(summary["core"]) - set(summary.loc[summary["task"].isin(NOISE), "core"]))
    if left_out and summary["task"].isin(NOISE).any():
        sentences.append(f"Noise is on controllers, so that cores without one are not in it: {', '.join(left_out)}.")
    return " ".join(sentences)


def diverged(scores: pd.DataFrame, people: pd.DataFrame) -> list[str]:
    """Which trainings diverged, and how they count; nothing if none did."""
    rows = scores[scores["diverged"]]
    found = [f"{each.task} of {each.core} at equal {each.at}, seed {each.seed}" for each in rows.itertuples()]
    sentences = []
    if found:
        sentences.append(
            f"{len(found)} of {len(scores)} trainings diverged, and count as untrained: {', '.join(found)}."
        )
    rows = people[people["diverged"].astype(bool)]
    found = [f"{each.core}, fold {each.fold + 1}" for each in rows.itertuples()]
    if found:
        sentences.append(f"{len(found)} of {len(people)} imitations diverged, and are left out: {', '.join(found)}.")
    return sentences


def _figure(scores: pd.DataFrame, curves: pd.DataFrame, at: str, **drawing: Unpack[Drawing]) -> Figure:
    from memsim.reproductions.network_table.figure import table_figure

    title = "equal numbers of parameters" if at == PARAMETERS else "equal state at the end of a trial"
    return table_figure(scores[scores["at"] == at], curves[curves["at"] == at], f"Cores at {title}", **drawing)


NETWORK_TABLE = Reproduction(
    "network-table",
    "all cores under equal conditions, with seeds as the random factor: what they learn, do, and lean on",
    "the publications of the cores (`memsim models`)",
    network_table,
    TableOptions(),
    kinds=(Kind.OWN, Kind.PREDICTION),
)

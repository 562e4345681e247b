"""The networks of transfer: which trainings are run, and tables of what came of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.reproductions.essay.transfer.measures import CRITERION, forgetting, gained_area, iterations_to, savings
from memsim.reproductions.essay.transfer.options import (
    BACK,
    ELASTIC,
    FORTH,
    JOINT,
    LONGER,
    MODULES,
    REPLAY,
    REPLAYED,
    SLOTS,
    TUNING,
    TransferOptions,
)
from memsim.reproductions.essay.transfer.trainings import pairs_cell, plan_cell
from memsim.running.execution import run_cells

CORES = ("DNC", "LSTM")
"""The second is the control without memory, and has none of the remedies."""


class Networks(NamedTuple):
    """Tables of the trainings; ``core, seed`` are columns of each, but of the tuning.

    Parameters
    ----------
    matrix : ``protocol, phase, learned, task, score``, R of the trainings of several tasks.
    curves : ``protocol, iteration, task, score``, of the same.
    forgetting : ``protocol, forgetting, last, mean``, F, the score on the task learned last, and on all, in the end.
    single : ``task, score``, of trainings on a task alone.
    pairs : ``first, then, before, area, saved_least, saved_most, iterations, kept``, of the second of two tasks.
    longer : ``protocol, length, task, score``.
    vectors : ``protocol, vectors, task, score``.
    tuning : ``weight, mean``, of the elastic penalty: the score on all tasks in the end.
    sizes : ``core, parameters, sizes``.
    """

    matrix: pd.DataFrame
    curves: pd.DataFrame
    forgetting: pd.DataFrame
    single: pd.DataFrame
    pairs: pd.DataFrame
    longer: pd.DataFrame
    vectors: pd.DataFrame
    tuning: pd.DataFrame
    sizes: pd.DataFrame


def train_all(seed: int, options: TransferOptions) -> Networks:
    """Train, or take from what was kept, and collect."""
    sizes = sizes_of(options)
    weight, tuning = chosen_weight(sizes["DNC"], seed, options)
    seeds = [seed + number for number in range(options.seeds)]
    plans, cells = [], []
    for core, own in sizes.items():
        remedies: dict[str, dict[str, Any]] = {JOINT: {}, FORTH: {}, BACK: {}}
        if core == CORES[0]:
            remedies |= {
                REPLAY: {"replay": REPLAYED}, ELASTIC: {"elastic": weight},
                MODULES: {"modules": options.modules, "hidden": _divisible(own["hidden"], options.modules)},
            }  # fmt: skip
        for protocol, changes in remedies.items():
            for each in seeds:
                training = options.training({**own, **changes}, options.plan_of(protocol), each)
                longer = LONGER if protocol == JOINT else ()
                plans.append((core, protocol, each))
                cells.append(plan_cell(protocol, training, _seldom(options), options.lists, longer))
    firsts = [(core, first, each) for core in sizes for first in options.task_names for each in seeds]
    pairs = []
    for core, first, each in firsts:
        # The LSTM learns each task alone, as the measure of its joint training.
        names = options.task_names if core == CORES[0] else [first]
        alone = {name: options.training(sizes[core], name, each) for name in names}
        pairs.append(pairs_cell(first, alone, options.every, options.lists))
    found = run_cells([*cells, *pairs], title="trainings")
    by_plan = dict(zip(plans, found[: len(cells)], strict=True))
    by_first = dict(zip(firsts, found[len(cells) :], strict=True))
    single, of_pairs = _pair_tables(by_first)
    return Networks(
        **_plan_tables(by_plan, options), single=single, pairs=of_pairs, tuning=tuning,
        sizes=_sizes_frame(sizes, options),
    )  # fmt: skip


def sizes_of(options: TransferOptions) -> dict[str, dict[str, Any]]:
    """By core, its sizes: the LSTM has as many parameters as the DNC, within two hundredths."""
    from memsim.models.networks.equal_sizes import match_parameters

    dnc = {"network": "DNC", "hidden": options.hidden, "slots": SLOTS}
    network = _network(dnc, options)
    n_parameters = sum(weight.numel() for weight in network.network.parameters())
    matched = match_parameters(
        "LSTM", n_parameters, steps=2 * options.list_length + 2, input_size=network.input_size,
        output_size=network.network.output_size,
    )  # fmt: skip
    return {"DNC": dnc, "LSTM": {"network": "LSTM", **matched.sizes}}


def _network(sizes: dict[str, Any], options: TransferOptions) -> Any:
    from memsim.models.networks.cued_network import CuedNetwork

    training = options.training(sizes, JOINT, 0)
    return CuedNetwork(training.vector_size, training.core(), training.sizes, options.task_names)


def _seldom(options: TransferOptions) -> int:
    """Iterations between two measures of all tasks, which take longer than those of one."""
    return max(options.iterations // 4, 1)


def _divisible(hidden: int, modules: int) -> int:
    """The units of a controller in which the two modules of a task have as many as a controller without modules."""
    return max(hidden // 2, 1) * modules


def _sizes_frame(sizes: dict[str, dict[str, Any]], options: TransferOptions) -> pd.DataFrame:
    rows = []
    for core, own in sizes.items():
        n_parameters = sum(weight.numel() for weight in _network(own, options).parameters())
        named = ", ".join(f"{name}={value}" for name, value in own.items() if name != "network")
        rows.append({"core": core, "parameters": n_parameters, "sizes": named})
    return pd.DataFrame(rows)


def chosen_weight(sizes: dict[str, Any], seed: int, options: TransferOptions) -> tuple[float, pd.DataFrame]:
    """The weight of the elastic penalty with which tasks are done best in the end, on a seed that is not reported."""
    plan = options.plan_of(FORTH)
    cells = [
        plan_cell(
            f"elastic weight {weight:g}",
            options.training(sizes, plan, seed + TUNING, elastic=weight),
            _seldom(options),
            options.lists,
        )
        for weight in options.weights
    ]
    found = run_cells(cells, title="elastic weights") if len(cells) > 1 else []
    rows = [
        {"weight": weight, "mean": float(np.mean(list(each["matrix"][-1].values()))), "failed": each["failed"]}
        for weight, each in zip(options.weights, found, strict=bool(found))
    ]
    table = pd.DataFrame(rows, columns=["weight", "mean", "failed"])
    best = options.weights[0] if table.empty else float(table.loc[table["mean"].idxmax(), "weight"])
    return best, table


def _plan_tables(found: dict[tuple[str, str, int], Any], options: TransferOptions) -> dict[str, pd.DataFrame]:
    """Of all trainings by plans: the matrix, curves, forgetting, longer lists and other item vectors."""
    names = options.task_names
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("matrix", "curves", "forgetting", "longer", "vectors")
    }
    for (core, protocol, seed), each in found.items():
        named = {"core": core, "protocol": protocol, "seed": seed}
        order = [names.index(task) for task in options.plan_of(protocol).split(",")] if protocol != JOINT else []
        for phase, scores in enumerate(each["matrix"]):
            learned = names[order[phase]] if order else JOINT
            rows["matrix"] += [
                {**named, "phase": phase, "learned": learned, "task": task, "score": score}
                for task, score in scores.items()
            ]
        rows["curves"] += [
            {**named, "iteration": line["iteration"], "task": task, "score": line[task]}
            for line in each["curve"]
            for task in names
        ]
        scores = [[row[task] for task in names] for row in each["matrix"]]
        rows["forgetting"].append({
            **named, "forgetting": forgetting(scores, order) if order else np.nan,
            "last": scores[-1][order[-1]] if order else np.nan, "mean": float(np.mean(scores[-1])),
            "learned": float(np.mean([scores[phase][task] for phase, task in enumerate(order)])) if order else np.nan,
            "failed": each["failed"],
        })  # fmt: skip
        for key, column in (("longer", "length"), ("vectors", "vectors")):
            for value, scored in each.get(key, {}).items():
                rows[key] += [{**named, column: value, "task": task, "score": score} for task, score in scored.items()]
    frames = {name: pd.DataFrame(each) for name, each in rows.items()}
    return {**frames, "longer": frames["longer"].astype({"length": int})}


def _pair_tables(found: dict[tuple[str, str, int], Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of all trainings on one task, and on another after it: scores of single tasks, and transfer between two."""
    single, pairs = [], []
    for (core, first, seed), each in found.items():
        named = {"core": core, "seed": seed}
        own = each[first]["scores"][first]
        single.append({**named, "task": first, "score": own})
        for then, second in each.items():
            if then == first:
                continue
            when = [line["iteration"] for line in second["curve"]]
            after = [line[then] for line in second["curve"]]
            scratch = [line[then] for line in found[core, then, seed][then]["curve"]]
            least, most = savings(when, after, scratch)
            pairs.append({
                **named, "first": first, "then": then, "before": after[0], "untrained": scratch[0],
                "area": gained_area(when, after, scratch), "saved_least": least, "saved_most": most,
                "iterations": iterations_to(when, after), "from_scratch": iterations_to(when, scratch),
                "reached": max(after) >= CRITERION, "kept": second["scores"][first] / own if own > 0 else np.nan,
            })  # fmt: skip
    return pd.DataFrame(single), pd.DataFrame(pairs)

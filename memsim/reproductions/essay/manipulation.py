"""Is it extrapolation or capacity? The essay's network trained on lists of 5 or 12 items, with 7 or 16 slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import product
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.code.provenance import versions
from memsim.reproductions.intervals import Interval, over_trainings
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training

TRAINED, SLOTS, SEEDS = (5, 12), (7, 16), range(20)
"""Items in the longest list of training, slots of the memory, and the seeds in each of the four cells."""
TESTED = (5, 12)
"""Items in the lists at test."""
RECIPE: Mapping[str, Any] = {
    "optimizer": "adam", "momentum": 0.0, "learning_rate": 0.003, "clipping": "norm", "gradient_clip": None,
    "schedule": "cosine", "batch": 16, "iterations": 5000, "first_length": 1, "held_out_lists": 256,
    "until": "loss=.25",
}  # fmt: skip
"""What differs from the essay's training, so that 80 of them are affordable: lists grow, and training ends when the
essay's loss of 256 lists of the longest length that are held out is at most .25 nats for an item (about .94 of items
are then equalled by an output), or after 5,000 iterations."""
PROMOTION = 1.8
"""Lists grow when the mean loss is below this, divided by the longest list in the end, as the essay's loss is."""
TESTS = 2
"""Lists at test of each of 500 participants, in each condition."""
NAME = "greydanus2017-trainings"
FILE = "greydanus2017_trainings.csv"
POSITIONS = [f"position_{i}" for i in range(1, max(TESTED) + 1)]
CELL = ["trained_length", "slots"]


def training_of(trained_length: int, slots: int, seed: int, changes: Mapping[str, Any] | None = None) -> Training:
    """The settings of one training."""
    lengths = {"list_length": trained_length, "promotion": round(PROMOTION / trained_length, 3)}
    settings = {**RECIPE, **lengths, "slots": slots, "seed": seed, **(changes or {})}
    return Training.preset("greydanus2017-recall").replace(**settings)


def train_and_test(trained_length: int, slots: int, seed: int, changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Train one network and test it: a row for each condition, ``curve`` with a value for each position.

    Conditions are the lengths of lists, what is left of reading, and the measure: ``exact``, the share of items that an
    output equals, and of the whole network also ``first_output``, the essay's recall probability, both as in the essay.
    """
    from memsim.core.seeding import stream
    from memsim.models.networks.cores.dnc import DNC
    from memsim.reproductions.essay.lists import LESIONS, exact_recall, item_of_output, run_lists
    from memsim.training.trainer import Trainer

    trainer = Trainer(training_of(trained_length, slots, seed, changes))
    before = process_time()
    trainer.run(trainer.training.iterations)
    seconds = process_time() - before
    network = trainer.network
    assert isinstance(network, DNC)
    network.load_state_dict(trainer.best_tensors or network.state_dict())
    network.eval()
    about = {
        "reached": trainer.stopping.why == "until", "iterations": trainer.iteration, "held_out_loss": trainer.best,
        "seconds": seconds,
    }  # fmt: skip
    rows = []
    for (left, lesion), length in product(LESIONS.items(), TESTED):
        run = run_lists(network, length, seed, distinct=False, lesion=lesion, lists=TESTS)
        measures = {"exact": exact_recall(run)}
        if not lesion.without:
            ties = stream(seed, "essay ties", length)
            measures["first_output"] = item_of_output(run, ties, 0, sigmoid=False)
        rows += [
            {**about, "list_length": length, "reading": left, "measure": measure, "curve": curve.tolist()}
            for measure, curve in measures.items()
        ]
    return rows


def trained_table(seeds: Iterable[int] = SEEDS, **changes: Any) -> pd.DataFrame:
    """Train with every seed in each of the four cells: ``trained_length, slots, seed``, how training went, the
    condition of the test (``list_length, reading, measure``), ``position_1`` to ``position_12``, and ``made_by``.

    ``seconds`` are of the processor, with those of compiling kernels. ``changes`` are other settings of all trainings.
    """
    conditions = list(product(seeds, TRAINED, SLOTS))
    cells = [
        Cell(
            train_and_test,
            {"trained_length": length, "slots": slots, "seed": seed, "changes": changes},
            f"lists of {length}, {slots} slots, seed {seed}",
        )
        for seed, length, slots in conditions
    ]
    rows = []
    for (seed, length, slots), found in zip(conditions, run_cells(cells, title="trainings"), strict=True):
        for row in found:
            curve = dict(zip(POSITIONS, row.pop("curve"), strict=False))
            rows.append({"trained_length": length, "slots": slots, "seed": seed, **row, **curve})
    made_with = ", ".join(f"{name} {versions()[name]}" for name in ("memsim", "torch", "numpy"))
    table = pd.DataFrame(rows).reindex(columns=[*rows[0], *(name for name in POSITIONS if name not in rows[0])])
    columns = [name for name in table if name not in POSITIONS] + POSITIONS
    table = table[columns].round({**dict.fromkeys(POSITIONS, 4), "held_out_loss": 4, "seconds": 1})
    return table.assign(made_by=f"memsim's authors: memsim reproduce {NAME} ({made_with})")


def shipped_table() -> pd.DataFrame:
    """The table of our own trainings that ships with memsim; ``memsim reproduce greydanus2017-trainings`` makes it.

    It has no rows where none ships.
    """
    path = files("memsim.data") / "tables" / FILE
    if not path.is_file():
        return pd.DataFrame(
            columns=[*CELL, "seed", "reached", "list_length", "reading", "measure", *POSITIONS, "made_by"]
        )
    with path.open("rb") as file:
        return pd.read_csv(file)


def curves_of(
    table: pd.DataFrame, trained_length: int, slots: int, list_length: int, reading: str = "intact",
    measure: str = "exact",
) -> pd.DataFrame:  # fmt: skip
    """The curves of one cell in one condition, (seeds, positions) from 1 on, by seed."""
    wanted = {
        "trained_length": trained_length, "slots": slots, "list_length": list_length, "reading": reading,
        "measure": measure,
    }  # fmt: skip
    chosen = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    curves = chosen.set_index("seed")[POSITIONS[:list_length]].sort_index()
    return curves.set_axis(range(1, list_length + 1), axis=1)


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of seeds that were trained in all four cells."""
    if table.empty:
        return table
    cells = table.groupby("seed")[CELL].apply(lambda rows: len(rows.drop_duplicates()))
    return table[table["seed"].isin(cells.index[cells == len(TRAINED) * len(SLOTS)])]


EFFECTS = {
    "longer lists in training": np.array([[-0.5, -0.5], [0.5, 0.5]]),
    "more slots": np.array([[-0.5, 0.5], [-0.5, 0.5]]),
    "longer lists with more slots beyond the sum": np.array([[1.0, -1.0], [-1.0, 1.0]]),
    "longer lists, 7 slots": np.array([[-1.0, 0.0], [1.0, 0.0]]),
    "longer lists, 16 slots": np.array([[0.0, -1.0], [0.0, 1.0]]),
    "more slots, lists of 5": np.array([[-1.0, 1.0], [0.0, 0.0]]),
    "more slots, lists of 12": np.array([[0.0, 0.0], [-1.0, 1.0]]),
}
"""Weights of the cells (trained lengths, slots) in each effect."""


def last_half(curves: pd.DataFrame) -> FloatArray:
    """Mean recall of the last six of 12 positions, by seed."""
    return curves.loc[:, 7:].mean(axis=1).to_numpy(dtype=float)


def step(curves: pd.DataFrame) -> FloatArray:
    """Mean recall of the first six of 12 positions minus that of the last six, by seed."""
    return curves.loc[:, :6].mean(axis=1).to_numpy(dtype=float) - last_half(curves)


def effects(table: pd.DataFrame) -> pd.DataFrame:
    """``outcome, effect, mean, low, high, n``: what longer lists and more slots do to lists of 12, over seeds.

    Outcomes are the recall of the last six positions and by how much the first six exceed it. An effect is a weighted
    sum of the four cells for each seed, whose networks begin with the same weights in all of them. There are no rows
    where fewer than two seeds are in all cells.
    """
    table = complete(table)
    rows: list[dict[str, Any]] = []
    if table["seed"].nunique() < 2:
        return pd.DataFrame(rows, columns=["outcome", "effect", *Interval._fields])
    for outcome, measured in (("last six", last_half), ("first six minus last six", step)):
        cells = np.array([[measured(curves_of(table, n, slots, 12)) for slots in SLOTS] for n in TRAINED])
        for effect, weights in EFFECTS.items():
            found = over_trainings((cells * weights[:, :, None]).sum(axis=(0, 1)))
            rows.append({"outcome": outcome, "effect": effect, **found._asdict()})
    return pd.DataFrame(rows)


def effect_of(table: pd.DataFrame, outcome: str, effect: str) -> Interval:
    """One row of :func:`effects`."""
    row = table[(table["outcome"] == outcome) & (table["effect"] == effect)].iloc[0]
    return Interval(row["mean"], row["low"], row["high"], int(row["n"]))

"""How well networks of equal size predict people's recalls that they were not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.errors import DivergenceError
from memsim.evaluation.candidates import Imitating
from memsim.evaluation.cross_validation import fold_of_lists
from memsim.reproductions.network_table.behaviour import people
from memsim.reproductions.network_table.options import PARAMETERS, TUNING, TableOptions
from memsim.reproductions.network_table.sizes import sized
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training

FOLDS = 5
"""Those of ``memsim compare``, with its seed 0, so that numbers per list are those of the same lists."""
BATCH, PATIENCE = 64, 1000
COLUMNS = ["core", "parameters", "rate", "fold", "seed", "nats_per_list", "lists", "diverged"]


def imitation_table(options: TableOptions, seed: int) -> pd.DataFrame:
    """``core, parameters, rate, fold, seed, nats_per_list, lists, diverged``: one training predicts each fold.

    Where the training diverged there is no prediction, and ``nats_per_list`` is NaN.

    A fold has a seed of its own, so that seeds and lists vary together. Learning rates are chosen on another seed, by
    subjects held out within the first fold's lists of training.
    """
    if not options.imitation:
        return pd.DataFrame(columns=COLUMNS)
    cores = {core: sized(PARAMETERS, "recall", core, options.parameters_target).matched for core in options.core_names}
    tuning = [(core, rate) for core in cores for rate in options.rate_values]
    short = options.replace(imitation=options.tuned_for(options.imitation))
    cells = [_cell(core, cores[core].sizes, rate, 0, seed + TUNING, short, choosing=True) for core, rate in tuning]
    losses = dict(zip(tuning, run_cells(cells, title="learning rates of imitation"), strict=True))
    rates = {core: min(options.rate_values, key=lambda rate: losses[core, rate]["loss"]) for core in cores}
    folds = range(min(options.seeds, FOLDS))
    todo = [(core, fold) for core in cores for fold in folds]
    cells = [_cell(core, cores[core].sizes, rates[core], fold, seed + fold, options) for core, fold in todo]
    found = run_cells(cells, title="imitation")
    rows = [
        [
            core,
            cores[core].parameters,
            rates[core],
            fold,
            seed + fold,
            each["nats_per_list"],
            each["lists"],
            each["diverged"],
        ]
        for (core, fold), each in zip(todo, found, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _cell(
    core: str,
    sizes: Mapping[str, Any],
    rate: float,
    fold: int,
    seed: int,
    options: TableOptions,
    choosing: bool = False,
) -> Cell:
    training = Training(
        network=core, objective="imitation", batch=BATCH, learning_rate=rate, patience=PATIENCE,
        iterations=options.imitation, seed=seed, sizes=dict(sizes),
    )  # fmt: skip
    arguments = {"training": training, "fold": fold, "choosing": choosing}
    return Cell(imitated, arguments, f"{core} imitates people, fold {fold + 1}, learning rate {rate:g}")


def imitated(training: Training, fold: int, choosing: bool) -> dict[str, Any]:
    """Train on four folds: the loss of subjects held out within them, or the held-out likelihood of the fifth.

    A training that diverges has an infinite loss, and predicts nothing.
    """
    from memsim.training.trainer import Trainer

    lists = people()
    held = fold_of_lists(lists, "lists", FOLDS, 0) == fold
    if choosing:
        try:
            trainer = Trainer(training, people=lists[~held])
            trainer.run(training.iterations)
            best = trainer.best if np.isfinite(trainer.best) else trainer.measures(1, "held out lists").loss
        except DivergenceError:
            best = np.inf
        return {"loss": best}
    found: dict[str, Any] = {"nats_per_list": np.nan, "lists": int(held.sum()), "diverged": False}
    try:
        with TemporaryDirectory(prefix="memsim-network-") as folder:
            scores = Imitating(training, Path(folder)).scores(lists[~held], lists[held], training.seed)
    except DivergenceError:
        return {**found, "diverged": True}
    return {**found, "nats_per_list": float(scores.log_likelihood.mean())}

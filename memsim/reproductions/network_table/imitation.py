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
from memsim.models.networks.equal_sizes import Matched
from memsim.reproductions.network_table.behaviour import people
from memsim.reproductions.network_table.options import PARAMETERS, RECALL, TUNING, TableOptions
from memsim.reproductions.network_table.sizes import sized
from memsim.reproductions.network_table.trainings import weights_file
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training

FOLDS = 5
"""Those of ``memsim compare``, with its seed 0, so that numbers per list are those of the same lists."""
BATCH, PATIENCE = 64, 1000
COLUMNS = ["core", "parameters", "rate", "fold", "seed", "nats_per_list", "lists", "diverged"]


def imitation_table(options: TableOptions, seed: int, weights: Mapping[tuple[str, int], str]) -> pd.DataFrame:
    """``core, parameters, rate, fold, seed, nats_per_list, lists, diverged``: one training predicts each fold.

    Each begins with what the core of its seed learned in free recall, which are the ``weights``
    (:func:`memsim.reproductions.network_table.trainings.weights_file`). Where there are none, since recall or imitation
    diverged, there is no prediction, and ``nats_per_list`` is NaN.

    A fold has a seed of its own, so that seeds and lists vary together. Learning rates are chosen with another order of
    lists, and the weights of the first seed that has some, by subjects held out within the first fold's lists of
    training.
    """
    if not options.imitation:
        return pd.DataFrame(columns=COLUMNS)
    sizes = {core: sized(PARAMETERS, RECALL, core, options.parameters_target).matched for core in options.core_names}
    first: dict[str, str] = {}
    for (core, _), start in weights.items():
        first.setdefault(core, start)
    tuning = [(core, rate) for core in first for rate in options.rate_values]
    short = options.replace(imitation=options.tuned_for(options.imitation))
    cells = [_cell(sizes[core], rate, 0, seed + TUNING, first[core], short, choosing=True) for core, rate in tuning]
    losses = dict(zip(tuning, run_cells(cells, title="learning rates of imitation"), strict=True))
    rates = {core: min(options.rate_values, key=lambda rate: losses[core, rate]["loss"]) for core in first}
    folds = range(min(options.seeds, FOLDS))
    todo = [(core, fold) for core in sizes for fold in folds if (core, seed + fold) in weights]
    cells = [
        _cell(sizes[core], rates[core], fold, seed + fold, weights[core, seed + fold], options) for core, fold in todo
    ]
    found = dict(zip(todo, run_cells(cells, title="imitation"), strict=True))
    nothing = {"nats_per_list": np.nan, "lists": 0, "diverged": True}
    rows = [
        {"core": core, "parameters": each.parameters, "rate": rates.get(core, np.nan), "fold": fold,
         "seed": seed + fold, **found.get((core, fold), nothing)}
        for core, each in sizes.items()
        for fold in folds
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _cell(
    matched: Matched, rate: float, fold: int, seed: int, start: str, options: TableOptions, choosing: bool = False
) -> Cell:
    training = Training(
        network=matched.core, objective="imitation", batch=BATCH, learning_rate=rate, patience=PATIENCE,
        iterations=options.imitation, seed=seed, sizes=dict(matched.sizes),
    )  # fmt: skip
    arguments = {"training": training, "fold": fold, "start": start, "choosing": choosing}
    return Cell(imitated, arguments, f"{matched.core} imitates people, fold {fold + 1}, learning rate {rate:g}")


def imitated(training: Training, fold: int, start: str, choosing: bool) -> dict[str, Any]:
    """Train on four folds: the loss of subjects held out within them, or the held-out likelihood of the fifth.

    A training that diverges has an infinite loss, and predicts nothing.
    """
    with weights_file(start) as path:
        return _imitated(training.replace(start=str(path)), fold, choosing)


def _imitated(training: Training, fold: int, choosing: bool) -> dict[str, Any]:
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

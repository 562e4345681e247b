"""Which cores follow several links in one step, or one link in each of several steps."""

from __future__ import annotations

from time import process_time

import pandas as pd

from memsim.reproductions.essay.context_recall.options import Condition, ContextOptions
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training

LENGTH = 4
"""Words in a chain, of which a list has two."""
RATE = 0.003
MEASURES = ("one link", "two links", "three links")


def training_of(condition: Condition, options: ContextOptions, seed: int) -> Training:
    """The settings of one training."""
    return Training(
        objective="links", first_length=LENGTH, list_length=LENGTH, batch=options.links_batch,
        iterations=options.links_iterations * options.times, learning_rate=RATE, seed=seed, **condition.settings,
    )  # fmt: skip


def followed(training: Training) -> dict[str, float]:
    """Train, and test: the share of right answers by links, ``parameters``, and ``seconds`` of the processor."""
    from memsim.training.objectives.sequence_objective import SequenceObjective, scores_of
    from memsim.training.trainer import Trainer

    trainer = Trainer(training)
    before = process_time()
    trainer.run(training.iterations)
    seconds = process_time() - before
    objective = trainer.objective
    assert isinstance(objective, SequenceObjective)
    scores = scores_of(objective.network, objective.task, LENGTH, training.seed)
    size = sum(weight.numel() for weight in objective.network.parameters())
    return {**{name: scores[name]["network"] for name in MEASURES}, "parameters": size, "seconds": seconds}


def links_table(seed: int, options: ContextOptions) -> pd.DataFrame:
    """``core, condition, label, seed``, the share of right answers by links, ``parameters, seconds``."""
    wanted = [(each, seed + number) for each in options.conditions for number in range(options.seeds)]
    cells = [
        Cell(followed, {"training": training_of(each, options, own)}, f"links: {each.label}, seed {own}")
        for each, own in wanted
    ]
    return pd.DataFrame([
        {"core": each.core, "condition": each.name, "label": each.label, "seed": own, **found}
        for (each, own), found in zip(wanted, run_cells(cells, title="links"), strict=True)
    ])  # fmt: skip

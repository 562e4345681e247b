"""A network that is trained on under wear, as a cell: what it does then, and what wear does to one that was not."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memsim.core.errors import DivergenceError
from memsim.reproductions.essay.forgetting.consolidation import consolidated
from memsim.reproductions.essay.forgetting.measures import DELAY, behaviour, nats
from memsim.reproductions.essay.forgetting.options import (
    EVERY_CONDITION,
    LENGTH,
    LURES,
    NONE,
    SHIPPED,
    STOP_CREDIT,
    ForgettingOptions,
)
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training

FLUSHED = {"flush": 1.0}


def training_of(condition: str, seed: int, options: ForgettingOptions) -> Training:
    """The settings of training with lures under wear."""
    ends = {"promotion": 0.6} if options.start == "scratch" else {"first_length": LENGTH}
    return Training(
        network="DNC", list_length=LENGTH, response_set="pool", lures=LURES, stop_credit=STOP_CREDIT,
        batch=options.batch, iterations=options.iterations, learning_rate=options.learning_rate, seed=seed, **ends,
        **EVERY_CONDITION[condition],
    )  # fmt: skip


def trained_conditions(options: ForgettingOptions, seed: int) -> dict[tuple[str, int], dict[str, Any]]:
    """What :func:`trained` gives for each condition and seed."""
    seeds = [seed + number for number in range(options.seeds)]
    starts: list[str] = [""] * len(seeds)
    if options.start == "scratch":
        closed = [
            Cell(first_weights, {"seed": each, "iterations": options.closed_iterations, "batch": options.batch},
                 f"without lures, seed {each}")
            for each in seeds
        ]  # fmt: skip
        starts = run_cells(closed, title="first trainings")
    todo = [(name, each, start) for name in options.names for each, start in zip(seeds, starts, strict=True)]
    cells = [
        Cell(
            trained,
            {"condition": name, "training": training_of(name, each, options), "from_scratch": bool(start),
             "closed": options.closed_iterations if start else 0, "lesions": options.names if name == NONE else [],
             "lists": options.lists, "people_lists": options.people_lists, "samples": options.samples},
            f"{name}, seed {each}", aside={"start": start},
        )
        for name, each, start in todo
    ]  # fmt: skip
    found = run_cells(cells, title="trainings")
    return {(name, each): one for (name, each, _), one in zip(todo, found, strict=True)}


def first_weights(seed: int, iterations: int, batch: int) -> str:
    """Weights after training without lures and wear, as text."""
    from memsim.training.trainer import Trainer

    trainer = Trainer(Training(network="DNC", list_length=LENGTH, batch=batch, iterations=iterations, seed=seed))
    trainer.run(iterations)
    with TemporaryDirectory(prefix="memsim-network-") as folder:
        path = Path(folder) / "first.safetensors"
        trainer.save(path)
        return base64.b64encode(path.read_bytes()).decode()


def trained(
    condition: str,
    training: Training,
    from_scratch: bool,
    closed: int,
    lesions: list[str],
    lists: int,
    people_lists: int,
    samples: int,
    start: str,
) -> dict[str, Any]:
    """Train, and measure under the wear of training; a network without wear also under that of each of ``lesions``.

    ``start`` are weights as text; those that ship if it is empty. ``delayed`` is after distraction, ``flushed`` with
    the controller flushed at the cue.
    """
    from memsim.models.networks.network_models import DNC
    from memsim.training.trainer import Trainer

    with TemporaryDirectory(prefix="memsim-network-") as folder:
        first, path = Path(folder) / "first.safetensors", Path(folder) / "network.safetensors"
        if start:
            first.write_bytes(base64.b64decode(start))
        trainer = Trainer(training.replace(start=str(first) if start else SHIPPED))
        try:
            trainer.run(training.iterations)
            trainer.save(path)
        except DivergenceError as error:
            return {"diverged": str(error)}
        plain = DNC(weights=str(path))
        seed, worn = training.seed, worn_model(plain, condition)
        found: dict[str, Any] = {
            "diverged": "", "loss": trainer.log[-1]["loss"], "seconds": trainer.seconds,
            "trained": behaviour(worn, lists, seed), "delayed": behaviour(worn, lists, seed, delay=DELAY),
            "flushed": behaviour(worn.replace(**FLUSHED), lists, seed), "nats": nats(worn, people_lists, samples),
            "lesions": {name: behaviour(worn_model(plain, name), lists, seed) for name in lesions},
        }  # fmt: skip
        return found | ({"consolidation": consolidated(plain, lists, seed)} if lesions else {})


def worn_model(model: Any, condition: str) -> Any:
    """The model with the levers of a condition."""
    levers: Mapping[str, Any] = EVERY_CONDITION[condition]
    return model.replace(**levers)

"""One training of the table, as a cell that can be kept: what a network learned, and what it does then."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from memsim.core.errors import DivergenceError
from memsim.reproductions.network_table.options import NOISE, TASKS, TableOptions
from memsim.running.execution import Cell
from memsim.training.settings import Training

HELD_OUT = 96
"""Lists for the learning curve, every hundred iterations, which also decide which weights are kept."""
FINAL = 500
"""Lists on which the kept weights are measured: as many with the memory switched off, and of twice the length."""
LONGER = 2
"""How many times as long the lists are, beyond those of training."""


def training_of(
    core: str, sizes: Mapping[str, Any], task: str, rate: float, seed: int, options: TableOptions
) -> Training:
    """The settings. Lists are of all lengths from the start on, so that they are the same for all cores."""
    length = TASKS[task]["list_length"]
    return Training(
        network=core, **TASKS[task], first_length=length, batch=options.batch, iterations=options.iterations,
        learning_rate=rate, held_out_lists=HELD_OUT, seed=seed, sizes=dict(sizes),
    )  # fmt: skip


def training_cell(task: str, training: Training, lists: int, keep: bool = False) -> Cell:
    """The training as a cell; with ``lists`` of 0, only the loss is measured."""
    label = f"{training.network}, {task}, learning rate {training.learning_rate:g}, seed {training.seed}"
    return Cell(trained, {"task": task, "training": training, "lists": lists, "keep": keep}, label)


def trained(task: str, training: Training, lists: int, keep: bool = False) -> dict[str, Any]:
    """Train, and measure: ``seconds`` of the processor, ``log`` of ``lists, loss, accuracy``, and the final measures.

    ``floor`` is the accuracy before training, ``longer`` that of lists of twice the length, ``lesioned`` that
    without memory at study and test, NaN for cores without one. A training that diverges stays at its floor; where only
    the loss of longer lists is not finite, ``longer`` is NaN. ``weights``, empty unless they are to be kept and there
    are any, are for :func:`weights_file`.
    """
    from memsim.reproductions.network_table.noise import make_noisy
    from memsim.training.trainer import Trainer

    trainer = Trainer(training)
    if task in NOISE:
        make_noisy(trainer.objective.core, NOISE[task])
    floor = trainer.measures(FINAL, "final lists")
    found: dict[str, Any] = {
        "floor": floor.accuracy, "loss": floor.loss, "accuracy": floor.accuracy, "longer": floor.accuracy,
        "lesioned": float("nan"), "diverged": False, "seconds": float("nan"), "log": [], "behaviour": {},
        "weights": "",
    }  # fmt: skip
    try:
        # The first iteration compiles kernels, which is no cost of the core.
        trainer.run(1)
        before = process_time()
        trainer.run(training.iterations)
        found["seconds"] = process_time() - before
    except DivergenceError:
        return {**found, "diverged": True, "log": _log(trainer, floor)}
    found["log"] = _log(trainer, floor)
    if trainer.best_tensors:
        trainer.network.load_state_dict(trainer.best_tensors)
    final = trainer.measures(FINAL, "final lists")
    found |= {"loss": final.loss, "accuracy": final.accuracy}
    if keep:
        with _saved(trainer) as path:
            found["weights"] = b64encode(path.read_bytes()).decode()
    return found if not lists else found | _measured(trainer, task, lists)


def _log(trainer: Any, floor: Any) -> list[list[float]]:
    """Lists seen, loss and accuracy of lists held out, from the untrained network on."""
    batch = trainer.training.batch
    lines = [
        [line["iteration"] * batch, line["held_out"], line["accuracy"]] for line in trainer.log if "accuracy" in line
    ]
    return [[0, floor.loss, floor.accuracy], *lines]


def _measured(trainer: Any, task: str, lists: int) -> dict[str, Any]:
    """What the trained network does beyond lists like those of training."""
    from memsim.models.networks.network_models import network_with
    from memsim.reproductions.network_table.behaviour import SIMULATED, behaviour_of
    from memsim.reproductions.network_table.lesions import has_memory, lesioned

    objective, training = trainer.objective, trainer.training
    found: dict[str, Any] = {}
    if has_memory(objective.core):
        with lesioned(objective):
            found["lesioned"] = trainer.measures(FINAL, "final lists").accuracy
    objective.training = training.replace(list_length=LONGER * training.list_length)
    try:
        found["longer"] = trainer.measures(FINAL, "longer lists").accuracy
    except DivergenceError:
        found["longer"] = float("nan")
    objective.training = training
    if task in SIMULATED:
        with _saved(trainer) as path:
            model = network_with(str(path), training.network)
            found["behaviour"] = behaviour_of(task, model, training.list_length, lists, training.seed)
    return found


@contextmanager
def _network_file() -> Iterator[Path]:
    with TemporaryDirectory(prefix="memsim-network-") as folder:
        yield Path(folder) / "network.safetensors"


@contextmanager
def _saved(trainer: Any) -> Iterator[Path]:
    with _network_file() as path:
        trainer.save(path)
        yield path


@contextmanager
def weights_file(weights: str) -> Iterator[Path]:
    """A file of the weights that :func:`trained` kept, until the context ends."""
    with _network_file() as path:
        path.write_bytes(b64decode(weights))
        yield path

"""One training with several seeds, in parallel: weights and a log for each, and what differs between seeds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from memsim.core.errors import InputError
from memsim.core.files.partial_files import require_writable
from memsim.core.files.written_files import require_replaceable, write_file
from memsim.core.flags import require_flags
from memsim.core.limits import SEED, require_counts
from memsim.core.recalls import Recalls
from memsim.models.networks.weights import SUFFIX
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running
from memsim.training.devices import computing, device_of
from memsim.training.run import How, Request, Trained, requested, require_same, train_to
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95


class TrainedSeeds(NamedTuple):
    """Trainings that differ in nothing but their seed."""

    paths: list[Path]
    """The files of weights, one for each seed; the log of each is beside it."""
    table: pd.DataFrame
    """A row for each seed: ``seed, iterations, loss, accuracy, seconds``; loss and accuracy are those of the weights in
    the end, on the subjects held out, or on random lists of the full length."""
    summary: pd.DataFrame
    """A row for each number of the table: ``measure, mean, low, high, n``, the 95% t interval of the mean over seeds;
    without limits of one seed."""


@with_running
def train_seeds(
    settings: str | Training = "",
    *,
    seeds: int = 5,
    recipe: str = "",
    people: str | Path | Recalls | None = None,
    reading: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    force: bool = False,
    device: str = "cpu",
    deterministic: bool = False,
    compiled: bool = False,
    recorded: bool | None = None,
    tensorboard: str | Path | None = None,
    changes: Mapping[str, Any] | None = None,
    **running: Unpack[Running],
) -> TrainedSeeds:
    """Train with the seed of the settings and those that follow it, each in a process of its own with one thread.

    Interrupted, and called again, it goes on: a seed whose weights are there is not trained again, and one that has a
    checkpoint is continued.

    Parameters
    ----------
    settings, recipe, people, reading, force, device, deterministic, compiled, recorded, tensorboard : see
        :func:`memsim.train`.
    seeds : how many.
    out : a file that ends in ``.safetensors``, as in :func:`memsim.train`; of ``NAME.safetensors`` the weights go to
        ``NAME-0.safetensors`` and so on, and the tables to ``NAME-seeds.csv`` and ``NAME-summary.csv``.
    changes : other values of settings, and sizes of the core, by name.
    running : how cells run, see :func:`memsim.running.execution.run_cells`.

    Raises
    ------
    InputError : as for :func:`memsim.train`.
    """
    require_counts("train_seeds", seeds=seeds)
    require_flags("train_seeds", force=force, deterministic=deterministic, compiled=compiled)
    request = requested(settings, recipe, people, reading, out, changes or {})
    training, stem = request.training, request.path.name.removesuffix(SUFFIX)
    if training.seed > SEED - seeds:
        raise InputError(f"seed={training.seed} has fewer than {seeds} seeds after it, which end at {SEED}")
    device = device_of(device, training.precision)
    trainings = [training.replace(seed=training.seed + number) for number in range(seeds)]
    paths = [request.path.with_name(f"{stem}-{each.seed}{SUFFIX}") for each in trainings]
    tables = [request.path.with_name(f"{stem}-{name}.csv") for name in ("seeds", "summary")]
    require_writable(request.path.parent)
    for table in tables:
        require_replaceable(table)
    with computing(1, deterministic):
        for each, path in zip(trainings, paths, strict=True):
            if path.is_file() and not force:
                require_same(Trainer(each, request.people, device), path)
    folder = None if tensorboard is None else str(Path(tensorboard).absolute())
    computed = {"device": device, "deterministic": deterministic, "compiled": compiled, "recorded": recorded}
    cells = [
        Cell(
            _train_seed,
            {"training": each, "people": request.people, **computed},
            label=f"seed {each.seed}",
            aside={"out": str(path.absolute()), "tensorboard": folder, "force": force},
        )
        for each, path in zip(trainings, paths, strict=True)
    ]
    running.setdefault("progress", False)
    rows = run_cells(cells, title="seeds", **running)
    return _written(paths, rows, tables)


def _train_seed(
    training: Training,
    people: Recalls | None,
    device: str,
    deterministic: bool,
    compiled: bool,
    recorded: bool | None,
    out: str,
    tensorboard: str | None,
    force: bool,
) -> dict[str, Any]:
    """Train with one seed, unless its weights are there: a row of the table."""
    folder = None if tensorboard is None else Path(tensorboard)
    how = How(device, 1, deterministic, folder, compiled=compiled, recorded=recorded)
    return row_of(train_to(Request(training, people, Path(out)), how, again=False, force=force))


def row_of(trained: Trained) -> dict[str, Any]:
    """The row of the table of a training."""
    record = trained.record
    final = {name: value for name, value in record["final"].items() if value is not None}
    seed, seconds = record["training"]["seed"], record["seconds"]
    return {"seed": seed, "iterations": record["iterations"], **final, "seconds": seconds}


def _written(paths: list[Path], rows: list[dict[str, Any]], tables: list[Path]) -> TrainedSeeds:
    import pandas as pd

    table = pd.DataFrame(rows)
    summary = pd.DataFrame([t_interval(name, table[name].to_numpy(float)) for name in table.columns[1:]])
    for path, frame in zip(tables, (table, summary), strict=True):
        write_file(path, lambda partial, frame=frame: frame.to_csv(partial, index=False))  # type: ignore[misc]
    return TrainedSeeds(paths, table, summary)


def t_interval(measure: str, values: Any) -> dict[str, Any]:
    """Mean and 95% t interval of independent values; their limits are NaN for one value."""
    import numpy as np
    from scipy import stats

    n, mean = len(values), float(np.mean(values))
    half = np.nan
    if n > 1:
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return {"measure": measure, "mean": mean, "low": mean - half, "high": mean + half, "n": n}

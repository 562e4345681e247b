"""A training from its settings to a file of weights: checkpoints, progress, and what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tqdm import tqdm

from memsim.core.errors import InputError
from memsim.core.files.partial_files import require_writable
from memsim.core.files.written_files import adopt, files_in, require_replaceable, was_written
from memsim.core.limits import require_counts
from memsim.core.recalls import Recalls
from memsim.data.loading import load_recalls
from memsim.models.networks.weights import SUFFIX, is_whole, read_header
from memsim.training.settings import Training
from memsim.training.trainer import Trainer, log_beside

CHECKPOINT_EVERY = 500
"""Iterations between checkpoints."""
CHECKPOINT = f".checkpoint{SUFFIX}"


class Trained(NamedTuple):
    """A training that has ended."""

    path: Path
    """The file of weights; the log is beside it, with the ending ``.csv``."""
    record: dict[str, Any]
    """How the weights were made, as their file keeps it."""
    log: list[dict[str, float]]
    """A line for every 100 iterations: ``iteration, loss, longest, held_out, seconds``."""
    stopped_early: bool
    """Whether the loss of people held out no longer fell; the weights are those at which it was lowest."""
    continued_from: int
    """The iteration of the checkpoint that was continued; 0 without one."""


def train(
    settings: str | Training = "DNC",
    *,
    people: str | Path | Recalls | None = None,
    reading: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    device: str = "cpu",
    threads: int = 1,
    progress: bool = False,
    **changes: Any,
) -> Trained:
    """Train a network, or continue from its checkpoint, and write its weights and log.

    Parameters
    ----------
    settings : a preset of :class:`Training`, named as the model that it trains (``"DNC"``, ``"DNC:people"``,
        ``"GRU:serial"``, ``"mine.py:MyCore"``), or a :class:`Training`.
    people : whose recalls to imitate, for presets of people: Recalls, a data set's name, ``name:condition``, or a file.
    reading : how a file of people is read: the options of :func:`memsim.load_recalls`.
    out : the file of weights, which ends in ``.safetensors``; by default named after network and objective, in the
        current folder. A checkpoint beside it is continued, and removed in the end.
    device : ``"cpu"`` or ``"cuda"``.
    threads : of the CPU; one is the fastest for small networks.
    progress : show a progress bar.
    changes : other values of settings, and sizes of the core, by name.

    Returns
    -------
    Trained : the path of the weights, their record and the log.

    Raises
    ------
    InputError : a setting out of its range or without effect, a file or device that cannot be used, a checkpoint of
        another training, or a training that diverges.
    """
    require_counts("train", threads=threads)
    if not isinstance(people, Recalls) and people is not None:
        people, changes = None, {**changes, "people": str(people)}
    chosen = Training.preset(settings) if isinstance(settings, str) else settings
    training = chosen.replace(**({"people": ""} if people is not None else {}), **changes)
    if reading:
        if training.objective != "imitation":
            raise InputError(
                f"reading={dict(reading)!r} is for people, and {training.objective} trains on random lists"
            )
        people = load_recalls(people if people is not None else training.people, **reading)
    path = Path(out or f"{training.label}{SUFFIX}")
    if path.suffix != SUFFIX:
        raise InputError(f"out={str(path)!r} must end in {SUFFIX}")
    _require_device(device)
    checkpoint = path.with_name(path.name.removesuffix(SUFFIX) + CHECKPOINT)
    require_writable(path.parent)
    inputs = files_in([training.people, training.start])
    for file in (path, log_beside(path), *(() if _is_checkpoint(checkpoint, inputs) else (checkpoint,))):
        require_replaceable(file, inputs)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        trainer = Trainer(training, people, device)
        if checkpoint.is_file():
            if is_whole(checkpoint, "training starts from the beginning"):
                trainer.resume(checkpoint)
            adopt(checkpoint)
        continued_from = trainer.iteration
        going = _run(trainer, checkpoint, progress)
    finally:
        torch.set_num_threads(before)
    trainer.save(path)
    checkpoint.unlink(missing_ok=True)
    return Trained(path, trainer.record(), trainer.log, not going, continued_from)


def _run(trainer: Trainer, checkpoint: Path, progress: bool) -> bool:
    """Train to the end, with checkpoints; False where training ended early."""
    iterations = trainer.training.iterations
    # None hides the bar where standard error is not a terminal.
    with tqdm(total=iterations, initial=trainer.iteration, unit="it", disable=None if progress else True) as bar:

        def show(iteration: int, loss: float) -> None:
            bar.update()
            if iteration % 10 == 0:
                held_out = f", held out {trainer.best:.3f}" if trainer.best_at else ""
                bar.set_postfix_str(f"loss {loss:.3f}, lists to {trainer.longest}{held_out}", refresh=False)

        going = True
        while going and trainer.iteration < iterations:
            going = trainer.run(trainer.iteration + CHECKPOINT_EVERY, show)
            trainer.checkpoint(checkpoint)
    return going


def _is_checkpoint(path: Path, reading: Sequence[Path]) -> bool:
    """Whether memsim wrote this checkpoint, here or elsewhere; one that is damaged is memsim's all the same."""
    if path.is_symlink() or not path.is_file() or any(read.samefile(path) for read in reading):
        return False
    try:
        return was_written(path) or bool(read_header(str(path)).record)
    except InputError:
        return False


def _require_device(name: str) -> None:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(f"device={name!r} cannot be used: {error}") from None
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"device={name!r} cannot be used; choose cpu or cuda")

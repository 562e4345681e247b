"""A training from its settings to a file of weights: checkpoints, progress, and what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from memsim.core.errors import InputError
from memsim.core.files.partial_files import require_writable
from memsim.core.files.written_files import adopt, files_in, require_replaceable, was_written
from memsim.core.flags import require_flags
from memsim.core.interruption import noted
from memsim.core.limits import require_counts
from memsim.core.names import in_short, shown
from memsim.core.recalls import Recalls
from memsim.data.loading import load_recalls
from memsim.models.networks.weights import SUFFIX, is_whole, read_header
from memsim.running.digests import source_digest
from memsim.running.progress import progress_bar
from memsim.training.checkpoints import differences, resume, save_checkpoint
from memsim.training.devices import computing, device_of
from memsim.training.logs import Line, log_beside, tensorboard_log, write_log
from memsim.training.recipe_file import recipe_named
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

CHECKPOINT_EVERY = 500
"""Iterations between checkpoints."""
CHECKPOINT = f".checkpoint{SUFFIX}"


class Trained(NamedTuple):
    """A training that has ended."""

    path: Path
    """The file of weights; the log is beside it, with the ending ``.csv``."""
    record: dict[str, Any]
    """How the weights were made, as their file keeps it. ``final`` is how well they do in the end: the loss, and the
    accuracy, the share of outputs that are right."""
    log: list[dict[str, float]]
    """A line for every 100 iterations, and for the last one: ``iteration, loss, longest, learning_rate, held_out,
    accuracy, seconds``."""
    stopped_early: bool
    """Whether training ended before its last iteration, as ``until`` or ``patience`` says; the weights are those that
    did best on lists held out."""
    continued_from: int
    """The iteration of the checkpoint that was continued; 0 without one."""


class Request(NamedTuple):
    """What is to be trained, and where its weights go."""

    training: Training
    people: Recalls | None
    """Whose recalls to imitate, where the settings do not name them."""
    path: Path


class How(NamedTuple):
    """How it is computed and shown. ``seconds`` of logs depend on it and, by rounding, the weights."""

    device: str = "cpu"
    threads: int = 1
    deterministic: bool = False
    tensorboard: Path | None = None
    progress: bool = False
    compiled: bool = False
    recorded: bool | None = None


def train(
    settings: str | Training = "",
    *,
    recipe: str = "",
    people: str | Path | Recalls | None = None,
    reading: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    force: bool = False,
    device: str = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    compiled: bool = False,
    recorded: bool | None = None,
    tensorboard: str | Path | None = None,
    progress: bool = False,
    **changes: Any,
) -> Trained:
    """Train a network, or continue from its checkpoint, and write its weights and log.

    Parameters
    ----------
    settings : a preset of :class:`Training`, named as the model that it trains (``"DNC"``, the default;
        ``"DNC:people"``, ``"GRU:serial"``, ``"mine.py:MyCore"``), or a :class:`Training`.
    recipe : instead of ``settings``, a recipe that ships: ``"dnc-recall"`` makes these weights anew.
    people : whose recalls to imitate, for presets of people: Recalls, a data set's name, ``name:condition``, or a file.
    reading : how a file of people is read: the options of :func:`memsim.load_recalls`.
    out : the file of weights, which ends in ``.safetensors``; by default named after the recipe, or network and
        objective, in the current folder. A checkpoint beside it is continued, and removed in the end.
    force : replace weights, or a checkpoint, of another training that are there.
    device : ``"cpu"``, ``"cuda"``, ``"mps"``, or ``"auto"`` for the fastest of them that is there.
    threads : of the CPU; one is the fastest for small networks.
    deterministic : use only operations that give the same on the same machine. On a CPU the same number of threads
        always does.
    compiled : compile the steps of the core by ``torch.compile``, for a GPU, or a core without loops of memsim's
        own; compiling takes a minute, and needs a C++ compiler on a CPU.
    recorded : record the operations of an iteration, and replay them, which is faster by far; of CUDA only, where it is
        done if not given.
    tensorboard : a folder for a log for TensorBoard.
    progress : show a progress bar with the loss.
    changes : other values of settings, and sizes of the core, by name.

    Returns
    -------
    Trained : the path of the weights, their record and the log.

    Raises
    ------
    InputError : a setting out of its range or without effect, a file or device that cannot be used, weights or a
        checkpoint of another training in the way, or a training that diverges.
    """
    require_counts("train", threads=threads)
    require_flags("train", force=force, deterministic=deterministic, compiled=compiled, progress=progress)
    request = requested(settings, recipe, people, reading, out, changes)
    folder = None if tensorboard is None else Path(tensorboard)
    device = device_of(device, request.training.precision)
    return train_to(request, How(device, threads, deterministic, folder, progress, compiled, recorded), force=force)


def requested(
    settings: str | Training,
    recipe: str,
    people: str | Path | Recalls | None,
    reading: Mapping[str, Any] | None,
    out: str | Path | None,
    changes: Mapping[str, Any],
) -> Request:
    """What :func:`train` is asked for, checked; arguments as there."""
    if not isinstance(settings, str | Training):
        raise InputError(f"train: {shown(settings)} is neither a Training nor the name of a preset, as 'DNC:people'")
    if settings and recipe:
        raise InputError(f"recipe={recipe!r} has its own settings; give it or settings={settings!r}, not both")
    changes = dict(changes)
    if not isinstance(people, Recalls) and people is not None:
        people, changes = None, {**changes, "people": str(people)}
    if isinstance(settings, Training):
        chosen = settings
    else:
        chosen = recipe_named(recipe) if recipe else Training.preset(settings or "DNC")
    training = chosen.replace(**({"people": ""} if people is not None else {}), **changes)
    if reading:
        if training.objective != "imitation":
            raise InputError(
                f"reading={dict(reading)!r} is for people, and {training.objective} trains on random lists"
            )
        people = load_recalls(people if people is not None else training.people, **reading)
    path = Path(out or f"{recipe or training.label}{SUFFIX}")
    if path.suffix != SUFFIX:
        raise InputError(f"out={str(path)!r} must end in {SUFFIX}")
    return Request(training, people, path)


def train_to(request: Request, how: How, *, again: bool = True, force: bool = False) -> Trained:
    """Train, or continue from a checkpoint, and write weights and log; ``force`` as for :func:`train`.

    Without ``again``, weights that this training and this source of memsim made before are left as they are.
    """
    training, people, path = request
    checkpoint = path.with_name(path.name.removesuffix(SUFFIX) + CHECKPOINT)
    require_writable(path.parent)
    inputs = files_in([training.people, training.start])
    for file in (path, log_beside(path), *(() if _is_checkpoint(checkpoint, inputs) else (checkpoint,))):
        require_replaceable(file, inputs)
    with computing(how.threads, how.deterministic):
        trainer = Trainer(training, people, how.device, compiled=how.compiled, recorded=how.recorded)
        if not again and (made := _made_before(trainer, path)) is not None:
            return Trained(path, made, made["log"], bool(made["stopped"]), made["iterations"])
        if not force:
            require_same(trainer, path)
        if checkpoint.is_file():
            whole = is_whole(checkpoint, "training starts from the beginning")
            if whole and not (force and differences(trainer, read_header(str(checkpoint)).record)):
                resume(trainer, checkpoint)
            adopt(checkpoint)
        continued_from = trainer.iteration
        name = path.name.removesuffix(SUFFIX)
        folder = how.tensorboard and how.tensorboard / name

        def kept() -> str:
            stands = f"the checkpoint {checkpoint} stands, and the same command goes on from it"
            return stands if checkpoint.is_file() else ""

        with tensorboard_log(folder, trainer.iteration) as logged, noted(kept):
            going = _run(trainer, path, checkpoint, logged, how.progress)
        record = trainer.save(path)
    checkpoint.unlink(missing_ok=True)
    return Trained(path, record, trainer.log, not going, continued_from)


def _run(trainer: Trainer, path: Path, checkpoint: Path, logged: Any, progress: bool) -> bool:
    """Train to the end, with checkpoints and the log; False where training ended early."""
    iterations = trainer.training.iterations
    with progress_bar(progress, total=iterations, initial=trainer.iteration, unit="it") as bar:
        last: Line = {}

        def show(iteration: int, loss: float) -> None:
            bar.update()
            if iteration % 10 == 0:
                held_out = f", held out {last['held_out']:.3f}" if "held_out" in last else ""
                accuracy = f", accuracy {last['accuracy']:.3f}" if "accuracy" in last else ""
                shown = f"loss {loss:.3f}, lists to {trainer.longest}{held_out}{accuracy}"
                bar.set_postfix_str(shown, refresh=False)

        def log(line: Line) -> None:
            nonlocal last
            last = line
            logged(line)

        going = not trainer.stopping.why
        while going and trainer.iteration < iterations:
            going = trainer.run(trainer.iteration + CHECKPOINT_EVERY, show, log)
            save_checkpoint(trainer, checkpoint)
            write_log(path, trainer.log)
    return going


def require_same(trainer: Trainer, path: Path) -> None:
    """Raise :class:`InputError` where there are the weights of another training."""
    if not path.is_file() or not is_whole(path, "it is replaced"):
        return
    if different := differences(trainer, read_header(str(path)).record):
        raise InputError(
            f"{path} holds the weights of another training: {in_short(different)}; choose another --out (or out), or "
            "give --force (force=True) to replace them"
        )


def _made_before(trainer: Trainer, path: Path) -> dict[str, Any] | None:
    """The record of the weights at ``path``, if this training and this source of memsim made them."""
    if not path.is_file() or not is_whole(path, "it is trained again"):
        return None
    record = read_header(str(path)).record
    same = not differences(trainer, record) and record.get("source") == source_digest() and "final" in record
    return record if same and record.get("device") == trainer.device and log_beside(path).is_file() else None


def _is_checkpoint(path: Path, reading: Sequence[Path]) -> bool:
    """Whether memsim wrote this checkpoint, here or elsewhere; one that is damaged is memsim's all the same."""
    if path.is_symlink() or not path.is_file() or any(read.samefile(path) for read in reading):
        return False
    try:
        return was_written(path) or bool(read_header(str(path)).record)
    except InputError:
        return False

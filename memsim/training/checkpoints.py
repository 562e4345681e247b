"""Checkpoints: all that a training needs to go on as if it had not been interrupted. Nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.core.names import changed, in_short
from memsim.models.networks.weights import load_weights, save_weights
from memsim.training.learning_rates import share_of_rate
from memsim.training.trainer import Trainer


def save_checkpoint(trainer: Trainer, path: Path) -> None:
    """Write the state of a training: tensors, and numbers as JSON holds them exactly."""
    groups = {"network": trainer.network.state_dict(), "best": trainer.best_tensors}
    groups |= {"carried": trainer.objective.carried(), "random": _random_states(trainer)}
    tensors = {f"{group}.{name}": tensor for group, found in groups.items() for name, tensor in found.items()}
    for index, state in trainer.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
    progress = {name: getattr(trainer, name) for name in ("iteration", "seconds", "longest", "recent", "log")}
    progress |= {"stopping": trainer.stopping.state()}
    save_weights(path, tensors, {**trainer.record(), "progress": progress})


def resume(trainer: Trainer, path: Path) -> None:
    """Continue from a checkpoint.

    Raises
    ------
    InputError : the checkpoint is of another training, or damaged.
    """
    tensors, record, _ = load_weights(str(path))
    if different := differences(trainer, record):
        raise InputError(
            f"{path} is a checkpoint of another training: {in_short(different)}; remove it, or give --force "
            "(force=True), or train as it was"
        )
    if "progress" not in record:
        raise InputError(f"{path} holds weights, and not the progress of a training; remove it to train anew")
    try:
        _continue(trainer, tensors, record["progress"])
    except (KeyError, ValueError, TypeError, RuntimeError, AttributeError, IndexError) as error:
        raise InputError(
            f"{path} is damaged, and cannot be continued ({type(error).__name__}: {error}); remove it to train anew"
        ) from error


def differences(trainer: Trainer, record: Mapping[str, Any]) -> list[str]:
    """How this training differs from that of a record: settings, people, the code of the core, and what it began with.

    It is empty where they are the same.
    """
    now, then = trainer.training.values(), record.get("training")
    then = then if isinstance(then, dict) else {}
    different = changed(then, now)
    if record.get("people") != trainer.objective.about().get("people"):
        different.append("the people to imitate, or those held out, are others")
    if trainer.training.named_core().otherness(record):
        different.append(f"the code of {trainer.training.network} has changed since")
    if _sha256(record.get("start")) != _sha256(trainer.start):
        different.append(f"the weights start={trainer.training.start!r} have changed since")
    return different


def _sha256(start: Any) -> Any:
    return start.get("sha256") if isinstance(start, Mapping) else None


def _random_states(trainer: Trainer) -> dict[str, Tensor]:
    states = {"lists": trainer.generator.get_state(), "torch": torch.get_rng_state()}
    if torch.device(trainer.device).type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(trainer.device)
    return states


def _continue(trainer: Trainer, tensors: dict[str, Tensor], progress: dict[str, Any]) -> None:
    def part(group: str) -> dict[str, Tensor]:
        return {name.removeprefix(f"{group}."): t for name, t in tensors.items() if name.startswith(f"{group}.")}

    trainer.network.load_state_dict(part("network"))
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in part("optimizer").items():
        index, _, what = name.partition(".")
        states.setdefault(int(index), {})[what] = tensor
    trainer.optimizer.load_state_dict({**trainer.optimizer.state_dict(), "state": states})
    random = part("random")
    trainer.generator.set_state(random["lists"])
    torch.set_rng_state(random["torch"])
    if "cuda" in random and torch.device(trainer.device).type == "cuda":
        torch.cuda.set_rng_state(random["cuda"], trainer.device)
    trainer.best_tensors = part("best")
    trainer.objective.carry({name: tensor.to(trainer.device) for name, tensor in part("carried").items()})
    trainer.stopping.go_on(progress["stopping"])
    for name in ("iteration", "seconds", "longest", "recent", "log"):
        setattr(trainer, name, progress[name])
    done = {"last_epoch": trainer.iteration, "_step_count": trainer.iteration + 1}
    trainer.schedule.load_state_dict({**trainer.schedule.state_dict(), **done})
    for group in trainer.optimizer.param_groups:
        group["lr"] = group["initial_lr"] * share_of_rate(trainer.training, trainer.iteration)

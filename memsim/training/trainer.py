"""Training of networks: the loop, checkpoints and the log."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from memsim.core.code.provenance import versions
from memsim.core.errors import InputError
from memsim.core.files.written_files import write_file
from memsim.core.recalls import Recalls
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.people_seen import start_of
from memsim.models.networks.weights import SUFFIX, load_weights, save_weights
from memsim.training.objectives.making import make_objective
from memsim.training.settings import Training

EVERY = 100
"""Iterations between two lines of the log, and two decisions of the curriculum."""


def log_beside(path: Path) -> Path:
    """The file of the log beside that of the weights."""
    return path.with_name(path.name.removesuffix(SUFFIX) + ".csv")


class Trainer:
    """The state of a training: network, optimizer, curriculum, random numbers, and the best weights so far.

    Parameters
    ----------
    training : what to train and how.
    people : recalls to imitate, for the objective imitation only; by default those that its settings name.
    device : where to compute, ``"cpu"`` or ``"cuda"``.
    """

    def __init__(self, training: Training, people: Recalls | None = None, device: str = "cpu") -> None:
        self.training, self.device = training, device
        torch.manual_seed(training.seed)
        self.generator = torch.Generator().manual_seed(training.seed)
        self.objective = make_objective(training, self.generator, device, people)
        self.network = self.objective.network
        if isinstance(self.objective.core, Core):
            self.objective.core.fused = True
        self.start = self._start()
        self.optimizer = self._optimizer()
        self.iteration, self.seconds = 0, 0.0
        self.longest = min(training.first_length, training.list_length)
        self.best, self.best_at = float("inf"), 0
        self.best_tensors: dict[str, Tensor] = {}
        self.log: list[dict[str, float]] = []

    def _start(self) -> dict[str, Any] | None:
        """Load the weights to begin with, and return which they were, and on whom they were trained."""
        if not self.training.start:
            return None
        tensors, record, sha256 = load_weights(self.training.start)
        try:
            self.network.load_state_dict(tensors)
        except RuntimeError as error:
            raise InputError(
                f"start={self.training.start!r}: these weights are of a network of other sizes: vector_size "
                f"{record['vector_size']}, {json.dumps(record['config'])} ({error})"
            ) from None
        return start_of(self.training.start, record, sha256)

    def _optimizer(self) -> torch.optim.Optimizer:
        training = self.training
        weights = [weight for weight in self.network.parameters() if weight.requires_grad]
        if training.optimizer == "adam":
            return torch.optim.AdamW(weights, lr=training.learning_rate, weight_decay=training.weight_decay)
        # Decay .9 and this epsilon are TensorFlow's defaults, with which the essay's experiment ran.
        return torch.optim.RMSprop(weights, lr=training.learning_rate, alpha=0.9, eps=1e-5, momentum=training.momentum)

    def run(self, until: int, progress: Callable[[int, float], None] = lambda iteration, loss: None) -> bool:
        """Train up to iteration ``until``; False where it ended early, as the loss of people held out did not fall."""
        training = self.training
        recent: list[float] = []
        started = perf_counter()
        while self.iteration < min(until, training.iterations):
            if training.schedule == "cosine":
                share = self.iteration / training.iterations
                for group in self.optimizer.param_groups:
                    group["lr"] = training.learning_rate * 0.5 * (1 + np.cos(np.pi * share))
            self.optimizer.zero_grad()
            self.objective.progress = self.iteration / training.iterations
            loss = self.objective.loss(self.longest)
            if not loss.isfinite():
                raise InputError(
                    f"the loss is no longer finite at iteration {self.iteration + 1:,}: training has diverged; lower "
                    f"learning_rate={training.learning_rate}. The last checkpoint is kept"
                )
            loss.backward()  # type: ignore[no-untyped-call]
            clip = nn.utils.clip_grad_norm_ if training.clipping == "norm" else nn.utils.clip_grad_value_
            clip(self.network.parameters(), training.gradient_clip)
            self.optimizer.step()
            self.iteration += 1
            recent.append(loss.item())
            progress(self.iteration, recent[-1])
            if self.iteration % EVERY == 0:
                line = {"iteration": self.iteration, "loss": float(np.mean(recent)), "longest": self.longest}
                held_out = self.objective.held_out_loss()
                if held_out is not None:
                    line["held_out"] = held_out
                    if held_out < self.best:
                        self.best, self.best_at = held_out, self.iteration
                        self.best_tensors = {k: v.clone() for k, v in self.network.state_dict().items()}
                elif line["loss"] < training.promotion and self.longest < training.list_length:
                    self.longest += 1
                recent.clear()
                self.log.append({**line, "seconds": self.seconds + perf_counter() - started})
                if self.best_at and training.patience and self.iteration - self.best_at >= training.patience:
                    self.seconds += perf_counter() - started
                    return False
        self.seconds += perf_counter() - started
        return True

    def record(self) -> dict[str, Any]:
        """How the weights were made, as their file keeps it."""
        training = self.training
        return {
            "network": find_core(training.network).name,
            **({"network_sha256": training.code_sha256} if training.code_sha256 else {}),
            "objective": training.objective,
            "vector_size": training.vector_size,
            "config": training.config(),
            "training": training.values(),
            "start": self.start,
            **self.objective.about(),
            **({"scores": scores} if (scores := self.objective.scores()) else {}),
            "iterations": self.best_at or self.iteration,
            "held_out_loss": self.best if self.best_at else None,
            "log": self.log[-1:],
            "seconds": round(self.seconds, 1),
            "versions": versions(),
        }

    def save(self, path: Path) -> None:
        """Write the weights, those with the lowest loss of people held out if there are any, and the log."""
        save_weights(path, self.best_tensors if self.best_at else self.network.state_dict(), self.record())
        write_file(log_beside(path), self._write_log)

    def _write_log(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(self.log[0]) if self.log else ["iteration"])
            writer.writeheader()
            writer.writerows(self.log)

    def checkpoint(self, path: Path) -> None:
        """Write all that is needed to continue as if training had not been interrupted."""
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors |= {f"best.{name}": tensor for name, tensor in (self.best_tensors if self.best_at else {}).items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
        tensors |= {f"carried.{name}": tensor for name, tensor in self.objective.carried().items()}
        tensors["generator"] = self.generator.get_state()
        progress = {"iteration": self.iteration, "seconds": self.seconds, "longest": self.longest, "log": self.log}
        progress |= {"best": self.best if self.best_at else None, "best_at": self.best_at}
        save_weights(path, tensors, {**self.record(), "progress": progress})

    def resume(self, path: Path) -> None:
        """Continue from a checkpoint.

        Raises
        ------
        InputError : the checkpoint is of another training.
        """
        tensors, record, _ = load_weights(str(path))
        same = record.get("training") == self.training.values() and record.get("people") == self.record().get("people")
        if not same or "progress" not in record:
            raise InputError(
                f"{path} is a checkpoint of another training, {json.dumps(record.get('training'))}; "
                "remove it, or train with its settings"
            )
        try:
            self._continue(tensors, record["progress"])
        except (KeyError, ValueError, TypeError, RuntimeError, AttributeError, IndexError) as error:
            raise InputError(
                f"{path} is damaged, and cannot be continued ({type(error).__name__}: {error}); remove it to train anew"
            ) from error

    def _continue(self, tensors: dict[str, Tensor], progress: dict[str, Any]) -> None:
        def part(prefix: str) -> dict[str, Tensor]:
            return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}

        self.network.load_state_dict(part("network."))
        states: dict[int, dict[str, Tensor]] = {}
        for name, tensor in part("optimizer.").items():
            index, _, what = name.partition(".")
            states.setdefault(int(index), {})[what] = tensor
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": states})
        self.generator.set_state(tensors["generator"])
        self.best_tensors = part("best.")
        self.objective.carry({name: tensor.to(self.device) for name, tensor in part("carried.").items()})
        self.iteration, self.seconds = progress["iteration"], progress["seconds"]
        self.longest, self.log, self.best_at = progress["longest"], progress["log"], progress["best_at"]
        self.best = float("inf") if progress["best"] is None else progress["best"]

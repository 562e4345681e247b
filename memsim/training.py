"""Training of networks: settings, the loop, checkpoints and the log."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from memsim.errors import InputError
from memsim.objectives import OBJECTIVES, Imitation, Objective
from memsim.parameters import Parameterized, Preset, choice, parameter, text
from memsim.provenance import versions
from memsim.weights import load_weights, save_weights

if TYPE_CHECKING:
    from memsim.recalls import Recalls

EVERY = 100
"""Iterations between two lines of the log, and two decisions of the curriculum."""
CHECKPOINT = ".checkpoint.safetensors"
_ESSAY = {
    "network": "dnc", "vector_size": 6, "slots": 7, "width": 10, "heads": 1, "hidden": 128, "first_length": 5,
    "list_length": 5, "optimizer": "rmsprop", "learning_rate": 1e-4, "momentum": 0.9, "schedule": "constant",
    "clipping": "value", "gradient_clip": 10.0,
}  # fmt: skip
_PEOPLE = {"objective": "imitation", "data": "peers_notask", "batch": 64, "learning_rate": 0.004}
_ESSAY_SOURCE = "Greydanus (2017), the code of the essay's experiment; initial weights of the controller ours"


@dataclass(frozen=True)
class Training(Parameterized):
    """What to train, on what, and how; everything that the result depends on.

    ``objective``:

    - ``recall``: at every output any studied item not yet recalled is right, then stopping; the network's own choice
      among the right ones is fed back. No order is asked for, and none credited twice.
    - ``serial``: the items in the order of study, then stopping.
    - ``imitation``: the responses of people, and their stopping; some subjects are held out.
    - ``repeat-copy``: bits once seen, put out as many times as asked for (Graves et al., 2014).
    - ``essay-recall``, ``essay-copy``: the lists and losses of the essay (Greydanus, 2017).

    But for ``imitation``, lists are random and grow from ``first_length`` to ``list_length`` items: by one whenever the
    mean loss of 100 iterations is below ``promotion``.
    """

    presets: ClassVar = {
        "dnc-people": Preset({**_PEOPLE, "network": "dnc", "start": "dnc-recall"},
                             "fitted here to Healey & Kahana (2014)"),
        "lstm-people": Preset({**_PEOPLE, "network": "lstm", "start": "lstm-recall"}, "as dnc-people, for its control"),
        "serial": Preset({"objective": "serial", "list_length": 9, "iterations": 4000}, "fitted here"),
        "greydanus2017-recall": Preset({**_ESSAY, "objective": "essay-recall", "batch": 3, "iterations": 30_000},
                                       _ESSAY_SOURCE),
        "greydanus2017-copy": Preset({**_ESSAY, "objective": "essay-copy", "batch": 16, "iterations": 20_000},
                                     _ESSAY_SOURCE),
    }  # fmt: skip

    network: str = choice("dnc", ("dnc", "lstm"), "a DNC, or its controller alone")
    objective: str = choice("recall", tuple(OBJECTIVES), "what is rewarded")
    data: str = text(
        "", "people to imitate: a data set, NAME[:CONDITION], or a CSV file in psifr's long table (imitation)"
    )
    start: str = text("", "weights to begin with: a file, or the name of those that ship; if not given, random ones")
    vector_size: int = parameter(16, 2, 1024, "features", "D", "length of item vectors; bits of the tasks of bits")
    slots: int = parameter(16, 1, 4096, "", "N", "slots of memory (DNC)")
    width: int = parameter(16, 1, 1024, "", "W", "length of a slot (DNC)")
    heads: int = parameter(1, 1, 64, "", "R", "read heads (DNC)")
    hidden: int = parameter(96, 1, 4096, "", "", "units of each controller layer")
    layers: int = parameter(1, 1, 8, "", "", "controller layers")
    layer_norm: str = choice("off", ("off", "on"), "normalise the outputs of controller layers")
    masked: str = choice("off", ("off", "on"), "content addressing with masks (Csordas & Schmidhuber, 2019; DNC)")
    deallocate: str = choice("off", ("off", "on"), "wipe slots that are freed (Csordas & Schmidhuber, 2019; DNC)")
    sharpened: str = choice("off", ("off", "on"), "sharpen reading along links (Csordas & Schmidhuber, 2019; DNC)")
    first_length: int = parameter(4, 1, 1000, "items", "", "longest list at the start")
    list_length: int = parameter(20, 1, 1000, "items", "L", "longest list in the end")
    copies: int = parameter(3, 1, 1000, "", "", "most copies asked for (repeat-copy), or lists in a row (essay-copy)")
    promotion: float = parameter(0.25, 0, 100, "nats", "", "mean loss of an output below which lists grow")
    batch: int = parameter(48, 1, 10_000, "lists", "B", "lists in an iteration")
    iterations: int = parameter(6000, 1, 10_000_000, "", "", "steps of the optimizer")
    optimizer: str = choice("adam", ("adam", "rmsprop"), "AdamW (Loshchilov & Hutter, 2019), or RMSProp")
    learning_rate: float = parameter(0.002, 0, 1, "", "", "of the optimizer")
    schedule: str = choice("cosine", ("cosine", "constant"), "the learning rate falls to 0 as a cosine, or stays")
    momentum: float = parameter(0.0, 0, 1, "", "", "of RMSProp")
    weight_decay: float = parameter(0.0, 0, 1, "", "", "of AdamW")
    gradient_clip: float = parameter(10.0, 0, None, "", "", "largest gradient")
    clipping: str = choice("norm", ("norm", "value"), "of which the norm is clipped, or each number")
    held_out: float = parameter(0.2, 0.01, 0.9, "", "", "share of subjects held out (imitation)")
    patience: int = parameter(
        1000, 0, None, "iterations", "", "stop when people held out were best this long ago (imitation); 0 never"
    )
    seed: int = parameter(0, 0, 2**63 - 1, "", "", "of weights, lists and choices")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.data and self.objective != "imitation":
            raise InputError(
                f"data={self.data!r} is for the objective imitation; {self.objective} trains on random lists"
            )

    def config(self) -> dict[str, int | bool]:
        """The sizes and options of the network, as its record keeps them."""
        memory: dict[str, int | bool] = {"slots": 0}
        if self.network == "dnc":
            memory = {"slots": self.slots, "width": self.width, "heads": self.heads}
            memory |= {name: True for name in ("masked", "deallocate", "sharpened") if getattr(self, name) == "on"}
        normed: dict[str, int | bool] = {"layer_norm": True} if self.layer_norm == "on" else {}
        return {**memory, "hidden": self.hidden, "layers": self.layers, **normed}

    def make_objective(self, generator: torch.Generator, device: str, people: Recalls | None) -> Objective:
        """The objective, with people for imitation: those given, or those of :attr:`data`."""
        if self.objective != "imitation":
            if people is not None:
                raise InputError(f"people are for the objective imitation; {self.objective} trains on random lists")
            return OBJECTIVES[self.objective](self, generator, device)
        if people is None and self.data:
            from memsim.data import load_recalls

            people = load_recalls(self.data)
        if people is None:
            raise InputError("imitation takes people: name a data set, as in --data peers_notask")
        return Imitation(self, generator, device, people)


class Trainer:
    """A training under way: network, optimizer, curriculum, random numbers, and the best so far.

    Parameters
    ----------
    training : what to train and how.
    people : recalls to imitate, for that objective only; if not given, those of the data set that it names.
    device : where to compute, ``"cpu"`` or ``"cuda"``.
    """

    def __init__(self, training: Training, people: Recalls | None = None, device: str = "cpu") -> None:
        self.training, self.device = training, device
        torch.manual_seed(training.seed)
        self.generator = torch.Generator().manual_seed(training.seed)
        self.objective = training.make_objective(self.generator, device, people)
        self.network = self.objective.network
        self.objective.memory.fused = True
        self.start = self._start()
        self.optimizer = self._optimizer()
        self.iteration, self.seconds = 0, 0.0
        self.longest = min(training.first_length, training.list_length)
        self.best, self.best_at = float("inf"), 0
        self.best_tensors: dict[str, Tensor] = {}
        self.log: list[dict[str, float]] = []

    def _start(self) -> dict[str, str] | None:
        """Begin with the weights that are named, and say which they were."""
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
        return {"weights": self.training.start, "sha256": sha256}

    def _optimizer(self) -> torch.optim.Optimizer:
        training = self.training
        weights = [weight for weight in self.network.parameters() if weight.requires_grad]
        if training.optimizer == "adam":
            return torch.optim.AdamW(weights, lr=training.learning_rate, weight_decay=training.weight_decay)
        # Decay .9 and this epsilon are TensorFlow's defaults, with which the essay's experiment ran.
        return torch.optim.RMSprop(weights, lr=training.learning_rate, alpha=0.9, eps=1e-5, momentum=training.momentum)

    def run(self, until: int, progress: Callable[[int, float], None] = lambda iteration, loss: None) -> bool:
        """Train up to iteration ``until``; False where it ended early because people held out got no better."""
        training = self.training
        recent: list[float] = []
        started = perf_counter()
        while self.iteration < min(until, training.iterations):
            if training.schedule == "cosine":
                share = self.iteration / training.iterations
                for group in self.optimizer.param_groups:
                    group["lr"] = training.learning_rate * 0.5 * (1 + np.cos(np.pi * share))
            self.optimizer.zero_grad()
            loss = self.objective.loss(self.longest)
            if not loss.isfinite():
                raise InputError(
                    f"the loss is no longer finite at iteration {self.iteration + 1:,}: training has diverged; lower "
                    f"learning_rate={training.learning_rate}. What was saved before stands"
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
        return {
            "network": self.training.network,
            "objective": self.training.objective,
            "vector_size": self.training.vector_size,
            "config": self.training.config(),
            "training": self.training.values(),
            "start": self.start,
            **self.objective.about(),
            "iterations": self.best_at or self.iteration,
            "held_out_loss": self.best if self.best_at else None,
            "log": self.log[-1:],
            "seconds": round(self.seconds, 1),
            "versions": versions(),
        }

    def save(self, path: Path) -> None:
        """Write the weights, the best on people held out where there are any, and the log beside them."""
        save_weights(path, self.best_tensors if self.best_at else self.network.state_dict(), self.record())
        with path.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(self.log[0]) if self.log else ["iteration"])
            writer.writeheader()
            writer.writerows(self.log)

    def checkpoint(self, path: Path) -> None:
        """Write all that is needed to go on as if nothing had happened."""
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
        """Go on from a checkpoint.

        Raises
        ------
        InputError : the checkpoint is of another training.
        """
        tensors, record, _ = load_weights(str(path))
        if record.get("training") != self.training.values() or "progress" not in record:
            raise InputError(
                f"{path} is a checkpoint of another training, {json.dumps(record.get('training'))}; "
                "remove it, or train with its settings"
            )
        progress = record["progress"]

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

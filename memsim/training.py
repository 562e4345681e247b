"""Training of networks: objectives, the loop, checkpoints and the log."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from memsim.errors import InputError
from memsim.models.dnc import item_vectors
from memsim.models.recall_network import Episode, RecallNetwork
from memsim.parameters import Parameterized, choice, parameter
from memsim.provenance import versions
from memsim.recall_loop import scored_outcomes
from memsim.seeding import stream
from memsim.weights import load_weights, save_weights

if TYPE_CHECKING:
    from memsim.recalls import Recalls

EVERY = 100
"""Iterations between two lines of the log, and two decisions of the curriculum."""
CHECKPOINT = ".checkpoint.safetensors"


@dataclass(frozen=True)
class Training(Parameterized):
    """What to train, on what, and how; everything that the result depends on.

    ``objective``:

    - ``"recall"``: at every output any studied item not yet recalled is right, then stopping; the network's own choice
      among the right ones is fed back. No order is asked for, and none credited twice.
    - ``"serial"``: the items in the order of study, then stopping.
    - ``"imitation"``: the responses of people, and their stopping; some subjects are held out.

    In the first two, lists are random and grow from ``first_length`` to ``list_length`` items: by one whenever the mean
    loss of 100 iterations is below ``promotion``.
    """

    network: str = choice("dnc", ("dnc", "lstm"), "a DNC, or its controller alone")
    objective: str = choice("recall", ("recall", "serial", "imitation"), "what is rewarded")
    vector_size: int = parameter(16, 2, 1024, "features", "D", "length of item vectors")
    slots: int = parameter(16, 1, 4096, "", "N", "slots of memory (DNC)")
    width: int = parameter(16, 1, 1024, "", "W", "length of a slot (DNC)")
    heads: int = parameter(1, 1, 64, "", "R", "read heads (DNC)")
    hidden: int = parameter(96, 1, 4096, "", "", "units of each controller layer")
    layers: int = parameter(1, 1, 8, "", "", "controller layers")
    first_length: int = parameter(4, 1, 1000, "items", "", "longest list at the start")
    list_length: int = parameter(20, 1, 1000, "items", "L", "longest list in the end")
    promotion: float = parameter(0.25, 0, 100, "nats", "", "mean loss of an output below which lists grow")
    batch: int = parameter(48, 1, 10_000, "lists", "B", "lists in an iteration")
    iterations: int = parameter(6000, 1, 10_000_000, "", "", "steps of the optimizer")
    learning_rate: float = parameter(0.002, 0, 1, "", "", "of Adam (Kingma & Ba, 2015); it falls to 0 as a cosine does")
    gradient_clip: float = parameter(10.0, 0, None, "", "", "largest norm of the gradient")
    held_out: float = parameter(0.2, 0, 0.9, "", "", "share of subjects held out (imitation)")
    patience: int = parameter(
        1000, 0, None, "iterations", "", "stop when people held out were best this long ago (imitation); 0 never"
    )
    seed: int = parameter(0, 0, None, "", "", "of weights, lists and choices")

    def config(self) -> dict[str, int | bool]:
        """The sizes of the network, as its record keeps them."""
        memory = {"slots": self.slots, "width": self.width, "heads": self.heads}
        memory = memory if self.network == "dnc" else {"slots": 0}
        return {**memory, "hidden": self.hidden, "layers": self.layers}


def recall_loss(network: RecallNetwork, items: Tensor, generator: torch.Generator) -> Tensor:
    """Mean loss (nats per output) of recalling ``items`` (B, L, D) in any order and then stopping."""
    batch, length, _ = items.shape
    episode = studied(network, items)
    left = torch.ones((batch, length), dtype=torch.bool, device=items.device)
    losses = []
    for _ in range(length):
        allowed = episode.logits.log_softmax(1)[:, :length].masked_fill(~left, -torch.inf)
        losses.append(-allowed.logsumexp(1).mean())
        chosen = torch.multinomial(allowed.detach().softmax(1).cpu(), 1, generator=generator)[:, 0].to(items.device)
        left[torch.arange(batch), chosen] = False
        episode = network.recalled(episode, chosen)
    losses.append(-episode.logits.log_softmax(1)[:, length].mean())
    return torch.stack(losses).mean()


def sequence_loss(network: RecallNetwork, items: Tensor, columns: Tensor) -> Tensor:
    """Mean loss (nats per event) of ``columns`` (B, n_events): positions from 0, L for none, -1 for no event."""
    episode = studied(network, items)
    total, events = items.new_zeros(()), 0
    for column in columns.unbind(1):
        row = (column >= 0).nonzero()[:, 0]
        if not len(row):
            break
        total = total - episode.logits.log_softmax(1)[row, column[row]].sum()
        events += len(row)
        episode = network.recalled(episode, torch.where(column < 0, items.shape[1], column))
    return total / max(events, 1)


def studied(network: RecallNetwork, items: Tensor) -> Episode:
    """An episode in which all ``items`` (B, L, D) were studied and the test has begun."""
    episode = network.begin(items)
    for position in range(items.shape[1]):
        episode = network.study(episode, position)
    return network.cue(episode)


class Trainer:
    """A training under way: network, optimizer, curriculum, random numbers, and the best so far.

    Parameters
    ----------
    training : what to train and how.
    people : recalls to imitate, for that objective only.
    device : where to compute, ``"cpu"`` or ``"cuda"``.
    """

    def __init__(self, training: Training, people: Recalls | None = None, device: str = "cpu") -> None:
        if (training.objective == "imitation") != (people is not None):
            raise InputError(
                "imitation, and no other objective, takes people: name a data set, as in --data peers_notask"
            )
        self.training, self.people, self.device = training, people, device
        torch.manual_seed(training.seed)
        self.network = RecallNetwork(training.vector_size, training.config()).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=training.learning_rate)
        self.generator = torch.Generator().manual_seed(training.seed)
        self.iteration, self.seconds = 0, 0.0
        self.longest = min(training.first_length, training.list_length)
        self.best, self.best_at = float("inf"), 0
        self.best_tensors: dict[str, Tensor] = {}
        self.log: list[dict[str, float]] = []
        if people is not None:
            self._hold_out(people)

    def _hold_out(self, people: Recalls) -> None:
        subjects = people.trials.subjects
        n_held = min(max(1, round(self.training.held_out * len(subjects))), len(subjects) - 1)
        if n_held < 1:
            raise InputError("imitation needs at least two subjects, one of them to hold out")
        held = stream(self.training.seed, "held out").choice(len(subjects), n_held, replace=False)
        self.held = np.isin(people.trials.subject_codes, held)
        vectors = item_vectors(people.trials.pool, self.training.vector_size)[people.trials.items]
        self.vectors = torch.from_numpy(vectors).float()
        self.columns = torch.from_numpy(scored_outcomes(people, repeats=True).columns.astype(np.int64))
        self.kept = torch.from_numpy(np.flatnonzero(~self.held))

    def loss(self) -> Tensor:
        """The loss of one batch, drawn at random."""
        training = self.training
        if training.objective == "imitation":
            rows = self.kept[torch.randint(len(self.kept), (training.batch,), generator=self.generator)]
            return self._imitation(rows)
        length = int(torch.randint(1, self.longest + 1, (), generator=self.generator))
        shape = (training.batch, length, training.vector_size)
        signs = 2 * torch.randint(2, shape, generator=self.generator) - 1
        items = (signs / training.vector_size**0.5).to(self.device)
        if training.objective == "recall":
            return recall_loss(self.network, items, self.generator)
        order = torch.arange(length + 1, device=self.device).expand(training.batch, -1)
        return sequence_loss(self.network, items, order)

    def _imitation(self, rows: Tensor) -> Tensor:
        return sequence_loss(self.network, self.vectors[rows].to(self.device), self.columns[rows].to(self.device))

    def held_out_loss(self) -> float:
        """Mean loss (nats per event) of the people held out."""
        with torch.no_grad():
            return float(self._imitation(torch.from_numpy(np.flatnonzero(self.held))))

    def run(self, until: int, progress: Callable[[int, float], None] = lambda iteration, loss: None) -> bool:
        """Train up to iteration ``until``; False where it ended early because people held out got no better."""
        training = self.training
        recent: list[float] = []
        started = perf_counter()
        while self.iteration < min(until, training.iterations):
            share = self.iteration / training.iterations
            for group in self.optimizer.param_groups:
                group["lr"] = training.learning_rate * 0.5 * (1 + np.cos(np.pi * share))
            self.optimizer.zero_grad()
            loss = self.loss()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), training.gradient_clip)
            self.optimizer.step()
            self.iteration += 1
            recent.append(loss.item())
            progress(self.iteration, recent[-1])
            if self.iteration % EVERY == 0:
                line = {"iteration": self.iteration, "loss": float(np.mean(recent)), "longest": self.longest}
                if training.objective == "imitation":
                    line["held_out"] = self.held_out_loss()
                    if line["held_out"] < self.best:
                        self.best, self.best_at = line["held_out"], self.iteration
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
        people = None if self.people is None else {**self.people.provenance, "held_out": self._held_subjects()}
        return {
            "network": self.training.network,
            "objective": self.training.objective,
            "vector_size": self.training.vector_size,
            "config": self.training.config(),
            "training": self.training.values(),
            "people": people,
            "iterations": self.best_at or self.iteration,
            "held_out_loss": self.best if self.best_at else None,
            "log": self.log[-1:],
            "seconds": round(self.seconds, 1),
            "versions": versions(),
        }

    def _held_subjects(self) -> list[Any]:
        assert self.people is not None
        return np.unique(self.people.trials.subject[self.held]).tolist()

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
        self.iteration, self.seconds = progress["iteration"], progress["seconds"]
        self.longest, self.log, self.best_at = progress["longest"], progress["log"], progress["best_at"]
        self.best = float("inf") if progress["best"] is None else progress["best"]

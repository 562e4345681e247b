"""Training of networks: the loop over iterations, and its state."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from memsim.core.code.provenance import versions
from memsim.core.errors import DivergenceError, InputError, NoEffectError
from memsim.core.recalls import Recalls
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.named_cores import names_file
from memsim.models.networks.people_seen import start_of
from memsim.models.networks.weights import load_weights, save_weights
from memsim.running.digests import source_digest
from memsim.training.criteria import criterion
from memsim.training.devices import compile_steps, precision_of
from memsim.training.learning_rates import share_of_rate
from memsim.training.learning_rules.making import make_rule
from memsim.training.logs import Line, write_log
from memsim.training.measuring import Measures, measure, scored
from memsim.training.objectives.making import make_objective
from memsim.training.recorded_iterations import Recorder
from memsim.training.settings import Training
from memsim.training.stopping import Stopping

EVERY = 100
"""Iterations between two lines of the log, two decisions of the curriculum, and two measures of lists held out.

The last iteration has them, too.
"""
FINAL_LISTS = 500
"""Random lists on which the weights are measured in the end, besides those that decided when training stopped."""


class Trainer:
    """The state of a training: network, optimizer, curriculum, random numbers, and the best weights so far.

    Parameters
    ----------
    training : what to train and how.
    people : recalls to imitate, for the objective imitation only; by default those that its settings name.
    device : where to compute, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    compiled : whether steps are compiled, see :func:`compile_steps`.
    recorded : whether iterations are recorded and replayed, see :class:`Recorder`; if not given, wherever it is
        possible: on CUDA, unless lists follow from one another, as the essay's do, or noise is drawn between steps.

    Raises
    ------
    NoEffectError : ``recorded`` is given where iterations cannot be recorded.
    """

    def __init__(
        self,
        training: Training,
        people: Recalls | None = None,
        device: str = "cpu",
        *,
        compiled: bool = False,
        recorded: bool | None = None,
    ) -> None:
        self.training, self.device = training, device
        torch.manual_seed(training.seed)
        self.generator = torch.Generator().manual_seed(training.seed)
        with precision_of(training.precision, device):
            self.objective = make_objective(training, self.generator, device, people)
            self.rule = make_rule(self.objective)
        self.network = self.objective.network
        self._require_plain(compiled=compiled, recorded=bool(recorded))
        if isinstance(self.objective.core, Core):
            self.objective.core.fused = self.rule.plain and training.precision == "float32"
        if compiled:
            weight = next(self.objective.core.parameters())
            with precision_of(training.precision, device):
                compile_steps(self.objective.core, weight.new_zeros((training.batch, self.objective.input_size)))
        self.recorder = self._recorder(recorded)
        self.start = self._start()
        self.optimizer = self._optimizer()
        # Its state is the number of the iteration alone, so that it goes on exactly where it stopped.
        self.schedule = LambdaLR(self.optimizer, lambda iteration: share_of_rate(self.training, iteration))
        self.iteration, self.seconds = 0, 0.0
        self.longest = training.first_length
        self.stopping = Stopping(criterion(training.until), training.patience)
        self.best_tensors: dict[str, Tensor] = {}
        self.recent: list[float] = []
        self.log: list[dict[str, float]] = []
        if self.stopping.measure == "accuracy" and self.measures(1, "held out lists").accuracy is None:
            raise InputError(
                f"Training: until={training.until!r}: the objective {training.objective} does not say which outputs "
                "are right, so that there is no accuracy; give until='loss=NUMBER'"
            )

    def _require_plain(self, **ways: bool) -> None:
        """Raise :class:`InputError` for a way to compute steps that knows of backpropagation only."""
        for name in (name for name, wanted in ways.items() if wanted and not self.rule.plain):
            rule = self.training.learning_rule
            raise InputError(f"{name}=True is for learning_rule='backpropagation', not for {rule!r}; leave it out")

    def _recorder(self, recorded: bool | None) -> Recorder | None:
        can = self.device.startswith("cuda") and self.objective.recordable and self.rule.plain
        if recorded is not None and not can:
            why = "" if self.objective.recordable else f", since {self.objective.unrecordable}"
            raise NoEffectError(
                f"recorded={recorded} (the command's --no-recording is recorded=False) is for device='cuda', "
                "backpropagation, and steps that depend on lists and weights alone, not for "
                f"device={self.device!r}, learning_rule={self.training.learning_rule!r} and "
                f"objective={self.training.objective!r}{why}; leave it out"
            )
        if not (can if recorded is None else recorded):
            return None
        return Recorder(self.objective.loss_of, list(self.network.parameters()), required=bool(recorded))

    @property
    def best(self) -> float:
        """The loss of lists held out with the best weights so far."""
        return self.stopping.best.get("loss", float("inf"))

    @property
    def best_at(self) -> int:
        """The iteration of the best weights so far; 0 where no lists are held out."""
        return self.stopping.best_at

    @property
    def holds_out(self) -> bool:
        """Whether lists are held out."""
        return self.training.objective == "imitation" or self.training.held_out_lists > 0

    def _start(self) -> dict[str, Any] | None:
        """Load the weights to begin with, and return which they were, and on whom they were trained."""
        if not self.training.start:
            return None
        tensors, record, sha256 = load_weights(self.training.start)
        self._require_same_core(record)
        try:
            self.network.load_state_dict(tensors)
        except RuntimeError as error:
            raise InputError(
                f"start={self.training.start!r}: these weights are of a network for another task or vector_size "
                f"({record['objective']}, {record['vector_size']}): {error}"
            ) from None
        return start_of(self.training.start, record, sha256)

    def _require_same_core(self, record: Mapping[str, Any]) -> None:
        """Raise :class:`InputError` unless the weights to begin with are of the core that is trained, and its options.

        Weights of another core may fit by their shapes, and mean something else.
        """
        training = self.training
        core, trained = training.named_core(), record["network"]
        name = core.name
        same = name == trained or (
            names_file(name) and names_file(trained) and name.rpartition(":")[2] == trained.rpartition(":")[2]
        )
        if not same or core.otherness(record):
            version = "another version of " if name == trained else ""
            raise InputError(
                f"start={training.start!r}: these weights are of {version}the core {trained}, not of {name} as it is; "
                "train that one, or begin without start"
            )
        now, then = training.config(), checked_sizes(training.core(), record["config"])
        # Of most cores as many weights fit any number of rows of memory; where they do not, their shapes say so.
        then |= {"slots": now["slots"]} if "slots" in now else {}
        if different := [f"{size} was {then[size]} and is {now[size]}" for size in now if now[size] != then[size]]:
            raise InputError(
                f"start={training.start!r}: these weights are of a network of other sizes or options: "
                f"{', '.join(different)}; give them as they were, or begin without start"
            )

    def _optimizer(self) -> torch.optim.Optimizer:
        training = self.training
        weights = [weight for weight in self.network.parameters() if weight.requires_grad]
        if training.optimizer == "adam":
            return torch.optim.AdamW(weights, lr=training.learning_rate, weight_decay=training.weight_decay)
        # Decay .9 and this epsilon are TensorFlow's defaults, with which the essay's experiment ran.
        return torch.optim.RMSprop(weights, lr=training.learning_rate, alpha=0.9, eps=1e-5, momentum=training.momentum)

    def run(
        self,
        until: int,
        progress: Callable[[int, float], None] = lambda iteration, loss: None,
        logged: Callable[[Line], None] = lambda line: None,
    ) -> bool:
        """Train up to iteration ``until``; False where training has ended early, as ``stopping.why`` says.

        ``progress`` is called with each iteration and its loss, ``logged`` with each new line of the log.
        """
        before, started = self.seconds, perf_counter()
        while self.iteration < min(until, self.training.iterations) and not self.stopping.why:
            loss = self._iterate()
            self.seconds = before + perf_counter() - started
            progress(self.iteration, loss)
            if self.iteration % EVERY == 0 or self.iteration == self.training.iterations:
                self.log.append(self._line())
                logged(self.log[-1])
                self.seconds = before + perf_counter() - started
        return not self.stopping.why

    def _iterate(self) -> float:
        """One step of the optimizer: the loss before it."""
        training = self.training
        self.objective.progress = self.iteration / training.iterations
        with precision_of(training.precision, self.device):
            drawn = self.objective.draw(self.longest)
            loss = (self.recorder or self.rule).loss(drawn)
        if not loss.isfinite():
            raise DivergenceError(
                f"the loss is no longer finite at iteration {self.iteration + 1:,}: training has diverged; lower "
                f"learning_rate={training.learning_rate}. The last checkpoint is kept"
            )
        if training.clipping != "none":
            clip = nn.utils.clip_grad_norm_ if training.clipping == "norm" else nn.utils.clip_grad_value_
            clip(self.network.parameters(), training.clip)
        self.optimizer.step()
        self.schedule.step()
        self.iteration += 1
        self.recent.append(loss.item())
        return self.recent[-1]

    def _line(self) -> dict[str, float]:
        """The line of the log of the last iterations; lists grow, and lists held out are measured."""
        training = self.training
        share = share_of_rate(training, self.iteration - 1)
        line = {"iteration": self.iteration, "loss": float(np.mean(self.recent)), "longest": self.longest}
        line |= {"learning_rate": training.learning_rate * share}
        self.recent.clear()
        if training.objective != "imitation" and self.longest < training.list_length:
            self.longest += line["loss"] < training.promotion
        if self.holds_out:
            measures = self.measures(training.held_out_lists, "held out lists")
            full = training.objective == "imitation" or self.longest >= training.list_length
            if self.stopping.is_best(self.iteration, measures, full):
                self.best_tensors = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}
            line |= {"held_out": measures.loss}
            line |= {} if measures.accuracy is None else {"accuracy": measures.accuracy}
        return {**line, "seconds": self.seconds}

    def measures(self, n_lists: int, purpose: str) -> Measures:
        """How well the network does now; see :func:`memsim.training.measuring.measure`."""
        with precision_of(self.training.precision, self.device):
            found = measure(self.objective, n_lists, purpose)
        if not math.isfinite(found.loss):
            raise DivergenceError(
                f"the loss on {purpose} is not finite after iteration {self.iteration:,}, though that of training is: "
                "look for what the core does in evaluation only (self.training is false), or for longer lists; lower "
                f"learning_rate={self.training.learning_rate}. The last checkpoint is kept"
            )
        return found

    def record(self) -> dict[str, Any]:
        """How the weights were made, as their file keeps it."""
        training = self.training
        return {
            **training.named_core().record(),
            "objective": training.objective,
            "vector_size": training.vector_size,
            "config": training.config(),
            "training": training.values(),
            "start": self.start,
            **self.objective.about(),
            "iterations": self.best_at or self.iteration,
            "stopped": self.stopping.why,
            "held_out_loss": self.best if self.best_at else None,
            "log": self.log[-1:],
            "seconds": round(self.seconds, 1),
            "device": self.device,
            "threads": torch.get_num_threads(),
            "source": source_digest(),
            "versions": versions(),
        }

    def save(self, path: Path) -> dict[str, Any]:
        """Write the log and the weights, those that did best on lists held out if there are any; return their record.

        The record says how well these weights do: on the subjects held out, or on random lists of their own.
        """
        trained = self.network.state_dict()
        tensors = {name: tensor.clone() for name, tensor in (self.best_tensors or trained).items()}
        last = {name: tensor.clone() for name, tensor in trained.items()}
        self.network.load_state_dict(tensors)
        final = self.measures(FINAL_LISTS, "final lists")._asdict()
        with precision_of(self.training.precision, self.device):
            scores = scored(self.objective)
        self.network.load_state_dict(last)
        record = {**self.record(), **({"scores": scores} if scores else {}), "final": final}
        kept = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
        write_log(path, self.log)
        save_weights(path, kept, record)
        return record

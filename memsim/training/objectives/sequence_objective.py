"""The objective of any task of sequences, and the score of a network in it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from memsim.models.networks.cores.core import State
from memsim.models.networks.cores.driving import unrolled
from memsim.training.objectives.objective import Objective, in_turns
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.sequence_tasks.sequences import Sequences, SequenceTask
from memsim.training.settings import Training

SCORED = 1000
"""Sequences by which the score in the record of weights is found."""
TOGETHER = 250
"""Of these at a time."""


class SequenceObjective(Objective):
    """Sequences in and out, without feedback of responses; the core is the network."""

    kind: ClassVar[type[SequenceTask]]
    """The task of an objective that is registered in place of its task."""

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        super().__init__(training, generator, device)
        self.task = task_of(training)
        self.task.require_length(training.first_length)
        self.task.require_length(training.list_length)
        self.input_size = self.task.n_inputs
        self.network = training.core()(self.input_size, self.task.n_outputs, **training.config()).to(device)
        self.core = self.network

    def start(self, batch: int) -> State:
        """The state of the core in which sequences begin."""
        start: Any = self.network.start
        return start(batch)

    @property
    def most_steps(self) -> int:
        """Those of the longest sequence."""
        return self.task.steps(self.training.list_length)

    def draw(self, longest: int) -> dict[str, Any]:
        """Sequences; their lengths are random from the shortest on, unless the task has one length."""
        task = self.task
        length = self.up_to(longest, task.shortest) if task.varied else longest
        given = self.training.batch, length, self.generator
        drawn = task.of_kind(self.kind_of_batch(), *given) if self.full else task.sequences(*given)
        sequences = drawn.to(self.device)
        return {name: tensor for name, tensor in sequences._asdict().items() if tensor is not None}

    @property
    def kinds(self) -> int:
        """Those of the task."""
        return self.task.kinds

    def loss_of(self, drawn: Any) -> Tensor:
        """See :meth:`SequenceTask.loss`."""
        sequences = Sequences(**drawn)
        return self.task.loss(unrolled(self.network, sequences.inputs)[0], sequences)

    def scores(self) -> dict[str, dict[str, float]]:
        """See :func:`scores_of`; of sequences as long as the longest in training."""
        return scores_of(self.network, self.task, self.training.list_length, self.training.seed, self.device)


def task_class(objective: str) -> type[SequenceTask] | None:
    """The task of sequences of the objective with this name; ``None`` of an objective whose networks study lists."""
    found: type[Any] = OBJECTIVES.get(objective)
    if issubclass(found, SequenceObjective):
        return found.kind
    return found if issubclass(found, SequenceTask) else None


def task_of(training: Training) -> SequenceTask:
    """The task of sequences with these settings."""
    kind = task_class(training.objective)
    assert kind is not None, "the objective is of a task of sequences"
    settings: dict[str, Any] = {each.name: getattr(training, each.name) for each in fields(kind) if each.init}
    return kind(**settings)


def scores_of(
    network: nn.Module, task: SequenceTask, length: int, seed: int = 0, device: str = "cpu", n_sequences: int = SCORED
) -> dict[str, dict[str, float]]:
    """The scores of a network, of chance and of the optimum in the same random sequences, by the name of the measure.

    Parameters
    ----------
    network : a core with the sizes of the task.
    length : of the sequences, in items, facts or bits; it may be beyond that of training.
    seed : of the sequences, which are not those of training.
    n_sequences : how many there are, at least one of each of the task's kinds of batches. Scores are means over parts
        of at most 250, as many of each kind.
    """
    generator = torch.Generator().manual_seed(seed + 2**40)
    found: dict[str, dict[str, list[float]]] = {}
    with torch.no_grad():
        for kind, size in parts_of(n_sequences, task.kinds):
            sequences = task.of_kind(kind, size, length, generator)
            given = unrolled(network, sequences.inputs.to(device))[0].cpu()
            for who, logits in {
                "network": given, "chance": task.chance(sequences), "optimum": task.optimum(sequences)
            }.items():  # fmt: skip
                for measure, score in task.scores(logits, sequences).items():
                    found.setdefault(measure, {}).setdefault(who, []).append(score)
    return {measure: {who: sum(each) / len(each) for who, each in scores.items()} for measure, scores in found.items()}


def parts_of(n_sequences: int, kinds: int) -> list[tuple[int, int]]:
    """The kind and the size of each part of the sequences by which a network is scored; all kinds have as many parts.

    Sizes differ by at most one, and are 250 at most.
    """
    n_parts = in_turns(-(-n_sequences // TOGETHER), kinds)
    return [(part % kinds, max(n_sequences // n_parts + (part < n_sequences % n_parts), 1)) for part in range(n_parts)]

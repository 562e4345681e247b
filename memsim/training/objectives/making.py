"""The objective of a training, by its settings."""

from __future__ import annotations

from typing import Any

import torch

from memsim.core.errors import InputError
from memsim.core.limits import STATE_NUMBERS
from memsim.core.recalls import Recalls
from memsim.data.loading import load_recalls
from memsim.models.networks.core_checks import require_shapes
from memsim.models.networks.cores.driving import state_sizes
from memsim.training.objectives.imitation import Imitation
from memsim.training.objectives.objective import Objective
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.objectives.sequence_objective import SequenceObjective
from memsim.training.sequence_tasks.sequences import SequenceTask
from memsim.training.settings import Training


def make_objective(training: Training, generator: torch.Generator, device: str, people: Recalls | None) -> Objective:
    """The objective, with people for imitation: those given, or those that :attr:`Training.people` names."""
    require_shapes(training.core(), training.config())
    objective = _objective(training, generator, device, people)
    at_start, more = state_sizes(objective.core, objective.input_size)
    size = at_start + objective.most_steps * more
    if training.batch * size > STATE_NUMBERS:
        raise InputError(
            f"Training: the states of batch={training.batch} lists are {training.batch * size:,} numbers ({size:,} for "
            f"each list, by the sizes of {training.network}), more than {STATE_NUMBERS:,}, too many for the memory; "
            "take smaller sizes or fewer lists"
        )
    return objective


def _objective(training: Training, generator: torch.Generator, device: str, people: Recalls | None) -> Objective:
    if training.objective != "imitation":
        if people is not None:
            raise InputError(f"people are for the objective imitation; {training.objective} trains on random lists")
        kind: type[Any] = OBJECTIVES.get(training.objective)
        if issubclass(kind, SequenceTask):
            return SequenceObjective(training, generator, device)
        return kind(training, generator, device)
    if people is None and training.people:
        people = load_recalls(training.people)
    if people is None:
        raise InputError("the objective imitation needs people: give people=, such as the data set peers_notask")
    return Imitation(training, generator, device, people)

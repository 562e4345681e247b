"""The loss and the accuracy of a network on lists that it is not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch

from memsim.core.seeding import stream
from memsim.training.objectives.objective import Objective, in_turns
from memsim.training.tallies import tallied


class Measures(NamedTuple):
    """How well a network does."""

    loss: float
    """In the unit of the objective's loss."""
    accuracy: float | None
    """The share of outputs whose most likely response is right; ``None`` where the objective does not say which are.

    The outputs before are as in training: of recall in any order they are choices among the items that are left.
    """


def measure(objective: Objective, n_lists: int, purpose: str) -> Measures:
    """Measure the network of an objective, and leave training as it is.

    Parameters
    ----------
    objective : with people, the subjects held out are measured; else random lists of the full length.
    n_lists : how many random lists, in whole batches, as many of each kind (:attr:`Objective.kinds`). They are the same
        for the same seed and ``purpose``.
    purpose : what the lists are for, such as ``"held out lists"``.
    """
    with torch.no_grad(), apart(objective, purpose), tallied() as tally:
        loss = objective.held_out_loss()
        if loss is None:
            training = objective.training
            batches = in_turns(-(-n_lists // training.batch), objective.kinds)
            loss = sum(float(objective.loss(training.list_length)) for _ in range(batches)) / batches
    return Measures(loss, tally.accuracy)


def scored(objective: Objective) -> dict[str, dict[str, float]]:
    """The scores of the network of an objective, as :meth:`Objective.scores` says, and leave training as it is."""
    with torch.no_grad(), apart(objective, "scores"):
        return objective.scores()


@contextmanager
def apart(objective: Objective, purpose: str) -> Iterator[None]:
    """Within this, random numbers, what is carried from list to list, and the mode of the network are others."""
    drawn_by, carried, was_training = objective.generator, objective.carried(), objective.network.training
    turn, objective.turn = objective.turn, 0
    seed = int(stream(objective.training.seed, purpose).integers(2**63))
    device = torch.device(objective.device)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        try:
            objective.generator, objective.full = torch.Generator().manual_seed(seed), True
            objective.carry({})
            objective.network.eval()
            torch.manual_seed(seed)
            yield
        finally:
            objective.generator, objective.full, objective.turn = drawn_by, False, turn
            objective.carry(carried)
            objective.network.train(was_training)

"""What every learning rule has: it takes a batch, and leaves in the weights by how much each should change."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from memsim.core.seeding import stream
from memsim.training.objectives.driven_core import driven_by
from memsim.training.objectives.objective import Drawn, Objective
from memsim.training.settings import Training


class LearningRule:
    """A way to get from the loss of a batch to a direction in which to change the weights.

    Parameters
    ----------
    objective : whose network learns. What learns and what does not is settled here, before an optimizer is made.

    Raises
    ------
    InputError : the rule is not for this core, or not for this objective.
    """

    plain: ClassVar[bool] = False
    """Whether the direction is the gradient by backpropagation, which recorded, compiled and fused steps give."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.weights = list(objective.network.parameters())

    @property
    def training(self) -> Training:
        """The settings."""
        return self.objective.training

    @property
    def runs(self) -> int:
        """How often the network runs through each list of a batch."""
        return 1

    def loss(self, drawn: Drawn) -> Tensor:
        """The loss of a batch; ``weight.grad`` holds what the optimizer is to descend, as after ``backward``.

        Weights that do not learn have no ``grad``.
        """
        raise NotImplementedError

    def forget(self) -> None:
        """Remove what an earlier batch left in the weights."""
        for weight in self.weights:
            weight.grad = None


class Backpropagation(LearningRule):
    """The gradient of the loss, through all steps of all lists, back to the first (Rumelhart et al., 1986)."""

    plain = True

    def loss(self, drawn: Drawn) -> Tensor:
        """See :meth:`LearningRule.loss`."""
        self.forget()
        loss = self.objective.loss_of(drawn)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()


class ByOwnSteps(Backpropagation):
    """A rule that is in the steps of the core: they give the same outputs, but what goes back from these differs."""

    plain = False

    def __init__(self, objective: Objective) -> None:
        super().__init__(objective)
        self.core = self.steps(objective.core)

    def steps(self, core: Any) -> nn.Module:
        """A core with the same weights and outputs, and its own way back."""
        raise NotImplementedError

    def loss(self, drawn: Drawn) -> Tensor:
        """See :meth:`LearningRule.loss`."""
        with driven_by(self.objective, self.core):
            return super().loss(drawn)


def random_feedback(like: Tensor, training: Training, name: str) -> Tensor:
    """Weights (out, in) as ``like``, by which errors go back in place of it: Gaussian, with variance 1 / out.

    So each of the errors that come out is as large, on average, as each that went in. They depend on the seed and
    ``name`` alone, so that a training that was interrupted has the same.
    """
    seed = int(stream(training.seed, "feedback", name).integers(2**63))
    drawn = torch.randn(like.shape, generator=torch.Generator().manual_seed(seed), dtype=like.dtype)
    return drawn.to(like.device) / like.shape[0] ** 0.5


def noise_like(tensor: Tensor, *before: int) -> Tensor:
    """Standard Gaussian noise of the shape of a tensor, with further dimensions before it.

    It is drawn on the CPU by torch's own generator, which checkpoints keep, so that lists stay those of other rules.
    """
    return torch.randn((*before, *tensor.shape), dtype=tensor.dtype).to(tensor.device)

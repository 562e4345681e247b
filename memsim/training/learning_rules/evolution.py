"""Evolution strategies (Salimans et al., 2017): many networks with random changes, and which of them did better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from memsim.core.errors import DivergenceError, InputError
from memsim.training.learning_rules.cells import plain_cells
from memsim.training.learning_rules.rule import LearningRule, noise_like
from memsim.training.objectives.objective import Drawn, Objective


class LossOf(nn.Module):
    """The loss of an objective as a module, of which a caller may exchange the weights."""

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.network = objective.network
        self.losses: Any = objective.loss_of

    def forward(self, drawn: Drawn) -> Tensor:
        """The loss of a batch."""
        found: Tensor = self.losses(drawn)
        return found


class Evolution(LearningRule):
    """The weights move towards random changes that lowered the loss, with θ ± σ ε in mirrored pairs::

        g = Σ_i (F_i⁺ - F_i⁻) ε_i / (2 n σ)

    All 2n = 2 ``pairs`` networks get the same lists, and their losses F are first ``ranked``, from -1/2 to 1/2, or
    ``scaled`` by their standard deviation; σ is ``perturbation``. Adam, or whatever the optimizer is, descends g. The
    networks are a dimension of the batch, so that any core learns by it. The loss is the mean of all networks.
    """

    def __init__(self, objective: Objective) -> None:
        super().__init__(objective)
        if not objective.recordable:
            raise InputError(
                "learning_rule='evolution' tries many networks on the same lists, which "
                f"objective={self.training.objective!r} does not permit here: {objective.unrecordable}; take "
                "learning_rule='backpropagation'"
            )
        self.module = LossOf(objective)

    @property
    def runs(self) -> int:
        """One for each network."""
        return 2 * self.training.pairs

    def loss(self, drawn: Drawn) -> Tensor:
        """See :meth:`LearningRule.loss`."""
        self.forget()
        weights = {name: each for name, each in self.module.named_parameters() if each.requires_grad}
        with torch.no_grad():
            noise = {name: noise_like(each, self.training.pairs) for name, each in weights.items()}
            losses = self.losses(drawn, weights, noise)
            directions = descent(losses, noise, self.training.perturbation, self.training.fitness)
        for name, each in weights.items():
            each.grad = directions[name]
        return losses.mean()

    def losses(self, drawn: Drawn, weights: Mapping[str, Tensor], noise: Mapping[str, Tensor]) -> Tensor:
        """(2n,) the losses of the networks with θ + σ ε, then of those with θ - σ ε."""
        size = self.training.perturbation
        population = {
            name: torch.cat((each + size * noise[name], each - size * noise[name])) for name, each in weights.items()
        }
        try:
            with plain_cells(self.module):
                found: Tensor = vmap(lambda own: functional_call(self.module, own, (drawn,)))(population)
        except RuntimeError as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise InputError(
                f"learning_rule='evolution' runs many networks at once, which {self.training.network} or "
                f"{self.training.objective} does not permit: {reason}; a core must not look at numbers of its tensors"
            ) from error
        return found


def descent(losses: Tensor, noise: Mapping[str, Tensor], size: float, fitness: str) -> dict[str, Tensor]:
    """The direction g by name, from ``losses`` (2n,) of θ + ``size`` ε and θ - ``size`` ε, and ``noise`` ε (n, ...)."""
    if not losses.isfinite().all():
        raise DivergenceError("learning_rule='evolution': a loss is not finite; lower perturbation or learning_rate")
    if fitness == "ranked":
        scores = losses.argsort().argsort().to(losses.dtype) / (len(losses) - 1) - 0.5
    else:
        scores = losses / losses.std().clamp(min=torch.finfo(losses.dtype).tiny)
    plus, minus = scores.chunk(2)
    weighed = (plus - minus) / (2 * len(plus) * size)
    return {name: torch.tensordot(weighed, each, dims=1) for name, each in noise.items()}

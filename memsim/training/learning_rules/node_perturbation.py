"""Node perturbation (Werfel, Xie & Seung, 2005): noise on the drive of units, and whether the loss went up with it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from memsim.models.networks.cores.core import Weightings
from memsim.training.learning_rules.rule import LearningRule, noise_like
from memsim.training.learning_rules.units import Units, units_of
from memsim.training.objectives.driven_core import driven_by
from memsim.training.objectives.objective import Drawn, Objective


class NoisySteps(nn.Module):
    """The steps of some units with Gaussian noise on their drive and on the outputs; it keeps what they saw."""

    def __init__(self, units: Units, size: float) -> None:
        super().__init__()
        self.units, self.size = units, size
        self.of_units = list[tuple[Tensor, Tensor]]()
        """In every step the noise (B, blocks * hidden), and what the units saw (B, seen)."""
        self.of_outputs = list[tuple[Tensor, Tensor]]()
        """In every step the noise (B, outputs), and the units h with a constant (B, hidden + 1)."""

    def start(self, batch: int) -> Any:
        """As of the core."""
        return self.units.core.start(batch)

    def step(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any, Weightings]:
        """A step of the core, with noise."""
        units = self.units
        drive, seen = units.drive(inputs, state), units.seen(inputs, state)
        self.of_units.append((noise_like(drive) * self.size, seen))
        state = units.driven(drive + self.of_units[-1][0], state)
        hidden = units.output(state)
        output = units.project(hidden)
        self.of_outputs.append((noise_like(output) * self.size, torch.cat((hidden, seen[:, -1:]), dim=1)))
        return output + self.of_outputs[-1][0], state, {}


class NodePerturbation(LearningRule):
    """Each list runs twice, with noise ξ on the drive of every unit and output, and without::

        Δθ_ji = -η (E' - E) Σ_t ξ_j z_i / σ²

    where E and E' are the losses of the list, z is what the unit sees in the run with noise, and σ is
    ``perturbation``. One number tells all weights whether the noise was good; on average this is the gradient. The
    strength of the choice gets noise for each list in the same way. It is for recall and serial recall, which give the
    loss of each list.
    """

    def __init__(self, objective: Objective) -> None:
        super().__init__(objective)
        self.units = units_of(objective.core, "node-perturbation")

    @property
    def runs(self) -> int:
        """With and without noise."""
        return 2

    def loss(self, drawn: Drawn) -> Tensor:
        """See :meth:`LearningRule.loss`."""
        self.forget()
        size, network = self.training.perturbation, self.objective.network
        steps = NoisySteps(self.units, size)
        strength = network.get_parameter("strength")
        with torch.no_grad():
            losses = self.objective.losses_of(drawn)
            noise = noise_like(strength, len(losses), 1) * size
            with driven_by(self.objective, steps):
                noisy = functional_call(_LossesOf(self.objective), {"network.strength": strength + noise}, (drawn,))
            weighed = ((noisy - losses) / (size**2 * len(losses)))[:, None]
            by_hidden, by_one = _summed(weighed, steps.of_outputs).tensor_split((-1,), dim=1)
            self.units.set_gradients(_summed(weighed, steps.of_units), by_hidden, by_one[:, 0])
            strength.grad = (weighed * noise).sum()
        return losses.mean()


class _LossesOf(nn.Module):
    """The losses of lists as a module, of which a caller may exchange the weights."""

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.network, self.losses = objective.network, objective.losses_of

    def forward(self, drawn: Drawn) -> Tensor:
        return self.losses(drawn)


def _summed(weighed: Tensor, kept: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Σ over steps and lists of ξ zᵀ, each list weighed."""
    noise = torch.cat([each * weighed for each, _ in kept])
    return noise.T @ torch.cat([seen for _, seen in kept])

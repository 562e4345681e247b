"""Feedback alignment through time (Lillicrap et al., 2016): errors go back by weights that are fixed and random."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.autograd.function import Function, once_differentiable
from torch.nn.functional import linear

from memsim.models.networks.cores.core import Weightings
from memsim.training.learning_rules.rule import ByOwnSteps, random_feedback
from memsim.training.learning_rules.units import Units, units_of


class _Aligned(Function):
    """x Wᵀ, whose error goes back to x as g B, and not as g W."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, feedback: Tensor) -> Tensor:
        ctx.save_for_backward(inputs, feedback)
        return linear(inputs, weight)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, error: Tensor) -> tuple[Tensor, Tensor, None]:
        inputs, feedback = ctx.saved_tensors
        return error @ feedback, error.T @ inputs, None


class AlignedSteps(nn.Module):
    """The steps of some units, in which errors go back from outputs to units, and from units to those of the step
    before, by ``feedback``: one tensor of the shape of V, and one of that of U.
    """

    def __init__(self, units: Units, feedback: tuple[Tensor, Tensor]) -> None:
        super().__init__()
        self.units, self.feedback = units, feedback

    def start(self, batch: int) -> Any:
        """As of the core."""
        return self.units.core.start(batch)

    def step(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any, Weightings]:
        """A step of the core."""
        units, (of_outputs, of_units) = self.units, self.feedback
        cell, project = units.cell, units.project
        recurrent: Tensor = _Aligned.apply(units.output(state), cell.weight_hh, of_units)  # type: ignore[no-untyped-call]
        drive = linear(inputs, cell.weight_ih, cell.bias_ih) + (recurrent + cell.bias_hh)
        state = units.driven(drive, state)
        output: Tensor = _Aligned.apply(units.output(state), project.weight, of_outputs)  # type: ignore[no-untyped-call]
        return output + project.bias, state, {}


class FeedbackAlignment(ByOwnSteps):
    """Backpropagation through time with B in place of each transposed matrix on the way back.

    ``feedback="random"``: B is fixed and random, so that no weight has to be known where it is not used (Lillicrap et
    al., 2016; through time as in the control of Murray, 2019). ``"symmetric"``: B is the weights themselves, which is
    backpropagation. Either way errors go back in time: this rule gives up the transport of weights, and no more.
    """

    def steps(self, core: Any) -> nn.Module:
        """See :class:`AlignedSteps`."""
        units = units_of(core, "feedback-alignment")
        return AlignedSteps(units, feedback_of(units, self))


def feedback_of(units: Units, rule: ByOwnSteps) -> tuple[Tensor, Tensor]:
    """The weights by which errors go back from outputs, and within the layer."""
    forward = {"outputs": units.project.weight, "units": units.cell.weight_hh}
    if rule.training.feedback == "symmetric":
        # Detached, they share their memory with the weights, and so change with these.
        back = [each.detach() for each in forward.values()]
    else:
        back = [random_feedback(each, rule.training, name) for name, each in forward.items()]
    return back[0], back[1]

"""Learning by eligibility: each weight carries forward what it has done to its unit, and errors meet it there.

Nothing goes back in time, and no unit needs the weights of another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import Function, once_differentiable
from torch.nn.functional import linear

from memsim.core.errors import InputError
from memsim.models.networks.cores.core import Weightings
from memsim.training.learning_rules.feedback_alignment import feedback_of
from memsim.training.learning_rules.rule import ByOwnSteps
from memsim.training.learning_rules.units import ElmanUnits, Traces, Units, units_of


class TracedState(NamedTuple):
    """The state of a core, and the traces of its units."""

    core: Any
    traces: Traces


class _Local(Function):
    """y = V h + c; an error of y changes V and c by itself, and the weights of a unit by what reaches it and e."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, traces: Tensor, feedback: Tensor, units: Units, *weights: Tensor
    ) -> Tensor:  # fmt: skip
        ctx.save_for_backward(hidden, traces, feedback)
        ctx.units = units
        return linear(hidden, units.project.weight, units.project.bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, error: Tensor) -> tuple[Tensor | None, ...]:
        hidden, traces, feedback = ctx.saved_tensors
        signal = error @ feedback
        by_seen = (signal[:, None, :, None] * traces).sum(dim=0).flatten(0, 1)
        return None, None, None, None, error.T @ hidden, error.sum(dim=0), *ctx.units.split(by_seen)


class TracedSteps(nn.Module):
    """The steps of some units, with traces carried forward beside the state.

    ``feedback`` has the shape of V.
    """

    def __init__(self, units: Units, feedback: Tensor) -> None:
        super().__init__()
        self.units, self.feedback = units, feedback

    def start(self, batch: int) -> TracedState:
        """As of the core, with no traces."""
        return TracedState(self.units.core.start(batch), self.units.no_traces(batch))

    def traces(self, state: TracedState, inputs: Tensor, drive: Tensor) -> Traces:
        """Those after this step."""
        return self.units.traced(state.traces, inputs, drive, state.core)

    def step(self, inputs: Tensor, state: TracedState) -> tuple[Tensor, TracedState, Weightings]:
        """A step of the core."""
        units, project = self.units, self.units.project
        with torch.no_grad():
            drive = units.drive(inputs, state.core)
            traces = self.traces(state, inputs, drive)
            after = TracedState(units.driven(drive, state.core), traces)
        output: Tensor = _Local.apply(  # type: ignore[no-untyped-call]
            units.output(after.core), traces[0], self.feedback, units, project.weight, project.bias, *units.weights
        )
        return output, after, {}


class EProp(ByOwnSteps):
    """E-prop (Bellec et al., 2020): eligibility along each unit's own recurrence, times what reaches it of the error.

    ::

        e_ji = dh_j / dθ_ji, along what unit j carries and its own weight U_jj alone
        L_j = Σ_k B_kj dE/dy_k at the same step            Δθ_ji = -η Σ_t L_j e_ji

    ``feedback="symmetric"``: B is V; ``"random"``: fixed and random. Where units act on themselves only, and B is V,
    this is the gradient; what units do to one another over time is what it leaves out.
    """

    def steps(self, core: Any) -> nn.Module:
        """See :class:`TracedSteps`."""
        units = units_of(core, "e-prop")
        return TracedSteps(units, feedback_of(units, self)[0])


class LeakySteps(TracedSteps):
    """Traces that fade as the units do: p <- (1 - 1/τ) p + s z, with s the slope of h by a."""

    def traces(self, state: TracedState, inputs: Tensor, drive: Tensor) -> Traces:
        """See above."""
        units = self.units
        assert isinstance(units, ElmanUnits)
        return units.decayed(state.traces, 1 - units.share, units.slope(drive), units.seen(inputs, state.core))


class RFLO(ByOwnSteps):
    """Random-feedback local online learning (Murray, 2019): e-prop along the leak of units alone, without U_jj.

    Credit for what is remembered therefore fades with the time constant τ of the units; with τ = 1, nothing before the
    present step gets any.
    """

    def steps(self, core: Any) -> nn.Module:
        """See :class:`LeakySteps`."""
        units = units_of(core, "rflo")
        if not isinstance(units, ElmanUnits):
            raise InputError(
                f"learning_rule='rflo' is for units that leak, and {type(core).__name__} has none; train Elman with a "
                "time_constant above 1, or take learning_rule='e-prop'"
            )
        return LeakySteps(units, feedback_of(units, self)[0])

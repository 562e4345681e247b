"""A trained read-out of storage that nobody trains: slow weights to outputs by the delta rule, fast ones by Hebb's."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.fast_weights import FastWeights
from memsim.models.networks.cores.hopfield import HopfieldStore
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.cores.recurrent import Recurrent
from memsim.models.networks.cores.state_leaves import mapped
from memsim.training.learning_rules.rule import ByOwnSteps
from memsim.training.objectives.objective import Drawn


class StepsApart(nn.Module):
    """The steps of a core, between which nothing goes back."""

    def __init__(self, core: Any) -> None:
        super().__init__()
        self.core = core

    def start(self, batch: int) -> Any:
        """As of the core."""
        return self.core.start(batch)

    def step(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any, Weightings]:
        """A step of the core."""
        return take_step(self.core, inputs, mapped(lambda each: each.detach(), state))


class ReadOut(ByOwnSteps):
    """Only the weights to the outputs learn, each from the error of its output and what it sees: the delta rule.

    All others stay as they start. What is stored within a list is stored by the core itself, in every step: a core of
    FastWeights does so by Hebb's rule, as products of what is active together; a HopfieldStore appends a row. Cores
    that store nothing are fixed recurrent networks with a trained read-out (Jaeger, 2001), the control of these.
    """

    def steps(self, core: Any) -> nn.Module:
        """See :class:`StepsApart`; the weights that do not learn are marked so."""
        self.outputs = outputs_of(core)
        for weight in core.parameters():
            weight.requires_grad_(any(weight is each for each in self.outputs))
        return StepsApart(core)

    def loss(self, drawn: Drawn) -> Tensor:
        """See :meth:`ByOwnSteps.loss`."""
        loss = super().loss(drawn)
        core: Any = self.objective.core
        if isinstance(core, HopfieldStore):
            # The same matrix makes keys and values, whose weights are no read-out.
            for weight in core.project.parameters():
                assert weight.grad is not None
                weight.grad[core.output_size :] = 0
        return loss


def outputs_of(core: Any) -> list[nn.Parameter]:
    """The weights from the state of a core to its outputs.

    Raises
    ------
    InputError : a core of which they are not known.
    """
    if isinstance(core, HopfieldStore):
        return [*core.project.parameters(), *core.read_out.parameters()]
    if isinstance(core, FastWeights | LSTM | Recurrent):
        return list(core.project.parameters())
    raise InputError(
        "learning_rule='read-out' is for cores whose weights to the outputs are known: FastWeights and HopfieldStore, "
        f"which store by themselves, and as controls Elman, GRU and LSTM, not for {type(core).__name__}; train one"
    )

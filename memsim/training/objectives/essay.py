"""The lists of the essay (Greydanus, 2017), on which the state of the controller goes on from list to list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.cores.lstm import Controlled
from memsim.training.objectives.sequence_objective import SequenceObjective
from memsim.training.sequence_tasks.essay import EssayCopy, EssayRecall
from memsim.training.sequence_tasks.sequences import Sequences
from memsim.training.settings import Training


class EssayObjective(SequenceObjective):
    """The essay's lists, to be put out in order; the network is made as the essay's was."""

    network: Controlled
    task: EssayCopy
    kind: ClassVar[type[EssayCopy]] = EssayCopy
    recordable = False

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        super().__init__(training, generator, device)
        network = self.network
        if not isinstance(network, Controlled):
            raise InputError(
                f"objective={training.objective!r} is for DNC and LSTM, whose controller goes on from list to list as "
                f"in the essay, not for {training.network}; give network='DNC'"
            )
        # Projections without bias, one bias in the controller: 81,212 numbers are trained.
        for bias in (network.project.bias, *(cell.get_parameter("bias_hh") for cell in network.cells)):
            nn.init.zeros_(bias.requires_grad_(False))
        for projection in filter(None, (network.project, getattr(network, "read_out", None))):
            nn.init.trunc_normal_(projection.weight, std=0.075, a=-0.15, b=0.15)
        self.controller: tuple[tuple[Tensor, Tensor], ...] | None = None

    def loss_of(self, drawn: Any) -> Tensor:
        """See the task; the controller's state goes on from list to list, as in the essay."""
        sequences = Sequences(**drawn)
        return self.task.loss(self.outputs(sequences), sequences)

    def outputs(self, sequences: Sequences) -> Tensor:
        """Run the network, from :meth:`start` on."""
        logits, state = self.network(sequences.inputs, self.start(sequences.inputs.shape[1]))
        self.controller = tuple((output.detach(), cell.detach()) for output, cell in state.controller)
        return logits

    def start(self, batch: int) -> Any:
        """An empty memory, the controller as the last batch left it."""
        state = self.network.start(batch)
        return state if self.controller is None else state._replace(controller=self.controller)

    def scores(self) -> dict[str, dict[str, float]]:
        """None: each list begins with what the controller kept of the last one; ``greydanus2017`` measures it."""
        return {}

    def carried(self) -> dict[str, Tensor]:
        """The state of the controller."""
        layers = self.controller or ()
        return {f"{i}.{k}": tensor for i, layer in enumerate(layers) for k, tensor in enumerate(layer)}

    def carry(self, tensors: Mapping[str, Tensor]) -> None:
        """Set the state of the controller."""
        layers = range(len(tensors) // 2)
        self.controller = tuple((tensors[f"{i}.0"], tensors[f"{i}.1"]) for i in layers) or None


class EssayRecallObjective(EssayObjective):
    """One of the essay's lists, to be put out in any order: its free recall."""

    kind: ClassVar = EssayRecall

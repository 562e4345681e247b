"""A core of which a part is switched off in every step, in any objective."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from memsim.models.networks.cores.driving import parts_of, take_step
from memsim.training.objectives.driven_core import driven_by
from memsim.training.objectives.objective import Objective

MEMORY = "memory"
"""All reading and writing, the part that every core with a memory declares."""


class Lesioned(nn.Module):
    """A core without some of its parts, at study and at test."""

    def __init__(self, core: Any, without: frozenset[str]) -> None:
        super().__init__()
        self.core, self.without = core, without

    def start(self, batch: int) -> Any:
        """As of the core."""
        return self.core.start(batch)

    def step(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any, Any]:
        """A step of the core without these parts."""
        return take_step(self.core, inputs, state, self.without)


def has_memory(core: Any) -> bool:
    """Whether the core declares a memory that can be switched off."""
    return MEMORY in parts_of(core)


@contextmanager
def lesioned(objective: Objective, part: str = MEMORY) -> Iterator[None]:
    """Within this, the network of an objective runs without a part of its core."""
    with driven_by(objective, Lesioned(objective.core, frozenset({part}))):
        yield

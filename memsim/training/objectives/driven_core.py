"""An objective whose core is for a while another one, such as the same core with a part switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

from memsim.models.networks.recall_network import RecallNetwork
from memsim.training.objectives.objective import Objective


@contextmanager
def driven_by(objective: Objective, core: nn.Module) -> Iterator[None]:
    """Within this, ``core`` takes the steps of the network of an objective."""
    holder: Any = objective.network if isinstance(objective.network, RecallNetwork) else objective
    before = holder.network
    holder.network = core
    try:
        yield
    finally:
        holder.network = before

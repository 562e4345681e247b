"""Noise on the controller: what only a controller holds is lost, what stands in an external memory is not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import torch
from torch import Tensor

from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.driving import roles_of
from memsim.models.networks.cores.state_leaves import changed_at

CONTROLLER = "controller"


def has_controller(core: Any) -> bool:
    """Whether a core, or a class of cores, names a controller in its state."""
    return CONTROLLER in roles_of(core)


def make_noisy(core: Any, sd: float) -> None:
    """From now on, every step of ``core`` adds Gaussian noise to the state of its controller.

    Noise is drawn by torch's own generator, so that the lists of training stay the same.
    """
    path, cls = roles_of(core)[CONTROLLER], type(core)

    def step(self: Any, inputs: Tensor, state: Any, without: Collection[str] = frozenset()) -> Any:
        output, state, weightings = (
            cls.step(self, inputs, state, without=without) if without else cls.step(self, inputs, state)
        )
        return output, changed_at(state, path, lambda each: each + sd * torch.randn_like(each)), weightings

    if isinstance(core, Core):
        core.fused = False
    core.__class__ = type(cls.__name__, (cls,), {"step": step, "unroll": Core.unroll})

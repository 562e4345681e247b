"""How the rest of memsim drives a core, whether it derives from :class:`Core` or only has its two methods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError, ModelError
from memsim.core.names import closest, in_short
from memsim.models.networks.cores.core import Core, State, Weightings
from memsim.models.networks.cores.declarations import declared, parts_named
from memsim.models.networks.cores.state_leaves import size_of


def parts_of(core: Any) -> tuple[str, ...]:
    """What a lesion of the core, or of a class of cores, may switch off."""
    return tuple(declared(core, "parts"))


def require_parts(core: Any, network: str, without: str) -> None:
    """Raise :class:`InputError` for a part in ``without`` that the core, which is called ``network``, does not have."""
    parts = parts_of(core)
    for part in parts_named(without):
        if part not in parts:
            raise InputError(
                f"without={without!r}: {part!r} is no part of the core {network}{closest(part, parts)} Its parts are: "
                f"{', '.join(parts) or 'none'}."
            )


def roles_of(core: Any) -> Mapping[str, str]:
    """Places in the state by role; see :attr:`Core.roles`."""
    found: Mapping[str, str] = declared(core, "roles")
    return found


def take_step(
    core: nn.Module, inputs: Tensor, state: State, without: Collection[str] = frozenset()
) -> tuple[Tensor, State, Weightings]:
    """A step of any core; ``without`` is passed only where something is switched off.

    Raises
    ------
    ModelError : the step gives something else than an output, a state and weightings.
    """
    step: Any = core.step
    given = step(inputs, state, without=frozenset(without)) if without else step(inputs, state)
    if not isinstance(given, tuple) or len(given) != 3 or not isinstance(given[0], Tensor):
        raise ModelError(
            f"{type(core).__name__}.step(inputs, state) must return an output, the next state and the weightings "
            f"({{}} without a memory); it returned {_kinds(given)}"
        )
    output, state, weightings = given
    return output, state, weightings or {}


def _kinds(given: Any) -> str:
    """The kind of what a step returned, and of its parts."""
    kind = type(given).__name__
    if not isinstance(given, tuple | list) or not given:
        return kind
    return f"a {kind} of {len(given)}: {in_short([type(each).__name__ for each in given], 4, ', ')}"


def state_sizes(core: nn.Module, input_size: int) -> tuple[int, int]:
    """How many numbers the state of one list holds at the start, and by how many the first step makes it larger.

    States of a fixed size grow by 0, those that keep every step by as many with each.
    """
    start: Any = core.start
    state = start(1)
    weight = next(core.parameters(), torch.empty(()))
    with torch.no_grad():
        _, after, _ = take_step(core, weight.new_zeros((1, input_size)), state)
    return size_of(state), max(size_of(after) - size_of(state), 0)


def unrolled(core: nn.Module, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """Outputs (T, B, output_size) for ``inputs`` (T, B, input_size), and the last state; see :meth:`Core.unroll`."""
    unroll: Any = declared(core, "unroll")
    given: tuple[Tensor, State] = unroll(inputs, state) if unroll else Core.unroll(core, inputs, state)  # type: ignore[arg-type]
    return given

"""The sizes of every core at equally many parameters, or at equal state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch

from memsim.core.errors import InputError
from memsim.models.networks.equal_sizes import Ends, Matched, match_parameters, match_state
from memsim.reproductions.network_table.options import PARAMETERS, TASKS
from memsim.training.objectives.making import make_objective
from memsim.training.settings import Training

REFERENCE: Mapping[str, Any] = {"network": "DNC", "slots": 16, "width": 16}
"""Whose state is that of all cores at equal state."""
CLOSE = 0.05
"""The largest relative difference of states, which change in larger steps than numbers of parameters."""
MEMORY: Mapping[str, str] = {
    "HopfieldStore": "width", "MANN": "slots", "NTM": "slots", "DeltaRule": "width", "LRU": "units",
    "Transformer": "width",
}  # fmt: skip
"""The size of the memory, where it can differ at the same number of parameters."""
ONLY_STATE: Mapping[str, str] = {"MemN2N": "width"}
"""The size that decides both, where it is not ``hidden``."""
OTHERS: Mapping[str, Mapping[str, Any]] = {"Transformer": {"heads": 1}}
"""Other sizes at equal state: with four heads of a number each, steps of the width are too large."""


class Sized(NamedTuple):
    """A core in a task, at its sizes."""

    at: str
    """What is equal: ``parameters`` or ``state``."""
    task: str
    matched: Matched


def ends_of(core: str, task: str) -> Ends:
    """The core between inputs and outputs of the task, in a trial of the longest list."""
    objective = make_objective(
        Training(network="Elman", hidden=1, batch=1, **_settings(task)), torch.Generator(), "cpu", None
    )
    elman: Any = objective.core
    return Ends(core, elman.cell.input_size, elman.project.out_features, objective.most_steps)


def _settings(task: str) -> dict[str, Any]:
    return {**TASKS[task], "first_length": TASKS[task]["list_length"]}


def sized(at: str, task: str, core: str, target: int) -> Sized:
    """The core at as many parameters as the target, or at the state of the reference.

    At equal state, cores whose memory has a size of its own have as many parameters as the target, too.

    Raises
    ------
    InputError : no sizes come near enough.
    """
    ends = ends_of(core, task)
    if at == PARAMETERS:
        given = {"slots": REFERENCE["slots"], "width": REFERENCE["width"]} if core == REFERENCE["network"] else {}
        return Sized(at, task, _of_parameters(ends, target, given))
    reference = sized(PARAMETERS, task, str(REFERENCE["network"]), target).matched
    own = reference if core == reference.core else _of_state(ends, reference.state_at_end, target)
    return Sized(at, task, own)


def _of_parameters(ends: Ends, target: int, given: Mapping[str, Any]) -> Matched:
    """With a slightly other width of heads, where no number of hidden units comes near enough."""
    problem = None
    for sizes in ({}, *_widths(ends.core)):
        try:
            return match_parameters(
                ends.core, target, steps=ends.steps, input_size=ends.input_size, output_size=ends.output_size,
                **{**given, **sizes},
            )  # fmt: skip
        except InputError as error:
            problem = problem or error
    assert problem is not None
    raise problem


def _widths(core: str) -> Iterator[dict[str, int]]:
    from memsim.models.networks.cores.declared_sizes import sizes_of
    from memsim.models.networks.cores.named_cores import find_core

    have = {each.name: each.default for each in sizes_of(find_core(core).cls)}
    if "hidden" in have and "width" in have:
        yield from ({"width": have["width"] + change} for change in (-1, 1, -2, 2))


def _of_state(ends: Ends, state: int, target: int) -> Matched:
    core = ends.core
    trial: dict[str, Any] = {"steps": ends.steps, "input_size": ends.input_size, "output_size": ends.output_size}
    if core not in MEMORY:
        return match_state(core, state, size=ONLY_STATE.get(core, ""), within=CLOSE, **trial)
    others, name = dict(OTHERS.get(core, {})), MEMORY[core]
    found = match_parameters(core, target, within=1, **trial, **others)
    for _ in range(3):  # the controller has a state, too, so that both are found in turns
        hidden = found.sizes["hidden"]
        memory = match_state(core, state, size=name, within=CLOSE, hidden=hidden, **trial, **others)
        others[name] = memory.sizes[name]
        found = match_parameters(core, target, within=CLOSE, **trial, **others)
    if abs(found.state_at_end - state) > CLOSE * state:
        raise InputError(f"{core}: no sizes give a state of {state:,} numbers; it is {found.state_at_end:,}")
    return found

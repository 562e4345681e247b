"""The network of a file of weights, as its record describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError, NoEffectError
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.named_cores import core_of
from memsim.models.networks.cued_network import CuedNetwork
from memsim.models.networks.recall_network import RecallNetwork
from memsim.models.networks.tasks import MANY_TASKS, tasks_of
from memsim.models.networks.weights import load_weights

T = TypeVar("T", bound=nn.Module)


@lru_cache(maxsize=16)
def trained_network(name: str, sha256: str, core: str = "", slots: int | None = None) -> RecallNetwork:
    """The network with the weights ``name``, of an objective that studies lists, in double precision; see
    :func:`loaded`.
    """
    network: RecallNetwork = loaded(name, sha256, core, slots, network_of).double().eval()
    return network


def loaded(
    name: str, sha256: str, core: str, slots: int | None, make: Callable[[type[Any], Mapping[str, Any]], T]
) -> T:
    """What ``make`` makes of the core and the record of the weights ``name``, whose file has this checksum, with these.

    ``core`` names the file and class of a core that a user wrote; ``slots`` are as many cells of memory as it has, if
    not those of training.

    Raises
    ------
    InputError : the file has changed, its weights do not fit the network that its record describes, or the core is not
        the one that was trained.
    """
    weights = load_weights(name)
    if weights.sha256 != sha256:
        raise InputError(
            f"the file of the weights {name!r} has changed since the model was made; build the model again"
        )
    record = weights.record
    cls = core_of(record, name, core)
    if slots is not None:
        record = with_slots(record, slots)
    try:
        return fitting(cls, record, weights.tensors, make)
    except (RuntimeError, TypeError, InputError) as error:
        if slots is not None:
            raise NoEffectError(
                f"slots={slots!r}: the weights {name!r} are of another number of them: {error}"
            ) from error
        raise InputError(f"the weights {name!r} do not fit the network that their record describes: {error}") from error


def with_slots(record: Mapping[str, Any], slots: int) -> dict[str, Any]:
    """A record with another number of cells of memory.

    Raises
    ------
    NoEffectError : its memory has no cells whose number is a size of it.
    """
    config = record["config"]
    if "slots" not in config:
        raise NoEffectError(
            f"slots={slots!r}: the core {record['network']} has no size slots; its sizes are: {', '.join(config)}"
        )
    return {**record, "config": {**config, "slots": slots}}


def network_of(cls: type[Any], record: Mapping[str, Any]) -> RecallNetwork:
    """The network of a record, with random weights."""
    tasks = tasks_of(record)
    if record["objective"] == MANY_TASKS:
        return CuedNetwork(record["vector_size"], cls, record["config"], record["tasks"], record.get("modules", 0))
    return RecallNetwork(
        record["vector_size"], cls, record["config"], repeats=record.get("repeats", True), task=tasks[0]
    )


def fitting(
    cls: type[Any],
    record: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    make: Callable[[type[Any], Mapping[str, Any]], T],
) -> T:
    """What ``make`` makes of a record, with these weights, whose shapes are compared before memory is taken."""
    checked_sizes(cls, record["config"])
    shapes = None
    try:
        with torch.device("meta"):
            shapes = make(cls, record).state_dict()
    except Exception:  # of whatever kind: the code of a user's core is not known
        if cls.__module__.startswith("memsim.models."):
            raise
        # Its constructor may look at numbers, which tensors without memory do not have.
    if shapes is not None and {name: each.shape for name, each in shapes.items()} != {
        name: each.shape for name, each in tensors.items()
    }:
        raise InputError("the sizes in the record are not those of the weights")
    network = make(cls, record)
    network.load_state_dict(dict(tensors))
    return network

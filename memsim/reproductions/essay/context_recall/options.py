"""What is run of the entry on context-based recall, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from memsim.core.listed_options import known_names
from memsim.core.parameters import Parameterized, choice, parameter, text

FULL_LENGTH = 16
"""Of lists at full size: that of the people with whom recall is compared."""
LONGER = 4
"""How many times as many iterations trainings have at full size."""
ONE, TWO, THREE, STEPS = "1 hop", "2 hops", "3 hops", "1 hop, 3 steps"
_STORE = {"network": "MemN2N", "width": 32, "aged": False, "chained": True}
_DNC = {"network": "DNC", "hidden": 48}
_KINDS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "store": {
        ONE: {**_STORE, "carried": False, "hops": 1},
        TWO: {**_STORE, "carried": False, "hops": 2, "mixed": True},
        THREE: {**_STORE, "carried": False, "hops": 3, "mixed": True},
        STEPS: {**_STORE, "hops": 1, "answer_steps": 3},
    },
    "DNC": {
        ONE: {**_DNC, "hops": 1}, THREE: {**_DNC, "hops": 3}, STEPS: {**_DNC, "hops": 1, "answer_steps": 3},
    },
    "LSTM": {"1 step": {"network": "LSTM", "hidden": 96}},
}  # fmt: skip
"""Settings of training by core and condition. The store holds keys and values alone, without a controller."""

DRIFT, CONSTANT, PLAIN = "drifting context", "constant context", "no context"
HOPS, BOTH = "2 hops, no context", "2 hops, drifting context"
_CONTEXT = {"context": 16, "context_drift": 0.6}
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    DRIFT: _CONTEXT, CONSTANT: {**_CONTEXT, "context_drift": 0.0}, PLAIN: {}, HOPS: {"hops": 2},
    BOTH: {**_CONTEXT, "hops": 2},
}  # fmt: skip
"""The networks of recall: the sizes of their cores, in training and at test. Memory is read once in a step where no
hops are given. A constant context is that of the start, with the same weights as one that drifts.

With two hops the first read may find the row of the item that was recalled, and the second be asked by what is in it.
"""


class Condition(NamedTuple):
    """A core in the task of links."""

    core: str
    name: str
    settings: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Core and condition in words."""
        return f"{self.core}, {self.name}"


@dataclass(frozen=True)
class ContextOptions(Parameterized):
    """What is trained and simulated.

    Raises
    ------
    InputError : a value out of its range, a core that has no part in the task of links, or an unknown network.
    """

    size: str = choice(
        "small", ("small", "full"), "full: lists of 16, four times the iterations, and all cores in the task of links"
    )
    seeds: int = parameter(5, 1, 50, doc="trainings of each condition, the random factor")
    cores: str = text("store,LSTM", f"cores in the task of links, of {', '.join(_KINDS)}, separated by commas")
    networks: str = text("all", f"networks of recall, of {'; '.join(NETWORKS)}, separated by semicolons")
    links_iterations: int = parameter(1500, 1, 1_000_000, doc="of training in the task of links")
    links_batch: int = parameter(64, 1, 10_000, unit="lists", doc="lists in an iteration of the task of links")
    list_length: int = parameter(10, 6, 100, unit="items", symbol="L", doc="longest list of recall")
    recall_iterations: int = parameter(1800, 1, 1_000_000, doc="of training in recall")
    batch: int = parameter(48, 1, 10_000, unit="lists", doc="lists in an iteration of recall")
    lists: int = parameter(1000, 10, 100_000, unit="lists", doc="simulated lists in each condition")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.core_names, self.network_names  # noqa: B018  # raises

    @property
    def core_names(self) -> list[str]:
        """The cores in the task of links."""
        named = known_names(self.cores, "ContextOptions: cores", _KINDS, "core")
        return list(_KINDS) if self.size == "full" else named

    @property
    def network_names(self) -> list[str]:
        """The networks of recall."""
        return known_names(self.networks, "ContextOptions: networks", NETWORKS, "network", ";")

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of the task of links."""
        return [Condition(core, name, given) for core in self.core_names for name, given in _KINDS[core].items()]

    @property
    def length(self) -> int:
        """Of lists of recall."""
        return FULL_LENGTH if self.size == "full" else self.list_length

    @property
    def times(self) -> int:
        """By what iterations are multiplied."""
        return LONGER if self.size == "full" else 1

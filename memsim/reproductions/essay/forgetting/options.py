"""Which networks are trained under which wear, and how much is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memsim.core.errors import InputError
from memsim.core.listed_options import ALL, known_names
from memsim.core.parameters import Parameterized, choice, flag, parameter, text
from memsim.models.networks.wear.levers import NAMES, Levers

LENGTH, LURES, STOP_CREDIT = 20, 50, 0.2
"""Items of the lists of Murdock (1962) 20-1; lures among the candidates; the worth of stopping (objective recall)."""
NONE, DECAY, NOISE, SLOTS, LEAK, FLUSH = "none", "decay", "decay and noise", "5 slots", "5 slots, leak", "flush"
FEW = 5
"""Slots, where they are fewer than items."""
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    NONE: {},
    DECAY: {"row_decay": 0.1},
    NOISE: {"row_decay": 0.1, "row_noise": 0.2, "state_noise": 0.2},
    SLOTS: {"slots": FEW},
    LEAK: {"slots": FEW, "state_decay": 0.05, "state_noise": 0.15},
    "5 slots, leak, usage": {"slots": FEW, "state_decay": 0.05, "state_noise": 0.15, "usage_decay": 0.15},
    FLUSH: {"flush": 1.0},
    "all": {
        "slots": FEW, "row_decay": 0.05, "row_noise": 0.15, "state_decay": 0.05, "state_noise": 0.12,
        "usage_decay": 0.15, "flush": 0.4,
    },
}  # fmt: skip
"""The levers of each condition; a second of study and of each response."""
CAPACITY = (SLOTS, LEAK)
"""The conditions of the hypothesis on capacity."""
CHOICE_ALONE, LEVERS = "choice alone", "levers"
CHOICE: Mapping[str, tuple[float, float]] = {"choice_strength": (0.02, 1.5)}
"""A network that is too sure of its choices is far from people whatever it forgets; so how sure it is, is searched
beside the levers and, as a control, alone."""
FURTHEST: Mapping[str, float] = {
    each.name: 0.3 if each.unit == "1/s" else 0.6 if each.high is None or each.high > 1 else 1.0
    for each in Levers.parameters()
    if each.name in NAMES and each.name != "flush_noise"
}
"""Every lever that networks declare, and how far a search goes: shares in a second, noise, and shares at once.

The size of the noise in what is flushed stays as it is: it does nothing by itself.
"""
SEARCHED: Mapping[str, tuple[float, float]] = {
    **CHOICE, **{name: (0.0, most) for name, most in FURTHEST.items()}, "slots": (3.0, 20.0)
}  # fmt: skip
"""What the search of the shipped network varies, and between which values."""
ALONE: Mapping[str, Mapping[str, Any]] = {
    name: {name: round(most / 3, 2)}
    for name, most in FURTHEST.items()
    if all(set(levers) != {name} for levers in CONDITIONS.values())
}
"""A condition for each lever that is not alone in another one, under its name, at a third of how far the search goes.
"""
EVERY_CONDITION: Mapping[str, Mapping[str, Any]] = {**CONDITIONS, **ALONE}
SHIPPED = "dnc-recall"
NIGHTS = ("alone", "stored", "dreamed")
"""What is replayed in the second night: the second day alone; half of it the first day's recalls, kept by the fast
network; or half of it lists that the slow network makes itself before that night."""


@dataclass(frozen=True)
class ForgettingOptions(Parameterized):
    """How much is trained, simulated, searched and scored.

    ``start="scratch"`` is the full size: each seed is trained anew, first among the studied items and then with lures.
    From the shipped weights on, seeds differ in the lists and the noise of the further training only.

    Raises
    ------
    InputError : a value out of its range, a condition that does not exist, or none without wear.
    """

    conditions: str = text(
        "all",
        f"of {'; '.join(CONDITIONS)}, or a lever alone ({', '.join(ALONE)}), separated by semicolons; all: the first, "
        "which are those of the hypotheses",
    )
    each_lever: bool = flag(False, "whether each other lever alone is a condition, too")
    start: str = choice("shipped", ("shipped", "scratch"), "what training begins with: weights that ship, or nothing")
    seeds: int = parameter(5, 1, 50, doc="trainings of each condition, and searches")
    iterations: int = parameter(150, 1, 1_000_000, doc="of training under wear; 6,000 in full")
    closed_iterations: int = parameter(4000, 1, 1_000_000, doc="of training without lures before (scratch)")
    batch: int = parameter(32, 1, 10_000, unit="lists", doc="lists in an iteration")
    learning_rate: float = parameter(0.001, 0, 1, doc="of training under wear")
    lists: int = parameter(300, 20, 100_000, unit="lists", doc="simulated lists from which curves are")
    people_lists: int = parameter(200, 10, 100_000, unit="lists", doc="of each data set that are scored")
    samples: int = parameter(10, 2, 10_000, doc="of noise, over which the likelihood of people's lists is averaged")
    generations: int = parameter(6, 0, 10_000, doc="of the search of levers; 0 leaves it out")
    replay_iterations: int = parameter(2000, 0, 1_000_000, doc="of each night of replay training; 0 leaves it out")

    def __post_init__(self) -> None:
        super().__post_init__()
        if NONE not in self.names:
            raise InputError(f"ForgettingOptions: conditions={self.conditions!r} must name {NONE!r}, the comparison")

    @property
    def names(self) -> list[str]:
        """The conditions that are run."""
        known = CONDITIONS if self.conditions.strip() == ALL else EVERY_CONDITION
        named = known_names(self.conditions, "ForgettingOptions: conditions", known, "condition", ";")
        return list(dict.fromkeys([*named, *(ALONE if self.each_lever else ())]))

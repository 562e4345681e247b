"""Which rules learn, on which network, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memsim.core.errors import InputError
from memsim.core.listed_options import known_names, numbers_in
from memsim.core.parameters import Parameterized, choice, parameter, text

CONTROL, FIXED, STORE = "backpropagation", "read-out alone", "Hebbian store"
"""The condition beside which all stand, the one in which no recurrent weight learns, and that with another network."""
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    CONTROL: {},
    "feedback alignment": {"learning_rule": "feedback-alignment"},
    "e-prop, symmetric": {"learning_rule": "e-prop", "feedback": "symmetric"},
    "e-prop, random": {"learning_rule": "e-prop"},
    "RFLO": {"learning_rule": "rflo"},
    "evolution": {"learning_rule": "evolution", "batch": 16},
    "node perturbation": {"learning_rule": "node-perturbation", "perturbation": 0.1},
    STORE: {"learning_rule": "read-out", "network": "FastWeights", "rate": 0.01},
    FIXED: {"learning_rule": "read-out"},
}
"""By condition, what differs from backpropagation in the network of all.

Evolution strategies run each list in 64 networks, so that fewer lists are in an iteration. A Hebbian store is another
network, of which no storage is trained; with a smaller rate it recalls more, and needs its store less. The network of
all starts with recurrent weights of .95 times the identity, which keep much of what they see before anything is
learned: what this alone gives, the read-out alone shows.
"""
BACK_IN_TIME = (CONTROL, "feedback alignment")
"""Conditions in which errors go back through the steps of a list."""
TRUNCATED = ("e-prop, symmetric", "e-prop, random", "RFLO")
"""Conditions whose credit for what is remembered fades with what each unit keeps."""
LEARNED, MATCHED = 0.9, 0.8
"""Shares of right outputs: that counts as learned, and at which curves are compared."""
TUNING = 100
"""Added to the first seed: the seed on which learning rates are chosen, which is never reported."""
MOST_ITEMS = 30


@dataclass(frozen=True)
class RuleOptions(Parameterized):
    """What is run. The small size takes about 20 minutes of two processors; the full one is ``seconds=300``.

    Raises
    ------
    InputError : a value out of its range, an unknown condition, or a learning rate that is none.
    """

    conditions: str = text("all", f"of {'; '.join(CONDITIONS)}, separated by semicolons, or all")
    seeds: int = parameter(5, 1, 50, doc="reported trainings of each condition")
    seconds: float = parameter(30.0, 0.1, 36_000, unit="s", doc="of a processor, for each training")
    lists: int = parameter(
        100_000, 100, 1_000_000_000, unit="lists", doc="that the network runs through at equal lists"
    )
    tuning: float = parameter(10.0, 0.1, 36_000, unit="s", doc="of a processor, to choose a learning rate")
    rates: str = text("0.001,0.003,0.01", "learning rates to choose from, on a seed that is not reported")
    hidden: int = parameter(64, 2, 1024, doc="units of the network")
    time_constant: float = parameter(3.0, 1, 1000, unit="steps", symbol="τ", doc="of the units' leak")
    longest: int = parameter(12, 3, MOST_ITEMS, unit="items", doc="longest list of training and test")
    curve_length: int = parameter(4, 3, MOST_ITEMS, unit="items", doc="lists whose curves are compared")
    simulated: int = parameter(1000, 10, 100_000, unit="lists", doc="from which curves are")
    response_set: str = choice("list", ("list", "pool"), "responses are items of the list, or 50 lures as well")

    def __post_init__(self) -> None:
        super().__post_init__()
        if CONTROL not in self.names:
            raise InputError(
                f"RuleOptions: conditions={self.conditions!r} lacks {CONTROL}, with which the others are compared"
            )
        if not all(0 < rate <= 1 for rate in self.rate_values):
            raise InputError(f"RuleOptions: rates={self.rates!r} must be numbers above 0 and up to 1")
        if self.curve_length > self.longest:
            raise InputError(
                f"RuleOptions: curve_length={self.curve_length} is beyond longest={self.longest}; take shorter lists"
            )

    @property
    def names(self) -> list[str]:
        """The conditions."""
        return known_names(self.conditions, "RuleOptions: conditions", CONDITIONS, "condition", ";")

    @property
    def rate_values(self) -> list[float]:
        """The learning rates."""
        return numbers_in(self.rates, "RuleOptions: rates")

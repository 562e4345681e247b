"""When it pays to store: the circumstances that make some times of storing better than others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from memsim.gym import ValueDirectedStorage

WHEN = "when-to-store"
LENGTH, SLOTS = 12, 4
FREE_REPORTS: Mapping[str, Any] = {"list_length": LENGTH, "pool": LENGTH, "penalty": 0.0}
"""Any item of the list may be tried at the test without cost, so that reports are learned soon."""
SETTINGS: Mapping[str, Any] = {**FREE_REPORTS, "slots": SLOTS, "worth": "equal"}
"""Of all conditions."""


class Circumstance(NamedTuple):
    """What makes some times of storing better than others."""

    settings: Mapping[str, float]
    edges: tuple[str, ...]
    """What of primacy and recency the best decisions bring."""
    words: str


CIRCUMSTANCES: Mapping[str, Circumstance] = {
    "loss": Circumstance(
        {"loss": 0.1}, ("primacy", "recency"), "what is held is lost with a chance of .1 with each further item",
    ),
    "loss, storing costs": Circumstance(
        {"loss": 0.2, "store_price": 0.2}, ("recency",),
        "the chance is .2, and storing costs a fifth of what an item is worth",
    ),
    "end unknown": Circumstance(
        {"loss": 0.05, "store_price": 0.2, "ending": 0.1}, ("primacy",),
        "the chance is .05, storing costs a fifth of what an item is worth, and the list ends after each item with a "
        "chance of .1",
    ),
}  # fmt: skip


def task_of(name: str) -> ValueDirectedStorage:
    """The task of a circumstance."""
    return ValueDirectedStorage(**{**SETTINGS, **CIRCUMSTANCES[name].settings})

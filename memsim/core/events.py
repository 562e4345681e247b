"""The events of a trial. A paradigm presents them in order, and a model takes one step for each."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

BY_ITEM = "item"
"""The cue of a task in which each response has an item as its own cue."""


class Study(NamedTuple):
    """The participant studies the item at this serial position (0-based)."""

    position: int


class StudyPair(NamedTuple):
    """The participant studies the items at these serial positions (0-based) together, as a pair."""

    first: int
    second: int


class Distract(NamedTuple):
    """The participant does a distractor task for this many seconds."""

    seconds: float


class Recall(NamedTuple):
    """The participant recalls the list, after this cue."""

    cue: str


class Probe(NamedTuple):
    """The participant answers the probe with this number (0-based)."""

    number: int


Event: TypeAlias = Study | StudyPair | Distract | Recall | Probe

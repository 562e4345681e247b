"""The events of a trial. A paradigm presents them in order, and a model takes one step for each."""

from __future__ import annotations

from typing import NamedTuple


class Study(NamedTuple):
    """The participant studies the item at this serial position (0-based)."""

    position: int


class Distract(NamedTuple):
    """The participant does a distractor task for this many seconds."""

    seconds: float

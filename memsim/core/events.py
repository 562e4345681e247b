"""The events of a trial, which a paradigm presents in order and a model answers by its steps."""

from __future__ import annotations

from typing import NamedTuple


class Study(NamedTuple):
    """The participant studies the item at this serial position (0-based)."""

    position: int


class Distract(NamedTuple):
    """The participant does something else for this many seconds."""

    seconds: float

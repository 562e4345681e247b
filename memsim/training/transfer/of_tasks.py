"""What an objective of several tasks has, by which they are scored."""

from __future__ import annotations

from collections.abc import Mapping

from memsim.training.objectives.lists import OfLists
from memsim.training.objectives.objective import Objective


class OfTasks(Objective):
    """Several objectives of lists, whose networks share their weights."""

    tasks: Mapping[str, OfLists]
    """By name."""

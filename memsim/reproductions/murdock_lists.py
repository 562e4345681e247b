"""What the entries about lists of Murdock (1962) and the like share: tasks, people's curves, simulated recalls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel
from memsim.core.loop import simulate
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.data import load_curves
from memsim.paradigms import FreeRecall

LISTS = 20_000
"""Lists of each model in each condition."""
PEOPLE = "Murdock (1962), means over subjects"
MURDOCK = "Murdock (1962), doi:10.1037/h0045106"


def task_of(condition: str) -> FreeRecall:
    """The task of a condition of Murdock (1962): ``20-1`` is 20 words of one second."""
    length, seconds = condition.split("-")
    return FreeRecall(list_length=int(length), presentation_time=float(seconds))


def curve_of(table: pd.DataFrame, name: str = "serial_position_curve") -> pd.Series:
    """One curve of a curve table, by position or lag."""
    return table[table["curve"] == name].set_index("x")["mean"]


def people_curve(condition: str) -> pd.Series:
    """The serial position curve of the people of a condition."""
    return curve_of(load_curves("murdock1962", condition))


def recalls_of(model: MemoryModel[Any], task: FreeRecall, seed: int) -> Recalls:
    """What the model recalls of :data:`LISTS` lists."""
    return simulate(model, task.trials(LISTS, seed), seed)


def distance(pairs: Iterable[tuple[pd.Series, pd.Series]]) -> float:
    """Root mean squared difference over all points of all curves."""
    differences = np.concatenate([(one - other).to_numpy() for one, other in pairs])
    return float(np.sqrt(np.mean(differences**2)))


def position_panels(conditions: Mapping[str, Mapping[str, pd.Series]]) -> list[Panel]:
    """A panel for each condition, with people as the target."""
    return [
        Panel(
            condition, "Serial position", "Probability of recall", people_curve(condition), obtained, "Murdock (1962)"
        )
        for condition, obtained in conditions.items()
    ]

"""What the entries on Murdock (1962) share: tasks, the curves of people, distances from them, panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel
from memsim.core.trials import Paradigm
from memsim.data import load_curves
from memsim.data.registered import DATASETS
from memsim.reproductions.kinds import HumanData
from memsim.reproductions.simulated_lists import curves_by_name

MEANS_OF_PEOPLE = HumanData("Murdock (1962), doi:10.1037/h0045106", "means over the 15 people of each condition")
MURDOCK = "Murdock (1962), doi:10.1037/h0045106"


def task_of(condition: str) -> Paradigm:
    """The task of a condition of Murdock (1962), without the limit of the record that was kept of people."""
    return DATASETS.get("murdock1962").paradigm(condition).replace(output_limit=None)


def people_curve(condition: str) -> pd.Series:
    """The serial position curve of the people in a condition."""
    return curves_by_name(load_curves("murdock1962", condition))["serial_position_curve"]


def distance(pairs: Iterable[tuple[pd.Series, pd.Series]]) -> float:
    """Root mean squared difference between two curves, over all points of all pairs."""
    differences = np.concatenate([(one - other).to_numpy() for one, other in pairs])
    return float(np.sqrt(np.mean(differences**2)))


def position_panels(conditions: Mapping[str, Mapping[str, pd.Series]]) -> list[Panel]:
    """A panel for each condition, with people as the target."""
    return [
        Panel(
            condition,
            "Serial position",
            "Probability of recall",
            people_curve(condition),
            obtained,
            "Murdock (1962)",
            True,
        )
        for condition, obtained in conditions.items()
    ]

"""What the entries on recall share: findings with the means of people as targets, and what a publication predicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.loop import study
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm
from memsim.data import load_curves, load_summary
from memsim.data.registered import DATASETS
from memsim.reproductions.entry import Finding
from memsim.reproductions.kinds import HumanData, Prediction

MURDOCK_CONDITIONS = tuple(DATASETS.get("murdock1962").conditions)
MURDOCK_PEOPLE = HumanData(
    "Murdock (1962), doi:10.1037/h0045106",
    "mean over the 15 people of each condition whose lists are archived; the tolerance is half of its 95% interval",
)
LISTS = 4_000
"""Lists of each model in each condition."""


def in_words(condition: str) -> str:
    """A condition of Murdock (1962) in words: ``20-1`` is "20 words, 1 s each"."""
    length, seconds = condition.split("-")
    return f"{length} words, {seconds} s each"


def statistic(condition: str, name: str) -> pd.Series:
    """``mean, sem, low, high`` of a statistic of the people in a condition of Murdock (1962)."""
    return load_summary("murdock1962", condition).set_index("statistic").loc[name]


def curve(condition: str, name: str) -> pd.DataFrame:
    """``mean, sem, low, high`` by x of a curve of the people in a condition of Murdock (1962)."""
    table = load_curves("murdock1962", condition)
    return table[table["curve"] == name].set_index("x")


def beside(quantity: str, people: pd.Series, obtained: float, origin: HumanData, known: str = "") -> Finding:
    """A number of a model beside the mean of people: reproduced within half of the 95% interval of people.

    ``people`` has ``mean, low, high``.
    """
    return Finding(quantity, float(people["mean"]), obtained, float(people["high"] - people["low"]) / 2, origin, known)


def first_responses(model: MemoryModel[Any], task: Paradigm) -> FloatArray:
    """(list_length,) the probability that recall begins with each word, given that it begins.

    Raises
    ------
    InputError : the encoding of the model is random, so that this takes simulated lists.
    """
    if model.likelihood != "exact":
        raise InputError(f"{type(model).__name__} encodes at random; take its first responses from simulated lists")
    state = study(model, task.trials(1), stream(0, "unused"))
    first = np.array(model.outcome_probabilities(state)[0])[: task.list_length]
    return np.asarray(first / first.sum())


def predicted(shown: Mapping[str, bool], origin: Prediction, known: Mapping[str, str]) -> list[Finding]:
    """A finding for each prediction, by its quantity: 1 where it comes out, else 0."""
    return [Finding(each, 1.0, float(came_out), 0.0, origin, known.get(each, "")) for each, came_out in shown.items()]

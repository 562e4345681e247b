"""A prediction without a model, of answers among options: tables of what people chose, over what chance would choose.

It does for cued recall, serial recall and recognition what :mod:`memsim.evaluation.reference` does for free recall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import BoolArray, FloatArray
from memsim.evaluation.reference import SMOOTHING

_Whole = npt.NDArray[np.int64]
PRIOR = 0.1
"""Of the exponents of tables, around 1: the weight of squared differences."""


class Feature(NamedTuple):
    """What an option is like, as a category; an option without one has category -1."""

    category: _Whole
    """(n_answers, n_options)"""
    size: int
    """The number of categories."""
    of_person: bool
    """Whether each person has a table of this feature, smoothed towards that of all people."""


@dataclass(frozen=True)
class Answers:
    """Answers of people among options, one by one."""

    list: _Whole
    """(n_answers,) row of the list."""
    subject: npt.NDArray[np.str_]
    """(n_answers,) labels of people."""
    chosen: _Whole
    """(n_answers,) column of the option that was chosen."""
    possible: BoolArray
    """(n_answers, n_options) the options that there were."""
    features: tuple[Feature, ...]

    @property
    def share(self) -> FloatArray:
        """(n_answers, n_options) probabilities if all possible options are equally likely."""
        found: FloatArray = self.possible / self.possible.sum(axis=1, keepdims=True)
        return found


def predicted(train: Answers, test: Answers) -> FloatArray:
    """(n_answers, n_options) log-probabilities of the options of ``test``, from tables of ``train``.

    An option has probability proportional to the product over features f of T_f(c)^a_f, where c is its category and T_f
    how often people chose that category, over how often chance among the possible options would. The table of a person
    is smoothed towards that of all; a person who is not in ``train`` is predicted from all. Smoothing and exponents are
    those that best predict each list of ``train`` from the others.
    """
    people = {label: i for i, label in enumerate(np.unique(train.subject).tolist())}
    own = _person(train, people)
    tables = [_Table.of(train, feature, own, len(people)) for feature in train.features]
    weights, exponents = [], np.ones(len(tables))
    held = [table.preferences(train, feature, own, None) for table, feature in zip(tables, train.features, strict=True)]
    for index, (table, feature) in enumerate(zip(tables, train.features, strict=True)):
        best = SMOOTHING[-1]
        if feature.of_person:
            tried = {}
            for weight in SMOOTHING:
                held[index] = table.preferences(train, feature, own, weight)
                tried[weight] = _chosen(train, held, exponents).sum()
            best = max(tried, key=lambda weight: tried[weight])
        held[index] = table.preferences(train, feature, own, best)
        weights.append(best)
    exponents = _exponents(train, held)
    new = _person(test, people)
    found = [
        table.preferences(test, feature, new, weight, left_out=False)
        for table, feature, weight in zip(tables, test.features, weights, strict=True)
    ]
    return _log_probabilities(test, found, exponents)


def _person(answers: Answers, people: dict[str, int]) -> _Whole:
    return np.array([people.get(label, len(people)) for label in answers.subject.tolist()], dtype=np.int64)


class _Table(NamedTuple):
    """Choices made, and expected by chance."""

    group: FloatArray
    """(2, size)"""
    persons: FloatArray
    """(2, n_people + 1, size); the last person is unknown, and has none."""
    lists: FloatArray
    """(2, n_lists, size) of each list of the table."""

    @classmethod
    def of(cls, answers: Answers, feature: Feature, person: _Whole, n_people: int) -> _Table:
        made = np.zeros(answers.possible.shape)
        made[np.arange(len(made)), answers.chosen] = 1
        n_lists = int(answers.list.max(initial=-1)) + 1
        counts = [
            [
                _summed(feature, where, n_rows, each)
                for where, n_rows in ((person, n_people + 1), (answers.list, n_lists))
            ]
            for each in (made, answers.share)
        ]
        persons, lists = np.array([each[0] for each in counts]), np.array([each[1] for each in counts])
        return cls(persons.sum(axis=1), persons, lists)

    def preferences(
        self, answers: Answers, feature: Feature, person: _Whole, weight: float | None, *, left_out: bool = True
    ) -> FloatArray:
        """(n_answers, n_options) logarithms of the table.

        ``left_out``: the answers are among those of the table, and each is predicted without its list.
        """
        less = self.lists if left_out else np.zeros((2, int(answers.list.max(initial=-1)) + 1, feature.size))
        made, expected = self.group[:, None] - less
        ratio = ((made + 1) / (expected + 1))[answers.list]
        if feature.of_person and weight is not None:
            made, expected = self.persons[:, person] - less[:, answers.list]
            ratio = (made + weight * ratio) / (expected + weight)
        found = np.log(np.take_along_axis(ratio, np.maximum(feature.category, 0), axis=1))
        return np.where(feature.category >= 0, found, 0.0)


def _summed(feature: Feature, row: _Whole, n_rows: int, values: FloatArray) -> FloatArray:
    known = feature.category >= 0
    cell = (row[:, None] * feature.size + feature.category)[known]
    found: FloatArray = np.bincount(cell, values[known], n_rows * feature.size).astype(float)
    return found.reshape(n_rows, feature.size)


def _log_probabilities(answers: Answers, preferences: list[FloatArray], exponents: FloatArray) -> FloatArray:
    weight = sum((a * each for a, each in zip(exponents, preferences, strict=True)), np.zeros(answers.possible.shape))
    weight = np.where(answers.possible, weight, -np.inf)
    weight -= weight.max(axis=1, keepdims=True)
    found: FloatArray = weight - np.log(np.exp(weight).sum(axis=1, keepdims=True))
    return found


def _chosen(answers: Answers, preferences: list[FloatArray], exponents: FloatArray) -> FloatArray:
    every = _log_probabilities(answers, preferences, exponents)
    found: FloatArray = every[np.arange(len(answers.list)), answers.chosen]
    return found


def _exponents(answers: Answers, preferences: list[FloatArray]) -> FloatArray:
    """The exponents of highest likelihood; a weak prior keeps them near 1."""
    stacked = np.array(preferences)
    at = np.arange(len(answers.list)), answers.chosen
    exponents = np.ones(len(stacked))
    for _ in range(30):
        chance = np.exp(_log_probabilities(answers, preferences, exponents))
        mean = np.einsum("fao,ao->fa", stacked, chance)
        slope = (stacked[:, at[0], at[1]] - mean).sum(axis=1) - PRIOR * (exponents - 1)
        second = np.einsum("fao,gao,ao->fg", stacked, stacked, chance) - mean @ mean.T
        step = np.linalg.solve(second + PRIOR * np.eye(len(stacked)), slope)
        exponents = exponents + step * min(1.0, 1.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-5:
            break
    return exponents

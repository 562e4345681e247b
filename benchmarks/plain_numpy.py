"""Analyses as laboratories write them: loops over the rows of a recall matrix, with numpy within a row.

They serve as a benchmark and as a check, since they follow the definitions by other means than memsim.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[Any]


def clean(row: Matrix) -> list[int]:
    """Serial positions in output order; 0 where a response is an intrusion or a repeat."""
    seen: set[int] = set()
    kept = []
    for position in row[row != 0].tolist():
        kept.append(position if position > 0 and position not in seen else 0)
        seen.add(position)
    return kept


def by_subject(recalls: Matrix, subjects: Matrix, analyse: Any) -> Matrix:
    """One row of results for each subject."""
    return np.array([analyse(recalls[subjects == subject]) for subject in np.unique(subjects)])


def serial_position_curve(recalls: Matrix, subjects: Matrix, length: int) -> Matrix:
    def of_one(rows: Matrix) -> Matrix:
        return np.mean([np.isin(np.arange(1, length + 1), row) for row in rows], axis=0)

    return by_subject(recalls, subjects, of_one)


def probability_of_nth_recall(recalls: Matrix, subjects: Matrix, length: int) -> Matrix:
    def of_one(rows: Matrix) -> Matrix:
        actual = np.zeros((length, length))
        possible = np.zeros((length, length))
        for row in rows:
            left = np.ones(length, dtype=bool)
            for n, position in enumerate(position for position in clean(row) if position):
                actual[n, position - 1] += 1
                possible[n] += left
                left[position - 1] = False
        with np.errstate(invalid="ignore"):
            return actual / possible

    return by_subject(recalls, subjects, of_one)


def lag_crp(recalls: Matrix, subjects: Matrix, length: int) -> Matrix:
    positions = np.arange(1, length + 1)

    def of_one(rows: Matrix) -> Matrix:
        actual = np.zeros(2 * length - 1)
        possible = np.zeros(2 * length - 1)
        for row in rows:
            left = np.ones(length, dtype=bool)
            before = 0
            for position in clean(row):
                if position and before:
                    actual[position - before + length - 1] += 1
                    possible[positions[left] - before + length - 1] += 1
                if position:
                    left[position - 1] = False
                before = position
        with np.errstate(invalid="ignore"):
            return actual / possible

    return by_subject(recalls, subjects, of_one)


def lag_rank(recalls: Matrix, subjects: Matrix, length: int) -> Matrix:
    positions = np.arange(1, length + 1)

    def of_one(rows: Matrix) -> float:
        ranks = []
        for row in rows:
            left = np.ones(length, dtype=bool)
            before = 0
            for position in clean(row):
                if position and before and left.sum() > 1:
                    lags = np.abs(positions[left] - before)
                    lag = abs(position - before)
                    nearer, equal = (lags < lag).sum(), (lags == lag).sum()
                    ranks.append(1 - (nearer + (equal - 1) / 2) / (len(lags) - 1))
                if position:
                    left[position - 1] = False
                before = position
        return float(np.mean(ranks)) if ranks else np.nan

    return by_subject(recalls, subjects, of_one)

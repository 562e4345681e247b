"""Compiled loops of choice in proportion to strength, and their adjoint."""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit


@njit(cache=True, error_model="numpy")
def events_by_strength(weight, stopping, owner, columns, outcome, silence, total):  # type: ignore[no-untyped-def]
    """Fill the probabilities of events in ``columns``, and the ``total`` strength before each.

    ``weight`` (n_models, L) are the strengths of words, ``stopping`` (n_models,) those of stopping.
    """
    length = weight.shape[1]
    left = np.empty(length)
    for trial in range(len(columns)):
        model = owner[trial]
        left[:] = weight[model]
        for output in range(columns.shape[1]):
            column = columns[trial, output]
            if column < 0:
                break
            strength = stopping[model]
            for word in range(length):
                strength += left[word]
            total[trial, output] = strength
            silence[trial, output] = stopping[model] / strength
            if column == length:
                outcome[trial, output] = silence[trial, output]
            else:
                outcome[trial, output] = left[column] / strength
                left[column] = 0.0


@njit(cache=True, error_model="numpy")
def pull_strength(  # type: ignore[no-untyped-def]
    owner, columns, outcome, silence, total, by_outcome, by_silence, by_weight, by_stopping
):
    """Add the derivatives by the strengths of words and of stopping, given those by the events."""
    length = by_weight.shape[1]
    is_left = np.empty(length, dtype=np.bool_)
    for trial in range(len(columns)):
        model = owner[trial]
        is_left[:] = True
        for output in range(columns.shape[1]):
            column = columns[trial, output]
            if column < 0:
                break
            by, by_none = by_outcome[trial, output], by_silence[trial, output]
            by_total = -(by * outcome[trial, output] + by_none * silence[trial, output]) / total[trial, output]
            for word in range(length):
                if is_left[word]:
                    by_weight[model, word] += by_total
            by_stopping[model] += by_total + by_none / total[trial, output]
            if column == length:
                by_stopping[model] += by / total[trial, output]
            else:
                by_weight[model, column] += by / total[trial, output]
                is_left[column] = False

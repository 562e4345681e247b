"""Compiled echoes of MINERVA 2: the activation of each trace by a probe, and what the traces together return.

Features are -1, 0 or 1. Arrays: ``vectors`` (n_trials, n_units, n_features) of items; ``units`` (n_trials, n_probes,
n_halves) of each half of a probe, -1 where it is empty; ``contexts`` (n_trials, n_lists, n_context) of lists; ``about``
(n_trials, n_probes) the list whose context a probe has, -1 for none; ``traces`` (n_trials, n_traces, width) with the
features of all halves and then of the context; ``counts`` (n_probes,) traces stored before each probe.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit


@njit(cache=True, error_model="numpy", forceinline=True)
def _fill(probe, vectors, units, contexts, about):  # type: ignore[no-untyped-def]
    """Write the features of one probe."""
    n_features = vectors.shape[1]
    for half in range(len(units)):
        for feature in range(n_features):
            probe[half * n_features + feature] = vectors[units[half], feature] if units[half] >= 0 else 0
    start = len(units) * n_features
    for feature in range(contexts.shape[1]):
        probe[start + feature] = contexts[about, feature] if about >= 0 else 0


@njit(cache=True, error_model="numpy", forceinline=True)
def _activation(probe, trace, power):  # type: ignore[no-untyped-def]
    """Similarity, with the sign kept, to a power; similarity is the mean product of features that are not both 0."""
    product, relevant = 0, 0
    for feature in range(len(probe)):
        product += probe[feature] * trace[feature]
        relevant += (probe[feature] != 0) | (trace[feature] != 0)
    if relevant == 0:
        return 0.0
    similarity, size = product / relevant, abs(product / relevant)
    for _ in range(power - 1):
        similarity *= size
    return similarity


@njit(cache=True, error_model="numpy")
def echo_intensity(vectors, units, contexts, about, traces, counts, power):  # type: ignore[no-untyped-def]
    """(n_trials, n_probes) sums of the activations of traces."""
    n_trials, n_probes = about.shape
    found = np.zeros((n_trials, n_probes))
    probe = np.empty(traces.shape[2], dtype=np.int8)
    for row in range(n_trials):
        for number in range(n_probes):
            _fill(probe, vectors[row], units[row, number], contexts[row], about[row, number])
            total = 0.0
            for trace in range(counts[number]):
                total += _activation(probe, traces[row, trace], power)
            found[row, number] = total
    return found


@njit(cache=True, error_model="numpy")
def echo_content(vectors, units, contexts, about, traces, counts, power):  # type: ignore[no-untyped-def]
    """(n_trials, n_probes, width) sums of traces, weighted by their activations."""
    n_trials, n_probes = about.shape
    found = np.zeros((n_trials, n_probes, traces.shape[2]))
    probe = np.empty(traces.shape[2], dtype=np.int8)
    for row in range(n_trials):
        for number in range(n_probes):
            _fill(probe, vectors[row], units[row, number], contexts[row], about[row, number])
            for trace in range(counts[number]):
                activation = _activation(probe, traces[row, trace], power)
                for feature in range(len(probe)):
                    found[row, number, feature] += activation * traces[row, trace, feature]
    return found

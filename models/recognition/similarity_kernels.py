"""Compiled sums of the similarity of probes to stored traces.

Arrays: ``vectors`` (n_trials or 1, n_vectors, n_features) of items, of which ``index`` (n_trials, n_probes) is that of
each probe; ``contexts`` (n_trials, n_probes, n_context) attributes of the context of each probe; ``traces`` (n_trials,
n_features + n_context, n_traces), where NaN is an attribute that was not stored; ``weights`` (n_features + n_context,)
of attributes; ``recency`` (n_traces,) weight of a trace by its age, that of the last trace being 0; ``counts``
(n_probes,) traces stored before each probe. Attributes are outside and traces inside, so that traces run in parallel.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit


@njit(cache=True, error_model="numpy")
def summed_exponential(vectors, index, contexts, traces, weights, recency, counts, decay, city_block):  # type: ignore[no-untyped-def]
    """(n_trials, n_probes) sums of α exp(-τ d) over traces; 0 where there is no probe."""
    (n_trials, n_probes), n_features = index.shape, vectors.shape[2]
    found = np.zeros((n_trials, n_probes))
    distance = np.empty(traces.shape[2])
    for row in range(n_trials):
        items = vectors[row % len(vectors)]
        for probe in range(n_probes):
            count, which = counts[probe], index[row, probe]
            if which < 0:
                continue
            distance[:count] = 0
            for attribute in range(traces.shape[1]):
                weight, stored = weights[attribute], traces[row, attribute]
                if attribute < n_features:
                    value = items[which, attribute]
                else:
                    value = contexts[row, probe, attribute - n_features]
                if city_block:
                    for trace in range(count):
                        gap = value - stored[trace]
                        distance[trace] += weight * abs(gap) if gap == gap else 0.0
                else:
                    for trace in range(count):
                        gap = value - stored[trace]
                        distance[trace] += weight * gap * gap if gap == gap else 0.0
            total = 0.0
            for trace in range(count):
                away = distance[trace] if city_block else math.sqrt(distance[trace])
                total += recency[count - 1 - trace] * math.exp(-decay * away)
            found[row, probe] = total
    return found


@njit(cache=True, error_model="numpy")
def smooth_maximum(vectors, index, contexts, traces, weights, recency, counts, focus):  # type: ignore[no-untyped-def]
    """(n_trials, n_probes) log Σ α exp(κ cos) / κ over traces; -inf without traces, 0 where there is no probe."""
    (n_trials, n_probes), n_features = index.shape, vectors.shape[2]
    found = np.zeros((n_trials, n_probes))
    product, own, other = np.empty((3, traces.shape[2]))
    for row in range(n_trials):
        items = vectors[row % len(vectors)]
        for probe in range(n_probes):
            count, which = counts[probe], index[row, probe]
            if which < 0:
                continue
            product[:count], own[:count], other[:count] = 0, 0, 0
            for attribute in range(traces.shape[1]):
                weight, stored = weights[attribute], traces[row, attribute]
                if attribute < n_features:
                    value = items[which, attribute]
                else:
                    value = contexts[row, probe, attribute - n_features]
                for trace in range(count):
                    held = stored[trace]
                    product[trace] += weight * value * held if held == held else 0.0
                    own[trace] += weight * value * value if held == held else 0.0
                    other[trace] += weight * held * held if held == held else 0.0
            total = 0.0
            for trace in range(count):
                size = math.sqrt(own[trace] * other[trace])
                cosine = product[trace] / size if size > 0 else 0.0
                total += recency[count - 1 - trace] * math.exp(focus * (cosine - 1))
            found[row, probe] = 1 + math.log(total) / focus
    return found


@njit(cache=True, error_model="numpy")
def similarity_of_pairs(traces, weights, decay, city_block):  # type: ignore[no-untyped-def]
    """(n_trials, n_traces + 1) mean similarity of two of the first 0, 1, ... traces; 0 for fewer than two."""
    n_trials, n_attributes, n_traces = traces.shape
    found = np.zeros((n_trials, n_traces + 1))
    distance = np.empty(n_traces)
    for row in range(n_trials):
        total = 0.0
        for later in range(1, n_traces):
            distance[:later] = 0
            for attribute in range(n_attributes):
                value, weight = traces[row, attribute, later], weights[attribute]
                for trace in range(later):
                    gap = abs(value - traces[row, attribute, trace])
                    distance[trace] += weight * (gap if city_block else gap * gap) if gap == gap else 0.0
            for trace in range(later):
                total += math.exp(-decay * (distance[trace] if city_block else math.sqrt(distance[trace])))
            found[row, later + 1] = total / (later * (later + 1) / 2)
    return found

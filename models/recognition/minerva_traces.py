"""Items, contexts and traces of MINERVA 2 in a batch of trials, and what probes meet in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.probes import ABSENT
from memsim.core.trials import Trials
from memsim.models.recognition.fixed_memory import ManyProbes, Stored, positions_of_traces, studied_vectors


class Layout(NamedTuple):
    """Where the items of lists stand in traces."""

    n_halves: int
    """2 where traces or probes are pairs."""
    trace: IntArray
    """(list_length,) the trace of each serial position."""
    half: IntArray
    """(list_length,) its half."""

    @classmethod
    def of(cls, trials: Trials) -> Layout:
        """The layout of ``trials``; an item that is studied alone is in the first half."""
        task, traces = trials.paradigm, positions_of_traces(trials)
        pairs = task.judged == "pair" or task.cue == "item" or task.studies_pairs
        trace, half = np.zeros((2, trials.list_length), dtype=np.int32)
        for number, positions in enumerate(traces):
            for which, position in enumerate(positions):
                trace[position], half[position] = number, which
        return cls(1 + pairs, trace, half)

    def halves(self, units: IntArray) -> IntArray:
        """(n_trials, n_probes, n_halves) the unit in each half of probes, -1 where it is empty.

        A single item stands in the half in which it was studied first; one that was not studied, in the first.
        """
        if units.shape[2] == self.n_halves:
            return units
        found = np.full((*units.shape[:2], 2), ABSENT, dtype=np.int32)
        studied = (units >= 0) & (units < len(self.half))
        half = np.where(studied, self.half[np.where(studied, units, 0)], 0)
        np.put_along_axis(found, half, units, axis=2)
        return found


@dataclass(kw_only=True)
class ListOfTraces(Stored):
    """What an integrated model holds: the traces alone, without their features."""

    layout: Layout

    def meetings(self, probes: ManyProbes) -> tuple[IntArray, IntArray]:
        """(n, 6) different meetings of probes with memory, and (n_trials * n_probes,) which of them each probe has.

        A meeting is the number of items in the probe, whether a half is empty, and the numbers of traces that share
        both halves, the first, the second, and none (see :mod:`memsim.models.recognition.intensity_distribution`).

        Raises
        ------
        InputError : an item that is probed in another half than that of its study.
        """
        units = self.layout.halves(probes.units)
        known = (units >= 0) & (units < len(self.layout.trace))
        at = np.where(known, units, 0)
        match = known & (self.layout.trace[at] < probes.stored[:, None])
        swapped = match & (self.layout.half[at] != np.arange(units.shape[2]))
        if swapped.any():
            row, probe, half = np.argwhere(swapped)[0]
            raise InputError(
                f"MINERVA2: row {row}, probe {probe + 1} has in half {half + 1} an item that was studied in the other; "
                "set evidence='realised' for probes whose halves are exchanged"
            )
        first, n_items = match[..., 0], (units >= 0).sum(axis=2)
        second = match[..., -1] & (self.layout.n_halves == 2)
        both = first & second & (self.layout.trace[at[..., 0]] == self.layout.trace[at[..., -1]])
        single = n_items < 2  # which half has it makes no difference
        first, second = np.where(single, first | second, first & ~both), second & ~both & ~single
        other = probes.stored - np.sum((both, first, second), axis=0)
        empty = self.layout.n_halves - np.maximum(n_items, 1)
        shape = (3, 2, 2, 2, 2, 1 + int(probes.stored.max(initial=0)))
        codes = np.ravel_multi_index((n_items, empty, both + 0, first + 0, second + 0, other), shape)
        different, which = np.unique(codes.ravel(), return_inverse=True)
        return np.stack(np.unravel_index(different, shape), axis=1).astype(np.int32), which.astype(np.int32)


@dataclass(kw_only=True)
class EncodedTraces(Stored):
    """The features of items, contexts and traces, and the outcome of a cue."""

    layout: Layout
    vectors: Any
    """(n_trials, n_units, n_features) features of items."""
    contexts: Any
    """(n_trials, n_lists, n_context) features of lists; none where no probe asks about a list."""
    traces: Any
    """(n_trials, n_traces, width) what is stored of them."""
    lexicon: Any
    """(n_trials, list_length, n_features) features of the items of lists."""
    first_presentation: IntArray
    outcomes: FloatArray | None = None
    """(n_trials, list_length + 1) probability of each response to the last cue."""

    def probed(self, probes: ManyProbes) -> tuple[Any, IntArray, Any, IntArray, Any, IntArray]:
        """The arguments of the kernels of :mod:`memsim.models.recognition.echo_kernels`."""
        units = np.ascontiguousarray(self.layout.halves(probes.units))
        about = np.ascontiguousarray(probes.about)
        if about.max(initial=ABSENT) >= self.contexts.shape[1]:
            raise InputError(
                f"MINERVA2: a probe asks about list {about.max() + 1}, but the trials have {self.contexts.shape[1]}"
            )
        return self.vectors, units, self.contexts, about, self.traces, probes.stored


def encoded_traces(
    trials: Trials, rng: np.random.Generator, n_features: int, n_context: int, encoding: float
) -> EncodedTraces:
    """Draw items, contexts of lists where probes ask about them, and which features of traces are stored."""
    layout, n_trials = Layout.of(trials), len(trials)
    lists = trials.paradigm.list_of_position
    by_list = trials.probes is not None and trials.probes.about is not None and trials.probes.about.max(initial=-1) >= 0
    vectors = rng.integers(-1, 2, (n_trials, trials.n_units, n_features), dtype=np.int8)
    contexts = rng.integers(-1, 2, (n_trials, 1 + lists.max(), n_context if by_list else 0), dtype=np.int8)
    lexicon = studied_vectors(vectors, trials)
    positions, width = positions_of_traces(trials), layout.n_halves * n_features
    traces = np.zeros((n_trials, len(positions), width + contexts.shape[2]), dtype=np.int8)
    for number, of_trace in enumerate(positions):
        for half, position in enumerate(of_trace):
            traces[:, number, half * n_features : (half + 1) * n_features] = lexicon[:, position]
        traces[:, number, width:] = contexts[:, lists[of_trace[0]]]
    if encoding < 1:
        traces *= rng.random(traces.shape, dtype=np.float32) < encoding
    return EncodedTraces(
        layout=layout, vectors=vectors, contexts=contexts, traces=traces, lexicon=lexicon,
        first_presentation=trials.first_presentation,
    )  # fmt: skip

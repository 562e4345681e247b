"""The state of SAM in a batch of trials."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray


@dataclass
class SAMState:
    """The strengths after study, and the state of the search, in each trial."""

    context: FloatArray
    """(n_trials, list_length) strength from context to each item, S(C, i)."""
    links: FloatArray
    """(n_trials, list_length, list_length) strength from item q (row) to item i, S(q, i)."""
    store: IntArray
    """(n_trials, store_size) positions in the short-term store, oldest first; the first ``n_stored`` are in use."""
    occupancy: FloatArray
    """(list_length, store_size) probability that an item is the oldest, second oldest, ... in the store."""
    chance: FloatArray
    """(2, n_trials, list_length) random numbers: which item each displaces, and which ones context can recover."""
    seconds: FloatArray
    """(list_length,) the presentation time of each position; of a pair, that of its first."""
    recalled: BoolArray
    cue: IntArray
    """(n_trials,) the item that is a cue together with context; -1 for context alone."""
    previous: IntArray
    """(n_trials,) the cue before it."""
    belief: FloatArray
    """(n_trials, 1 or 2, sampling_failures_max) probability of each number of failures so far; the second row is for
    the case that the last word was found with an item cue, if that changes a strength (``backward_increment``)."""
    done: BoolArray
    by_context: FloatArray
    """(n_trials, list_length) probability that context alone recovers the item; with ``failure_memory="component"`` it
    is settled once, hence 0 or 1."""
    read: FloatArray
    """(n_trials, list_length) weight of each item when the store is read out."""
    reads_left: IntArray
    studied_at: FloatArray
    """(n_trials, list_length) seconds from the start of the trial to the end of the last study of each item."""
    n_stored: int = 0
    clock: float = 0.0
    """Seconds of study and distraction so far."""
    studied: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(list_length,) positions that were studied so far."""
    first: IntArray | None = None
    """(n_trials, list_length) first position of each position's item, which holds its strengths; ``None`` where no
    list holds an item twice."""
    stored: IntArray | None = None
    """(n_trials,) in place of ``n_stored`` where lists hold an item twice."""
    partner_of: IntArray | None = None
    """(n_trials,) position of the item that is the cue of cued recall; list_length if it is a new one."""

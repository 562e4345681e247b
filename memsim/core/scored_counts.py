"""How many events of each trial a model scores, and how many responses it leaves out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.judgments import Judgments, Responses
from memsim.core.outcomes import scored_outcomes


class ScoredCounts(NamedTuple):
    """Numbers in each trial, (n_trials,) each."""

    events: IntArray
    """Responses that are scored, answers to probes, and where recall stopped by itself one more."""
    intrusions: IntArray
    """Intrusions left out."""
    repeats: IntArray
    """Repeats left out."""


def scored_counts(responses: Responses, repeats: bool, intrusions: bool) -> ScoredCounts:
    """The counts for a model that may produce repeats and intrusions, or not."""
    recalls = responses.recalls if isinstance(responses, Judgments) else responses
    answers = responses.answered.sum(axis=1) if isinstance(responses, Judgments) else 0
    if recalls is None:
        nothing = np.zeros(len(responses), dtype=np.int32)
        return ScoredCounts(np.asarray(answers, dtype=np.int32), nothing, nothing)
    outcomes = scored_outcomes(recalls, repeats, intrusions)
    return ScoredCounts(outcomes.n_events + answers, outcomes.intrusions, outcomes.repeats)

"""The mean evidence of probes in a model that realises its encoding."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.judgment_loop import evidence_of
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream
from memsim.core.trials import Trials


def realised_evidence(model: MemoryModel[Any], trials: Trials, seed: int) -> FloatArray:
    """(n_trials, n_probes) the evidence of every probe.

    It is for models whose evidence is one number given the encoding, and does not depend on earlier answers.
    """
    any_rating = np.ones((len(trials), trials.paradigm.n_probes), dtype=np.int32)
    found = evidence_of(model, Judgments(trials, any_rating), stream(seed, "evidence"))
    each: list[Any] = [getattr(one, "evidence", one) for one in found]
    return np.stack([np.broadcast_to(one.mean, len(trials)) for one in each], axis=1).astype(float)


def mean_and_error(blocks: FloatArray) -> tuple[float, float]:
    """The mean of a number over blocks of lists, and its standard error."""
    return float(blocks.mean()), float(blocks.std(ddof=1) / np.sqrt(len(blocks)))

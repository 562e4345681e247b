"""All probes of a test at the end at once: as by the steps, and refused where memory changes in between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from memsim import log_likelihood, simulate
from memsim.core.judgment_likelihood import judgment_likelihood
from memsim.core.tested_at_end import every_probe, studied_state
from memsim.models import BCDMEM, SAM, OsthDennis
from memsim.paradigms import ContinuousRecognition, FinalRecognition

SESSION = FinalRecognition(list_length=12, lists=3, list_interval=10.0, n_targets=6, n_lures=4, ratings=4)

MODELS = (BCDMEM(context_size=20, sparsity=0.1), OsthDennis(), SAM())


@pytest.mark.parametrize("noise", [0.0, 0.4])
@pytest.mark.parametrize(
    "model", [BCDMEM(context_size=20, sparsity=0.1), OsthDennis(), SAM()], ids=lambda each: type(each).__name__
)
def test_all_probes_at_once_are_those_of_the_steps(model: Any, noise: float) -> None:
    model = model.replace(criterion_noise=noise, criterion_spacing=0.3)
    judgments = simulate(model, SESSION.trials(6, seed=2), seed=1)
    steps = judgment_likelihood(model, judgments, 2, 5, by_steps=True)[0]
    assert np.allclose(log_likelihood(model, judgments, samples=2, seed=5), steps, rtol=0, atol=1e-8)


def test_every_probe_is_that_of_its_trial() -> None:
    trials = SESSION.trials(3, seed=2)
    flat, n = every_probe(trials), trials.paradigm.n_probes
    for index in range(n):
        for all_at_once, one in zip(flat, trials.probe(index), strict=True):
            assert np.array_equal(all_at_once[index::n], one)


def test_study_after_a_probe_is_not_at_the_end() -> None:
    trials = ContinuousRecognition(list_length=6).trials(2)
    assert studied_state(BCDMEM(), trials, np.random.default_rng(0)) is None
    assert SAM().fast_evidence(trials, np.random.default_rng(0)) is None

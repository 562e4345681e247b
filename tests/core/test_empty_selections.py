"""Selections without a trial: any filter may leave none, and nothing is wrong with that."""

import numpy as np
import pytest

import memsim
from memsim.core.abilities import lacks
from memsim.core.simulation import simulate
from memsim.models.registered import MODELS
from memsim.paradigms import (
    AssociativeRecognition,
    ContinuousRecognition,
    CuedRecall,
    FinalRecognition,
    FreeRecall,
    FrequencyJudgment,
    Recognition,
    SerialRecall,
)

TASKS = (
    FreeRecall(4), SerialRecall(4), Recognition(list_length=4, ratings=3), ContinuousRecognition(), FinalRecognition(),
    FrequencyJudgment(), AssociativeRecognition(), CuedRecall(4),
)  # fmt: skip


@pytest.mark.parametrize("name", [name for name in MODELS.names() if name not in ("DNC", "LSTM", "SIMPLE")])
def test_no_trial_is_simulated_and_scored(name: str) -> None:
    model = MODELS.get(name)()
    for task in TASKS:
        if lacks(model, task):
            continue
        responses = simulate(model, task.trials(1, seed=0), seed=0)
        assert len(simulate(model, responses.trials[:0], seed=0)) == 0
        assert len(responses[np.array([False])]) == 0
        if model.likelihood != "none":
            assert memsim.log_likelihood(model, responses[:0]).shape == (0,)

"""Context in the rows of a memory matrix: the golden case of the specification, and TCM's probabilities."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import log_likelihood, simulate
from memsim.analysis.recall.transitions import lag_crp
from memsim.core.loop import study
from memsim.core.seeding import stream
from memsim.models import TCM, ContextMemory
from memsim.models.context.context_memory import random_contexts
from memsim.paradigms import FreeRecall

TASKS = [
    FreeRecall(list_length=7),
    FreeRecall(list_length=7, retention_interval=16),
    FreeRecall(list_length=5, retention_interval=8, inter_item_distraction=3),
]


def probabilities(model: Any, state: Any) -> Any:
    outcome = model.outcome_probabilities(state)
    return outcome[0, :-1] / (1 - outcome[0, -1])


def test_golden_case() -> None:
    """Three items, β = .6, γ = 1, τ = .4."""
    model = ContextMemory(context_drift=0.6, choice_noise=0.4)
    state = study(model, FreeRecall(list_length=3).trials(1), stream(0, "x"))
    state = model.cue(state, "free")
    assert state.context[0] == pytest.approx([0.384, 0.48, 0.6, 0.512])
    assert probabilities(model, state) == pytest.approx([0.107815, 0.239946, 0.652240], abs=1e-6)
    state = model.recalled(state, np.array([1], dtype=np.int32))
    assert state.context[0] == pytest.approx([0.344778, 0.766382, 0.287157, 0.459703], abs=1e-6)
    assert probabilities(model, state) == pytest.approx([0.158897, 0, 0.841103], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    drift=st.floats(0, 1), noise=st.floats(0.05, 5), gamma=st.floats(0, 50), distraction=st.floats(0, 1),
    association=st.sampled_from(["post", "pre"]), task=st.sampled_from(TASKS), seed=st.integers(0, 1000),
)  # fmt: skip
def test_it_is_tcm(
    drift: float, noise: float, gamma: float, distraction: float, association: str, task: FreeRecall, seed: int
) -> None:
    given: Any = {
        "context_drift": drift, "choice_noise": noise, "old_to_new_context": gamma, "distraction_drift": distraction,
        "association": association,
    }  # fmt: skip
    one, other = ContextMemory(**given), TCM(**given)
    recalls = simulate(ContextMemory(), task.trials(20, seed), seed)
    states: Any = [model.cue(study(model, recalls.trials, stream(0, "x")), "free") for model in (one, other)]
    for output in range(recalls.positions.shape[1]):
        mine, its = (model.outcome_probabilities(state) for model, state in zip((one, other), states, strict=True))
        on = recalls.positions[:, output] > 0
        assert mine[on] == pytest.approx(its[on], abs=1e-9)
        position = np.where(on, recalls.positions[:, output] - 1, task.list_length).astype(np.int32)
        states = [model.recalled(state, position) for model, state in zip((one, other), states, strict=True)]
    assert log_likelihood(one, recalls) == pytest.approx(log_likelihood(other, recalls), abs=1e-7)


def test_the_same_recalls_go_forward() -> None:
    recalls = simulate(ContextMemory(), FreeRecall(list_length=12).trials(3000, 1), 1)
    crp = lag_crp(recalls).groupby("lag")["prob"].mean()
    assert crp[1] > crp[-1] > crp[-4]
    symmetric = simulate(ContextMemory(old_to_new_context=0), FreeRecall(list_length=12).trials(3000, 1), 1)
    crp = lag_crp(symmetric).groupby("lag")["prob"].mean()
    assert crp[1] == pytest.approx(crp[-1], abs=0.05) and crp[1] > crp[4]


def test_contexts_of_few_numbers_come_near() -> None:
    """With ever more numbers, random contexts are ever nearer to orthogonal, and the likelihood to that of TCM."""
    recalls = simulate(TCM(), FreeRecall(list_length=8, retention_interval=4).trials(200, 2), 2)
    exact = log_likelihood(TCM(), recalls).sum()
    off = [abs(log_likelihood(ContextMemory(context_units=n), recalls).sum() - exact) for n in (8, 64, 4096)]
    assert off[0] > off[1] > off[2] and off[2] / len(recalls) < 0.02
    assert np.array_equal(random_contexts(5, 16), random_contexts(9, 16)[:5])
    assert np.linalg.norm(random_contexts(5, 16), axis=1) == pytest.approx(np.ones(5))

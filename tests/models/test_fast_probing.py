"""The similarities of all probes at once are those of the steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import log_likelihood, simulate
from memsim.core.encodings import encoding_to_score
from memsim.core.judgment_loop import evidence_of, simulate_judgments
from memsim.core.likelihood import log_likelihood_steps
from memsim.fitting.free_criteria import Answers, answers_of, fitted_criteria
from memsim.models import CMR, TCM
from memsim.models.context.fast_probing import similarities
from memsim.paradigms import FinalRecognition
from tests.models.probed_tasks import Continuous, Judged, JudgedPairs, trials_of

SESSION = FinalRecognition(list_length=12, lists=3, list_interval=2.0, n_targets=9, n_lures=5, ratings=6)
MODELS = [
    TCM(distraction_drift=0.2, context_drift_cue=0.4, lapse=0.02),
    CMR(distraction_drift=0.2, context_drift_cue=0.4),
    CMR(item_to_context_shared=0.1, similarity_jitter=0.3, criterion_noise=0.05),
]


@pytest.mark.parametrize("model", MODELS)
def test_the_likelihood_and_the_answers_are_those_of_the_steps(model: Any) -> None:
    trials = SESSION.trials(5, seed=1)
    judgments = simulate(model, trials, seed=2)
    assert (judgments.ratings == simulate_judgments(model, trials, 2, by_steps=True).ratings).all()
    fast, steps = log_likelihood(model, judgments), log_likelihood_steps(model, judgments, 1, 0)
    assert np.allclose(fast, steps, rtol=0, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=8), st.floats(0, 1), st.floats(0, 1), st.floats(0, 3),
)  # fmt: skip
def test_items_probed_again_and_new_ones(probed: list[int], drift: float, cue: float, gamma: float) -> None:
    """Of the list 0 to 4; others are new, and old on their second probe."""
    model = TCM(context_drift=drift, context_drift_cue=cue, old_to_new_context=gamma)
    trials = trials_of(Judged, [0, 1, 2, 3, 4], [probed], retention_interval=1.0)
    found = similarities(model, trials, np.random.default_rng(0))
    assert found is not None
    judgments = simulate(model, trials, seed=0)
    steps = [float(each.mean[0]) for each in evidence_of(model, judgments, encoding_to_score(0))]
    assert np.allclose(found[0], steps, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [Continuous, JudgedPairs])
def test_pairs_and_continuous_tests_go_by_steps(kind: Any) -> None:
    probes: Any = [[(0, 1)]] if kind is JudgedPairs else [[0, 1, 0, 1]]
    trials = trials_of(kind, [0, 1, 0, 1] if kind is Continuous else [0, 1], probes)
    assert similarities(TCM(), trials, np.random.default_rng(0)) is None


def test_free_criteria_are_those_of_the_steps() -> None:
    model = MODELS[0]
    judgments = simulate(model, SESSION.trials(40, seed=1), seed=2)
    steps = [
        Answers(each, model.criterion_noise, model.lapse, (judgments.ratings[:, [at]] == np.arange(1, 7)).astype(float))
        for at, each in enumerate(evidence_of(model, judgments, encoding_to_score(0)))
    ]
    assert np.allclose(fitted_criteria(answers_of(model, judgments)), fitted_criteria(steps), rtol=0, atol=1e-5)

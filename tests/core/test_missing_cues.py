"""Trials with fewer cues than others: where there is no cue, there is no response and no event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from memsim import ItemPool, Probes, Recalls, Trials, log_likelihood, score, simulate
from memsim.analysis.association.cued_recall import cued_recall_by_direction, cued_recall_responses
from memsim.analysis.association.intrusions import cued_intrusions_by_lag
from memsim.core.errors import InputError
from memsim.core.gradient import log_likelihood_gradient
from memsim.core.lapses import guessed_events
from memsim.core.likelihood import event_log_probabilities, likelihood_parts, sum_of
from memsim.core.loop import simulate_steps
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.scored_counts import scored_counts
from memsim.models import TCM
from memsim.models.registered import models_of
from memsim.paradigms import CuedRecall

TASK = CuedRecall(list_length=4)
CUED = {name: model for name, model in models_of(TASK).items() if isinstance(model, MemoryModel)}


def trials_of(n_trials: int = 300) -> Trials:
    """Two pairs, of which the second is not cued in every other trial."""
    probes = np.tile([[[0, -1], [2, -1]]], (n_trials, 1, 1))
    probes[::2, 1] = -1
    return Trials(np.tile(np.arange(4), (n_trials, 1)), ItemPool.numbered(8), TASK, probes=Probes(probes))


@pytest.mark.parametrize("model", CUED.values(), ids=CUED)
@pytest.mark.parametrize("lapses", [{}, {"lapse": 0.5, "list_lapse": 0.2}])
def test_no_model_responds_where_there_is_no_cue(model: MemoryModel[Any], lapses: dict[str, float]) -> None:
    model = model.replace(**lapses)
    recalls = simulate(model, trials_of(), seed=1)
    assert not recalls.positions[::2, 1].any() and recalls.positions[1::2, 1].any()
    assert np.array_equal(simulate_steps(model, recalls.trials, 1).positions, recalls.positions)
    # The missing cue costs nothing: the trial scores as in a task with one cue.
    trials = recalls.trials
    assert trials.probes is not None
    first = Probes(trials.probes.items[:, :1])
    alone = Trials(trials.items, trials.pool, OneCue(list_length=4), probes=first)[::2]
    of_one = Recalls(alone, recalls.positions[::2, :1])
    if model.likelihood == "exact":
        assert log_likelihood(model, recalls)[::2] == pytest.approx(log_likelihood(model, of_one))
    events = event_log_probabilities(model, recalls)
    assert np.isnan(events[::2, 1]).all() and not np.isnan(events[1::2]).any()


@dataclass(frozen=True)
class OneCue(CuedRecall):
    @property
    def n_probes(self) -> int:
        return 1


def test_a_missing_cue_is_no_event() -> None:
    recalls = Recalls(trials_of(4), [[2, 0], [2, 0], [0, 0], [0, 4]])
    assert scored_outcomes(recalls, repeats=False).columns[:, 1].tolist() == [NO_EVENT, 4, NO_EVENT, 3]
    assert scored_counts(recalls, False, False).events.tolist() == [1, 2, 1, 2]
    assert guessed_events(recalls, False, False).outcome.tolist() == [[0.2, 1], [0.2, 0.2], [0.2, 1], [0.2, 0.2]]
    model = TCM(lapse=0.1)
    assert sum_of(likelihood_parts(model, recalls)) == pytest.approx(log_likelihood(model, recalls))
    assert score(model, recalls)["events"].tolist() == [1, 2, 1, 2]
    found = log_likelihood_gradient(model, recalls, ["context_drift"])
    assert found.log_likelihood == pytest.approx(log_likelihood(model, recalls))
    step = [log_likelihood(model.replace(context_drift=model.context_drift + d), recalls).sum() for d in (-1e-5, 1e-5)]
    assert found.gradient["context_drift"] == pytest.approx((step[1] - step[0]) / 2e-5, rel=1e-3)


def test_analyses_and_tables_leave_missing_cues_out() -> None:
    recalls = Recalls(trials_of(4), [[2, 0], [4, 0], [0, 0], [2, 4]])
    assert cued_recall_by_direction(recalls)["possible"].tolist() == [6, 0]
    responses = cued_recall_responses(recalls).set_index("response")
    assert responses.loc["none", "actual"] == 2 and (responses["possible"] == 6).all()
    assert cued_intrusions_by_lag(recalls, per="cue")["possible"].sum() == 6
    frame = recalls.to_frame()
    assert (frame["trial_type"] == "test").sum() == 6
    read = Recalls.from_frame(frame, paradigm=TASK)
    assert np.array_equal(read.positions, recalls.positions)
    assert read.trials.probes is not None and read.trials.probes.given.tolist() == [[True, False], [True, True]] * 2


def test_a_response_without_a_cue_is_refused() -> None:
    with pytest.raises(InputError, match="row 0 has a response at output 2, where its trial has no cue; write 0"):
        Recalls(trials_of(2), [[2, 4], [2, 4]])

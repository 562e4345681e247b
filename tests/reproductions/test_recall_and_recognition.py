"""The entry on recall and recognition of the same people, with few of them and short sessions: every part of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from memsim import Judgments, log_likelihood, simulate
from memsim.core.errors import InputError
from memsim.core.joint_recalls import JointRecalls
from memsim.fitting.spec import FitSpec
from memsim.models import SAM, TCM
from memsim.paradigms import FinalRecognition, FreeRecall, Recognition
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.recognition import recall_and_recognition as entry
from memsim.reproductions.recognition import recall_and_recognition_fits as fits
from memsim.reproductions.recognition import recall_and_recognition_sampled as sampled
from memsim.reproductions.recognition.recall_and_recognition_fits import (
    BOTH,
    CHOICE,
    DRIFT,
    LEARNED,
    SCALE,
    TESTS,
    Account,
    Effort,
    best_of,
    first_of,
    learned_by,
    search_cell,
)
from memsim.reproductions.recognition.recall_and_recognition_sampled import Sampling
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

TRUE = TCM(**{**entry.START, "distraction_drift": 0.02}, context_drift=0.5)
SHORT = FinalRecognition(list_length=24, lists=4, list_interval=10.0, n_targets=16, n_lures=12, ratings=5)


def simulated(subjects: int = 6) -> JointRecalls:
    recalls = simulate(TRUE, FreeRecall(list_length=6).trials(subjects * 8, 1, subjects=subjects), 2)
    judgments = simulate(TRUE.replace(criterion_spacing=0.05), SHORT.trials(subjects, 3, subjects=subjects), 4)
    return JointRecalls(dict(zip(TESTS, (recalls, judgments), strict=True)))


@pytest.fixture(scope="module")
def people() -> JointRecalls:
    return simulated()


SMALL = Effort(starts=2, fitted=Sampling(4, 2), scored=Sampling(6, 3, 1))
SAM_TRUE = SAM().replace(**{**entry.SAM_START, "criterion": 0.5, "criterion_spacing": 0.1})


@pytest.fixture(autouse=True)
def short_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that end early, in this process."""
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    monkeypatch.setattr(fits, "search_space", lambda objective: SimpleNamespace(best=(fits.downhill(objective), 0.0)))
    monkeypatch.setattr(fits, "TOLERANCE", 1e-4)
    monkeypatch.setattr(sampled, "EVALUATIONS", 3)


def found_by(account: Account, people: JointRecalls) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for learned in account.conditions:
        first = found.get(first_of(learned))
        found[learned] = best_of(
            [search_cell(account, learned, first, start, people, SMALL.fitted) for start in range(SMALL.starts)]
        )
    return found


def test_what_a_condition_learns(people: JointRecalls) -> None:
    account = entry.accounts()["TCM"]
    searches = found_by(account, people)
    found = {each: learned_by(account, each, searches) for each in LEARNED}
    memory = {each: {test: model.context_drift for test, model in found[each].models.items()} for each in LEARNED}
    assert all(each["recall"] == each["recognition"] for each in memory.values())
    assert memory[SCALE] == memory[DRIFT] == memory["recall"] != memory[CHOICE] == memory["recognition"]
    assert found["recall"].criteria is None and len(found[BOTH].criteria) == 4
    assert found[SCALE].models["recognition"].distraction_drift == account.model.distraction_drift
    assert found[DRIFT].models["recognition"].distraction_drift != account.model.distraction_drift


@pytest.mark.slow
def test_the_entry_with_few_people(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(entry, "people_of", lambda: simulated(4))
    monkeypatch.setattr(fits, "TOLERANCE", 1e-2)
    monkeypatch.setattr(entry, "accounts", lambda accounts=entry.accounts: {k: accounts()[k] for k in ("TCM", "SAM")})
    small = replace(entry.RECALL_AND_RECOGNITION, run=lambda seed: entry.recall_and_recognition(seed, SMALL))
    report = reproduce(small, 0, tmp_path)
    table = report.outcome.tables["summary"].set_index(["label", "learned", "test"])
    assert len(table) == 2 * (2 * len(LEARNED) - 1) + 2 and (table["n_people"] == 4).all()
    held = report.outcome.tables["held_out"]
    assert len(held) == 4 * (2 * (2 * len(LEARNED) - 1) + 4)
    own = held[(held["label"] == "TCM") & (held["learned"] == "recall") & (held["test"] == "recall")]
    assert table.loc[("TCM", "recall", "recall"), "score"] == pytest.approx(own["score"].mean())
    assert len(report.outcome.findings) == 8
    assert "Hypothesis: one memory serves both tests" in report.outcome.statement
    assert "3 sampled sessions" in report.outcome.statement
    assert len(report.outcome.draw().axes) == 2
    monkeypatch.setattr(fits, "downhill", None)  # nothing is searched again
    again = reproduce(small, 0, tmp_path)
    assert again.outcome.tables["held_out"].equals(held)


@pytest.mark.slow
def test_a_network_of_both_tests_is_a_model_like_the_others(people: JointRecalls, tmp_path: Path) -> None:
    """Its memory is in its weights: what was learned from one test is the scale of the other alone."""
    weights = {}
    for objective in ("recall+recognition", "recall"):
        trainer = Trainer(
            Training(network="LSTM", objective=objective, vector_size=6, hidden=12, batch=4, iterations=20)
        )
        trainer.run(20)
        weights[objective] = str(tmp_path / f"{objective}.safetensors")
        trainer.save(Path(weights[objective]))
    account = entry.network_account(weights["recall+recognition"])
    few = people[np.isin(people.trials.subject, people.trials.subjects[:2])]
    searches: dict[str, Any] = {}
    for learned in account.conditions:
        if learned != BOTH:
            searches[learned] = search_cell(account, learned, searches.get(first_of(learned)), 0, few, SMALL.fitted)
    searches[BOTH] = fits.joined(searches)
    assert DRIFT not in searches
    assert set(searches[BOTH]["values"]["recall"]) == {"choice_strength", "stop_bias", "lapse"}
    assert set(searches[BOTH]["values"]["recognition"]) == {"criterion_noise", "lapse"}
    both = fits.scored(account, learned_by(account, BOTH, searches), few, SMALL.scored)
    for test in TESTS:
        own = fits.scored(account, learned_by(account, test, searches), few, SMALL.scored)
        assert both[test] == pytest.approx(own[test]), "nothing is shared, so that nothing is lost"
    for learned in account.conditions:
        found = fits.scored(account, learned_by(account, learned, searches), few, SMALL.scored)
        assert all(np.isfinite(found[test]).all() for test in TESTS)
    with pytest.raises(InputError, match="were trained by recall, and not on both tests"):
        entry.network_account(weights["recall"])


def test_recognition_is_averaged_answer_by_answer(people: JointRecalls) -> None:
    """Against the composite likelihood of the framework, whose samples of study are others for each session."""
    judgments = simulate(SAM_TRUE, SHORT.trials(40, 3, subjects=4), 4)
    criteria = np.asarray(SAM_TRUE.criteria(5))
    found = sampled.recognition_by_session(SAM_TRUE, judgments, criteria, Sampling(1, 100)).sum()
    known = log_likelihood(SAM_TRUE, judgments, samples=300, seed=1, average="marginal").sum()
    assert found == pytest.approx(known, abs=3e-3 * judgments.answered.sum())
    objective = sampled.SampledObjective(
        FitSpec.of(SAM_TRUE, {"self_strength": None}).space, JointRecalls({"recognition": judgments}), Sampling(1, 100)
    )
    best = objective.criteria_at(objective.space.default)["recognition"]
    assert -objective(objective.space.default) >= found
    assert np.allclose(best, criteria, rtol=0, atol=0.1)


def test_sessions_that_are_not_studied_alike_are_refused() -> None:
    trials = Recognition(list_length=4, n_targets=2, n_lures=2).trials(1)
    with pytest.raises(InputError, match="list_interval"):
        sampled.kinds(trials)


def test_the_people_of_the_entry_did_both_tests_in_one_session() -> None:
    people = entry.people_of()
    recalls, judgments = (people.parts[test] for test in TESTS)
    assert isinstance(judgments, Judgments)
    assert len(recalls) == 16 * 59 and len(judgments) == 59
    assert (recalls.trials.subjects == judgments.trials.subjects).all()
    first = recalls.trials.subject == recalls.trials.subjects[0]
    studied = judgments.trials.pool.labels[judgments.trials.items[0]]
    assert (studied == recalls.trials.pool.labels[recalls.trials.items[first]].ravel()).all()

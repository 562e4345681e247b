"""The entry on recall and recognition of the same people, with few of them and short sessions: every part of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from memsim import Judgments, simulate
from memsim.core.joint_recalls import JointRecalls
from memsim.models import TCM
from memsim.paradigms import FinalRecognition, FreeRecall
from memsim.reproductions import recall_and_recognition as entry
from memsim.reproductions import recall_and_recognition_fits as fits
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.recall_and_recognition_fits import BOTH, CHOICE, DRIFT, LEARNED, SCALE, TESTS, learn

TRUE = TCM(**{**entry.START, "distraction_drift": 0.02}, context_drift=0.5)
SHORT = FinalRecognition(list_length=24, lists=4, list_interval=10.0, n_targets=16, n_lures=12, ratings=5)


def simulated(subjects: int = 6) -> JointRecalls:
    recalls = simulate(TRUE, FreeRecall(list_length=6).trials(subjects * 8, 1, subjects=subjects), 2)
    judgments = simulate(TRUE.replace(criterion_spacing=0.05), SHORT.trials(subjects, 3, subjects=subjects), 4)
    return JointRecalls(dict(zip(TESTS, (recalls, judgments), strict=True)))


@pytest.fixture(scope="module")
def people() -> JointRecalls:
    return simulated()


@pytest.fixture(autouse=True)
def local_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """One local search for each fit, in this process."""
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    monkeypatch.setattr(fits, "search_space", lambda objective: SimpleNamespace(best=(fits.downhill(objective), 0.0)))
    monkeypatch.setattr(fits, "TOLERANCE", 1e-4)


def test_what_a_condition_learns(people: JointRecalls) -> None:
    account = entry.accounts()["TCM"]
    found = {each: learn(account, each, people) for each in LEARNED}
    memory = {each: {test: model.context_drift for test, model in found[each].models.items()} for each in LEARNED}
    assert all(each["recall"] == each["recognition"] for each in memory.values())
    assert memory[SCALE] == memory[DRIFT] == memory["recall"] != memory[CHOICE] == memory["recognition"]
    assert found["recall"].criteria is None and len(found[BOTH].criteria) == 4
    assert found[SCALE].models["recognition"].distraction_drift == account.model.distraction_drift
    assert found[DRIFT].models["recognition"].distraction_drift != account.model.distraction_drift


def test_the_entry_with_few_people(monkeypatch: pytest.MonkeyPatch, people: JointRecalls) -> None:
    monkeypatch.setattr(entry, "people_of", lambda: people)
    monkeypatch.setattr(entry, "accounts", lambda accounts=entry.accounts: {"TCM": accounts()["TCM"]})
    report = reproduce("recall-and-recognition", 0)
    table = report.outcome.tables["summary"].set_index(["label", "learned", "test"])
    assert len(table) == 2 * len(LEARNED) + 2 and (table["n_people"] == 6).all()
    held = report.outcome.tables["held_out"]
    assert len(held) == 6 * (2 * len(LEARNED) + 4)
    own = held[(held["label"] == "TCM") & (held["learned"] == "recall") & (held["test"] == "recall")]
    assert table.loc[("TCM", "recall", "recall"), "score"] == pytest.approx(own["score"].mean())
    assert len(report.outcome.findings) == 4
    assert "Hypothesis: one memory serves both tests" in report.outcome.statement
    assert len(report.outcome.draw().axes) == 2


def test_the_people_of_the_entry_did_both_tests_in_one_session() -> None:
    people = entry.people_of()
    recalls, judgments = (people.parts[test] for test in TESTS)
    assert isinstance(judgments, Judgments)
    assert len(recalls) == 16 * 59 and len(judgments) == 59
    assert (recalls.trials.subjects == judgments.trials.subjects).all()
    first = recalls.trials.subject == recalls.trials.subjects[0]
    studied = judgments.trials.pool.labels[judgments.trials.items[0]]
    assert (studied == recalls.trials.pool.labels[recalls.trials.items[first]].ravel()).all()

"""Comparisons state how lists of people differ from those of models, and show what the task is about."""

from pathlib import Path
from typing import Any

import pytest

import memsim
from memsim import simulate
from memsim.analysis import hits_by_lag
from memsim.commands.main import main
from memsim.data import load_curves
from memsim.data.fetch import ENVIRONMENT
from memsim.experiments.people import People
from memsim.models import TODAM, UnequalVariance
from memsim.paradigms import Recognition
from memsim.reporting.findings import differences, findings


@pytest.fixture(autouse=True)
def no_files_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("people", "said"), [
    ("reder2000", "160 of their 192 words came once"), ("pal1", "study-test lags were odd"),
    ("buchler2008", "five different pairs"), ("diana_reder2006", "studied with a word"),
    ("aue2017", "another list before"),
])  # fmt: skip
def test_other_designs_of_people_are_stated(people: str, said: str) -> None:
    found = People.load(people)
    task = found.paradigm
    model: Any = UnequalVariance() if task.judged == "item" else TODAM(feature_count=9)
    comparison = memsim.run({"model": model}, task, found, n_trials=2)
    [sentence] = comparison.manifest.differences_in_words()
    assert sentence.startswith("People's lists are not like those of the models: ") and said in sentence
    assert comparison.manifest.to_json()["tasks"][0]["people"]["differing_design"] in sentence
    assert "people's lists were made in another way" in " ".join(comparison.figure().get_suptitle().split())
    assert sentence in findings(comparison, differences(comparison))


def test_people_with_lists_of_the_task_are_not_said_to_differ() -> None:
    assert People.load("kantner2012_e1").design == People.load("murdock1962", "20-1").design == ""


def test_lags_of_the_task_are_those_of_people() -> None:
    """Models have hits in every bin of lags in which people have them."""
    task = People.load("reder2000").paradigm
    lags = hits_by_lag(simulate(UnequalVariance(), task.trials(4, seed=1), seed=1))
    assert set(load_curves("reder2000").query("curve == 'hits_by_lag'")["x"]) == set(lags["lag"])


@pytest.mark.parametrize(("task", "models", "shown", "hidden"), [
    ("cued_recall", "todam", ["correct", "same list intrusion", "rmsd_cued_recall_by_position"], ["primacy"]),
    ("frequency_judgment", "MINERVA2", ["frequency_slope", "judged at 0"], ["d_prime", "called old", "zroc_slope"]),
])  # fmt: skip
def test_run_prints_what_the_task_is_about(
    task: str, models: str, shown: list[str], hidden: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--paradigm", task, "--models", models, "--n-trials", "4", "--out", str(tmp_path / "o")]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in shown) and not any(name in printed for name in hidden)


def test_without_lures_no_panel_is_empty() -> None:
    task = Recognition(list_length=4, n_lures=0, ratings=6)
    comparison = memsim.run({"model": UnequalVariance()}, task, n_trials=20)
    assert len(comparison.figure().axes) == 2
    assert {each.analysis for each in comparison.manifest.left_out} == {"false_alarms_by_test_position", "roc"}


def test_a_panel_says_why_people_are_not_in_it() -> None:
    """Of these people curves by place in the test ship, and none by the order of study, which is not known."""
    people_of_words = People.load("kantner2012_e1")
    comparison = memsim.run({"model": UnequalVariance()}, people_of_words.paradigm, people_of_words, n_trials=20)
    said = [axis.get_title(loc="right").replace("\n", " ") for axis in comparison.figure().axes]
    assert said[0] == "Without people, of whom no such curve ships" and not any(said[1:])
    people = comparison.points["hits_by_test_position"]
    assert any(name in people["label"].unique() for name in people.attrs["people"])

"""The entry on tasks of sequences: its table and verdicts after short trainings, and two marks after whole ones."""

from pathlib import Path

import pandas as pd
import pytest

from memsim.reproductions import network_tasks as entry
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.entry import Reproduction
from memsim.reproductions.network_tasks import MARKS, OPTIMUM, Mark, findings_of, scores_table
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.settings import Training
from memsim.training.task_trainings import TASK_TRAININGS

SHORT = (
    Mark("LSTM:copy", "wrong bits", 3, 0.2), Mark("LSTM:copy", "wrong bits", 2, 0.9),
    Mark("Transformer:induction", "right", 4, 0.0),
)  # fmt: skip


def test_every_training_has_the_name_of_core_and_task() -> None:
    for name in TASK_TRAININGS:
        training = Training.preset(name)
        assert name == f"{training.network}:{training.objective}"
        assert training.objective in OBJECTIVES.names()
    assert {mark.training for mark in MARKS} <= set(TASK_TRAININGS)


def test_scores_are_compared_with_marks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    monkeypatch.setattr(entry, "MARKS", SHORT)
    whole = entry.scores_table
    monkeypatch.setattr(
        entry,
        "scores_table",
        lambda seed, marks: whole(seed, marks, iterations=2, batch=2, first_length=3, list_length=4),
    )
    small = Reproduction("small", "", "", entry.network_tasks, kinds=entry.NETWORK_TASKS.kinds)
    report = reproduce(small, 0, tmp_path)
    assert [finding.obtained for finding in report.outcome.findings] == [1.0, 0.0, 1.0], "half of the bits are wrong"
    table = report.outcome.tables["scores"]
    copy = table[(table["training"] == "LSTM:copy") & (table["measure"] == "bits per sequence")]
    assert copy["length"].tolist() == [2, 3] and copy["chance"].tolist() == pytest.approx([12, 18], rel=1e-5)
    assert (copy["optimum"] < 1e-6).all() and (table["parameters"] > 1000).all() and (table["seconds"] > 0).all()
    again = whole(0, SHORT, iterations=2, batch=2, first_length=3, list_length=4)
    assert again.drop(columns="seconds").equals(table.drop(columns="seconds")), "the seed decides"
    assert len(report.outcome.draw().axes) == 2


def test_a_mark_may_be_a_multiple_of_the_optimum() -> None:
    mark = Mark("LSTM:n-grams", "bits per sequence", 50, 1.03, at_most=True, of=OPTIMUM)
    assert mark.quantity == "LSTM:n-grams: bits per sequence at length 50 at most 1.03 times that of the optimum"
    table = pd.DataFrame({
        "training": mark.training, "measure": mark.measure, "length": [49, 50], "network": [99.0, 30.8],
        "optimum": [1.0, 30.0],
    })  # fmt: skip
    assert [finding.obtained for finding in findings_of(table, [mark])] == [1.0]
    assert [finding.obtained for finding in findings_of(table.assign(optimum=29.0), [mark])] == [0.0]


def test_the_readme_says_which_tasks_have_marks() -> None:
    """Eight of nine."""
    trained = {Training.preset(mark.training).objective for mark in MARKS}
    without = {each.rpartition(":")[2] for each in TASK_TRAININGS} - trained
    assert (len(trained), without) == (8, {"links"})


def test_a_mark_may_be_a_multiple_of_another_training() -> None:
    mark = Mark("NTM:priority-sort", "bits per sequence", 8, 0.5, at_most=True, of="LSTM:priority-sort")
    assert mark.quantity.endswith("at length 8 at most 0.5 times that of LSTM:priority-sort")
    table = pd.DataFrame({
        "training": [mark.training, mark.of], "measure": mark.measure, "length": 8, "network": [14.0, 28.0],
        "optimum": 0.0,
    })  # fmt: skip
    assert [finding.obtained for finding in findings_of(table, [mark])] == [1.0]
    assert [finding.obtained for finding in findings_of(table.assign(network=[14.1, 28.0]), [mark])] == [0.0]


@pytest.mark.slow
@pytest.mark.parametrize(("training", "iterations"), [("Transformer:induction", 1000), ("DNC:copy", 1500)])
def test_marks_are_reached(training: str, iterations: int) -> None:
    """With fewer iterations than in the entry."""
    marks = [mark for mark in MARKS if mark.training == training]
    found = findings_of(scores_table(0, marks, iterations=iterations), marks)
    assert [finding.quantity for finding in found if not finding.obtained] == []

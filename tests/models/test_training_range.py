"""Where a task lies beyond what networks were trained on, and that runs say so."""

from pathlib import Path
from typing import Any

import pytest

from memsim import run
from memsim.commands.main import main
from memsim.models import TCM, Network
from memsim.models.networks.training_range import beyond_training
from memsim.paradigms import FreeRecall, Recognition

RECORD: dict[str, Any] = {
    "objective": "recognition", "training": {"list_length": 20, "longest_delay": 8}, "log": [{"longest": 8}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "task", "expected"),
    [
        ({}, {}, []),
        ({}, {"list_length": 9}, ["lists of 9 items (at most 8 in training)"]),
        ({"log": []}, {"list_length": 20, "n_targets": 8}, []),
        ({"log": []}, {"list_length": 21}, ["lists of 21 items (at most 20 in training)"]),
        ({}, {"retention_interval": 8}, []),
        ({}, {"retention_interval": 9}, ["9 s of distraction before the test (at most 8 in training)"]),
        ({"objective": "recall"}, {"retention_interval": 1}, ["1 s of distraction before the test (none in training)"]),
        ({}, {"inter_item_distraction": 2.5}, ["2.5 s of distraction between items (none in training)"]),
        ({"objective": "imitation"}, {"list_length": 30, "retention_interval": 90}, []),
        ({"training": None}, {"list_length": 30}, []),
        (
            {"objective": "many-tasks", "tasks": ["recall", "copy"]},
            {"retention_interval": 1},
            ["1 s of distraction before the test (none in training)"],
        ),
        ({"objective": "many-tasks", "tasks": ["recall", "recognition"]}, {"retention_interval": 8}, []),
    ],
)
def test_what_the_record_says(record: dict[str, Any], task: dict[str, Any], expected: list[str]) -> None:
    paradigm = Recognition(**{"list_length": 8, "n_targets": 8, "n_lures": 8, **task})
    assert beyond_training({**RECORD, **record}, paradigm) == expected


def test_weights_that_ship_know_their_range() -> None:
    assert Network(weights="lstm-recall").beyond(FreeRecall(list_length=19)) == []
    assert Network(weights="lstm-recall").beyond(FreeRecall(list_length=20)) == [
        "lists of 20 items (at most 19 in training)"
    ]
    assert TCM().beyond(FreeRecall(list_length=1000)) == []


def test_runs_say_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    task = FreeRecall(list_length=21, retention_interval=16)
    models: Any = {"one": Network(weights="dnc-recall"), "two": Network(weights="dnc-closed"), "TCM": TCM()}
    found = run(models, task, n_trials=10)
    manifest = found.manifest
    assert {each.label for each in manifest.beyond} == {"one", "two"}
    assert manifest.beyond_in_words() == [
        "Beyond what models were trained or fitted for: lists of 21 items (at most 20 in training), of one and two; "
        "16 s of distraction before the test (none in training), of one and two."
    ]
    assert manifest.to_json()["beyond"][0]["label"] == "one"
    main(["run", "--models", "DNC", "--list-length", "21", "--n-trials", "10", "--out", str(tmp_path)])
    assert "trained or fitted for: lists of 21 items" in capsys.readouterr().out

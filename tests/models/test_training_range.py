"""Where a task lies beyond what networks were trained on, and that runs say so."""

import warnings
from pathlib import Path
from typing import Any

import pytest

from memsim import battery, run
from memsim.commands.main import main
from memsim.core.errors import BeyondWarning
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
    with pytest.warns(BeyondWarning) as said:
        found = run(models, task, n_trials=10)
    manifest = found.manifest
    assert {each.label for each in manifest.beyond} == {"one", "two"}
    assert manifest.beyond_in_words() == [
        "Beyond what models were trained or fitted for: lists of 21 items (at most 20 in training), of one and two; "
        "16 s of distraction before the test (none in training), of one and two."
    ]
    assert [(str(each.message), each.filename) for each in said] == [(manifest.beyond_in_words()[0], __file__)], (
        "one warning of all, at the line that ran the models"
    )
    assert manifest.to_json()["beyond"][0]["label"] == "one"
    main(["run", "--models", "DNC", "--list-length", "21", "--n-trials", "10", "--out", str(tmp_path)])
    assert "trained or fitted for: lists of 21 items" in capsys.readouterr().err


def test_batteries_say_so_once_all_is_written(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text("""
[battery]
n_trials = 4
analyses = ["serial_position_curve"]

[[models]]
name = "CMR"

[[models]]
name = "CMR"
label = "mine"
parameters = { encoding_drift = 0.5 }

[[models]]
name = "TCM"

[[paradigms]]
name = "free_recall"
label = "near"
settings = { list_length = 20 }

[[paradigms]]
name = "free_recall"
label = "far"
settings = { list_length = 20, inter_item_distraction = 16 }
""")
    with pytest.warns(BeyondWarning) as said:
        results = battery(file, tmp_path / "out", workers=1, progress=False)
    assert [(str(each.message), each.filename) for each in said] == [
        (
            "Beyond what models were trained or fitted for in far: 16 s of distraction between items (none in the fit "
            "of preset 'murdock1962:20-1'), of CMR.",
            __file__,
        )
    ]
    assert results.files[-1].is_file()
    with warnings.catch_warnings(), pytest.raises(BeyondWarning):
        warnings.simplefilter("error")
        battery(file, tmp_path / "again", workers=1, progress=False)
    assert (tmp_path / "again" / "manifest.json").is_file(), "what was computed is kept where warnings are errors"

"""Lists of another length than those to which a preset was fitted, and that runs say so."""

from pathlib import Path
from typing import Any

import pytest

from memsim import run
from memsim.commands.main import main
from memsim.models import CMR, SAM, SIMPLE, TCM
from memsim.models.registered import MODELS
from memsim.paradigms import CuedRecall, FreeRecall, Recognition, SerialRecall


def beyond(model: Any, length: int) -> list[str]:
    found: list[str] = model.beyond(FreeRecall(list_length=length))
    return found


def test_another_preset_is_offered_or_a_fit() -> None:
    assert beyond(CMR(), 20) == beyond(CMR.preset("murdock1962:40-1"), 40) == []
    assert beyond(CMR(), 40) == [
        "lists of 40 items (preset 'murdock1962:20-1' was fitted to lists of 20; to these: 'murdock1962:40-1')"
    ]
    assert beyond(CMR.preset("murdock1962:30-1"), 12) == [
        "lists of 12 items (preset 'murdock1962:30-1' was fitted to lists of 30; no preset to these: fit the model to "
        "such lists)"
    ]
    assert beyond(SIMPLE(), 10) == [
        "lists of 10 items (preset 'murdock1962:20-1' was fitted to lists of 20; to these: 'murdock1962:10-2')"
    ]
    assert CMR().beyond(SerialRecall(list_length=6)), "recall of a list in order is recall of a list, too"


def test_lengths_between_those_of_the_fit_are_not_beyond_it() -> None:
    soft = SAM.preset("murdock1962-soft")
    assert [bool(beyond(soft, length)) for length in (16, 20, 25, 40, 41)] == [True, False, False, False, True]
    assert "was fitted to lists of 20, 30 and 40" in beyond(soft, 16)[0]


@pytest.mark.parametrize(
    "model",
    [CMR(choice_rule="exponential"), CMR(encoding_drift=0.5), CMR.preset("demonstration"), SAM(), TCM()],
    ids=["another rule", "a value that was set", "no fit", "published", "no preset"],
)
def test_nothing_is_said_of_values_that_were_chosen_or_whose_lists_are_not_known(model: Any) -> None:
    assert beyond(model, 12) == []


def test_nothing_is_said_of_tasks_without_recall_of_a_list() -> None:
    assert CMR().beyond(Recognition(n_targets=8, n_lures=8)) == CMR().beyond(CuedRecall()) == []


@pytest.mark.parametrize("name", MODELS.names())
def test_sources_that_name_a_condition_of_murdock_say_its_lengths(name: str) -> None:
    for preset in MODELS.get(name).presets.values():
        named = {int(length) for length in (10, 15, 20, 30, 40) if f" {length}-" in preset.source}
        assert named == set(preset.list_lengths) or not named


def test_runs_say_so_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    models: Any = {"one": CMR(), "two": CMR.preset("murdock1962:20-1"), "mine": CMR(encoding_drift=0.4)}
    found = run(models, FreeRecall(list_length=12), n_trials=10)
    assert found.manifest.beyond_in_words() == [
        "Beyond what models were trained or fitted for: lists of 12 items (preset 'murdock1962:20-1' was fitted to "
        "lists of 20; no preset to these: fit the model to such lists), of one and two."
    ]
    main(["run", "--models", "CMR", "SIMPLE", "--list-length", "40", "--n-trials", "10", "--out", str(tmp_path)])
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("'murdock1962:20-1' was fitted to lists of 20; to these: 'murdock1962:40-1'), of CMR and") == 1
    assert "was fitted to lists of 20" in (tmp_path / "report.html").read_text("utf-8")

"""Lists of another length than those to which a preset was fitted, and that runs say so."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from memsim import run
from memsim.commands.main import main
from memsim.core.errors import BeyondWarning
from memsim.core.fitted_lists import beyond_fit
from memsim.core.parameters import Parameterized, Preset, parameter
from memsim.models import CMR, CRU, SAM, SIMPLE, TCM
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


@pytest.mark.parametrize(
    ("model", "length", "preset"),
    [(CMR(), 20, "murdock1962:20-1"), (SIMPLE(), 20, "murdock1962:20-1"),
     (SAM.preset("murdock1962-soft"), 30, "murdock1962-soft"), (CRU.preset("BaseCMR"), 16, "BaseCMR")],
)  # fmt: skip
def test_distraction_is_beyond_a_fit_without_any(model: Any, length: int, preset: str) -> None:
    task = FreeRecall(list_length=length)
    assert model.beyond(task) == []
    assert model.beyond(task.replace(retention_interval=16, inter_item_distraction=0.5)) == [
        f"16 s of distraction before the test (none in the fit of preset {preset!r})",
        f"0.5 s of distraction between items (none in the fit of preset {preset!r})",
    ]


def test_a_preset_may_declare_the_distraction_of_its_lists() -> None:
    @dataclass(frozen=True)
    class Delayed(Parameterized):
        presets: ClassVar = {
            "short": Preset({"rate": 0.5}, "fitted to mine", (10, 12), retention_interval=8),
            "again": Preset({"rate": 0.5}, "fitted to mine, too", (10,), retention_interval=30),
        }
        rate: float = parameter(0.5, 0, 1)

    task = FreeRecall(list_length=12, retention_interval=8)
    assert beyond_fit(Delayed(), task) == beyond_fit(Delayed(), task.replace(retention_interval=30)) == []
    assert beyond_fit(Delayed(), task.replace(retention_interval=31, initial_distraction=1)) == [
        "31 s of distraction before the test (at most 8 in the fit of preset 'short')",
        "1 s of distraction before the first item (none in the fit of preset 'short')",
    ]
    assert beyond_fit(Delayed(rate=0.4), task.replace(retention_interval=90)) == []


def test_nothing_is_said_of_tasks_without_recall_of_a_list() -> None:
    assert CMR().beyond(Recognition(n_targets=8, n_lures=8)) == CMR().beyond(CuedRecall()) == []


@pytest.mark.parametrize("name", MODELS.names())
def test_sources_that_name_a_condition_of_murdock_say_its_lengths(name: str) -> None:
    for preset in MODELS.get(name).presets.values():
        named = {int(length) for length in (10, 15, 20, 30, 40) if f" {length}-" in preset.source}
        assert named == set(preset.list_lengths) or not named


def test_runs_say_so_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    models: Any = {"one": CMR(), "two": CMR.preset("murdock1962:20-1"), "mine": CMR(encoding_drift=0.4)}
    with pytest.warns(BeyondWarning, match="of one and two"):
        found = run(models, FreeRecall(list_length=12), n_trials=10)
    assert found.manifest.beyond_in_words() == [
        "Beyond what models were trained or fitted for: lists of 12 items (preset 'murdock1962:20-1' was fitted to "
        "lists of 20; no preset to these: fit the model to such lists), of one and two."
    ]
    main(["run", "--models", "CMR", "SIMPLE", "--list-length", "40", "--n-trials", "10", "--out", str(tmp_path)])
    printed = capsys.readouterr().err
    assert printed.count("'murdock1962:20-1' was fitted to lists of 20; to these: 'murdock1962:40-1'), of CMR and") == 1
    assert "was fitted to lists of 20" in (tmp_path / "report.html").read_text("utf-8")

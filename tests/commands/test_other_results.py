"""Results of another command, of other settings or of other files are replaced only by force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memsim import battery, reproduce, train
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.core.files.written_files import adopt
from memsim.running.result_files import MANIFEST, ResultFolder

OUT = Path("out")
BATTERY = '[battery]\nn_trials = 20\nanalyses = ["lag_crp"]\n[[models]]\nname = "TCM"\n[[paradigms]]\n'
TINY: dict[str, Any] = {"iterations": 2, "hidden": 4, "batch": 2, "vector_size": 4}
PEOPLE = ["--people", "peers_notask"]
COMMANDS = [
    ["run", "--models", "tcm", "--people", "none"], ["fit", "TCM", *PEOPLE], ["compare", "TCM", *PEOPLE],
    ["recover", "TCM"], ["coverage", "TCM", "--spread", "context_drift=0.1"], ["calibrate", "TCM"],
    ["benchmark", "TCM"],    ["battery", "b.toml"], ["reproduce", "golden-cases"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def one(scratch: Path) -> None:
    (scratch / "one.csv").write_text("1")


def two(scratch: Path) -> None:
    (scratch / "two.csv").write_text("2")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_refuses_before_the_work(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("b.toml").write_text(BATTERY)
    folder = OUT / "golden-cases" if command[0] == "reproduce" else OUT
    ResultFolder(folder, "other").write(one, {})
    for work in ("memsim.experiments.comparison.run", "memsim.running.execution.run_cells"):
        monkeypatch.setattr(work, None)
    assert main([*command, "--out", "out"]) == 2
    assert f"{folder} holds one.csv of memsim other; choose another --out" in capsys.readouterr().err
    assert (folder / "one.csv").read_text() == "1"


def test_what_differs_is_said_and_force_replaces_it(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", "--models", "tcm", "--people", "none", "--n-trials", "20", "--out", "out"]
    assert main([*command, "--responses"]) == 0
    before = (OUT / "summary.csv").read_bytes()
    assert main([*command, "--seed", "1"]) == 2
    said = capsys.readouterr().err
    assert "out holds comparison.pdf, comparison.png, curves.csv and 3 more of another memsim run: " in said
    assert "seed was 0 and is 1" in said and "responses was True and is not given" in said
    assert (OUT / "summary.csv").read_bytes() == before
    assert main([*command, "--seed", "1", "--force"]) == 0
    assert (OUT / "summary.csv").read_bytes() != before and not (OUT / "recalls.csv").exists()
    assert main([*command, "--seed", "1"]) == 0, "the same command needs no force"


def test_files_that_are_read_count_by_their_content() -> None:
    given = Path("mine.csv")
    given.write_text("1")
    ResultFolder(OUT, "fit", {"people": "mine.csv"}, [given]).write(one, {})
    ResultFolder(OUT, "fit", {"people": "mine.csv"}, [given.resolve()]).require(["one.csv"])
    given.write_text("2")
    changed = ResultFolder(OUT, "fit", {"people": "mine.csv"}, [given])
    with pytest.raises(InputError, match=r"out holds one.csv of another memsim fit: mine.csv has changed since"):
        changed.require(["one.csv"])
    ResultFolder(OUT, "fit", {"people": "mine.csv"}, [given], force=True).require(["one.csv"])


def test_only_files_of_the_earlier_results_are_removed() -> None:
    def several(scratch: Path) -> None:
        for name in ("one.csv", "read.csv", "changed.csv"):
            (scratch / name).write_text("1")

    ResultFolder(OUT, "run").write(several, {})
    (OUT / "changed.csv").write_text("of another")
    (OUT / "theirs.txt").write_text("of another")
    ResultFolder(OUT, "fit", {}, [OUT / "read.csv"], force=True).write(two, {})
    assert {path.name for path in OUT.glob("[a-z]*")} == {"read.csv", "changed.csv", "theirs.txt", "two.csv", MANIFEST}


@pytest.mark.parametrize("made_by", [None, "fit", {"command": "run"}, {"command": "run", "settings": 1, "files": {}}])
def test_results_that_do_not_say_what_made_them_are_not_replaced(made_by: Any) -> None:
    ResultFolder(OUT, "run").write(one, {})
    content = json.loads((OUT / MANIFEST).read_text())
    assert content.pop("made_by") == {"command": "run", "settings": {}, "files": {}}
    (OUT / MANIFEST).write_text(json.dumps({**content, **({} if made_by is None else {"made_by": made_by})}))
    adopt(OUT / MANIFEST)
    with pytest.raises(InputError, match="one.csv of an earlier version, which did not record what made them"):
        ResultFolder(OUT, "run").require(["one.csv"])


def test_functions_take_force() -> None:
    path = Path("b.toml")
    path.write_text(BATTERY)
    battery(path, OUT, workers=1)
    battery(path.resolve(), OUT, workers=1)
    path.write_text(BATTERY.replace("20", "30"))
    with pytest.raises(InputError, match=r"of another memsim battery: b.toml has changed since.*force=True"):
        battery(path, OUT, workers=1)
    battery(path, OUT, force=True, workers=1)
    assert json.loads((OUT / MANIFEST).read_text())["n_trials"] == 30


def test_entries_of_the_catalogue_are_refused_before_any_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reproduce("golden-cases", 0, OUT)
    with pytest.raises(InputError, match="out/golden-cases holds .* of another memsim reproduce: seed was 0 and is 1"):
        reproduce("golden-cases", 1, OUT)
    monkeypatch.setattr("memsim.reproductions.catalogue.reproduce", None)
    assert main(["reproduce", "hintzman1988", "golden-cases", "--seed", "1", "--out", "out"]) == 2
    assert "out/golden-cases holds" in capsys.readouterr().err
    assert main(["reproduce", "--force"]) == 2
    assert "--force applies to entries that are run" in capsys.readouterr().err


def test_weights_of_another_training_are_not_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    train("LSTM", out="w.safetensors", **TINY)
    before = Path("w.safetensors").read_bytes()
    with pytest.raises(InputError, match=r"w.safetensors holds the weights of another training: seed was 0 and is 1; "):
        train("LSTM", out="w.safetensors", seed=1, **TINY)
    assert Path("w.safetensors").read_bytes() == before
    Path("w.checkpoint.safetensors").write_bytes(before)  # of the other training, which was interrupted
    options = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]
    command = ["train", "LSTM", *options, "--seed", "1", "--out", "w.safetensors"]
    assert main([*command, "--force"]) == 0
    assert Path("w.safetensors").read_bytes() != before and not Path("w.checkpoint.safetensors").exists()
    assert "Continued" not in capsys.readouterr().out
    assert train("LSTM", out="w.safetensors", seed=1, **TINY).record["training"]["seed"] == 1


def test_an_interruption_of_drawing_says_that_the_tables_stand() -> None:
    def interrupted(scratch: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        ResultFolder(OUT, "run").write(one, {}, {"one": interrupted})
    assert raised.value.__notes__ == ["the tables in out are complete, and the same command draws the figures"]
    assert json.loads((OUT / MANIFEST).read_text())["sha256"].keys() == {"one.csv"}

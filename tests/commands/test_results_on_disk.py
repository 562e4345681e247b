"""What commands leave on disk: inputs untouched, every label in a file, numbers even where a figure fails."""

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from memsim import battery, simulate
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.models import TCM
from memsim.paradigms import FreeRecall
from memsim.running.result_files import ResultFolder, write_csv

FIT = ["fit", "TCM", "--data", "data.csv", "--free", "context_drift", "--starts", "1", "--generations", "1",
       "--workers", "1"]  # fmt: skip


def recalls_csv(path: Path, subjects: list[str]) -> bytes:
    """Ten lists of four items of each subject, without a sign that a model made them."""
    frame = simulate(TCM(), FreeRecall(list_length=4).trials(10 * len(subjects), 0, subjects=len(subjects))).to_frame()
    frame["subject"] = frame["subject"].map(lambda number: subjects[number - 1])
    frame[["subject", "list", "position", "trial_type", "item"]].to_csv(path, index=False)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_data_in_the_folder_of_the_results_are_refused_before_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    before = recalls_csv(Path("recalls.csv"), ["a"])
    assert main(["run", "--models", "tcm", "--data", "recalls.csv", "--n-trials", "40", "--out", "."]) == 2
    assert "recalls.csv would be replaced, and is read in the same call" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["recalls.csv"] and Path("recalls.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("fit.json", FIT),
        ("profile.png", [*FIT, "--intervals", "profile"]),
        ("held_out.csv", ["compare", "TCM", "--people", "data.csv", "--folds", "2", "--workers", "1"]),
        ("summary.csv", ["recover", "TCM", "--simulations", "2", "--workers", "1"]),
        ("golden-cases/targets.csv", ["reproduce", "golden-cases"]),
        ("report.html", ["run", "--models", "tcm", "--people", "none", "--n-trials", "20"]),
    ],
)
def test_files_of_others_are_refused_before_the_work(
    name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    recalls_csv(Path("data.csv"), ["a"])
    theirs = Path("out") / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text("of another")
    assert main([*arguments, "--out", "out"]) == 2
    assert f"{theirs} is there, and memsim did not write it" in capsys.readouterr().err
    assert theirs.read_text() == "of another"
    assert [path for path in Path("out").rglob("*") if path.is_file()] == [theirs]


def test_the_log_and_the_figure_of_networks_replace_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = recalls_csv(Path("people.csv"), ["a", "b"])
    given = [
        "train",
        "lstm",
        "--objective",
        "imitation",
        "--people",
        "people.csv",
        "--iterations",
        "5",
        "--hidden",
        "8",
    ]
    assert main([*given, "--batch", "4", "--out", "people.safetensors"]) == 2
    assert "people.csv would be replaced" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["people.csv"] and Path("people.csv").read_bytes() == before
    Path("w.checkpoint.safetensors").write_text("mine")
    assert main(["train", "lstm", "--iterations", "1", "--hidden", "8", "--out", "w.safetensors"]) == 2
    assert "w.checkpoint.safetensors is there, and memsim did not write it" in capsys.readouterr().err
    Path("DNC-trial-0.png").write_text("mine")
    assert main(["show", "DNC", "--list-length", "3"]) == 2
    assert "DNC-trial-0.png is there, and memsim did not write it" in capsys.readouterr().err


def test_every_subject_has_a_file_and_the_same_command_works_twice() -> None:
    subjects = ["p1.5", "p1.6", "site/A", "../up", "CON", "x" * 300]
    recalls_csv(Path("data.csv"), subjects)
    for _ in range(2):
        assert main([*FIT, "--per", "subject", "--intervals", "profile", "--out", "out"]) == 0
    profiles = json.loads(Path("out/manifest.json").read_text())["profiles"]
    assert set(profiles) == set(subjects) and len(set(profiles.values())) == len(subjects)
    assert profiles["p1.5"] == "profile-p1.5"
    for name in profiles.values():
        assert Path("out", f"{name}.png").stat().st_size > 1000 and Path("out", f"{name}.pdf").is_file()
    assert sorted(path.name for path in Path().iterdir()) == ["data.csv", "out"]


def fails(*_: Any, **__: Any) -> Any:
    raise ValueError("no curve\nto draw")


@pytest.mark.parametrize(
    ("figure", "arguments", "files"),
    [
        ("memsim.fitting.figures.fit_figure", FIT, {"fit.json", "fit.csv"}),
        ("memsim.evaluation.comparison.selection_figure",
         ["compare", "TCM", "--people", "data.csv", "--folds", "2", "--starts", "1", "--generations", "1",
          "--workers", "1"],
         {"comparison.csv", "held_out.csv"}),
        ("memsim.evaluation.parameter_recovery.recovery_figure",
         ["recover", "TCM", "--free", "context_drift", "--simulations", "2", "--n-trials", "5", "--starts", "1",
          "--generations", "1", "--workers", "1"],
         {"recovery.csv", "summary.csv"}),
        ("memsim.experiments.comparison.comparison_panel",
         ["run", "--models", "tcm", "strength", "--people", "none", "--n-trials", "20"],
         {"summary.csv", "curves.csv", "report.html"}),
        ("memsim.reporting.pictures.taxonomy_figure",
         ["run", "--models", "tcm", "strength", "--people", "none", "--n-trials", "20"],
         {"summary.csv", "comparison.png", "report.html"}),
        ("memsim.experiments.figures.plot", ["battery", "b.toml", "--workers", "1"], {"lag_crp.csv", "battery.toml"}),
    ],
)  # fmt: skip
def test_numbers_stand_where_a_figure_fails(
    figure: str, arguments: list[str], files: set[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    recalls_csv(Path("data.csv"), ["a", "b"])
    Path("b.toml").write_text(
        '[battery]\nn_trials = 20\nanalyses = ["lag_crp"]\n[[models]]\nname = "TCM"\n[[paradigms]]\n'
    )
    monkeypatch.setattr(figure, fails)
    status = main([*arguments, "--out", "out"])
    assert status == (0 if "taxonomy" in figure else 1)
    error = capsys.readouterr().err
    assert "could not be drawn (ValueError: no curve to draw)" in error and "Traceback" not in error
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert files <= {*manifest["sha256"]} and all(Path("out", name).is_file() for name in manifest["sha256"])
    assert ("not_drawn" in manifest) == (status == 1)


def test_a_figure_of_an_earlier_run_does_not_stand_beside_other_numbers() -> None:
    def table(scratch: Path) -> None:
        (scratch / "a.csv").write_text("1")

    def draw(scratch: Path) -> None:
        (scratch / "a.png").write_text("drawn")

    results = ResultFolder(Path("out"), "test")
    assert results.write(table, {}, {"a": draw}).failed == []
    with pytest.warns(UserWarning, match="a could not be drawn"):
        assert results.write(table, {}, {"a": fails}).failed == ["a"]
    assert not Path("out/a.png").exists() and Path("out/a.csv").read_text() == "1"
    Path("out/a.png").write_text("of another")
    with pytest.warns(UserWarning, match="a could not be drawn"):
        results.write(table, {}, {"a": draw})
    assert Path("out/a.png").read_text() == "of another"


def test_a_battery_keeps_what_an_analysis_that_fits_nothing_does_not_touch() -> None:
    Path("b.toml").write_text(
        '[battery]\nn_trials = 20\nanalyses = ["lag_crp", "response_latency"]\n[[models]]\nname = "TCM"\n'
        "[[paradigms]]\n"
    )
    found = battery("b.toml", "out", workers=1)
    assert "response_latency" in {each.analysis for each in found.manifest.left_out}
    assert {"lag_crp.csv", "lag_crp.png", "manifest.json"} <= {path.name for path in Path("out").iterdir()}


def test_formulas_in_tables_are_escaped_on_request(tmp_path: Path) -> None:
    cells = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "a=1", "", "'"]
    frame = pd.DataFrame({"label": cells, "=x": range(len(cells)), "y": [-1.5] * len(cells)})
    write_csv(frame, tmp_path / "plain.csv")
    write_csv(frame, tmp_path / "escaped.csv", escape=True)

    def rows(name: str) -> list[list[str]]:
        with (tmp_path / name).open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    assert [row[0] for row in rows("plain.csv")] == ["label", *cells]
    assert [row[0] for row in rows("escaped.csv")] == ["label", *(f"'{cell}" for cell in cells[:6]), *cells[6:]]
    assert rows("escaped.csv")[0] == ["label", "'=x", "y"] and {row[2] for row in rows("escaped.csv")[1:]} == {"-1.5"}


@pytest.mark.parametrize("command", ["run", "battery", "fit", "compare", "recover"])
def test_commands_offer_to_escape(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "--escape-formulas" in capsys.readouterr().out


def test_run_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.toml").write_text(
        '[battery]\nn_trials = 20\nanalyses = ["lag_crp"]\n[[models]]\nname = "TCM"\nlabel = "=cmd()"\n[[paradigms]]\n'
    )
    for option, expected in (([], "=cmd()"), (["--escape-formulas"], "'=cmd()")):
        assert main(["battery", "b.toml", "--out", "out", "--workers", "1", *option]) == 0
        assert set(pd.read_csv("out/lag_crp.csv")["label"]) == {expected}


def test_a_model_that_fails_takes_no_other_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.py").write_text(
        "from dataclasses import dataclass\nfrom memsim import MemoryModel\nfrom memsim.models import Strength\n\n"
        "@dataclass(frozen=True)\nclass Bad(Strength):\n"
        "    def study(self, state, position):\n        return {}[position]\n"
    )
    given = ["run", "--people", "none", "--n-trials", "20", "--out", "out", "--models", "bad.py"]
    assert main([*given, "tcm"]) == 1
    assert "Bad failed and is left out (KeyError: 0)" in capsys.readouterr().err
    assert set(pd.read_csv("out/summary.csv")["label"]) == {"TCM"}
    assert json.loads(Path("out/manifest.json").read_text())["not_run"] == {"Bad": "KeyError: 0"}
    assert main([*given, "--force"]) == 2
    assert capsys.readouterr().err == "memsim: Bad failed and is left out (KeyError: 0)\n"


def test_a_training_continues_from_a_checkpoint_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from memsim.training.checkpoints import save_checkpoint
    from memsim.training.run import train
    from memsim.training.settings import Training
    from memsim.training.trainer import Trainer

    small = {"iterations": 4, "hidden": 4, "batch": 2, "vector_size": 4}
    half = Trainer(Training(network="lstm", **small))
    half.run(2)
    save_checkpoint(half, Path("there.safetensors"))
    Path("here.checkpoint.safetensors").write_bytes(Path("there.safetensors").read_bytes())
    for _ in range(2):
        trained = train("LSTM", out="here.safetensors", **small)
    assert trained.continued_from == 0 and not Path("here.checkpoint.safetensors").exists()
    with pytest.raises(InputError, match="here.safetensors would be replaced, and is read"):
        train("LSTM", out="here.safetensors", start="here.safetensors", **small)

"""Fits, comparisons, recovery and batteries from the command line, and what they leave on disk."""

from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from memsim import load_dataset
from memsim.commands.main import main
from memsim.evaluation.comparison import compare
from memsim.evaluation.recovery import recover
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit

QUICK = ["--starts", "1", "--generations", "5", "--workers", "1"]


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Four people with ten lists each, as a file."""
    monkeypatch.chdir(tmp_path)
    recalls = load_dataset("peers_notask")
    first = [recalls[recalls.trials.subject == subject][:10] for subject in recalls.trials.subjects[:4]]
    pd.concat([part.to_frame() for part in first]).to_csv("people.csv", index=False)
    return "people.csv"


def test_fit(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["fit", "tcm", "--people", people, "--free", "context_drift=0.2:0.9", "choice_noise", "--set",
             "association=pre", "--ties", "stop_growth=0.3 - stop_base", "--per", "subject", *QUICK]  # fmt: skip
    assert main([*given, "--out", "fitted"]) == 0
    printed = capsys.readouterr().out
    assert "takes two starts" in printed and "In all: log-likelihood" in printed
    table = pd.read_csv("fitted/fit.csv")
    assert len(table) == 4 and table["context_drift"].between(0.2, 0.9).all()
    assert (table["stop_growth"] == 0.3 - 0.0346).all()
    saved = Fit.load("fitted/fit.json")
    assert saved.model.values()["association"] == "pre" and saved.n_events == table["n_events"].sum()
    assert {path.name for path in Path("fitted").iterdir()} >= {"fit.png", "fit.pdf", "manifest.json", "cells"}


def test_fit_to_curves(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["fit", "simple", "--people", people, "--by", "summary", "--weights", "serial_position_curve=1", *QUICK]
    assert main(given) == 0
    assert "distance" in capsys.readouterr().out and Path("memsim-fit/fit.png").stat().st_size > 10_000


def test_compare(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["compare", "tcm", "strength", "--people", people, "--folds", "2", "--starts", "1", "--workers", "1"]) == 0
    )
    printed = capsys.readouterr().out
    assert "predicts held-out lists best" in printed and "uniform choice" in printed
    lists = pd.read_csv("memsim-comparison/held_out.csv")
    assert set(lists["model"]) == {"tcm", "strength", "uniform choice", "empirical reference"}
    assert lists.groupby("model").size().eq(40).all()
    assert Path("memsim-comparison/comparison.png").stat().st_size > 10_000


def test_compare_on_several_data_sets(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("other.csv").write_text(Path(people).read_text(encoding="utf-8"), encoding="utf-8")
    given = ["compare", "uniform", "--folds", "2", *QUICK]
    assert main([*given, "--people", people, "other.csv"]) == 0
    assert capsys.readouterr().out.count("40 lists of 4 subjects, each predicted when held out") == 2
    tables = [
        Path(f"memsim-comparison/{name}/held_out.csv").read_text(encoding="utf-8") for name in ("people", "other")
    ]
    assert tables[0] == tables[1]
    assert main([*given, "--people", people, people]) == 2
    assert "each must have a name of its own" in capsys.readouterr().err


def test_recover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    one = ["recover", "uniform", "--simulations", "4", "--n-trials", "40", "--list-length", "6", "--starts", "1"]
    assert main([*one, "--workers", "1", "--out", "one"]) == 0
    assert pd.read_csv("one/summary.csv")["parameter"].tolist() == ["stop_base", "stop_growth"]
    several = ["recover", "uniform", "tcm", "--replications", "1", "--subjects", "2", "--n-trials", "15"]
    assert main([*several, "--list-length", "6", *QUICK, "--out", "several"]) == 0
    assert pd.read_csv("several/summary.csv").set_index("simulated").shape == (2, 2)
    assert "by BIC" in capsys.readouterr().out


def test_battery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / "examples" / "murdock1962.toml").read_text(encoding="utf-8")
    Path("mine.toml").write_text(text.replace("n_trials =", "n_trials = 40 #"), encoding="utf-8")
    assert main(["battery", "mine.toml", "--out", "mine", "--workers", "1"]) == 0
    assert Path("mine/summary.csv").is_file() and "Written to mine/" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--free", "context_drift=0.2"], "bounds are two numbers, as in context_drift=0.1:0.9"),
        (["--ties", "stop_base"], "--ties 'stop_base': write NAME=VALUE"),
        (["--set", "speed=3"], "TCM has no parameter 'speed'"),
        (["--free", "context_drift=a:b"], "context_drift='a' is not a number"),
        (["--backend", "slurm"], "there is no backend 'slurm'"),
        (["--samples", "5"], "samples=5 applies to a sampled likelihood"),
        (["--weights", "lag_crp=1"], "weights are of curves"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    people: str, given: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", "tcm", "--people", people, *given]) == 2
    printed = capsys.readouterr().err
    assert message in printed and printed.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["recover", "tcm", "--subjects", "3"], "subjects=3 applies to several models only"),
        (["recover", "tcm", "uniform", "--simulations", "3"], "simulations=3 applies to one model only"),
        (["recover", "tcm", "uniform", "--set", "stop_base=0.1"], "--set stop_base=0.1 is for one model"),
        (["recover", "tcm", "tcm"], "each model can be named once"),
        (["compare", "tcm", "--people", "people.csv", "--iterations", "5"], "--iterations 5 is for --networks"),
        (["compare", "tcm", "--people", "people.csv", "--per", "subject", "--over", "subjects"], "no estimates"),
    ],
)
def test_options_that_do_not_apply(
    people: str, given: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("command", "function"), [("fit", fit), ("compare", compare), ("recover", recover)])
def test_defaults_of_commands_are_those_of_functions(
    command: str, function: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    options = " ".join(capsys.readouterr().out.partition("options:")[2].split())
    parameters = signature(function).parameters
    for name in ("starts", "generations", "samples", "seed"):
        described = options.partition(f"--{name} ")[2].partition(" --")[0]
        assert described.endswith(f"(default: {parameters[name].default})")

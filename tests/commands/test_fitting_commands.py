"""Fits, comparisons, recovery and batteries from the command line, and what they leave on disk."""

from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import Judgments, load_dataset, simulate
from memsim.commands.main import main
from memsim.evaluation.comparison import compare
from memsim.evaluation.recovery import recover
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit
from memsim.models import SummedSimilarity, UnequalVariance
from memsim.paradigms import FrequencyJudgment, Recognition

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
    assert saved.spec.model.values()["association"] == "pre" and saved.n_events == table["n_events"].sum()
    assert {path.name for path in Path("fitted").iterdir()} >= {"fit.png", "fit.pdf", "manifest.json", "cells"}


def test_fit_of_ratings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is of recall is not printed, and a criterion beyond all evidence is no number."""
    monkeypatch.chdir(tmp_path)
    judgments = simulate(UnequalVariance(), Recognition(list_length=8, ratings=5).trials(8, 0), 0)
    never = Judgments(judgments.trials, np.maximum(judgments.ratings, 2))
    never.to_frame().to_csv("rated.csv", index=False)
    assert main(["fit", "EqualVariance", "--people", "rated.csv", "--criteria", "free", *QUICK]) == 0
    printed = capsys.readouterr().out
    assert "below all" in printed and "bounds ratings that were never given" in printed
    assert not any(word in printed for word in ("1000000000", "termination", "intrusion", "repeat"))


def test_judgments_of_frequency_are_read_by_the_options_of_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    task = FrequencyJudgment(list_length=4, frequencies="0 2", lists=1)
    frame = (
        simulate(SummedSimilarity(), task.trials(6, 0, subjects=2), 0).to_frame().drop(columns="model", errors="ignore")
    )
    frame.to_csv("frequency.csv", index=False)
    given = ["run", "--paradigm", "frequency_judgment", "--people", "frequency.csv", "--models", "SummedSimilarity"]
    options = ["--frequencies", "0 2", "--lists", "1", "--list-length", "4", "--n-trials", "10"]
    assert main([*given, *options]) == 0
    assert "Form of the data: ratings, probe by probe." in " ".join(capsys.readouterr().out.split())
    assert main([*given, "--n-trials", "10"]) != 0  # the task of the defaults is another one


def test_fit_across_conditions(people: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A data set twice under two names, a covariate of subjects, and one stopping rule for all models."""
    table = pd.read_csv(people)
    table.assign(list_type=np.where(table["list"] % 2, "odd", "even")).to_csv("kinds.csv", index=False)
    subjects = table["subject"].unique()
    pd.DataFrame({"subject": subjects, "age": np.arange(len(subjects))}).to_csv("ages.csv", index=False)
    given = ["fit", "tcm", "--people", "kinds.csv", "--conditions", "list_type", *QUICK]
    assert main([*given, "--free", "stop_base=by list_type", "context_drift=0.2:0.9 ~ age", "choice_noise",
                 "--covariates", "ages.csv", "--out", "kinds"]) == 0  # fmt: skip
    found = pd.read_csv("kinds/fit.csv")
    names = ["stop_base[even]", "stop_base[odd]", "context_drift", "context_drift:age", "choice_noise", "lapse"]
    assert found.columns[2:8].tolist() == names and found["n_parameters"].item() == 5
    assert Fit.load("kinds/fit.json").of(list_type="odd", age=2).values()["stop_base"] == found["stop_base[odd]"].item()
    assert Path("kinds/fit.png").stat().st_size > 10_000
    capsys.readouterr()
    Path("other.csv").write_text(Path(people).read_text(encoding="utf-8"), encoding="utf-8")
    given = ["fit", "tcm", "--people", people, "other.csv", "--stopping", "shared", *QUICK, "--out", "joint"]
    assert main(given) == 0
    printed = capsys.readouterr().out
    assert "A lapse is the probability of a guess" in printed and "The stopping rule is that of the lists" in printed
    found = pd.read_csv("joint/fit.csv")
    assert found["n_lists"].item() == 80 and found["lapse"].item() > 0 and "stop_base" not in found
    assert found[["choice", "termination"]].sum(axis=1).item() == pytest.approx(found["log_likelihood"].item())


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
    assert main([*given, "--people", people, "other.csv", "--together", "--out", "both"]) == 0
    assert "80 lists of 4 subjects, each predicted when held out" in capsys.readouterr().out
    assert pd.read_csv("both/held_out.csv").groupby(["model", "data_set"]).size().eq(40).all()
    assert main([*given, "--people", people, "--together"]) == 2
    assert "--together is for several data sets, but --people names one" in capsys.readouterr().err


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
        (["--free", "stop_base=by kind"], "lists have no 'kind'"),
        (["--free", "stop_base=~ age"], "lists have no 'age'"),
        (["--covariates", "none.csv"], "none.csv"),
        (["--free", "lapse", "--lapse", "none"], "lapse is free, and lapse='none' says that it is not"),
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
        default = parameters[name].default  # of generations None: the search decides
        expected = "1 where there is a gradient, else 25" if default is None else default
        assert f"(default: {expected})" in described

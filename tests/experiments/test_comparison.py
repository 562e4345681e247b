"""The main job: models beside people, on disk whole or not at all, from Python and from the command line."""

import dataclasses
import hashlib
import io
import json
import os
import signal
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from psifr import fr

from memsim import run, simulate
from memsim.analysis import lag_crp
from memsim.commands.main import main
from memsim.core.code.registry import Registry
from memsim.core.errors import InputError, ModelError
from memsim.core.files.written_files import RECORDS
from memsim.core.recalls import Recalls
from memsim.data.fetch import ENVIRONMENT
from memsim.experiments.extreme_answers import extremes_in_words
from memsim.experiments.people import People
from memsim.models import MINERVA2, TCM, Strength
from memsim.paradigms import FreeRecall, Recognition, SerialRecall

FILES = {"comparison.png", "comparison.pdf", "curves.csv", "summary.csv", "report.html", "manifest.json"}
PLUGIN = "from memsim.models import Strength\n\nclass Mine(Strength):\n    pass\n"


@pytest.fixture(autouse=True)
def no_files_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)


def test_people_and_models_in_one_table() -> None:
    comparison = run({"a": TCM(), "b": Strength()}, FreeRecall(), "murdock1962:20-1", n_trials=300)
    summary = comparison.summary.set_index("label")
    assert summary.loc["murdock1962:20-1", "recalled"] == pytest.approx(6.8167, abs=1e-4)
    assert summary["kind"].tolist() == ["people", "model", "model"]
    assert (
        summary[["rmsd_serial_position_curve", "rmsd_probability_of_nth_recall", "rmsd_lag_crp"]]
        .iloc[1:]
        .gt(0)
        .all(axis=None)
    )
    assert comparison.manifest.n_subjects == 20 and comparison.manifest.models[1].name == "Strength"
    assert len(comparison.figure().axes) == 3


def test_models_that_call_everything_or_nothing_old_are_named() -> None:
    models = {"none": MINERVA2(criterion=100), "all": MINERVA2(criterion=-100), "some": MINERVA2()}
    summary = run(models, Recognition(), n_trials=40).summary
    said = list(extremes_in_words(summary))
    assert "nothing old" in said[0] and "none." in said[0] and "everything old" in said[1] and "all." in said[1]
    assert summary.set_index("label")["d_prime"].isna().tolist() == [True, True, False]
    assert not list(extremes_in_words(run({"a": Strength()}, FreeRecall(), n_trials=20).summary))


def test_same_lists_and_seed_for_every_model_and_run() -> None:
    runs = [run({"a": TCM(), "b": TCM()}, FreeRecall(), n_trials=50, seed=3) for _ in range(2)]
    assert runs[0].recalls["a"].trials is runs[0].recalls["b"].trials
    assert (runs[0].recalls["a"].positions == runs[1].recalls["b"].positions).all()
    pd.testing.assert_frame_equal(runs[0].curves, runs[1].curves)


def test_recalls_of_people_and_their_shipped_curves_agree(murdock_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = People.load("murdock1962", "20-2")
    assert shipped.form == "curves that ship with memsim"
    for condition in ("15-2", "30-1", "40-1"):  # at hand means all conditions; these are not read
        (murdock_files / f"fr{condition}.txt").touch()
    monkeypatch.setenv(ENVIRONMENT, str(murdock_files))
    read = People.load("murdock1962", "20-2")
    assert read.form == "recalls, list by list"
    pd.testing.assert_frame_equal(read.curves.round(6), shipped.curves, check_dtype=False)
    pd.testing.assert_frame_equal(read.summary.round(6), shipped.summary, check_dtype=False)


def test_people_of_your_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = Recalls.from_matrix([[5, 4, 1], [5, 1, 0], [4, 5, 0], [1, 2, 3]], 5, subject=["a", "a", "b", "b"])
    comparison = run({"TCM": TCM()}, FreeRecall(list_length=5), mine, n_trials=100)
    assert comparison.summary["label"].tolist() == ["people", "TCM"]
    assert comparison.summary["recalled"].iloc[0] == 2.5
    mine.to_frame().to_csv(tmp_path / "mine.csv", index=False)
    assert main(["run", "--models", "tcm", "--n-trials", "100", "--people", "mine.csv"]) == 0
    printed = capsys.readouterr().out
    assert "of 5 items" in printed and "2.500" in printed
    assert main(["run", "--people", "yours.csv"]) == 2
    assert "there is no file yours.csv" in capsys.readouterr().err


def test_a_task_that_differs_is_said_everywhere() -> None:
    comparison = run({"TCM": TCM()}, FreeRecall(retention_interval=16), "murdock1962:20-1", n_trials=100)
    assert comparison.task.differing_settings == {"output_limit": 15, "retention_interval": 0.0}
    title = " ".join(comparison.figure().get_suptitle().split())
    assert "people's task differs: output_limit=15, retention_interval=0.0" in title


def test_intervals_of_few_lists_stay_probabilities() -> None:
    curves = run({"TCM": TCM()}, FreeRecall(), "murdock1962:20-1", n_trials=60).curves
    assert curves["low"].min() >= 0 and curves["high"].max() <= 1
    assert curves[curves["kind"] == "model"]["n_subjects"].max() == 20


def test_people_are_found_by_their_task() -> None:
    found = People.matching(FreeRecall(list_length=40))
    assert found is not None and found.label == "murdock1962:40-1"
    assert People.matching(FreeRecall(list_length=40, retention_interval=10)) is None
    assert People.matching(FreeRecall(list_length=40, initial_distraction=10)) is None


def test_bad_comparisons() -> None:
    nothing: Any
    for nothing in ({}, []):
        with pytest.raises(InputError, match="there are no models"):
            run(nothing, FreeRecall())
    with pytest.raises(InputError, match="'TCM' names both a model and the people"):
        run({"TCM": TCM()}, FreeRecall(), dataclasses.replace(People.load("murdock1962:20-1"), label="TCM"))
    with pytest.raises(InputError, match="lists of 30 items, the models would get 20"):
        run({"a": TCM()}, FreeRecall(), "murdock1962:30-1")


def test_run_writes_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--n-trials", "500", "--seed", "5", "--responses"]) == 0
    out = tmp_path / "memsim-results"
    assert {path.name for path in out.iterdir() if path.name != RECORDS} == {*FILES, "recalls.csv"}
    printed = capsys.readouterr().out
    assert "Immediate free recall of 20 items, 1 s each" in printed
    assert all(name in printed for name in ("murdock1962:20-1", "TCM", "Strength", "lag_asymmetry"))
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["seeds"] == [5] and manifest["tasks"][0]["settings"]["list_length"] == 20
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert set(manifest["sha256"]) == {*FILES, "recalls.csv"} - {"manifest.json"}
    assert (out / "comparison.png").read_bytes().startswith(b"\x89PNG")
    pdf = (out / "comparison.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and b"/Type3" not in pdf, "text stays text"
    curves = pd.read_csv(out / "curves.csv")
    assert set(curves["curve"]) == {"serial_position_curve", "probability_of_nth_recall", "lag_crp"}
    # An unmodified psifr analysis of the file gives our numbers.
    table = pd.read_csv(out / "recalls.csv")
    tcm = table[table["model"] == "TCM"]
    theirs = fr.lag_crp(fr.merge_free_recall(tcm))
    pd.testing.assert_frame_equal(theirs, lag_crp(Recalls.from_frame(tcm)), check_dtype=False, rtol=1e-12)


def test_responses_of_an_earlier_run_do_not_stay_beside_other_tables(tmp_path: Path) -> None:
    run_one = ["run", "--models", "tcm", "--n-trials", "40", "--out", "out"]
    assert main([*run_one, "--responses"]) == 0 and (tmp_path / "out" / "recalls.csv").is_file()
    assert main(run_one) == 2 and (tmp_path / "out" / "recalls.csv").is_file()
    assert main([*run_one, "--force"]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir() if path.name != RECORDS} == FILES


def test_run_is_reproducible(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        assert main(["run", "--n-trials", "200", "--responses", "--out", folder]) == 0
    for name in ("recalls.csv", "summary.csv", "curves.csv", "comparison.png", "comparison.pdf"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, 130), (signal.SIGTERM, 130), (OSError("disk full"), 2)]
)
def test_an_interrupted_run_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Any, status: int
) -> None:
    assert main(["run", "--n-trials", "200", "--models", "tcm"]) == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "memsim-results").iterdir() if path.is_file()}

    def fail(self: object, path: Path, **options: object) -> None:
        Path(path).write_text("half a fi")
        if isinstance(error, signal.Signals):
            os.kill(os.getpid(), error)
        else:
            raise error

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    assert main(["run", "--n-trials", "300", "--models", "tcm", "--force"]) == status
    after = {path.name: path.read_bytes() for path in (tmp_path / "memsim-results").iterdir() if path.is_file()}
    assert after == before


def test_plug_ins(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One that works, one that does not load, one whose name is taken."""
    points = [
        EntryPoint("Mine", "memsim.models.baselines.fast_strength:Strength", "memsim.models"),
        EntryPoint("Gone", "no_such_package:Model", "memsim.models"),
        EntryPoint("t-c-m", "memsim.models.baselines.strength:Strength", "memsim.models"),
    ]
    monkeypatch.setattr("memsim.core.code.registry.entry_points", lambda group: points)
    models: Registry[Any] = Registry("model", "memsim.models", {"TCM": "memsim.models.context.tcm:TCM"})
    with pytest.warns(UserWarning, match="is left out: there is a model 't-c-m' already"):
        assert models.names() == ["TCM", "Mine", "Gone"]
    assert models.get("mine") is Strength and models.get("T_C_M") is TCM
    with pytest.raises(ModelError, match="plug-in model 'Gone'.*cannot be loaded: ModuleNotFoundError"):
        models.get("gone")
    monkeypatch.setattr("memsim.commands.descriptions.REGISTRIES", {"models": models})
    monkeypatch.setattr("memsim.models.lookup.MODELS", models)
    monkeypatch.setattr("memsim.models.registered.MODELS", models)
    assert main(["models"]) == 2
    printed = capsys.readouterr()
    assert "Mine:" in printed.out and "'Gone'" in printed.err
    assert main(["run", "--n-trials", "100"]) == 0
    printed = capsys.readouterr()
    assert "Mine" in printed.out and "left out: the plug-in model 'Gone'" in printed.err


def test_settings_choose_the_task_and_the_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--models", "Strength", "--n-trials", "200", "--list-length", "30"]) == 0
    assert "murdock1962:30-1" in capsys.readouterr().out
    over = ["--force"]
    assert main(["run", "--models", "strength", "--n-trials", "200", "--retention-interval", "16", *over]) == 0
    printed = capsys.readouterr().out
    assert "Delayed free recall" in printed and "not compared with people" in printed
    filled = ["--initial-distraction", "8", "--inter-item-distraction", "4", "--retention-interval", "16"]
    assert main(["run", "--models", "strength", "--n-trials", "200", *filled, *over]) == 0
    said = "8 s of distraction before the first, 4 s of distraction between items, 16 s before the test"
    assert said in " ".join(capsys.readouterr().out.split())
    peers = ["--people", "PEERS-notask", "--output-limit", "5"]
    assert main(["run", "--models", "tcm", "--n-trials", "200", *peers, *over]) == 0
    printed = capsys.readouterr().out
    assert "16 items, 3 s each" in printed and "had output_limit=None" in printed and "cut short" in printed
    assert main(["run", "--models", "tcm", "--n-trials", "200", "--people", "none", *over]) == 0
    assert "rmsd" not in capsys.readouterr().out


def test_a_model_of_your_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN)
    assert main(["check", "mine.py"]) == 0
    assert "Mine: 10 of 10 checks passed" in capsys.readouterr().out
    assert main(["run", "--models", "tcm", "mine.py:Mine", "--n-trials", "200"]) == 0
    assert "Mine" in capsys.readouterr().out
    models = json.loads((tmp_path / "memsim-results" / "manifest.json").read_text())["models"]
    files = {model["label"]: model["file_sha256"] for model in models}
    assert files == {"TCM": None, "Mine": hashlib.sha256(PLUGIN.encode()).hexdigest()}
    assert main(["models", "mine.py"]) == 0
    assert "retention" in capsys.readouterr().out
    (tmp_path / "copy.py").write_text(PLUGIN.replace("class Mine(Strength)", "Base = Strength\n\nclass Strength(Base)"))
    assert main(["run", "--models", "strength", "copy.py", "--n-trials", "200", "--force"]) == 0
    assert "Strength (copy.py)" in capsys.readouterr().out
    (tmp_path / "bad.py").write_text(PLUGIN + "    def recalled(self, state, position):\n        return state\n")
    assert main(["check", "bad.py"]) == 1
    assert "FAIL  simulated frequencies agree" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--models", "tmc"], "did you mean 'TCM'"),
        (["run", "b.toml", "--list-length", "40"], "memsim battery b.toml runs a battery file"),
        (["run", "--models", "tcm", "TCM"], "names TCM twice"),
        (["run", "--models", "tcm", "primacy"], "Primacy has no account of Immediate free recall of 20 items"),
        (["run", "--models", "tcm", "--data", "farrell_lewandowsky2003"], "give --paradigm SerialRecall, or other"),
        (["run", "--paradigm", "SerialRecall", "--models", "strength"], "leave the model out, or choose another task"),
        (["run", "--paradigm", "fre-recall"], "did you mean 'free_recall'"),
        (["run", "--list-length", "0"], "list_length=0"),
        (["run", "--list-length", "many"], "list_length='many' is not a whole number"),
        (["run", "--n-trials", "0"], "n_trials=0"),
        (["run", "--seed", "-1"], "seed=-1"),
        (["run", "--people", "murdock1962:20-1", "--list-length", "12"], "leave the list length to the data"),
        (["run", "--people", "murdock1962"], "name one"),
        (["models", "samm"], "there is no model 'samm'"),
        (["check", "nowhere.py"], "there is no file nowhere.py"),
        (["check", "empty.py"], "must hold one model, it holds none"),
        (["check", "two.py"], "it holds One, Two; name one as two.py:ClassName"),
        (["check", "two.py:Three"], "must hold one model Three"),
        (["check", "crash.py"], "crash.py cannot be run: ZeroDivisionError"),
        (["run", "--out", "file/results"], "results cannot be written to file/results"),
    ],
)
def test_bad_input_is_answered_in_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.py").touch()
    (tmp_path / "file").touch()
    (tmp_path / "crash.py").write_text("1 / 0")
    two = "from memsim.models import Strength\nclass One(Strength): ...\nclass Two(Strength): ...\n"
    (tmp_path / "two.py").write_text(two)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("memsim: ") and message in captured.err
    assert not (tmp_path / "memsim-results").exists()


def test_listings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("TCM", "context_drift", "β", "[0, 1]", "source:", "Strength"))
    assert main(["models", "tcm"]) == 0
    assert "1. Evolution." in capsys.readouterr().out
    assert main(["paradigms"]) == 0
    assert "retention_interval" in capsys.readouterr().out
    assert main(["datasets", "Murdock-1962"]) == 0
    assert "doi:10.1037/h0045106" in capsys.readouterr().out


def test_labels_are_fields_and_stay_whole() -> None:
    """Authors' names hold commas, and stand whole in the figure of all curves and in that of one."""
    people = dataclasses.replace(People.load("murdock1962:20-1"), reference="Polyn, Norman & Kahana (2009)")
    comparison = run({"TCM": TCM()}, FreeRecall(), people, n_trials=60)
    for figure in (comparison.figure(), comparison.figure("serial_position_curve")):
        (legend,) = figure.legends
        assert "Polyn, Norman & Kahana (2009), N = 15" in [text.get_text() for text in legend.get_texts()]


def test_simulated_recalls_are_no_people() -> None:
    """Recalls of a model stay a model's, after slices too, and are refused where people are wanted."""
    simulated = simulate(TCM(), FreeRecall(list_length=8).trials(40, subjects=4), 0)[:30]
    with pytest.raises(InputError, match="these recalls were simulated by TCM; run the model among the models"):
        run({"Strength": Strength()}, FreeRecall(list_length=8), simulated, n_trials=60)
    people = Recalls.from_frame(pd.read_csv(io.StringIO(simulated.to_frame().to_csv(index=False))))
    with pytest.raises(InputError, match="simulated by TCM"):
        run({"Strength": Strength()}, FreeRecall(list_length=8), people, n_trials=60)


def test_people_did_the_task_of_the_models() -> None:
    with pytest.raises(InputError, match="peers_notask are people in FreeRecall, not in SerialRecall"):
        run({"TCM": TCM()}, SerialRecall(list_length=16), "peers_notask", n_trials=40)
    with pytest.raises(InputError, match="people=3 is neither recalls, nor"):
        run({"TCM": TCM()}, FreeRecall(), 3)
    assert run({"TCM": TCM()}, FreeRecall(list_length=5), "none", n_trials=20).people is None


def test_the_manifest_says_what_was_run(tmp_path: Path) -> None:
    comparison = run({"a": TCM(context_drift=0.5)}, FreeRecall(list_length=7), n_trials=50, seed=4)
    record = json.loads(json.dumps(comparison.manifest.to_json()))
    assert record["seeds"] == [4] and record["n_trials"] == 50 and record["n_cells"] == 1
    assert record["models"][0]["parameters"]["context_drift"] == 0.5 and record["models"][0]["label"] == "a"
    assert record["tasks"][0]["name"] == "FreeRecall" and record["tasks"][0]["people"] is None
    assert record["versions"]["memsim"]

"""Battery files: what they ask for, what is wrong in them and where, and what comes out."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import battery, load_curves, run, simulate
from memsim.analysis import lag_crp
from memsim.core.errors import InputError
from memsim.core.prediction import predict
from memsim.data.fetch import ENVIRONMENT
from memsim.experiments.battery_file import read_battery
from memsim.experiments.figures import battery_points
from memsim.experiments.rows import rows_in_this_process
from memsim.experiments.toml_lines import line_of
from memsim.models import CMR, SIMPLE, TCM
from memsim.models.lookup import find_model
from memsim.paradigms import FreeRecall, SerialRecall

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = """
[battery]
title = "Small"
n_trials = 60
seeds = [0, 1]
analyses = ["serial_position_curve", { name = "lag_crp", label = "later", first_output = 2 }, "lag_rank"]

[[models]]
name = "tcm"
label = "TCM {context_drift}"
parameters = { context_drift = [0.5, 0.7] }

[[models]]
name = "SIMPLE"
tasks = ["immediate"]

[[paradigms]]
people = "murdock1962:20-1"
label = "immediate"

[[paradigms]]
label = "delay {retention_interval:g}"
[paradigms.settings]
list_length = 8
retention_interval = [
    4,
    16,
]
"""


@pytest.fixture(autouse=True)
def no_files_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "nothing")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made, and not written, which takes longest."""
    monkeypatch.setattr("memsim.experiments.batteries.save_both", lambda figure, path: None)


def written(text: str, name: str = "small.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_file_asks_for() -> None:
    planned, output = read_battery(written(SMALL))
    assert (planned.title, planned.n_trials, planned.seeds) == ("Small", 60, (0, 1))
    assert output == Path("memsim-small")
    assert [each.label for each in planned.analyses] == ["serial_position_curve", "later", "lag_rank"]
    assert planned.analyses[1].options == {"first_output": 2}
    assert [task.label for task in planned.tasks] == ["immediate", "delay 4", "delay 16"]
    assert planned.tasks[0].paradigm == FreeRecall(list_length=20, output_limit=15)
    assert planned.tasks[2].paradigm == FreeRecall(list_length=8, retention_interval=16)
    assert [model.model for model in planned.models] == [TCM(context_drift=0.5), TCM(context_drift=0.7), SIMPLE()]
    pairs = [(model.label, task.label) for task in planned.tasks for model in planned.models_of(task)]
    assert len(pairs) == 7 and ("SIMPLE", "immediate") in pairs and ("SIMPLE", "delay 4") not in pairs


def test_grids_are_all_combinations_and_data_come_with_their_task() -> None:
    planned, _ = read_battery(written("""
[battery]
analyses = ["lag_crp"]
[[models]]
name = "CMR:murdock1962:20-1"
parameters = { primacy_scale = [0, 1.0], choice_rule = ["power", "exponential"] }
[[paradigms]]
people = ["murdock1962:10-2", "peers_notask"]
"""))  # fmt: skip
    assert [task.label for task in planned.tasks] == ["murdock1962:10-2", "peers_notask"]
    assert [task.paradigm.list_length for task in planned.tasks] == [10, 16]
    assert len(planned.models) == 4
    assert planned.models[3].label == "CMR:murdock1962:20-1 primacy_scale=1.0, choice_rule=exponential"
    assert planned.models[3].model == CMR.preset("murdock1962:20-1").replace(primacy_scale=1, choice_rule="exponential")


@pytest.mark.usefixtures("no_figures")
def test_a_model_of_your_own_is_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.py").write_text(
        "from memsim.models import Strength\n\nclass Mine(Strength):\n    pass\n"
    )
    path = written(
        '[battery]\nn_trials = 20\nanalyses = ["lag_crp"]\n[[models]]\nname = "mine.py"\n'
        "[[paradigms]]\nsettings.list_length = 6\n", "there/b.toml",
    )  # fmt: skip
    battery(path, progress=False, workers=2)
    manifest = json.loads(Path("memsim-b/manifest.json").read_text())
    assert manifest["models"][0]["name"] == "Mine" and manifest["n_cells"] == 1
    frame = pd.read_csv("memsim-b/lag_crp.csv").drop(
        columns=["label", "kind", "paradigm", "seed", "paradigm.list_length"]
    )
    trials = FreeRecall(list_length=6).trials(20, 0, subjects=20)
    mine: Any = find_model(str(path.parent / "mine.py"))[1]
    pd.testing.assert_frame_equal(frame, lag_crp(simulate(mine(), trials, 0)), check_dtype=False)


def test_everything_is_written_and_as_run_has_it(tmp_path: Path) -> None:
    files = battery(written(SMALL), Path("out"), workers=1, progress=False).files
    names = {"serial_position_curve", "later", "lag_rank", "comparison"}
    names |= {"against-paradigm.retention_interval-FreeRecall"}
    names |= {f"against-model.context_drift-{task}" for task in ("immediate", "delay-4", "delay-16")}
    expected = {f"{name}.{suffix}" for name in names for suffix in ("png", "pdf")}
    expected |= {f"{name}.csv" for name in ("serial_position_curve", "later", "lag_rank", "curves", "summary")}
    assert {path.name for path in files} == expected - {"comparison.png", "comparison.pdf"} | {
        "battery.toml", "manifest.json", "comparison.png", "comparison.pdf"
    }  # fmt: skip
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert manifest["n_cells"] == 13 and Path("out/battery.toml").read_text() == SMALL
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(Path("out", name).read_bytes()).hexdigest() == digest

    summary = pd.read_csv("out/summary.csv")
    assert len(summary) == 13 + 1
    oracle = run(
        {"TCM 0.5": TCM(context_drift=0.5), "SIMPLE": SIMPLE()}, FreeRecall(output_limit=15), "murdock1962:20-1",
        n_trials=60, seed=1,
    )  # fmt: skip
    for name in ("TCM 0.5", "SIMPLE", "murdock1962:20-1"):
        ours = summary[(summary["label"] == name) & (summary["paradigm"] == "immediate") & (summary["seed"] != 0)]
        theirs = oracle.summary[oracle.summary["label"] == name]
        shared = theirs.columns.intersection(ours.columns).drop(["label", "kind", "paradigm", "seed"])
        assert {"recalled", "recalled_sem", "lag_asymmetry", "rmsd_lag_crp"} <= set(shared)
        np.testing.assert_allclose(ours[shared].to_numpy(float), theirs[shared].to_numpy(float), rtol=1e-12)

    frame = pd.read_csv("out/later.csv")
    assert list(frame)[:8] == [
        "label", "kind", "paradigm", "seed", "model.context_drift", "paradigm.list_length",
        "paradigm.retention_interval", "subject",
    ]  # fmt: skip
    rows = frame[(frame["label"] == "TCM 0.7") & (frame["paradigm"] == "delay 16") & (frame["seed"] == 1)]
    assert set(rows["model.context_drift"]) == {0.7} and set(rows["paradigm.retention_interval"]) == {16}
    task = FreeRecall(list_length=8, retention_interval=16)
    again = lag_crp(simulate(TCM(context_drift=0.7), task.trials(60, 1, subjects=20), 1), first_output=2)
    np.testing.assert_allclose(rows["prob"].to_numpy(float), again["prob"].to_numpy(), rtol=1e-12)

    curve = pd.read_csv("out/serial_position_curve.csv")
    people = curve[curve["kind"] == "people"]
    assert people["subject"].isna().all() and people["prob"].iloc[-1] == pytest.approx(0.95, abs=0.01)
    left = {(left["analysis"], left["label"]) for left in manifest["left_out"]}
    assert left == {("later", "SIMPLE"), ("lag_rank", "SIMPLE"), ("later", "murdock1962:20-1"),
                    ("lag_rank", "murdock1962:20-1")}  # fmt: skip


@pytest.mark.usefixtures("no_figures")
def test_results_do_not_depend_on_how_they_were_run(monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(SMALL.replace("n_trials = 60", "n_trials = 20"))
    battery(path, Path("one"), workers=1, progress=False)
    battery(path, Path("two"), workers=2, progress=False)
    monkeypatch.setattr("memsim.running.workers.work_here", None)  # the third computes nothing
    battery(path, Path("three"), workers=1, progress=False, cache=Path("two/cells"))
    for folder in ("two", "three"):
        for name in ("later.csv", "lag_rank.csv", "curves.csv", "summary.csv"):
            assert Path("one", name).read_bytes() == Path(folder, name).read_bytes(), name


@pytest.mark.usefixtures("no_figures")
def test_an_interrupted_battery_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(SMALL.replace("n_trials = 60", "n_trials = 20"))
    done = 0

    def counted(*arguments: Any) -> Any:
        nonlocal done
        done += 1
        if done == 6:
            signal.raise_signal(signal.SIGINT)
        return predict(*arguments)

    monkeypatch.setattr("memsim.experiments.rows.predict", counted)
    with pytest.raises(KeyboardInterrupt):
        battery(path, Path("out"), workers=1, progress=False)
    assert [name.name for name in Path("out").iterdir()] == ["cells"], "nothing but finished cells"
    done = 100
    battery(path, Path("out"), workers=1, progress=False)
    assert done == 100 + 13 - 5, "of 13 cells 5 were finished"


@pytest.mark.usefixtures("no_figures")
def test_people_list_by_list() -> None:
    battery(written("""
[battery]
n_trials = 20
analyses = ["lag_rank", "category_clustering"]
[[models]]
name = "TCM"
[[paradigms]]
people = "morton2013"
"""), Path("out"), workers=1, progress=False)  # fmt: skip
    ranks = pd.read_csv("out/lag_rank.csv")
    assert ranks.loc[ranks["kind"] == "people", "subject"].nunique() == 40
    [left] = json.loads(Path("out/manifest.json").read_text())["left_out"]
    assert (left["analysis"], left["label"]) == ("category_clustering", "TCM") and "categor" in left["reason"]


@pytest.mark.usefixtures("no_figures")
def test_an_analysis_that_fits_nothing_is_left_out() -> None:
    """It does not end a battery, unless there is no other analysis."""
    text = SMALL.replace('"lag_rank"]', '"response_latency"]').replace("60", "20")
    results = battery(written(text), Path("out"), workers=1, progress=False)
    assert "response_latency" not in results.frames and not Path("out/response_latency.csv").exists()
    reasons = [each.reason for each in results.manifest.left_out if each.analysis == "response_latency"]
    assert any("these recalls have no times of response" in reason for reason in reasons)
    alone = re.sub(r"analyses = .*", 'analyses = ["response_latency"]', text)
    with pytest.raises(
        InputError, match=r"small.toml: the analysis response_latency applies to no model and no people.*TCM 0.5: "
    ):
        battery(written(alone), Path("out"), force=True, workers=1, progress=False)


def test_curves_that_ship_are_drawn_as_they_are() -> None:
    """People of whom only curves are known stand in the figure with their own means and intervals."""
    planned, _ = read_battery(written(SMALL))
    rows = [row for row in rows_in_this_process(planned) if row.task is planned.tasks[0]]
    points = battery_points(planned, rows, planned.analyses[0])
    theirs = points[points["label"] == "people"].reset_index(drop=True)
    shipped = load_curves("murdock1962", "20-1").query("curve == 'serial_position_curve'").reset_index(drop=True)
    columns = ["mean", "low", "high", "n_subjects"]
    pd.testing.assert_frame_equal(theirs[columns], shipped[columns], check_dtype=False)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("n_trials = 60", "n_trials = 0", 4, "battery.n_trials: 0 must be a whole number of at least 1"),
        ("n_trials = 60", "n_trails = 60", 4, "battery.n_trails: there is no such key; did you mean 'n_trials'"),
        ("seeds = [0, 1]", "seeds = [0, -1]", 5, r"battery.seeds\[2\]: -1 must be"),
        ("seeds = [0, 1]", "seeds = [1, 1]", 5, "holds a seed twice"),
        ("seeds = [0, 1]", "seeds = 3", 5, "must be a list of whole numbers"),
        ('"lag_rank"]', '\n"lag_rnk"]', 7, r"battery.analyses\[3\]: there is no analysis 'lag_rnk'; did you mean"),
        ("first_output", "frist_output", 6, "lag_crp has no option 'frist_output'; did you mean 'first_output'"),
        ('label = "later"', 'label = "a/b"', 6, "may have letters, digits"),
        (', label = "later"', ', label = "lag_rank"', 6, "must be unique"),
        ('name = "tcm"', 'name = "tmc"', 9, r"models\[1\].name: there is no model 'tmc'; did you mean 'TCM'"),
        ('name = "tcm"', 'name = "none.py"', 9, "there is no file none.py"),
        ('name = "tcm"', 'name = "tcm:x"', 9, "has no preset 'x'"),
        ('name = "tcm"', "", 8, "a model needs its name"),
        ("{ context_drift", "{ context_drif", 11, r"parameters.context_drif: there is no such key; did you mean"),
        ("[0.5, 0.7]", "[0.5, 1.7]", 11, r"context_drift\[2\]: TCM: context_drift=1.7 is outside its range"),
        ("[0.5, 0.7]", "[]", 11, "the list of values is empty"),
        ("[0.5, 0.7]", "[0.5, 0.5]", 8, "several models have the label 'TCM 0.5'"),
        ("TCM {context_drift}", "TCM {drift}", 10, "cannot be filled in.*context_drift"),
        ("TCM {context_drift}", "people", 8, "the label 'people' is that of people in figures"),
        ('tasks = ["immediate"]', 'tasks = ["immediat"]', 15, "there is no task 'immediat'; did you mean 'immediate'"),
        ("murdock1962:20-1", "murdoch1962", 18, r"paradigms\[1\].people: there is no data set.*did you mean"),
        ("murdock1962:20-1", "murdock1962", 18, "name one"),
        ("murdock1962:20-1", "mine.csv", 18, "there is no file mine.csv"),
        ('label = "immediate"', 'name = "serial_recall"', 18, "is from FreeRecall, not SerialRecall"),
        ('label = "immediate"', "settings.list_length = 12", 19, "leave it to the data"),
        ('"delay {retention_interval:g}"', '"delay"', 21, "several tasks have the label 'delay'"),
        ("    16,", "    -16,", 27, r"retention_interval\[2\]: FreeRecall: retention_interval=-16"),
        ("list_length = 8", 'list_length = "eight"', 24, "must be a number"),
        ('[[models]]\nname = "SIMPLE"', '[[model]]\nname = "SIMPLE"', 13, "model: there is no such key; did you mean"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    assert old in SMALL
    with pytest.raises(InputError, match=rf"^small.toml, line {line}, .*{message}"):
        read_battery(written(SMALL.replace(old, new, 1)))


def test_other_mistakes() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_battery(Path("nowhere.toml"))
    with pytest.raises(InputError, match=r"small.toml is not TOML.*line 3"):
        read_battery(written("\n[battery]\ntitle = \n"))
    with pytest.raises(InputError, match="must be a list of analyses|there must be a list of analyses"):
        read_battery(written("[battery]\n"))
    with pytest.raises(InputError, match=r"there must be at least one \[\[paradigms\]\]"):
        read_battery(written('[battery]\nanalyses = ["lag_crp"]\n'))
    serial = SMALL.replace('name = "tcm"', 'name = "SAM"').replace("{ context_drift = [0.5, 0.7] }", "{}")
    serial = serial.replace('label = "TCM {context_drift}"', "").replace(
        "[paradigms.settings]", 'name = "serial_recall"'
    )
    with pytest.raises(InputError, match=r"line 8, models\[1\]: SAM has no account of SerialRecall.*tasks = "):
        read_battery(
            written(serial[: serial.index("list_length")].replace('label = "delay {retention_interval:g}"', ""))
        )


def test_lines_of_keys() -> None:
    text = (
        '# a = 1\nb = """\na = 2\n[c]\n"""\n\n# before c\n[c] # here\n"a" = [\n  1, # one\n  2,\n]\n'
        "[[d]]\n[d.e]\nf.g = 'x'\n[[d]]\ne = { f = { g = 1 } }\n"
    )
    assert tomllib.loads(text)["d"][1]["e"]["f"]["g"] == 1
    places: dict[tuple[Any, ...], int] = {
        ("b",): 2, ("c",): 8, ("c", "a"): 9, ("c", "a", 1): 9, ("d", 0): 13, ("d", 0, "e"): 14,
        ("d", 0, "e", "f", "g"): 15, ("d", 1): 16, ("d", 1, "e", "f", "g"): 17, ("missing",): 17,
    }  # fmt: skip
    assert {place: line_of(text, place) for place in places} == places
    assert line_of(text, ("c", "a", 1), "2") == 11


def test_examples_are_sound() -> None:
    for path in EXAMPLES.glob("*.toml"):
        planned, _ = read_battery(path)
        assert planned.models and all(task.people is not None for task in planned.tasks), path
    readme, _ = read_battery(EXAMPLES / "readme_figure.toml")
    assert readme.n_trials == 5000 and readme.tasks[0].paradigm == FreeRecall(list_length=20, output_limit=15)
    six, _ = read_battery(EXAMPLES / "murdock1962.toml")
    assert sorted(task.people.label for task in six.tasks if task.people) == [
        f"murdock1962:{condition}" for condition in ("10-2", "15-2", "20-1", "20-2", "30-1", "40-1")
    ]
    assert SerialRecall not in {type(task.paradigm) for task in six.tasks}

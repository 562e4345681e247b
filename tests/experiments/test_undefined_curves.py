"""Curves that the lists or the responses do not define leave a gap and a sentence, and end nothing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import memsim
from memsim import ItemPool, Recalls, Trials
from memsim.analysis import analyze, plot
from memsim.commands.main import main
from memsim.core.errors import BeyondWarning, DataWarning, InputError
from memsim.models import SIMPLE, TCM, Strength
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.reporting.comparison_files import write_comparison
from memsim.running.result_files import ResultFolder
from tests.analysis.names import WITHOUT_CUES
from tests.conftest import shared_file

OF_SERIAL_RECALL = ("serial_accuracy", "error_types", "transposition_gradient", "fill_in", "repetition_distance",
                    "relative_order")  # fmt: skip
RESPONSES: dict[str, tuple[list[list[int]], int, list[int]]] = {
    "everybody is silent": ([[0, 0]] * 4, 5, [1, 1, 2, 2]),
    "one list": ([[2, 1]], 5, [1]),
    "one silent list": ([[0, 0]], 5, [1]),
    "lists of one item": ([[1], [0], [1], [1]], 1, [1, 1, 2, 2]),
    "intrusions only": ([[-1, -1]] * 4, 5, [1, 1, 2, 2]),
    "a silent subject": ([[2, 3], [5, 4], [0, 0], [0, 0]], 5, [1, 1, 2, 2]),
    "single responses": ([[2], [3], [1], [4]], 5, [1, 1, 2, 2]),
}


def people(kind: str, serial: bool = False, repeated: bool = False) -> Recalls:
    """Recalls with times, features and categories."""
    rows, length, subject = RESPONSES[kind]
    given = np.array(rows)
    items = np.arange(length) + np.arange(len(rows))[:, None] * length
    if repeated and length > 1:
        items = items.copy()
        items[:, 3] = items[:, 1]
    pool = ItemPool(np.arange(40), np.random.default_rng(0).normal(size=(40, 5)), categories=np.arange(40) % 3)
    task = SerialRecall(list_length=length) if serial else FreeRecall(list_length=length)
    recalls = Recalls(Trials(items, pool, task, subject), given)
    times = np.where(recalls.positions != 0, np.arange(1.0, recalls.positions.shape[1] + 1), np.nan)
    return Recalls(recalls.trials, recalls.positions, times=times)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.filterwarnings("ignore:bootstrap. .* fewer than 20 subjects:memsim.core.errors.DataWarning")
@pytest.mark.parametrize("kind", RESPONSES)
def test_every_analysis_leaves_a_gap(kind: str) -> None:
    for name in WITHOUT_CUES:
        if name == "prior_list_intrusions" and kind == "intrusions only":
            continue  # which words intruded is not known, which is another matter
        if name == "spacing_effect" and RESPONSES[kind][1] == 1:
            continue  # a list of one item repeats none
        recalls = people(kind, name in OF_SERIAL_RECALL, name == "spacing_effect")
        frame = analyze(recalls, name)
        assert len(frame)
        plot(frame)
        plot(frame, interval="bootstrap")


@pytest.mark.parametrize("kind", ["everybody is silent", "one list", "lists of one item", "a silent subject"])
def test_models_run_beside_such_people(kind: str, tmp_path: Path) -> None:
    recalls = people(kind)
    with pytest.warns(BeyondWarning, match="was fitted to lists of 20"):
        found = memsim.run({"TCM": TCM(), "SIMPLE": SIMPLE()}, recalls.trials.paradigm, recalls, n_trials=40)
    left_out = {(each.label, each.analysis): each.reason for each in found.manifest.left_out}
    undefined = kind in ("everybody is silent", "lists of one item")
    assert (("people", "lag_crp") in left_out) == undefined
    names = [path.name for path in write_comparison(found, ResultFolder(tmp_path / "out", "run")).files]
    assert {"report.html", "summary.csv", "comparison.png"} <= set(names)


@pytest.mark.parametrize("kind", ["everybody is silent", "intrusions only", "a silent subject"])
def test_fits_of_such_people(kind: str) -> None:
    recalls = people(kind)
    for per in ("group", "subject"):
        fitted = memsim.fit(Strength(), recalls, ["stopping"], per, starts=1, generations=1)
        assert len(fitted.units) == (1 if per == "group" else 2)
    with pytest.warns(DataWarning, match="lag_crp cannot be computed from the lists of"):
        memsim.fit(Strength(), recalls, ["stopping"], "subject", by="summary", n_trials=20, starts=1, generations=1)


def test_a_subject_without_any_of_the_curves_is_left_out_and_named() -> None:
    settings = {"by": "summary", "weights": {"lag_crp": 1.0}, "n_trials": 20, "starts": 1, "generations": 1}
    with pytest.warns(DataWarning, match="subject 2 is left out: its lists define no curve to fit"):
        fitted = memsim.fit(Strength(), people("a silent subject"), ["stopping"], "subject", **settings)
    assert [unit.unit for unit in fitted.units] == ["1"]
    with pytest.raises(InputError, match="none of the curves can be computed from these lists"):
        memsim.fit(Strength(), people("everybody is silent"), ["stopping"], **settings)


def uneven(lists: Sequence[int]) -> Recalls:
    subject = np.repeat(np.arange(1, len(lists) + 1), lists)
    return Recalls.from_matrix(np.tile([3, 1, 2], (len(subject), 1)), 3, subject=subject)


SEARCH = {"starts": 1, "generations": 1}


def test_a_subject_with_one_list_does_not_block_a_comparison() -> None:
    found = memsim.compare({"Strength": Strength()}, uneven([6, 1]), **SEARCH)
    held = found.lists[found.lists["model"] == "Strength"]
    assert held.groupby("subject").size().to_dict() == {1: 6, 2: 1} and held["fold"].nunique() == 5
    with pytest.warns(DataWarning, match="subject 2 has 1 list, so that none is left to fit.*--over subjects"):
        found = memsim.compare({"Strength": Strength()}, uneven([6, 1]), per="subject", **SEARCH)
    assert set(found.lists["subject"]) == {1}
    with pytest.raises(InputError, match="subjects 1, 2 have 1 list each, .*--per group"):
        memsim.compare({"Strength": Strength()}, uneven([1, 1]), per="subject", **SEARCH)
    with pytest.raises(InputError, match="there is 1 list, subject 1: none is left to fit"):
        memsim.compare({"Strength": Strength()}, uneven([1]), **SEARCH)


def test_compare_of_the_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = shared_file("cases/19_compare_subject_with_one_list/data.csv")
    arguments = ["compare", "strength", "--data", str(data), "--starts", "1", "--generations", "1", "--workers", "1"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    assert "6 lists of 2 subjects" in capsys.readouterr().out


CAT_DOG_CAT = pd.DataFrame(
    {
        "subject": 1, "list": [1, 1, 1, 2, 2, 2, 1, 2], "position": [1, 2, 3, 1, 2, 3, 1, 1],
        "trial_type": ["study"] * 6 + ["recall"] * 2, "item": ["cat", "dog", "cat"] * 2 + ["dog", "cat"],
    }
)  # fmt: skip


@pytest.fixture
def cat_dog_cat(tmp_path: Path) -> str:
    CAT_DOG_CAT.to_csv(tmp_path / "data.csv", index=False)
    return str(tmp_path / "data.csv")


def test_run_draws_what_lists_with_repeated_items_define(
    cat_dog_cat: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--data", cat_dog_cat, "--models", "tcm", "SIMPLE", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    for model in ("TCM", "SIMPLE"):
        lines = [line for line in printed.err.splitlines() if line.endswith(f"{model} is left out")]
        assert len(lines) == 1 and "holds an item twice" in lines[0]
    assert "Left out for data: probability_of_nth_recall, lag_crp" in " ".join(printed.out.split())
    curves = pd.read_csv(tmp_path / "out" / "curves.csv").set_index("curve")
    assert curves.loc["serial_position_curve", "mean"].tolist() == [0.5, 0.5, 0.5]
    assert curves.loc["repetition_effect", "mean"].tolist() == [0.5, 0.5]
    assert curves.loc[["spacing_effect"], "x"].tolist() == [1]
    assert "every analysis" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "tcm"],
        ["fit", "cmr"],
        ["fit", "strength", "--by", "summary"],
        ["fit", "SAM:murdock1962-soft"],
        ["compare", "tcm", "--folds", "2"],
    ],
)
def test_fits_of_lists_with_repeated_items_are_refused_in_one_line(
    arguments: list[str], cat_dog_cat: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([*arguments, "--data", cat_dog_cat, "--starts", "1", "--generations", "1", "--out", str(out)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "list 0 holds an item twice; this takes lists of different items" in line
    assert not out.exists(), "nothing was begun"


class Repeats(Strength):
    """A model that says that it takes lists with repeated items."""

    takes_repeated_items = True

    def begin(self, trials, rng):  # type: ignore[no-untyped-def]
        state = super().begin(trials, rng)
        self.__dict__["later"] = trials.first_presentation != np.arange(trials.list_length)
        return state

    def cue(self, state, cue):  # type: ignore[no-untyped-def]
        state = super().cue(state, cue)
        state[:, :-1][self.__dict__["later"]] = 0
        return state


def test_a_model_that_takes_them_studies_the_lists_of_people(cat_dog_cat: str) -> None:
    recalls = memsim.load_recalls(cat_dog_cat)
    found = memsim.run({"Repeats": Repeats()}, recalls.trials.paradigm, recalls, n_trials=40)
    assert found.recalls["Repeats"].trials.repeated_items.all()
    assert set(found.curves["label"]) == {"people", "Repeats"}
    assert found.summary.set_index("label").loc["Repeats", "rmsd_serial_position_curve"] < 1


def test_battery_of_lists_with_repeated_items(cat_dog_cat: str, tmp_path: Path) -> None:
    file = tmp_path / "b.toml"
    file.write_text(
        '[battery]\nn_trials = 20\nanalyses = ["serial_position_curve", "repetition_effect", "lag_crp"]\n'
        '[[models]]\nname = "tcm"\n[[paradigms]]\npeople = "data.csv"\n'
    )
    with pytest.warns(DataWarning, match="TCM is left out"):
        results = memsim.battery(file, tmp_path / "out", workers=1, progress=False)
    assert set(results.frames) == {"serial_position_curve", "repetition_effect"}
    assert {(each.label, each.analysis) for each in results.manifest.left_out} == {("TCM", ""), ("data", "lag_crp")}

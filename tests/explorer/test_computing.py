"""What a page shows: its curves are those of ``run``, its likelihoods those of ``log_likelihood``, its files run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import load_dataset, log_likelihood, run, simulate
from memsim.core.errors import InputError
from memsim.core.likelihood import likelihood_parts
from memsim.experiments.battery_file import read_battery
from memsim.explorer.curves import Curves
from memsim.explorer.drawing import dash_of, figures, round_above
from memsim.explorer.exports import battery_of, python_of
from memsim.explorer.likelihoods import NO_LISTS, Scored, impossible, in_parts, of_parts, of_setting, scored
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting, edited, first_setting
from memsim.models import CMR, SIMPLE, TCM, EqualVariance, Strength, UnequalVariance, Uniform
from memsim.paradigms import FreeRecall, Recognition, SerialRecall

MENU = Menu()
CURVES = Curves(MENU)
SMALL = replace(first_setting(MENU, FreeRecall(list_length=8)), n_trials=60)


def drawn(setting: Setting) -> list[dict[str, Any]]:
    points = {label: CURVES.of_model(setting, label) for label, _ in setting.models}
    people = CURVES.of_people(setting)
    return figures(
        CURVES.analyses(setting), {setting.people: people, **points} if people else points, setting.people, {}
    )


@pytest.mark.parametrize(
    ("setting", "people"),
    [
        (Setting(FreeRecall(list_length=8), (("TCM", TCM()), ("Strength", Strength())), n_trials=60), None),
        (Setting(SerialRecall(list_length=5), (("CMR", CMR()), ("TCM", TCM())), n_trials=60, seed=3), None),
        (Setting(Recognition(ratings=6), (("UnequalVariance", UnequalVariance()), ("TCM", TCM())), n_trials=60), None),
        (Setting(MENU.task_of_people("murdock1962:20-1"), (("SIMPLE", SIMPLE()), ("TCM", TCM())), "murdock1962:20-1",
                 n_trials=60), "murdock1962:20-1"),
    ],
)  # fmt: skip
def test_curves_are_those_of_run(setting: Setting, people: str | None) -> None:
    found = run(dict(setting.models), setting.task, people, n_trials=60, seed=setting.seed).points
    shown = {each["id"]: each for each in drawn(setting)}
    assert shown.keys() == {name for name, frame in found.items() if len(frame)}
    for name, figure in shown.items():
        assert len(figure["lines"]) == found[name]["label"].nunique()
        for line in figure["lines"]:
            of_people = found[name]["label"].str.startswith("Murdock")
            rows = found[name][of_people if line["people"] else found[name]["label"] == line["label"]]
            expected = rows["mean"].to_numpy(dtype=float)
            if figure["style"] == "lags":
                at = rows["lag" if "lag" in rows else "displacement"]
                expected = np.where(at == 0, np.nan, expected)[at.abs() <= 5]
            shown_means = np.array(line["mean"], dtype=float)
            kept = np.isfinite(expected)  # run leaves out points that are not defined
            np.testing.assert_allclose(shown_means[np.isfinite(shown_means)], expected[kept], atol=1e-5, err_msg=name)
            assert len(line["x"]) == len(line["mean"]) == len(line["low"]) == len(line["places"])


def test_the_same_seed_gives_the_same_noise() -> None:
    one, other = drawn(SMALL), drawn(edited(SMALL, MENU, "model:TCM", "context_drift", 0.6251))
    means = [np.array(each[0]["lines"][0]["mean"], dtype=float) for each in (one, other)]
    assert np.abs(means[0] - means[1]).max() <= 2 / 60 + 1e-9  # hardly a list changes
    assert drawn(SMALL) == one
    assert drawn(replace(SMALL, seed=1)) != one


def test_a_slow_model_is_first_shown_by_fewer_lists() -> None:
    curves, setting = Curves(MENU), replace(SMALL, n_trials=1000)
    first = curves.first_look(setting, "TCM")
    assert 20 <= first < 1000
    rough = curves.of_model(setting, "TCM", first)
    assert curves.first_look(setting, "TCM") == 1000 or rough
    whole = curves.of_model(setting, "TCM")
    assert curves.first_look(setting, "TCM") == 1000  # it is known by now
    assert curves.of_model(setting, "TCM") is whole


def test_people_are_black_and_figures_have_words() -> None:
    setting = first_setting(MENU, None, ["TCM"], "murdock1962:20-1")
    for figure in drawn(replace(setting, n_trials=60)):
        black = [line["label"] for line in figure["lines"] if line["people"]]
        assert black == ["murdock1962:20-1"]
        by_label = {line["label"]: line for line in figure["lines"]}
        assert by_label["murdock1962:20-1"]["color"] == "#1a1a1a" != by_label["TCM"]["color"]
        assert "TCM:" in figure["words"] and "highest" in figure["words"] and figure["y_label"] in figure["words"]
        low, high = figure["y"]["low"], figure["y"]["high"]
        assert all(low <= mean <= high for line in figure["lines"] for mean in line["mean"] if mean is not None)


def test_axes_end_at_round_numbers() -> None:
    assert [round_above(x) for x in (0.03, 0.11, 0.15, 0.41, 0.82, 1.0, 7, 0)] == [
        0.03,
        0.15,
        0.15,
        0.5,
        1.0,
        1.0,
        8.0,
        1.0,
    ]
    assert dash_of("-") == "" and dash_of((0, (5, 1))) == "10 2"


def test_likelihoods_are_those_of_the_lists_beside_uniform_choice() -> None:
    people = load_dataset("morton2013")[:50]
    found = scored("TCM", TCM(), people)
    assert found.per_list == pytest.approx(log_likelihood(TCM(), people).mean())
    uniform = likelihood_parts(Uniform(), people).choice + likelihood_parts(TCM(), people).termination
    assert found.uniform == pytest.approx(uniform.mean()) and found.above == pytest.approx(
        found.per_list - uniform.mean()
    )
    assert scored("x", Uniform(), people).above == pytest.approx(0)
    judged = simulate(EqualVariance(), Recognition(ratings=4).trials(30), 0)
    assert scored("x", EqualVariance(), judged).uniform == pytest.approx(judged.trials.paradigm.n_probes * -np.log(4))


def test_scores_of_parts_make_that_of_the_whole() -> None:
    people, known = load_dataset("morton2013")[:900], dict[Any, Scored]()
    assert sum(1 for _ in in_parts("TCM", TCM(), people, known)) == len(known) > 1
    whole, joined = scored("TCM", TCM(), people), of_parts("TCM", TCM(), people, known)
    assert joined.per_list == pytest.approx(whole.per_list) and joined.uniform == pytest.approx(whole.uniform)
    assert (joined.n_lists, joined.possible) == (900, whole.possible)


def test_lists_without_a_probability_are_counted() -> None:
    strict = TCM(stop_base=0.0)
    found = scored("TCM", strict, simulate(TCM(), FreeRecall(list_length=4).trials(40), 0))
    assert found.per_list == -np.inf and 0 < found.possible < 40 and "impossible" in impossible(found)
    assert scored("SIMPLE", SIMPLE(), load_dataset("morton2013")[:5]).note


def test_people_of_whom_only_curves_ship_have_no_likelihood() -> None:
    setting = first_setting(MENU, None, ["TCM"], "murdock1962:20-1")
    if MENU.people(setting.people).recalls is None:
        assert of_setting(setting, MENU, {}) == {"columns": [], "rows": [], "words": NO_LISTS}
    assert of_setting(replace(setting, people=""), MENU, {}) is None


EXPORTED = [
    SMALL.with_model("TCM", TCM(context_drift=0.8, association="pre")),
    replace(first_setting(MENU, None, ["CMR:demonstration", "SIMPLE"], "murdock1962:20-1"), n_trials=60, seed=4),
    replace(first_setting(MENU, Recognition(ratings=4, n_lures=3)), n_trials=40),
]


@pytest.mark.parametrize("setting", EXPORTED)
def test_the_script_gives_the_curves_of_the_page(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(python_of(setting, MENU), "explored.py", "exec"), names)
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    assert names["found"].models == dict(setting.models) and names["task"] == setting.task
    curve = names["found"].curves.query("curve == @name", local_dict={"name": drawn(setting)[0]["id"]})
    for line in drawn(setting)[0]["lines"]:
        of_line = curve.query("label == @name", local_dict={"name": line["label"]})
        assert of_line["mean"].round(5).tolist() == pytest.approx(list(line["mean"]), abs=2e-5)


@pytest.mark.parametrize("setting", EXPORTED)
def test_the_battery_file_is_the_setting(setting: Setting, tmp_path: Path) -> None:
    (path := tmp_path / "explored.toml").write_text(battery_of(setting, MENU), encoding="utf-8")
    plan, _ = read_battery(path)
    assert {each.label: each.model for each in plan.models} == dict(setting.models)
    (task,) = plan.tasks
    assert task.paradigm == setting.task and (task.people.label if task.people else "") == setting.people
    assert (plan.n_trials, plan.seeds) == (setting.n_trials, (setting.seed,))
    assert [each.name for each in plan.analyses] == list(CURVES.analyses(setting))


def test_a_model_of_ones_own_is_exported_with_a_word() -> None:
    menu = Menu({"mine": TCM(context_drift=0.2)})
    script = python_of(first_setting(menu, FreeRecall(), ["mine"]), menu)
    assert '"mine": TCM(context_drift=0.2),' in script


def test_a_model_that_cannot_do_the_task_is_refused() -> None:
    with pytest.raises(InputError, match="no account"):
        first_setting(MENU, SerialRecall(), ["Strength"])

"""What is chosen on a page: edits, links, and what a hostile link can do, which is nothing."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim.core.errors import InputError, MemsimError
from memsim.explorer.fields import form
from memsim.explorer.links import query_of, setting_of
from memsim.explorer.menu import Menu
from memsim.explorer.setting import LONGEST_LIST, MOST_MODELS, Setting, edited, first_setting, lists_for, most_lists
from memsim.models import CMR, DNC, TCM
from memsim.paradigms import ContinuousRecognition, FreeRecall, Recognition, SerialRecall

MENU = Menu({"mine, 50%": TCM(context_drift=0.3)})
FIRST = first_setting(MENU, FreeRecall())


def test_a_page_begins_with_models_of_the_task() -> None:
    assert dict(FIRST.models) == {"TCM": TCM(), "CMR": CMR()}
    assert FIRST.watched == "TCM" and FIRST.people == ""
    for name, task in MENU.tasks.items():
        setting = first_setting(MENU, task())
        assert setting.models and all(label in MENU.models_of(setting.task) for label, _ in setting.models), name


@given(
    drift=st.floats(0, 1), noise=st.floats(0.01, 100), rule=st.sampled_from(["post", "pre"]),
    seed=st.integers(0, 2**63 - 1), n_trials=st.integers(20, 5000), length=st.integers(1, 40),
    limit=st.none() | st.integers(1, 40),
)  # fmt: skip
def test_a_link_restores_the_setting(
    drift: float, noise: float, rule: str, seed: int, n_trials: int, length: int, limit: int | None
) -> None:
    task = FreeRecall(list_length=length, output_limit=limit)
    models = (
        ("CMR:demonstration", CMR.preset("demonstration").replace(recall_drift=drift)),
        ("TCM", TCM(context_drift=drift, choice_noise=noise, association=rule)),
        ("mine, 50%", TCM(context_drift=drift)),
    )
    setting = Setting(task, models, "", n_trials, seed, "TCM", n_trials // 2)
    query = query_of(setting, MENU)
    assert setting_of(query, MENU) == setting and setting_of(f"?{query}", MENU) == setting


@given(length=st.integers(1, LONGEST_LIST), lures=st.integers(0, 300), n_trials=st.integers(20, 20_000))
def test_a_link_restores_long_lists(length: int, lures: int, n_trials: int) -> None:
    for task in (FreeRecall(list_length=length), Recognition(list_length=length, n_lures=lures)):
        if most_lists(task) < 20:
            continue
        begun = first_setting(MENU, task)
        assert begun.n_trials == min(1000, most_lists(task))
        moved = replace(begun, n_trials=lists_for(task, n_trials))
        for setting in (begun, moved, edited(FIRST, MENU, "task", "list_length", length)):
            assert setting_of(query_of(setting, MENU), MENU, FIRST) == setting
        assert setting_of(query_of(begun, MENU).partition("&lists")[0], MENU, FIRST) == begun


def test_lists_too_long_for_any_page_are_refused_with_what_to_choose() -> None:
    with pytest.raises(InputError, match="choose lists of at most 1,581 items"):
        first_setting(MENU, FreeRecall(list_length=1582))
    assert first_setting(MENU, FreeRecall(list_length=1581)).n_trials == 20
    with pytest.raises(InputError, match="20 lists of 900 items and 9,900 probes .* choose fewer items or probes"):
        first_setting(MENU, Recognition(list_length=900, n_lures=9000))
    with pytest.raises(InputError, match="1,000 lists of 300 items are too many .* at most 555 lists"):
        setting_of("task=free_recall(list_length=300)&lists=1000", MENU)
    beyond = replace(FIRST, trial=500)
    assert setting_of("lists=20", MENU, beyond).trial == 20, "the link names no list"


def test_a_link_holds_what_differs() -> None:
    people = "peers_experiment2:delayed_16"
    task = MENU.task_of_people(people)
    setting = Setting(task.replace(retention_interval=8.0), (("TCM", TCM(context_drift=0.8)),), people, watched="TCM")
    query = query_of(setting, MENU)
    assert query == (
        "task=free_recall(retention_interval=8.0)&people=peers_experiment2:delayed_16&model=TCM(context_drift=0.8)"
        "&lists=1000&seed=0&watch=TCM&list=1"
    )
    assert setting_of(query, MENU) == setting
    assert setting_of("model=cmr:DEMONSTRATION", MENU).by_label == {"CMR:demonstration": CMR.preset("demonstration")}
    assert setting_of("task=Continuous-Recognition(lags=0 3)", MENU).task == ContinuousRecognition(lags="0 3")
    assert setting_of("people=farrell_lewandowsky2003:dissimilar", MENU).people == "farrell_lewandowsky2003"
    assert setting_of("model=DNC(without=reading)", MENU).by_label["DNC"] == DNC(without="reading")
    twice = setting_of("model=TCM(context_drift=0.8)&model=tcm&watch=TCM (2)", MENU)
    assert twice.by_label == {"TCM": TCM(context_drift=0.8), "TCM (2)": TCM()} and twice.watched == "TCM (2)"
    assert setting_of("", MENU, FIRST) == FIRST
    assert setting_of("seed=7", MENU, FIRST) == replace(FIRST, seed=7)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("model=evil.py", "no model"),
        ("model=evil.py:TCM", "no model"),
        ("model=DNC:/home/evil.safetensors", "no model"),
        ("model=DNC(weights=evil.safetensors)", "no parameter"),
        ("/etc/passwd", "has a part"),
        ("model=TCM(__class__=1)", "no parameter"),
        ("model=TCM(context_drift=__import__('os'))", "is not a number|must be a name"),
        ("model=TCM(context_drift=1e999)", "finite"),
        ("model=TCM(context_drift=nan)", "finite"),
        ("model=TCM(context_drift=2)", "outside its range"),
        ("model=TCM(context_drift=.1,context_drift=.2)", "each parameter once"),
        ("model=StartEnd", "no account"),
        ("people=/etc/passwd", "no people"),
        ("people=mine.csv", "no people"),
        ("people=peers_notask&task=serial_recall", "asks for"),
        ("people=peers_notask&task=free_recall(list_length=10)", "leave it"),
        ("people=peers_notask:nobody", "no condition"),
        ("task=free_recall(list_length=10000)", "too many"),
        ("task=nonsense", "no paradigm"),
        ("lists=1e9", "whole number"),
        ("lists=99999999", "from 20 to"),
        ("lists=" + "9" * 5000, "whole number"),
        ("seed=-1", "whole number"),
        ("list=2000", "beyond"),
        ("seed=1&seed=2", "give it once"),
        ("watch=SAM", "not among"),
        ("__proto__=1", "There are"),
        ("model=" + "TCM" * 9000, "characters"),
        ("&".join(["model=TCM"] * 100), "cannot be read"),
        ("model=%ff", "cannot be read"),
    ],
)
def test_a_hostile_link_is_refused_in_words(query: str, says: str) -> None:
    with pytest.raises(MemsimError, match=says):
        setting_of(query, MENU, FIRST)


@given(st.text(max_size=60) | st.text("modeltask=(),&%:TCM01.", max_size=60))
def test_any_text_is_a_setting_or_an_error_of_memsim(query: str) -> None:
    with suppress(MemsimError):
        assert isinstance(setting_of(query, MENU, FIRST), Setting)


def test_an_address_as_a_user_copies_it() -> None:
    seven = replace(FIRST, seed=7)
    for link in (
        "seed=7", "?seed=7", " seed=7 ", "seed=7#top", "http://127.0.0.1:5006/?seed=7", "127.0.0.1:5006/?seed=7#top",
        "http://[::1]:5006/?seed=7", 'memsim explore --link "seed=7"', "memsim explore TCM --port 0 --link=seed=7",
    ):  # fmt: skip
        assert setting_of(link, MENU, FIRST) == seven, link
    for link in (
        "http://127.0.0.1:5006/",
        "http://127.0.0.1:5006",
        "localhost:5006/",
        "https://hub.example/a=b/5006/",
        "?",
        "#top",
        "",
    ):
        assert setting_of(link, MENU, FIRST) == FIRST, link
    with pytest.raises(InputError, match="whole number"):
        setting_of("seed=7?lists=50", MENU, FIRST)
    with pytest.raises(InputError, match="has a part 'seeds'; did you mean 'seed'"):
        setting_of("seeds", MENU, FIRST)
    people = first_setting(MENU, people="peers_notask")
    assert setting_of("people=none", MENU, people).people == setting_of("people=None&seed=7", MENU, people).people == ""


def test_edits_of_parameters_models_and_presets() -> None:
    moved = edited(FIRST, MENU, "model:TCM", "context_drift", 0.9)
    assert moved.by_label == {"TCM": TCM(context_drift=0.9), "CMR": CMR()}
    assert edited(moved, MENU, "model:TCM", "association", "pre").by_label["TCM"] == TCM(
        context_drift=0.9, association="pre"
    )
    more = edited(moved, MENU, "models", "SAM", True)
    assert list(more.by_label) == ["TCM", "CMR", "SAM"]
    assert edited(more, MENU, "models", "SAM", True) == more
    less = edited(edited(more, MENU, "models", "TCM", False), MENU, "models", "CMR", False)
    assert list(less.by_label) == ["SAM"] == [less.watched]
    preset = edited(FIRST, MENU, "model:CMR", "preset", "CMR:demonstration")
    assert preset.by_label == {"TCM": TCM(), "CMR:demonstration": CMR.preset("demonstration")}
    moved = edited(preset, MENU, "model:CMR:demonstration", "recall_drift", 0.5)
    assert moved.by_label["CMR:demonstration"] == CMR.preset("demonstration").replace(recall_drift=0.5)
    assert list(edited(preset, MENU, "models", "CMR", False).by_label) == ["TCM"]


def test_two_models_of_one_name_are_edited_apart() -> None:
    both = setting_of(
        "task=free_recall&model=CMR&model=CMR(recall_drift=0.5)&model=CMR:demonstration&watch=CMR (2)", MENU
    )
    assert list(both.by_label) == ["CMR", "CMR (2)", "CMR:demonstration"]
    shown = [each for each in form(both, MENU) if each["id"].startswith("model:")]
    assert [each["fields"][0]["value"] for each in shown] == ["CMR", "CMR", "CMR:demonstration"]
    moved = edited(both, MENU, "model:CMR (2)", "recall_drift", 0.6)
    assert moved.by_label == {**both.by_label, "CMR (2)": CMR(recall_drift=0.6)}
    preset = edited(moved, MENU, "model:CMR", "preset", "CMR:demonstration")
    demonstration = CMR.preset("demonstration")
    assert preset.by_label == {
        "CMR:demonstration": demonstration, "CMR": CMR(recall_drift=0.6), "CMR:demonstration (2)": demonstration
    }  # fmt: skip
    assert preset.watched == "CMR", "the same model as before"
    back = edited(preset, MENU, "model:CMR:demonstration (2)", "preset", "CMR")
    assert list(back.by_label) == ["CMR:demonstration", "CMR", "CMR (2)"] and back.by_label["CMR (2)"] == CMR()
    for setting in (both, moved, preset, back):
        assert setting_of(query_of(setting, MENU), MENU) == setting
    with pytest.raises(InputError, match="only model"):
        edited(both, MENU, "models", "CMR", False)
    with pytest.raises(InputError, match="one label"):
        Setting(FreeRecall(), (("TCM", TCM()), ("TCM", TCM())))


def test_edits_of_the_task_keep_what_has_an_account_of_it() -> None:
    both = edited(FIRST, MENU, "models", "Strength", True)
    serial = edited(both, MENU, "task", "name", "serial_recall")
    assert serial.task == SerialRecall() and list(serial.by_label) == ["TCM", "CMR"]
    judged = edited(Setting(FreeRecall(), (("Strength", MENU.model("Strength")),)), MENU, "task", "name", "recognition")
    assert judged.task == Recognition() and judged.by_label.keys() <= MENU.models_of(Recognition()).keys()
    people = edited(FIRST, MENU, "task", "people", "murdock1962:20-1")
    assert people.task == MENU.task_of_people("murdock1962:20-1") and people.people == "murdock1962:20-1"
    assert edited(people, MENU, "task", "retention_interval", 16.0).people == "murdock1962:20-1"
    assert edited(people, MENU, "task", "list_length", 10).people == ""
    long = edited(FIRST, MENU, "task", "list_length", 400)
    assert long.n_trials < 1000 and long.trial <= long.n_trials


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("model:TCM", "context_drift", 7), ("model:TCM", "context_drift", "0.5"), ("model:TCM", "context_drift", True),
        ("model:TCM", "context_drift", None), ("model:TCM", "weights", "x"), ("model:SAM", "lapse", 0.1),
        ("model:TCM", "preset", "evil.py"), ("models", "TCM", 1), ("models", "evil.py", True),
        ("models", "StartEnd", True), ("task", "people", "/etc/passwd"), ("task", "people", "farrell_lewandowsky2003"),
        ("task", "name", "x"),
        ("task", "list_length", 0), ("lists", "n_trials", 0), ("lists", "n_trials", float("nan")),
        ("lists", "n_trials", float("inf")), ("lists", "n_trials", 10**400), ("lists", "seed", 1.5),
        ("lists", "seed", -1),
        ("inside", "watched", "SAM"), ("inside", "trial", 10**6), ("nothing", "x", 1), ("lists", "x", 1),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_done_is_an_error(group: str, name: str, value: Any) -> None:
    with pytest.raises(MemsimError):
        edited(FIRST, MENU, group, name, value)


def test_no_more_models_than_can_be_told_apart_and_not_none() -> None:
    offered = list(MENU.models_of(FreeRecall()))
    with pytest.raises(InputError, match=f"at most {MOST_MODELS}"):
        first_setting(MENU, FreeRecall(), offered[: MOST_MODELS + 1])
    with pytest.raises(InputError, match="only model"):
        edited(first_setting(MENU, FreeRecall(), ["TCM"]), MENU, "models", "TCM", False)

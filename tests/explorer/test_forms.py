"""Forms from declarations: every model in every task, and the ends of sliders."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memsim.core.parameters import Parameter
from memsim.explorer.fields import field_of, form, slider, usual_parameters
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting, first_setting
from memsim.models import CMR, SAM, TCM
from memsim.paradigms import FreeRecall, Recognition

MENU = Menu()


@pytest.mark.parametrize("name", MENU.tasks)
def test_every_declared_parameter_has_a_field(name: str) -> None:
    task = MENU.task(name)()
    for label, model in MENU.models_of(task).items():
        groups = {each["id"]: each for each in form(Setting(task, ((label, model),)), MENU)}
        own = groups[f"model:{label}"]
        fields = {each["name"]: each for each in (*own["fields"], *own["more"])}
        for declared in model.parameters():
            field = fields[declared.name]
            assert field["value"] == getattr(model, declared.name) and field["help"]
            if field["kind"] == "range":
                assert field["from"] <= field["value"] <= field["to"] and field["step"] > 0
                for end in ("from", "to"):
                    declared.check(field[end], label)
        assert own["fields"], label
        assert {each["name"] for each in groups["task"]["fields"]} >= {each.name for each in task.parameters()}
        chosen = [each["name"] for each in groups["models"]["fields"] if each["value"]]
        assert chosen == [label]
        json.dumps(list(groups.values()), allow_nan=False)


def test_parameters_without_influence_stand_apart() -> None:
    assert "criterion" not in usual_parameters(TCM(), FreeRecall())
    assert "context_drift" in usual_parameters(TCM(), FreeRecall())
    assert {"criterion", "context_drift"} <= usual_parameters(TCM(), Recognition())
    assert "stop_base" not in usual_parameters(CMR(), Recognition())


def test_a_preset_can_be_chosen_where_there_is_one() -> None:
    groups = {each["id"]: each for each in form(first_setting(MENU, FreeRecall(), ["CMR:demonstration", "TCM"]), MENU)}
    preset = groups["model:CMR:demonstration"]["fields"][0]
    assert preset["name"] == "preset" and preset["value"] == "CMR:demonstration"
    assert [each["label"] for each in preset["options"]] == ["defaults", *CMR.presets]
    assert groups["model:TCM"]["fields"][0]["name"] != "preset"


def test_kinds_of_fields() -> None:
    of = {each.name: field_of(each, each.default) for each in SAM.parameters()}
    assert of["store_size"]["kind"] == "range" and of["store_size"]["integer"] and of["store_size"]["step"] == 1
    assert of["backward_strength"]["kind"] == "number" and of["backward_strength"]["optional"]
    assert of["store_readout"]["kind"] == "choice"
    noise = {each.name: field_of(each, each.default) for each in TCM.parameters()}["choice_noise"]
    assert noise["log"] and (noise["from"], noise["to"]) == (0.01, 100)


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(low=st.none() | NUMBERS, high=st.none() | NUMBERS, default=NUMBERS, value=NUMBERS, integer=st.booleans())
def test_a_slider_lies_in_the_range_and_holds_the_value(
    low: float | None, high: float | None, default: float, value: float, integer: bool
) -> None:
    if integer:
        low, high = (None if end is None else int(end) for end in (low, high))
        default, value = int(default), int(value)
    for number in (default, value):
        assume((low is None or low <= number) and (high is None or number <= high))
    declared = Parameter("x", default, low, high, integer=integer)
    first, last, log = slider(declared, value)
    assert first <= min(value, default) and max(value, default) <= last
    assert (low is None or low <= first) and (high is None or last <= high)
    assert not log or first > 0


def test_a_wide_range_has_a_slider_that_shows_an_effect() -> None:
    assert slider(Parameter("x", 1.0, 0, 1e6), 1.0) == (0.0, 5.0, False)
    assert slider(Parameter("x", 0.25, 0, 10), 0.25) == (0.0, 1.0, False)
    assert slider(Parameter("x", 0.25, 0, 10), 7.5) == (0.0, 10.0, False)
    assert slider(Parameter("x", 0.5, 0, 1), 0.5) == (0.0, 1.0, False)
    assert slider(Parameter("x", 3.0, 0, 1000), 3.0, (0.5, 8.0)) == (0.5, 8.0, False)

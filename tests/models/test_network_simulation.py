"""Simulations of networks in compiled loops and single precision against those by the steps, in double precision."""

from typing import Any

import numpy as np
import pytest

from memsim import simulate
from memsim.core.loop import simulate_steps
from memsim.models.lookup import build_model
from memsim.models.networks import network_steps
from memsim.paradigms import FreeRecall, SerialRecall


@pytest.fixture(autouse=True)
def every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small simulations take the compiled loops as well."""
    monkeypatch.setattr(network_steps, "LARGE", 0)


@pytest.mark.parametrize(
    ("name", "paradigm"),
    [
        ("DNC", FreeRecall(list_length=12)),
        ("LSTM", FreeRecall(list_length=7, retention_interval=3, inter_item_distraction=1.5)),
        ("DNC:people", FreeRecall(list_length=9, output_limit=5)),
        ("DNC:serial", SerialRecall(list_length=6)),
    ],
)
def test_responses_are_those_of_the_steps_but_for_rounding(name: str, paradigm: Any) -> None:
    model: Any = build_model(name)
    trials = paradigm.trials(601, seed=3)
    fast, steps = simulate(model, trials, seed=5), simulate_steps(model, trials, 5)
    assert model.fast_simulation(trials, 5) is not None
    assert fast.positions.shape == steps.positions.shape
    same = (fast.positions == steps.positions).all(axis=1) & (fast.stopped == steps.stopped)
    assert same.mean() > 0.99
    again = simulate(model, trials, seed=5)
    assert np.array_equal(fast.positions, again.positions)


def test_parameters_of_the_choice() -> None:
    model: Any = build_model("DNC").replace(choice_strength=0.5, stop_bias=-1.0)
    trials = FreeRecall(list_length=5).trials(300, seed=1)
    fast, steps = simulate(model, trials, seed=2), simulate_steps(model, trials, 2)
    assert (fast.positions == steps.positions).all(axis=1).mean() > 0.98


def test_what_is_left_to_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    model: Any = build_model("DNC")
    serial: Any = build_model("DNC:serial")
    trials = FreeRecall(list_length=4).trials(20)
    for plain in ({"precision": "double"}, {"without": "reading"}, {"response_set": "pool"}):
        assert model.replace(**plain).fast_simulation(trials, 0) is None
    assert serial.fast_simulation(trials, 0) is None, "the cue is another one"
    monkeypatch.setattr(network_steps, "LARGE", 1000)
    assert model.fast_simulation(trials, 0) is None
    double = simulate(model.replace(precision="double"), trials, seed=1)
    assert np.array_equal(double.positions, simulate_steps(model, trials, 1).positions)

"""Damaged weights, fits, cells and battery files: each is read, done again, or refused in memsim's words."""

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.core.free_recall import FreeRecall
from memsim.core.simulation import simulate
from memsim.experiments.battery_file import read_battery
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit
from memsim.models.networks.network_models import LSTM
from memsim.models.networks.weights import find_weights, load_weights, save_weights
from memsim.running.execution import Cell, run_cells
from tests.fuzz.damage import damaged_bytes, damaged_text
from tests.fuzz.endings import ends_well, fuzz

BATTERY = """[battery]
title = "Drift"
n_trials = 20
seeds = [0, 1]
output = "results"
analyses = ["lag_crp", {name = "serial_position_curve", label = "curve"}]

[[paradigms]]
name = "free_recall"
settings = {list_length = [4, 5]}
label = "lists of {list_length}"

[[models]]
name = "TCM"
parameters = {context_drift = [0.5, 0.6]}
label = "TCM, drift {context_drift:.2f}"
tasks = ["lists of 4"]

[[models]]
name = "uniform"
"""


@given(damaged_text(BATTERY))
@fuzz
def test_battery_files(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(content)
    with ends_well():
        read_battery(path)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> str:
    from memsim import load_dataset

    path = tmp_path_factory.mktemp("fitted") / "fit.json"
    recalls = load_dataset("peers_notask")[:20]
    fit("TCM", recalls, free=["context_drift"], starts=1, generations=1, workers=1).save(path)
    return path.read_text(encoding="utf-8")


@given(st.data())
@fuzz
def test_fits(tmp_path_factory: pytest.TempPathFactory, fitted: str, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed-fit.json"
    path.write_bytes(data.draw(damaged_text(fitted)))
    with ends_well():
        loaded = Fit.load(path)
        loaded.to_frame()
        assert loaded.of(loaded.units[0].unit) is not None


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Weights that ship with memsim, cut to a size that is quickly damaged everywhere."""
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    shipped = load_weights(str(find_weights(LSTM().weights)))
    save_weights(path, {name: torch.clone(tensor) for name, tensor in shipped.tensors.items()}, shipped.record)
    return path.read_bytes()


@given(st.data())
@fuzz
def test_weights(tmp_path_factory: pytest.TempPathFactory, weights: bytes, data: st.DataObject) -> None:
    """Damage in the header, where sizes and the record stand, or anywhere."""
    path = tmp_path_factory.getbasetemp() / "fuzz.safetensors"
    head = 8 + int.from_bytes(weights[:8], "little")
    in_header = data.draw(st.booleans())
    damaged = (
        data.draw(damaged_bytes(weights[:head])) + weights[head:] if in_header else data.draw(damaged_bytes(weights))
    )
    path.write_bytes(damaged)
    with ends_well():
        simulate(LSTM(weights=str(path)), FreeRecall(list_length=3).trials(2))


def double(value: float) -> dict[str, float]:
    return {"double": 2 * value}


@given(st.data())
@fuzz
def test_cells(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A damaged cell is never used: the result is that of the work itself."""
    folder = tmp_path_factory.getbasetemp() / "cells"
    cell = Cell(double, {"value": 2.5})
    run_cells([cell], cache=folder)
    (path,) = folder.glob("*/*.json")
    path.write_bytes(data.draw(damaged_text(path.read_text()) | damaged_bytes(path.read_bytes())))
    with ends_well():
        assert run_cells([cell], cache=folder) == [{"double": 5.0}]
    path.unlink(missing_ok=True)


@given(st.data())
@fuzz
def test_json_that_is_no_fit(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    names = st.sampled_from(["format", "spec", "units", "model", "class", "values", "free", "evil.py"]) | st.text(
        max_size=4
    )
    nested = st.recursive(leaves, lambda part: st.lists(part, max_size=3) | st.dictionaries(names, part, max_size=4))
    path = Path(tmp_path_factory.getbasetemp()) / "any.json"
    path.write_text(json.dumps(data.draw(nested)))
    with ends_well():
        Fit.load(path)

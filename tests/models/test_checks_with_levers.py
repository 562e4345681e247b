"""``memsim check`` with every lever of wear on, alone and together: the DNC, the LSTM, and a core of a user's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from memsim import check
from memsim.commands.main import main
from memsim.core.errors import ModelError
from memsim.models import DNC, LSTM
from memsim.models.networks.core_bench import CoreBench
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.network_models import Network
from memsim.models.networks.wear.levers import NAMES, Wear
from memsim.models.networks.wear.soundness import problem_of_wear
from memsim.models.networks.wear.wearing import Wearing, levers_of
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

EXACT: dict[str, dict[str, Any]] = {
    "row_decay": {"row_decay": 0.3}, "write_blur": {"write_blur": 0.4}, "usage_decay": {"usage_decay": 0.3},
    "link_decay": {"link_decay": 0.3}, "state_decay": {"state_decay": 0.3},
    "flush": {"flush": 0.7, "flush_noise": 0.0}, "slots": {"slots": 2},
    "slower responses": {"state_decay": 0.3, "response_time": 3.0},
}  # fmt: skip
DRAWN: dict[str, dict[str, Any]] = {
    "row_noise": {"row_noise": 0.4}, "write_noise": {"write_noise": 0.4}, "state_noise": {"state_noise": 0.4},
    "flush_noise": {"flush": 0.7, "flush_noise": 0.5}, "carry_over": {"carry_over": 0.6},
    "later items": {"later_items": 3},
    "sleep": {"rest": 20.0, "sleep_cycles": 3, "usage_decay": 0.05, "sleep_prune": 0.3},
}  # fmt: skip
ALL = {name: value for each in (EXACT, DRAWN) for levers in each.values() for name, value in levers.items()}
OF_LISTS = ("carry_over", "later_items")
"""Levers of lists of single items."""
OF_CONTROLLER = {name: ALL[name] for name in ("state_decay", "state_noise", "flush", "flush_noise")}

KEPT = '''
import torch
from torch import nn


class Kept(nn.Module):
    """A memory that says which of its cells are in use, and which were written; it counts its steps, too."""

    parts = ("memory",)
    roles = {"memory": "memory", "controller": "own", "usage": "usage", "written": "write"}

    def __init__(self, input_size: int, output_size: int, *, hidden: int = 8, slots: int = 4):
        super().__init__()
        self.controller = nn.GRUCell(input_size, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.order = nn.Parameter(torch.ones(()))
        self.output = nn.Linear(2 * hidden, output_size)
        self.slots, self.hidden = slots, hidden

    def start(self, batch):
        zeros = self.output.weight.new_zeros
        own = {"steps": zeros(batch, 1).long(), "h": zeros(batch, self.hidden)}
        usage, write = zeros(batch, self.slots), zeros(batch, self.slots)
        return {"own": own, "memory": zeros(batch, self.slots, self.hidden), "usage": usage, "write": write}

    def step(self, inputs, state, without=frozenset()):
        h = self.controller(inputs, state["own"]["h"])
        own = {"steps": state["own"]["steps"] + 1, "h": h}
        if "memory" in without:
            return self.output(torch.cat((h, torch.zeros_like(h)), 1)), {**state, "own": own}, {}
        first = self.order * torch.arange(self.slots, device=h.device, dtype=h.dtype)
        write = (-first - 4 * state["usage"]).softmax(1)
        memory = state["memory"] + write[:, :, None] * (h[:, None] - state["memory"])
        usage = state["usage"] + write - state["usage"] * write
        read = (memory @ self.key(h)[:, :, None])[..., 0].softmax(1)
        output = self.output(torch.cat((h, (read[:, :, None] * memory).sum(1)), 1))
        return output, {"own": own, "memory": memory, "usage": usage, "write": write}, {"read": read[:, None]}
'''
OF_KEPT = {name: value for name, value in ALL.items() if name != "link_decay"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weights")


def trained(path: Path, network: str, **sizes: Any) -> str:
    """The file of a small network after a few iterations."""
    trainer = Trainer(
        Training(network=network, vector_size=4, batch=8, iterations=10, first_length=2, list_length=4, **sizes)
    )
    trainer.run(10)
    trainer.save(path)
    return str(path)


@pytest.fixture(scope="module")
def dnc(folder: Path) -> DNC:
    return DNC(weights=trained(folder / "dnc.safetensors", "DNC", slots=4, width=4, hidden=8))


@pytest.fixture(scope="module")
def lstm(folder: Path) -> LSTM:
    return LSTM(weights=trained(folder / "lstm.safetensors", "LSTM", hidden=8))


@pytest.fixture(scope="module")
def kept(folder: Path) -> str:
    (folder / "mine.py").write_text(KEPT)
    return f"{folder / 'mine.py'}:Kept"


@pytest.fixture
def fewer_encodings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sampled likelihood is estimated from 400 encodings, not 1,000: where it is noisy, the error says so."""
    monkeypatch.setattr("memsim.contract.frequencies.REPLICATES", 4)


def test_every_lever_is_among_those_that_are_checked() -> None:
    assert set(ALL) >= {*NAMES, "slots", "rest", "sleep_cycles", "sleep_prune", "later_items", "response_time"}


@pytest.mark.slow
@pytest.mark.usefixtures("fewer_encodings")
@pytest.mark.parametrize("levers", [*EXACT.values(), *DRAWN.values()], ids=[*EXACT, *DRAWN])
def test_the_dnc_passes_with_each_lever_alone(dnc: DNC, levers: Mapping[str, Any]) -> None:
    model = dnc.replace(**levers)
    assert model.likelihood == ("exact" if levers in EXACT.values() else "sampled")
    assert check(model)


@pytest.mark.slow
@pytest.mark.usefixtures("fewer_encodings")
def test_the_dnc_passes_with_all_levers_together(dnc: DNC) -> None:
    assert check(dnc.replace(**ALL))


@pytest.mark.slow
@pytest.mark.usefixtures("fewer_encodings")
def test_the_lstm_passes_with_the_levers_of_a_controller(lstm: LSTM) -> None:
    assert set(OF_CONTROLLER) - {"flush_noise"} == set(levers_of(lstm.network().network))
    assert check(lstm.replace(**OF_CONTROLLER))


@pytest.mark.slow
@pytest.mark.usefixtures("fewer_encodings")
@pytest.mark.parametrize("objective", ["recognition", "cued"])
def test_other_tasks_pass_with_all_levers(folder: Path, objective: str) -> None:
    path = folder / f"{objective}.safetensors"
    weights = trained(path, "DNC", objective=objective, slots=4, width=4, hidden=8)
    levers = {name: value for name, value in ALL.items() if objective != "cued" or name not in OF_LISTS}
    assert check(DNC(weights=weights, **levers))


@pytest.mark.slow
@pytest.mark.usefixtures("fewer_encodings")
def test_a_core_of_a_file_passes_with_all_levers(folder: Path, kept: str) -> None:
    weights = trained(folder / "kept.safetensors", kept, slots=4)
    model = Network(weights=weights, core=kept, **OF_KEPT)
    assert check(model)


def test_a_core_of_a_file_wears_by_its_roles_and_its_count_of_steps_stays(kept: str) -> None:
    cls = find_core(kept).cls
    assert check_core(cls)
    core = cls(5, 4).requires_grad_(False)
    assert set(levers_of(core)) == {*NAMES} - {"flush_noise", "link_decay"}
    state = core.step(torch.ones(2, 5), core.start(2))[1]
    worn = Wearing(core, Wear(state_decay=0.5, state_noise=0.5)).after_step(state, state, 1.0)
    assert torch.equal(worn["own"]["steps"], state["own"]["steps"])
    assert not torch.equal(worn["own"]["h"], state["own"]["h"])


@pytest.mark.parametrize("name", CORES.names())
def test_every_core_wears_by_every_lever_that_its_roles_promise(name: str) -> None:
    cls = CORES.get(name)
    bench = CoreBench(cls, checked_sizes(cls, {}), 0)
    assert levers_of(bench.core) and bench.wear() == ""


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ({"memory": "memory", "controler": "own"}, "there is no role 'controler'; did you mean 'controller'"),
        ({"memory": "memory", "usage": "memory"}, r"its role 'usage' leads to 'memory', which is \(3, 4, 8\), not"),
        ({"memory": "memory", "links": "usage"}, r"'links' leads to 'usage', which is \(3, 4\), not \(3, 4, 4\)"),
        ({"memory": "memory", "written": "own"}, "'written' leads to 'own', which is the leaves steps, h, not"),
        ({"controller": "own.steps"}, "the lever state_decay changes nothing, though its role 'controller' leads to"),
    ],
)
def test_roles_that_lead_elsewhere_are_named(kept: str, roles: dict[str, str], message: str) -> None:
    cls = type("Kept", (find_core(kept).cls,), {"roles": roles})
    with pytest.raises(ModelError, match=message):
        check_core(cls)
    core = cls(5, 4)
    state = core.start(3)
    assert problem_of_wear(core, state, core.step(torch.ones(3, 5), state)[1])


def test_levers_are_set_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dnc: DNC, kept: str
) -> None:
    checked: list[Any] = []

    def run_checks(model: Any, **_: Any) -> list[Any]:
        checked.append(model)
        return []

    monkeypatch.setattr("memsim.contract.checking.run_checks", run_checks)
    monkeypatch.setattr("memsim.contract.checking.verdict", lambda checks: "")
    assert main(["check", f"DNC:{dnc.weights}", "--set", "row_decay=.1", "slots=3", "response_set=pool"]) == 0
    assert checked == [dnc.replace(row_decay=0.1, slots=3, response_set="pool")]
    for wrong, message in (
        (["DNC", "--set", "row_decy=.1"], "did you mean 'row_decay'"),
        (["LSTM", "--set", "row_decay=.1"], "declares no such role"),
        ([kept, "--set", "row_decay=.1"], "is for a model"),
    ):
        assert main(["check", *wrong]) == 2
        assert message in capsys.readouterr().err

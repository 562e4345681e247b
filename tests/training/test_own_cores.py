"""A core from a user's file, and registered cores that do not ship with weights, from training to the figure."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memsim import Fit, Recalls, fit, log_likelihood, simulate
from memsim.commands.main import main
from memsim.core.errors import InputError, ModelError
from memsim.evaluation.candidates import Imitating
from memsim.models import DNC, Network
from memsim.models.lookup import build_model, find_model
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.weights import load_weights, read_header, save_weights
from memsim.paradigms import FreeRecall
from memsim.running.digests import digest
from memsim.training.checkpoints import resume, save_checkpoint
from memsim.training.inspection import show
from memsim.training.run import train
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

EXAMPLE = Path(__file__).parents[2] / "examples" / "new_core.py"
TINY = {"vector_size": 6, "batch": 8, "iterations": 5, "first_length": 2, "list_length": 4}
OPTIONS = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example and a GRU, trained for a few iterations."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copy(EXAMPLE, folder / "mine.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        own = ["--objective", "recall", "--size", "cells=5", "--hidden", "12", "--out", "mine.safetensors"]
        assert main(["train", "mine.py:Leaky", *OPTIONS, *own]) == 0
        train("GRU", hidden=9, out="gru.safetensors", **TINY)
    return folder


@pytest.fixture
def here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder, as the current one."""
    copied = shutil.copytree(folder, tmp_path / "here")
    monkeypatch.chdir(copied)
    return copied


def test_example_is_short() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").split("class ")[1].splitlines()
    assert len([line for line in lines if line.strip()]) <= 20


def test_record_says_how_the_core_is_made_again(here: Path) -> None:
    record = read_header("mine.safetensors").record
    assert record["network"] == "mine.py:Leaky" and record["config"] == {"hidden": 12, "cells": 5}
    assert len(record["network_sha256"]) == 64 and record["training"]["cells"] == 5
    record = read_header("gru.safetensors").record
    assert record["network"] == "GRU" and "network_sha256" not in record and record["config"] == {"hidden": 9}
    assert Training(**record["training"]) == Training.preset("GRU").replace(hidden=9, **TINY)


def test_from_the_command_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = "mine.py:Leaky:mine.safetensors"
    assert main(["check", "mine.py:Leaky"]) == main(["check", "mine.py", "--size", "cells=3"]) == 0
    assert "mine.py:Leaky: 13 of 13 checks passed" in capsys.readouterr().out
    assert main(["check", "GRU", "--size", "hidden=3"]) == 0
    sizes = ["hidden=6", "width=4", "slots=3", "hops=3", "context=4", "context_drift=.6"]
    assert main(["check", "DNC", "--size", *sizes]) == 0, "a name of a core and of a model is the core, with sizes"
    assert main(["show", own, "--list-length", "4"]) == main(["show", "gru:gru.safetensors", "--list-length", "4"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Written: Leaky-mine-trial-0.png", "Written: GRU-gru-trial-0.png"
    ]  # fmt: skip
    assert main(["run", "--models", own, "GRU:gru.safetensors", "--n-trials", "20", "--out", "run"]) == 0
    people = Recalls(FreeRecall(list_length=4).trials(8), np.tile([1, 2, 3, 4], (8, 1)))
    people.to_frame().to_csv("people.csv", index=False)
    assert main(["fit", own, "--people", "people.csv", "--starts", "1", "--out", "fit"]) == 0
    assert main(["models", "network"]) == main(["models", own]) == 0
    assert "it has seen no human data" in capsys.readouterr().out


def test_two_names_of_one_network(here: Path) -> None:
    trials = FreeRecall(list_length=4).trials(30)
    models = [build_model(spec) for spec in ("GRU:gru.safetensors", "network:gru.safetensors")]
    assert models[0] == models[1] == Network(weights="gru.safetensors") and models[0].label == "GRU:gru.safetensors"
    recalls = simulate(models[0], trials, seed=1)
    assert np.isfinite(log_likelihood(models[1], recalls)).all() and models[0].repeats
    label, own = find_model("mine.py:Leaky:mine.safetensors")
    assert isinstance(own, Network)
    assert label == own.label and simulate(own, trials, seed=1).n_responses
    assert digest(own) != digest(models[0])


def test_figures_show_what_a_core_names_or_else_its_controller(here: Path) -> None:
    figure = show("mine.py:Leaky:mine.safetensors", FreeRecall(list_length=4))
    *strips, _ = figure.axes
    assert [axis.get_title(loc="left") for axis in strips] == ["Write", "Read"]
    figure = show("GRU:gru.safetensors", FreeRecall(list_length=4))
    strip, bar = figure.axes
    assert strip.get_title(loc="left") == "Controller" and strip.get_ylim() == (8.5, -0.5)
    assert bar.get_ylim()[0] == -bar.get_ylim()[1], "the scale is around 0"
    assert [axis.get_title(loc="left") for axis in show("lstm").axes[:-1]] == ["Controller 0.0", "Controller 0.1"]


def test_figures_of_a_memory_that_grows(here: Path) -> None:
    for core, strips in (("HopfieldStore", ["Write", "Read"]), ("MemN2N", ["Write", "Read, hop 1", "Read, hop 2"])):
        own = {"hops": 2} if core == "MemN2N" else {"hidden": 8}
        train(core, out="grows.safetensors", force=True, width=5, **TINY, **own)
        network = build_model(f"{core}:grows.safetensors")
        for model in (network.replace(without="writing"), network.replace(without="memory", lesioned="study")):
            *axes, _ = show(model, FreeRecall(list_length=4)).axes
            assert [axis.get_title(loc="left") for axis in axes] == strips
        *axes, _ = show(network.replace(without="memory", lesioned="both"), FreeRecall(list_length=4)).axes
        assert axes[0].get_title(loc="left").startswith("Controller"), "there are no cells"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("Network:mine.safetensors", "code is run only where you name the file: mine.py:Leaky:mine.safetensors"),
        ("DNC:mine.safetensors", "kind mine.py:Leaky, not DNC; run them as mine.py:Leaky:mine.safetensors"),
        ("DNC:gru.safetensors", "kind GRU, not DNC; run them as GRU:gru.safetensors"),
        ("Elman:gru.safetensors", "kind GRU, not Elman; run them as GRU:gru.safetensors"),
        ("mine.py:Leaky:gru.safetensors", "are of the core GRU, not mine.py:Leaky; leave core out"),
        ("mine.py:Other:mine.safetensors", "mine.py has no core Other; its cores are: Leaky"),
        ("network", "weights='' must name a file of weights"),
    ],
)
def test_weights_and_cores_that_do_not_belong_together(here: Path, spec: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        build_model(spec)
    assert message in str(caught.value)


def test_code_that_was_changed_is_refused_and_that_of_a_record_never_run(here: Path) -> None:
    (here / "mine.py").write_text("raise SystemExit('the code was run')\n")
    with pytest.raises(InputError, match="whose code is run only where you name the file"):
        Network(weights="mine.safetensors")
    (here / "mine.py").write_text(EXAMPLE.read_text(encoding="utf-8") + "\n# edited\n")
    with pytest.raises(InputError, match="were trained with another version of mine.py:Leaky: its checksum was"):
        build_model("mine.py:Leaky:mine.safetensors")


def test_a_core_from_elsewhere_is_the_same_by_its_content(here: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.py"
    shutil.copy(here / "mine.py", moved)
    assert build_model(f"{moved}:Leaky:mine.safetensors") != build_model("mine.py:Leaky:mine.safetensors")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine.py:Leaky", "--size", "slots=3"], "slots='3' is no size of mine.py:Leaky"),
        (["mine.py:Leaky", "--size", "cells=0"], "cells=0 is outside its range"),
        (["GRU", "--size", "hidden=3", "--hidden", "4"], "hidden is given twice"),
        (["GRU", "--layers", "2"], "layers='2' is no size of GRU"),
        (["mine.py:Leaky:copying"], "did you mean 'mine.py:Leaky:copy'? There are: mine.py:Leaky:people"),
        (["mine.py"], "Training has no preset 'mine.py'"),
        (["greydanus2017-copy", "--first-length", "0"], "first_length=0 items is outside its range"),
    ],
)
def test_bad_requests(here: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *arguments]) == 2
    assert message in capsys.readouterr().err


ODD = """from torch import nn
class NoStart(nn.Module):
    def step(self, inputs, state): return inputs, state
class Pair(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.out = nn.Linear(input_size, output_size)
    def start(self, batch): return {"h": self.out.weight.new_zeros(batch, 2)}
    def step(self, inputs, state): return self.out(inputs), state
class Plain:
    pass
from memsim import MemoryModel
from memsim.models import TCM
class Half(MemoryModel):
    def begin(self, trials, rng): return {}
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("odd.py:NoStart", "NoStart is no subclass of memsim.MemoryModel, nor a core of a network: it has no start"),
        ("odd.py:Plain", "nor a core of a network: it is not a class of torch.nn.Module"),
        ("odd.py:Half", "Half has no outcome_probabilities, no recalled, no study; define them"),
        ("odd.py:TCM", "TCM is imported there, and not defined"),
        ("odd.py:Pare", "it holds none; did you mean 'Pair'?"),
        ("odd.py:Xylophone", "its cores of networks are Pair, named as odd.py:Pair"),
        ("odd.py:Pair", "it returned a tuple of 2: Tensor, dict"),
    ],
)
def test_what_a_core_lacks_is_said(here: Path, name: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "odd.py").write_text(ODD)
    assert main(["check", name]) != 0
    printed = capsys.readouterr()
    assert message in printed.err + printed.out


def test_a_core_is_run_with_its_weights(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--models", "mine.py:Leaky"]) == 2
    assert "as a core it is named mine.py:Leaky:WEIGHTS.safetensors" in capsys.readouterr().err


def test_settings_know_sizes_by_their_names(here: Path) -> None:
    given = Training(network="gru", hidden=72)
    assert given.network == "GRU" and given.config() == {"hidden": 72} and given.values()["hidden"] == 72
    assert given.replace(network="Elman").config()["hidden"] == 72 == given.replace(batch=3).config()["hidden"]
    assert Training(network="DNC", slots=16) == Training() and hash(Training()) == hash(Training(slots=16))
    with pytest.raises(InputError, match="objective='essay-recall' is for DNC and LSTM"):
        train("GRU", objective="essay-recall", out=here / "x.safetensors")
    with pytest.raises(InputError, match="core='GRU' is for Network"):
        DNC(core="GRU")


def test_a_saved_fit_runs_no_code_that_is_not_named(here: Path) -> None:
    people = Recalls(FreeRecall(list_length=4).trials(8), np.tile([1, 2, 3, 4], (8, 1)))
    for spec, model in (("GRU:gru.safetensors", None), ("mine.py:Leaky:mine.safetensors", Network)):
        fitted = fit(build_model(spec), people, free=["stop_bias"], starts=1)
        fitted.save(here / "fit.json")
        if model is None:
            assert Fit.load(here / "fit.json").spec.model == fitted.spec.model
            continue
        with pytest.raises(InputError, match="whose code is run only where you name it; give"):
            Fit.load(here / "fit.json", model=model)
        assert Fit.load(here / "fit.json", model=build_model(spec)).spec.model == fitted.spec.model


def test_a_core_in_a_file_imitates_people(here: Path) -> None:
    people = Recalls(FreeRecall(list_length=4).trials(40, subjects=4), np.tile([1, 2, 3, 4], (40, 1)))
    training = Training.preset("mine.py:Leaky:people").replace(people="", vector_size=6, iterations=100, batch=8)
    model = Imitating(training, here / "networks").learned(people, 0)
    assert model.core == "mine.py:Leaky" and not model.repeats
    assert np.isfinite(log_likelihood(model, people)).all()


def loaded(spec: str) -> Any:
    """The network of these weights."""
    return build_model(spec)


SIZES = """
import numpy as np
import torch
from torch import nn

class Odd(nn.Module):
    limits = {"period": (1, 1_000_000), "slots": (0.0, 1e9)}

    def __init__(self, input_size, output_size, *, layers=0, width=0.5, hidden=6, period=100_000, slots=1e6, heads=True,
                 name="", kind="plain"):
        super().__init__()
        self.cell, self.out = nn.RNNCell(input_size, hidden), nn.Linear(hidden, output_size)
        self.hidden, self.width = hidden, width
        self.scale = float(np.mean(torch.ones(3).numpy()))

    def start(self, batch):
        return self.out.weight.new_zeros(batch, self.hidden)

    def step(self, inputs, state):
        state = self.cell(self.width * self.scale * inputs, state)
        return self.out(state), state, {}
"""


def test_what_a_core_declares_is_loaded_as_it_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges are those that the core declares, whatever memsim's own cores use a name for."""
    monkeypatch.chdir(tmp_path)
    Path("odd.py").write_text(SIZES)
    given = {"period": 900_000, "name": 300 * "w"}
    assert check_core(find_core("odd.py:Odd").cls, sizes=given)
    train("odd.py:Odd", objective="recall", out="odd.safetensors", **given, **TINY)
    model = loaded("odd.py:Odd:odd.safetensors")
    assert model.record["config"]["period"] == 900_000 and model.record["config"]["width"] == 0.5
    assert simulate(model, FreeRecall(list_length=4).trials(5), seed=1).n_responses
    half, rest = (Trainer(Training(network="odd.py:Odd", objective="recall", **given, **TINY)) for _ in range(2))
    half.run(3)
    save_checkpoint(half, Path("half.safetensors"))
    resume(rest, Path("half.safetensors"))
    assert rest.iteration == 3
    for size, value in (("period", 2_000_000), ("width", "wide"), ("layers", -1)):
        tensors, record, _ = load_weights("odd.safetensors")
        save_weights(Path("other.safetensors"), tensors, {**record, "config": {**record["config"], size: value}})
        with pytest.raises(InputError, match=f"Odd: {size}={value!r} "):
            loaded("odd.py:Odd:other.safetensors").network()


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"vector_size": 10**9}, "vector_size=1000000000, which must be a whole number from 1 to 1,024"),
        ({"config": {"hidden": [4]}}, r"'hidden'=\[4\], which is no size or option of a core"),
        ({"config": {"hidden": 10**9}}, r"hidden=1000000000 is outside its range \[1, 4096\]"),
    ],
)  # fmt: skip
def test_a_record_cannot_ask_for_gigabytes(here: Path, record: dict[str, Any], message: str) -> None:
    tensors, whole, _ = load_weights("gru.safetensors")
    save_weights(here / "large.safetensors", tensors, {**whole, **record})
    with pytest.raises(InputError, match=message):
        loaded("GRU:large.safetensors").network()


def test_numbers_that_are_not_finite_are_no_weights() -> None:
    class Masked(find_core(f"{EXAMPLE}:Leaky").cls):  # type: ignore[misc]
        def __init__(self, input_size: int, output_size: int, *, hidden: int = 6) -> None:
            super().__init__(input_size, output_size, hidden=hidden)
            self.register_buffer("mask", torch.full((3,), -torch.inf))

    with pytest.raises(ModelError, match="mask holds numbers that are not finite, with which no file of weights is"):
        check_core(Masked)


OWN_NAMES = """
import torch
from torch import nn

class Grid(nn.Module):
    def __init__(self, input_size, output_size, *, hidden=8, rows=4):
        super().__init__()
        self.rows, self.hidden, self.parts, self.roles, self.limits = rows, hidden, 3, ["controller"], (0, 1)
        self.hops, self.heads, self.fused = nn.Linear(hidden, rows), 2.5, nn.Linear(2 * hidden, output_size)
        self.compiles, self.lay_out, self.unroll, self.has_compiled_loops = True, "wide", 1, nn.Identity()
        self.cell = nn.GRUCell(input_size + hidden, hidden)

    def start(self, batch):
        zeros = self.fused.weight.new_zeros
        return {"h": zeros(batch, self.hidden), "m": zeros(batch, self.rows, self.hidden)}

    def step(self, inputs, state):
        h = self.cell(torch.cat((inputs, state["m"].mean(1)), 1), state["h"])
        w = self.hops(h).softmax(1)
        m = state["m"] + w[:, :, None] * (h[:, None] - state["m"])
        return self.fused(torch.cat((h, (w[:, :, None] * m).sum(1)), 1)), {"h": h, "m": m}, {"write": w[:, None]}
"""


def test_attributes_of_a_plain_module_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though they have the names of what a core may declare."""
    monkeypatch.chdir(tmp_path)
    Path("grid.py").write_text(OWN_NAMES)
    assert check_core(find_core("grid.py:Grid").cls)
    train("grid.py:Grid", objective="recall", out="grid.safetensors", **TINY)
    model = loaded("grid.py:Grid:grid.safetensors")
    strip, _ = show(model, FreeRecall(list_length=4)).axes
    assert strip.get_title(loc="left") == "Write"
    assert simulate(model, FreeRecall(list_length=4).trials(20_000), seed=1).n_responses, "LARGE ones are by the steps"
    with pytest.raises(InputError, match="'memory' is no part of the core grid.py:Grid. Its parts are: none"):
        model.replace(without="memory")


NAN_AFTER = """
import torch
from torch import nn


class Breaks(nn.Module):
    def __init__(self, input_size, output_size, *, hidden=4, at=3):
        super().__init__()
        self.hidden, self.at = hidden, at
        self.cell = nn.Linear(input_size + hidden, hidden)
        self.out = nn.Linear(hidden, output_size)

    def start(self, batch):
        return {"hidden": self.cell.weight.new_zeros((batch, self.hidden)), "n": self.cell.weight.new_zeros((batch, 1))}

    def step(self, inputs, state):
        n = state["n"] + 1
        hidden = torch.tanh(self.cell(torch.cat((inputs, state["hidden"]), 1))) * (self.at - n).sign().clamp(-1).sqrt()
        return self.out(hidden), {"hidden": hidden, "n": n}, {}
"""


@pytest.mark.parametrize("at", [2, 20])
def test_a_core_that_gives_nan_is_told_so_and_at_which_step(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("breaks.py").write_text(NAN_AFTER)
    assert main(["check", "breaks.py:Breaks", "--size", f"at={at}"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("FAIL") == 1, "the cause alone fails"
    assert (
        f"FAIL outputs are finite, and states and weightings hold numbers, for 30 steps at step {at + 1} these" in said
    )
    assert (
        "the output (nan for list 0; numbers 0, 1, 2, 3 of 4, counted from 0), the leaf 'hidden' of the state" in said
    )
    assert "- its state and its weights survive saving and loading not checked, since the steps do not give" in said
    assert "2 of 13 checks passed" in said
    with pytest.raises(ModelError, match=f"2 of 13 checks passed\\n- outputs are finite.*at step {at + 1} these"):
        check_core(find_core("breaks.py:Breaks").cls, sizes={"at": at})
    assert main(["check", "breaks.py:Breaks", "--size", "at=40"]) == 0, capsys.readouterr().out


def test_a_core_that_overflows_in_single_precision_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("breaks.py").write_text(NAN_AFTER.replace("* (self.at - n).sign().clamp(-1).sqrt()", "* 1e30 * 1e30 / 1e60"))
    with pytest.raises(ModelError, match=r"12 of 13 checks passed\n.*: in single precision, at step 1 these are not"):
        check_core(find_core("breaks.py:Breaks").cls)

"""Cores of users in training: edited between two runs, with tied weights, and other than themselves in evaluation."""

import importlib
import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import torch

from memsim.commands.main import main
from memsim.core.errors import DataError, DivergenceError, InputError, ModelError
from memsim.models.lookup import build_model
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.cores.state_leaves import leaves, mapped
from memsim.models.networks.weights import load_weights, read_header, save_weights
from memsim.training import run
from memsim.training.devices import device_of
from memsim.training.run import train
from memsim.training.seeds import train_seeds
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

CODE = """
import torch
from torch import nn

class Mine(nn.Module):
    def __init__(self, input_size, output_size, *, hidden=6, act="tanh"):
        super().__init__()
        self.hidden, self.act = hidden, act
        self.cell, self.out = nn.RNNCell(input_size, hidden), nn.Linear(hidden, output_size)
        # constructed

    def start(self, batch):
        return self.out.weight.new_zeros(batch, self.hidden)

    def step(self, inputs, state):
        state = self.cell(inputs, state)
        return self.out(state), state, {}
"""
TINY: dict[str, Any] = {
    "objective": "copy", "vector_size": 3, "batch": 4, "iterations": 5, "first_length": 1, "list_length": 2,
}  # fmt: skip


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(CODE)
    return "mine.py:Mine"


def edit(before: str, after: str) -> None:
    code = Path("mine.py").read_text()
    assert before in code
    Path("mine.py").write_text(code.replace(before, after))


def half(core: str, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Leave the checkpoint of a training."""
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "save", lambda self, path: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            train(core, out="w.safetensors", **{**TINY, **settings})


def test_a_checkpoint_of_other_code_is_not_continued(core: str, monkeypatch: pytest.MonkeyPatch) -> None:
    half(core, monkeypatch)
    with pytest.raises(InputError, match="of another training: hidden was 6 and is 7; remove it"):
        train(core, out="w.safetensors", **TINY, hidden=7)
    edit("return self.out(state)", "return -self.out(state)")
    with pytest.raises(InputError, match=r"of another training: the code of mine.py:Mine has changed since; remove it"):
        train(core, out="w.safetensors", **TINY)


def test_a_checkpoint_that_began_with_other_weights_is_not_continued(
    core: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(core, out="first.safetensors", **TINY)
    half(core, monkeypatch, start="first.safetensors")
    train(core, out="first.safetensors", force=True, **TINY, seed=1)
    with pytest.raises(InputError, match="the weights start='first.safetensors' have changed since"):
        train(core, out="w.safetensors", **TINY, start="first.safetensors")


def test_seeds_are_trained_again_when_the_code_was_edited(core: str) -> None:
    first = train_seeds(core, seeds=1, changes=TINY, workers=1)
    edit("return self.out(state)", "return -self.out(state)")
    with pytest.raises(InputError, match="holds the weights of another training: the code of .* has changed since"):
        train_seeds(core, seeds=2, changes=TINY, workers=1)
    assert len(list(Path().glob("*.safetensors"))) == 1, "nothing was begun"
    second = train_seeds(core, seeds=1, force=True, changes=TINY, workers=1)
    assert first.table["loss"][0] != second.table["loss"][0]


def test_scores_are_of_the_weights_that_are_saved(core: str) -> None:
    """Those that did best on lists held out, in evaluation, in any precision, and found once."""
    edit("return self.out(state)", "return self.out(nn.functional.dropout(state, 0.5, self.training))")
    settings = {**TINY, "iterations": 200, "learning_rate": 0.9, "clipping": "none", "precision": "float64"}
    trainer = Trainer(Training(network=core, **settings, held_out_lists=4))
    trainer.run(200)
    trainer.best_tensors = {name: torch.zeros_like(each) for name, each in trainer.best_tensors.items()}
    assert "scores" not in trainer.record()
    kept, last = trainer.save(Path("w.safetensors")), trainer.network.state_dict()
    assert any(each.any() for each in last.values())
    trainer.network.load_state_dict(trainer.best_tensors)
    again = trainer.save(Path("w.safetensors"))
    assert kept["scores"] == again["scores"]


def test_tied_weights_are_saved(core: str) -> None:
    edit("# constructed", "self.cell.bias_hh = self.cell.bias_ih")
    assert check_core(find_core(core).cls)
    train(core, out="w.safetensors", **TINY)
    tensors = load_weights("w.safetensors").tensors
    assert torch.equal(tensors["cell.bias_hh"], tensors["cell.bias_ih"])


@pytest.mark.parametrize("objective", ["recall", "copy"])
@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("nn.Linear(hidden, output_size)", "nn.Linear(hidden, output_size + 1)", r"shape \(3, 5\), not \(batch, out"),
        ("nn.Linear(hidden, output_size)", "nn.Linear(hidden, output_size - 1)", r"shape \(3, 3\), not \(batch, out"),
        ("return self.out(state), ", "return self.out(state)[:, 0], ", r"shape \(3,\), not \(batch, out"),
        ("self.out.weight.new_zeros(", "torch.zeros(", "make it by weight.new_zeros"),
        (
            "return self.out.weight.new_zeros(batch, self.hidden)",
            "return {1}",
            r"the state holds \{1\}, which is neither",
        ),
    ],
)
def test_shapes_and_states_are_checked_before_training(
    core: str, objective: str, before: str, after: str, message: str
) -> None:
    edit(before, after)
    with pytest.raises(ModelError, match=f"Mine cannot be trained: .*{message}"):
        train(core, out="w.safetensors", **{**TINY, "objective": objective})


def test_a_state_may_be_a_list(core: str) -> None:
    edit("return self.out.weight.new_zeros(batch, self.hidden)", "return [self.out.weight.new_zeros(batch, 6), 1]")
    edit("self.cell(inputs, state)", "self.cell(inputs, state[0])")
    edit("return self.out(state), state, {}", "return self.out(state), [state, 1], {}")
    assert check_core(find_core(core).cls)
    train(core, out="w.safetensors", **{**TINY, "objective": "recognition"})
    tensors = mapped(lambda leaf: leaf + 1, [torch.zeros(2), (torch.ones(1), None)])
    assert list(leaves(tensors)) == ["0", "1.0"] and tensors[1][0] == 2


def test_training_begins_only_with_weights_of_the_same_core(core: str) -> None:
    train(core, out="first.safetensors", **TINY)
    with pytest.raises(InputError, match="sizes or options: act was tanh and is neg; give them as they were"):
        train(core, out="w.safetensors", **TINY, act="neg", start="first.safetensors")
    with pytest.raises(InputError, match="of the core mine.py:Mine, not of GRU"):
        train("GRU", out="w.safetensors", **TINY, hidden=6, start="first.safetensors")
    edit("return self.out(state)", "return -self.out(state)")
    with pytest.raises(InputError, match="of another version of the core mine.py:Mine"):
        train(core, out="w.safetensors", **TINY, start="first.safetensors")


def test_weights_that_are_no_numbers_are_refused(core: str) -> None:
    train(core, out="w.safetensors", **TINY)
    tensors, record, _ = load_weights("w.safetensors")
    save_weights(Path("w.safetensors"), {**tensors, "out.bias": tensors["out.bias"] * torch.nan}, record)
    with pytest.raises(DataError, match="w.safetensors holds weights that are no finite numbers: out.bias"):
        load_weights("w.safetensors")


@pytest.mark.parametrize(
    "changed",
    [
        {"people": 3}, {"people": {"dataset": "x"}}, {"people": {"held_out": [], "trained_on": [1]}}, {"start": 3},
        {"start": {"people": {}}}, {"repeats": "no"},
    ],
)  # fmt: skip
def test_malformed_records_are_refused(core: str, changed: dict[str, Any]) -> None:
    tensors, record, _ = load_weights("dnc-recall")
    save_weights(Path("w.safetensors"), tensors, {**record, **changed})
    name, value = next(iter(changed.items()))
    with pytest.raises(InputError, match=re.escape(f"has a malformed record: {name}={value!r} is not what")):
        read_header("w.safetensors")


def test_an_interruption_says_that_the_checkpoint_stands(
    core: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(path: Path, lines: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "write_log", interrupted)
    options = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]
    assert main(["train", core, *options, "--out", "w.safetensors"]) == 130
    said = capsys.readouterr().err
    assert "the checkpoint w.checkpoint.safetensors stands, and the same command goes on from it" in said


def test_devices_that_memsim_does_not_know() -> None:
    with pytest.raises(InputError, match=r"^device='tpu' cannot be used; choose cpu, cuda, mps or auto$"):
        device_of("tpu", "float32")


def test_the_last_iterations_are_logged_and_may_be_the_best(core: str) -> None:
    trained = train(core, out="w.safetensors", **{**TINY, "iterations": 150, "held_out_lists": 4})
    assert [line["iteration"] for line in trained.log] == [100, 150] and trained.record["iterations"] in (100, 150)
    assert Path("w.csv").read_text().splitlines()[-1].startswith("150,")


@pytest.mark.parametrize("held_out_lists", [0, 4])
def test_a_core_that_gives_no_numbers_in_evaluation_is_not_saved(core: str, held_out_lists: int) -> None:
    edit("return self.out(state)", "return self.out(state) * (1 if self.training else torch.nan)")
    with pytest.raises(DivergenceError, match="lists is not finite after iteration 5, though that of training is"):
        train(core, out="w.safetensors", **TINY, held_out_lists=held_out_lists)
    assert not Path("w.safetensors").exists()


def loaded(spec: str) -> Any:
    """The network of these weights."""
    return build_model(spec)


RECALL: dict[str, Any] = {**TINY, "objective": "recall"}


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.usefixtures("forgotten")
def test_modules_that_a_core_imports_are_part_of_it(
    core: str, within: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("helper.py").write_text("SCALE = 2.0\n")
    if not within:
        edit("import torch\n", "import torch\nfrom helper import SCALE\n")
    edit("return self.out(state)", "return self.scale() * self.out(state)")
    line = "        from helper import SCALE\n" if within else ""
    edit("    def start(", f"    def scale(self):\n{line}        return SCALE\n\n    def start(")
    train(core, out="first.safetensors", **RECALL)
    record = read_header("first.safetensors").record
    assert set(record["network_modules"]) == {"helper"}
    half(core, monkeypatch, objective="recall")
    tensors = load_weights("first.safetensors").tensors
    old = {name: value for name, value in record.items() if name != "network_modules"}
    save_weights(Path("old.safetensors"), tensors, old)
    Path("helper.py").write_text("SCALE = 3.0\n")
    with pytest.raises(InputError, match="another version of mine.py:Mine: of what it imports, helper changed; take"):
        loaded(f"{core}:first.safetensors")
    with pytest.raises(InputError, match="these weights are of another version of the core mine.py:Mine"):
        Trainer(Training(network=core, **RECALL, start="first.safetensors"))
    with pytest.raises(InputError, match=r"of another training: the code of mine.py:Mine has changed since; remove it"):
        train(core, out="w.safetensors", **RECALL)
    assert loaded(f"{core}:old.safetensors").network(), "an earlier memsim kept the checksum of the file alone"


@pytest.mark.parametrize("installed", [False, True])
@pytest.mark.usefixtures("forgotten")
def test_the_core_of_a_plug_in_is_that_of_training(
    core: str, installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its package is installed, or lies in a folder of the user's."""
    folder = tmp_path / "site"
    (folder / "bundle").mkdir(parents=True)
    (folder / "bundle" / "__init__.py").write_text("")
    (folder / "bundle" / "helper.py").write_text("SCALE = 2.0\n")
    edit("import torch\n", "import torch\nfrom bundle.helper import SCALE\n")
    edit("return self.out(state)", "return SCALE * self.out(state)")
    (folder / "bundle" / "cores.py").write_text(Path("mine.py").read_text())
    if installed:
        info = folder / "bundle-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bundle\nVersion: 1.0\n")
        (info / "RECORD").write_text("bundle/__init__.py,,\nbundle/helper.py,,\nbundle/cores.py,,\n")
    monkeypatch.syspath_prepend(str(folder))
    point = EntryPoint("Bundled", "bundle.cores:Mine", "memsim.networks")
    monkeypatch.setitem(vars(CORES), "_targets", {**CORES._targets, "Bundled": point})
    train(Training(network="Bundled", **RECALL), out="first.safetensors")
    record = read_header("first.safetensors").record
    assert len(record["network_sha256"]) == 64 and set(record["network_modules"]) == {"bundle", "bundle.helper"}
    old = {name: value for name, value in record.items() if not name.startswith("network_")}
    save_weights(Path("old.safetensors"), load_weights("first.safetensors").tensors, old)
    assert loaded("Bundled:first.safetensors").network()
    for name, message in (("helper", "of what it imports, bundle.helper changed"), ("cores", "its checksum was")):
        (folder / "bundle" / f"{name}.py").write_text((folder / "bundle" / f"{name}.py").read_text() + "# edited\n")
        for each in [each for each in sys.modules if each.partition(".")[0] == "bundle"]:
            del sys.modules[each]
        importlib.invalidate_caches()
        with pytest.raises(InputError, match=f"were trained with another version of Bundled: {message}"):
            loaded("Bundled:first.safetensors").network()
    assert loaded("Bundled:old.safetensors").network()

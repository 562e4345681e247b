"""Several seeds, recipes of what ships, logs, and options of the command line."""

import sys
import types
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import torch

from memsim import train, train_seeds
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.weights import load_weights, read_header
from memsim.training.recipe_file import difference_to_shipped, recipe_named, recipes
from memsim.training.seeds import t_interval
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

TINY: dict[str, Any] = {
    "objective": "repeat-copy", "vector_size": 3, "hidden": 6, "batch": 4, "first_length": 1, "list_length": 2,
    "copies": 1, "iterations": 100,
}  # fmt: skip
WEIGHTS = Path(__file__).parents[2] / "data" / "weights"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_seeds_are_trainings_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = train_seeds("LSTM", seeds=3, out="x.safetensors", changes={**TINY, "seed": 4}, workers=1)
    assert [path.name for path in trained.paths] == [f"x-{seed}.safetensors" for seed in (4, 5, 6)]
    alone = train("LSTM", out="alone.safetensors", seed=5, **TINY)
    one, two = (load_weights(name).tensors for name in ("x-5.safetensors", "alone.safetensors"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    row = trained.table.set_index("seed").loc[5]
    assert row["loss"] == alone.record["final"]["loss"] and row["accuracy"] == alone.record["final"]["accuracy"]
    assert pd.read_csv("x-seeds.csv")["loss"].tolist() == pytest.approx(trained.table["loss"])
    mean = trained.summary.set_index("measure").loc["loss"]
    assert mean["mean"] == pytest.approx(trained.table["loss"].mean()) and mean["low"] < mean["mean"] < mean["high"]

    runs: list[int] = []
    run = Trainer.run

    def counted(self: Trainer, *given: Any) -> bool:
        runs.append(self.training.seed)
        return run(self, *given)

    monkeypatch.setattr(Trainer, "run", counted)
    Path("x-5.safetensors").unlink()
    again = train_seeds("LSTM", seeds=3, out="x.safetensors", changes={**TINY, "seed": 4}, workers=1)
    assert runs == [5] and again.table["loss"].tolist() == trained.table["loss"].tolist()
    other = {**TINY, "seed": 4, "batch": 5}
    with pytest.raises(InputError, match="x-4.safetensors holds the weights of another training: batch was 4 and is 5"):
        train_seeds("LSTM", seeds=1, out="x.safetensors", changes=other, workers=1)
    train_seeds("LSTM", seeds=1, out="x.safetensors", force=True, changes=other, workers=1)
    assert runs == [5, 4], "other settings are trained anew"


def test_t_interval() -> None:
    found = t_interval("loss", np.array([1.0, 2.0, 3.0]))
    assert (found["mean"], found["n"]) == (2, 3)
    assert found["high"] == pytest.approx(2 + 4.302653 / 3**0.5) and found["low"] == pytest.approx(4 - found["high"])
    assert np.isnan(t_interval("loss", np.array([1.0]))["low"])


TODAY = {"data": "people", "on": True, "off": False, "dnc": "DNC", "lstm": "LSTM"}
"""Words of the records of earlier weights."""


@pytest.mark.parametrize("path", sorted(WEIGHTS.glob("*.safetensors")), ids=lambda path: path.stem)
def test_every_weight_that_ships_has_its_recipe(path: Path) -> None:
    record = read_header(path.stem).record["training"]
    made = {TODAY.get(name, name): TODAY.get(value, value) if isinstance(value, str) else value
            for name, value in record.items()}  # fmt: skip
    today = recipe_named(path.stem).values()
    if made["first_length"] == made["list_length"]:
        made.pop("promotion", None)  # It has no effect on lists that do not grow, and is refused today.
    assert {name: today[name] for name in made if name in today and name != "patience"} == {
        name: value for name, value in made.items() if name in today and name != "patience"
    }
    assert path.stat().st_size < 2_000_000


def test_every_core_has_a_recipe(tmp_path: Path) -> None:
    assert {recipe_named(name).network for name in recipes()} == set(CORES.names())
    trained = train(recipe="gru-recall", iterations=1, batch=50, hidden=4)
    assert trained.path == Path("gru-recall.safetensors") and trained.record["network"] == "GRU"
    assert difference_to_shipped(trained.path, "gru-recall") is None
    shipped = WEIGHTS / "dnc-recall.safetensors"
    assert difference_to_shipped(shipped, "dnc-recall") == 0
    assert difference_to_shipped(shipped, "lstm-recall") == float("inf")
    with pytest.raises(InputError, match="there is no recipe 'dnc-recal'; did you mean 'dnc-recall'"):
        train(recipe="dnc-recal")
    with pytest.raises(InputError, match="has its own settings"):
        train("DNC", recipe="dnc-recall")


class Written:
    """What a log for TensorBoard was given."""

    kept: ClassVar[list[Any]] = []

    def __init__(self, folder: str, purge_step: int) -> None:
        self.kept.append((Path(folder).name, purge_step))

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.kept.append((name, step))

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        self.kept.append("closed")


def test_log_for_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(InputError, match=r"needs the package tensorboard .*: pip install 'memsim\[tensorboard\]'"):
        train("LSTM", tensorboard="tb", **TINY)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", types.SimpleNamespace(SummaryWriter=Written))
    train("LSTM", tensorboard="tb", out="x.safetensors", held_out_lists=4, **TINY)
    names = ("loss", "longest", "learning_rate", "held_out", "accuracy", "seconds")
    assert Written.kept == [("x", 1), *((name, 100) for name in names), "closed"]
    assert pd.read_csv("x.csv").columns.tolist() == ["iteration", *names]


def test_log_of_tensorboard_itself() -> None:
    pytest.importorskip("tensorboard")
    train("LSTM", tensorboard="tb", out="x.safetensors", **TINY)
    assert list(Path("tb/x").glob("events*"))


OPTIONS = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]


def test_seeds_and_early_ends_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--held-out-lists=4", "--until=accuracy=.01"]
    assert main(["train", "LSTM", *OPTIONS, *more, "--out=one.safetensors", "--device=auto", "--deterministic"]) == 0
    shown = capsys.readouterr().out
    assert "Ended early by until=accuracy=0.01" in shown and "These weights: loss" in shown
    assert main(["train", "LSTM", *OPTIONS, "--seeds=2", "--workers=1", "--out=x.safetensors"]) == 0
    shown = capsys.readouterr().out
    assert "Means over seeds, with 95% t intervals:" in shown and "x-1.safetensors" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a training, such as DNC, or a --recipe"),
        (["LSTM", "--recipe=lstm-recall"], "name a training, such as DNC, or a --recipe"),
        (["LSTM", "--workers=2"], "workers=2 has no effect without seeds; it is for settings with seeds"),
        (["LSTM", "--seeds=2", "--threads=2"], "threads=2 has no effect with seeds=2; it is for settings without"),
        (["LSTM", "--patience=2"], "it is for objective='imitation', or settings with held_out_lists"),
        (["LSTM", "--seeds=2", f"--seed={2**63 - 1}"], "fewer than 2 seeds"),
    ],
)  # fmt: skip
def test_what_does_not_apply(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_settings_of_a_seed_are_a_record() -> None:
    training = Training(**TINY, network="LSTM", held_out_lists=5, until="accuracy=.5", precision="float64")
    assert Training(**training.values()) == training and training.until == "accuracy=0.5"

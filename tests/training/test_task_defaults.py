"""What a task of sequences is trained with where nothing is given, in every precision, and what it is scored on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.weights import load_weights
from memsim.paradigms import FreeRecall
from memsim.training.measuring import measure
from memsim.training.objectives.objective import Objective
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.objectives.sequence_objective import TOGETHER, SequenceObjective, parts_of, scores_of
from memsim.training.sequence_tasks.repeat_copying import RepeatCopy
from memsim.training.sequence_tasks.sequences import SequenceTask
from memsim.training.settings import Training
from memsim.training.task_trainings import TASK_TRAININGS
from memsim.training.trainer import Trainer

SEQUENCE_TASKS = [name for name in OBJECTIVES.names() if issubclass(OBJECTIVES.get(name), SequenceTask)]
SMALL: dict[str, Any] = {"network": "LSTM", "hidden": 6, "batch": 3, "iterations": 3}
LEAKY = """
import torch
from torch import nn

class Leaky(nn.Module):
    def __init__(self, input_size, output_size, *, cells=6):
        super().__init__()
        self.cells, self.inner, self.out = cells, nn.Linear(input_size, cells), nn.Linear(cells, output_size)

    def start(self, batch):
        return self.out.weight.new_zeros(batch, self.cells)

    def step(self, inputs, state):
        state = 0.9 * state + self.inner(inputs).tanh()
        return self.out(state), state, {}
"""


def test_there_are_nine_tasks_of_sequences() -> None:
    assert len(SEQUENCE_TASKS) == 9


@pytest.mark.parametrize("task", SEQUENCE_TASKS)
def test_every_task_trains_by_its_name_on_lists_as_long_as_those_of_its_score(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the loss: it need not fall first, since the best predictor of random bits has a high one."""
    training = Training.preset(f"GRU:{task}")
    assert training == Training.preset("GRU").replace(objective=task) == Training(network="GRU", objective=task)
    trainer = Trainer(training.replace(batch=2, iterations=2, hidden=4))
    assert trainer.longest == training.list_length == OBJECTIVES.get(task).longest
    drawn = [trainer.objective.draw(trainer.longest)["inputs"] for _ in range(60)]
    objective = trainer.objective
    assert isinstance(objective, SequenceObjective)
    longest = max(len(inputs) for inputs in drawn)
    assert longest == objective.task.steps(training.list_length)
    assert trainer.run(2) and torch.tensor(trainer.recent).isfinite().all()
    seen = []
    of_kind = type(objective.task).of_kind

    def noted(own: Any, kind: int, batch: int, length: int, generator: torch.Generator) -> Any:
        seen.append(length)
        return of_kind(own, kind, min(batch, 2), length, generator)

    monkeypatch.setattr(type(objective.task), "of_kind", noted)
    assert next(iter(objective.scores()))
    assert set(seen) == {trainer.longest}


@pytest.mark.parametrize("core", CORES.names())
def test_every_core_has_a_training_for_every_task(core: str) -> None:
    for task in SEQUENCE_TASKS:
        training = Training.preset(f"{core}:{task}")
        assert (training.network, training.objective) == (core, task)
        given = TASK_TRAININGS.get(f"{core}:{task}", {})
        assert training == Training(**{"network": core, "objective": task, **given})


def test_a_core_in_a_file_has_them_too(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LEAKY)
    training = Training.preset(f"{tmp_path}/mine.py:Leaky:copy")
    assert training == Training(network=f"{tmp_path}/mine.py:Leaky", objective="copy") and training.list_length == 10


@pytest.mark.parametrize("name", ["GRU:cpy", "gru:Copying", "GRUX:copy"])
def test_a_training_that_there_is_not(name: str) -> None:
    with pytest.raises(
        InputError, match="no preset .*" + ("did you mean 'GRU:copy'" if "X" not in name else "HopfieldSt")
    ):
        Training.preset(name)


def test_lists_are_as_long_as_asked_for() -> None:
    assert Training(list_length=3).first_length == 3, "no longer at the start than in the end"
    assert Training(objective="n-grams", list_length=9).first_length == 9
    assert Training(objective="copy", first_length=2).list_length == 10
    assert Training(objective="copy").replace(list_length=4).first_length == 4
    assert Training.preset("GRU:copy").replace(objective="recall") == Training(network="GRU")
    with pytest.raises(InputError, match="first_length=30 is above list_length=20"):
        Training(first_length=30, list_length=20)
    with pytest.raises(InputError, match=r"promotion=0.9 has no effect with first_length=20, list_length=20"):
        Training(first_length=20, list_length=20, promotion=0.9)


def test_lists_that_did_not_grow_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    few = ["--hidden=4", "--batch=2", "--iterations=1"]
    assert main(["train", "GRU:copy", *few, "--first-length=3", "--list-length=5", "--promotion=0"]) == 0
    assert "Lists grew to 3 items, not to list_length=5: for each item more" in capsys.readouterr().out
    assert main(["train", "GRU:copy", *few, "--list-length=5", "--out=other.safetensors"]) == 0
    assert "Lists grew" not in capsys.readouterr().out


@pytest.mark.parametrize("precision", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("objective", OBJECTIVES.names())
def test_every_objective_in_every_precision(
    objective: str, precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memsim.training.trainer.FINAL_LISTS", 1)
    settings = {**SMALL, "batch": 100, "objective": objective, "precision": precision, "held_out_lists": 4}
    recalls = None
    if objective == "imitation":
        settings.pop("held_out_lists")
        recalls = Recalls(FreeRecall(list_length=4).trials(12, subjects=6), np.tile([1, 2, 3, 4], (12, 1)))
    trainer = Trainer(Training(**settings), people=recalls)
    assert trainer.run(3) and torch.tensor(trainer.recent).isfinite().all()
    wanted = torch.float64 if precision == "float64" else torch.float32
    assert {weight.dtype for weight in trainer.network.parameters()} == {wanted}
    trainer.save(tmp_path / "w.safetensors")
    assert load_weights(str(tmp_path / "w.safetensors")).record["final"]["loss"] > 0
    assert torch.get_default_dtype() == torch.float32


@given(st.integers(1, 3000), st.integers(1, 12))
def test_parts_of_a_score_have_all_kinds_alike(n_sequences: int, kinds: int) -> None:
    parts = parts_of(n_sequences, kinds)
    sizes = [size for _, size in parts]
    assert sum(sizes) == max(n_sequences, len(parts)) and max(sizes) <= TOGETHER and max(sizes) - min(sizes) <= 1
    numbers = [kind for kind, _ in parts]
    assert len({numbers.count(kind) for kind in range(kinds)}) == 1


def test_every_number_of_copies_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    """With any seed; a network that knows nothing has chance by hand, the mean over one, two and three copies."""
    asked: list[tuple[int, int]] = []
    whole = RepeatCopy.of_copies

    def noted(own: RepeatCopy, batch: int, length: int, copies: int, generator: torch.Generator) -> Any:
        asked.append((copies, batch))
        return whole(own, batch, length, copies, generator)

    monkeypatch.setattr(RepeatCopy, "of_copies", noted)
    trainer = Trainer(Training(**SMALL, objective="repeat-copy", vector_size=2))
    objective = trainer.objective
    assert isinstance(objective, SequenceObjective)
    for seed in (0, 5):
        asked.clear()
        found = scores_of(objective.network, objective.task, 4, seed)
        assert sorted(asked) == [(1, 167), (1, 167), (2, 166), (2, 167), (3, 166), (3, 167)]
        assert found["bits per sequence"]["chance"] == pytest.approx((4 * (1 + 2 + 3) / 3 + 1) * 3)


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({"objective": "repeat-copy", "copies": 4}, 4),
        ({"network": "LSTM", "objective": "essay-copy", "copies": 2}, 2),
        ({"objective": "recall+recognition", "probed": "either"}, 2),
        ({"objective": "serial+recognition", "probed": "after"}, 1),
        ({"objective": "many-tasks", "tasks": "recall,copy,cued"}, 3),
    ],
)
def test_lists_held_out_are_of_all_kinds_alike(
    settings: dict[str, Any], kinds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where all of them would be one batch, whose kind would decide when training ends."""
    trainer = Trainer(Training(**{**SMALL, "vector_size": 4, "list_length": 3, **settings}))
    seen: list[tuple[Any, ...]] = []
    loss_of = trainer.objective.loss_of

    def noted(drawn: Any) -> Any:
        steps = len(drawn["inputs"]) if "inputs" in drawn else 0
        seen.append((steps, drawn.get("recalled_first"), drawn.get("task")))
        return loss_of(drawn)

    monkeypatch.setattr(trainer.objective, "loss_of", noted)
    for n_lists, times in ((1, 1), (3 * kinds + 1, 2)):
        seen.clear()
        first = measure(trainer.objective, n_lists, "held out lists")
        assert len(seen) == times * kinds and len(set(seen)) == kinds
        assert all(seen.count(each) == times for each in seen)
        assert measure(trainer.objective, n_lists, "held out lists") == first
    assert isinstance(trainer.objective, Objective) and trainer.objective.turn == 0

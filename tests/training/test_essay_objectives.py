"""The essay's lists: their sequences as they are described, their losses by hand, and training on tasks of bits."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from memsim.core.errors import InputError
from memsim.models.networks.weights import load_weights
from memsim.training.sequence_tasks.essay import EssayCopy, EssayRecall
from memsim.training.sequence_tasks.repeat_copying import RepeatCopy
from memsim.training.sequence_tasks.sequences import Sequences
from memsim.training.settings import Training
from memsim.training.trainer import Trainer
from tests.training.resuming import whole_and_resumed

SMALL: dict[str, Any] = {"slots": 4, "width": 4, "hidden": 12, "batch": 4, "iterations": 200}


def test_essay_lists() -> None:
    task = EssayCopy(6).of_lists(2, 3, 2, torch.Generator().manual_seed(1))
    inputs, targets = task.inputs.view(2, 9, 2, 6), task.targets.view(2, 9, 2, 6)
    items = inputs[:, 1:4]
    assert items[..., :5].sum() > 0 and items[..., 5].sum() == 0, "the last bit of an item is zero"
    assert torch.equal(targets[:, 6:], items) and targets[:, :6].sum() == 0
    assert (inputs[:, 4] == torch.tensor([0.0, 0, 0, 0, 0, 1])).all(), "the marker"
    assert inputs[:, 0].sum() == 0 and inputs[:, 5:].sum() == 0
    assert task.counted.view(2, 9, 2)[..., 0].tolist() == [[False] * 6 + [True] * 3] * 2
    assert not torch.equal(items[0], items[1]), "each list is of new items"


def test_essay_loss_takes_the_best_output_for_each_item() -> None:
    """Two items, two outputs that both say the first: the second costs what the first says of it."""
    targets = torch.tensor([[[1.0, 0.0]], [[0.0, 0.0]]])
    task = Sequences(torch.zeros(2, 1, 2), targets, torch.tensor([[True], [True]]))
    loss = EssayRecall(2, list_length=5).loss
    logits = torch.tensor([[[2.0, -3.0]], [[2.0, -3.0]]])
    first = math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-3))
    second = math.log(1 + math.exp(2)) + math.log(1 + math.exp(-3))
    assert float(loss(logits, task)) == pytest.approx((first + second) / 5, rel=1e-5)
    right = torch.tensor([[[-9.0, -9.0]], [[9.0, -9.0]]])
    assert float(loss(right, task)) < 1e-3, "order does not matter"
    assert float(loss(100 * logits, task)) == pytest.approx(-math.log(1e-6) / 5, rel=0.02)


def test_the_loss_of_the_essays_copy_is_over_all_steps() -> None:
    counted = torch.tensor([[False], [True], [True]])
    task = Sequences(torch.zeros(3, 1, 2), torch.tensor([[[0.0, 0]], [[1, 0]], [[1, 1]]]), counted)
    logits = torch.tensor([[[5.0, 5.0]], [[5, -5]], [[5, -5]]])
    assert EssayCopy(2).scores(logits, task)["wrong bits"] == 0.25, "one of four counted bits"
    wrong, right = math.log(1 + math.exp(5)), math.log(1 + math.exp(-5))
    assert float(EssayCopy(2).loss(logits, task)) == pytest.approx((3 * wrong + 3 * right) / 6, rel=1e-5)


def test_the_essays_network_has_the_essays_size() -> None:
    network = Trainer(Training.preset("greydanus2017-recall")).network
    assert sum(weight.numel() for weight in network.parameters() if weight.requires_grad) == 81_212


@pytest.mark.parametrize("objective", ["essay-recall", "essay-copy", "repeat-copy"])
def test_training_resumes_as_if_nothing_had_happened(objective: str, tmp_path: Path) -> None:
    settings = {"vector_size": 4, "first_length": 3, "list_length": 3, "schedule": "constant"}
    settings |= {} if objective == "essay-recall" else {"copies": 2}
    training = Training(objective=objective, optimizer="rmsprop", momentum=0.9, clipping="value", **settings, **SMALL)
    whole, _ = whole_and_resumed(training, tmp_path)
    assert whole.log[-1]["loss"] < whole.log[0]["loss"]


def test_repeat_copy_is_learned() -> None:
    """A short one, from scratch: a network that ignores the input gets a third of the bits wrong."""
    settings = {"vector_size": 3, "first_length": 2, "list_length": 2, "copies": 2, "batch": 32, "slots": 4, "width": 6}
    trainer = Trainer(Training(objective="repeat-copy", hidden=48, iterations=1000, learning_rate=0.01, **settings))
    trainer.run(1000)
    with torch.no_grad():
        task = RepeatCopy(3, 2)
        sequences = task.of_copies(200, 2, 2, torch.Generator().manual_seed(9))
        assert task.scores(trainer.network(sequences.inputs)[0], sequences)["wrong bits"] < 0.03


def test_beginning_with_other_weights(tmp_path: Path) -> None:
    settings = {"vector_size": 4, "first_length": 2, "list_length": 2, **SMALL}
    trainer = Trainer(Training(**settings))
    trainer.run(100)
    trainer.save(tmp_path / "first.safetensors")
    second = Trainer(Training(start=str(tmp_path / "first.safetensors"), objective="serial", **settings))
    for one, two in zip(trainer.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, two)
    second.run(100)
    second.save(tmp_path / "second.safetensors")
    record = load_weights(str(tmp_path / "second.safetensors")).record
    assert record["start"]["sha256"] == load_weights(str(tmp_path / "first.safetensors")).sha256
    with pytest.raises(InputError, match="sizes or options: hidden was 12 and is 13"):
        Trainer(Training(start=str(tmp_path / "first.safetensors"), **{**settings, "hidden": 13}))


def test_options_of_the_network_reach_it() -> None:
    training = Training(masked=True, sharpened=True, layer_norm=True, **SMALL)
    core: Any = Trainer(training).objective.core
    assert core.repairs == {"masked": True, "sharpened": True} and not core.deallocate
    assert isinstance(core.norms[0], torch.nn.LayerNorm)
    with pytest.raises(InputError, match="masked=True is no size of LSTM.* Its sizes are: hidden=96, layers=1"):
        Training(network="lstm", masked=True)
    with pytest.raises(InputError, match="masked='on' must be True or False"):
        Training(masked="on")

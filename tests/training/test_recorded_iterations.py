"""Recorded iterations: the same training as one operation after another, on every device that is there."""

import gc
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from memsim.commands.main import main
from memsim.core.errors import InputError, MemsimWarning, NoEffectError
from memsim.models.networks.cores.registered import CORES
from memsim.training.objectives.essay import EssayObjective
from memsim.training.recorded_iterations import Graph, Recorder, uncollected
from memsim.training.run import train
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU of CUDA")
SMALL = {"vector_size": 6, "list_length": 4, "first_length": 4, "batch": 3, "seed": 1}


class Again:
    """Records on a CPU: a replay computes anew, and writes into the tensors of the first time, as a graph does."""

    def __init__(self, weights: list[Tensor]) -> None:
        self.weights, self.recorded, self.replayed = weights, 0, 0

    def __call__(self, function: Callable[[], Tensor]) -> tuple[Graph, Tensor]:
        loss, self.recorded = function(), self.recorded + 1
        slopes = [weight.grad for weight in self.weights]
        outer = self

        class Replay:
            def replay(self) -> None:
                loss.copy_(function())
                outer.replayed += 1
                for slope, weight in zip(slopes, outer.weights, strict=True):
                    if slope is not None and weight.grad is not None:
                        slope.copy_(weight.grad)

        return Replay(), loss


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "recall"}, {"objective": "recall", "response_set": "pool", "stop_credit": 0.2},
        {"objective": "serial"}, {"objective": "recognition"}, {"objective": "cued"},
        {"objective": "recall+recognition"}, {"objective": "serial+recognition"}, {"objective": "copy"},
        {"objective": "one-shot"},
    ],
    ids=str,
)  # fmt: skip
def test_trainings_are_the_same(settings: dict[str, Any]) -> None:
    training = Training(network="GRU", **{**SMALL, **settings}, iterations=30)
    plain, other = Trainer(training), Trainer(training)
    weights = list(other.network.parameters())
    again = Again(weights)
    other.recorder = Recorder(other.objective.loss_of, weights, record=again)
    for trainer in (plain, other):
        trainer.run(30)
    assert again.replayed >= again.recorded > 0, "lists of 1 to 4 items are recorded, each length by itself"
    assert again.replayed < 30 and plain.log[-1]["loss"] == pytest.approx(other.log[-1]["loss"], rel=1e-6)
    torch.testing.assert_close(*(parameters_to_vector(each.network.parameters()) for each in (plain, other)))


def test_what_cannot_be_recorded() -> None:
    def fails(function: object) -> Any:
        raise RuntimeError("operation not permitted when stream is capturing\nCompile with ...")

    trainer = Trainer(Training(network="Elman", **SMALL))
    weights = list(trainer.network.parameters())
    trainer.recorder = Recorder(trainer.objective.loss_of, weights, record=fails)
    with pytest.raises(
        InputError, match=r"cannot be recorded: operation not permitted when stream is capturing; a core"
    ):
        trainer.run(30)
    trainer, plain = (Trainer(Training(network="Elman", **SMALL)) for _ in range(2))
    weights = list(trainer.network.parameters())
    trainer.recorder = Recorder(trainer.objective.loss_of, weights, required=False, record=fails)
    with pytest.warns(MemsimWarning, match="They are computed one after another"):
        trainer.run(30)
    plain.run(30)
    torch.testing.assert_close(*(parameters_to_vector(each.network.parameters()) for each in (plain, trainer)))


def test_garbage_is_collected_before_a_recording_and_not_within() -> None:
    class Ring:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            freed.append(within)

    freed: list[bool] = []
    within = False
    Ring()
    with pytest.raises(RuntimeError, match="of the recording"), uncollected():
        assert freed == [False]
        within = True
        rings = [Ring() for _ in range(100_000)]
        del rings
        assert freed == [False] and not gc.isenabled()
        raise RuntimeError("of the recording")
    assert gc.isenabled()


@CUDA
@pytest.mark.parametrize("objective", ["recall", "recognition", "cued", "copy"])
@pytest.mark.parametrize("network", CORES.names())
def test_a_gpu_records_every_core(network: str, objective: str) -> None:
    training = Training(network=network, objective=objective, **SMALL, precision="float64", iterations=8)
    trainers = [Trainer(training, device="cuda", recorded=recorded) for recorded in (False, True)]
    for trainer in trainers:
        trainer.objective.full = True
        trainer.run(8)
    assert trainers[0].log[-1]["loss"] == pytest.approx(trainers[1].log[-1]["loss"], rel=1e-9)


def test_what_is_recorded_where(capsys: pytest.CaptureFixture[str]) -> None:
    for recorded in (True, False):
        with pytest.raises(NoEffectError, match=f"recorded={recorded} .* is for device='cuda', backpropagation"):
            train("GRU", recorded=recorded)
    assert main(["train", "GRU", "--no-recording"]) == 2
    assert "is for device='cuda'" in capsys.readouterr().err
    assert Trainer(Training(network="GRU", **SMALL)).recorder is None
    assert not EssayObjective.recordable

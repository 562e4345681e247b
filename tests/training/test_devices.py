"""Training on every device that is there: the same gradients, compiled steps, weights that run on a CPU."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from memsim import simulate
from memsim.core.errors import InputError
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.network_models import DNC
from memsim.paradigms import FreeRecall
from memsim.training.devices import compile_steps, precision_of
from memsim.training.run import train
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU of CUDA")
DEVICES = ["cpu", pytest.param("cuda", marks=CUDA)]


def gradient(trainer: Trainer) -> Tensor:
    """The loss of one batch, and its gradient, as one vector."""
    with precision_of("float64", trainer.device):
        loss = trainer.objective.loss(4)
    loss.backward()
    slopes = [weight.grad for weight in trainer.network.parameters() if weight.grad is not None]
    return torch.cat((loss.detach()[None], parameters_to_vector(slopes))).cpu()


def trainer_of(network: str, objective: str, device: str) -> Trainer:
    """One that computes in double precision, without loops of memsim's own."""
    settings = {"vector_size": 6, "list_length": 4, "first_length": 4, "batch": 3, "precision": "float64"}
    return Trainer(Training(network=network, objective=objective, **settings), device=device)


@CUDA
@pytest.mark.parametrize("network", CORES.names())
def test_a_gpu_gives_the_gradient_of_the_cpu(network: str) -> None:
    for objective in ("recall", "recognition", "cued", "copy"):
        one, other = (gradient(trainer_of(network, objective, device)) for device in ("cpu", "cuda"))
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("network", CORES.names())
def test_every_core_trains_with_products_in_bfloat16(network: str, device: str) -> None:
    settings = {"vector_size": 6, "list_length": 4, "first_length": 4, "batch": 3, "precision": "bfloat16"}
    for objective in ("recall", "serial", "copy"):
        trainer = Trainer(Training(network=network, objective=objective, iterations=2, **settings), device=device)
        assert trainer.run(2) and trainer.log[-1]["loss"] > 0


# What torch warns of within its compiler, it filters itself.
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("network", CORES.names())
def test_compiled_steps_give_the_same_gradient(network: str, device: str) -> None:
    """On a GPU they are kernels; on a CPU they are traced, and run without the kernels, which take minutes to make."""
    torch.compiler.reset()
    plain, compiled = (trainer_of(network, "recall", device) for _ in range(2))
    like = torch.zeros((3, compiled.objective.input_size), dtype=torch.float64, device=device)
    with precision_of("float64", device):
        compile_steps(compiled.objective.core, like, backend="inductor" if device == "cuda" else "eager")
    torch.testing.assert_close(gradient(compiled), gradient(plain), rtol=1e-9, atol=1e-11)


@CUDA
@pytest.mark.parametrize("compiled", [False, True])
def test_weights_trained_on_a_gpu_are_the_same_again_and_run_on_a_cpu(tmp_path: Path, compiled: bool) -> None:
    settings = {"list_length": 5, "iterations": 20, "batch": 8, "device": "cuda", "deterministic": True}
    one, other = (
        train("DNC", out=tmp_path / f"{name}.safetensors", compiled=compiled, **settings) for name in ("one", "other")
    )
    assert one.path.read_bytes()[-1000:] == other.path.read_bytes()[-1000:]
    assert one.record["final"] == other.record["final"] and one.record["device"] == "cuda"
    recalls = simulate(DNC(weights=str(one.path)), FreeRecall(list_length=5).trials(20, seed=0), seed=0)
    assert len(recalls) == 20


def test_loops_of_memsim_are_not_given_up_for_compiled_steps() -> None:
    with pytest.raises(InputError, match=r"^compiled=True: DNC runs whole sequences in loops of memsim's own on a CPU"):
        train("DNC", compiled=True)


def test_what_torch_cannot_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(function: object, **options: object) -> object:
        def step(*arguments: object) -> None:
            raise RuntimeError("no compiler\nin this folder")

        return step

    monkeypatch.setattr(torch, "compile", fails)
    core: nn.Module = CORES.get("GRU")(3, 2)
    with pytest.raises(InputError, match=r"^compiled=True: torch cannot compile GRU.step here: no compiler$"):
        compile_steps(core, torch.zeros((2, 3)))

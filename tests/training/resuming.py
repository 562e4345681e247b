"""A training that is interrupted half-way and resumed, beside one that is not."""

from pathlib import Path

import torch

from memsim import Recalls
from memsim.training.checkpoints import resume, save_checkpoint
from memsim.training.settings import Training
from memsim.training.trainer import Trainer


def whole_and_resumed(training: Training, folder: Path, people: Recalls | None = None) -> tuple[Trainer, Trainer]:
    """A trainer after 200 iterations, and one that was resumed after 100 from the checkpoint of another.

    Their weights are asserted to be the same.
    """
    whole, first, second = (Trainer(training, people) for _ in range(3))
    whole.run(200)
    first.run(100)
    save_checkpoint(first, folder / "half.safetensors")
    resume(second, folder / "half.safetensors")
    second.run(200)
    for one, two in zip(whole.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, two)
    return whole, second

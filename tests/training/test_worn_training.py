"""Training under wear: the same levers as those of models, noise from the seed, and fast steps that give the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memsim import simulate
from memsim.core.errors import InputError, NoEffectError
from memsim.models import DNC
from memsim.models.networks.weights import read_header
from memsim.paradigms import FreeRecall
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

SMALL: dict[str, Any] = {
    "network": "DNC", "slots": 5, "width": 4, "hidden": 8, "vector_size": 4, "first_length": 3, "list_length": 3,
    "batch": 4, "iterations": 3,
}  # fmt: skip
WORN = {
    "row_decay": 0.1, "row_noise": 0.2, "write_noise": 0.1, "write_blur": 0.2, "usage_decay": 0.1, "link_decay": 0.1,
    "state_decay": 0.1, "state_noise": 0.1, "flush": 0.3, "carry_over": 0.3,
}  # fmt: skip


def losses(**changes: Any) -> list[float]:
    found: list[float] = []
    Trainer(Training(**{**SMALL, **changes})).run(3, progress=lambda _, loss: found.append(loss))
    return found


def test_wear_changes_the_loss_by_the_seed_alone() -> None:
    assert losses() == losses(flush_noise=0.3)
    worn = losses(**WORN)
    assert worn == losses(**WORN) and worn != losses()
    assert np.isfinite(worn).all()


@pytest.mark.parametrize("objective", ["recall", "recognition", "cued"])
def test_noise_leaves_the_lists_of_a_seed_as_they_are(objective: str) -> None:
    found = []
    for levers in ({}, {"row_noise": 0.2, "write_noise": 0.1, "state_noise": 0.1}):
        trainer, items = Trainer(Training(**SMALL, objective=objective, **levers)), []
        for _ in range(3):
            trainer.run(trainer.iteration + 1)
            items.append(trainer.objective.draw(3)["items"])
        found.append(items)
    assert all(torch.equal(plain, noisy) for plain, noisy in zip(*found, strict=True))


@pytest.mark.parametrize("objective", ["serial", "recognition", "recall+recognition", "cued"])
def test_every_objective_of_lists_wears(objective: str) -> None:
    levers = {name: value for name, value in WORN.items() if objective != "cued" or name != "carry_over"}
    assert losses(objective=objective, **levers) != losses(objective=objective)


def test_imitation_wears_by_the_times_of_the_task() -> None:
    recalls = simulate(DNC(), FreeRecall(list_length=3, presentation_time=2.0).trials(12, 0, subjects=4), 0)
    settings = {name: value for name, value in SMALL.items() if name not in ("first_length", "list_length")}
    found = []
    for levers in ({}, {"row_decay": 0.5, "state_decay": 0.5}):
        trainer = Trainer(Training(**{**settings, **levers}, objective="imitation", people="x"), people=recalls)
        trainer.run(1, progress=lambda _, loss: found.append(loss))
    assert found[0] != found[1]


def test_fast_steps_and_steps_of_torch_give_the_same_loss_and_gradient() -> None:
    """In single precision; those of the compiled memory are not asked for whole sequences under wear."""
    found = []
    for fused in (True, False):
        trainer = Trainer(Training(**SMALL, **WORN))
        core: Any = trainer.objective.core
        core.fused = fused
        loss = trainer.objective.loss(3)
        loss.backward()
        slopes = [weight.grad for weight in trainer.network.parameters() if weight.grad is not None]
        found.append((loss.detach(), torch.cat([slope.flatten() for slope in slopes])))
    assert torch.allclose(found[0][0], found[1][0], atol=1e-5)
    assert torch.allclose(found[0][1], found[1][1], atol=1e-4)


def test_a_network_keeps_the_levers_of_its_training(tmp_path: Path) -> None:
    trainer = Trainer(Training(**SMALL, **WORN))
    trainer.run(3)
    path = tmp_path / "worn.safetensors"
    trainer.save(path)
    assert read_header(str(path))[0]["training"]["row_noise"] == 0.2
    worn = DNC(weights=str(path), worn="trained")
    assert worn.likelihood == "sampled" and worn.wear.write_blur == 0.2
    trials = FreeRecall(list_length=3).trials(10, 0)
    given = simulate(DNC(weights=str(path), **WORN), trials, 1)
    assert np.array_equal(simulate(worn, trials, 1).positions, given.positions)
    assert not DNC(weights=str(path)).is_worn


def test_training_begins_with_weights_of_another_number_of_slots(tmp_path: Path) -> None:
    trainer = Trainer(Training(**SMALL))
    path = tmp_path / "first.safetensors"
    trainer.save(path)
    assert Trainer(Training(**{**SMALL, "slots": 2, "start": str(path)})).run(3)
    with pytest.raises(InputError, match="hidden was 8 and is 9"):
        Trainer(Training(**{**SMALL, "hidden": 9, "start": str(path)}))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"flush_noise": 0.5}, NoEffectError),
        ({"objective": "copy", "row_decay": 0.1}, NoEffectError),
        ({"objective": "cued", "carry_over": 0.1}, NoEffectError),
        ({"row_decay": 1.1}, InputError),
    ],
)
def test_levers_that_do_not_apply_are_errors(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(name for name in changes if name != "objective")):
        Training(**{**SMALL, **changes})


def test_a_core_without_the_role_is_refused() -> None:
    with pytest.raises(InputError, match="declares no such role"):
        Trainer(Training(network="LSTM", row_decay=0.1))

"""The losses of networks that judge probes or recall partners, on outputs whose losses are known."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.recall_network import RecallNetwork
from memsim.models.networks.tasks import TASKS
from memsim.training.objectives.lists import ByCue
from memsim.training.objectives.losses import cued_loss, judgment_loss, studied, studied_pairs
from memsim.training.settings import Training
from memsim.training.trainer import Trainer
from tests.training.resuming import whole_and_resumed

CONFIG: dict[str, Any] = {"slots": 3, "width": 4, "heads": 1, "hidden": 8}
SMALL: dict[str, Any] = {
    "vector_size": 6, "slots": 5, "width": 5, "hidden": 20, "batch": 16, "iterations": 200, "first_length": 4,
    "list_length": 4, "schedule": "constant",
}  # fmt: skip


def items(batch: int = 3, length: int = 4) -> Tensor:
    return torch.randn((batch, length, 6), generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_a_network_that_calls_everything_old() -> None:
    network = RecallNetwork(6, DNC, CONFIG, task=TASKS["recognition"])
    for weight in network.parameters():
        weight.zero_()
    network.network.project.bias[7] = 2.0  # of the last output, the logit
    loss = judgment_loss(network, studied(network, items(), delay=2), torch.tensor([[0, 1]] * 3), items(length=2))
    assert float(loss) == pytest.approx((math.log1p(math.exp(-2)) + math.log1p(math.exp(2))) / 2, rel=1e-5)


@torch.no_grad()
def test_a_network_that_names_any_item_alike() -> None:
    """Candidates are the other items of the list, those of the other lists, and no response."""
    network = RecallNetwork(6, DNC, CONFIG, task=TASKS["cued"])
    for weight in network.parameters():
        weight.zero_()
    episode = studied_pairs(network, items())
    loss = cued_loss(network, episode, torch.tensor([[1]] * 3), torch.tensor([[1, 0]] * 3), torch.ones((3, 6)))
    # The studied cue is no candidate; that which was not studied leaves all items.
    assert float(loss) == pytest.approx((math.log(3 + 8 + 1) + math.log(4 + 8 + 1)) / 2, rel=1e-5)


@pytest.mark.parametrize("objective", ["recognition", "cued"])
def test_training_resumes_as_if_nothing_had_happened(objective: str, tmp_path: Path) -> None:
    training = Training(objective=objective, **SMALL)
    whole, _ = whole_and_resumed(training, tmp_path)
    assert whole.log[-1]["loss"] < whole.log[0]["loss"]


def test_cues_may_be_first_members_only(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr("memsim.training.objectives.lists.cued_loss", lambda *arguments: seen.append(arguments[3]))
    for directions in ("forward", "both"):
        objective = Trainer(Training(objective="cued", directions=directions, **SMALL)).objective
        assert isinstance(objective, ByCue)
        objective.loss(4)
    assert not seen[0].any() and 0 < seen[1].float().mean() < 1


def test_settings_of_other_objectives() -> None:
    with pytest.raises(InputError, match="longest_delay=3 has no effect with objective='recall'"):
        Training(longest_delay=3)
    with pytest.raises(InputError, match="directions='forward' has no effect with objective='recognition'"):
        Training(objective="recognition", directions="forward")
